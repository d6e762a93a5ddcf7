"""A search for the shape of a network goes on to the same trials, and ends those that are worse than the median."""

from __future__ import annotations

import dataclasses
import importlib
import json
import signal
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")
pytest.importorskip("optuna")

from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.training import shapes
from patchpilot.estimators.training.checkpoint import read_checkpoint
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.shape_trials import FILE, TRIALS, Trial, ranked
from patchpilot.estimators.training.shapes import ranges, search_shapes
from patchpilot.estimators.training.source import Files
from tests.datasets.small import Buzzing
from tests.estimators.training.learned import QUICK, toy_data

CONFIG = TrainConfig(**{**QUICK, "epochs": 2})
BASE = "encoder_width=4,width=32,encoder_depth=1,depth=1"


def searched(out: Path, trials: int, config: TrainConfig = CONFIG, **asked: Any) -> list[Trial]:
    return search_shapes(config, Files(toy_data(), config.held_out), Buzzing(), out, trials, **asked)


def plain(trials: list[Trial]) -> list[Trial]:
    return [dataclasses.replace(trial, seconds=0.0) for trial in trials]


def trial(number: int, *losses: float, **other: Any) -> Trial:
    return Trial(number, BASE, other.get("ended", "finished"), losses, 9, 1.0)


def test_a_search_that_was_stopped_goes_on_to_the_same(tmp_path: Path) -> None:
    whole = searched(tmp_path / "whole", 2)
    assert {one.number for one in whole} == {0, 1}
    assert next(one for one in whole if one.number == 0).shape == BASE
    assert len({one.shape for one in whole}) == 2
    assert whole[0].best < whole[1].best

    def press(number: int, progress: Progress) -> None:
        if (number, progress.epoch, progress.at) == (1, 2, 2):
            signal.raise_signal(signal.SIGINT)

    halves = tmp_path / "halves"
    with pytest.raises(KeyboardInterrupt):
        searched(halves, 2, on_progress=press)
    assert len((halves / FILE).read_text().splitlines()) == 2
    assert plain(searched(halves, 2)) == plain(whole)
    seen: list[int] = []
    assert plain(searched(halves, 1, on_trial=lambda one: seen.append(one.number))) == plain(whole)
    assert seen == [0, 1]

    best = halves / TRIALS / f"{whole[0].number:03d}"
    assert [path.name for path in (halves / TRIALS).iterdir()] == [best.name]
    assert read_checkpoint(best).config == CONFIG.network.shaped(whole[0].shape)


@pytest.mark.parametrize(("loss", "is_hopeless"), [(9.0, True), (1.0, False)])
def test_a_trial_that_is_worse_than_the_median_is_ended(loss: float, is_hopeless: bool) -> None:
    optuna = importlib.import_module("optuna")
    config = dataclasses.replace(CONFIG, epochs=4)
    done = [trial(i, 3.0, 2.0 + 0.1 * i, 1.5, 1.0) for i in range(4)]
    _, asked = shapes._asked(optuna, config, done, 4)
    watch = shapes._Watch(asked)
    watch.epoch([{"held_out/total": loss}])  # too early to tell
    with pytest.raises(shapes._PrunedError) if is_hopeless else nullcontext():
        watch.epoch([{"held_out/total": loss}, {"held_out/total": loss}])
    assert watch.losses == [loss, loss]


def test_trials_that_were_pruned_or_failed_come_last() -> None:
    done = [trial(0, 2.0), trial(1, 1.0, ended="pruned"), trial(2, ended="failed"), trial(3, 1.5)]
    assert [one.number for one in ranked(done)] == [3, 0, 1, 2]


def test_what_is_searched_can_be_made() -> None:
    for size in ("tiny", "small", "base"):
        for encoder in ("resnet", "ast"):
            base = NetworkConfig.sized(size, encoder=encoder)
            for name, (low, high, step) in ranges(base).items():
                assert low <= getattr(base, name) <= high
                for value in (low, low + step, high):
                    base.shaped(f"{name}={min(value, high)}")


def test_another_search_and_a_training_are_not_written_over(tmp_path: Path) -> None:
    searched(tmp_path / "a", 1)
    with pytest.raises(EstimatorError, match="holds another search"):
        searched(tmp_path / "a", 1, dataclasses.replace(CONFIG, lr=0.5))
    path = tmp_path / "a" / FILE
    path.write_text(path.read_text() + json.dumps({"number": 1}) + "\n")
    with pytest.raises(EstimatorError, match="is damaged"):
        searched(tmp_path / "a", 1)
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "state.safetensors").write_text("")
    with pytest.raises(EstimatorError, match="holds other things"):
        searched(tmp_path / "b", 1)
    with pytest.raises(ParameterError, match="at least 1 trial"):
        searched(tmp_path / "c", 0)


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ("deepth=3", "got 'deepth'"),
        ("depth=x", "whole numbers"),
        ("depth=0", "from 1 to"),
        ("width=33", "heads divide"),
    ],
)
def test_a_shape_that_makes_no_network_is_told(shape: str, words: str) -> None:
    with pytest.raises(EstimatorError, match=words):
        TrainConfig(**QUICK, shape=shape)


def test_a_shape_is_part_of_the_recipe_and_old_recipes_stay_as_they_were() -> None:
    shaped = dataclasses.replace(CONFIG, shape="depth=2,width=48")
    assert (shaped.network.depth, shaped.network.width, shaped.network.encoder_width) == (2, 48, 4)
    assert TrainConfig.from_json(shaped.to_json()) == shaped
    assert "shape" not in CONFIG.to_json()
    assert "shape of the network here depth=2,width=48, there none" in shaped.differences(CONFIG)
    with pytest.raises(EstimatorError, match="leave out --shape"):
        dataclasses.replace(shaped, head="proxy")
