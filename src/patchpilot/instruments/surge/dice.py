"""Which patches draw from Surge's dice.

Surge seeds its own generator with the time when an engine is made, and offers no way to set it; other parts of it draw
from the C library, which can be set. A patch whose oscillators retrigger, without drift, noise and random modulation,
draws from neither.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from patchpilot.instruments.surge.catalogue import MIDDLE, Catalogue
from patchpilot.space.patch import Patch

_RANDOM_OSCILLATORS = frozenset({"s&h noise", "string"})
_RANDOM_EFFECTS = frozenset({"tape", "airwindows", "vocoder", "flanger", "nimbus"})
_RANDOM_SHAPES = frozenset({"noise", "s&h", "mseg", "formula"})
_RANDOM_TRIGGER = "random"
_RANDOM_UNISON = frozenset({"sine"})
"""In Surge 1.8 their other voices begin anywhere, even if they retrigger."""
_SILENT_OSCILLATORS = frozenset({"audio in", "audio input"})
_SOME = 1e-3
"""A level that is heard."""
_LFO = re.compile(r"^(s?)lfo(\d)$")


def is_random(catalogue: Catalogue, patch: Patch) -> bool:
    """Whether another state of the dice may sound different."""

    value = played_value(catalogue, patch)

    def shown(name: str) -> str:
        parameter = catalogue.space.by_name.get(name)
        return "" if parameter is None else parameter.text(value(name)).strip().lower()

    scenes = sounding_scenes(value)
    return any(_scene_is_random(scene, value, shown) for scene in scenes) or any(
        (
            any(source.startswith(("random_", "alternate_")) for source in _sources(catalogue, patch)),
            any(_lfo_is_random(scene, lfo, shown) for scene in scenes for lfo in _sources(catalogue, patch)),
            any(
                shown(name) in _RANDOM_EFFECTS for name in catalogue.ids if re.fullmatch(r"fx\d+_type", name)
            ),
        )
    )


def played_value(catalogue: Catalogue, patch: Patch) -> Callable[[str], float]:
    """Values by name; a level of 0 that something modulates counts as one that is heard."""
    moved = {routing.destination for routing in patch.routings} | set(_kept_routings(patch))

    def value(name: str) -> float:
        value = catalogue.value(patch.values, name)
        return max(value, _SOME) if name in moved and "_level_" in name else value

    return value


def _kept_routings(patch: Patch) -> dict[str, list[dict[str, str]]]:
    """Routings that a patch only keeps, by what they modulate."""
    kept: dict[str, list[dict[str, str]]] = json.loads(patch.extra).get("routings", {})
    return kept


def sounding_scenes(value: Callable[[str], float]) -> tuple[str, ...]:
    """ "a", "b" or both: with one scene, that which is shown."""
    if value("scenemode"):
        return "a", "b"
    return ("b",) if value("scene_active") else ("a",)


def sounding_oscillators(scene: str, value: Callable[[str], float]) -> tuple[int, ...]:
    """Numbers of a scene's oscillators that are heard: not muted, and solo where one is."""
    soloed = [n for n in (1, 2, 3) if value(f"{scene}_solo_o{n}")]
    numbers = soloed or [n for n in (1, 2, 3) if not value(f"{scene}_mute_o{n}")]
    return tuple(n for n in numbers if value(f"{scene}_level_o{n}") > 0.0)


def _scene_is_random(scene: str, value: Callable[[str], float], shown: Callable[[str], str]) -> bool:
    if not value(f"{scene}_mute_noise") and value(f"{scene}_level_noise") > 0.0:
        return True
    for n in (
        1,
        2,
        3,
    ):  # one that is muted may still be heard through a ring modulator, or turn another's pitch
        kind = shown(f"{scene}_osc{n}_type")
        is_used = n in sounding_oscillators(scene, value) or value(f"{scene}_fm_switch")
        is_used = is_used or not (value(f"{scene}_mute_ring12") and value(f"{scene}_mute_ring23"))
        if not is_used or kind in _SILENT_OSCILLATORS:
            continue
        if (
            kind in _RANDOM_UNISON and value(f"{scene}_osc{n}_param6") > MIDDLE
        ):  # more voices than it begins with
            return True
        if (
            kind in _RANDOM_OSCILLATORS
            or value(f"{scene}_drift") > 0.0
            or not value(f"{scene}_osc{n}_retrigger")
        ):
            return True
    return False


def _sources(catalogue: Catalogue, patch: Patch) -> set[str]:
    """Modulation sources that are in use, those of routings that a patch only keeps as well."""
    names = {number: source for source, number in catalogue.sources.items()}
    kept = [entry for entries in _kept_routings(patch).values() for entry in entries]
    others = {names.get(int(entry.get("source", 0)), "") for entry in kept}
    return {routing.source for routing in patch.routings} | others


def _lfo_is_random(scene: str, source: str, shown: Callable[[str], str]) -> bool:
    match = _LFO.match(source)
    if match is None:
        return False
    name = f"{scene}_lfo{int(match[2]) - 1 + (6 if match[1] else 0)}"
    return shown(f"{name}_shape") in _RANDOM_SHAPES or shown(f"{name}_trigmode") == _RANDOM_TRIGGER
