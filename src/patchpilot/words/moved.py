"""The `Moved` noun: what came of a wish, as it was heard on the instrument itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from patchpilot.instruments.take import Take
from patchpilot.space import Patch, Space
from patchpilot.space.canonical import Json
from patchpilot.words.features import BY_NAME
from patchpilot.words.wish import Wish

Verdict = Literal["moved", "short", "at its end", "held", "strayed", "free"]


@dataclass(frozen=True)
class Felt:
    """One feature before and after.

    Attributes:
        name: of the feature.
        unit: of its values.
        before: its value.
        after: its value.
        steps: how many just-noticeable steps it moved.
        asked: how many were asked for, 0 for none.
        verdict: of what was asked for, whether it "moved" clearly, came "short", or was "at its end" already; of the
            rest, whether it was "held", "strayed", or was "free" to move because it hears much the same.
    """

    name: str
    unit: str
    before: float
    after: float
    steps: float
    asked: float
    verdict: Verdict


@dataclass(frozen=True)
class Turn:
    """One thing of a patch that was turned.

    Attributes:
        name: of the parameter, the asset slot, or "source > destination" of a routing.
        before: as a user reads it.
        after: as a user reads it.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, eq=False)
class Moved:
    """What came of a wish.

    Attributes:
        wish: what was asked for.
        start: the take that it started from.
        take: the take that it came to; `start` itself where nothing better was found.
        felt: all features.
        turned: what was turned.
        renders: how often the instrument played.
    """

    wish: Wish
    start: Take
    take: Take
    felt: tuple[Felt, ...]
    turned: tuple[Turn, ...]
    renders: int

    @property
    def patch(self) -> Patch:
        """What the instrument is told now."""
        return self.take.patch

    @property
    def ok(self) -> bool:
        """Whether all that was asked for moved clearly."""
        return all(one.verdict == "moved" for one in self.felt if one.asked)

    @property
    def said(self) -> tuple[str, ...]:
        """What happened, in sentences, with what could not be done."""
        lines = []
        for one in self.felt:
            if not one.asked:
                continue
            feature = BY_NAME[one.name]
            word = feature.more if one.asked > 0 else feature.less
            if one.verdict == "moved":
                lines.append(f"It is {word}: {one.name} {_steps(one.steps)}.")
            elif one.verdict == "at its end":
                lines.append(f"It cannot be heard to get {word} than it is: {one.name} is at its end.")
            elif one.steps * one.asked > 0 and abs(one.steps) >= 0.5:
                lines.append(
                    f"It is only a little {word}: {one.name} {_steps(one.steps)} of {abs(one.asked):.1f} asked for; "
                    "this is the nearest that was found."
                )
            else:
                lines.append(
                    f"It could not be made {word}: no turn was found that does it and keeps the rest."
                )
        strayed = [f"{one.name} {_steps(one.steps)}" for one in self.felt if one.verdict == "strayed"]
        if strayed:
            lines.append(f"Not all else stayed: {', '.join(strayed)}.")
        return tuple(lines)

    def to_json(self) -> Json:
        """Plain JSON for programs: no audio, no patch."""
        return {
            "text": self.wish.text,
            "understood": self.wish.said,
            "ok": self.ok,
            "said": list(self.said),
            "turned": [dict(vars(one)) for one in self.turned],
            "features": {
                one.name: {key: value for key, value in vars(one).items() if key != "name"}
                for one in self.felt
            },
            "renders": self.renders,
            "before": self.start.id,
            "after": self.take.id,
        }


def turns(space: Space, before: Patch, after: Patch) -> Iterator[Turn]:
    """What differs between two patches of one instrument, as a user reads it."""
    for p in space:
        was, now = before.values.get(p.name, p.default), after.values.get(p.name, p.default)
        if was != now:
            yield Turn(p.name, p.text(was), p.text(now))
    amounts = [{(r.source, r.destination): r.amount for r in patch.routings} for patch in (before, after)]
    for way in sorted({*amounts[0], *amounts[1]}):
        if amounts[0].get(way) != amounts[1].get(way):
            texts = (f"{amount[way]:+.0%}" if way in amount else "none" for amount in amounts)
            yield Turn(" > ".join(way), *texts)
    names = [patch.info.get("assets", {}) for patch in (before, after)]
    for slot in sorted({*before.assets, *after.assets}):
        one, other = before.assets.get(slot), after.assets.get(slot)
        if (one and one.sha256) != (other and other.sha256):
            yield Turn(slot, str(names[0].get(slot, "its own")), str(names[1].get(slot, "its own")))


def _steps(steps: float) -> str:
    """As "up by 3.1 steps"."""
    return f"{'up' if steps > 0 else 'down'} by {abs(steps):.1f} steps"
