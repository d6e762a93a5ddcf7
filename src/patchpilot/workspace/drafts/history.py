"""What was done to a patch, step by step: undo, redo, and the trail that each step left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.errors import ParameterError
from patchpilot.experiment.roles import stored
from patchpilot.space import Asset, Patch, Space
from patchpilot.space.routing import FIELDS, SLOT

MOST_POINTS = 200
"""Places of a drag that are remembered; of longer ones every second is dropped again and again."""
_NAMED = 3


@dataclass(frozen=True)
class Banked:
    """A take of the bank that a step became.

    Attributes:
        number: in the bank.
        id: of the take.
        patch: sha256 of its patch.
        is_trail: whether it is only there as the ancestor of another.
    """

    number: int
    id: str
    patch: str
    is_trail: bool = False


@dataclass
class Step:
    """One thing that was done, which is undone as one.

    Attributes:
        label: in words, what was done ("filter_1_cutoff 60 → 82 semitones").
        values: stored values that it changed, by name of a parameter or of a routing's control.
        drawn: assets that it changed, by slot.
        whole: the whole patch, where it changed more than values.
        drag: the name of the drag that it is, "" for none.
        trail: where the values went, in order: (seconds since 1970, what changed then).
        banked: the takes that it became, the latest last.
    """

    label: str
    values: dict[str, float] = field(default_factory=dict)
    drawn: dict[str, Asset] = field(default_factory=dict)
    whole: Patch | None = None
    drag: str = ""
    trail: list[tuple[float, dict[str, float]]] = field(default_factory=list)
    banked: list[Banked] = field(default_factory=list)
    _patch: Patch | None = field(default=None, repr=False)


class History:
    """Steps, and which of them is now.

    Args:
        space: of the instrument.
        first: the patch to begin with.
        label: where it comes from, in words.

    Attributes:
        steps: in order; those behind `at` can be done again.
        at: the place of the step that is now.
    """

    def __init__(self, space: Space, first: Patch, label: str) -> None:
        self._space = space
        self.steps = [Step(label, whole=first)]
        self.at = 0

    @property
    def now(self) -> Step:
        """The step that is now."""
        return self.steps[self.at]

    @property
    def patch(self) -> Patch:
        """As it is now."""
        return self.patch_at(self.at)

    @property
    def can_undo(self) -> bool:
        """Whether there is a step before this."""
        return self.at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step that was undone."""
        return self.at < len(self.steps) - 1

    def patch_at(self, place: int) -> Patch:
        """As it was after a step; made when it is asked for, since most places of a drag never are."""
        start = place
        while self.steps[start]._patch is None and self.steps[start].whole is None:
            start -= 1
        patch = self.steps[start]._patch or self.steps[start].whole
        assert patch is not None  # the first step has one
        for step in self.steps[start + 1 : place + 1]:
            patch = step._patch = turned(self._space, patch, step.values, step.drawn)
        return patch

    def turn(
        self, values: Mapping[str, float], *, drag: str = "", at_s: float = 0.0, label: str = ""
    ) -> Step:
        """Change values: a step of its own, or more of the drag that goes on.

        Args:
            values: stored ones, checked by `checked`.
            drag: its name; what comes of one drag, one after another, is one step.
            at_s: when, in seconds since 1970.
            label: what was done; names and values by default.
        """
        step = self._part_of(drag)
        step.values.update(values)
        self._moved(step, at_s, values)
        step.label = label or said(self._space, self.patch_at(self.at - 1), step.values)
        return step

    def draw(self, slot: str, asset: Asset, label: str, *, drag: str = "", at_s: float = 0.0) -> Step:
        """Change an asset: a step of its own, or more of the drag that goes on.

        Args:
            slot: of the space.
            asset: that is there from now on.
            label: what was done.
            drag: its name; what comes of one drag, one after another, is one step.
            at_s: when, in seconds since 1970.
        """
        step = self._part_of(drag)
        step.drawn[slot] = asset
        self._moved(step, at_s, {})
        step.label = label
        return step

    def replace(self, patch: Patch, label: str) -> Step:
        """Another patch in the place of this one, as one step."""
        return self._add(Step(label, whole=patch))

    def undo(self, n: int = 1) -> None:
        """Go back some steps, as far as there are; raises `ParameterError` where there is none."""
        if not self.can_undo:
            raise ParameterError("there is nothing to undo: this is how the draft began")
        self.at = max(0, self.at - n)

    def redo(self, n: int = 1) -> None:
        """Go forward some steps, as far as there are; raises `ParameterError` where there is none."""
        if not self.can_redo:
            raise ParameterError("there is nothing to redo: no step was undone, or another was made since")
        self.at = min(len(self.steps) - 1, self.at + n)

    def _part_of(self, drag: str) -> Step:
        """The step that a change is of: a new one, or that of the drag that goes on."""
        goes_on = bool(drag) and self.now.drag == drag and not self.can_redo and self.at > 0
        return self.now if goes_on else self._add(Step("", drag=drag))

    @staticmethod
    def _moved(step: Step, at_s: float, values: Mapping[str, float]) -> None:
        step._patch = None
        step.trail.append((round(at_s, 3), dict(values)))
        if len(step.trail) > MOST_POINTS:
            step.trail = thinned(step.trail)

    def _add(self, step: Step) -> Step:
        del self.steps[self.at + 1 :]
        self.steps.append(step)
        self.at += 1
        return step


def thinned(trail: list[tuple[float, dict[str, float]]]) -> list[tuple[float, dict[str, float]]]:
    """Every second place of a trail, the first and the last among them."""
    return [*trail[:-1:2], trail[-1]]


def checked(space: Space, patch: Patch, values: Mapping[str, float | str]) -> dict[str, float]:
    """Stored values that somebody means.

    Args:
        space: of the instrument.
        patch: whose routings are meant by "modulation_N_amount" and the like.
        values: stored values, or names of options.

    Raises:
        ParameterError: there is no such parameter, option or routing, or a value is out of its range.
    """
    found: dict[str, float] = {}
    for name, value in values.items():
        match = SLOT.match(name)
        if match is None or space.routing is None:
            found[name] = stored(space, name, value)
            continue
        if match[2] not in FIELDS or not 1 <= int(match[1]) <= len(patch.routings):
            raise ParameterError(
                f"{name}: expected one of {', '.join(FIELDS)} of a routing from 1 to {len(patch.routings)}"
            )
        slot = space.routing.fields[FIELDS.index(match[2])]
        number = value if not isinstance(value, str) else float("nan")
        if not slot.minimum <= number <= slot.maximum:
            raise ParameterError(f"{name}: expected {slot.minimum:g} to {slot.maximum:g}, got {value!r}")
        found[name] = float(number)
    return found


def turned(space: Space, patch: Patch, values: Mapping[str, float], assets: Mapping[str, Asset]) -> Patch:
    """A patch with other values, those of its routings' controls among them, and other assets."""
    routings = list(patch.routings)
    plain: dict[str, float] = {}
    for name, value in values.items():
        match = SLOT.match(name) if space.routing is not None else None
        if match is None:
            plain[name] = value
        else:
            place = int(match[1]) - 1
            routings[place] = routings[place].turned(match[2], value)
    return patch.changed(space, plain, routings=routings, assets=assets)


def said(space: Space, before: Patch, values: Mapping[str, float]) -> str:
    """What a change did, in words."""
    if len(values) > _NAMED:
        groups = list(dict.fromkeys(space[n].group for n in values if n in space.by_name))
        of = f" of {groups[0]}" if len(groups) == 1 and groups[0] else ""
        return f"{len(values)} parameters{of}"
    parts = []
    slots = before.slot_values()
    for name, value in values.items():
        if name not in space.by_name:
            parts.append(f"{name} {slots.get(name, 0.0):.3g} → {value:.3g}")
            continue
        parameter = space[name]
        old = before.values.get(name, parameter.default)
        parts.append(f"{name} {parameter.text(old)} → {parameter.text(value)}")
    return ", ".join(parts)
