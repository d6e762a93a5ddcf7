"""The benchmark of other instruments: its targets are frozen by their seed, and its table has medians."""

from __future__ import annotations

from pathlib import Path

import instruments
import numpy as np
from matchbench.results import Results

from patchpilot.audio import Audio
from patchpilot.instruments.base import instrument
from patchpilot.instruments.rack.rack import Rack
from tests.toy import Toy

MADE_WITH = {"engine": "toy 1", "library": "none", "version": "0", "code": "0"}


def results(path: Path, *rows: tuple[str, str, float]) -> Results:
    """A file of rows of targets, with their distances."""
    made = Results(path, MADE_WITH)
    for target, row, distance in rows:
        made.add(("default", target, row), {"logmel": distance, "seconds": 5.0, "renders": 10})
    return made


def test_targets_are_the_same_each_time_and_at_assorted_notes() -> None:
    one, other = (list(instruments.targets(Toy(), 6)) for _ in range(2))
    assert [wanted.name for wanted in one] == [wanted.name for wanted in other]
    assert [wanted.patch for wanted in one] == [wanted.patch for wanted in other]
    assert len({wanted.note for wanted in one}) > 2
    assert [wanted.name for wanted in instruments.targets(Toy(), 3)] == [wanted.name for wanted in one[:3]]


def test_the_rack_is_a_voice_in_faust() -> None:
    with instrument(instruments.INSTRUMENTS[0]) as mono:
        assert isinstance(mono, Rack)
        assert 12 <= len(mono.space) <= 25
        assert {node.module.to_json()["kind"] for node in mono.graph.nodes.values()} == {"faust"}


def test_a_sound_that_breaks_off_has_not_ended() -> None:
    wave = np.sin(np.arange(44100) * 0.05).astype(np.float32)
    assert not instruments.has_ended(Audio(wave, 44100))
    assert instruments.has_ended(Audio(np.concatenate([wave, np.zeros(4410, np.float32)]), 44100))


def test_the_table_has_medians_and_ratios(tmp_path: Path) -> None:
    made = results(
        tmp_path / "toy.jsonl",
        *[(name, "nearest", distance) for name, distance in (("1", 1.0), ("2", 2.0), ("3", 3.0))],
        *[(name, "match", distance) for name, distance in (("1", 0.5), ("2", 0.5), ("3", 1.5))],
        ("1", "match, no library", 0.5),
    )
    said = instruments.medians(made)
    assert (said["targets"], said["nearest"], said["match"]) == ("3", "2.00", "0.50")
    assert said["– nearest / match"] == "4.00 ×"
    assert said["– median of the ratios, match"] == "2.00 ×"
    assert said["match, no library"] == "0.50 (1)"
    assert said["– nearest / match, no library"] == "2.00 ×"
    assert instruments.table([made]).splitlines()[:3] == ["|  | toy |", "| --- | --- |", "| targets | 3 |"]
