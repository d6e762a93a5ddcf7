"""Structural moves on a Vital patch: what a sound designer would try that is not turning a knob.

Neutral ones switch a module on so that the patch sounds nearly as before: an equalizer at 0 dB, a filter that is
wide open, an oscillator that is hardly heard. Their knobs then wait to be turned. The others are heard at once:
another filter, another table, another octave, a module off. Nothing but built-in tables is brought in, so a patch
that is knobs only stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from patchpilot.instruments.vital.knobs import sources_of_sound
from patchpilot.instruments.vital.wavetables import built_in, built_in_names, is_built_in
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing
from patchpilot.space.space import Space

Value = Callable[[str], float]

_OPENINGS: dict[str, dict[str, float]] = {
    "eq": {"low_gain": 0.0, "low_resonance": 0.3, "band_gain": 0.0, "high_gain": 0.0},
    "sample": {"level": 0.02, "destination": 3.0},
    "filter_1": {
        "model": 0.0,
        "style": 0.0,
        "cutoff": 128.0,
        "resonance": 0.1,
        "drive": 0.0,
        "blend": 0.0,
        "mix": 0.2,
    },
    "reverb": {"dry_wet": 0.01},
    "distortion": {"type": 0.0, "drive": 0.0, "mix": 0.05},
    "chorus": {"dry_wet": 0.02, "sync": 0.0, "frequency": -1.5},
}
"""What a module is set to as it is switched on, so that it is hardly heard."""
_SECOND = {"osc_2": ("Basic Shapes", 0.0), "osc_3": ("Harmonic Series", 12.0)}
"""Table and transposition of the further oscillators."""
_OPTIONAL = (
    "filter_1",
    "filter_2",
    "filter_fx",
    "distortion",
    "chorus",
    "phaser",
    "flanger",
    "delay",
    "reverb",
)
_TRIED_TABLES = {"osc_1": built_in_names(), "osc_2": ("Basic Shapes", "Harmonic Series", "Single Harmonics")}
_VOICES = (1, 2, 4, 7)
_DETUNE = 2.5
"""Of the voices of an oscillator that had one; the most frequent of `core-v1`."""
_MORPHS = (0, 2, 3, 7, 8)
_BENDS = (0, 1, 4, 5, 6)
"""Ways of distorting an oscillator that need no second one."""
_STYLES = (0, 1, 2)
_MODELS = (0, 1, 2, 3, 4, 5, 6)
_WORDS = {
    "osc": "oscillator",
    "eq": "EQ",
    "sample": "noise",
    "fx": "effect filter",
    "env": "envelope",
}


def edits(space: Space, patch: Patch) -> list[Edit]:
    """Structural moves that suit a patch: neutral ones first, then those likely to matter most.

    Args:
        space: Vital's space.
        patch: what is to be refined.
    """

    def value(name: str) -> float:
        return patch.values.get(name, space[name].default)

    moves = [
        *_openings(patch, value),
        *_routes(patch, value),
        *_octaves(space, value),
        *_filter_kinds(space, value),
        *_tables(patch, value),
        *_oscillator_kinds(space, patch, value),
        *_closings(value),
        *_distortions(space, value),
    ]
    return [move for move in moves if move.apply(space, patch) != patch]


def _words(module: str) -> str:
    """A module's name as a user reads it."""
    kind, _, number = module.partition("_")
    if number == "fx":
        return _WORDS["fx"]
    return f"{_WORDS.get(kind, kind)} {number}".rstrip()


def _openings(patch: Patch, value: Value) -> Iterator[Edit]:
    """Modules that are off, switched on so that they are hardly heard."""
    for module, settings in _OPENINGS.items():
        is_own = module in patch.assets  # a sample that is no noise
        if not value(f"{module}_on") and not is_own:
            values = {f"{module}_{name}": setting for name, setting in settings.items()}
            yield Edit(f"{_words(module)} on", {f"{module}_on": 1.0, **values}, is_neutral=True)
    for module, (table, semitones) in _SECOND.items():
        if not value(f"{module}_on"):
            values = {
                "on": 1.0,
                "level": 0.03,
                "destination": 0.0,
                "random_phase": 0.0,
                "transpose": semitones,
            }
            slot = f"wavetable_{module[-1]}"
            yield Edit(
                f"{_words(module)} on",
                {f"{module}_{name}": setting for name, setting in values.items()},
                assets={slot: built_in(table)},
                asset_names={slot: table},
                is_neutral=True,
            )


def _routes(patch: Patch, value: Value) -> Iterator[Edit]:
    """Envelopes that may come to move the filter, the pitch or the table; by nothing as yet."""
    there = {(routing.source, routing.destination) for routing in patch.routings}
    used = {routing.source for routing in patch.routings}
    falls = {"decay": 0.6, "decay_power": -3.0, "sustain": 0.0}
    for source, destination, suits in (
        ("env_2", "filter_1_cutoff", bool(value("filter_1_on"))),
        ("env_3", "voice_transpose", True),
        ("env_2", "osc_1_wave_frame", "wavetable_1" in patch.assets),
    ):
        driven = any(routing.destination == destination for routing in patch.routings)
        if suits and not driven and (source, destination) not in there:
            stages = {} if source in used else {f"{source}_{name}": at for name, at in falls.items()}
            yield Edit(
                f"{_words(source)} > {destination.replace('_', ' ')}",
                stages,
                routings=(Routing(source, destination, 0.0),),
                is_neutral=True,
            )


def _octaves(space: Space, value: Value) -> Iterator[Edit]:
    """Each oscillator an octave up or down; the further ones also a fifth above the octave."""
    for module in sources_of_sound(value):
        name = f"{module}_transpose"
        if module == "sample":
            continue
        for semitones in (12, -12, 19) if module != "osc_1" else (12, -12):
            moved = value(name) + semitones
            if space[name].minimum <= moved <= space[name].maximum:
                yield Edit(f"{_words(module)} {semitones:+d} semitones", {name: moved})


def _kinds(space: Space, name: str, tried: tuple[int, ...], title: str) -> Iterator[Edit]:
    for kind in tried:
        yield Edit(f"{title} {space[name].text(float(kind))}", {name: float(kind)})


def _filter_kinds(space: Space, value: Value) -> Iterator[Edit]:
    if value("filter_1_on"):
        yield from _kinds(space, "filter_1_style", _STYLES, "filter style")
        yield from _kinds(space, "filter_1_model", _MODELS, "filter model")


def _tables(patch: Patch, value: Value) -> Iterator[Edit]:
    """Other built-in tables in place of built-in ones, or of the init patch's."""
    for module, names in _TRIED_TABLES.items():
        slot = f"wavetable_{module[-1]}"
        if value(f"{module}_on") and (slot not in patch.assets or is_built_in(patch.assets[slot])):
            for table in names:
                yield Edit(
                    f"{_words(module)} {table}", assets={slot: built_in(table)}, asset_names={slot: table}
                )


def _oscillator_kinds(space: Space, patch: Patch, value: Value) -> Iterator[Edit]:
    """Unison, spectral morph and phase distortion of the first oscillator."""
    if not value("osc_1_on"):
        return
    is_single = value("osc_1_unison_voices") == 1
    for voices in _VOICES:
        detune = {"osc_1_unison_detune": _DETUNE} if is_single else {}
        yield Edit(f"{voices} voices", {"osc_1_unison_voices": float(voices), **detune})
    driven = {routing.destination for routing in patch.routings}
    for kind, tried in (("spectral_morph", _MORPHS), ("distortion", _BENDS)):
        if f"osc_1_{kind}_amount" not in driven:
            yield from _kinds(space, f"osc_1_{kind}_type", tried, f"oscillator 1 {kind.replace('_', ' ')}")


def _closings(value: Value) -> Iterator[Edit]:
    """Modules that are on, switched off; of what sounds, the last one stays."""
    on = sources_of_sound(value)
    sounding = [module for module in on if len(on) > 1]
    for module in (*sounding, *_OPTIONAL):
        if value(f"{module}_on"):
            yield Edit(f"{_words(module)} off", {f"{module}_on": 0.0})


def _distortions(space: Space, value: Value) -> Iterator[Edit]:
    if value("distortion_on"):
        yield from _kinds(space, "distortion_type", (0, 1, 2, 3, 4, 5), "distortion")
