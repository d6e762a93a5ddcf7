"""The commands that look at a dataset: `dataset inspect`, `dataset sheet`, `dataset preview`."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import pytest
from PIL import Image

from patchpilot.cli._dataset_page import page, spark
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.writer import Writer
from tests.cli.command_line import Cli, one_error, text_file
from tests.datasets.looked_at import SPACE, entries, made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("looking") / "data.h5")


def lines(text: str) -> dict[str, str]:
    """The labelled lines of a page, as one text each."""
    found: dict[str, str] = {}
    label = ""
    for line in text.partition("\n\n")[0].splitlines()[1:]:
        label = line[2:15].strip() or label
        found[label] = f"{found.get(label, '')} {line[15:].strip()}".strip()
    return found


def test_inspect_says_what_there_is_on_one_screen(cli: Cli, file: Path) -> None:
    run = cli("dataset", "inspect", file)
    assert (run.code, run.err) == (0, "")
    assert len(run.out.splitlines()) < 40
    assert max(map(len, run.out.splitlines())) <= 112
    said = lines(run.out)
    assert said["dataset"] == "toy, tier 3, seed 7, sealed"
    assert said["rows"] == "30 of 10 patches (9 different): 9 augmented, 12 preset, 9 synthetic"
    assert said["tried"] == "12 patches, 16.7 % rejected: 1 clipped, 1 silent"
    assert said["played"].startswith("notes 48 (10), 60 (10), 72 (10); velocities 0.50 ")
    assert "3 near silence (below −50 dB)" in said["levels"]
    assert said["duplicates"].startswith("3 of equal patch and note (rows 18, 19, 20)")
    assert "lfo_1 4, velocity 4" in said["modulations"]
    assert "intact" not in said


def test_inspect_prints_json(cli: Cli, file: Path) -> None:
    run = cli("dataset", "inspect", file, "--json", "--verify")
    said = json.loads(run.out)
    with Dataset(file) as dataset:
        assert said["content_hash"] == dataset.content_hash
    assert {"rows", "instrument", "tier", "seed", "content_hash", "rejected"} <= set(said)
    assert said["damaged"] == []
    assert said["file"] == str(file)
    assert set(said["parameters"]) == {parameter.name for parameter in SPACE}


def test_inspect_shows_the_parameters_that_are_named(cli: Cli, file: Path) -> None:
    run = cli(
        "dataset", "inspect", file, "--quick", "--parameter", "osc_1_wave", "--parameter", "osc_1_level"
    )
    *_, wave, level = run.out.splitlines()
    assert wave.split(maxsplit=1)[0] == "osc_1_wave"
    assert wave.endswith("Sine 12, Soft Saw 9, Square 9")
    assert "▕" in level
    assert "levels" not in lines(run.out)
    told = one_error(cli("dataset", "inspect", file, "--parameter", "osc_1_lvl"))
    assert "no parameter 'osc_1_lvl'; did you mean osc_1_level" in told


def test_inspect_of_a_file_that_is_being_written(cli: Cli, tmp_path: Path) -> None:
    path = made(tmp_path / "data.h5", n_patches=2, seal=False)
    with Dataset(path) as dataset:
        recipe = dataset.recipe
    with Writer.open(path, recipe, SPACE) as writer:
        writer.add(2, 0, entries(2))
        run = cli("dataset", "inspect", path)
        assert lines(run.out)["dataset"].endswith("still being written, or stopped")
        assert lines(run.out)["rows"].startswith("6 of 2 patches")
        writer.commit()
        assert lines(cli("dataset", "inspect", path).out)["rows"].startswith("9 of 3 patches")


def test_inspect_of_no_rows(cli: Cli, tmp_path: Path) -> None:
    path = made(tmp_path / "data.h5", n_patches=0, seal=False)
    assert lines(cli("dataset", "inspect", path).out)["rows"].startswith("none yet")
    assert json.loads(cli("dataset", "inspect", path, "--json").out)["rows"] == 0


@pytest.mark.parametrize("as_json", [False, True])
def test_verify_tells_what_is_damaged(cli: Cli, tmp_path: Path, as_json: bool) -> None:
    path = made(tmp_path / "data.h5")
    assert "yes" in lines(cli("dataset", "inspect", path, "--verify").out)["intact"]
    with h5py.File(path, "r+") as file:
        file["audio/waveforms"][4, 0, 100] += 0.25
    run = cli("dataset", "inspect", path, "--verify", *(["--json"] if as_json else []))
    assert run.code == 1
    damaged = json.loads(run.out)["damaged"] if as_json else [lines(run.out)["intact"]]
    assert damaged
    assert "4" in damaged[0]


def test_verify_names_audio_that_cannot_be_read(cli: Cli, tmp_path: Path) -> None:
    path = made(tmp_path / "data.h5", audio="flac")
    with h5py.File(path, "r+") as file:
        ends = file["audio/flac/end"]
        file["audio/flac/data"][int(ends[1]) : int(ends[2])] = 0
    run = cli("dataset", "inspect", path, "--verify")
    assert run.code == 1
    assert lines(run.out)["intact"].startswith("NO: ")
    assert "damaged" in one_error(cli("dataset", "inspect", path))


def test_files_that_are_no_datasets_are_told(cli: Cli, tmp_path: Path) -> None:
    for name in ("inspect", "sheet"):
        more = ["--out", str(tmp_path / "x.png")] if name == "sheet" else []
        assert "no HDF5 file" in one_error(cli("dataset", name, text_file(tmp_path / "text.h5"), *more))
        assert "no file" in one_error(cli("dataset", name, tmp_path / "nothing.h5", *more))
        with h5py.File(tmp_path / "foreign.h5", "w") as file:
            file["x"] = 1
        assert "dataset" in one_error(cli("dataset", name, tmp_path / "foreign.h5", *more))


def test_sheet_draws_and_replaces_only_when_it_is_told_to(cli: Cli, file: Path, tmp_path: Path) -> None:
    out = tmp_path / "sheet.png"
    assert cli("dataset", "sheet", file, "-o", out, "--rows", "9").out == f"{out}\n"
    first = out.read_bytes()
    with Image.open(out) as image:
        assert image.format == "PNG"
    told = one_error(cli("dataset", "sheet", file, "--out", out, "--rows", "4"))
    assert "exists and is kept" in told
    assert out.read_bytes() == first
    assert cli("dataset", "sheet", file, "--out", out, "--rows", "4", "--force").code == 0
    assert out.read_bytes() != first
    before = file.read_bytes()
    assert "overwritten by its own picture" in one_error(
        cli("dataset", "sheet", file, "--out", file, "--force")
    )
    assert file.read_bytes() == before


def test_preview_needs_a_terminal(cli: Cli, file: Path) -> None:
    assert "needs a terminal" in one_error(cli("dataset", "preview", file))


def test_a_spark_is_as_high_as_its_counts() -> None:
    assert spark([0, 1, 2, 4, 8]) == " ▁▂▄█"
    assert spark([]) == ""
    assert spark([0, 0]) == "  "
    assert spark([3, 1000000]) == "▁█"


def test_a_page_with_everything_stays_short(file: Path) -> None:
    from patchpilot.datasets.inspection.summary import summary

    with Dataset(file) as dataset:
        said = summary(dataset)
    parameter = said["parameters"]["osc_1_level"]
    many = {
        f"{module}_{i}_knob_{k}": parameter for module in ("osc", "lfo") for i in range(40) for k in range(10)
    }
    text = page(
        {**said, "parameters": many, "file": "x", "bytes": 1, "damaged": [f"row {i}" for i in range(99)]}
    )
    assert len(text.splitlines()) < 50
    assert "and 93 more" in text
