"""A bass or a lead for a level: in its key, on its grid, where its own parts leave room."""

from __future__ import annotations

from typing import Literal

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.selfplay.levels.pattern import BEATS_PER_BAR, STEPS_PER_BEAT, Part, Score, Strike, gridded
from patchpilot.space.harmony import SCALES
from patchpilot.space.key import Key

Role = Literal["bass", "lead"]
_STEPS = BEATS_PER_BAR * STEPS_PER_BEAT
_LOWEST = {"bass": 33, "lead": 64}
_HITS = {"bass": 5, "lead": 6}
_BELOW_DB = {"bass": -4.0, "lead": -8.0}
"""Level of the new part beside the loudest of the others."""
_DEGREES = {"minor": "minor pentatonic", "major": "major pentatonic"}


def complement(score: Score, role: Role, *, seed: int, key: str = "") -> Part:
    """A part that goes with a level.

    Its rhythm is one bar that is repeated, on sixteenths that the others leave free, the first beat for a bass; its
    tones are those of the key's pentatonic scale, the root above all.

    Args:
        score: of the level.
        role: "bass" or "lead".
        seed: >= 0; another one is another part.
        key: as "A minor"; the level's own by default.

    Raises:
        ParameterError: no key is known, or it is none.
    """
    if not (key or score.key):
        raise ParameterError('this level has no key that was heard: say one, as --key "A minor"')
    tonic = Key.parse(key or score.key)
    rng = np.random.default_rng([seed, len(role)])
    steps = _free(score, role, rng)
    scale = SCALES[_DEGREES[tonic.scale]]
    root = _LOWEST[role] + (tonic.root - _LOWEST[role]) % 12
    degree = 0
    strikes = []
    for bar in range(score.bars):
        for index, step in enumerate(steps):
            if index == 0 or rng.random() < 0.3:
                degree = 0
            else:
                degree = int(np.clip(degree + rng.integers(-2, 3), -2 if role == "bass" else 0, len(scale)))
            octave, place = divmod(degree, len(scale))
            after = steps[index + 1] if index + 1 < len(steps) else _STEPS
            strikes.append(
                Strike(
                    bar * BEATS_PER_BAR + step / STEPS_PER_BEAT,
                    (after - step) / STEPS_PER_BEAT,
                    0.0 if step % STEPS_PER_BEAT == 0 else -2.0,
                    12 * octave + scale[place],
                )
            )
    loudest = max((part.gain_db for part in score.parts), default=-12.0)
    hold_s = 2.0 / STEPS_PER_BEAT * 60.0 / score.tempo_bpm
    return Part(_name(role, score), root, hold_s, loudest + _BELOW_DB[role], tuple(strikes))


def _name(role: Role, score: Score) -> str:
    """The role, numbered where the level has parts of that name."""
    taken = {part.name for part in score.parts}
    return next(
        name for n in range(1, len(taken) + 2) if (name := role if n == 1 else f"{role} {n}") not in taken
    )


def _free(score: Score, role: Role, rng: np.random.Generator) -> list[int]:
    """Sixteenths of the new bar, rising: those that sound least in all bars together, with some chance."""
    taken = np.zeros(_STEPS)
    for part in gridded(score).parts:
        for strike in part.strikes:
            taken[round(strike.beat * STEPS_PER_BEAT) % _STEPS] += 10.0 ** (strike.level_db / 20.0)
    taken = taken / max(float(taken.max()), 1e-9)
    off_beat = np.array([0.0 if step % 2 == 0 else 0.25 for step in range(_STEPS)])
    order = np.argsort(taken + off_beat + 0.5 * rng.random(_STEPS), kind="stable")
    chosen = set(order[: _HITS[role]].tolist())
    if role == "bass":
        chosen.add(0)
    return sorted(int(step) for step in chosen)
