"""Rows straight from the engine: the same ones for the same epoch, whenever it is asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

from patchpilot.datasets.plan import Plan
from patchpilot.errors import EngineError, EstimatorError
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import Stage, stages
from patchpilot.estimators.training.live import Live
from patchpilot.estimators.training.trainer import Trainer
from patchpilot.space import Patch, Performance
from tests.datasets.small import Buzzing
from tests.estimators.training.learned import QUICK, Simple, tensors_of

PLAN = Plan(notes=(), drawn=1, hold_s=(0.1, 0.2), length_s=0.25, sample_rate=8000)


def live(toy: Buzzing, rows: int = 12) -> Live:
    return Live(toy, toy.priors["buzz-v1"], rows=rows, held_out=0.3, seed=2, plan=PLAN)


def all_of(source: Live, epochs: int = 3) -> tuple[Stage, ...]:
    return stages("", epochs, source.codec, Buzzing().space)


def test_an_epoch_is_a_function_of_its_number() -> None:
    with live(Buzzing()) as one, live(Buzzing()) as two:
        stage = all_of(one)[0]
        first, second = one.epoch(0, stage)[0], one.epoch(1, stage)[0]
        again = two.epoch(1, stage)[0]
        assert len(first) == len(second) == one.n_rows(stage) == 12
        assert np.array_equal(second.sounds, again.sounds)
        assert np.array_equal(second.conditions, again.conditions)
        assert np.array_equal(second.labels.continuous, again.labels.continuous)
        assert not set(first.patches) & set(second.patches)
        held, which = one.held
        assert len(which) == len(held) == 32
        assert all(is_held_out(name, 0.3) for name in held.patches)
        assert not any(is_held_out(name, 0.3) for name in (*first.patches, *second.patches))
        assert one.identity == two.identity


def test_a_stage_gets_what_belongs_to_it() -> None:
    with live(Buzzing()) as source:
        dry, everything = stages("dry:1,all", 2, source.codec, Buzzing().space, ("buzz_on",))
        place = [token.name for token in source.codec.categorical].index("buzz_on")
        assert set(source.epoch(0, dry)[0].labels.categorical[:, place]) == {0}
        assert set(source.epoch(1, everything)[0].labels.categorical[:, place]) == {0, 1}


class Mute(Buzzing):
    """A toy that always fails."""

    def render(self, patch: Patch, performance: Performance) -> object:  # type: ignore[override]  # noqa: ARG002
        raise EngineError("mute")


def test_a_prior_that_never_sounds_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("patchpilot.estimators.training.live._TRIED", 20)
    with live(Mute()) as source, pytest.raises(EstimatorError, match="0 of the 12 patches"):
        source.epoch(0, all_of(source)[0])


def test_a_training_learns_from_it_and_goes_on(tmp_path: Path) -> None:
    config = TrainConfig(**{**QUICK, "live": "buzz-v1", "epochs": 2})
    for folder, minutes in (("whole", None), ("parts", 0.0), ("parts", None)):
        with live(Buzzing(), 32) as source:
            outcome = Trainer(config, source, all_of(source, 2), Simple, tmp_path / folder).run(minutes)
    assert outcome.reason == "finished"
    mine, theirs = tensors_of(tmp_path / "whole"), tensors_of(tmp_path / "parts")
    assert all(bool((mine[name] == theirs[name]).all()) for name in mine)
