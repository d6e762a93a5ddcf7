"""What happens to a sound on its way to a user's recording, done to its picture.

A picture's values are levels of 80 dB, relative to the loudest, so its gain never mattered. Each of these happens to
a share of the sounds, drawn for each anew:

| what | how much | share |
|---|---|---|
| the key goes up earlier | anywhere from 0.15 s on | 0.4 |
| the note is told wrongly (channel 1) | 15 cents (a normal distribution), seldom a semitone | 0.5 |
| the sound begins a span of time earlier or later | 1 span | 0.3 |
| a room: each band rings on | 12 to 30 dB below, 0.15 to 1 s for 60 dB | 0.2 |
| noise, flat or a little coloured | 30 to 75 dB below the loudest cell | 0.35 |
| a channel's level, and the balance of low and high | 2 dB (a normal distribution), 3 dB from end to end | 0.5 |
| mono: no side | | 0.15 |
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, front_end

_RANGE_DB = 80.0
_EARLIEST_S = 0.15


def augmented(
    pictures: F32, hold_s: npt.NDArray[np.floating], rng: np.random.Generator
) -> tuple[F32, npt.NDArray[np.floating]]:
    """Changed copies of pictures.

    Args:
        pictures: float32 (n, 4, 96, 64), in [0, 1].
        hold_s: (n,), seconds that the key is held.
        rng: of all draws.

    Returns:
        Pictures as they are, float32 in [0, 1], and how long the key is held in them, (n,).
    """
    n = len(pictures)
    found, holds = pictures.copy(), np.array(hold_s, np.float64)
    some = _some(n, 0.4, rng)
    holds[some] = np.minimum(holds[some], rng.uniform(_EARLIEST_S, 1.7, len(some)))
    some = _some(n, 0.2, rng)
    found[some] = _in_a_room(found[some], rng)
    some = _some(n, 0.5, rng)
    found[some] = _balanced(found[some], rng)
    some = _some(n, 0.35, rng)
    found[some] = _noisy(found[some], rng)
    some = _some(n, 0.5, rng)
    found[some, 1] = _mistuned(found[some, 1], rng)
    some = _some(n, 0.3, rng)
    found[some] = _moved(found[some], rng)
    found[_some(n, 0.15, rng), 3] = 0.0
    return found, holds


def _some(n: int, share: float, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    return np.flatnonzero(rng.random(n) < share)


def _in_a_room(pictures: F32, rng: np.random.Generator) -> F32:
    """Each band rings on after itself, some dB below; early and late do not differ."""
    n = len(pictures)
    wet = (rng.uniform(12.0, 30.0, (n, 1, 1)) / _RANGE_DB).astype(np.float32)
    fall = 60.0 / rng.uniform(0.15, 1.0, (n, 1, 1)) / _RANGE_DB
    edges = front_end.edges_s()
    steps_s = np.diff(0.5 * (edges[1:] + edges[:-1]), prepend=0.0)
    found, tail = pictures.copy(), np.zeros(pictures.shape[:3], np.float32)
    for span, step_s in enumerate(steps_s):
        tail = np.maximum(tail - (fall * step_s).astype(np.float32), pictures[..., span])
        found[..., span] = np.maximum(found[..., span], tail - wet)
    return found


def _balanced(pictures: F32, rng: np.random.Generator) -> F32:
    """Other levels of the channels, and more or less of what is high; silence stays silent."""
    n = len(pictures)
    level = rng.normal(0.0, 2.0, (n, 4, 1, 1))
    tilt = rng.normal(0.0, 1.5, (n, 1, 1, 1)) * np.linspace(-1.0, 1.0, pictures.shape[2])[:, np.newaxis]
    changed = np.clip(pictures + ((level + tilt) / _RANGE_DB).astype(np.float32), 0.0, 1.0)
    return np.where(pictures > 0.0, changed, 0.0).astype(np.float32)


def _noisy(pictures: F32, rng: np.random.Generator) -> F32:
    """Noise in both sides, flat or a little coloured: bands are of equal area, so white noise is flat in them."""
    n, _, bands, spans = pictures.shape
    colour = rng.normal(0.0, 3.0, (n, 1, 1, 1)) * np.linspace(1.0, -1.0, bands)[:, np.newaxis]
    floor = rng.uniform(-75.0, -30.0, (n, 1, 1, 1)) + rng.normal(0.0, 2.0, (n, 4, 1, 1)) + colour
    noise = np.float32(1.5 / _RANGE_DB) * rng.standard_normal((n, 4, bands, spans), np.float32)
    noise += (1.0 + floor / _RANGE_DB).astype(np.float32)
    nepers = np.float32(_RANGE_DB / 10.0 * np.log(10.0))
    return np.clip(np.logaddexp(pictures * nepers, noise * nepers) / nepers, 0.0, 1.0)


def _mistuned(channel: F32, rng: np.random.Generator) -> F32:
    """The channel that is seen from the note (n, bands, spans), moved by parts of a band (a semitone)."""
    n, bands, _ = channel.shape
    by = rng.normal(0.0, 0.15, n) + rng.choice([0.0, -1.0, 1.0], n, p=[0.9, 0.05, 0.05])
    at = np.clip(np.arange(bands) + by[:, np.newaxis], 0.0, bands - 1.0)
    low = np.minimum(at.astype(int), bands - 2)
    part = (at - low)[..., np.newaxis]
    rows = np.arange(n)[:, np.newaxis]
    return np.asarray((1.0 - part) * channel[rows, low] + part * channel[rows, low + 1], np.float32)


def _moved(pictures: F32, rng: np.random.Generator) -> F32:
    """All a span later or earlier."""
    later = rng.random(len(pictures)) < 0.5
    found = np.empty_like(pictures)
    found[later, ..., 1:], found[later, ..., 0] = pictures[later, ..., :-1], 0.0
    found[~later, ..., :-1], found[~later, ..., -1] = pictures[~later, ..., 1:], pictures[~later, ..., -1]
    return found
