"""What a patch says, for a reader: knobs that matter, modulations as sentences, the complete list.

Works for any Space; it only relies on how controls are named: "X_on" switches module X, "X_sync" at its
lowest option makes X run on "X_frequency" and else on "X_tempo".
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass

from patchpilot.space import Parameter, Patch, Routing, Space
from patchpilot.space.routing import FIELDS, SLOT

MAX_KNOBS = 60
_ALWAYS_HEARD = "env_1"
"""The envelope of the voice: it needs no routing to be heard."""
_NOT_SHOWN = {"oversampling", "polyphony", "mpe_enabled", "effect_chain_order"}
_ORDER = ("macro", "osc", "sample", "filter", "env", "lfo", "random")
"""Modules are shown as the signal flows: these first, by how their names begin; the global ones last."""
_MAX_OPTIONS = 200
"""A whole number with more values than this is a code, nothing to read off a knob."""
_WORDS = {
    "osc": "oscillator",
    "env": "envelope",
    "lfo": "LFO",
    "eq": "equalizer",
    "fx": "FX",
    "midi": "MIDI",
    "keytrack": "key tracking",
    "mod": "modulation",
}


@dataclass(frozen=True)
class Setting:
    """One line of the complete list.

    Attributes:
        name: the instrument's own name of the control.
        norm: the encoded value, 0..1.
        value: the stored value.
        unit: unit of the stored value, "" for a plain number or an index.
        text: what a user of the instrument reads.
        changed: whether it differs from the init patch.
    """

    name: str
    norm: float
    value: float
    unit: str
    text: str
    changed: bool


@dataclass(frozen=True)
class Knob:
    """One control to draw.

    Attributes:
        label: what it does, without the module's name.
        text: its value in the instrument's own units.
        init_text: the same in the init patch.
        norm: where it points, 0..1.
        init_norm: where it points in the init patch, 0..1.
        origin: where its arc starts, 0..1: in the middle for a range that is symmetric about zero.
        is_option: whether its value is a word; nothing to draw then.
        modulated: whether a routing turns it.
    """

    label: str
    text: str
    init_text: str
    norm: float
    init_norm: float
    origin: float
    is_option: bool
    modulated: bool


@dataclass(frozen=True)
class Module:
    """A module that is heard, and its knobs that differ from the init patch.

    There are none where it was only switched on.
    """

    title: str
    knobs: tuple[Knob, ...]


def settings(patch: Patch, space: Space) -> tuple[Setting, ...]:
    """Every parameter of the space in its order, then the controls of each routing of the patch."""
    listed = [_setting(p, patch.values.get(p.name, p.default)) for p in space]
    if space.routing is not None:
        for name, value in patch.slot_values().items():
            match = SLOT.match(name)
            assert match is not None
            field = space.routing.fields[FIELDS.index(match[2])]
            listed.append(_setting(dataclasses.replace(field, name=name), value))
    return tuple(listed)


def _setting(p: Parameter, value: float) -> Setting:
    return Setting(p.name, p.norm(value), value, p.stored_unit, p.text(value), value != p.default)


def modules(patch: Patch, space: Space) -> tuple[Module, ...]:
    """What was turned, grouped by module: at most `MAX_KNOBS` knobs of those that can be heard."""
    values = {p.name: patch.values.get(p.name, p.default) for p in space}
    modulated = {routing.destination for routing in patch.routings if not routing.bypass}
    shown: dict[str, list[Knob]] = {}
    for p in space:
        if p.name not in patch.values or not _is_heard(p, values, patch, space):
            continue
        knobs = shown.setdefault(p.group, [])
        room = sum(map(len, shown.values())) < MAX_KNOBS
        if room and p.name != f"{p.group}_on":
            knobs.append(_knob(p, values[p.name], p.name in modulated))
    return tuple(Module(title(group), tuple(shown[group])) for group in sorted(shown, key=_place))


def _place(group: str) -> tuple[int, str]:
    """Where a module is shown: effects stand between what `_ORDER` names and the global ones."""
    if group in ("global", "voice", "portamento"):
        return len(_ORDER) + 1, group
    if group.endswith("_fx"):
        return len(_ORDER), group
    return next((i for i, start in enumerate(_ORDER) if group.startswith(start)), len(_ORDER)), group


def _is_heard(p: Parameter, values: Mapping[str, float], patch: Patch, space: Space) -> bool:
    """Whether turning it would change the sound, as far as the names of the controls tell."""
    if p.name in _NOT_SHOWN or (p.n_categories > _MAX_OPTIONS and not p.options):
        return False
    if values.get(f"{p.group}_on", 1.0) < 0.5:
        return False
    used = {routing.source for routing in patch.routings if not routing.bypass} | {_ALWAYS_HEARD}
    if space.routing is not None and p.group in space.routing.sources and p.group not in used:
        return False
    is_synced = values.get(f"{p.group}_sync", 0.0) >= 0.5
    return p.name != f"{p.group}_{'frequency' if is_synced else 'tempo'}"


def _knob(p: Parameter, value: float, modulated: bool) -> Knob:
    return Knob(
        label=capitalised(_own_name(p)),
        text=p.text(value),
        init_text=p.text(p.default),
        norm=p.norm(value),
        init_norm=p.norm(p.default),
        origin=0.5 if p.minimum == -p.maximum else 0.0,
        is_option=p.is_categorical and bool(p.options),
        modulated=modulated,
    )


def _own_name(p: Parameter) -> str:
    """Its name without that of its module."""
    return words(p.name.removeprefix(f"{p.group}_")) if p.name != p.group else words(p.name)


def words(name: str) -> str:
    """A control's or module's name as words: "osc_1" is "oscillator 1"."""
    return " ".join(_WORDS.get(word, word) for word in name.split("_"))


def title(group: str) -> str:
    """A module's name as a title: "osc_1" is "Oscillator 1"."""
    return capitalised(words(group))


def capitalised(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def modulations(patch: Patch) -> tuple[str, ...]:
    """Each routing as a sentence: "LFO 1 → Oscillator 1 wave frame, 100 %"."""
    return tuple(_modulation(routing) for routing in patch.routings)


def _modulation(routing: Routing) -> str:
    slot = SLOT.match(routing.destination)
    to = f"{slot[2]} of modulation {slot[1]}" if slot else title(routing.destination)
    details = [
        f"{100 * routing.amount:.3g} %".replace("-", "−"),
        "to both sides" if routing.bipolar else "",
        "left and right opposite" if routing.stereo else "",
        f"curve {routing.power:.2g}".replace("-", "−") if routing.power else "",
        "remapped" if routing.mapping else "",
        "switched off" if routing.bypass else "",
    ]
    return f"{title(routing.source)} → {to}, {', '.join(filter(None, details))}"


def assets(patch: Patch) -> str:
    """What the patch brings besides its knobs, as words ("wavetable 1, LFO 2 shape"), "" for nothing."""
    return ", ".join(re.sub(r"^(LFO \d)$", r"\1 shape", words(slot)) for slot in patch.assets)
