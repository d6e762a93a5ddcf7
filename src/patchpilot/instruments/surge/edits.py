"""Structural moves of a Surge patch that no knob makes: other types, and what is off switched on."""

from __future__ import annotations

from collections.abc import Iterator

from patchpilot.instruments.surge.catalogue import MIDDLE, Catalogue
from patchpilot.instruments.surge.dice import played_value, sounding_oscillators, sounding_scenes
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch

_OSCILLATORS = ("classic", "sine", "modern", "fm2", "fm3", "window", "wavetable")
"""Types that are tried, by what Surge calls them."""
_FILTERS = (
    "lp 12 db",
    "lp 24 db",
    "lp legacy ladder",
    "lp vintage ladder",
    "lp diode ladder",
    "hp 12 db",
    "bp 12 db",
    "n 12 db",
    "comb +",
)
_SHAPERS = ("soft", "hard", "asymmetric", "sine", "digital")
_EFFECTS = ("eq", "graphic eq", "reverb 2", "reverb", "chorus", "distortion", "delay", "phaser")
_OCTAVES = (-1.0, 1.0)
_UNISON = (3, 5)


def edits(catalogue: Catalogue, patch: Patch) -> list[Edit]:
    """Moves that change the patch, the likelier ones first."""
    made: list[Edit] = []

    value = played_value(catalogue, patch)
    scenes = sounding_scenes(value)
    for scene in scenes:
        for n in sounding_oscillators(scene, value):
            made += _octaves(catalogue, patch, f"{scene}_osc{n}")
        made += _filters(catalogue, patch, scene)
        for n in sounding_oscillators(scene, value):
            made += _types(catalogue, patch, f"{scene}_osc{n}")
        made += _switches(catalogue, patch, scene)
    made += _effects(catalogue, patch)
    space = catalogue.space
    return [edit for edit in made if all(name in space.by_name for name in edit.values)]


def _options(catalogue: Catalogue, name: str, wanted: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    """Options of a parameter that are wanted, with their values, in the order in which they are wanted."""
    parameter = catalogue.space.by_name.get(name)
    if parameter is None:
        return
    numbers = {text.strip().lower(): n for n, text in enumerate(parameter.options)}
    for text in wanted:
        if text in numbers:
            yield parameter.options[numbers[text]].strip(), parameter.minimum + numbers[text]


def _octaves(catalogue: Catalogue, patch: Patch, oscillator: str) -> Iterator[Edit]:
    name = f"{oscillator}_octave"
    parameter = catalogue.space.by_name.get(name)
    for step in _OCTAVES if parameter is not None else ():
        assert parameter is not None
        value = catalogue.value(patch.values, name) + step
        if parameter.minimum <= value <= parameter.maximum:
            yield Edit(f"{_said(oscillator)}: octave {value - parameter.minimum - 3:+g}", {name: value})


def _types(catalogue: Catalogue, patch: Patch, oscillator: str) -> Iterator[Edit]:
    """Another type begins with its own values, not with what the places of the former mean there."""
    name = f"{oscillator}_type"
    plain = {member: MIDDLE for member in catalogue.ids if member.startswith(f"{oscillator}_param")}
    for text, number in _options(catalogue, name, _OSCILLATORS):
        if number != catalogue.value(patch.values, name):
            yield Edit(f"{_said(oscillator)}: {text}", {name: number, **plain})


def _filters(catalogue: Catalogue, patch: Patch, scene: str) -> Iterator[Edit]:
    name = f"{scene}_filter1_type"
    parameter = catalogue.space.by_name.get(f"{scene}_filter1_cutoff")
    for text, number in _options(catalogue, name, _FILTERS):
        now = catalogue.value(patch.values, name)
        if number == now or parameter is None:
            continue
        is_opened = not now and text.lower().startswith("lp")
        wide = {f"{scene}_filter1_cutoff": parameter.maximum} if is_opened else {}
        subtype = {f"{scene}_filter1_subtype": 0.0}
        yield Edit(
            f"scene {scene}, filter 1: {text}", {name: number, **subtype, **wide}, is_neutral=is_opened
        )
    if catalogue.value(patch.values, name):
        yield Edit(f"scene {scene}, filter 1 off", {name: 0.0})


def _switches(catalogue: Catalogue, patch: Patch, scene: str) -> Iterator[Edit]:
    """Oscillators, noise and shapers that are off are switched on, others off."""
    for n in (2, 3):
        name = f"{scene}_mute_o{n}"
        if catalogue.value(patch.values, name):
            yield Edit(f"{_said(f'{scene}_osc{n}')} on", {name: 0.0, f"{scene}_osc{n}_retrigger": 1.0})
        else:
            yield Edit(f"{_said(f'{scene}_osc{n}')} off", {name: 1.0})
    noise = f"{scene}_mute_noise"
    if catalogue.value(patch.values, noise):
        yield Edit(f"scene {scene}, noise on", {noise: 0.0, f"{scene}_level_noise": 0.2})
    else:
        yield Edit(f"scene {scene}, noise off", {noise: 1.0})
    for text, number in _options(catalogue, f"{scene}_ws_type", _SHAPERS):
        if number != catalogue.value(patch.values, f"{scene}_ws_type"):
            yield Edit(f"scene {scene}, shaper: {text}", {f"{scene}_ws_type": number})
    for n in sounding_oscillators(scene, played_value(catalogue, patch))[:1]:
        name = f"{scene}_osc{n}_param6"
        member = catalogue.member(name, patch.values)
        for voices in (
            _UNISON if member is not None and member.kind == "int" and member.minimum == 1.0 else ()
        ):
            assert member is not None
            place = member.place(float(voices))
            if place != catalogue.value(patch.values, name):
                yield Edit(f"{_said(f'{scene}_osc{n}')}: {voices} voices", {name: place})


def _effects(catalogue: Catalogue, patch: Patch) -> Iterator[Edit]:
    """The first free effect of scene A, and those that are on switched off."""
    slots = [name for name in ("fx1_type", "fx2_type") if name in catalogue.space.by_name]
    free = next((name for name in slots if not catalogue.value(patch.values, name)), "")
    for text, number in _options(catalogue, free, _EFFECTS):
        yield Edit(f"effect {free[2]}: {text}", {free: number}, is_neutral="eq" in text.lower().split())
    for name in slots:
        if catalogue.value(patch.values, name):
            yield Edit(f"effect {name[2]} off", {name: 0.0})


def _said(oscillator: str) -> str:
    return f"scene {oscillator[0]}, oscillator {oscillator[-1]}"
