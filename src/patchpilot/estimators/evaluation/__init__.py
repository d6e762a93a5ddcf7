"""How close what an estimator proposes comes, on the real engine, and what it is measured against.

sounds = held_out(Dataset("core.h5"), 20, share=0.02)
measured = evaluate(Estimator.load("vital", vital), vital, sounds)
measured.median("best of five")

| row | what is played |
|---|---|
| first | the likeliest patch |
| best of five | the closest of the five likeliest |
| init patch | no work at all |
| mean patch | of the rows that were learned from: medians, and the commonest options |
| nearest row | of those rows, the one whose picture is the nearest |
| same patch again | with other dice: nothing can be expected to be closer |

The last but two are in `estimators.baselines`. Estimators are told the note that was played, or with `as_heard`
nothing but the sound, as with a user's file.
"""

from patchpilot.estimators.evaluation._evaluate import (
    AGAIN,
    BEST,
    FIRST,
    INIT,
    Baseline,
    Proposer,
    evaluate,
)
from patchpilot.estimators.evaluation._measured import Evaluation
from patchpilot.estimators.evaluation._sounds import Sound, drawn, held_out
from patchpilot.estimators.listening import Heard

__all__ = [
    "AGAIN",
    "BEST",
    "FIRST",
    "INIT",
    "Baseline",
    "Evaluation",
    "Heard",
    "Proposer",
    "Sound",
    "drawn",
    "evaluate",
    "held_out",
]
