from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.rack.inputs import audio_input, audio_of
from patchpilot.space import (
    PERFORMANCE_SPACE,
    Arc,
    Asset,
    AssetStore,
    AudioInput,
    Note,
    Performance,
)


def test_the_default_is_one_c4_held_one_and_a_half_of_two_seconds() -> None:
    assert Performance.one_note() == Performance()
    assert Performance() == Performance((Note(60, 0.8, 0.0, 1.5),), 2.0, 44100, None, 0)


def test_json_holds_the_whole_performance() -> None:
    notes = (Note(48), Note(72, 0.3, 0.5, 0.25))
    performance = Performance(notes, length_s=3.0, sample_rate=48000, tempo_bpm=140.0, engine_seed=7)
    again = Performance.from_json(json.loads(json.dumps(performance.to_json())))
    assert again == performance
    assert again.sha256 == performance.sha256


HASHES = {
    Performance(): "cbd74ac38aed6c593ea2719fe18bfbda237a6646dd385a7653ba3cd6e0659a3b",
    Performance((Note(48), Note(72, 0.3, 0.5, 0.25)), 3.0, 48000, 140.0, 7): (
        "619bdb859807a55c0d4c58eb88ec025b7772cd2a87c3cf9c2089cfca4c36c521"
    ),
}


def test_hashes_are_what_they_were_before_performances_had_arcs() -> None:
    """Libraries and datasets name performances by them."""
    for performance, digest in HASHES.items():
        assert performance.sha256 == digest


def brought(name: str, level: float = 0.5) -> AudioInput:
    return audio_input(Audio(np.full((2, 5), level, np.float32), 8000), name)


def test_json_holds_arcs_and_the_store_their_audio(tmp_path: Path) -> None:
    arcs = (Arc("b", ((0, 1), (2.5, 3))), Arc("a", ((0, 1.0),), "walk", spread=0.25, seed=4))
    performance = Performance(arcs=arcs, inputs=(brought("voice"), brought("drums", 0.25)), tempo_bpm=90.0)
    store = AssetStore(tmp_path)
    again = Performance.from_json(json.loads(json.dumps(performance.to_json(store))), AssetStore(tmp_path))
    assert again == performance
    assert again.sha256 == performance.sha256
    assert audio_of(again.inputs[0]).samples.tolist() == [[0.25] * 5] * 2
    assert len({performance.sha256, Performance().sha256, Performance(arcs=arcs).sha256}) == 3


def test_the_order_of_arcs_and_inputs_does_not_count() -> None:
    arcs = (Arc("b", ((0, 1),)), Arc("a", ((0, 1),)))
    inputs = (brought("y"), brought("x"))
    one, other = Performance(arcs=arcs, inputs=inputs), Performance(arcs=arcs[::-1], inputs=inputs[::-1])
    assert one == other
    assert one.sha256 == other.sha256


def test_audio_without_a_store_or_missing_from_it_is_told(tmp_path: Path) -> None:
    said = Performance(inputs=(brought("audio"),)).to_json()
    with pytest.raises(ParameterError, match="expected a store for the audio of a performance"):
        Performance.from_json(said)
    with pytest.raises(PatchError, match="is not in"):
        Performance.from_json(said, AssetStore(tmp_path))


def test_two_arcs_of_one_name_and_input_that_is_no_audio_are_refused() -> None:
    with pytest.raises(ParameterError, match="at most one arc of each name, got a, a"):
        Performance(arcs=(Arc("a", ((0, 1),)), Arc("a", ((0, 2),))))
    with pytest.raises(ParameterError, match="at most one audio input of each name, got x, x"):
        Performance(inputs=(brought("x"), brought("x", 0.1)))
    with pytest.raises(ParameterError, match="the input 'x' of a performance: expected audio, got wavetable"):
        AudioInput("x", Asset("wavetable", "{}"))


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
