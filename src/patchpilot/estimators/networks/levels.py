"""How far apart two pictures of `audio.front_end` are, with slopes where one of them is below the floor."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np

from patchpilot.audio import hz_to_mel
from patchpilot.audio.front_end import SHAPE, edges_s
from patchpilot.distance.bands import ACTIVE, ADDED
from patchpilot.estimators._torch import Tensor, nn, torch

RANGE_DB = 80.0
"""What a picture's step from 0 to 1 is."""
NEPERS = RANGE_DB / 20.0 * math.log(10.0)
"""The same in nepers, which `distance.logmel` counts in."""
LOWEST_HZ, HIGHEST_HZ = 30.0, 16000.0
"""Of the bands that do not move with the note (`audio.front_end`)."""
_MEL_DB = 36.0
"""Mel magnitudes are so much above a picture's levels, at the level at which sounds are compared: measured."""
_SILENT = -0.25
"""A level that is not heard; a picture's floor of 0 may be, in a sound that is loud everywhere."""


def apart(levels: Tensor, picture: Tensor) -> Tensor:
    """Absolute differences of cells; where the picture is at its floor all that is below it too is right.

    Args:
        levels: (B, …) as the proxy says them, not clamped.
        picture: (B, …) in [0, 1].
    """
    return torch.where(picture > 0, (levels - picture).abs(), levels.relu())


def error(levels: Tensor, picture: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean absolute difference over the cells in which the picture sounds, a scalar; of silence, over one.

    Args:
        levels: (B, …) as the proxy says them, not clamped.
        picture: (B, …) in [0, 1].
        weight: of the cells, of a shape that spreads over theirs.
    """
    one = torch.ones((), device=picture.device) if weight is None else weight
    sounds = ((picture > 0) * one).sum().clamp(min=1.0)
    return (apart(levels, picture) * one).sum() / sounds


def like_logmel(levels: Tensor, picture: Tensor, seen: Tensor | None = None) -> Tensor:
    """What `distance.logmel` would say, as far as pictures tell: (B,) nepers.

    Between renders of patches it goes along with it (correlation 0.96 over 780 pairs of core-v1, the same scale).

    Args:
        levels: (B, 4, 96, 64) or (B, 1, 96, 64), of which the first channel counts; below 0 is below the floor.
        picture: of the same shape, in [0, 1].
        seen: (64,) or (B, 64), 0 for spans of time that don't count; by default all do.
    """
    found: Tensor = _measure(levels.device)(levels, picture, seen)
    return found


class LikeLogmel(nn.Module):
    """`like_logmel` as a module, so that it can be part of a graph."""

    def __init__(self) -> None:
        super().__init__()
        hz = np.geomspace(LOWEST_HZ, HIGHEST_HZ, SHAPE[1])
        mels = np.gradient(np.array([hz_to_mel(one) for one in hz]))
        cells = torch.from_numpy(mels[:, None] * np.diff(edges_s())).float()
        self.register_buffer("cells", cells, persistent=False)
        width = torch.from_numpy(hz).float().log()[:, None] + span_seconds().log()
        self.register_buffer("width", width, persistent=False)

    def forward(self, levels: Tensor, picture: Tensor, seen: Tensor | None = None) -> Tensor:
        """As `like_logmel`."""
        cells = self.cells if seen is None else self.cells * seen.unsqueeze(-2)
        ours = self._magnitudes(levels[:, 0], cells)
        theirs = self._magnitudes(torch.where(picture > 0, picture, _SILENT)[:, 0], cells)
        weight = cells * ((ours > ACTIVE) | (theirs > ACTIVE))
        apart = ((ours + ADDED).log() - (theirs + ADDED).log()).abs()
        return (apart * weight).sum((1, 2)) / weight.sum((1, 2)).clamp(min=1e-6)

    def _magnitudes(self, levels: Tensor, cells: Tensor) -> Tensor:
        """(B, 96, 64), about the mel magnitudes of the sound at the common RMS."""
        log_power = 2.0 * NEPERS * (levels.clamp(max=1.25) - 1.0)
        there = (cells > 0).float().clamp(min=1e-12).log()
        energy = (log_power + self.width + there).flatten(1).logsumexp(1)
        return (0.5 * (log_power - energy[:, None, None]) + _MEL_DB * math.log(10.0) / 20.0).exp()


def span_seconds() -> Tensor:
    """How long the 64 spans of time last, (64,): weights for a mean over time."""
    return torch.from_numpy(np.diff(edges_s())[: SHAPE[2]]).float()


@lru_cache(maxsize=2)
def _measure(device: Any) -> LikeLogmel:
    return LikeLogmel().to(device)
