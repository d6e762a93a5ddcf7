"""Takes as they are made, for somebody who listens: one at a time, without holding up the search.

A search makes takes faster than they sound. When one has ended, the next is the best of those that came meanwhile, or
the one that somebody else chooses among them.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.search.base import Outcome

REMEMBERED = 64
"""Takes that can still be named, of those that were made and of those that sounded: 128 of two seconds are 90 MB."""
_PAUSE_S = 0.15


class Player(Protocol):
    """Plays one sound at a time; a new one ends that before it."""

    def play(self, audio: Audio) -> object:
        """Begin to play, and return at once; raises `PluginError`."""

    def stop(self) -> None:
        """End what is playing."""


@dataclass(frozen=True, eq=False)
class Sounded:
    """A take that was made while somebody listens.

    Attributes:
        number: in the order in which they were made, from 1.
        outcome: with the take.
    """

    number: int
    outcome: Outcome


def best(waiting: Sequence[Sounded]) -> Sounded:
    """The take with the highest score, the first of equals."""
    return max(waiting, key=lambda made: made.outcome.score)


class Sounding:
    """Which take sounds now, and which were made lately. Threads may share it.

    Args:
        player: that is heard; without one takes have their turns in silence.
        on_silence: called once, with the reason, where the player cannot play.
        choose: which of the takes that came meanwhile is the next; the best by default.
    """

    def __init__(
        self,
        player: Player | None = None,
        on_silence: Callable[[str], None] = lambda _: None,
        choose: Callable[[Sequence[Sounded]], Sounded] = best,
    ) -> None:
        self._player, self._on_silence, self._choose = player, on_silence, choose
        self._changed = threading.Condition()
        self._made: deque[Sounded] = deque(maxlen=REMEMBERED)
        self._sounded: deque[Sounded] = deque(maxlen=REMEMBERED)
        self._n, self._waiting = 0, list[Sounded]()
        self._now: Sounded | None = None
        self._skipped = self._closed = False
        self.silent_because = ""
        """Why nothing is heard, where that is so."""
        self._thread = threading.Thread(target=self._play, name="sounding", daemon=True)
        self._thread.start()

    def heard(self, outcome: Outcome) -> None:
        """A take was made; a failure has none."""
        if outcome.take is None:
            return
        with self._changed:
            self._n += 1
            made = Sounded(self._n, outcome)
            self._made.append(made)
            self._waiting.append(made)
            self._changed.notify_all()

    @property
    def now(self) -> Sounded | None:
        """The take that sounds, or sounded last."""
        with self._changed:
            return self._now

    @property
    def made(self) -> list[Sounded]:
        """Those that were made lately, and those that sounded lately, oldest first.

        A search makes takes faster than anybody can say what they think of one.
        """
        with self._changed:
            return self._known()

    def named(self, number: int | None) -> Sounded:
        """A take by its number; the one that sounds now by default. Raises `ParameterError`."""
        with self._changed:
            known = self._known()
        found = self.now if number is None else next((made for made in known if made.number == number), None)
        if found is None:
            last = f"the last {len(known)} are remembered" if known else "none was made yet"
            raise ParameterError(f"no take {'sounds' if number is None else number} now; {last}")
        return found

    def skip(self, to: Sounded | None = None) -> None:
        """Go to the next take, or to one of them."""
        with self._changed:
            if to is not None:
                self._waiting = [to]
            self._skipped = True
            self._changed.notify_all()

    def close(self) -> None:
        """End what is playing."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join()
        if self._player is not None and not self.silent_because:
            self._player.stop()

    def _known(self) -> list[Sounded]:
        both = {made.number: made for made in (*self._sounded, *self._made)}
        return [both[number] for number in sorted(both)]

    def _play(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._closed)
                if self._closed:
                    return
                waiting, self._waiting = self._waiting, []
                self._skipped = False
            now = self._choose(waiting)  # may take its time, and the search goes on
            with self._changed:
                self._now = now
                self._sounded.append(now)
            assert now.outcome.take is not None
            audio = now.outcome.take.audio
            self._sound(audio)
            with self._changed:
                self._changed.wait_for(lambda: self._skipped or self._closed, audio.duration_s + _PAUSE_S)

    def _sound(self, audio: Audio) -> None:
        if self._player is None or self.silent_because:
            return
        try:
            self._player.play(audio)
        except PatchPilotError as error:
            self.silent_because = str(error)
            self._on_silence(self.silent_because)
