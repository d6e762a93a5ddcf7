"""`patchpilot dataset generate` on the real engine: the same content however it was made, and messages that help."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from patchpilot.datasets import Dataset
from patchpilot.instruments.vital.vital import Vital
from tests.cli.command_line import COMMAND, Cli, linux, one_error

SHORT = ("--notes", "48,60", "--hold", "0.2", "--length", "0.3", "--rate", "16000")
GENERATE = ("dataset", "generate", *SHORT)


def made(cli: Cli, *arguments: Any) -> dict[str, Any]:
    """What a run that ended well says of the file."""
    run = cli(*GENERATE, *arguments, "--json")
    assert run.code == 0, run.err
    said: dict[str, Any] = json.loads(run.out)
    return said


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_labels_are_what_the_engine_was_told(cli: Cli, tmp_path: Path, vital: Vital, tier: int) -> None:
    said = made(cli, "-n", 6, "-o", tmp_path / "a.h5", "--tier", tier)
    with Dataset(tmp_path / "a.h5") as dataset:
        assert (len(dataset), dataset.content_hash) == (6, said["content_hash"])
        for row in (dataset[0], dataset[5]):
            again = vital.render(row.patch, row.performance)
            assert again.samples.tobytes() == row.audio.samples.tobytes()
        names = dataset.columns.continuous
        parameters = {parameter.name: parameter for parameter in dataset.parameters}
        told = dict(zip(names, dataset[0].continuous.tolist(), strict=True))
        for name, norm in told.items():
            value = dataset[0].patch.values.get(name, parameters[name].default)
            assert norm == pytest.approx(parameters[name].norm(value), abs=1e-6)
        assert bool(dataset[0].routings) <= (tier == 3)


def test_the_content_does_not_depend_on_the_workers(cli: Cli, tmp_path: Path) -> None:
    one = made(cli, "-n", 12, "-o", tmp_path / "a.h5", "--workers", 1)
    two = made(cli, "-n", 12, "-o", tmp_path / "b.h5", "--workers", 2)
    assert one["content_hash"] == two["content_hash"]
    assert one["content_hash"] != made(cli, "-n", 12, "-o", tmp_path / "c.h5", "--seed", 1)["content_hash"]


@linux
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_stopped_goes_on(cli: Cli, tmp_path: Path, how: signal.Signals) -> None:
    path, arguments = tmp_path / "a.h5", ("-n", "60")
    process = subprocess.Popen(
        [*COMMAND, *GENERATE, "-o", str(path), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    journal = tmp_path / "a.h5.journal"
    until = time.monotonic() + 30.0
    while time.monotonic() < until and not (journal.exists() and journal.stat().st_size > 200_000):
        time.sleep(0.02)
    process.send_signal(how)
    out, err = process.communicate(timeout=30.0)
    assert out == ""
    assert "Traceback" not in err
    assert process.returncode == (130 if how == signal.SIGINT else -how)
    with Dataset(path) as dataset:
        assert not dataset.is_sealed
    through = made(cli, "-o", tmp_path / "b.h5", *arguments)
    assert made(cli, "-o", path, *arguments)["content_hash"] == through["content_hash"]
    assert {file.name for file in tmp_path.iterdir()} == {"a.h5", "b.h5"}


def test_presets_come_first_and_what_is_made_of_them_after(cli: Cli, tmp_path: Path, vital: Vital) -> None:
    folder = tmp_path / "presets"
    folder.mkdir()
    for index in range(9):
        vital.export(vital.priors["core-v1"].draw(vital.space, 4, index), folder / f"{index}.vital")
    (folder / "broken.vital").write_text("garbage")
    arguments = ("-n", 40, "-o", tmp_path / "a.h5", "--presets", folder, "--augment", 0.5)
    run = cli(*GENERATE, *arguments)
    assert run.code == 0
    assert run.err.count("note: ") == 1
    assert "broken.vital is left out: " in run.err
    with Dataset(tmp_path / "a.h5") as dataset:
        sources = [row.source for row in dataset]
    assert set(sources) == {"preset", "synthetic", "augmented"}
    assert "preset" not in sources[sources.count("preset") :]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("-n", 10**9), "rows need about"),
        (("--prior", "cure-v1"), "there are: "),
        (("--features", "smell"), "no feature 'smell'"),
        (("--notes", "60,60"), "expected each note once"),
        (("--velocity", "2"), "expected velocities"),
        (("--length", "0"), "expected a length above 0"),
        (("--cluster", "tcp://127.0.0.1:1"), "no Dask scheduler answers at tcp://127.0.0.1:1"),
    ],
)
def test_what_cannot_be_is_told_before_anything_is_written(
    cli: Cli, tmp_path: Path, arguments: tuple[Any, ...], message: str
) -> None:
    assert message in one_error(cli("dataset", "generate", "-o", tmp_path / "a.h5", *arguments))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        ("-n", 0),
        ("-n", -3),
        ("--notes", "4x"),
        ("--velocity", "loud"),
        ("--augment", 0.5),
        ("--presets-only",),
    ],
)
def test_a_wrong_argument_is_a_usage_error(cli: Cli, tmp_path: Path, arguments: tuple[Any, ...]) -> None:
    run = cli("dataset", "generate", "-o", tmp_path / "a.h5", *arguments)
    assert (run.code, run.out) == (2, "")
    assert "Error: " in run.err


def test_another_dataset_in_the_file_is_refused_saying_what_differs(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    made(cli, "-n", 2, "-o", path)
    data = path.read_bytes()
    for arguments, message in {
        ("--tier", 2): "tier here 2, in the file 3",
        ("--prior", "core-v1"): "here 'prior core-v1', in the file 'prior wide-tier3-v1'",
        ("--seed", 1): "seed here 1, in the file 0",
    }.items():
        assert message in one_error(cli(*GENERATE, "-n", 2, "-o", path, *arguments))
    assert path.read_bytes() == data
    path.write_text("not a dataset")
    assert f"{path} is no HDF5 file" in one_error(cli(*GENERATE, "-n", 2, "-o", path))
    assert path.read_text() == "not a dataset"
