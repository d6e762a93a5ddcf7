from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.space import PERFORMANCE_SPACE, Note, Performance


def test_the_default_is_one_c4_held_one_and_a_half_of_two_seconds() -> None:
    assert Performance.one_note() == Performance()
    assert Performance() == Performance((Note(60, 0.8, 0.0, 1.5),), 2.0, 44100, None, 0)


def test_json_holds_the_whole_performance() -> None:
    notes = (Note(48), Note(72, 0.3, 0.5, 0.25))
    performance = Performance(notes, length_s=3.0, sample_rate=48000, tempo_bpm=140.0, engine_seed=7)
    again = Performance.from_json(json.loads(json.dumps(performance.to_json())))
    assert again == performance
    assert again.sha256 == performance.sha256


def test_equal_numbers_have_one_hash() -> None:
    spelt = Performance((Note(np.int64(60), 1, -0.0, 1),), np.float64(2), np.int32(44100), 120)  # type: ignore[arg-type]
    assert spelt.sha256 == Performance((Note(60, 1.0, 0.0, 1.0),), 2.0, 44100, 120.0).sha256


def test_each_part_counts() -> None:
    parts: list[dict[str, Any]] = [
        {}, {"notes": (Note(61),)}, {"notes": (Note(velocity=0.7),)}, {"notes": (Note(hold_s=1.0),)},
        {"length_s": 1.0}, {"sample_rate": 48000}, {"tempo_bpm": 120.0}, {"engine_seed": 1},
    ]  # fmt: skip
    assert len({Performance(**part).sha256 for part in parts}) == len(parts)
    assert Performance().with_seed(1) == Performance(engine_seed=1)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"pitch": 128}, "expected a MIDI note from 0 to 127, got 128"),
        ({"pitch": 60.5}, "expected a MIDI note from 0 to 127, got 60.5"),
        ({"velocity": 100}, "expected a velocity from 0 to 1, got 100"),
        ({"velocity": math.nan}, "expected a velocity from 0 to 1, got nan"),
        ({"hold_s": 44100}, "expected hold_s from 0 to 120 seconds, got 44100; did you pass samples"),
        ({"start_s": -1.0}, "expected start_s from 0 to 120 seconds, got -1.0"),
    ],
)
def test_a_note_out_of_range_is_refused(part: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Note(**part)


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"notes": ()}, "expected at least one note"),
        ({"notes": (Note(), Note(start_s=2.0))}, "expected notes that start before the end at 2 s"),
        ({"length_s": 0.0}, "expected a length above 0 up to 120 s, got 0.0"),
        ({"length_s": math.inf}, "expected a length above 0 up to 120 s, got inf"),
        ({"sample_rate": 44.1}, "expected a sample rate from 8000 to 192000 Hz, got 44.1"),
        ({"sample_rate": 44100.5}, "expected a sample rate from 8000 to 192000 Hz, got 44100.5"),
        ({"tempo_bpm": 2.0}, "expected a tempo from 20 to 300 beats a minute, got 2.0"),
        ({"engine_seed": -1}, "expected an engine seed from 0 to 255, got -1"),
        ({"engine_seed": 0.5}, "expected an engine seed from 0 to 255, got 0.5"),
    ],
)
def test_a_performance_out_of_range_is_refused(part: dict[str, Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        Performance(**part)


@pytest.mark.parametrize("data", [{}, {"notes": [{"pich": 60}]}, {"notes": 5}, {"notes": [], "swing": 0.5}])
def test_json_that_is_no_performance_is_refused(data: Any) -> None:
    with pytest.raises(ParameterError, match="expected the JSON of a performance"):
        Performance.from_json(data)


def test_performances_have_a_space_too() -> None:
    values = PERFORMANCE_SPACE.decode(PERFORMANCE_SPACE.encode({"pitch": 48, "hold_s": 0.5}))
    assert values["pitch"] == 48.0
    assert values["hold_s"] == pytest.approx(0.5)
    assert values["length_s"] == pytest.approx(2.0)
