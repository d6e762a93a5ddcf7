"""What Linux offers and the engine needs: dying with the parent, shared memory, a pipe for noise."""

import contextlib
import ctypes
import os
import resource
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path

from patchpilot.engine import _wire

_libc = ctypes.CDLL(None, use_errno=True)  # loaded here, once: not between fork and run
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36


def die_with(parent: int) -> None:
    """Be killed when `parent` ends. Not inherited over a fork, so each child calls it first."""
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it ended between the fork and here
        os._exit(1)


def adopt_orphans() -> None:
    """Become the parent of grandchildren whose own parent died, so that somebody reaps them."""
    _libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def no_core_dumps() -> None:
    """A crash is expected here; writing 50 MB for each would take longer than the render."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


class Socket:
    """One end of a socket pair that carries frames."""

    def __init__(self, end: socket.socket) -> None:
        self.end = end
        self.fileno = end.fileno
        self.close = end.close

    def send(self, payload: bytes) -> None:
        """Send one frame; a peer that is gone is noticed when reading."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.end.sendall(_wire.frame(payload))

    def receive(self) -> bytes:
        """The next frame.

        Raises:
            EOFError: the other side is gone.
        """
        return _wire.read_frame(self._read)

    def _read(self, n: int) -> bytearray:
        data = bytearray(n)
        view = memoryview(data)
        while view:
            try:
                got = self.end.recv_into(view)
            except ConnectionResetError:
                got = 0
            if not got:
                raise EOFError("the other process is gone")
            view = view[got:]
        return data


def socket_pair() -> tuple[Socket, Socket]:
    """Two connected ends."""
    one, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
    return Socket(one), Socket(other)


def store(slot: int, chunks: Sequence[bytes | memoryview]) -> None:
    """Write a packed value to the shared memory behind the file descriptor `slot`."""
    at = 0
    os.ftruncate(slot, sum(memoryview(chunk).nbytes for chunk in chunks))
    for chunk in chunks:
        view = memoryview(chunk)
        while view:
            done = os.pwrite(slot, view, at)
            at += done
            view = view[done:]


def fetch(slot: int) -> object:
    """The value that `store` left in `slot`.

    Raises:
        EOFError: it is not whole.
    """
    at = 0

    def read(n: int) -> bytearray:
        nonlocal at
        data = bytearray(n)
        view = memoryview(data)
        while view:
            done = os.preadv(slot, [view], at)
            if not done:
                raise EOFError("a result was cut off")
            at += done
            view = view[done:]
        return data

    return _wire.unpack(read)


class Noise:
    """A pipe for what native code prints: its last words are kept for the report, floods are dropped.

    It never blocks the writer: once its 64 KB are full, writes fail, which C and C++ streams ignore. Python's
    own streams would raise, so those are sent to nowhere.
    """

    def __init__(self) -> None:
        self._read, write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        os.dup2(write, 1)
        os.dup2(write, 2)
        os.close(write)
        sys.stdout = sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115 - open as long as the process

    def take(self) -> str:
        """The end of what was written since the last call."""
        last = b""
        try:
            while more := os.read(self._read, 65536):
                last = more
        except BlockingIOError:
            pass
        return last[-2000:].decode(errors="replace").strip()
