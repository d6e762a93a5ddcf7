"""Quality-diversity: not one best patch, but the best of each kind of sound.

"map-elites": an archive of cells by descriptors; new patches are made of those that are in it (J.-B. Mouret and
J. Clune, arXiv:1504.04909, with the variation of V. Vassiliades and J.-B. Mouret, GECCO 2018; parents are chosen by how
seldom their cell was reached, as in A. Ecoffet et al., Nature 590, 2021). "cma-me": evolution
strategies that go where the archive gains (M. Fontaine et al., GECCO 2020). Both by the package `ribs`.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import numpy as np

from patchpilot.audio import F64
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.search import descriptors
from patchpilot.search.box import Algorithm, Box, Heard, folded
from patchpilot.search.extras import needed
from patchpilot.search.technique import SIZE, Technique

_EXPLORED = 64
"""Patches that are drawn anew before there is variation, where it begins with patches of the prior."""
_ISO, _LINE = 0.03, 0.25
"""Spreads of a variation: in all directions, and towards another patch of the archive."""
_REDRAWN = 3.0
"""Coordinates that are drawn anew in every second child, on average."""
_SELDOM = 2.0
"""Power by which parents are less likely the more often their cells were reached."""
_EMITTERS = 3
"""Evolution strategies that take turns."""
_SIGMA = 0.15


class _Diverse(Technique):
    """What both have in common: what is kept apart.

    Args:
        describe: what a sound is like, (k,) in [0, 1]; NaN where nothing can be said. `descriptors.describe` by
            default.
        cells: into how many parts each descriptor is divided; k of them.
        size: >= 2, patches in a generation.
        free: see `Technique`.
    """

    kept: ClassVar[type[_Archived]]

    def __init__(
        self,
        *,
        describe: Callable[[Take], F64] = descriptors.describe,
        cells: Sequence[int] = descriptors.CELLS,
        size: int = SIZE,
        **free: Any,
    ) -> None:
        super().__init__(size=size, **free)
        if size < 2 or not cells or min(cells) < 1:
            raise ParameterError(f"expected size >= 2 and at least one cell of each, got {size} and {cells}")
        self._describe, self._cells = describe, tuple(cells)
        self.n_descriptors = len(self._cells)

    def describe(self, take: Take) -> F64:
        """By the function that was given."""
        return self._describe(take)

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior, for some generations."""
        needed("ribs", "play")
        return self.kept(box, seed, starts, self.size, self._cells)

    @property
    def elites(self) -> Heard:
        """The best of each kind so far, in the order of the cells."""
        return self.state.algorithm.elites  # type: ignore[attr-defined, no-any-return]


class _Archived(Algorithm):
    """An archive, and where new points come from."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, cells: tuple[int, ...]) -> None:
        from ribs.archives import GridArchive

        self._box, self._starts, self._size = box, starts, size
        self._random = np.random.default_rng((seed, 3))
        self._left = _EXPLORED if len(starts) else 0
        self._archive: Any = GridArchive(
            solution_dim=len(box),
            dims=cells,
            ranges=[(0.0, 1.0)] * len(cells),
            seed=int(np.random.SeedSequence((seed, 4)).generate_state(1)[0]),
        )

    def generation(self) -> F64:
        """Patches of the prior, then made of those in the archive."""
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        if self._left > 0 or self._archive.empty:
            self._left -= self._size
            return self._random.random((self._size, len(self._box)))
        return self.varied()

    @abstractmethod
    def varied(self) -> F64:
        """Points (n, d) made of those in the archive."""

    def learn(self, heard: Heard) -> None:
        """Archive."""
        self.archived(heard)

    def overhear(self, heard: Heard) -> None:
        """Archive what others found."""
        self.archived(heard)

    def archived(self, heard: Heard) -> tuple[F64, F64]:
        """Put in what has descriptors.

        Returns:
            Of each point: 2 for a new cell, 1 for a better one in its cell, 0 else; and how much the archive gained.
        """
        status, gain = np.zeros(len(heard)), np.full(len(heard), -np.inf)
        fine = np.isfinite(heard.descriptors).all(axis=1)
        if fine.any():
            info = self._archive.add(heard.points[fine], heard.scores[fine], heard.descriptors[fine])
            status[fine], gain[fine] = info["status"], info["value"]
        return status, gain

    @property
    def elites(self) -> Heard:
        """The points in the archive."""
        data = self._archive.data(["solution", "objective", "measures", "index"])
        order = np.argsort(data["index"])
        return Heard(data["solution"][order], data["objective"][order], data["measures"][order])


class _Elites(_Archived):
    """MAP-Elites."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, cells: tuple[int, ...]) -> None:
        super().__init__(box, seed, starts, size, cells)
        self._visits = np.zeros(math.prod(cells))

    def archived(self, heard: Heard) -> tuple[F64, F64]:
        """Count how often each cell was reached, too."""
        reached = heard.descriptors[np.isfinite(heard.descriptors).all(axis=1)]
        np.add.at(self._visits, self._archive.index_of(reached), 1.0)
        return super().archived(heard)

    def varied(self) -> F64:
        """Between two elites and a little aside; every second one with some coordinates drawn anew."""
        one, two = self._chosen(), self._chosen()
        self.parents = list(zip(one, two, strict=True))
        along = self._random.normal(0.0, _LINE, (self._size, 1))
        made = one + self._random.normal(0.0, _ISO, one.shape) + along * (two - one)
        redrawn = self._random.random(made.shape) < min(_REDRAWN / len(self._box), 1.0)
        redrawn[1::2] = False
        return folded(np.where(redrawn, self._random.random(made.shape), made))

    def _chosen(self) -> F64:
        """Elites, the likelier the more seldom their cells were reached: most lie where little is known."""
        data = self._archive.data(["solution", "index"])
        weights = self._visits[data["index"]] ** -_SELDOM
        chosen = self._random.choice(len(weights), self._size, p=weights / weights.sum())
        return np.asarray(data["solution"][chosen], dtype=np.float64)


class _Emitters(_Archived):
    """CMA-ME: emitters that take turns, each for one generation.

    They know no bounds, as the package would draw until all coordinates are within: in many dimensions for ever.
    """

    def __init__(self, box: Box, seed: int, starts: F64, size: int, cells: tuple[int, ...]) -> None:
        super().__init__(box, seed, starts, size, cells)
        self._seed = seed
        self._emitters: list[Any] = []
        self._turn = -1

    def varied(self) -> F64:
        """Samples of the next emitter."""
        if len(self._emitters) < _EMITTERS:
            self._emitters.append(self._emitter())
        self._turn = (self._turn + 1) % len(self._emitters)
        return folded(np.asarray(self._emitters[self._turn].ask()))

    def learn(self, heard: Heard) -> None:
        """Archive, and let the emitter know what that gained."""
        status, gain = self.archived(heard)
        if self._turn < 0 or self._archive.empty:
            return
        lost = min(gain[np.isfinite(gain)], default=0.0) - 1.0
        self._emitters[self._turn].tell(
            heard.points,
            heard.scores,
            np.nan_to_num(heard.descriptors, nan=0.0),
            {"status": status.astype(np.int32), "value": np.where(np.isfinite(gain), gain, lost)},
        )

    def _emitter(self) -> Any:
        from ribs.emitters import EvolutionStrategyEmitter

        seed = np.random.SeedSequence((self._seed, 5, len(self._emitters))).generate_state(1)[0]
        return EvolutionStrategyEmitter(
            self._archive,
            x0=self._archive.sample_elites(1)["solution"][0],
            sigma0=_SIGMA,
            es="sep_cma_es",
            ranker="2imp",
            batch_size=self._size,
            seed=int(seed),
        )


class MapElites(_Diverse):
    """MAP-Elites; see `_Diverse` for its arguments."""

    name = "map-elites"
    kept = _Elites


class CmaMe(_Diverse):
    """CMA-ME; see `_Diverse` for its arguments."""

    name = "cma-me"
    kept = _Emitters


def qd_score(
    descriptors_: F64, qualities: F64, cells: Sequence[int] = descriptors.CELLS
) -> tuple[float, int]:
    """Sum over the cells of the best quality in each, and how many cells have one.

    Source: J. Pugh, L. Soros and K. Stanley, Frontiers in Robotics and AI 3, 2016.

    Args:
        descriptors_: (n, k) in [0, 1]; rows with NaN do not count.
        qualities: (n,) >= 0.
        cells: k numbers.
    """
    best: dict[tuple[int, ...], float] = {}
    top = np.array(cells) - 1
    for row, quality in zip(descriptors_, qualities.tolist(), strict=True):
        if np.isfinite(row).all():
            cell = tuple(np.minimum((row * np.array(cells)).astype(int), top).tolist())
            best[cell] = max(best.get(cell, 0.0), quality)
    return math.fsum(best.values()), len(best)
