"""A way to close a gap, and the limits that none goes beyond."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from patchpilot.tracks.fix.step import Step

MOST_EQ_DB, MOST_GAIN_DB, MOST_DUCK_DB = 6.0, 6.0, 12.0
WIDTHS = (0.0, 2.0)
"""Of the side, in parts of what it was."""


@dataclass(frozen=True)
class Candidate:
    """A way to close a gap.

    Attributes:
        title: what is done, in words, before its amount.
        at: amount in 0..1 to the steps and how much it is, in words.
        by_hand: what a person must do besides; "" for nothing.
        automated: whether it is to be drawn as automation in some sections, which OSC cannot.
    """

    title: str
    at: Callable[[float], tuple[tuple[Step, ...], str]]
    by_hand: str = ""
    automated: bool = False


def limited(value: float, most: float) -> float:
    """A value, no farther from 0 than `most`."""
    return float(np.clip(value, -most, most))
