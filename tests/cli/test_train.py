"""`patchpilot train` and `evaluate` as their user meets them."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import click
import numpy as np
import pytest

from patchpilot.audio import Audio, save
from patchpilot.cli import _train_options
from patchpilot.cli.train import command
from patchpilot.estimators.networks.config import ENCODERS, HEADS, SIZES
from patchpilot.estimators.training.checkpoint import read_checkpoint
from patchpilot.estimators.training.config import DEVICES, TrainConfig
from tests.cli.command_line import Cli, one_error
from tests.datasets.small import small

FEW = ("--instrument", "toy", "--size", "tiny", "--head", "regression", "--epochs", "1", "--batch", "8",
       "--held-out", "0.3", "--device", "cpu")  # fmt: skip


pytestmark = pytest.mark.usefixtures("buzzing")


def test_the_options_are_those_of_the_recipe() -> None:
    assert ((*HEADS, "proxy", "embedding"), ENCODERS) == (_train_options.HEADS, _train_options.ENCODERS)
    assert (tuple(SIZES), DEVICES) == (_train_options.SIZES, _train_options.DEVICES)
    defaults = {p.name: p.default for p in command.params if isinstance(p, click.Option)}
    made = {"effects", "proxy", "frozen", "start"}  # of what an option says
    expected = {name: value for name, value in vars(TrainConfig()).items() if name not in made}
    assert {name: defaults[name] for name in expected} == expected


def test_training_prints_its_folder_and_the_same_again_is_done(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    out = tmp_path / "toy"
    ran = cli("train", "--data", file, "--out", out, *FEW)
    assert (ran.code, ran.out, ran.err) == (0, f"{out}\n", "")
    names = {path.name for path in out.iterdir()}
    assert names == {
        "checkpoint.safetensors", "state.safetensors", "training.jsonl", "estimator.json", "encoder.onnx", "step.onnx",
    }  # fmt: skip
    again = cli("train", "--data", file, "--out", out, *FEW, "--json")
    said = json.loads(again.out)
    assert (said["reason"], said["epochs"], said["exported"]) == ("finished", 1, True)
    assert "seed here 4, there 0" in one_error(
        cli("train", "--data", file, "--out", out, *FEW, "--seed", "4")
    )
    told = cli("evaluate", out, "--data", file, "-n", "3", "--train", file, "--proposed", "5")
    assert told.code == 0, told.err
    assert f"toy (regression), 3 sounds" in told.out  # noqa: F541
    assert "nearest row" in told.out
    measured = json.loads(cli("evaluate", out, "--prior", "buzz-v1", "-n", "2", "--json").out)
    assert measured["sounds"] == 2
    assert measured["rows"]["same patch again"]["median"] == 0.0
    assert (measured["as_heard"], measured["right_keys"]) == (False, 2)
    heard = cli("evaluate", out, "--prior", "buzz-v1", "-n", "2", "--as-heard").out.splitlines()
    assert heard[1].startswith("as heard: the right key for ")


def test_an_interrupted_training_says_how_to_go_on(
    cli: Cli, file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch")
    from patchpilot.cli import train

    monkeypatch.setattr(train, "_show", lambda _: signal.raise_signal(signal.SIGINT))
    ran = cli("train", "--data", file, "--out", tmp_path, *FEW)
    assert (ran.code, ran.out) == (130, "")
    assert ran.err.splitlines()[0] == "note: what was learned is kept; the same command goes on from there"
    assert [path.name for path in tmp_path.iterdir()] == ["state.safetensors"]


def test_a_folder_in_which_a_training_runs_is_told(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("torch")
    from patchpilot.estimators.training.folder import alone

    with alone(tmp_path):
        told = one_error(cli("train", "--data", file, "--out", tmp_path, *FEW))
    assert f"another training runs in {tmp_path}" in told


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "one of them"),
        (["--data", "FILE", "--live", "buzz-v1"], "one of them"),
        (["--data", "none.h5"], "does not exist"),
        (["--data", "FILE", "--head", "cake"], "cake"),
        (["--data", "FILE", "--epochs", "0"], "0"),
        (["--data", "FILE", "--head", "embedding", "--spectral", "0.1"], "an embedding says no patches"),
        (["--data", "FILE", "--head", "proxy", "--proxy", "FILE"], "a proxy is trained on sounds alone"),
    ],
)
def test_what_makes_no_sense_is_refused(
    cli: Cli, file: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    ran = cli("train", "--out", tmp_path, *[str(file) if word == "FILE" else word for word in arguments])
    assert ran.code == 2
    assert words in ran.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--data", "FILE", "--rows", "999"], "999 rows were asked for, the data have 60"),
        (["--data", "DEAF"], "holds neither pictures of its sounds nor audio"),
        (["--data", "TEXT"], "TEXT"),
        (["--data", "FILE", "--lr", "nan"], "learning rate"),
        (["--data", "FILE", "--curriculum", "dry:1,all"], "the curriculum 'dry:1,all' leaves no epoch"),
        (["--data", "FILE", "--effects", "cake_on", "--curriculum", "dry:1,all"], "no switch 'cake_on'"),
        (["--data", "FILE", "--importance", "TEXT"], "dataset importance"),
        (["--live", "cake"], "no prior 'cake' for toy"),
        (["--data", "FILE", "--spectral", "0.1"], "a spectral loss needs a proxy"),
        (["--data", "FILE", "--proxy", "TEXT", "--spectral", "0.1"], "is damaged, or no proxy"),
    ],
)
def test_what_cannot_be_learned_is_told_in_a_line(
    cli: Cli, file: Path, tmp_path: Path, arguments: list[str], words: str
) -> None:
    pytest.importorskip("torch")
    (tmp_path / "TEXT").write_text("this is no dataset\n" * 9)
    small(tmp_path / "DEAF", 4, audio="none").close()
    places = {"FILE": str(file), "DEAF": str(tmp_path / "DEAF"), "TEXT": str(tmp_path / "TEXT")}
    asked = [places.get(word, word) for word in arguments]
    if "--effects" not in asked and "--curriculum" in asked:
        asked += ["--effects", "buzz_on"]
    assert words in one_error(cli("train", "--out", tmp_path / "out", *FEW, *asked))


def test_without_pytorch_one_line_names_the_extra(file: Path, tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None; "
        f"sys.argv = ['patchpilot', 'train', '--data', {str(file)!r}, '--out', {str(tmp_path / 'out')!r}]; "
        "from patchpilot.cli import main; main()"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (1, "")
    assert run.stderr.count("\n") == 1
    assert "pip install 'patchpilot[train]'" in run.stderr


def test_evaluating_what_is_none_is_told(cli: Cli, tmp_path: Path) -> None:
    assert "Error" in cli("evaluate", tmp_path, "--prior", "buzz-v1").err
    assert cli("evaluate", tmp_path).code == 2
    assert cli("evaluate", tmp_path, "--prior", "x", "--data", __file__).code == 2


@pytest.mark.slow
def test_an_estimator_learns_from_sounds_without_labels_and_goes_on(
    cli: Cli, file: Path, tmp_path: Path
) -> None:
    pytest.importorskip("onnxscript")
    flow = [word if word != "regression" else "flow" for word in FEW]
    assert cli("train", "--data", file, "--out", tmp_path / "toy", *flow).code == 0
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    t = np.arange(8820) / 44100
    for hz in (220.0, 330.0):
        save(Audio(0.3 * np.sin(2 * np.pi * hz * t), 44100), sounds / f"{hz:.0f}.wav")
    (sounds / "broken.wav").write_text("no sound")
    asked = (
        "reinforce",
        tmp_path / "toy",
        sounds,
        "--samples",
        "2",
        "--sounds-at-once",
        "1",
        "--data",
        file,
        "--json",
    )
    for n in (1, 2):
        ran = cli(*asked, "--out", tmp_path / "rl", "--updates", n)
        assert ran.code == 0, ran.err
        assert "broken.wav is left out" in ran.err
        assert json.loads(ran.out)["updates"] == n
    weights = [(tmp_path / name / "encoder.onnx").read_bytes() for name in ("rl", "toy")]
    assert weights[0] != weights[1]
    lines = (tmp_path / "rl" / "training.jsonl").read_text().splitlines()
    assert [json.loads(line)["number"] for line in lines] == [1, 2]
    other = cli(*asked, "--out", tmp_path / "rl", "--updates", "3", "--seed", "9")
    assert (other.code, other.out) == (1, "")
    assert "holds another training" in other.err.splitlines()[-1]


@pytest.mark.usefixtures("exports")
def test_only_a_flow_can_be_reinforced(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    assert cli("train", "--data", file, "--out", tmp_path / "toy", *FEW).code == 0
    save(Audio(0.3 * np.sin(np.arange(8820) / 20.0), 44100), tmp_path / "a.wav")
    ran = cli("reinforce", tmp_path / "toy", tmp_path / "a.wav", "--out", tmp_path / "rl")
    assert "with the head flow" in one_error(ran)


def test_a_proxy_and_an_embedding_are_trained_by_the_same_command(
    cli: Cli, file: Path, tmp_path: Path, exports: dict[Path, bool]
) -> None:
    pytest.importorskip("onnxscript")
    heads = [[word if word != "regression" else head for word in FEW] for head in ("proxy", "embedding")]
    proxy = tmp_path / "proxy" / "proxy.safetensors"
    ran = cli("train", "--data", file, "--out", tmp_path / "proxy", *heads[0])
    assert ran.code == 0, ran.err
    assert (ran.code, ran.out) == (0, f"{proxy}\n")
    told = ("--proxy", proxy, "--spectral", "0.1")
    ran = cli("train", "--data", file, "--out", tmp_path / "toy", *FEW, *told)
    assert (ran.code, ran.out) == (0, f"{tmp_path / 'toy'}\n")
    line = json.loads((tmp_path / "toy" / "training.jsonl").read_text())
    assert line["held_out/spectral"] > 0
    # One that only judges is no part of the recipe, so it may come when the training is over.
    alone = tmp_path / "alone"
    for judging in ((), ("--proxy", proxy)):
        assert cli("train", "--data", file, "--out", alone, *FEW, *judging).code == 0
    assert exports == {tmp_path / "toy": True, alone: True}
    pairs = small(tmp_path / "pairs.h5", 60, features=("front_end",), audio="none")
    pairs.close()
    ran = cli("train", "--data", pairs.path, "--out", tmp_path / "heard", *heads[1], "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["parity"] <= 1e-4


@pytest.mark.usefixtures("exports")
def test_a_training_goes_on_from_another_with_other_data(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    first, second = tmp_path / "first", tmp_path / "second"
    assert cli("train", "--data", file, "--out", first, *FEW).code == 0
    other = tmp_path / "other.h5"
    small(other, 40, seed=9, features=("front_end",), audio="none").close()
    ran = cli("train", "--data", other, "--out", second, *FEW, "--start", first, "--lr", "1e-9")
    assert ran.code == 0, ran.err
    # It learned next to nothing, so it still says what the first one says, in the same words.
    one, two = (read_checkpoint(folder) for folder in (first, second))
    assert one.codec.sha256 == two.codec.sha256
    for name, tensor in one.mean.items():
        if tensor.is_floating_point() and "running" not in name:
            assert abs(tensor - two.mean[name]).max() < 1e-5, name
    assert "checkpoint that it starts from" in one_error(
        cli("train", "--data", other, "--out", second, *FEW, "--lr", "1e-9")
    )
    wrong = one_error(
        cli("train", "--data", other, "--out", tmp_path / "x", *FEW, "--start", first, "--encoder", "ast")
    )
    assert "encoder ast was asked for, there it is resnet" in wrong


def test_shapes_are_searched(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("optuna")
    pytest.importorskip("torch")
    asked = ("train", "--data", file, "--out", tmp_path / "search", *FEW, "--search", "2")
    ran = cli(*asked)
    assert ran.code == 0, ran.err
    heading, *rows, last = ran.out.splitlines()
    assert heading.split()[:2] == ["trial", "loss"]
    said = json.loads(cli(*asked, "--json").out)
    assert last == f"train it with: --shape {said['shape']}"
    assert [trial["number"] for trial in said["trials"]] == [int(row.split()[0]) for row in rows]
    assert "holds another search" in one_error(cli(*asked, "--seed", "5"))
    ran = cli("train", "--live", "buzz-v1", "--out", tmp_path, *FEW, "--search", "2")
    assert (ran.code, "leave out --live" in ran.err) == (2, True)


@pytest.mark.slow
def test_a_shape_that_was_found_is_trained(cli: Cli, file: Path, tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    ran = cli("train", "--data", file, "--out", tmp_path / "toy", *FEW, "--shape", "depth=2,width=48")
    assert ran.code == 0, ran.err
    made = read_checkpoint(tmp_path / "toy").config
    assert (made.depth, made.width) == (2, 48)
    other = cli("train", "--data", file, "--out", tmp_path / "toy", *FEW)
    assert "shape of the network here none, there depth=2,width=48" in one_error(other)
