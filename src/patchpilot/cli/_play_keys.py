"""Single keys of a terminal, heard beside whatever else goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def listening(on_key: Callable[[str], None]) -> Iterator[None]:
    """While it lasts, each key is told in a thread; where input is no terminal, each line's letters are.

    Args:
        on_key: called with a letter. Ctrl-C still interrupts.
    """
    ended = threading.Event()
    if not _is_readable():
        yield
        return
    with _one_at_a_time():
        thread = threading.Thread(target=_read, args=(on_key, ended), name="keys", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join(0.5)  # it may wait for input that never comes


def _is_readable() -> bool:
    try:
        return sys.stdin.fileno() >= 0
    except (OSError, ValueError, AttributeError):  # none, closed, or no file
        return False


def _read(on_key: Callable[[str], None], ended: threading.Event) -> None:
    while not ended.is_set():
        key = _key(0.1)
        if key is None:  # the input is at its end
            return
        if key and key not in "\r\n":
            on_key(key)


if sys.platform == "win32":
    import msvcrt
    import time

    @contextmanager
    def _one_at_a_time() -> Iterator[None]:
        yield

    def _key(wait_s: float) -> str | None:
        if msvcrt.kbhit():
            return msvcrt.getwch()
        time.sleep(wait_s)
        return ""
else:
    import os
    import select
    import termios
    import tty

    @contextmanager
    def _one_at_a_time() -> Iterator[None]:
        """Keys come without Return, and are not shown; the terminal is as it was afterwards."""
        if not sys.stdin.isatty():
            yield
            return
        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
        tty.setcbreak(number)
        try:
            yield
        finally:
            termios.tcsetattr(number, termios.TCSADRAIN, before)

    def _key(wait_s: float) -> str | None:
        number = sys.stdin.fileno()
        if not select.select([number], [], [], wait_s)[0]:
            return ""
        data = os.read(number, 1)
        return data.decode(errors="replace") if data else None
