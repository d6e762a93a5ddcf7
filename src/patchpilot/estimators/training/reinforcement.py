"""Reinforcement: an estimator plays what it proposes, hears how close it came, and learns to propose what came closer.

The sounds need no labels, so they may be of any origin: recordings, other synthesizers. The idea is SynthRL's (Choi et
al. 2025); its categorical policy is a flow here (`policy`). A sound's proposals are compared with each other only, so
that hard sounds weigh as much as easy ones (group-relative advantages, Shao et al. 2024, "DeepSeekMath", eq. 3):

    loss = −Σ A·log p(path) + β·KL(path ‖ the estimator before) + the supervised loss on the instrument's own sounds
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Target
from patchpilot.distance import LogMel
from patchpilot.errors import EngineError, ParameterError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.codec import Labels
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.hearing import hearing
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.heads.flow import Flow
from patchpilot.estimators.training.gcwd import Gcwd
from patchpilot.estimators.training.policy import Paths, log_probability, walk
from patchpilot.instruments.base import Instrument
from patchpilot.objectives.closeness import performance_of
from patchpilot.space import Asset

WORST = 4.0
"""Distance that a patch has which cannot be rendered, or is farther than silence."""


@dataclass(frozen=True)
class Reinforcement:
    """How it is done.

    Attributes:
        sounds: of an update.
        samples: >= 2, patches that are played for each of them.
        n_steps: of the flow.
        sigma: > 0, of the noise in its steps.
        lr: learning rate.
        divergence: β, weight of the distance from the estimator before.
        supervised: weight of the loss on the instrument's own sounds.
        clip: norm that a gradient is cut to.
        seed: >= 0.
    """

    sounds: int = 4
    samples: int = 8
    n_steps: int = 8
    sigma: float = 0.3
    lr: float = 3e-5
    divergence: float = 0.1
    supervised: float = 0.3
    clip: float = 1.0
    seed: int = 0

    def __post_init__(self) -> None:
        if self.samples < 2 or self.sounds < 1 or self.sigma <= 0.0:
            raise ParameterError(
                f"expected at least one sound, two samples and a sigma above 0, "
                f"got {self.sounds}, {self.samples} and {self.sigma}"
            )


@dataclass(frozen=True, eq=False)
class Update:
    """What came of an update.

    Attributes:
        number: from 1.
        distance: mean active-cell log-mel distance of all patches that were played.
        best: the same of each sound's closest.
        divergence: from the estimator before, in nats a token and step.
        failed: patches that could not be rendered.
    """

    number: int
    distance: float
    best: float
    divergence: float
    failed: int


class PolicyGradient:
    """Learns from sounds without labels, an update at a time.

    Args:
        flow: a trained flow; it is changed.
        instrument: that plays.
        asset: gives an asset by its sha256.
        targets: sounds to come close to.
        config: how.
        own: gives a labelled batch of the instrument's own sounds for an update; None for none.
        before: what the flow was before it began to learn so; what it is now by default.

    Attributes:
        flow: that learns.
        optimiser: that changes it.
        n_updates: that were made; each one's random numbers are a function of its number.
    """

    def __init__(
        self,
        flow: Flow,
        instrument: Instrument,
        asset: Callable[[str], Asset],
        targets: Sequence[Target],
        config: Reinforcement,
        own: Callable[[int], Batch] | None = None,
        before: Flow | None = None,
    ) -> None:
        if not targets:
            raise ParameterError("expected sounds to learn from, got none")
        self.flow, self.config = flow.eval(), config  # eval: the norms' means stay those of the training
        self._before = (before or copy.deepcopy(flow)).eval().requires_grad_(requires_grad=False)
        self._instrument, self._asset, self._own = instrument, asset, own
        self._targets = targets
        self._metrics = [LogMel(target.audio) for target in targets]
        hears = hearing(flow.config)
        self._sounds = [
            hears(t.audio, pitch=t.note + t.mistuning_cents / 100.0, hold_s=t.hold_s) for t in targets
        ]
        self.optimiser = Gcwd(flow, lr=config.lr, weight_decay=0.0, clip=config.clip)
        self.n_updates = 0

    def update(self) -> Update:
        """Play, hear and learn once."""
        number, config = self.n_updates, self.config
        rng = np.random.default_rng((config.seed, number))
        generator = torch.Generator().manual_seed(int(rng.integers(2**62)))
        chosen = rng.choice(len(self._targets), size=min(config.sounds, len(self._targets)), replace=False)
        heard = [self._memory(self.flow, [k]) for k in chosen]
        path = partial(walk, n_steps=config.n_steps, sigma=config.sigma, generator=generator)
        paths = [path(self.flow, memory.detach(), config.samples) for memory in heard]
        distances = self._played(chosen, [path.labels(self.flow) for path in paths])
        self.optimiser.forget()
        gone = [self._learn(int(k), path, row) for k, path, row in zip(chosen, paths, distances, strict=True)]
        if self._own is not None and config.supervised:
            (config.supervised * self.flow.loss(self._own(number), generator)["total"]).backward()
        if torch.isfinite(self.optimiser.clipped()):
            self.optimiser.step(config.lr)
        self.n_updates += 1
        return Update(
            self.n_updates,
            float(distances.mean()),
            float(distances.min(axis=1).mean()),
            float(np.mean(gone)),
            int((distances >= WORST).sum()),
        )

    def _learn(self, k: int, paths: Paths, distances: npt.NDArray[np.float64]) -> float:
        """Add a sound's part to the gradient; returns how far its paths have gone from what they were."""
        spread = max(float(distances.std()), 1e-3)
        advantage = torch.tensor((distances.mean() - distances) / spread, dtype=torch.float32)
        memories = self._memory(self.flow, [k]), self._memory(self._before, [k])
        log_p, divergence = log_probability(self.flow, self._before, memories, paths, sigma=self.config.sigma)
        loss = (-advantage * log_p + self.config.divergence * divergence).mean()
        (loss * (len(self.flow.codec.tokens) / self.config.sounds)).backward()
        return float(divergence.detach().mean())

    def _memory(self, flow: Flow, rows: Sequence[int]) -> Tensor:
        targets = [self._targets[k] for k in rows]
        sound = torch.from_numpy(np.stack([self._sounds[k] for k in rows]))
        played = conditions(
            [t.note + t.mistuning_cents / 100.0 for t in targets],
            [t.hold_s for t in targets],
            [t.velocity for t in targets],
        )
        return flow.encode(sound, torch.from_numpy(played))

    def _played(self, chosen: npt.NDArray[np.intp], labels: Sequence[Labels]) -> npt.NDArray[np.float64]:
        """Distances of all patches from their sounds, (sounds, samples)."""
        space, codec = self._instrument.space, self.flow.codec
        pairs = [
            (codec.decode(space, rows, row, self._asset), performance_of(self._targets[k]))
            for k, rows in zip(chosen, labels, strict=True)
            for row in range(len(rows))
        ]
        distances = np.full(len(pairs), WORST)
        for place, audio in self._instrument.stream(pairs):
            if not isinstance(audio, EngineError):
                metric = self._metrics[chosen[place // self.config.samples]]
                distances[place] = min(metric(audio), WORST)
        return distances.reshape(len(chosen), -1)
