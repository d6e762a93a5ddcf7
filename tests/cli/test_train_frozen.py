"""`patchpilot train --encoder NAME`: an estimator that hears with a network from a local folder."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from patchpilot.estimators.training.state import NAME, read_state
from patchpilot.retrieval.local import LocalEmbedding
from tests.cli.command_line import Cli, one_error
from tests.datasets.small import small
from tests.retrieval.networks import hearing_network

FEW = ("--instrument", "toy", "--size", "tiny", "--head", "regression", "--epochs", "1", "--batch", "8",
       "--held-out", "0.3", "--device", "cpu", "--encoder", "ears")  # fmt: skip


pytestmark = pytest.mark.usefixtures("buzzing")


@pytest.fixture(autouse=True)
def ears(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A network "ears" in the user's embeddings folder."""
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "own"))
    return hearing_network(tmp_path / "own" / "ears")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    small(tmp_path / "toy.h5", 60, features=("ears",), audio="none").close()
    return tmp_path / "toy.h5"


def test_a_folder_goes_where_an_encoder_does(cli: Cli, file: Path, ears: Path, tmp_path: Path) -> None:
    ran = cli("train", "--data", file, "--out", tmp_path / "out", *FEW, "--minutes", "0")
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'out'}\n")
    recipe = read_state(tmp_path / "out" / NAME)[1]["recipe"]["config"]
    assert recipe["encoder"] == "frozen"
    assert recipe["frozen"] == {
        "name": "ears", "version": LocalEmbedding(ears).version, "size": 12, "frames": 8
    }  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--encoder", "cake"], "no encoder 'cake'; there are: resnet, ast, ears."),
        (["--head", "proxy"], "about the picture of a sound, which ears does not show"),
        (["--data", "PICTURES"], "holds neither what ears hears of its sounds nor audio"),
    ],
)
def test_what_cannot_be_heard_is_told_in_a_line(
    cli: Cli, file: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    small(tmp_path / "pictures.h5", 4, features=("front_end",), audio="none").close()
    asked = [str(tmp_path / "pictures.h5") if word == "PICTURES" else word for word in arguments]
    data = [] if "--data" in asked else ["--data", file]
    assert words in one_error(cli("train", "--out", tmp_path / "out", *FEW, *data, *asked))


@pytest.mark.slow
def test_what_was_trained_is_evaluated_while_the_network_is_there(
    cli: Cli, file: Path, ears: Path, tmp_path: Path
) -> None:
    pytest.importorskip("onnxscript")
    out = tmp_path / "toy"
    assert cli("train", "--data", file, "--out", out, *FEW).code == 0
    ran = cli("evaluate", out, "--prior", "buzz-v1", "-n", "2", "--json")
    assert json.loads(ran.out)["sounds"] == 2
    ears.rename(ears.parent / "eyes")
    assert "which is not here: put its folder into" in one_error(cli("evaluate", out, "--prior", "buzz-v1"))
