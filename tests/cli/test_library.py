"""`patchpilot library` as its user meets it: exit codes, what is printed where, which files are there afterwards."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from patchpilot import registry
from patchpilot.cli.library import build_command
from patchpilot.retrieval import index, places
from patchpilot.retrieval.build import MOST_ROWS
from patchpilot.retrieval.library import Library
from tests.cli.command_line import Cli, Run, one_error
from tests.retrieval.fakes import Odd, Stopped, Tiny, built, newer
from tests.retrieval.networks import described, network
from tests.toy import Toy

TOY = ("--instrument", "toy", "--prior", "toy-v1", "--embedding", "tiny")
BUILD = ("library", "build", *TOY, "-n", "30")


@pytest.fixture
def played() -> dict[str, Any]:
    """What the registry gives for "toy"; a test may put another there."""
    return {"toy": Odd}


@pytest.fixture(autouse=True)
def _own_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: dict[str, Any]) -> None:
    """A toy with its embedding, and libraries folders of the test's own."""
    real = registry.load

    def load(group: str, name: str) -> Any:
        ours = {"instruments": played, "embeddings": {"tiny": Tiny}}.get(group, {})
        return ours[name] if name in ours else real(group, name)

    monkeypatch.setattr(registry, "load", load)
    monkeypatch.setattr(places, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("PATCHPILOT_LIBRARIES", str(tmp_path / "mine"))


def test_build_writes_into_the_users_folder_and_prints_where(cli: Cli, tmp_path: Path) -> None:
    ran = cli(*BUILD)
    path = tmp_path / "mine" / "toy-toy-v1-tiny-30.npz"
    assert ran == Run(0, f"{path}\n", "")
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert len(Library.load(path)) == 30
    assert "exists and is kept" in one_error(cli(*BUILD))
    again = tmp_path / "again.npz"
    assert cli(*BUILD, "--out", again).code == 0
    assert again.read_bytes() == path.read_bytes()
    path.write_text("old")
    assert cli(*BUILD, "--force").code == 0
    assert again.read_bytes() == path.read_bytes()


def test_the_instruments_first_prior_is_built_from_where_none_is_named(cli: Cli, tmp_path: Path) -> None:
    ran = cli("library", "build", "--instrument", "toy", "--embedding", "tiny", "-n", "5")
    assert ran == Run(0, f"{tmp_path / 'mine' / 'toy-toy-v1-tiny-5.npz'}\n", "")


def test_a_library_of_an_instrument_that_needs_to_be_said(
    cli: Cli, tmp_path: Path, played: dict[str, Any]
) -> None:
    class Made(Odd):
        """Called by an address, as a plug-in or a rack in a file is, and knows itself by another name."""

        name = "made:toy.so"

        def __init__(self, _: str) -> None:
            super().__init__()

    played["made"] = Made
    build = ("library", "build", "--instrument", "made:here/toy.so", "--embedding", "tiny", "-n", "5")
    path = tmp_path / "mine" / "made-toy.so-toy-v1-tiny-5.npz"
    assert cli(*build) == Run(0, f"{path}\n", "")
    del played["made"]
    assert "fits" in cli("library", "info", path).out
    assert json.loads(cli("library", "info", path, "--json").out)["fits"] is False
    played["other"] = Made
    said = cli("library", "info", path, "--instrument", "other:anywhere", "--json")
    assert json.loads(said.out)["fits"] is True


def test_an_interrupted_build_says_how_to_go_on(cli: Cli, tmp_path: Path, played: dict[str, Any]) -> None:
    path, whole = tmp_path / "toy.npz", tmp_path / "whole.npz"
    played["toy"] = lambda: Stopped(after=55)  # in the second block of 50
    ran = cli(*BUILD, "--out", path, "-n", "60")
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.splitlines()[0] == "note: finished blocks are kept; the same command goes on from there"
    assert sorted(file.name for file in tmp_path.iterdir()) == ["toy.parts"]
    played["toy"] = Odd
    told = one_error(cli(*BUILD, "--out", path, "-n", "60", "--seed", "1"))
    assert "toy.parts holds an unfinished build with other arguments: seed is 0 there and 1 here" in told
    assert cli(*BUILD, "--out", path, "-n", "60").code == 0
    assert cli(*BUILD, "--out", whole, "-n", "60").code == 0
    assert path.read_bytes() == whole.read_bytes()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["toy.npz", "whole.npz"]


def test_a_folder_with_an_embedding_does_and_is_looked_for_under_its_name(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("onnx")
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "own"))
    build = ("library", "build", *TOY[:4], "-n", "5", "--embedding")
    for place, err in {
        "else": f"note: `match` will look for the embedding in {tmp_path / 'own' / 'net'}: keep its folder there\n",
        "own": "",
    }.items():
        folder = described(tmp_path / place / "net")
        network(folder, np.ones((4000, 3), np.float32))
        path = tmp_path / f"{place}.npz"
        assert cli(*build, folder, "--out", path) == Run(0, f"{path}\n", err)
        assert Library.load(path).recipe.embedding == "net"
    assert "expected the folder of an embedding" in one_error(cli(*build, tmp_path / "none", "--out", path))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--prior", "cake"], "no prior 'cake' for toy; there are: toy-v1"),
        (["--embedding", "cake"], "no 'cake' among the embeddings; there are: clap, heard, spectral"),
        (["--instrument", "cake"], "no 'cake' among the instruments"),
        (["--embedding", "clap"], r"'clap' needs .*patchpilot\[clap\]|'clap' needs weights"),
        (["--out", "{file}/toy.npz"], "is a file, not a folder"),
        (["--out", "{file}"], "exists and is kept"),
        (["--out", "."], "is a folder"),
    ],
)
def test_a_build_that_cannot_be_is_told_in_a_sentence(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.delenv("PATCHPILOT_CLAP", raising=False)
    (tmp_path / "file").write_text("")
    named = [argument.format(file=tmp_path / "file") for argument in arguments]
    assert re.search(words, one_error(cli(*BUILD, *named)))


@pytest.mark.parametrize("arguments", [["-n", "0"], ["-n", "-5"], ["-n", "many"], ["--seed", "-1"]])
def test_a_number_that_cannot_be_is_a_misspelt_option(cli: Cli, arguments: list[str]) -> None:
    ran = cli(*BUILD, *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert "Invalid value for" in ran.err


def test_as_many_rows_may_be_asked_for_as_can_be_built() -> None:
    (rows,) = (option for option in build_command.params if option.name == "rows")
    assert isinstance(rows.type, click.IntRange)
    assert (rows.type.min, rows.type.max) == (1, MOST_ROWS)


def test_list_shows_all_libraries_and_reports_damaged_ones(cli: Cli, tmp_path: Path) -> None:
    assert cli("library", "list") == Run(0, "", "")
    assert cli("library", "list", "--json") == Run(0, "[]\n", "")
    for folder, rows in (("shipped", 20), ("mine", 30)):
        (tmp_path / folder).mkdir()
        built(tmp_path / folder / f"toy-{rows}.npz", rows)
    ran = cli("library", "list")
    assert ran.code == 0
    assert [re.split(r"\s+", line)[:6] for line in ran.out.splitlines()] == [
        ["toy-20", "20", "toy", "1", "toy-v1", "tiny"],
        ["toy-30", "30", "toy", "1", "toy-v1", "tiny"],
    ]
    (tmp_path / "mine" / "odd.npz").write_bytes(b"odd")
    ran = cli("library", "list", "--json")
    assert ran.code == 1
    assert re.fullmatch(r"Error: .*odd\.npz: cannot be read as a library: .*\n", ran.err)
    rows = json.loads(ran.out)
    assert [(row["rows"], row["shipped"]) for row in rows] == [(20, True), (30, False)]
    assert rows[0]["bytes"] == (tmp_path / "shipped" / "toy-20.npz").stat().st_size


def test_info_says_what_is_in_it_and_that_it_fits(cli: Cli, tmp_path: Path) -> None:
    built(tmp_path / "toy.npz", 30)
    ran = cli("library", "info", tmp_path / "toy.npz")
    assert (ran.code, ran.err) == (0, "")
    library = Library.load(tmp_path / "toy.npz")
    left_out = ", ".join(f"{count} {reason}" for reason, count in library.rejected.items())
    for line in (
        f"  rows       30 of {library.tried} patches that were tried; left out: {left_out}",
        f"  prior      toy-v1, seed 0, sha256 {library.recipe.prior_sha256}",
        "  played     note 60, velocity 0.8, held 1.2 s of 1.25 s",
        "  embedding  tiny 1, 3 × int8",
        "  index      flat",
        "  fits       yes",
    ):
        assert line in ran.out.splitlines()
    said = json.loads(cli("library", "info", tmp_path / "toy.npz", "--json").out)
    assert said["rejected"] == library.rejected
    assert (said["fits"], said["differences"], said["index"]) == (True, [], "flat")


def test_info_says_what_differs(cli: Cli, tmp_path: Path, played: dict[str, Any]) -> None:
    (tmp_path / "mine").mkdir()
    built(tmp_path / "mine" / "toy.npz", 30)
    played["toy"] = lambda: newer(Toy())
    ran = cli("library", "info", "toy")
    assert ran.out.splitlines()[-1] == "  fits       no: engine version is '1' in the library and '2' here"
    del played["toy"]
    said = json.loads(cli("library", "info", "toy", "--json").out)
    assert not said["fits"]
    assert "no 'toy' among the instruments" in said["differences"][0]


def test_info_of_what_is_no_library_is_told(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "odd.npz").write_bytes(b"odd")
    assert "odd.npz: cannot be read as a library" in one_error(cli("library", "info", tmp_path / "odd.npz"))
    assert "no library 'cake'" in one_error(cli("library", "info", "cake"))
    assert "No such file" in one_error(cli("library", "info", tmp_path / "none.npz"))


def test_prior_prints_its_text_and_digest(cli: Cli, played: dict[str, Any]) -> None:
    prior = Toy().priors["toy-v1"]
    expected = Run(0, f"{prior.text}\nsha256 {prior.sha256}\n", "")
    assert cli("library", "prior", "--instrument", "toy") == expected
    assert cli("library", "prior", "toy-v1", "--instrument", "toy") == expected
    assert "no prior 'cake'" in one_error(cli("library", "prior", "cake", "--instrument", "toy"))

    class Blank(Toy):
        def __init__(self) -> None:
            super().__init__()
            self.priors = {}

    played["toy"] = Blank
    assert one_error(cli("library", "prior", "--instrument", "toy")) == "toy has no priors"


def test_a_large_library_gets_its_index_at_once(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "MOST_FLAT", 20)
    made: list[int] = []
    monkeypatch.setattr(index, "Index", lambda library: made.append(len(library)))
    ran = cli(*BUILD)
    assert (ran.code, made) == (0, [30])
    assert ran.err == "note: making the index, which takes minutes the first time\n"
