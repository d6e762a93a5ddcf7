"""Estimators and trainings that cannot be used, as a user meets them: one line that says why, and no traceback."""

from __future__ import annotations

import dataclasses
import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

pytest.importorskip("onnxscript")

from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.export import export
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.training.checkpoint import read_checkpoint, write_checkpoint
from patchpilot.estimators.training.rows import read_rows
from tests.cli.command_line import Cli, one_error, tone, write
from tests.datasets.small import Buzzing, small
from tests.estimators.hearing import untrained

FEW = ("--instrument", "toy", "--size", "tiny", "--head", "flow", "--epochs", "1", "--batch", "8", "--held-out", "0.3",
       "--device", "cpu")  # fmt: skip


pytestmark = pytest.mark.usefixtures("buzzing")


@pytest.fixture(scope="module")
def codec(file: Path) -> Codec:
    return read_rows([file], Buzzing().space).codec


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, codec: Codec) -> Path:
    """The folder of an estimator that has learned nothing, with its checkpoint."""
    folder = tmp_path_factory.mktemp("whole") / "toy"
    config = NetworkConfig.sized("tiny")
    network = untrained(config, codec)
    export(network, codec, folder, trained={"rows": 1})
    write_checkpoint(folder / "checkpoint.safetensors", network, network, config, codec, {"rows": 1})
    return folder


def said(change: Callable[[Any], object]) -> Callable[[Path], None]:
    """Another page."""

    def damage(folder: Path) -> None:
        page = folder / "estimator.json"
        data = json.loads(page.read_text("utf-8"))
        change(data)
        page.write_text(json.dumps(data), "utf-8")

    return damage


def cut(name: str) -> Callable[[Path], None]:
    """Half of a file."""

    def damage(folder: Path) -> None:
        data = (folder / name).read_bytes()
        (folder / name).write_bytes(data[: len(data) // 2])

    return damage


def pickled(name: str) -> Callable[[Path], None]:
    """A pickle under the name of a file."""

    def damage(folder: Path) -> None:
        (folder / name).write_bytes(pickle.dumps({"weights": [1.0]}))

    return damage


def renamed(data: Any) -> None:
    """Of another instrument."""
    data["instrument"] = data["codec"]["instrument"] = "harp"


def other(**fields: Any) -> Callable[[Path], None]:
    """A checkpoint of a codec with other fields."""

    def damage(folder: Path) -> None:
        path = folder / "checkpoint.safetensors"
        there = read_checkpoint(path)
        codec, network = dataclasses.replace(there.codec, **fields), there.network()
        write_checkpoint(path, network, network, there.config, codec, there.trained)

    return damage


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (said(renamed), "toy has learned harp, which cannot be played here: no 'harp' among the instruments"),
        (
            said(lambda d: d["codec"].update(version="7")),
            "(engine 7, here 1): another engine may sound different",
        ),
        (said(lambda d: d["codec"]["tokens"][0].update(name="cake")), "there is no parameter cake"),
        (said(lambda d: d["codec"]["tokens"][0].update(high=9.0)), "was learned from"),
        (
            said(lambda d: d["codec"]["tokens"][0].update(colour=1)),
            "a token is damaged, or of a newer version",
        ),
        (said(lambda d: d["codec"].update(constants={"asset": ["a"]})), "the list of tokens is damaged"),
        (said(lambda d: d.update(format="patchpilot-estimator-2")), "it is of a newer Patch Pilot; update"),
        (said(lambda d: d["network"].update(colour=1)), "of a newer version"),
        (cut("estimator.json"), "cut off or damaged"),
        (cut("encoder.onnx"), "it is cut off or damaged"),
        (cut("step.onnx"), "it is cut off or damaged"),
        (pickled("estimator.json"), "this is a pickle"),
        (pickled("step.onnx"), "this is a pickle"),
    ],
)
def test_an_estimator_that_cannot_be_used_is_told(
    cli: Cli, whole: Path, file: Path, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(whole, folder)
    damage(folder)
    assert words in one_error(cli("evaluate", folder, "--data", file, "-n", "1"))


def test_a_file_in_place_of_an_estimator_is_told(cli: Cli, whole: Path, file: Path, tmp_path: Path) -> None:
    torch.save({"weights": torch.zeros(3)}, tmp_path / "model.pt")
    checkpoint = whole / "checkpoint.safetensors"
    for path, words in (
        (tmp_path / "model.pt", "which holds a pickle"),
        (checkpoint, "this is a checkpoint, which training goes on from"),
        (file, "expected the folder of an estimator"),
        (tmp_path / "none", "there is no such folder"),
    ):
        assert words in one_error(cli("evaluate", path, "--data", file, "-n", "1"))


@pytest.mark.parametrize("share", [0.0, 0.5])
def test_a_dataset_that_is_none_is_told(
    cli: Cli, whole: Path, file: Path, tmp_path: Path, share: float
) -> None:
    data = tmp_path / "data.h5"
    data.write_bytes(file.read_bytes()[: int(share * file.stat().st_size)])
    for arguments in (
        ("evaluate", whole, "--data", data),
        ("evaluate", whole, "--data", file, "-n", "1", "--train", data),
        ("train", "--data", data, "--out", tmp_path / "out", *FEW),
    ):
        assert str(data) in one_error(cli(*arguments))


def test_a_dataset_of_another_space_is_told(cli: Cli, whole: Path, file: Path, tmp_path: Path) -> None:
    class Other(Buzzing):
        """Of the same name, with a wider knob."""

        def __init__(self) -> None:
            super().__init__()
            wide = [
                dataclasses.replace(p, maximum=2.0) if p.name == "buzz" else p for p in self.space.parameters
            ]
            self.space = dataclasses.replace(self.space, parameters=tuple(wide))

    data = tmp_path / "data.h5"
    small(data, 4, toy=Other(), features=("front_end",), audio="none").close()
    words = "is of another instrument: buzz goes from 0 to 2 (default 0.5) there, from 0 to 1 (0.5) here"
    sound = write(tmp_path / "a.wav", tone())
    for arguments in (
        ("evaluate", whole, "--data", data),
        ("evaluate", whole, "--data", file, "-n", "1", "--train", data),
        ("train", "--data", data, "--out", tmp_path / "out", *FEW),
        ("reinforce", whole, sound, "--data", data, "--out", tmp_path / "rl"),
    ):
        assert words in one_error(cli(*arguments))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (cut("checkpoint.safetensors"), "is damaged or cut off"),
        (pickled("checkpoint.safetensors"), "is a pickle, which can run any program"),
        (lambda folder: (folder / "checkpoint.safetensors").unlink(), "expected a checkpoint of a training"),
        (other(instrument="harp"), "toy has learned harp, which cannot be played here"),
        (other(version="7"), "engine 7, here 1"),
    ],
)
def test_a_checkpoint_that_cannot_be_used_is_told(
    cli: Cli, whole: Path, tmp_path: Path, damage: Callable[[Path], None], words: str
) -> None:
    folder = tmp_path / "toy"
    shutil.copytree(whole, folder)
    damage(folder)
    ran = cli("reinforce", folder, write(tmp_path / "a.wav", tone()), "--out", tmp_path / "rl")
    assert words in one_error(ran)


def test_a_checkpoint_of_other_tokens_is_not_exported(
    cli: Cli, file: Path, tmp_path: Path, exports: dict[Path, bool]
) -> None:
    """Somebody's checkpoint was copied into the folder of a training."""
    out = tmp_path / "toy"
    assert cli("train", "--data", file, "--out", out, *FEW).code == 0
    assert exports == {out: False}
    other(instrument="harp")(out)
    ran = cli("train", "--data", file, "--out", out, *FEW)
    assert (ran.code, ran.out) == (1, "")
    assert "says other things of a patch than the data do" in ran.err.splitlines()[-1]
    assert exports == {out: False}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--device", "cuda"], "a GPU was asked for, and PyTorch sees none"),
        (["--lr", "1e6"], "expected learning rate from 1e-09 to 10, got 1000000.0"),
    ],
)
def test_what_cannot_be_trained_is_told(
    cli: Cli, file: Path, tmp_path: Path, arguments: list[str], words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert words in one_error(cli("train", "--data", file, "--out", tmp_path / "out", *FEW, *arguments))


def test_numbers_that_are_none_are_skipped_and_counted(cli: Cli, file: Path, tmp_path: Path) -> None:
    data = tmp_path / "nan.h5"
    shutil.copy(file, data)
    trained_on, _ = read_rows([data], Buzzing().space).rows.split(0.3)
    with h5py.File(data, "r+") as h5:
        h5["metadata/hold_s"][int(trained_on[0])] = np.nan
    ran = cli("train", "--data", data, "--out", tmp_path / "out", *FEW, "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert (told["skipped"], told["exported"]) == (1, True)
    assert "1 of 5 steps were skipped, since a number was not finite" in ran.err
