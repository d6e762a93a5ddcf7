"""Moves: what they refuse, and that files of them are the same again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from patchpilot.errors import ParameterError
from patchpilot.tracks.moves import MIXER, RAW, SONG, Move, move_of, read_moves, write_moves

MOVES = [
    Move("Lead", "EQ Eight", "3 Gain A", -2.5, "dB", 0.0, "your drops have +3.1 dB there", 0.8),
    Move("Lead", "EQ Eight", "3 Filter Type A", option="Bell"),
    Move("Lead", "Delay", "Device On"),
    Move("Läd", MIXER, "volume", 0.85, RAW),
    Move("", SONG, "tempo", 138.0, "BPM"),
]


def test_files_are_the_same_again(tmp_path: Path) -> None:
    write_moves(MOVES, tmp_path / "moves.json")
    assert read_moves(tmp_path / "moves.json") == MOVES
    (tmp_path / "list.json").write_text(json.dumps([move.to_json() for move in MOVES]))
    assert read_moves(tmp_path / "list.json") == MOVES
    assert [move_of(move.to_json()) for move in MOVES] == MOVES


def test_titles() -> None:
    assert MOVES[0].title == "Lead, EQ Eight, 3 Gain A"
    assert (MOVES[0].target, MOVES[1].target, MOVES[4].target) == ("-2.5 dB", "Bell", "138 BPM")


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"value": float("nan")}, "finite number for value, got nan"),
        ({"was": float("inf")}, "finite number for was"),
        ({"confidence": 1.5}, "confidence from 0 to 1, got 1.5"),
        ({"unit": "furlongs"}, "one of the units .*dB, .*got 'furlongs'"),
        ({"device": ""}, "expected a device and a parameter"),
    ],
)
def test_what_a_move_refuses(changes: dict[str, Any], match: str) -> None:
    with pytest.raises(ParameterError, match=match):
        Move(**{"track": "T", "device": "D", "parameter": "P", **changes})


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("nonsense", "expected moves as JSON"),
        ("5", r"expected \{"),
        ('{"moves": 5}', r"expected \{"),
        ("[5]", "move 1: expected a move as an object"),
        ('[{"track": "T", "device": "D"}]', "move 1: a move lacks parameter"),
        ('[{"track": "T", "device": "D", "parameter": "P"}]', "needs a value or an option"),
        ('[{"track": "T", "device": "D", "parameter": "P", "value": "loud"}]', "expected a number for value"),
        ('[{"track": "T", "device": "D", "parameter": "P", "value": true}]', "expected a number for value"),
        ('[{"track": null, "device": "D", "parameter": "P", "value": 1}]', "expected text for track"),
        ('[{"track": "T", "device": "D", "parameter": "P", "valeu": 1}]', "a move has no valeu"),
        ('[{"track": "T", "device": "D", "parameter": "P", "value": NaN}]', "finite number"),
    ],
)
def test_files_that_are_none(tmp_path: Path, text: str, match: str) -> None:
    path = tmp_path / "moves.json"
    path.write_text(text)
    with pytest.raises(ParameterError, match=match):
        read_moves(path)
    with pytest.raises(ParameterError, match="cannot read"):
        read_moves(tmp_path / "nowhere.json")
