"""The `Wish` noun: what somebody asks of a sound, as changes of features."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from patchpilot.errors import ParameterError
from patchpilot.space.canonical import Json
from patchpilot.words.features import BY_NAME

Act = Literal["move", "again", "undo"]
BACK = -0.5
"""What "less of that" does with the last wish."""


@dataclass(frozen=True)
class Wish:
    """What is asked for.

    Attributes:
        text: as it was said.
        act: "move" the sound; do the last wish "again", or "undo" it, which those who know the last wish resolve.
        changes: by feature, how many just-noticeable steps up or down.
        holds: features that must not change, in their order.
        reference: whether it is about another sound ("like that one but softer").
        amount: of an "again": how much of the last wish, negative for the other way.
        words: the known words in it, as they are shown.
    """

    text: str
    act: Act = "move"
    changes: Mapping[str, float] = field(default_factory=dict)
    holds: tuple[str, ...] = ()
    reference: bool = False
    amount: float = 1.0
    words: tuple[str, ...] = ()

    @property
    def said(self) -> str:
        """What was understood, as a phrase: "clearly darker, slightly wider; attack held"."""
        if self.act == "undo":
            return "take the last change back"
        if self.act == "again":
            how = "the other way, " if self.amount < 0 else ""
            return f"the last change again, {how}{_much(4.0 * self.amount)}"
        changed = ", ".join(_change(name, steps) for name, steps in self.changes.items())
        parts = [*(["like the other sound"] if self.reference else []), *([changed] if changed else [])]
        held = f"{' and '.join(self.holds)} held" if self.holds else ""
        return "; ".join(one for one in [", ".join(parts), held] if one)

    def after(self, last: Wish | None) -> Wish:
        """What it asks for after another wish: "again" becomes what the last wish was.

        Args:
            last: the last wish that moved something; None where there was none.

        Raises:
            ParameterError: there is nothing to do again.
        """
        if self.act != "again":
            return self
        if last is None or not last.changes:
            raise ParameterError(
                f"{self.text!r} goes on from an earlier wish, and there is none: say what, as in 'darker'"
            )
        changes = {name: round(steps * self.amount, 3) for name, steps in last.changes.items()}
        return dataclasses.replace(last, text=f"{last.text}, {self.text}", changes=changes, reference=False)

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        plain = dataclasses.asdict(self)
        return {**plain, "changes": dict(self.changes), "holds": list(self.holds), "words": list(self.words)}

    @classmethod
    def from_json(cls, data: Json) -> Wish:
        """The inverse of `to_json`.

        Raises:
            ParameterError: a part is missing, unknown, or of another kind.
        """
        try:
            made = cls(**{**data, "holds": tuple(data["holds"]), "words": tuple(data["words"])})
            ok = {*made.changes, *made.holds} <= set(BY_NAME) and made.act in ("move", "again", "undo")
            if not ok or not all(isinstance(steps, (int, float)) for steps in made.changes.values()):
                raise TypeError("an unknown feature or act")
        except (TypeError, KeyError, AttributeError) as error:
            raise ParameterError(f"expected the JSON of a wish: {error}") from None
        return made


def _change(name: str, steps: float) -> str:
    feature = BY_NAME[name]
    return f"{_much(steps)} {feature.more if steps > 0 else feature.less}"


def _much(steps: float) -> str:
    """How much so many just-noticeable steps are."""
    for least, text in ((10.0, "very much"), (6.0, "much"), (2.9, "clearly"), (0.0, "slightly")):
        if abs(steps) >= least:
            return text
    return ""
