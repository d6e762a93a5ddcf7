"""What was said of fixes: accepted, rejected, changed. It orders and scales those to come."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.files import write_text

FORMAT = "patchpilot-feedback-1"
ACCEPTED, REJECTED, CHANGED = "accepted", "rejected", "changed"
_BELIEF = 2.0
"""So many acceptances are believed before anything is said."""
_AMOUNTS = (0.2, 1.0)


@dataclass(frozen=True)
class Said:
    """Of one fix.

    Attributes:
        key: `Gap.key` of its gap.
        decision: accepted, rejected or changed.
        amount: of what was offered that was taken, 0..1.
    """

    key: str
    decision: str
    amount: float = 1.0


@dataclass(frozen=True)
class Feedback:
    """All that was said, in order."""

    said: tuple[Said, ...] = ()

    def and_then(self, key: str, decision: str, amount: float = 1.0) -> Feedback:
        """With one more.

        Raises:
            ParameterError: the decision is none, or the amount not from 0 to 1.
        """
        if decision not in (ACCEPTED, REJECTED, CHANGED) or not 0.0 <= amount <= 1.0:
            raise ParameterError(
                f"expected accepted, rejected or changed and an amount from 0 to 1, got {decision!r} and {amount:g}"
            )
        return replace(self, said=(*self.said, Said(key, decision, amount)))

    def weight(self, key: str) -> float:
        """0..1: how welcome fixes of a sort are: the share that was taken, two being taken for granted."""
        own = [one.decision for one in self.said if one.key == key]
        taken = _BELIEF + sum(decision != REJECTED for decision in own)
        return taken / (_BELIEF + len(own))

    def amount(self, key: str) -> float:
        """0.2..1: how much of what is needed is wanted: mean of what was taken, in octaves, and as much twice."""
        taken = [max(one.amount, 0.05) for one in self.said if one.key == key and one.decision != REJECTED]
        mean = float(np.exp(np.log(taken).sum() / (len(taken) + _BELIEF))) if taken else 1.0
        return float(np.clip(mean, *_AMOUNTS))

    def save(self, path: Path) -> None:
        """Write the file; raises `OutputError`."""
        said = [{"key": one.key, "decision": one.decision, "amount": one.amount} for one in self.said]
        write_text(path, json.dumps({"format": FORMAT, "said": said}, indent=1, ensure_ascii=False) + "\n")


def feedback_beside(profile: Path) -> Path:
    """Where feedback about fixes by a profile is kept: NAME.feedback.json beside it."""
    return profile.with_name(f"{profile.stem}.feedback.json")


def load_feedback(path: Path) -> Feedback:
    """The file of `Feedback.save`; nothing was said where there is none.

    Raises:
        ParameterError: it is damaged.
    """
    if not path.exists():
        return Feedback()
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ValueError(f"format {said['format']!r}")
        found = Feedback()
        for one in said["said"]:
            found = found.and_then(str(one["key"]), str(one["decision"]), float(one["amount"]))
    except OSError as error:
        raise ParameterError(f"cannot read {path}: {error.strerror or error}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise ParameterError(
            f"{path}: expected feedback about fixes, but it is damaged ({error}); move it away to begin anew"
        ) from None
    return found
