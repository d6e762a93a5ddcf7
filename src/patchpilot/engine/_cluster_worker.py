"""What a Dask worker does with a task: it runs the jobs in a local pool, which it keeps for the next task.

A task is bytes that we pickled ourselves, so that Dask neither looks into patches nor finds its own keys there.
"""

import contextlib
import os
import pickle
import platform
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

from patchpilot import __version__
from patchpilot.engine.job import Failure, Job, Program, raised, resolve
from patchpilot.engine.pool import Pool

Identity = dict[str, str]
"""What must be equal for results to be the same bytes: "Patch Pilot", "Python" and "engine"."""
Boxed = tuple[bytes, list[Any]]
"""A result as a pickle and its buffers, which are uint8 arrays because Dask sends those without a copy."""

_SPARE_S = 60.0  # a pool that nobody used for so long is ended: its client is gone, or has nothing to do
_lock = threading.Lock()
_spare: dict[tuple[Program, float, str], list[tuple[float, Pool]]] = {}
_sweeping = False


def identity(program: Program) -> Identity:
    """What this machine computes `program` with."""
    engine = resolve(program.identity)() if program.identity else f"{platform.system()} {platform.machine()}"
    return {
        "Patch Pilot": __version__,
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "engine": str(engine),
    }


def pack(
    program: Program,
    timeout_s: float,
    session: str,
    expected: Identity,
    jobs: Sequence[tuple[str, bytes, bool]],
    bases: dict[str, bytes],
) -> bytes:
    """A task.

    Args:
        program: what runs the jobs.
        timeout_s: as of `Pool`.
        session: tells clients apart, whose keys of bases may be equal where the bases are not.
        expected: the client's own identity.
        jobs: for each its base's key, its pickled delta, and whether it is pristine.
        bases: pickled, by key.
    """
    return pickle.dumps((expected, program.names, timeout_s, session, jobs, bases))


def work(task: bytes) -> dict[str, Any]:
    """Run the jobs of a task, in a Dask worker.

    Returns:
        "worker": its address; and "results": a box for each job, or "identity": this machine's, which is not
        the client's, or "broken": why nothing can run here.
    """
    import distributed

    worker = f"{distributed.get_worker().address} on {socket.gethostname()}"
    try:
        expected, names, timeout_s, session, jobs, bases = pickle.loads(task)
        program = Program(*names)
        here = identity(program)
        if here != expected:
            return {"worker": worker, "identity": here}
        with _borrowed(program, timeout_s, session) as pool:
            return {"worker": worker, "results": [_boxed(result) for result in _run(pool, jobs, bases)]}
    except Exception as error:  # nothing that a job does ends here
        return {"worker": worker, "broken": f"{type(error).__name__}: {error}"}


def unbox(box: Boxed) -> Any:
    """The result, in memory of its own."""
    try:
        return pickle.loads(box[0], buffers=[bytearray(buffer) for buffer in box[1]])
    except Exception as error:
        return raised(error, "run")


def _boxed(result: Any) -> Boxed:
    import numpy as np

    found: list[pickle.PickleBuffer] = []
    head = pickle.dumps(result, protocol=5, buffer_callback=found.append)
    return head, [np.asarray(buffer.raw(), np.uint8) for buffer in found]


def _run(pool: Pool, jobs: Sequence[tuple[str, bytes, bool]], bases: dict[str, bytes]) -> list[Any]:
    results: list[Any] = [None] * len(jobs)
    ready: dict[int, Job] = {}
    opened: dict[str, Any] = {key: _opened(base, "prepare") for key, base in bases.items()}
    for i, (key, packed, pristine) in enumerate(jobs):
        base, delta = opened[key], _opened(packed, "run")
        failed = next((value for value in (base, delta) if isinstance(value, _Unreadable)), None)
        if failed is None:
            ready[i] = Job(base, key, delta, pristine)
        else:
            results[i] = failed.failure
    for i, result in zip(ready, pool.map(ready.values()), strict=True):
        results[i] = result
    return results


class _Unreadable:
    def __init__(self, failure: Failure) -> None:
        self.failure = failure


def _opened(packed: bytes, stage: Any) -> Any:
    try:
        return pickle.loads(packed)
    except Exception as error:  # as in a local pool: the class of a base may not be there
        return _Unreadable(raised(error, stage))


@contextlib.contextmanager
def _borrowed(program: Program, timeout_s: float, session: str) -> Iterator[Pool]:
    """A pool of one worker process for this thread; it is kept afterwards, unless it broke."""
    key = (program, timeout_s, session)
    with _lock:
        kept = _spare.get(key)
        pool = kept.pop()[1] if kept else None
    if pool is None:
        # Dask's nanny sets this for its workers, which have read it already; it would cost engines a fifth.
        os.environ.pop("MALLOC_TRIM_THRESHOLD_", None)
        pool = Pool(program, workers=1, timeout_s=timeout_s)
    try:
        yield pool
    except BaseException:
        pool.close()
        raise
    with _lock:
        _spare.setdefault(key, []).append((time.monotonic(), pool))
        _sweep_from_now_on()


def _sweep_from_now_on() -> None:
    global _sweeping
    if not _sweeping:
        _sweeping = True
        threading.Thread(target=_sweep, name="patchpilot-sweep", daemon=True).start()


def _sweep() -> None:
    """End pools that lie idle, until there is none."""
    global _sweeping
    while True:
        time.sleep(_SPARE_S / 10)
        with _lock:
            oldest = time.monotonic() - _SPARE_S
            idle = [pool for kept in _spare.values() for since, pool in kept if since < oldest]
            for key, kept in list(_spare.items()):
                _spare[key] = [entry for entry in kept if entry[0] >= oldest]
                if not _spare[key]:
                    del _spare[key]  # a borrowed pool comes back under a new list
            _sweeping = bool(_spare)
            more = _sweeping
        for pool in idle:
            pool.close()
        if not more:
            return
