"""What is heard of drafts: the newest version as soon as can be, and the beginning before the whole.

Versions that wait while one is played are passed over, all but the newest; one that was begun is heard, for while a
knob is dragged there is always a newer one.

Vital takes as long for a note as the note has samples, so of a long one the first part is played first: it is the
beginning of the whole, and it is heard while the rest is on its way. Where a whole is quick, it is played at once.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from patchpilot.audio import Audio, loudness_lufs
from patchpilot.errors import EngineError, PatchPilotError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance
from patchpilot.workspace.drafts.pace import DRAGGED_S, Pace, beginning
from patchpilot.workspace.errors import ConflictError, MissingError

KEPT = 24
"""Whole sounds that are remembered, of all drafts together: 2 s in stereo are 0.7 MB."""


@dataclass(frozen=True, eq=False)
class Heard:
    """What is heard of a version of a draft.

    Attributes:
        version: of the draft.
        audio: its sound; None where that failed.
        is_whole: whether it is all of it, or the first part.
        lufs: its loudness; -inf for silence.
        render_s: seconds from the change to this.
        error: why there is no sound.
    """

    version: int
    audio: Audio | None
    is_whole: bool
    lufs: float = float("-inf")
    render_s: float = 0.0
    error: str = ""


@dataclass(eq=False)
class _Wish:
    """The newest version of a draft, that is to be heard."""

    draft: str
    version: int
    patch: Patch
    performance: Performance
    since_s: float
    is_dragged: bool


class Rendering:
    """Plays the drafts of one instrument, in a thread of its own.

    Args:
        instrument: that plays them, which is not closed with it; nobody else should use it for long.
        tell: called with the draft's id and what was heard, in the thread.
    """

    def __init__(self, instrument: Instrument, tell: Callable[[str, Heard], None]) -> None:
        self.instrument, self._tell = instrument, tell
        self._changed = threading.Condition()
        self._wishes: OrderedDict[str, _Wish] = OrderedDict()
        self._later: deque[tuple[Patch, Performance, Future[Audio]]] = deque()
        self._heard: dict[str, Heard] = {}
        self._newest: dict[str, int] = {}
        self._last_s: dict[str, float] = {}
        self._known: OrderedDict[tuple[str, str], Audio] = OrderedDict()
        self._pace = Pace()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name=f"drafts: {instrument.name}", daemon=True)
        self._thread.start()

    def wish(self, draft: str, version: int, patch: Patch, performance: Performance) -> None:
        """Have a version heard; an older one of the same draft is passed over."""
        with self._changed:
            if version < self._newest.get(draft, 0):
                return
            now = time.monotonic()
            is_dragged = now - self._last_s.get(draft, -1.0) < DRAGGED_S
            self._newest[draft], self._last_s[draft] = version, now
            self._wishes.pop(draft, None)
            self._wishes[draft] = _Wish(draft, version, patch, performance, now, is_dragged)
            self._changed.notify_all()

    def heard(self, draft: str) -> Heard | None:
        """What was heard of a draft last."""
        with self._changed:
            return self._heard.get(draft)

    def wait(
        self, draft: str, version: int | None = None, *, whole: bool = False, timeout_s: float = 5.0
    ) -> Heard:
        """What is heard of a version, once it is there.

        Args:
            draft: its id.
            version: of it; the newest by default.
            whole: wait for all of it, rather than be given its first part.
            timeout_s: so long at most.

        Raises:
            ConflictError: that version was passed over, for there is a newer one.
            MissingError: there is no such version yet.
            EngineError: it cannot be played, or not in time.
        """
        until = time.monotonic() + timeout_s
        with self._changed:
            wanted = self._newest.get(draft, 0) if version is None else version
            if wanted > self._newest.get(draft, 0):
                raise MissingError(f"there is no version {wanted} of this draft yet")
            while not self._closed:
                found = self._heard.get(draft)
                if found is not None and found.version == wanted and (found.is_whole or not whole):
                    return _sound(found)
                if wanted < self._newest[draft]:
                    raise ConflictError(
                        f"version {wanted} was passed over: the newest is {self._newest[draft]}"
                    )
                if not self._changed.wait(until - time.monotonic()) and time.monotonic() >= until:
                    raise EngineError(f"the sound was not ready within {timeout_s:g} s; ask again")
        raise EngineError("the studio is closing")

    def whole(self, patch: Patch, performance: Performance) -> Future[Audio]:
        """The whole sound of any patch, played when no draft waits to be heard."""
        made: Future[Audio] = Future()
        with self._changed:
            known = self._known.get((patch.sha256, performance.sha256))
            if known is not None:
                made.set_result(known)
            elif self._closed:
                made.set_exception(EngineError("the studio is closing"))
            else:
                self._later.append((patch, performance, made))
                self._changed.notify_all()
        return made

    def forget(self, draft: str) -> None:
        """Let go of what was heard of a draft."""
        with self._changed:
            self._heard.pop(draft, None)
            self._newest.pop(draft, None)
            self._last_s.pop(draft, None)
            self._wishes.pop(draft, None)

    def close(self) -> None:
        """End; what waits is told that it will not come."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(10.0)

    # In the thread

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._wishes or self._later or self._closed)
                if self._closed:
                    for _, _, made in self._later:
                        made.set_exception(EngineError("the studio is closing"))
                    return
                wish = self._wishes.popitem(last=False)[1] if self._wishes else None
                later = self._later.popleft() if wish is None else None
            if wish is not None:
                self._hear(wish)
            elif later is not None:
                self._play_later(*later)

    def _hear(self, wish: _Wish) -> None:
        key = (wish.patch.sha256, wish.performance.sha256)
        audio = self._known.get(key)
        try:
            if audio is None and self._pace.is_slow(wish.performance, is_dragged=wish.is_dragged):
                self._say(wish, self._played(wish.patch, beginning(wish.performance)), is_whole=False)
                if self._is_stale(wish):
                    return
            self._say(wish, self._rendered(wish.patch, wish.performance), is_whole=True)
        except PatchPilotError as error:
            self._told(wish, Heard(wish.version, None, is_whole=True, error=str(error)))
        except (
            Exception
        ) as error:  # a stranger's instrument may raise anything, and the next draft wants to be heard
            said = f"{type(error).__name__}: {error}"
            self._told(wish, Heard(wish.version, None, is_whole=True, error=said))

    def _play_later(self, patch: Patch, performance: Performance, made: Future[Audio]) -> None:
        try:
            made.set_result(self._rendered(patch, performance))
        except Exception as error:
            made.set_exception(error)

    def _rendered(self, patch: Patch, performance: Performance) -> Audio:
        key = (patch.sha256, performance.sha256)
        if key not in self._known:
            audio = self._played(patch, performance)
            with self._changed:
                self._known[key] = audio
                while len(self._known) > KEPT:
                    self._known.popitem(last=False)
        self._known.move_to_end(key)
        return self._known[key]

    def _played(self, patch: Patch, performance: Performance) -> Audio:
        start = time.monotonic()
        audio = self.instrument.render(patch, performance)
        self._pace.took(performance, time.monotonic() - start)
        return audio

    def _is_stale(self, wish: _Wish) -> bool:
        with self._changed:
            return self._newest.get(wish.draft, 0) > wish.version

    def _say(self, wish: _Wish, audio: Audio, *, is_whole: bool) -> None:
        took = time.monotonic() - wish.since_s
        self._told(wish, Heard(wish.version, audio, is_whole, loudness_lufs(audio), took))

    def _told(self, wish: _Wish, heard: Heard) -> None:
        with self._changed:
            last = self._heard.get(wish.draft)
            if wish.draft not in self._newest or (last is not None and last.version > wish.version):
                return  # forgotten, or told late
            self._heard[wish.draft] = heard
            self._changed.notify_all()
        self._tell(wish.draft, heard)


def _sound(heard: Heard) -> Heard:
    if heard.audio is None:
        raise EngineError(heard.error)
    return heard
