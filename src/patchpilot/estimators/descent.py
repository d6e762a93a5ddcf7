"""Down the slope of a frozen proxy: tokens that should sound more like one picture, from several starts at once.

What the proxy says is mended where the truth is known: a start that was played brings a correction, the difference
between its real picture and the guessed one, which is added to all guesses near it. Adam (Kingma and Ba 2015) steps on
continuous tokens; options stay as they are, or are probabilities for half of the steps and then the likeliest.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio.front_end import SHAPE
from patchpilot.estimators._torch import Tensor, functional, torch
from patchpilot.estimators.codec import F32, I64, Labels
from patchpilot.estimators.networks.levels import NEPERS, apart, like_logmel
from patchpilot.estimators.networks.proxy import Proxy

STEPS = 24
RATE = 0.05
"""Adam's, in tokens' units: ranges are 2 wide."""
_OPTIONS_RATE = 0.3
_SURE = 0.9
"""Probability of the start's own option, where options are relaxed."""
_OTHERS = 0.2
"""What the mean difference of all channels counts beside the headline distance of the first, both in nepers."""


@dataclass(frozen=True, eq=False)
class Wanted:
    """What is to be come close to.

    Attributes:
        picture: float32 (4, 96, 64) in [0, 1], of the sound.
        condition: float32 (3,), how patches are played.
        seen: float32 (64,), 0 for spans of time after the sound's end.
    """

    picture: F32
    condition: F32
    seen: F32


@dataclass(frozen=True, eq=False)
class Starts:
    """Where n descents begin.

    Attributes:
        labels: of n patches.
        corrections: float32 (n, 4, 96, 64), added to what the proxy says (`correction`); 0 where nothing is known.
        pull: (n,) >= 0, the price of a squared token, of how far it is from its start: more is more cautious.
        relaxed: bool (n,), whether options may change.
    """

    labels: Labels
    corrections: F32
    pull: F32
    relaxed: npt.NDArray[np.bool_]


def correction(proxy: Proxy, labels: Labels, condition: F32, pictures: F32) -> F32:
    """What must be added to the proxy's levels so that they are the real ones, float32 (n, 4, 96, 64).

    Args:
        proxy: frozen.
        labels: of n patches that were played.
        condition: float32 (3,), how.
        pictures: float32 (n, 4, 96, 64), what was heard.
    """
    with torch.no_grad():
        levels = _levels(proxy, _tensor(labels.continuous), _tensor(labels.categorical), condition)
        real = _tensor(pictures)
        missing = torch.where(real > 0, real - levels, -levels.relu())
    return np.asarray(missing.numpy(), np.float32)


def descend(
    proxy: Proxy, wanted: Wanted, starts: Starts, *, steps: int = STEPS, rate: float = RATE
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Where the descents end, and how far from the sound the mended proxy says that is, in nepers (n,).

    Args:
        proxy: frozen.
        wanted: the sound.
        starts: n of them.
        steps: >= 1.
        rate: Adam's, in tokens' units.
    """
    picture = _tensor(wanted.picture)[None].expand(len(starts.labels), *SHAPE)
    seen, mended = _tensor(wanted.seen), _tensor(starts.corrections)
    first = _tensor(starts.labels.continuous)
    pull, relaxed = _tensor(starts.pull), _tensor(starts.relaxed)
    hard = proxy.tokens.probabilities(_tensor(starts.labels.categorical))
    values = first.clone().requires_grad_(True)
    logits = _smoothed(hard, proxy.tokens.there).requires_grad_(True)
    adam = torch.optim.Adam(
        [{"params": [values], "lr": rate}, {"params": [logits], "lr": _OPTIONS_RATE}], betas=(0.8, 0.95)
    )
    chosen = hard
    for step in range(steps):
        soft = bool(relaxed.any()) and 2 * step < steps
        options = torch.where(relaxed[:, None, None], logits.softmax(-1), hard) if soft else chosen
        levels = _levels(proxy, values, options, wanted.condition) + mended
        distance = _distance(levels, picture, seen)
        moved = (values - first).square().sum(1)
        adam.zero_grad()
        (distance + pull * moved).sum().backward()
        adam.step()
        with torch.no_grad():
            values.clamp_(-1.0, 1.0)
            if soft:
                likeliest = functional.one_hot(logits.argmax(-1), hard.shape[-1]).float()
                chosen = torch.where(relaxed[:, None, None], likeliest, hard)
    with torch.no_grad():
        levels = _levels(proxy, values, chosen, wanted.condition) + mended
        predicted = like_logmel(levels, picture, seen)
    return _labels(proxy, values, chosen, starts.labels.categorical), predicted.double().numpy()


def _levels(proxy: Proxy, continuous: Tensor, categorical: Tensor, condition: F32) -> Tensor:
    return proxy.levels(continuous, categorical, _tensor(condition)[None].expand(len(continuous), -1))


def _distance(levels: Tensor, picture: Tensor, seen: Tensor) -> Tensor:
    """(B,) nepers."""
    sounds = ((picture > 0) * seen).flatten(1).sum(1).clamp(min=1.0)
    everywhere = (apart(levels, picture) * seen).flatten(1).sum(1) / sounds
    return like_logmel(levels, picture, seen) + _OTHERS * NEPERS * everywhere


def _smoothed(hard: Tensor, there: Tensor) -> Tensor:
    """Logits of probabilities that are nearly `hard`."""
    share = (1.0 - _SURE) * there.float() / there.sum(-1, keepdim=True)
    logits = (_SURE * hard + share).clamp(min=1e-12).log()
    return logits.masked_fill(~there, -1e9)


def _labels(proxy: Proxy, values: Tensor, options: Tensor, before: I64) -> Labels:
    categorical = options.argmax(-1).numpy()
    categorical = np.where((before < 0) & (options.sum(-1).numpy() == 0), before, categorical)
    active = proxy.codec.active(np.maximum(categorical, 0))
    return Labels(values.detach().numpy().copy(), categorical.astype(np.int64), active)


def _tensor(array: npt.NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(array))
