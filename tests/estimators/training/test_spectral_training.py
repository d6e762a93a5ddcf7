"""A head is trained on what its patches would sound like, too; without that a training is as it ever was."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_file import save_proxy
from patchpilot.estimators.training.checkpoint import NAME, read_checkpoint
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.loss import digest_of, loss_of, own
from patchpilot.estimators.training.proxy import SIZES
from patchpilot.estimators.training.trainer import Trainer
from tests.estimators.training.learned import QUICK, toy_data, trainer
from tests.estimators.training.test_trainer import interrupting, lines_of

BEFORE = {
    "instrument": "toy", "head": "flow", "encoder": "resnet", "size": "tiny", "epochs": 3, "batch": 16, "rows": 0,
    "live": "", "lr": 0.01, "warm_up": 0.03, "weight_decay": 0.02, "clip": 1.0, "ema": 0.5, "held_out": 0.2, "seed": 0,
    "curriculum": "", "effects": [], "patience": 0, "device": "cpu",
}  # fmt: skip
"""A recipe as it was written before there was a spectral loss."""


@cache
def made(seed: int) -> Proxy:
    """A proxy that has learned nothing, which is enough to be asked."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return Proxy(SIZES["tiny"], toy_data().codec)


def file_of(folder: Path, seed: int = 0) -> Path:
    path = folder / f"proxy-{seed}.safetensors"
    save_proxy(made(seed), path)
    return path


def spectral(folder: Path, proxy: Path, **asked: Any) -> Trainer:
    asked = {"spectral": 0.5, "head": "flow", "epochs": 2, **asked}
    return trainer(folder, proxy=proxy, **asked)


def test_a_recipe_of_before_is_read_and_written_as_it_was() -> None:
    config = TrainConfig.from_json(BEFORE)
    assert (config.spectral, config.regular, config.proxy) == (0.0, 0.0, "")
    assert config.to_json() == BEFORE
    assert loss_of(config, None, toy_data().codec) is own
    other = dataclasses.replace(config, spectral=0.5, proxy="ab")
    assert TrainConfig.from_json(other.to_json()) == other
    assert other.differences(config) == [
        "weight of the spectral loss here 0.5, there 0.0",
        "proxy here ab, there none",
    ]


@pytest.mark.slow
def test_one_that_is_told_how_it_sounds_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    proxy = file_of(tmp_path)
    asked: dict[str, Any] = {"proxy": proxy, "head": "flow", "regular": 0.1}
    assert spectral(tmp_path / "whole", **asked).run().reason == "finished"
    with pytest.raises(KeyboardInterrupt):
        spectral(tmp_path / "halves", **asked, on_progress=interrupting((2, 2))).run()
    spectral(tmp_path / "halves", **asked).run()
    assert (tmp_path / "halves" / NAME).read_bytes() == (tmp_path / "whole" / NAME).read_bytes()
    line = lines_of(tmp_path / "whole")[-1]
    for part in ("loss", "held_out"):
        total = line[f"{part}/head"] + 0.5 * line[f"{part}/spectral"] + 0.1 * line[f"{part}/regular"]
        assert line[f"{part}/total"] == pytest.approx(total, rel=1e-4)
    assert read_checkpoint(tmp_path / "whole").trained["config"]["proxy"] == digest_of(proxy)
    trainer(tmp_path / "plain", head="flow", epochs=2).run()
    assert lines_of(tmp_path / "plain")[-1]["loss/continuous"] != line["loss/continuous"]


@pytest.mark.parametrize("head", ["regression", "mixture"])
def test_other_heads_are_told_too(tmp_path: Path, head: str) -> None:
    outcome = spectral(tmp_path / "a", file_of(tmp_path), head=head, epochs=1).run()
    assert (outcome.reason, outcome.skipped) == ("finished", 0)
    assert lines_of(tmp_path / "a")[0]["held_out/spectral"] > 0


def test_another_proxy_is_another_training(tmp_path: Path) -> None:
    spectral(tmp_path / "a", file_of(tmp_path), head="regression", epochs=1).run()
    with pytest.raises(
        EstimatorError, match=r"holds another training: proxy here [0-9a-f]{64}, there [0-9a-f]{64}"
    ):
        spectral(tmp_path / "a", file_of(tmp_path, 1), head="regression", epochs=1)
    with pytest.raises(
        EstimatorError, match=r"another training: weight of the spectral loss here 0.0, there 0.5"
    ):
        trainer(tmp_path / "a", head="regression", epochs=1)


def test_a_proxy_of_other_tokens_or_no_proxy_is_refused(tmp_path: Path) -> None:
    codec = toy_data().codec
    token = dataclasses.replace(codec.tokens[0], high=codec.tokens[0].high + 1.0)
    other = dataclasses.replace(codec, tokens=(token, *codec.tokens[1:]))
    path = tmp_path / "proxy.safetensors"
    save_proxy(Proxy(SIZES["tiny"], other), path)
    with pytest.raises(
        EstimatorError, match=r"proxy.safetensors knows patches by other tokens than these rows have"
    ):
        spectral(tmp_path / "a", path)
    config = TrainConfig(**{**QUICK, "spectral": 1.0, "proxy": "ab" * 32})
    with pytest.raises(
        EstimatorError, match="is not the proxy of this recipe: expected the digest abababababab"
    ):
        loss_of(config, path, other)
    with pytest.raises(EstimatorError, match="needs a proxy"):
        loss_of(config, None, codec)
    path.write_bytes(b"no proxy")
    with pytest.raises(EstimatorError, match="is damaged, or no proxy"):
        spectral(tmp_path / "a", path)
    with pytest.raises(EstimatorError, match="there is no proxy at"):
        digest_of(tmp_path / "none")


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"spectral": 0.5}, "needs a proxy, which says how a patch would sound"),
        ({"proxy": "ab"}, "a proxy without a weight changes nothing: give one with --spectral"),
        ({"spectral": -1.0, "proxy": "ab"}, "weight of the spectral loss from 0 to 1e"),
        ({"spectral": float("nan"), "proxy": "ab"}, "weight of the spectral loss"),
        ({"regular": 0.1}, "only a flow says values beyond their ranges, regression never does"),
        ({"head": "proxy", "spectral": 0.5, "proxy": "ab"}, "a proxy is trained on sounds alone"),
    ],
)
def test_what_makes_no_sense_is_refused(asked: dict[str, Any], words: str) -> None:
    with pytest.raises(EstimatorError, match=words):
        TrainConfig(**{**QUICK, **asked})
