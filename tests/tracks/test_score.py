"""The trance score."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.tracks import Section
from patchpilot.tracks.energy import Energy
from patchpilot.tracks.score import DETECTOR_OF, PARTS, TranceScore, read_weights, trance_score

SEED = {
    "tempo_score": 0.20,
    "pumping_score": 0.15,
    "energy_progression": 0.15,
    "four_on_floor": 0.12,
    "supersaw_score": 0.10,
    "acid_303_score": 0.08,
    "offbeat_hihat": 0.08,
    "spectral_brightness": 0.07,
    "tempo_stability": 0.05,
}
FORM = (Section("breakdown", 0.0, 2.0), Section("buildup", 2.0, 4.0), Section("drop", 4.0, 6.0))
FULL = {name: {"score": 1.0, "sentence": f"There is {name}."} for name in DETECTOR_OF.values()}


def curves(
    rms: tuple[float, float, float] = (0.3, 0.5, 0.7), slope: float = 0.02, hz: float = 1500.0
) -> Energy:
    known: dict[str, Any] = dict.fromkeys((field.name for field in fields(Energy)), (0.5,) * 3)
    loud = (*rms[:2], rms[2] + 1e-9)
    known |= {"edges_s": (0.0, 2.0, 4.0, 6.0), "rms": loud, "slope": (slope,) * 3, "centroid_hz": (hz,) * 3}
    return Energy(**known)


def scored(bpm: float = 139.0, **changes: Any) -> TranceScore:
    said: dict[str, Any] = {
        "stability": 1.0,
        "energy": curves(),
        "sections": FORM,
        "findings": FULL,
        **changes,
    }
    return trance_score(bpm, **said)


def value(score: TranceScore, name: str) -> float:
    return next(part.value for part in score.parts if part.name == name)


def test_the_weights_are_the_seeds() -> None:
    assert read_weights() == pytest.approx(SEED)


def test_all_of_it_is_one_and_each_part_says_why() -> None:
    score = scored()
    assert score.total == pytest.approx(1.0)
    assert tuple(part.name for part in score.parts) == PARTS
    assert all(part.sentence.endswith((".", ")")) for part in score.parts)
    assert TranceScore.from_json(score.to_json()) == score


@pytest.mark.parametrize(
    ("bpm", "expected"),
    [
        (118, 0.0),
        (128, 0.5),
        (127.9, 0.495),
        (138, 1.0),
        (140, 1.0),
        (137.9, 0.995),
        (140.1, 0.995),
        (150, 0.5),
        (160, 0.0),
    ],
)
def test_tempo_at_its_edges(bpm: float, expected: float) -> None:
    assert value(scored(bpm), "tempo_score") == pytest.approx(expected)


@pytest.mark.parametrize(
    ("rms", "expected"), [((0.3, 0.5, 0.7), 1.0), ((0.7, 0.5, 0.7), 2 / 3), ((0.3, 0.5, 0.3), 2 / 3)]
)
def test_energy_at_its_edges(rms: tuple[float, float, float], expected: float) -> None:
    assert value(scored(energy=curves(rms)), "energy_progression") == pytest.approx(expected, abs=1e-6)


def test_a_track_without_form_does_not_progress() -> None:
    assert value(scored(sections=()), "energy_progression") == 0.0
    assert value(scored(energy=curves(slope=-0.01)), "energy_progression") == pytest.approx(2 / 3)


def test_the_best_of_mix_and_stems_counts() -> None:
    dull = {name: {"score": 0.1, "sentence": "Little."} for name in DETECTOR_OF.values()}
    score = scored(findings={**dull, "bass/acid": {"score": 0.9, "sentence": "Acid."}})
    assert value(score, "acid_303_score") == 0.9
    assert value(score, "pumping_score") == 0.1
    assert next(p.sentence for p in score.parts if p.name == "acid_303_score") == "Acid. (in the stem bass)"


def test_weights_of_a_user_count_by_their_proportions(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text("\n".join(f"{name} = {3 if name == 'acid_303_score' else 0}" for name in PARTS))
    findings = {**FULL, "acid": {"score": 0.25, "sentence": "A little."}}
    assert scored(findings=findings).weighted(read_weights(path)).total == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tempo_score = 1", "is missing"),
        ("tempo = 1", "it has tempo"),
        ("tempo_score = ", "expected TOML"),
        ("\n".join(f"{name} = 0" for name in PARTS), "all are 0"),
        ("\n".join(f"{name} = -1" for name in PARTS), "from 0 up"),
        ("\n".join(f"{name} = true" for name in PARTS), "from 0 up"),
        ("\n".join(f"{name} = nan" for name in PARTS), "from 0 up"),
    ],
)
def test_wrong_weights_are_told(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(ParameterError, match=words):
        read_weights(path)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="cannot be read"):
        read_weights(tmp_path / "none.toml")
