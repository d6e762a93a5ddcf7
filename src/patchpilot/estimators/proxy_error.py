"""How wrong a proxy is: over all, beside guesses that need no network, and by parameter.

By parameter one token of held-out patches is turned over its range and all else stays as it is. What the engine then
really does is compared with what the proxy says it would. A descent needs no more than that: not the sound, but how it
changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio
from patchpilot.audio.front_end import front_end
from patchpilot.errors import EngineError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import F32, Codec, Labels, said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.networks.levels import RANGE_DB, like_logmel
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Performance

_AT_ONCE = 64
PLACES = (-0.9, -0.45, 0.0, 0.45, 0.9)
"""Where continuous tokens are turned to."""


@dataclass(frozen=True)
class OverallError:
    """Of guessed pictures of some sounds.

    Attributes:
        db: mean absolute error over the cells that sound in either, by channel.
        logmel: median of what the headline distance would say (`like_logmel`), in nepers.
    """

    db: tuple[float, ...]
    logmel: float


@dataclass(frozen=True)
class TokenError:
    """Of one token that was turned.

    Attributes:
        name: of the token.
        kind: of the token.
        turns: how many changes of the sound were heard.
        real_db: how much the real picture changed, mean over the cells that sound.
        wrong_db: how far the guessed change was from the real one. Guessing no change would be wrong by `real_db`.
        followed: 1 where the guessed changes are the real ones, 0 where no change would be as good a guess, less where
            it would be a better one (1 − Σ(guessed − real)² / Σ real²).
        correlation: of guessed and real changes of cells.
    """

    name: str
    kind: str
    turns: int
    real_db: float
    wrong_db: float
    followed: float
    correlation: float


def overall(guessed: F32, real: F32) -> OverallError:
    """The error of guesses.

    Args:
        guessed: float32 (n, 4, 96, 64), in [0, 1].
        real: of the same shape.
    """
    db = []
    for c in range(real.shape[1]):
        sounds = (real[:, c] > 0) | (guessed[:, c] > 0)
        apart = np.abs(real[:, c] - guessed[:, c])
        db.append(RANGE_DB * float(apart[sounds].mean()) if sounds.any() else 0.0)
    distances = [
        like_logmel(torch.from_numpy(guessed[rows]), torch.from_numpy(real[rows])).numpy()
        for rows in _slices(len(real))
    ]
    return OverallError(tuple(db), float(np.median(np.concatenate(distances))))


def guesses(proxy: Proxy, labels: Labels, condition: F32) -> F32:
    """Pictures that a proxy says, float32 (n, 4, 96, 64).

    Args:
        proxy: on the CPU.
        labels: of n patches.
        condition: float32 (n, 3), how they are played.
    """
    with torch.no_grad():
        parts = [
            proxy(
                torch.from_numpy(labels.continuous[rows]),
                torch.from_numpy(labels.categorical[rows]),
                torch.from_numpy(condition[rows]),
            ).numpy()
            for rows in _slices(len(labels))
        ]
    return np.concatenate(parts)


def proxy_error(
    proxy: Proxy,
    instrument: Instrument,
    patches: Sequence[Patch],
    performance: Performance,
    *,
    tokens: Sequence[str] = (),
    each: int = 8,
) -> Iterator[TokenError]:
    """The error of each token, in their order; of those that sound in none of the patches there is none.

    Args:
        proxy: of the instrument.
        instrument: plays them.
        patches: that the proxy has not learned from.
        performance: one note.
        tokens: names; all by default.
        each: in so many patches a token is turned, at most.
    """
    codec = proxy.codec
    labels = codec.encode([said(patch) for patch in patches])
    for column, token in enumerate(codec.tokens):
        rows = np.flatnonzero(labels.active[:, column])[:each]
        if len(rows) and (not tokens or token.name in tokens):
            turned = [_turned(codec, labels, int(row), column) for row in rows]
            yield _error(proxy, instrument, performance, column, turned)


def _turned(codec: Codec, labels: Labels, row: int, column: int) -> Labels:
    """A patch as it is, then with a token everywhere it is turned to."""
    n = len(codec.continuous)
    is_whole = column >= n
    options = codec.n_options[column - n] if is_whole else 0
    own = int(labels.categorical[row, column - n]) if is_whole else -1
    others = [k for k in range(options) if k != own]
    few = others[:: max(1, len(others) // len(PLACES))][: len(PLACES)]
    count = 1 + (len(few) if is_whole else len(PLACES))
    continuous = np.repeat(labels.continuous[row : row + 1], count, axis=0)
    categorical = np.repeat(labels.categorical[row : row + 1], count, axis=0)
    if is_whole:
        categorical[1:, column - n] = few
    else:
        continuous[1:, column] = PLACES
    return Labels(continuous, categorical, codec.active(np.maximum(categorical, 0)))


def _error(
    proxy: Proxy, instrument: Instrument, performance: Performance, column: int, turned: Sequence[Labels]
) -> TokenError:
    codec, note = proxy.codec, performance.notes[0]
    played = conditions(note.pitch, note.hold_s, note.velocity)
    real, guessed = [], []
    for labels in turned:
        pictures = _pictures(codec, instrument, labels, performance)
        if pictures is not None:
            real.append(pictures[1:] - pictures[0])
            said_ = guesses(proxy, labels, np.repeat(played, len(labels), axis=0))
            sounds = ((pictures > 0) | (said_ > 0)).any(0)
            guessed.append(said_[1:] - said_[0])
            real[-1], guessed[-1] = real[-1][:, sounds], guessed[-1][:, sounds]
    token = codec.tokens[column]
    if not real:
        return TokenError(token.name, token.kind, 0, 0.0, 0.0, 0.0, 0.0)
    true, said_ = (np.concatenate([part.ravel() for part in parts]) for parts in (real, guessed))
    power = float(np.square(true).sum())
    correlation = float(np.corrcoef(true, said_)[0, 1]) if true.std() > 0 and said_.std() > 0 else 0.0
    return TokenError(
        name=token.name,
        kind=token.kind,
        turns=sum(len(part) for part in real),
        real_db=RANGE_DB * float(np.abs(true).mean()),
        wrong_db=RANGE_DB * float(np.abs(said_ - true).mean()),
        followed=1.0 - float(np.square(said_ - true).sum()) / power if power > 0 else 0.0,
        correlation=correlation,
    )


def _pictures(
    codec: Codec, instrument: Instrument, labels: Labels, performance: Performance
) -> npt.NDArray[np.float32] | None:
    """Of all rows, None where one of them cannot be played."""
    patches = [codec.decode(instrument.space, labels, row, instrument.asset) for row in range(len(labels))]
    heard: dict[int, Audio | EngineError] = dict(
        instrument.stream([(patch, performance) for patch in patches])
    )
    sounds = [heard[row] for row in range(len(patches))]
    if not all(isinstance(sound, Audio) for sound in sounds):
        return None
    pitch = float(performance.notes[0].pitch)
    return np.stack([front_end(sound, pitch=pitch) for sound in sounds if isinstance(sound, Audio)])


def _slices(n: int) -> Iterator[slice]:
    return (slice(start, start + _AT_ONCE) for start in range(0, n, _AT_ONCE))
