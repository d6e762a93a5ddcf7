"""What a page is told of an instrument, and instruments that stay open."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import EngineError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Space
from patchpilot.workspace import MissingError, Workspace
from patchpilot.workspace.verbs.instruments import title_of
from tests.toy import Toy
from tests.workspace.toys import workspace_of


def test_instruments_stay_open_and_hands_have_their_own(tmp_path: Path) -> None:
    made: list[Toy] = []

    def opened() -> Toy:
        made.append(Toy())
        return made[-1]

    with Workspace(tmp_path, made={"toy": opened}, instrument="toy") as workspace:
        for _ in range(2):
            assert workspace.instruments.get("toy") is made[0]
            assert workspace.instruments.get("toy", "hands") is made[1]
        assert len(made) == 2


@pytest.mark.parametrize(
    "name", ["rack:/tmp/x.py", "plugin:/etc/passwd", "http://127.0.0.1:1", "nothing", "remote"]
)
def test_files_and_addresses_are_named_by_whoever_starts_it(tmp_path: Path, name: str) -> None:
    with (
        workspace_of(tmp_path) as workspace,
        pytest.raises(MissingError, match=r"there is no instrument .* named when the studio is started"),
    ):
        workspace.instruments.get(name)


def test_nothing_is_opened_once_it_ends(tmp_path: Path) -> None:
    workspace = workspace_of(tmp_path)
    workspace.close()
    with pytest.raises(EngineError, match="the studio ends"):
        workspace.instruments.get("toy")


def test_what_vital_can_do(tmp_path: Path, space: Space) -> None:
    with Workspace(tmp_path, made={"vital": lambda: Vital(workers=1)}) as workspace:
        said = workspace.do("instrument", {"name": "vital"})
        groups = {group["name"]: group for group in said["groups"]}
        assert groups["filter_1"]["title"] == "Filter 1"
        assert groups["osc_1"]["title"] == "Oscillator 1"
        titles = {one["name"]: one["title"] for one in groups["filter_1"]["parameters"]}
        assert titles["filter_1_cutoff"] == "Cutoff"
        every = [one for group in said["groups"] for one in group["parameters"]]
        assert len(every) == len(space)
        assert {one["name"] for one in every if one["is_core"]} == set(space.views["core"])
        for one in every:
            assert one["minimum"] <= one["default"] <= one["maximum"]
            parameter = space[one["name"]]
            if one["curve"] == "quadratic":
                shown = one["maximum"] ** 2 * one["multiply"] + one["offset"]
                assert shown == pytest.approx(parameter.shown(one["maximum"]))


@pytest.mark.parametrize(
    ("name", "title"),
    [("osc_1", "Oscillator 1"), ("eq", "EQ"), ("filter_fx", "Filter FX"), ("lfo_8", "LFO 8")],
)
def test_names_as_people_read_them(name: str, title: str) -> None:
    assert title_of(name) == title
