"""How worker processes are started: a clean interpreter, one thread, the caller's import path."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

from patchpilot.engine.job import Program

BOOT_S = 60.0
"""Seconds that importing native libraries may take, on a slow disk and a busy machine."""

# One thread per worker: workers are the parallelism, a process with threads cannot be forked safely, and sums
# in another order are other sums. A fixed hash seed makes the order of sets the same in every worker.
_ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "PYTHONHASHSEED": "0",
}

# Huge pages for the heap, where malloc is glibc's and the user has not tuned it: fewer page table entries to
# copy in a fork, fewer faults for new memory. With Vital: 28 instead of 37 ms of system time a render.
_DEFAULTS = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}


class Worker(subprocess.Popen[bytes]):
    """A process that ends with the last reference to it.

    A Ctrl-C between its start and the line that notes it down leaves nobody to end it properly.
    """

    owner = 0

    def __del__(self) -> None:
        if self.owner == os.getpid() and self.returncode is None:
            self.kill()
            self.wait()
            for stream in (self.stdin, self.stdout):
                if stream is not None:
                    with contextlib.suppress(OSError):
                        stream.close()


def start(
    module: str, program: Program, config: dict[str, Any], *, pipes: bool, pass_fds: Sequence[int] = ()
) -> Worker:
    """Start `main()` of an engine module in a new interpreter.

    Never `multiprocessing`: it would import the user's script again, or fork a process full of threads.

    Args:
        module: name within `patchpilot.engine`
        program: what the worker will serve
        config: what else `main` finds as JSON in `sys.argv[1]`
        pipes: whether stdin and stdout are pipes to here (else nowhere)
        pass_fds: file descriptors that the process inherits (POSIX)
    """
    # The path is set before anything of ours is imported, so the worker finds the same modules as the caller.
    code = (
        "import json, sys; sys.path[:] = json.loads(sys.argv[1])['path']; "
        f"from patchpilot.engine.{module} import main; main()"
    )
    everything = {
        **config,
        "program": program.names,
        "path": sys.path,
        "owner": os.getpid(),  # for people who look at `ps`
    }
    stream = subprocess.PIPE if pipes else subprocess.DEVNULL
    worker = Worker(
        [sys.executable, "-c", code, json.dumps(everything)],
        stdin=stream,
        stdout=stream,
        stderr=subprocess.DEVNULL,
        env={**_DEFAULTS, **os.environ, **_ENVIRONMENT},
        pass_fds=pass_fds,
        start_new_session=True,  # a Ctrl-C in the terminal is for the parent, which then ends us
    )
    worker.owner = os.getpid()
    return worker
