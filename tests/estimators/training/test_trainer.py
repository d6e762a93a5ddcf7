"""A training stops and goes on as if nothing had been, and survives numbers that are none."""

from __future__ import annotations

import dataclasses
import json
import math
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.training import early, state
from patchpilot.estimators.training.checkpoint import NAME, read_checkpoint
from patchpilot.estimators.training.progress import Progress
from patchpilot.estimators.training.rows import Data
from patchpilot.estimators.training.tracking import LOG
from tests.estimators.training.learned import Simple, tensors_of, toy_data, trainer


def lines_of(folder: Path) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in (folder / LOG).read_text("utf-8").splitlines()]
    return [{name: value for name, value in line.items() if name != "seconds"} for line in lines]


def same(mine: dict[str, Tensor], theirs: dict[str, Tensor]) -> bool:
    return mine.keys() == theirs.keys() and all(torch.equal(mine[name], theirs[name]) for name in mine)


def interrupting(*steps: tuple[int, int]) -> Any:
    """Presses Ctrl-C after some steps (epoch from 1, step of it)."""

    def press(progress: Progress) -> None:
        if (progress.epoch, progress.at) in steps:
            signal.raise_signal(signal.SIGINT)

    return press


@pytest.mark.parametrize("head", ["regression", "flow"])
def test_an_interrupted_training_ends_with_the_same_bytes(tmp_path: Path, head: str) -> None:
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    outcome = trainer(whole, head=head, curriculum="dry:1,all", effects=("buzz_on",)).run()
    assert (outcome.reason, outcome.epochs, outcome.skipped) == ("finished", 3, 0)
    for stop in ((1, 1), (2, 3), (3, 3)):
        begun = trainer(
            halves, head=head, curriculum="dry:1,all", effects=("buzz_on",), on_progress=interrupting(stop)
        )
        with pytest.raises(KeyboardInterrupt):
            begun.run()
    torch.manual_seed(77)  # whatever else draws random numbers in between
    torch.rand(3)
    again = trainer(halves, head=head, curriculum="dry:1,all", effects=("buzz_on",))
    assert again.remarks == ("goes on from epoch 3, step 4",)
    assert again.run().steps == outcome.steps
    assert (halves / NAME).read_bytes() == (whole / NAME).read_bytes()
    assert same(tensors_of(halves), tensors_of(whole))
    assert lines_of(halves) == lines_of(whole)


def test_an_interrupt_in_the_midst_of_a_step_waits_for_its_end(tmp_path: Path) -> None:
    def press(step: int, loss: Tensor) -> Tensor:
        if step == 2:
            signal.raise_signal(signal.SIGINT)
        return loss

    whole = trainer(tmp_path / "whole", make=Simple)
    whole.run()
    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path / "halves", make=lambda: Simple(press)).run()
    halves = trainer(tmp_path / "halves", make=Simple)
    assert halves.position.step == 3
    halves.run()
    assert same(tensors_of(tmp_path / "halves"), tensors_of(tmp_path / "whole"))


def test_time_is_over_and_the_same_again_goes_on(tmp_path: Path) -> None:
    outcome = trainer(tmp_path, make=Simple).run(minutes=0.0)
    assert (outcome.reason, outcome.steps) == ("time", 0)
    assert not (tmp_path / NAME).exists()
    assert trainer(tmp_path, make=Simple).run().reason == "finished"
    done = trainer(tmp_path, make=Simple).run()  # nothing is left to do
    assert (done.reason, done.epochs) == ("finished", 3)


def test_the_seed_decides_and_nothing_else_does(tmp_path: Path) -> None:
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        torch.manual_seed(len(name) + seed + 5)
        trainer(tmp_path / name, seed=seed, epochs=1).run()
    assert same(tensors_of(tmp_path / "a"), tensors_of(tmp_path / "b"))
    assert not same(tensors_of(tmp_path / "a"), tensors_of(tmp_path / "c"))


def test_a_network_learns_what_the_toy_was_told(tmp_path: Path) -> None:
    trainer(tmp_path, epochs=12).run()
    lines = lines_of(tmp_path)
    assert lines[-1]["loss/total"] < 0.8 * lines[0]["loss/total"]
    found = read_checkpoint(tmp_path)
    assert found.trained["metrics"]["held_out/total"] == min(line["held_out/total"] for line in lines)
    assert found.trained["rows"] == 96


def spoilt(*rows: int) -> Data:
    """The toy's rows, some with a number that is none."""
    data = toy_data()
    conditions = data.rows.conditions.copy()
    conditions[list(rows)] = np.nan
    return dataclasses.replace(data, rows=dataclasses.replace(data.rows, conditions=conditions))


def test_a_batch_with_nan_is_skipped_and_counted(tmp_path: Path) -> None:
    train, _ = toy_data().rows.split(0.2)
    outcome = trainer(tmp_path, data=spoilt(int(train[0]))).run()
    assert outcome.reason == "finished"
    assert 1 <= outcome.skipped <= 3  # in each epoch at most one batch holds it
    assert outcome.remarks == (
        f"{outcome.skipped} of {outcome.steps} steps were skipped, since a number was not finite",
    )
    assert lines_of(tmp_path)[-1]["skipped"] == outcome.skipped
    assert all(bool(torch.isfinite(tensor).all()) for tensor in tensors_of(tmp_path).values())


def test_a_skipped_step_changes_nothing(tmp_path: Path) -> None:
    def broken(step: int, loss: Tensor) -> Tensor:
        return loss * math.nan if step == 0 else loss

    begun = trainer(tmp_path, make=lambda: Simple(broken))
    before = {name: tensor.clone() for name, tensor in begun.learner.network.state_dict().items()}

    def press(_: Progress) -> None:
        raise KeyboardInterrupt

    begun.on_progress = press
    with pytest.raises(KeyboardInterrupt):
        begun.run()
    assert (begun.position.step, begun.position.skipped) == (1, 1)
    after = begun.learner.network.state_dict()
    assert same({name: tensor.clone() for name, tensor in after.items()}, before)


def test_a_loss_that_diverges_stops_with_the_best_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "MANY", 4)

    def breaking(step: int, loss: Tensor) -> Tensor:
        return loss * math.inf if step >= 4 else loss  # after the first epoch

    outcome = trainer(tmp_path, make=lambda: Simple(breaking), epochs=9).run()
    assert (outcome.reason, outcome.epochs, outcome.best_epoch) == ("diverged", 1, 1)
    assert "the loss diverged (it was not finite for 4 steps in a row)" in outcome.remarks[0]
    assert "of epoch 1" in outcome.remarks[0]
    assert read_checkpoint(tmp_path).trained["epochs"] == 1
    again = trainer(tmp_path, make=Simple, epochs=9).run()
    assert (again.reason, again.steps) == ("diverged", outcome.steps)


def test_one_that_diverges_at_once_leaves_nothing_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(early, "MANY", 3)
    for _ in range(2):  # the same again says the same
        with pytest.raises(EstimatorError, match=r"diverged in epoch 1.* lower --lr"):
            trainer(tmp_path, make=lambda: Simple(lambda _, loss: loss * math.nan)).run()
    assert not (tmp_path / NAME).exists()


def test_it_stops_early_where_nothing_gets_better(tmp_path: Path) -> None:
    outcome = trainer(tmp_path, make=Simple, lr=1e-9, epochs=50, patience=2, ema=0.0).run()
    assert outcome.reason == "early"
    assert outcome.epochs < 50
    assert outcome.epochs == outcome.best_epoch + 2


def test_another_recipe_or_other_rows_are_refused(tmp_path: Path) -> None:
    trainer(tmp_path, epochs=1).run()
    kept = (tmp_path / state.NAME).read_bytes()
    with pytest.raises(
        EstimatorError, match=r"another training: learning rate here 0.5, there 0.01; seed here 3, "
    ):
        trainer(tmp_path, epochs=1, lr=0.5, seed=3)
    data = toy_data()
    files = ({**data.files[0], "content": "another"},)
    with pytest.raises(EstimatorError, match="the rows that it learns from are others"):
        trainer(tmp_path, epochs=1, data=dataclasses.replace(data, files=files))
    assert (tmp_path / state.NAME).read_bytes() == kept


def test_a_state_that_is_cut_off_is_refused(tmp_path: Path) -> None:
    trainer(tmp_path, epochs=1).run()
    path = tmp_path / state.NAME
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(EstimatorError, match="damaged or cut off"):
        trainer(tmp_path, epochs=1)


def test_too_few_rows_are_told() -> None:
    with pytest.raises(EstimatorError, match="too few"):
        trainer(Path("nowhere"), held_out=1e-4)


def test_where_there_is_no_gpu_one_is_told_once(tmp_path: Path) -> None:
    if torch.cuda.is_available():
        pytest.skip("there is one")
    assert trainer(tmp_path, device="auto").remarks == ("no GPU here: it trains on the processor",)
    with pytest.raises(EstimatorError, match="PyTorch sees none"):
        trainer(tmp_path / "b", device="cuda")
