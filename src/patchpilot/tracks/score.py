"""The trance score: how much a track has of what trance is made of, each part explained."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import ParameterError
from patchpilot.space.canonical import Json
from patchpilot.tracks.energy import Energy
from patchpilot.tracks.progression import brightness, progression
from patchpilot.tracks.ramp import ramp
from patchpilot.tracks.section import Section

PARTS = (
    "tempo_score",
    "pumping_score",
    "energy_progression",
    "four_on_floor",
    "supersaw_score",
    "acid_303_score",
    "offbeat_hihat",
    "spectral_brightness",
    "tempo_stability",
)
DETECTOR_OF = {
    "pumping_score": "pumping",
    "four_on_floor": "four_on_the_floor",
    "supersaw_score": "supersaw",
    "acid_303_score": "acid",
    "offbeat_hihat": "offbeat_hats",
}
TEMPO = ((118.0, 0.0), (128.0, 0.5), (138.0, 1.0), (140.0, 1.0), (150.0, 0.5), (160.0, 0.0))
"""128 to 150 BPM is trance, 138 to 140 its middle."""
WEIGHTS_PATH = Path(__file__).with_name("weights.toml")


@dataclass(frozen=True)
class Part:
    """A part of the score.

    Attributes:
        name: one of `PARTS`.
        value: 0..1.
        weight: 0..1; those of all parts add up to 1.
        sentence: why it is so.
    """

    name: str
    value: float
    weight: float
    sentence: str


@dataclass(frozen=True)
class TranceScore:
    """All parts of the score, in the order of `PARTS`."""

    parts: tuple[Part, ...]

    @property
    def total(self) -> float:
        """0..1, the weighted sum of the parts."""
        return sum(part.weight * part.value for part in self.parts)

    def weighted(self, weights: Mapping[str, float]) -> TranceScore:
        """The same parts with other weights, as `read_weights` gives them."""
        return TranceScore(tuple(Part(p.name, p.value, weights[p.name], p.sentence) for p in self.parts))

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; `from_json` reads it."""
        parts: list[Json] = [
            {"name": p.name, "value": p.value, "weight": p.weight, "sentence": p.sentence} for p in self.parts
        ]
        return {"total": self.total, "parts": parts}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> TranceScore:
        """The inverse of `to_json`."""
        return cls(tuple(Part(p["name"], p["value"], p["weight"], p["sentence"]) for p in said["parts"]))


def trance_score(
    bpm: float,
    stability: float,
    energy: Energy,
    sections: Sequence[Section],
    findings: Mapping[str, Mapping[str, Any]],
    weights: Mapping[str, float] | None = None,
) -> TranceScore:
    """Score a track.

    Args:
        bpm: its tempo.
        stability: 0..1, how well one tempo fits all of it.
        energy: its curves.
        sections: its form.
        findings: what detectors say, as JSON by their names; of a stem as "STEM/NAME". Of several the highest counts.
        weights: as `read_weights` gives them; the ones that are shipped by default.
    """
    said = {
        "tempo_score": _tempo(bpm),
        "energy_progression": progression(energy, sections),
        "spectral_brightness": brightness(energy),
        "tempo_stability": (stability, f"One tempo fits the track by {100.0 * stability:.0f} %."),
        **{part: _found(findings, name) for part, name in DETECTOR_OF.items()},
    }
    chosen = weights or read_weights()
    return TranceScore(tuple(Part(name, *_swapped(said[name], chosen[name])) for name in PARTS))


def read_weights(path: Path | None = None) -> dict[str, float]:
    """Weights of all parts, which add up to 1.

    Args:
        path: of a TOML file with a number for each of `PARTS`; the shipped one where None.

    Raises:
        ParameterError: it cannot be read, a part is missing or unknown, or a weight is no number from 0 up.
    """
    where = path or WEIGHTS_PATH
    try:
        said = tomllib.loads(where.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{where} cannot be read: {error}. Is it a file of weights?") from None
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(
            f"{where}: expected TOML with a line 'NAME = WEIGHT' for each part: {error}"
        ) from None
    unknown, missing = sorted(set(said) - set(PARTS)), [name for name in PARTS if name not in said]
    if unknown or missing:
        wrong = f"it has {', '.join(unknown)}" if unknown else f"{', '.join(missing)} is missing"
        raise ParameterError(
            f"{where}: expected weights of {', '.join(PARTS)}, but {wrong}. Write 0 for what is not to count."
        )
    for name, weight in said.items():
        is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
        if not (is_number and 0.0 <= weight < float("inf")):
            raise ParameterError(f"{where}: expected a weight from 0 up for {name}, got {weight!r}.")
    whole = float(sum(said.values()))
    if whole <= 0.0:
        raise ParameterError(
            f"{where}: expected a weight above 0, but all are 0. Give at least one part some weight."
        )
    return {name: float(said[name]) / whole for name in PARTS}


def _swapped(said: tuple[float, str], weight: float) -> tuple[float, float, str]:
    value, sentence = said
    return float(value), weight, sentence


def _tempo(bpm: float) -> tuple[float, str]:
    if 137.995 <= bpm <= 140.005:
        words = "the middle of trance"
    elif 128.0 <= bpm <= 150.0:
        words = "within trance's 128 to 150"
    else:
        words = "outside trance's 128 to 150"
    return ramp(bpm, *TEMPO), f"{bpm:.2f} BPM, {words}."


def _found(findings: Mapping[str, Mapping[str, Any]], name: str) -> tuple[float, str]:
    """The highest score of a detector, on the mix or a stem, and what it says."""
    heard = {key: said for key, said in findings.items() if key == name or key.endswith(f"/{name}")}
    if not heard:
        return 0.0, "Not listened for: the track has no beat."
    key = max(heard, key=lambda one: (float(heard[one]["score"]), one == name))
    of = f" (in the stem {key.rpartition('/')[0]})" if "/" in key else ""
    return float(heard[key]["score"]), f"{heard[key]['sentence']}{of}"
