"""Programs for the pool, without any native library: what workers import."""

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_leak: list[object] = []


def boot() -> None:
    """Nothing to load."""


def boot_fails() -> None:
    raise ImportError("libtoy.so: cannot open shared object file")


def boot_crashes() -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def prepare(base: Any) -> Any:
    if isinstance(base, np.ndarray):
        return {"base": base, "uses": 0}
    if isinstance(base, dict) and not Path(base["fails_once"]).exists():
        Path(base["fails_once"]).touch()
        raise ValueError("not now")
    if base == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if base == "hang":
        time.sleep(1000)
    if base == "raise":
        raise ValueError("no such preset")
    return {"base": base, "uses": 0, "random": np.random.default_rng(1)}


def common() -> list[int]:
    """What `prepare_common` changes."""
    return [0]


def prepare_common(base: int, made: list[int]) -> dict[str, Any]:
    made.append(base)
    return {"base": _Sum(made), "uses": 0}


class _Sum:
    def __init__(self, made: list[int]) -> None:
        self._made = made

    def __add__(self, x: int) -> list[int]:
        return [*self._made, x]


def run(state: dict[str, Any], delta: Any) -> Any:
    """`delta` is (verb, argument)."""
    verb, argument = delta
    result = _VERBS[verb](state, argument)
    state["uses"] += 1
    return result


def _sum(state: dict[str, Any], x: Any) -> Any:
    return state["base"] + x


def _random(state: dict[str, Any], n: int) -> npt.NDArray[np.float32]:
    """Depends on the state's hidden random generator, as a synthesizer's random phase does."""
    return state["random"].standard_normal((2, n), dtype=np.float32)  # type: ignore[no-any-return]


def _uses(state: dict[str, Any], _: Any) -> tuple[int, int]:
    _leak.append(1)
    return state["uses"], len(_leak)


def _crash(_: Any, name: str) -> None:
    os.write(2, b"libtoy: assertion failed\n")
    os.kill(os.getpid(), signal.Signals[name])


def _exit(_: Any, code: int) -> None:
    os._exit(code)


def _hang(_: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def _hang_locked(_: Any, seconds: float) -> None:
    """Sleep in native code without giving the interpreter's lock back."""
    ctypes.PyDLL(None).usleep(int(seconds * 1e6))


def _raise(_: Any, text: str) -> None:
    raise ValueError(text)


def _leave(_: Any, code: int) -> None:
    sys.exit(code)


def _unpicklable(_state: Any, _: Any) -> Any:
    return lambda: None


def _loud(_: Any, n: int) -> int:
    """Flood every stream, and read what must not be read."""
    for fd in (1, 2):
        with contextlib.suppress(BlockingIOError):
            os.write(fd, b"x" * n)
    sys.stdout.write("y" * n)
    sys.stdout.flush()
    return len(sys.stdin.read() if sys.stdin else "")


def _huge(_: Any, n: int) -> npt.NDArray[np.float32]:
    return np.arange(n, dtype=np.float32)


def _mixed(_: Any, n: int) -> dict[str, Any]:
    return {"a": np.ones((n, 3), order="F"), "b": [np.zeros(0), "text", np.arange(n)[::2]], "c": None}


def _pid(_state: Any, _: Any) -> int:
    return os.getpid()


def _denormal(_state: Any, x: float) -> float:
    """`x`, by arithmetic: zero where the thread flushes denormal numbers to zero."""
    return float(np.float32(x) * np.float32(1.0))


_VERBS = {
    name[1:]: value
    for name, value in list(globals().items())
    if name.startswith("_") and not name.startswith("__") and callable(value)
}
