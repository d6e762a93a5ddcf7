"""The loop that trains a network.

Stopped in any way it goes on where its last state was written, and ends with the same weights, bit for bit, as if it
had never stopped (on a CPU; a GPU adds in no fixed order). Nothing is random but by the number of a step.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.training.batches import I64, batch_of, n_steps, noise_seed, shuffled
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import Stage, stage_of
from patchpilot.estimators.training.early import EarlyStopping
from patchpilot.estimators.training.ema import Ema
from patchpilot.estimators.training.folder import alone, check_alone, check_same
from patchpilot.estimators.training.gcwd import Gcwd
from patchpilot.estimators.training.history import line_of, trained_so_far
from patchpilot.estimators.training.kept import Kept
from patchpilot.estimators.training.loss import loss_of
from patchpilot.estimators.training.precision import Precision
from patchpilot.estimators.training.progress import Outcome, Pace, Progress
from patchpilot.estimators.training.rows import Rows
from patchpilot.estimators.training.schedule import Schedule
from patchpilot.estimators.training.source import Source, batch_of_rows
from patchpilot.estimators.training.state import Learner, Position
from patchpilot.estimators.training.steps import Steps
from patchpilot.estimators.training.tracking import Lines, Tracker
from patchpilot.files import make_folder, uninterrupted
from patchpilot.space.canonical import Json

SAVE_S = 600.0
"""Seconds after which the state is written in the midst of an epoch: what a power cut may cost."""
_FIRST_WEIGHTS = -2
"""Sets these random numbers apart from those of steps."""
_log = logging.getLogger(__name__)


@dataclass(eq=False)
class Trainer:
    """A training in a folder; made again with the same arguments it goes on.

    Args:
        config: the recipe.
        source: of the rows.
        stages: of the curriculum.
        make: makes the untrained network, with PyTorch's own random numbers.
        folder: where it is kept; made where it is missing.
        trackers: who is told of each epoch, beside `training.jsonl`.
        on_progress: called after each step.
        proxy: file of the proxy that the recipe names, if it does.
        facts: what else the checkpoint shall say about how it was trained (the command).

    Attributes:
        learner: the network, and all that changes with it.
        diverged: why it did, in this run.

    Raises:
        EstimatorError: the folder holds another training, or is damaged; the proxy is another, or of another codec.
        OutputError: the folder cannot be made, or another training runs in it.
    """

    config: TrainConfig
    source: Source
    stages: Sequence[Stage]
    make: Callable[[], Any]
    folder: Path
    trackers: Sequence[Tracker] = ()
    on_progress: Callable[[Progress], None] = lambda _: None
    proxy: Path | None = None
    facts: Mapping[str, Json] = field(default_factory=dict)
    diverged: str = field(default="", init=False)

    def __post_init__(self) -> None:
        check_alone(make_folder(self.folder))
        check_same(self.folder, self.config, self.source.identity)
        self._recipe = {"config": self.config.to_json(), "data": self.source.identity}
        rows = [self.source.n_rows(stage_of(self.stages, epoch)) for epoch in range(self.config.epochs)]
        total = sum(n_steps(n, self.config.batch) for n in rows)
        self._schedule = Schedule(self.config.lr, self.config.warm_up, total)
        self._precision = Precision(self.config.device)
        loss = loss_of(self.config, self.proxy, self.source.codec, self._precision.device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(noise_seed(self.config.seed, _FIRST_WEIGHTS))
            network = self.make().to(self._precision.device, memory_format=torch.channels_last)
        self.learner = Learner(
            network,
            Ema(network, self.config.ema),
            Gcwd(network, lr=self.config.lr, weight_decay=self.config.weight_decay, clip=self.config.clip),
            Position(stopping=EarlyStopping(self.config.patience)),
        )
        self._kept = Kept(self.folder, self._recipe, self.learner, self._precision)
        self._steps = Steps(self.learner, self._precision, self.config.seed, loss)
        self._lines: Sequence[Tracker] = (Lines(self.folder), *self.trackers)
        self._pace = Pace(self._schedule.steps, self.config.batch)
        self._written = time.monotonic()

    @property
    def position(self) -> Position:
        """Where it stands."""
        return self.learner.position

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know before it begins."""
        found = [self._precision.remark]
        if self.position.step:
            found.append(f"goes on from epoch {self.position.epoch + 1}, step {self.position.at + 1}")
        return tuple(remark for remark in found if remark)

    def run(self, minutes: float | None = None) -> Outcome:
        """Train until it is done, or for a while.

        Args:
            minutes: after which it is to stop; the same again goes on.

        Raises:
            EstimatorError: the loss diverged before there was a checkpoint; or another training went on in the folder.
            KeyboardInterrupt: it was interrupted; the state is written first.
            OutputError: the folder cannot be written, or another training runs in it.
        """
        with alone(self.folder):
            self._kept.check_mine()
            return self._run(math.inf if minutes is None else time.monotonic() + 60.0 * minutes)

    def _run(self, until: float) -> Outcome:
        self._begin()
        reason = "interrupted"
        try:
            with torch.random.fork_rng(devices=[]):
                while not self.position.ended:
                    if not self._epoch(until):
                        reason = "time"
                        self._write()
                        break
                else:
                    reason = self.position.ended
        except KeyboardInterrupt:
            self._write()
            raise
        finally:
            for tracker in self._lines:
                tracker.end(reason)
        if reason == "diverged" and self.position.stopping.best_epoch < 0:
            raise EstimatorError(
                f"the loss diverged in epoch 1{f' ({self.diverged})' if self.diverged else ''}, so there is nothing to "
                "keep: train with a lower --lr into another folder"
            )
        return Outcome.of(self.position, reason, self.diverged)

    def _begin(self) -> None:
        names = self.position.tracker.split(",") if self.position.tracker else [""] * len(self._lines)
        if len(names) != len(self._lines):
            names = [""] * len(self._lines)
        plain = self.config.to_json()
        self.position.tracker = ",".join(
            tracker.begin(plain, name) for tracker, name in zip(self._lines, names, strict=True)
        )

    def _epoch(self, until: float) -> bool:
        """The rest of the epoch at hand; False where time was over."""
        position = self.position
        stage = stage_of(self.stages, position.epoch)
        rows, indices = self.source.epoch(position.epoch, stage)
        order = shuffled(indices, seed=self.config.seed, epoch=position.epoch)
        steps = n_steps(len(order), self.config.batch)
        self.learner.network.train()
        while position.at < steps:
            if time.monotonic() >= until:
                return False
            some = batch_of(order, step=position.at, batch=self.config.batch)
            with uninterrupted():
                self._pace.heard(len(some))
                self._steps.step(self._batch(rows, some), self._schedule(position.step))
            self.on_progress(self._pace.progress(position, self.config.epochs, stage.name, steps))
            if reason := position.divergence.reason:
                self._diverged(reason)
                return True
            if time.monotonic() - self._written > SAVE_S:
                self._write()
        held = self._held_out()
        with uninterrupted():
            self._finish_epoch(stage, held)
        return True

    def _batch(self, rows: Rows, some: I64) -> Batch:
        return batch_of_rows(rows, some, self.source.codec, self._precision.device)

    def _held_out(self) -> dict[str, float]:
        """Mean losses of the mean weights over the held-out rows."""
        rows, held = self.source.held
        starts = range(0, len(held), self.config.batch)
        return self._steps.held_out(
            self._batch(rows, held[start : start + self.config.batch]) for start in starts
        )

    def _finish_epoch(self, stage: Stage, held: Mapping[str, float]) -> None:
        """Keep what an epoch brought."""
        position = self.position
        if not math.isfinite(held["total"]):
            self._diverged(f"the held-out one was {held['total']} after epoch {position.epoch + 1}")
            return
        is_last = stage is self.stages[-1]
        is_best = position.stopping.heard(held["total"], position.epoch, counts=is_last)
        position.history.append(line_of(position, stage.name, self._schedule(position.step), held))
        position.epoch, position.at, position.sums = position.epoch + 1, 0, {}
        if position.epoch == self.config.epochs:
            position.ended = "finished"
        elif is_last and position.stopping.is_over:
            position.ended = "early"
        if is_best:
            self._kept.write_best(self.config.network, self.source.codec, self.trained())
        self._write()
        for tracker in self._lines:
            tracker.epoch(position.history)

    def _diverged(self, reason: str) -> None:
        """Stop for good; the best checkpoint so far stays."""
        position = self.position
        position.ended = "diverged"
        _log.info("the loss diverged in step %d: %s", position.step, reason)
        self.diverged = reason
        self._write()

    def trained(self) -> dict[str, Json]:
        """How the network of the checkpoint was trained, and how well it does."""
        return {**self._recipe, **trained_so_far(self.position, self.source), **self.facts}

    def _write(self) -> None:
        self._kept.write()
        self._written = time.monotonic()
