"""An estimator's folder is whole or refused, and says why."""

from __future__ import annotations

import dataclasses
import json
import pickle
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from patchpilot import files
from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators import folder as folders
from patchpilot.estimators.folder import About, read_about, read_graphs, write_folder
from patchpilot.estimators.networks.config import NetworkConfig
from tests.estimators.hearing import CODEC

GRAPHS = {"encoder.onnx": b"hears" * 99, "step.onnx": b"says" * 99}
ABOUT = About(CODEC, NetworkConfig.sized("tiny"), n_steps=4, trained={"rows": 7, "command": "patchpilot"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_folder(tmp_path / "toy", ABOUT, GRAPHS)
    return tmp_path / "toy"


def read(folder: Path) -> tuple[About, dict[str, bytes]]:
    about = read_about(folder)
    return about, read_graphs(folder, about)


def test_what_was_written_is_read(folder: Path) -> None:
    about, graphs = read(folder)
    assert graphs == GRAPHS
    assert (about.instrument, about.head, about.n_steps, about.n_rows) == ("toy", "flow", 4, 7)
    assert about.codec.sha256 == CODEC.sha256
    assert about.network == ABOUT.network
    assert sorted(path.name for path in folder.iterdir()) == ["encoder.onnx", "estimator.json", "step.onnx"]


def test_one_that_is_there_is_kept_unless_it_is_to_be_replaced(folder: Path) -> None:
    (folder / "training.jsonl").write_text("{}")
    other = {**GRAPHS, "step.onnx": b"says something else"}
    with pytest.raises(OutputError, match="exists and is kept"):
        write_folder(folder, ABOUT, other)
    assert read(folder)[1] == GRAPHS
    write_folder(folder, dataclasses.replace(ABOUT, n_steps=8), other, force=True)
    about, graphs = read(folder)
    assert (about.n_steps, graphs) == (8, other)
    assert (folder / "training.jsonl").read_text() == "{}"


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_a_full_disk_leaves_what_was_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, failing: int
) -> None:
    written = 0

    def write(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written == failing:
            raise OutputError("the disk is full")
        files.write_bytes(path, data)

    monkeypatch.setattr(folders, "write_bytes", write)
    with pytest.raises(OutputError, match="the disk is full"):
        write_folder(folder, ABOUT, {"encoder.onnx": b"", "step.onnx": b""}, force=True)
    assert read(folder)[1] == GRAPHS
    assert len(list(folder.iterdir())) == 3


def test_what_is_no_json_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(EstimatorError, match="plain JSON with finite numbers"):
        write_folder(tmp_path / "toy", dataclasses.replace(ABOUT, trained={"loss": float("nan")}), GRAPHS)
    assert not (tmp_path / "toy").exists()


@pytest.mark.parametrize("name", ["estimator.json", "encoder.onnx", "step.onnx"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(EstimatorError, match=rf"there is no {name}; .* or was not copied whole"):
        read(folder)
    (folder / name).mkdir()
    with pytest.raises(EstimatorError, match=rf"{name}: expected a file"):
        read(folder)


@pytest.mark.parametrize("name", ["encoder.onnx", "step.onnx"])
@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda data: b"H" + data[1:], lambda _: b""])
def test_a_graph_that_is_cut_off_or_changed_is_told_by_its_digest(
    folder: Path, name: str, damage: Callable[[bytes], bytes]
) -> None:
    (folder / name).write_bytes(damage(GRAPHS[name]))
    with pytest.raises(EstimatorError, match=rf"{name}: expected the sha256 .* cut off or damaged"):
        read(folder)


def changed(**parts: Any) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda data: {**data, **parts}


def without(name: str) -> Callable[[dict[str, Any]], dict[str, Any]]:
    return lambda data: {key: part for key, part in data.items() if key != name}


def gated(data: dict[str, Any]) -> dict[str, Any]:
    data["codec"]["tokens"][0]["gate"] = "a switch that is not there"
    return data


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (changed(format="patchpilot-estimator-2"), "of a newer Patch Pilot; update"),
        (changed(format="patchpilot-estimator-0"), "from another program"),
        (
            changed(format="net"),
            "expected format patchpilot-estimator-1, got 'net': it is from another program",
        ),
        (changed(format=[1]), "from another program"),
        (changed(instrument="vital"), "two things"),
        (changed(head="mixture"), "two things"),
        (changed(n_steps=9), "expected 1 to 8 steps, got 9"),
        (changed(n_steps="8"), "expected 1 to 8 steps"),
        (changed(n_steps=True), "expected 1 to 8 steps"),
        (changed(network={"width": 0}), "sizes of a network from 1 to 8192"),
        (changed(network={"colour": 1}), "of a newer version"),
        (changed(network=3), "damaged"),
        (changed(codec={"instrument": "toy"}), "list of tokens is damaged"),
        (changed(codec="toy"), "damaged"),
        (changed(trained=3), "damaged"),
        (changed(digests={"step.onnx": "0"}), "damaged"),
        (changed(digests=None), "damaged"),
        (without("codec"), "damaged"),
        (without("n_steps"), "damaged"),
        (gated, "a switch that is not there"),
    ],
)
def test_a_page_that_says_something_else_is_refused(
    folder: Path, change: Callable[[dict[str, Any]], dict[str, Any]], told: str
) -> None:
    path = folder / "estimator.json"
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    with pytest.raises(EstimatorError, match=told) as caught:
        read(folder)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"format": NaN}', "[" * 100_000, "\x00", "“"])
def test_a_page_that_is_no_json_is_refused(folder: Path, text: str) -> None:
    whole = (folder / "estimator.json").read_text()
    for damaged in (text.encode(), text.encode("utf-16")[:1], whole.encode()[:-5]):
        (folder / "estimator.json").write_bytes(damaged)
        with pytest.raises(EstimatorError, match=r"it is no JSON|from another program"):
            read(folder)


class Bomb:
    """What a pickle may do."""

    went_off = False

    def __reduce__(self) -> Any:
        return setattr, (Bomb, "went_off", True)


@pytest.mark.parametrize("protocol", [2, 4, 5])
@pytest.mark.parametrize("name", ["estimator.json", "encoder.onnx", "step.onnx", "../model.ckpt"])
def test_a_pickle_is_refused_and_not_read(folder: Path, name: str, protocol: int) -> None:
    path = folder / name
    path.write_bytes(pickle.dumps(Bomb(), protocol=protocol))
    with pytest.raises(EstimatorError, match=r"this is a pickle. A pickle runs whatever program it holds"):
        read(path.resolve() if name.startswith("..") else folder)
    assert not Bomb.went_off


def test_a_checkpoint_of_pytorch_is_refused(folder: Path) -> None:
    path = folder / "model.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Bomb()))
    with pytest.raises(EstimatorError, match="as PyTorch writes checkpoints, which holds a pickle"):
        read(path)
    assert not Bomb.went_off


def test_what_is_no_folder_is_told(folder: Path) -> None:
    with pytest.raises(EstimatorError, match="there is no such folder"):
        read(folder / "gone")
    checkpoint = folder / "checkpoint.safetensors"
    checkpoint.write_bytes(b"\x08\0\0\0\0\0\0\0{}      ")
    with pytest.raises(EstimatorError, match="this is a checkpoint, which training goes on from"):
        read(checkpoint)
    with pytest.raises(EstimatorError, match="expected the folder of an estimator"):
        read(folder / "step.onnx")


def test_one_of_another_instrument_is_refused(folder: Path) -> None:
    assert read_about(folder, instrument="toy").instrument == "toy"
    with pytest.raises(EstimatorError, match="expected an estimator for vital, got one for toy"):
        read_about(folder, instrument="vital")
