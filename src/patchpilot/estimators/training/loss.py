"""The loss of an estimator that is also told how its patches would sound.

    L = λp · L_parameters + λs · L_spectral(proxy(θ̂), x) + λr · L_regular

L_parameters counts each token by its importance, and only where it sounds. L_spectral is a multi-resolution STFT
distance (Yamamoto et al. 2020: spectral convergence and log magnitude; here on the three windows of `front_end`,
12, 46 and 93 ms) between the picture that the proxy guesses and the one that was heard. It is a distance of
pictures: CLAP and other embeddings hear samples, of which a guessed picture has none, and so they cannot be part
of it. L_regular keeps values within their ranges.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, functional, torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.levels import NEPERS, error, span_seconds
from patchpilot.estimators.networks.proxy import Proxy

_RESOLUTIONS = (0, 1, 2)
"""Channels whose levels are relative to their own loudest cell; the side's are the mid's, and are only compared
as levels."""
_SIDE = 3
_LOUDEST = 1.05
"""Guessed levels above this count as this: magnitudes grow as e to their power."""


@dataclass(frozen=True)
class LossWeights:
    """How much the parts of the loss count.

    Attributes:
        parameters: λp >= 0.
        spectral: λs >= 0.
        regular: λr >= 0.
    """

    parameters: float = 1.0
    spectral: float = 0.1
    regular: float = 0.1

    def __post_init__(self) -> None:
        weights = (self.parameters, self.spectral, self.regular)
        if not all(math.isfinite(weight) and weight >= 0.0 for weight in weights) or not any(weights):
            raise EstimatorError(f"expected weights of the loss >= 0, and one above, got {weights}")


def loss(
    continuous: Tensor, logits: Tensor, batch: Batch, proxy: Proxy | None, weights: LossWeights
) -> dict[str, Tensor]:
    """The loss of what was said of a batch, with a slope in `continuous` and `logits`.

    Args:
        continuous: float32 (B, C), about −1 to 1.
        logits: float32 (B, K, O), −1e9 where there is no option.
        batch: what was heard, and what is true.
        proxy: frozen; None where the spectral part has no weight.
        weights: of the parts.

    Returns:
        "total", and its parts before they were weighted: "parameters", "spectral" (with a proxy), "regular".

    Raises:
        EstimatorError: the spectral part has a weight, and there is no proxy.
    """
    parts = {"parameters": parameter_loss(continuous, logits, batch), "regular": regular_loss(continuous)}
    if weights.spectral and proxy is None:
        raise EstimatorError("a spectral loss needs a proxy: make one with `patchpilot train --head proxy`")
    if weights.spectral and proxy is not None:
        parts["spectral"] = spectral_loss(proxy, continuous, logits.softmax(-1), batch)
    total = sum(getattr(weights, name) * part for name, part in parts.items())
    return {"total": total, **parts}


def parameter_loss(continuous: Tensor, logits: Tensor, batch: Batch) -> Tensor:
    """Squared error of continuous tokens and cross-entropy of categorical ones, each by its importance.

    Tokens that do not sound count nothing. The mean is over the importance of what does.
    """
    n = continuous.shape[1]
    importance = batch.active * batch.weight
    squares = (continuous - batch.continuous).square()
    known = batch.categorical.clamp(min=0)
    crosses = functional.cross_entropy(logits.flatten(0, 1), known.flatten(), reduction="none")
    of_each = torch.cat([squares, crosses.view_as(known)], dim=1)
    importance = torch.cat([importance[:, :n], importance[:, n:] * (batch.categorical >= 0)], dim=1)
    return (of_each * importance).sum() / importance.sum().clamp(min=1e-6)


def spectral_loss(
    proxy: Proxy, continuous: Tensor, categorical_probabilities: Tensor, batch: Batch, *, most: int = 0
) -> Tensor:
    """How far what the proxy guesses is from what was heard, a scalar >= 0 with a slope in both tokens.

    Args:
        proxy: frozen (`load_proxy` gives one that is).
        continuous: float32 (B, C); what is beyond −1 and 1 counts as these.
        categorical_probabilities: float32 (B, K, O).
        batch: what was heard.
        most: only so many of the first rows, as the proxy takes time; 0 for all.
    """
    rows = slice(0, most or None)
    levels = proxy.levels(
        continuous[rows].clamp(-1.0, 1.0), categorical_probabilities[rows], batch.condition[rows]
    )
    return multi_resolution(levels, batch.sound[rows])


def multi_resolution(levels: Tensor, picture: Tensor) -> Tensor:
    """Mean over the resolutions of spectral convergence and log magnitude, and the side's log magnitude.

    Args:
        levels: float32 (B, 4, 96, 64) as the proxy says them, not clamped.
        picture: float32 (B, 4, 96, 64) in [0, 1].
    """
    seconds = span_seconds().to(picture.device)
    parts = [
        spectral_convergence(levels[:, c], picture[:, c], seconds)
        + log_magnitude(levels[:, c], picture[:, c], seconds)
        for c in _RESOLUTIONS
    ]
    side = log_magnitude(levels[:, _SIDE], picture[:, _SIDE], seconds)
    return (sum(parts) + side) / (len(parts) + 1)


def spectral_convergence(levels: Tensor, picture: Tensor, seconds: Tensor) -> Tensor:
    """‖M − M̂‖ / ‖M‖ of magnitudes, the mean over sounds: what is loud counts. (B, 96, 64) each; (64,)."""
    ours, theirs = _magnitudes(levels), _magnitudes(picture)
    apart = ((ours - theirs).square() * seconds).sum((1, 2))
    whole = (theirs.square() * seconds).sum((1, 2)).clamp(min=1e-8)
    return (apart / whole + 1e-8).sqrt().mean()


def log_magnitude(levels: Tensor, picture: Tensor, seconds: Tensor) -> Tensor:
    """Mean absolute difference of log magnitudes over the cells that sound, in nepers, as `distance.logmel`."""
    return NEPERS * error(levels, picture, seconds)


def regular_loss(continuous: Tensor) -> Tensor:
    """Mean square of how far values are beyond −1 and 1."""
    return (continuous.abs() - 1.0).relu().square().mean()


def _magnitudes(levels: Tensor) -> Tensor:
    """Relative to the loudest cell; what is at the floor is silent."""
    return (NEPERS * (levels.clamp(0.0, _LOUDEST) - 1.0)).exp() * (levels > 0)
