"""The connection to a Dask scheduler: tasks go out by number, and come back as news in a queue.

All that depends on `distributed` on the client's side is here. It is imported when a cluster is used.
"""

import asyncio
import concurrent.futures
import contextlib
import logging
import queue
import re
import socket
import sys
import warnings
from typing import Any
from urllib.parse import urlsplit

from patchpilot.engine import _cluster_worker
from patchpilot.errors import EngineError, ParameterError, PluginError

_CONNECT_S = 8.0  # a scheduler that is there answers at once
_CLOSE_S = 3.0
_LOOK_S = 0.5  # between two looks at who is there
_RETRIES = 2  # for what Dask itself may raise; `work` catches what is ours
_LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application")
# What the client cannot know of our machines: a matching pair of versions is checked by each task's identity.
_QUIET = r"(?s).*(Mismatched versions found|Sending large graph)"


class KilledError(Exception):
    """Too many workers died while they had the task."""


class Link:
    """A client of the scheduler at `address`.

    Attributes:
        address: as it is connected to.
        threads: of all workers together, as seen last.

    Raises:
        ParameterError: it is no address.
        PluginError: `distributed` is not installed.
        EngineError: nobody answers there.
    """

    def __init__(self, address: str) -> None:
        self.address = checked(address)
        distributed = _distributed()
        self._killed_worker: type[Exception] = distributed.scheduler.KilledWorker
        self._news: queue.SimpleQueue[tuple[int, Any]] = queue.SimpleQueue()
        self._knock()
        try:
            with concurrent.futures.ThreadPoolExecutor(1) as thread:  # the caller's may have a loop that runs
                thread.submit(asyncio.run, _greet(distributed, self.address)).result()
            with _quiet():
                self._client = distributed.Client(
                    self.address, timeout=_CONNECT_S, set_as_default=False, name="patchpilot"
                )
        except Exception as error:  # whatever a server says that is no scheduler
            raise self._nobody(f"{type(error).__name__} {error}".strip()) from None
        self.session: str = self._client.id
        self._following: dict[int, concurrent.futures.Future[None]] = {}
        try:
            self.threads: int = sum(self._client.nthreads().values())
        except Exception as error:
            self.close()
            raise self._nobody(str(error)) from None
        self._watcher = self._soon(self._watch())

    def send(self, number: int, task: bytes) -> None:
        """Submit a task.

        Raises:
            EngineError: the scheduler is gone.
        """
        try:
            with _quiet():
                future = self._client.submit(_cluster_worker.work, task, pure=False, retries=_RETRIES)
        except Exception as error:
            raise self._gone(str(error)) from None
        self._following[number] = self._soon(self._follow(number, future))

    def forget(self, number: int) -> None:
        """Nobody wants that task any more; it is not begun if it has not yet."""
        self._following.pop(number).cancel()  # with it goes the last reference to the result

    def receive(self, timeout_s: float) -> tuple[int, Any] | None:
        """The next task that ended: its number, and what `work` returned or the `KilledError` that it met.

        Returns None if there is none within `timeout_s`.

        Raises:
            EngineError: the scheduler is gone, or no worker can run our tasks.
        """
        try:
            number, outcome = self._news.get(timeout_s > 0.0, timeout_s or None)
        except queue.Empty:
            if self._client.status != "running":
                raise self._gone("the connection broke") from None
            return None
        if self._following.pop(number, None) is None:
            return None
        if isinstance(outcome, BaseException) and not isinstance(outcome, KilledError):
            raise outcome
        return number, outcome

    def close(self) -> None:
        """Hang up; the scheduler forgets our tasks."""
        with contextlib.suppress(AttributeError):
            self._watcher.cancel()
        with contextlib.suppress(Exception):  # there is nothing left to lose
            self._client.close(_CLOSE_S)

    def _soon(self, coroutine: Any) -> "concurrent.futures.Future[None]":
        return asyncio.run_coroutine_threadsafe(coroutine, self._client.loop.asyncio_loop)

    async def _follow(self, number: int, future: Any) -> None:
        """Fetch a result as soon as there is one, while the caller's thread does other things."""
        outcome: Any
        try:
            outcome = await future  # cancelled, `gather` would leave tasks behind that complain on stderr
        except self._killed_worker as error:
            outcome = KilledError(str(error))
        except (Exception, asyncio.CancelledError) as error:
            if self._client.status != "running":
                outcome = self._gone("the connection broke")
            elif isinstance(error, (asyncio.CancelledError, concurrent.futures.CancelledError)):
                outcome = self._gone("it dropped our tasks")  # somebody restarted the cluster
            else:
                outcome = EngineError(
                    f"the workers of {self.address} cannot run Patch Pilot: {type(error).__name__}: {error}. "
                    "Is the same version installed on all of them? pip install 'patchpilot[cluster]'"
                )
        self._news.put((number, outcome))

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            with contextlib.suppress(Exception):  # `receive` tells what is lost
                self.threads = sum((await self._client.nthreads()).values())

    def _knock(self) -> None:
        """Ask the system whether anybody listens; Dask would go on asking for the whole time."""
        there = urlsplit(self.address)
        try:
            socket.create_connection((there.hostname or "", there.port or 0), _CONNECT_S).close()
        except OSError as error:
            raise self._nobody(error.strerror or str(error)) from None

    def _nobody(self, reason: str) -> EngineError:
        return EngineError(
            f"no Dask scheduler answers at {self.address} ({reason}). Start one there with `dask scheduler`, "
            "or check address, port and firewall"
        )

    def _gone(self, reason: str) -> EngineError:
        return EngineError(
            f"the Dask scheduler at {self.address} is gone ({reason}). What it had in work is lost, what came "
            "back is not: start it again, then resume"
        )


async def _greet(distributed: Any, address: str) -> None:
    """Have a scheduler say who it is. `Client` waits for ever where a server accepts but is mute.

    Raises:
        Exception: whatever shows that it is none.
    """
    options = distributed.Security().get_connection_args("client")

    async def ask() -> None:
        comm = await distributed.comm.connect(address, timeout=_CONNECT_S, **options)
        try:
            await comm.write({"op": "identity", "reply": True})
            said = await comm.read()
            if said.get("type") != "Scheduler":
                raise OSError(f"it is a {said.get('type')}")
        finally:
            comm.abort()

    await asyncio.wait_for(ask(), _CONNECT_S)


def checked(address: str) -> str:
    """A scheduler's address with its protocol; tcp if it names none.

    Raises:
        ParameterError: it is no address.
    """
    whole = address if "://" in address else f"tcp://{address}"
    if not re.fullmatch(r"(tcp|tls|ws|wss)://(\[[0-9a-fA-F:.%]+\]|[^\s/:\[\]]+):\d{1,5}/?", whole):
        raise ParameterError(
            f"expected the address of a Dask scheduler like tcp://host:8786 or tls://host:8786, got {address!r}"
        )
    return whole.rstrip("/")


def _distributed() -> Any:
    """The library, kept from writing into the user's terminal where nobody but us uses it."""
    ours = "distributed" not in sys.modules
    try:
        import distributed
        import distributed.comm
        import distributed.scheduler
    except ImportError as error:
        raise PluginError(
            f"a cluster needs Dask, which is not installed ({error}): pip install 'patchpilot[cluster]'"
        ) from None
    if ours:
        for name in _LOGGERS:
            logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return distributed


@contextlib.contextmanager
def _quiet() -> Any:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", _QUIET)
        yield
