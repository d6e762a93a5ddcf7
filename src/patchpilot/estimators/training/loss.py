"""The loss of an estimator that is also told how its patches would sound.

    L = L_head + λs · L_spectral(proxy(θ̂), x) + λr · L_regular

L_head is the head's own loss, which counts each token by its importance; it has no weight, as only the relations of
weights matter. θ̂ is what the head says of a patch at that step (`Network.losses`). L_spectral is a multi-resolution
STFT distance (Yamamoto et al. 2020: spectral convergence and log magnitude; here on the three windows of `front_end`,
12, 46 and 93 ms) between the picture that the proxy guesses and the one that was heard. Where the proxy has learned
an embedding too (CLAP, or any other), L_spectral has its distance as well, 1 − the cosine. Its slope is steep in some
places and flat in others, which `gcwd` is for. L_regular is the price of values beyond their ranges, where L_spectral
has no slope; only a flow says such.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.export import check_proxy
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.guess import Guess
from patchpilot.estimators.networks.levels import NEPERS, error, span_seconds
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_file import load_proxy
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.steps import Loss

_RESOLUTIONS = (0, 1, 2)
"""Channels whose levels are relative to their own loudest cell; the side's are the mid's, and are only compared
as levels."""
_SIDE = 3
_LOUDEST = 1.05
"""Guessed levels above this count as this: magnitudes grow as e to their power."""


def loss_of(config: TrainConfig, proxy: Path | None, codec: Codec, device: object = "cpu") -> Loss:
    """The loss of a recipe.

    Args:
        config: the recipe.
        proxy: file of the proxy that it names, if it does.
        codec: of the rows.
        device: where networks are.

    Raises:
        EstimatorError: the proxy is missing, damaged, not the one that the recipe names, or of another codec.
    """
    if not config.spectral:
        return Sounding(None, 0.0, config.regular) if config.regular else own
    if proxy is None:
        raise EstimatorError("a spectral loss needs a proxy: make one with `patchpilot train --head proxy`")
    if (digest := digest_of(proxy)) != config.proxy:
        raise EstimatorError(
            f"{proxy} is not the proxy of this recipe: expected the digest {config.proxy[:12]}…, got {digest[:12]}…"
        )
    check_proxy(found := load_proxy(proxy), config.network, codec, proxy)
    return Sounding(found.to(device), config.spectral, config.regular)


def embedding_of(config: TrainConfig, proxy: Path | None) -> str:
    """Name of the embedding that a recipe's loss asks for, "" for none; raises `EstimatorError` as `digest_of`."""
    if config.embedding or not config.spectral or proxy is None:
        return config.embedding
    return load_proxy(proxy).config.embedding


def digest_of(proxy: Path) -> str:
    """Names a proxy's file: the sha256 of its content; raises `EstimatorError` where it is none."""
    load_proxy(proxy)
    return hashlib.sha256(proxy.read_bytes()).hexdigest()


def own(network: Any, batch: Batch, generator: Any) -> dict[str, Tensor]:
    """A network's own loss, and nothing else."""
    found: dict[str, Tensor] = network.loss(batch, generator)
    return found


@dataclass(frozen=True, eq=False)
class Sounding:
    """The loss that also asks how patches would sound.

    Attributes:
        proxy: frozen; None for no spectral part.
        spectral: λs >= 0.
        regular: λr >= 0.
    """

    proxy: Proxy | None
    spectral: float
    regular: float

    def __call__(self, network: Any, batch: Batch, generator: Any) -> dict[str, Tensor]:
        """Of a network (`networks.network.Network`).

        Returns:
            "total", and its parts before they were weighted: "head" and what the head's own are, "spectral" (with
            a proxy) and what of it is "embedding" (with one that says it), and "regular".
        """
        parts, guessed = network.losses(batch, generator)
        guess = guessed()
        regular = regular_loss(guess.continuous)
        found = {**parts, "head": parts["total"], "regular": regular}
        found["total"] = parts["total"] + self.regular * regular
        if self.proxy is not None:
            found["spectral"] = spectral_loss(self.proxy, guess, batch)
            if batch.embedding is not None:
                found["embedding"] = embedding_loss(self.proxy, guess, batch)
                found["spectral"] = found["spectral"] + found["embedding"]
            found["total"] = found["total"] + self.spectral * found["spectral"]
        return found


def spectral_loss(proxy: Proxy, guess: Guess, batch: Batch) -> Tensor:
    """How far what the proxy makes of guesses is from what was heard, a scalar >= 0 with a slope in the guesses.

    Args:
        proxy: frozen (`load_proxy` gives one that is).
        guess: N patches; values beyond −1 and 1 count as these.
        batch: what was heard, B sounds, of which N is a multiple.
    """
    times = len(guess.weight) // len(batch)
    levels = proxy.levels(guess.continuous.clamp(-1.0, 1.0), guess.options, batch.condition.repeat(times, 1))
    return multi_resolution(levels.float(), batch.sound.repeat(times, 1, 1, 1), guess.weight)


def embedding_loss(proxy: Proxy, guess: Guess, batch: Batch) -> Tensor:
    """1 − the cosine between what an embedding would hear of guesses and what it heard, a scalar from 0 to 2.

    Args:
        proxy: frozen, that has learned the embedding.
        guess: as above.
        batch: as above, with the embedding.
    """
    assert batch.embedding is not None  # the caller has looked
    times = len(guess.weight) // len(batch)
    condition = batch.condition.repeat(times, 1)
    said = proxy.embedding(guess.continuous.clamp(-1.0, 1.0), guess.options, condition).float()
    apart = 1.0 - (said * batch.embedding.repeat(times, 1)).sum(-1)
    return (apart * guess.weight).sum() / guess.weight.sum().clamp(min=1e-6)


def multi_resolution(levels: Tensor, picture: Tensor, weight: Tensor) -> Tensor:
    """Mean over the resolutions of spectral convergence and log magnitude, and the side's log magnitude.

    Args:
        levels: float32 (N, 4, 96, 64) as the proxy says them, not clamped.
        picture: float32 (N, 4, 96, 64) in [0, 1].
        weight: float32 (N,), how much each counts.
    """
    parts = [
        spectral_convergence(levels[:, c], picture[:, c], weight)
        + log_magnitude(levels[:, c], picture[:, c], weight)
        for c in _RESOLUTIONS
    ]
    side = log_magnitude(levels[:, _SIDE], picture[:, _SIDE], weight)
    return (sum(parts) + side) / (len(parts) + 1)


def spectral_convergence(levels: Tensor, picture: Tensor, weight: Tensor) -> Tensor:
    """‖M − M̂‖ / ‖M‖ of magnitudes, the mean over sounds: what is loud counts. (N, 96, 64) each; (N,)."""
    seconds = span_seconds().to(picture.device)
    ours, theirs = _magnitudes(levels), _magnitudes(picture)
    apart = ((ours - theirs).square() * seconds).sum((1, 2))
    whole = (theirs.square() * seconds).sum((1, 2)).clamp(min=1e-8)
    return ((apart / whole + 1e-8).sqrt() * weight).sum() / weight.sum().clamp(min=1e-6)


def log_magnitude(levels: Tensor, picture: Tensor, weight: Tensor) -> Tensor:
    """Mean absolute difference of log magnitudes over the cells that sound, in nepers, as `distance.logmel`."""
    return NEPERS * error(levels, picture, weight[:, None, None] * span_seconds().to(picture.device))


def regular_loss(continuous: Tensor) -> Tensor:
    """Mean square of how far values are beyond −1 and 1."""
    return (continuous.abs() - 1.0).relu().square().mean()


def _magnitudes(levels: Tensor) -> Tensor:
    """Relative to the loudest cell; what is at the floor is silent."""
    return (NEPERS * (levels.clamp(0.0, _LOUDEST) - 1.0)).exp() * (levels > 0)
