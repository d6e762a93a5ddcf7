"""Bayesian optimisation: a model of the scores says which patches promise most.

Two models, both by the package `optuna`. "tpe": densities of the good and of the other points (J. Bergstra et al.,
NIPS 2011; S. Watanabe, arXiv:2304.11127). "gp": a Gaussian process with expected improvement, for some hundred
patches at most, as its work grows with their cube; it needs PyTorch.

What was heard is plain data, and a generation's sampler is made from the seed and its number; so a search is taken up
again without what the package keeps.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F64
from patchpilot.search.box import Algorithm, Box, Heard
from patchpilot.search.extras import needed
from patchpilot.search.technique import SIZE, Technique

_MOST = {"tpe": 10**6, "gp": 120}
"""Points that a model is made of, if there are more: the best ones by half, and the latest."""


class Tpe(Technique):
    """Tree-structured Parzen estimator.

    Args:
        size: >= 1, patches in a generation: the model is made anew after each.
        free: see `Technique`.
    """

    name = "tpe"

    def __init__(self, *, size: int = SIZE, **free: Any) -> None:
        super().__init__(size=size, **free)

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior."""
        needed("optuna", "play")
        return _Model(box, seed, starts, self.size, "tpe")


class Gp(Technique):
    """Gaussian process.

    Args:
        size: >= 1, patches in a generation: the model is made anew after each.
        free: see `Technique`.
    """

    name = "gp"

    def __init__(self, *, size: int = 4, **free: Any) -> None:
        super().__init__(size=size, **free)

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior."""
        needed("optuna", "play")
        needed("torch", "play,train")
        return _Model(box, seed, starts, self.size, "gp")


class _Model(Algorithm):
    """All that was heard, and how many generations there were."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, kind: Literal["tpe", "gp"]) -> None:
        self._box, self._seed, self._starts, self._size, self._kind = box, seed, starts, size, kind
        self._number = 0
        self._points, self._scores = np.zeros((0, len(box))), np.zeros(0)
        self._study: Any = None
        self._n_added = 0

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_study": None, "_n_added": 0}

    def generation(self) -> F64:
        """The starts, then what the model thinks most of."""
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        self._number += 1
        seed = np.random.SeedSequence((self._seed, self._number)).generate_state(1)[0]
        return self._asked(int(seed))

    def learn(self, heard: Heard) -> None:
        """Remember."""
        self._points = np.concatenate([self._points, heard.points])
        self._scores = np.concatenate([self._scores, heard.scores])

    def overhear(self, heard: Heard) -> None:
        """Remember what others found too."""
        self.learn(heard)

    def _asked(self, seed: int) -> F64:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        distributions = self._distributions()
        study = self._informed(distributions)
        study.sampler = self._sampler(seed)
        trials = [study.ask(distributions) for _ in range(self._size)]
        for trial in trials:  # what comes of it is added with the rest of what was heard
            study.tell(trial, state=optuna.trial.TrialState.FAIL)
        whole = [[trial.params[name] for name in distributions] for trial in trials]
        return self._box.unit(np.array(whole, dtype=np.float64))

    def _informed(self, distributions: dict[str, Any]) -> Any:
        """The package's study, with all that was heard."""
        import optuna

        is_too_much = len(self._scores) > _MOST[self._kind]
        if self._study is None or is_too_much:
            self._study, self._n_added = optuna.create_study(direction="maximize"), 0
        places = self._kept() if is_too_much else np.arange(self._n_added, len(self._scores))
        whole = self._box.whole(self._points[places]) if len(places) else self._points[:0]
        for point, score in zip(whole, self._scores[places].tolist(), strict=True):
            self._study.add_trial(
                optuna.trial.create_trial(
                    params=self._params(point), distributions=distributions, value=score
                )
            )
        self._n_added = len(self._scores)
        return self._study

    def _sampler(self, seed: int) -> Any:
        import optuna

        if self._kind == "tpe":
            return optuna.samplers.TPESampler(
                seed=seed, n_startup_trials=1, multivariate=True, constant_liar=True, n_ei_candidates=24
            )
        return optuna.samplers.GPSampler(seed=seed, n_startup_trials=1)

    def _kept(self) -> npt.NDArray[np.intp]:
        """Places of the points that a model is made of, where there are too many."""
        most = _MOST[self._kind]
        order = np.argsort(-self._scores, kind="stable")
        best, rest = order[: most // 2], np.sort(order[most // 2 :])
        return np.sort(np.concatenate([best, rest[-(most - most // 2) :]]))

    def _distributions(self) -> dict[str, Any]:
        """Of each coordinate, by its number: a range, whole numbers, or choices that are not in order."""
        from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution

        made: dict[str, Any] = {}
        for place, count in enumerate(self._box.counts):
            if not count:
                made[str(place)] = FloatDistribution(0.0, 1.0)
            elif self._box.ordered[place]:
                made[str(place)] = IntDistribution(0, count - 1)
            else:
                made[str(place)] = CategoricalDistribution(range(count))
        return made

    def _params(self, whole: F64) -> dict[str, float | int]:
        """Of one point."""
        return {
            str(place): int(whole[place]) if count else float(whole[place])
            for place, count in enumerate(self._box.counts)
        }
