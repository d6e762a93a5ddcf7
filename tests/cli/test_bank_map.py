"""`patchpilot bank map` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest

from patchpilot.bank.map_picture import BY, By
from patchpilot.bank.projection import METHODS, Method
from patchpilot.cli import bank_map
from tests.bank.toys import filled
from tests.cli.command_line import Cli, one_error


@pytest.fixture(autouse=True)
def _own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATCHPILOT_BANK", str(tmp_path / "own"))
    monkeypatch.chdir(tmp_path)
    with filled(tmp_path / "own", 6) as bank:
        bank.star(2, True)


def test_the_choices_are_those_of_the_map() -> None:
    assert (bank_map.METHODS, bank_map.BY) == (METHODS, BY)
    assert (get_args(Method), get_args(By)) == (METHODS, BY)


def test_a_map_is_drawn_and_told(cli: Cli) -> None:
    ran = cli("bank", "map")
    assert (ran.code, ran.out, ran.err) == (0, "bank-map.html: 6 takes, 6 of them new\n", "")
    assert Path("bank-map.html").read_text().count("<circle") == 6
    assert "is kept" in one_error(cli("bank", "map"))
    said = json.loads(cli("bank", "map", "--json", "--force", "--golden", "-o", "a.svg", "--by", "age").out)
    assert (said["method"], said["new"], said["fitted"], said["picture"]) == ("pca", 0, 6, "a.svg")
    assert [take["number"] for take in said["takes"]] == [2]
    assert Path("a.svg").read_text().startswith("<svg")


def test_what_makes_no_map_is_told(cli: Cli, tmp_path: Path) -> None:
    ran = cli("bank", "map", "-o", "a.png")
    assert (ran.code, "ends in .html or .svg" in ran.err) == (2, True)
    assert "there is no bank" in one_error(cli("bank", "map", "--bank", "none"))
    filled(tmp_path / "few", 3).close()
    assert "at least 5 takes" in one_error(cli("bank", "map", "--method", "umap", "--bank", "few"))
