"""A latent space over patches and sounds: what good patches have in common, in a few numbers.

A variational autoencoder (D. Kingma and M. Welling, arXiv:1312.6114; β as in I. Higgins et al., ICLR 2017) learns
points together with what they sound like. Near each other in it are patches that are alike and sound alike, so it can
be searched, and one patch can be led over to another. It is of use where patches have something in common: presets, a
bank, what a search found good; of independent draws there is nothing to learn.

"latent" is the searcher: it mixes its best patches in a space that is learned anew as it goes, as A. Gaier, A. Asteroth
and J.-B. Mouret do (GECCO 2020, arXiv:2003.04389). Training needs PyTorch; what was learned is numbers, and does not.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.errors import ParameterError
from patchpilot.instruments.take import Take
from patchpilot.search import descriptors
from patchpilot.search.box import Algorithm, Box, Heard, folded
from patchpilot.search.extras import needed
from patchpilot.search.technique import SIZE, Technique

_HIDDEN = 96
_BETA = 0.02
"""Weight of the latents' being normal, beside one coordinate's squared error."""
_RATE = 3e-3
_LEAST = 48
"""Points from which a space is learned."""
_AGAIN = 64
"""New points after which it is learned anew."""
_ISO, _LINE = 0.15, 0.3
"""Spreads of a child around its parent: in all directions, and towards another."""
_REDRAWN = 1.0
"""Coordinates of a child that are drawn anew, on average."""


@dataclass(frozen=True, eq=False)
class Latent:
    """A learned space; plain to pickle.

    Attributes:
        weights: float32 arrays of both networks, by name.
        typical: (k,) what stands in for sounds that are not known.
    """

    weights: Mapping[str, F32]
    typical: F64

    @classmethod
    def fit(
        cls, points: F64, sounds: F64 | None = None, *, seed: int = 0, size: int = 8, epochs: int = 400
    ) -> Latent:
        """Learn a space.

        Args:
            points: (n, d) in [0, 1], n >= 2.
            sounds: (n, k) in [0, 1], what they sound like, NaN where it is not known; None for no sounds.
            seed: >= 0; the same makes the same space.
            size: >= 1, latents.
            epochs: >= 1, how long.

        Raises:
            ParameterError: an argument is out of its range.
            PluginError: PyTorch is not installed.
        """
        if len(points) < 2 or size < 1 or epochs < 1 or seed < 0:
            raise ParameterError(
                f"expected 2 points, size >= 1, epochs >= 1 and seed >= 0, got {len(points)}, {size}, {epochs}, {seed}"
            )
        needed("torch", "play,train")
        sounds = np.zeros((len(points), 0)) if sounds is None else sounds
        known = np.isfinite(sounds)
        counts = np.maximum(known.sum(axis=0), 1)
        typical = np.asarray(np.where(known, sounds, 0.0).sum(axis=0) / counts)
        both = np.concatenate([points, np.where(known, sounds, typical)], axis=1).astype(np.float32)
        return cls(_trained(both, seed, size, epochs), typical)

    def latents(self, points: F64, sounds: F64 | None = None) -> F64:
        """Where points (n, d) with such sounds (n, k) lie, (n, size)."""
        filled = np.tile(self.typical, (len(points), 1))
        if sounds is not None:
            filled = np.where(np.isfinite(sounds), sounds, filled)
        both = np.concatenate([points, filled], axis=1)
        hidden = np.tanh(both @ self.weights["in.weight"].T + self.weights["in.bias"])
        found = hidden @ self.weights["mean.weight"].T + self.weights["mean.bias"]
        return np.asarray(found, dtype=np.float64)

    def points(self, latents: F64) -> F64:
        """The points (n, d) that lie at (n, size), in [0, 1]."""
        hidden = np.tanh(latents @ self.weights["back.weight"].T + self.weights["back.bias"])
        raw = hidden @ self.weights["out.weight"].T + self.weights["out.bias"]
        d = raw.shape[1] - len(self.typical)
        return np.asarray(1.0 / (1.0 + np.exp(-raw[:, :d])), dtype=np.float64)

    def morph(self, one: F64, two: F64, n: int) -> F64:
        """From one point (d,) to another in n >= 2 steps, (n, d): through the space, and exact at both ends."""
        ends = np.stack([one, two])
        latents, parts = self.latents(ends), np.linspace(0.0, 1.0, n)[:, None]
        lost = ends - self.points(latents)
        between = self.points((1.0 - parts) * latents[:1] + parts * latents[1:])
        return np.clip(between + (1.0 - parts) * lost[:1] + parts * lost[1:], 0.0, 1.0)


class LatentSearch(Technique):
    """Mixes good patches in a latent space.

    Args:
        latents: >= 1, numbers of the space.
        size: >= 1, patches in a generation.
        free: see `Technique`.
    """

    name = "latent"
    n_descriptors = len(descriptors.NAMES)

    def __init__(self, *, latents: int = 8, size: int = SIZE, **free: Any) -> None:
        super().__init__(size=size, **free)
        if latents < 1:
            raise ParameterError(f"expected at least 1 latent, got {latents}")
        self._latents = latents

    def describe(self, take: Take) -> F64:
        """What sounds are known by."""
        return descriptors.describe(take)

    def algorithm(self, box: Box, seed: int, starts: F64, is_warm: bool) -> Algorithm:  # noqa: ARG002
        """Begins with patches of the prior."""
        needed("torch", "play,train")
        return _Mixed(box, seed, starts, self.size, self._latents)


class _Mixed(Algorithm):
    """All that was heard, and the present space."""

    def __init__(self, box: Box, seed: int, starts: F64, size: int, latents: int) -> None:
        self._box, self._seed, self._starts, self._size, self._latents = box, seed, starts, size, latents
        self._random = np.random.default_rng((seed, 6))
        self._heard: Heard | None = None
        self._space: Latent | None = None
        self._n_learned = 0

    def generation(self) -> F64:
        """The starts, others of the prior, then mixtures."""
        if len(self._starts):
            made, self._starts = self._starts, self._starts[:0]
            return made
        if self._heard is None or len(self._heard) < _LEAST:
            return self._random.random((self._size, len(self._box)))
        good = self._good(self._heard)
        if self._space is None or len(self._heard) >= self._n_learned + _AGAIN:
            self._n_learned = len(self._heard)
            self._space = Latent.fit(
                good.points, good.descriptors, seed=self._seed, size=self._latents, epochs=150
            )
        return self._children(good, self._space)

    def learn(self, heard: Heard) -> None:
        """Remember."""
        before = self._heard
        self._heard = heard if before is None else Heard(
            np.concatenate([before.points, heard.points]),
            np.concatenate([before.scores, heard.scores]),
            np.concatenate([before.descriptors, heard.descriptors]),
        )  # fmt: skip

    def overhear(self, heard: Heard) -> None:
        """Remember what others found too."""
        self.learn(heard)

    def _good(self, heard: Heard) -> Heard:
        """The best half, up to a few hundred, the best first."""
        best = np.argsort(-heard.scores, kind="stable")[: min(max(len(heard.scores) // 2, _LEAST // 2), 256)]
        return Heard(heard.points[best], heard.scores[best], heard.descriptors[best])

    def _children(self, good: Heard, space: Latent) -> F64:
        """Around the better ones, towards others; what the space does not know of a parent stays."""
        n = len(good)
        one = np.minimum((self._random.random(self._size) ** 3 * n).astype(int), n - 1)
        two = self._random.integers(n, size=self._size)
        self.parents = list(zip(good.points[one], good.points[two], strict=True))
        where = space.latents(good.points, good.descriptors)
        along = self._random.normal(0.0, _LINE, (self._size, 1))
        aside = self._random.normal(0.0, _ISO, (self._size, where.shape[1]))
        moved = where[one] + along * (where[two] - where[one]) + aside
        made = folded(good.points[one] + space.points(moved) - space.points(where[one]))
        redrawn = self._random.random(made.shape) < min(_REDRAWN / len(self._box), 0.3)
        return np.where(redrawn, self._random.random(made.shape), made)


def _trained(both: F32, seed: int, size: int, epochs: int) -> dict[str, F32]:
    """Weights of an encoder and a decoder, each of one hidden layer, trained on all rows (n, m) at once."""
    torch: Any = importlib.import_module("torch")
    random = torch.Generator().manual_seed(seed)
    m = both.shape[1]
    shapes = {"in": (m, _HIDDEN), "mean": (_HIDDEN, size), "spread": (_HIDDEN, size),
              "back": (size, _HIDDEN), "out": (_HIDDEN, m)}  # fmt: skip
    weights: dict[str, Any] = {}
    for name, (n_in, n_out) in shapes.items():
        weights[f"{name}.weight"] = torch.randn(n_out, n_in, generator=random) / n_in**0.5
        weights[f"{name}.bias"] = torch.zeros(n_out)
    for one in weights.values():
        one.requires_grad_(True)
    optimizer = torch.optim.Adam(list(weights.values()), lr=_RATE)
    rows = torch.from_numpy(both)

    def layer(name: str, x: Any) -> Any:
        return x @ weights[f"{name}.weight"].T + weights[f"{name}.bias"]

    for _ in range(epochs):
        hidden = torch.tanh(layer("in", rows))
        mean, log_spread = layer("mean", hidden), layer("spread", hidden).clamp(-6.0, 2.0)
        noise = torch.randn(mean.shape, generator=random)
        made = torch.sigmoid(layer("out", torch.tanh(layer("back", mean + noise * log_spread.exp()))))
        kl = 0.5 * (mean**2 + (2.0 * log_spread).exp() - 2.0 * log_spread - 1.0).sum(dim=1).mean()
        loss = ((made - rows) ** 2).sum(dim=1).mean() + _BETA * kl
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return {name: one.detach().numpy().copy() for name, one in weights.items()}
