"""One patch that is being bettered: turns of all its knobs, and now and then a structural move.

Three ways of choosing take turns. While the sound's picture guides, turns that the slopes speak for are tried
beside probes, which teach the slopes more. When that gains little, structural moves are tried; one that betters is
adopted, and the knobs are turned anew. When no move is left, or where there is no picture, the evolution samples.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.instruments.base import Instrument
from patchpilot.search.cma_es import Evolution
from patchpilot.search.refinement import moves
from patchpilot.search.refinement.coordinates import Coordinates
from patchpilot.search.refinement.moves import Try
from patchpilot.search.refinement.slopes import Heard, best_turn, probes, slopes
from patchpilot.space import Edit, Patch

_SIGMA = 0.8
"""First standard deviation of samples, in typical steps."""
SIZE = 8
"""Proposals in a generation: what two to eight processes render side by side."""
CAUTIONS = (0.03, 0.003, 0.0005)
"""Prices of a squared typical step, for the turns that are tried in each generation."""
GAIN = 0.004
"""A generation that betters less than this part is a poor one."""
_POOR = {True: 2, False: 4}
"""So many poor generations one after another, with a picture and without: time for moves."""
_POOREST = 8
"""So many with no move left: the end."""
_MISSES = 12
"""So many generations of leaps, none of which bettered: the end."""


@dataclass
class Arm:
    """Where the refinement of one patch stands: plain data that can be copied and pickled.

    Attributes:
        seed: of its random numbers.
        patch: what it starts from.
        start: the cost of that.
        opening: neutral moves that are tried first; those that do little harm are all made.
        bearable: what part an opening may cost.
        coordinates: the structure at work, and its knobs.
        target: (cells,) the target's picture; None where nothing but scores guides.
        believed: float32 (d, cells), slopes taken over from elsewhere; None for none.
        heard: all renders of this structure that did not fail.
        best: the best of them.
        evolution: draws samples, once it is its turn.
        evolving: whether the present generation is the evolution's.
        adopted: names of the moves that bettered the patch.
        tried: names of all the moves that were tried.
        promising: the last moves that may be tried again, with the knobs turned to suit them.
        trusted: power of ten on the price of a turn: higher is more cautious.
        poor: poor generations, one after another.
        leaping: whether single knobs leap to far values where turns gain nothing, while there is a target.
        misses: generations of leaps, one after another, that bettered nothing.
        renders: how many it had.
        costs: best cost after each generation.
        done: whether it has converged.
    """

    seed: tuple[int, ...]
    patch: Patch
    start: float
    opening: tuple[Edit, ...]
    bearable: float
    coordinates: Coordinates
    target: F64 | None = None
    believed: F32 | None = None
    heard: list[Heard] = field(default_factory=list)
    best: Heard | None = None
    evolution: Evolution | None = None
    evolving: bool = False
    adopted: tuple[str, ...] = ()
    tried: set[str] = field(default_factory=set)
    promising: list[tuple[Try, Heard]] = field(default_factory=list)
    trusted: float = 0.0
    poor: int = 0
    leaping: bool = False
    misses: int = 0
    renders: int = 0
    costs: list[float] = field(default_factory=list)
    done: bool = False

    @property
    def cost(self) -> float:
        """Of the best so far; infinite before anything was heard."""
        return self.best.cost if self.best is not None else float("inf")

    def generation(self, instrument: Instrument) -> list[Try]:
        """What to hear next; nothing when the arm has converged."""
        if self.opening:
            return [moves.tried(instrument, self.patch, edit) for edit in self.opening]
        if self.promising:
            return self._suited_moves()
        if self.misses >= _MISSES:
            self.done = True
            return []
        is_stuck = self.poor >= _POOR[self.target is not None]
        if self.best is not None and is_stuck and (tries := self._new_moves(instrument)):
            return tries
        if self.poor >= _POOREST or not len(self.coordinates):
            self.done = True
            return []
        self.evolving = is_stuck or self.target is None
        return self._evolved() if self.evolving else self._guided()

    def learn(
        self,
        instrument: Instrument,
        tries: Sequence[Try],
        costs: Sequence[float],
        pictures: Sequence[F32 | None],
    ) -> None:
        """What came of a generation, in its order; a failed one has an infinite cost."""
        before = self.cost
        worst = max([cost for cost in costs if np.isfinite(cost)], default=0.0) + 1.0
        results = [
            Heard(one.at, cost if np.isfinite(cost) else worst, picture)
            for one, cost, picture in zip(tries, costs, pictures, strict=True)
        ]
        self.renders += len(tries)
        if self.opening:
            self._open(instrument, [result.cost for result in results])
        elif tries[0].move is not None:
            self._learn_moves(tries, results)
        else:
            self._learn_turns(results, np.isfinite(costs).tolist(), before)
        self.costs.append(self.cost)

    def _open(self, instrument: Instrument, costs: Sequence[float]) -> None:
        """Make all of the openings that did little harm."""
        space = instrument.space
        for edit, cost in zip(self.opening, costs, strict=True):
            if cost <= self.start * (1.0 + self.bearable):
                self.patch = edit.apply(space, self.patch)
        self.opening = ()
        self.coordinates = Coordinates.around(space, self.patch, instrument.knobs(self.patch))

    def slopes(self) -> F32:
        """At the best so far, float32 (d, cells)."""
        assert self.best is not None
        assert self.best.picture is not None
        believed = self.believed
        if believed is None:
            believed = np.zeros((len(self.coordinates), len(self.best.picture)), np.float32)
        return slopes(self.best, [one for one in self.heard if one.picture is not None], believed)

    def _random(self) -> np.random.Generator:
        """A stream of its own for each generation."""
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence((*self.seed, len(self.costs)))))

    def _guided(self) -> list[Try]:
        """Turns that the slopes speak for, then probes around the best."""
        made = [np.zeros(len(self.coordinates))]
        centre = made[0]
        if self.best is not None and self.best.picture is not None and self.target is not None:
            centre, slope = self.best.at, self.slopes()
            factor = 10.0**self.trusted
            made = [
                self.best.at
                + best_turn(
                    self.best.picture,
                    slope,
                    self.target,
                    self.coordinates.low - centre,
                    self.coordinates.high - centre,
                    caution=caution * factor,
                )[0]
                for caution in CAUTIONS
            ]
        made += probes(centre, self.coordinates.spread, SIZE - len(made), self._random())
        return self._tries(made)

    def _evolved(self) -> list[Try]:
        """Samples of the evolution around the best."""
        if self.evolution is None:
            centre = self.best.at if self.best is not None else np.zeros(len(self.coordinates))
            self.evolution = self._evolution(self.coordinates, centre, self.coordinates.spread)
        return self._tries(self.evolution.ask())

    def _evolution(self, coordinates: Coordinates, centre: F64, spread: F64) -> Evolution:
        return Evolution(
            centre,
            low=coordinates.low,
            high=coordinates.high,
            spread=_SIGMA * spread,
            whole=coordinates.whole,
            seed=int(self._random().integers(2**31)),
            size=SIZE,
        )

    def _tries(self, made: Sequence[F64]) -> list[Try]:
        kept = [self.coordinates.kept(at) for at in made]
        return [Try(self.coordinates.patch(at), at, self.coordinates) for at in kept]

    def _learn_turns(self, results: Sequence[Heard], played: Sequence[bool], before: float) -> None:
        """Bolder after a gain; a poor generation counts towards a move, or the end."""
        if self.evolving and self.evolution is not None:
            self.evolution.tell([one.cost for one in results])
        else:
            self.evolution = None  # it would go on from where the best no longer is
        self.heard += [one for one, fine in zip(results, played, strict=True) if fine]
        self.best = min(self.heard, key=lambda one: one.cost, default=None)
        gained = before - self.cost
        self.trusted = max(self.trusted - 0.25, -1.0) if gained > 0.0 else min(self.trusted + 0.5, 2.0)
        self.poor = 0 if gained > GAIN * self.cost else self.poor + 1

    def _new_moves(self, instrument: Instrument) -> list[Try]:
        """Structural edits of the best so far that were not tried yet; leaps among them, if it may leap."""
        assert self.best is not None
        patch = self.coordinates.patch(self.best.at)
        fresh = [edit for edit in instrument.edits(patch) if edit.name not in self.tried]
        if self.leaping and self.best.picture is not None:
            fresh = moves.leaps(self.coordinates, self.best.at, self.slopes(), fresh, SIZE, self._random())
            self.misses += 1
        fresh = fresh[:SIZE]
        self.tried |= {edit.name for edit in fresh}
        return [moves.tried(instrument, patch, edit) for edit in fresh]

    def _suited_moves(self) -> list[Try]:
        """The most promising moves, with the knobs turned to suit them."""
        assert self.target is not None
        mine = self.coordinates.keys, self.slopes()
        return [
            moves.suited(one, result, self.target, *mine, caution=caution)
            for one, result in self.promising
            for caution in CAUTIONS
        ]

    def _learn_moves(self, tries: Sequence[Try], results: Sequence[Heard]) -> None:
        """Adopt the best if it betters; else try the most promising ones again with turns."""
        again, self.promising = bool(self.promising), []
        one, result = min(zip(tries, results, strict=True), key=lambda pair: pair[1].cost)
        if result.cost < self.cost * (1.0 - GAIN):
            self._adopt(one, result)
        elif (
            not again and self.target is not None and self.best is not None and self.best.picture is not None
        ):
            pairs = list(zip(tries, results, strict=True))
            mine = self.coordinates.keys, self.slopes()
            self.promising = moves.most_promising(pairs, self.cost, self.target, *mine, caution=CAUTIONS[1])

    def _adopt(self, one: Try, result: Heard) -> None:
        """Go on from another structure, with what was learnt of the knobs that stay."""
        assert one.move is not None
        if result.picture is not None and self.best is not None and self.best.picture is not None:
            self.believed = moves.carried(self.coordinates.keys, self.slopes(), one.coordinates.keys)
        if self.evolution is not None:
            learnt = dict(zip(self.coordinates.keys, self.evolution.spread, strict=True))
            first = zip(one.coordinates.keys, one.coordinates.spread, strict=True)
            spread = np.array([learnt.get(key, step) for key, step in first])
            self.evolution = self._evolution(one.coordinates, result.at, spread)
        self.coordinates, self.heard, self.best = one.coordinates, [result], result
        self.adopted += (one.move.name,)
        self.poor, self.trusted, self.misses = 0, 0.0, 0
