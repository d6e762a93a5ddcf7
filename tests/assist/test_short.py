from __future__ import annotations

import json
from typing import Any

import pytest

from patchpilot.assist.short import MOST_CHARS, rounded, shortened


@pytest.mark.parametrize(
    ("number", "shown"),
    [(0.123456789, 0.1235), (-19482.43, -19482), (3.0, 3), (0.0, 0.0), (1.5e-7, 1.5e-7), (44100.0, 44100)],
)
def test_numbers_keep_four_digits_and_their_size(number: float, shown: float) -> None:
    assert rounded(number) == shown


def test_what_is_short_stays_as_it_is() -> None:
    answer = {"takes": [{"number": 1, "vote": None, "scores": {"close_to": -0.5}}], "next": None, "empty": []}
    assert shortened(answer) == answer


def test_lists_are_cut_with_a_count() -> None:
    short = shortened({"takes": [{"number": n, "name": "x" * 50} for n in range(500)], "count": 500})
    assert short["count"] == 500
    kept, said = short["takes"][:-1], short["takes"][-1]
    assert [take["number"] for take in kept] == list(range(len(kept)))
    assert said == f"… and {500 - len(kept)} more of 500"


def test_many_numbers_are_told_by_their_range() -> None:
    points = [n / 7 for n in range(-700, 700)]
    assert shortened({"line": [[n, 0.5] for n in range(45)]}) == {"line": "45 points"}
    assert shortened({"x": points, "y": [1, 2, 3]}) == {
        "x": "1400 numbers from -100 to 99.86",
        "y": [1, 2, 3],
    }


def test_what_is_looked_for_is_found_in_long_lists_and_tables() -> None:
    knobs = ("level", "cutoff", "attack", "drive", "pan", "phase", "power", "tune", "spread", "mix")
    modules = [f"{module}_{n}" for module in ("osc", "filter", "env") for n in range(1, 4)]
    values = {f"{module}_{knob}": 0.5 for module in modules for knob in knobs}
    short = shortened({"values": values}, find="Filter 2 cutoff")
    assert list(short["values"])[:-1] == ["filter_2_cutoff"]
    assert short["values"]["…"].startswith("and 89 more of 90")
    listed = shortened({"parameters": [{"name": name} for name in values]}, find="env attack")
    assert [one["name"] for one in listed["parameters"][:-1]] == [f"env_{n}_attack" for n in (1, 2, 3)]
    missed = shortened({"parameters": [{"name": name} for name in values]}, find="reverb")
    assert missed["parameters"] == ["90, none of them with 'reverb'"]
    assert shortened({"none": [], "no": {}}, find="reverb") == {"none": [], "no": {}}


def test_choices_do_not_hide_what_is_looked_for() -> None:
    effects = [
        "REVERB",
        "DELAY",
        "CHORUS",
        "EQ",
        "PHASER",
        "FLANGER",
        "DISTORTION",
        "COMPRESSOR",
        "DIRECT OUT",
    ]
    groups = [
        {"name": f"osc_{n}", "parameters": [{"name": f"osc_{n}_to", "options": effects}]} for n in range(9)
    ]
    groups.append({"name": "reverb", "parameters": [{"name": "reverb_size", "options": ["SMALL", "LARGE"]}]})
    found = shortened({"groups": groups}, find="reverb")["groups"]
    assert found[:-1] == [groups[-1]]
    assert shortened({"groups": groups})["groups"][0] == groups[0]


def test_names_of_files_and_digests_take_no_room() -> None:
    assert shortened({"take_id": "ab" * 32}) == {"take_id": "abababababab…"}


@pytest.mark.parametrize(
    "answer",
    [
        {"deep": [[[[{"name": "x" * 900, "n": list(range(99))}] * 60] * 60] * 3]},
        {f"field {n}": {"text": "y" * 5000} for n in range(300)},
        {"text": "z" * 10**6},
        {"one": {"two": {"three": [{"k": "v" * 400}] * 1000}}, "four": [["a" * 500] * 9] * 99},
    ],
)
def test_whatever_it_is_it_is_short(answer: dict[str, Any]) -> None:
    assert len(json.dumps(shortened(answer), ensure_ascii=False)) <= MOST_CHARS
