from __future__ import annotations

import json
from pathlib import Path

import pytest

from patchpilot.instruments.vital.discover import engine_version, vital_space
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Space


class Engine:
    """Describes itself as often as it is asked, and counts."""

    def __init__(self, description: str) -> None:
        self.description = description
        self.asked = 0

    def __call__(self) -> str:
        self.asked += 1
        return self.description


@pytest.fixture
def engine(vital: Vital) -> Engine:
    return Engine(vital._ask(None, "describe"))


def test_the_engine_is_asked_once_and_then_the_cache(engine: Engine, space: Space, tmp_path: Path) -> None:
    assert vital_space(engine, tmp_path) == space
    assert vital_space(engine, tmp_path) == space
    assert engine.asked == 1
    assert [path.name for path in tmp_path.iterdir()] == [f"vital-{engine_version()}.json"]


@pytest.mark.parametrize("damage", ["", "{", "{}", "[]", "null", '{"controls": 5}', "\udcff"])
def test_a_damaged_cache_is_made_again(engine: Engine, space: Space, tmp_path: Path, damage: str) -> None:
    path = tmp_path / f"vital-{engine_version()}.json"
    path.write_bytes(damage.encode(errors="surrogateescape"))
    assert vital_space(engine, tmp_path) == space
    assert engine.asked == 1
    assert json.loads(path.read_text()) == json.loads(engine.description)


def test_a_place_that_cannot_be_written_to_costs_only_time(
    engine: Engine, space: Space, tmp_path: Path
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    for expected in (1, 2):
        assert vital_space(engine, in_the_way / "folder") == space
        assert engine.asked == expected
