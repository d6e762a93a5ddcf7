"""Patches drawn, played on all their notes, and judged: in order, whatever the order in which they are rendered."""

from __future__ import annotations

import itertools
import logging
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from patchpilot.audio import Audio
from patchpilot.datasets.faults import FAILED, KEPT
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.samplers.base import Draft, Sampler
from patchpilot.datasets.storage.journal import Journal
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument, structure
from patchpilot.space import Patch, Performance

Place = tuple[int, int]
"""Which candidate, and which of its notes."""
MOST_BYTES = 512 * 2**20
"""Of audio that may wait for the candidates before it; what is rendered ahead and what hangs is part of it."""
_FEWEST = 64
"""Candidates that may wait, however long they are."""
_AHEAD = 4
"""Candidates that are rendered although there may be enough of them: some are left out, and workers shall be busy."""

_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Candidate:
    """A patch that was drawn, and what came of it.

    Attributes:
        number: its place in the sampler's sequence.
        draft: the patch, and where it comes from.
        performances: what it is played with.
        heard: audio or failure by number of the note, as they come.
    """

    number: int
    draft: Draft
    performances: tuple[Performance, ...]
    heard: dict[int, Audio | EngineError] = field(default_factory=dict)

    @property
    def is_done(self) -> bool:
        """Whether all its notes came back."""
        return len(self.heard) == len(self.performances)

    @property
    def failures(self) -> list[str]:
        """A phrase for each note that could not be rendered."""
        return [
            f"note {self.performances[k].notes[0].pitch}: {result}"
            for k, result in sorted(self.heard.items())
            if isinstance(result, EngineError)
        ]

    def verdict(self, recipe: Recipe) -> int:
        """`KEPT`, or why it is no part of the dataset: what the first of its notes that is not good has."""
        for k in range(len(self.performances)):
            result = self.heard[k]
            verdict = recipe.limits.verdict(result) if isinstance(result, Audio) else FAILED
            if verdict != KEPT:
                return verdict
        return KEPT


class Rendering:
    """Candidates from a place of the sequence on, each as soon as it and all before it are done.

    Candidates are drawn a window at a time and played in order of their structures, for workers keep a loaded one
    for the next patch that has the same. What comes back goes to the journal first. A render that fails is tried
    once more, so that a machine's bad moment does not decide what is in a dataset.

    Args:
        instrument: plays them.
        sampler: draws them.
        recipe: says how.
        first: number of the first candidate.
        journal: of renders that an earlier run made, and this one makes.
        rows_left: how many rows are still wanted, so that no more is rendered ahead than is likely needed.
    """

    def __init__(
        self,
        instrument: Instrument,
        sampler: Sampler,
        recipe: Recipe,
        first: int,
        journal: Journal,
        rows_left: Callable[[], int],
    ) -> None:
        self._instrument, self._sampler, self._recipe = instrument, sampler, recipe
        self._journal = journal
        self._known = journal.found()
        self._first = first
        most_open = max(_FEWEST, MOST_BYTES // (8 * recipe.plan.n_samples * recipe.plan.per_patch))
        self._most_ahead = most_open // 2
        self._rows_left = rows_left
        self._window: deque[Candidate] = deque()
        self._open: dict[int, Candidate] = {}
        self._sent: dict[int, Place] = {}
        self._again: deque[Place] = deque()
        self._tried_twice: set[Place] = set()

    def __iter__(self) -> Iterator[Candidate]:
        """Endless, if the sampler is."""
        release = self._first
        n = self._sampler.n_patches
        numbers = iter(itertools.count(self._first) if n is None else range(self._first, n))
        while self._again or self._draw(numbers):
            for position, result in self._instrument.stream(self._pairs(numbers)):
                self._take(self._sent.pop(position), result)
                while release in self._open and self._open[release].is_done:
                    yield self._open.pop(release)
                    release += 1
            while release in self._open and self._open[release].is_done:  # all from the journal
                yield self._open.pop(release)
                release += 1

    def _draw(self, numbers: Iterator[int]) -> bool:
        """Have candidates in the window, if there are more to come and not too many wait for one that hangs."""
        if not self._window and len(self._open) <= self._most_ahead:
            needed = -(-self._rows_left() // self._recipe.plan.per_patch) - len(self._open)
            size = min(max(needed, _AHEAD), self._most_ahead)
            drawn = [self._candidate(number) for number in itertools.islice(numbers, size)]
            self._open |= {candidate.number: candidate for candidate in drawn}
            self._window.extend(sorted(drawn, key=lambda candidate: structure(candidate.draft.patch)))
        return bool(self._window)

    def _candidate(self, number: int) -> Candidate:
        """A candidate as it is drawn, with what is known of it already."""
        performances = self._recipe.plan.performances(self._recipe.seed, number)
        known = {k: self._known.pop((number, k), None) for k in range(len(performances))}
        heard = {k: result for k, result in known.items() if result is not None}
        return Candidate(number, self._sampler.draft(number), performances, heard)

    def _pairs(self, numbers: Iterator[int]) -> Iterator[tuple[Patch, Performance]]:
        """What is to be played next: what failed once, then the notes of the next candidate of the window.

        It ends when the sampler does; and where too many wait for one that hangs, to be asked for again.
        """
        position = itertools.count()
        while True:
            while self._again:
                number, k = self._again.popleft()
                candidate = self._open[number]
                self._sent[next(position)] = (number, k)
                yield candidate.draft.patch, candidate.performances[k]
            if not self._draw(numbers):
                return
            following = self._window.popleft()
            for k, performance in enumerate(following.performances):
                if k not in following.heard:
                    self._sent[next(position)] = (following.number, k)
                    yield following.draft.patch, performance

    def _take(self, place: Place, result: Audio | EngineError) -> None:
        number, k = place
        if isinstance(result, EngineError) and place not in self._tried_twice:
            self._tried_twice.add(place)
            self._again.append(place)
            _log.info("candidate %d, note %d: %s; once more", number, k, result)
            return
        self._tried_twice.discard(place)
        self._journal.keep(number, k, result)
        self._open[number].heard[k] = result
