"""Where a training stands, and what came of it."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from patchpilot.estimators.training.state import Position


@dataclass(frozen=True)
class Progress:
    """Where a training stands, for whoever shows it.

    Attributes:
        epoch: the epoch at hand, from 1.
        epochs: of all.
        stage: of the curriculum.
        at: steps of the epoch that are done.
        steps: of the epoch.
        loss: mean over those of the epoch that are done; NaN before the first.
        held_out: lowest held-out loss so far; infinity before the first.
        skipped: steps without an effect, of all epochs.
        rows_per_s: of this run.
        left_s: seconds that are left at that rate.
    """

    epoch: int
    epochs: int
    stage: str
    at: int
    steps: int
    loss: float
    held_out: float
    skipped: int
    rows_per_s: float
    left_s: float


@dataclass(frozen=True)
class Outcome:
    """What came of a run.

    Attributes:
        reason: "finished", "early" (no better for long), "diverged" or "time" (the same again goes on).
        epochs: that are done.
        steps: that are done.
        skipped: steps without an effect.
        best: lowest held-out loss.
        best_epoch: its epoch, from 1.
        seconds: of work, of all runs.
        remarks: what a user should know.
    """

    reason: str
    epochs: int
    steps: int
    skipped: int
    best: float
    best_epoch: int
    seconds: float
    remarks: tuple[str, ...] = ()

    @classmethod
    def of(cls, position: Position, reason: str, diverged: str = "") -> Outcome:
        """What came of it.

        Args:
            position: where it stands.
            reason: why it ended.
            diverged: why it diverged, if that was now.
        """
        remarks = []
        if reason == "diverged":
            remarks.append(
                f"the loss diverged ({diverged or 'in an earlier run'}); what is kept is the best before, of "
                f"epoch {position.stopping.best_epoch + 1}: a lower --lr into another folder may go farther"
            )
        if position.skipped:
            remarks.append(
                f"{position.skipped} of {position.step} steps were skipped, since a number was not finite"
            )
        return cls(
            reason=reason,
            epochs=position.epoch,
            steps=position.step,
            skipped=position.skipped,
            best=position.stopping.best,
            best_epoch=position.stopping.best_epoch + 1,
            seconds=position.seconds,
            remarks=tuple(remarks),
        )


@dataclass
class Pace:
    """How quick this run is.

    Attributes:
        steps: of the whole training.
        batch: rows in a step.
        rows: that were heard in this run.
        began: when it did (`time.monotonic`).
    """

    steps: int
    batch: int
    rows: int = 0
    began: float = field(default_factory=time.monotonic)

    def heard(self, rows: int) -> None:
        """Some more rows were, or are about to be."""
        self.rows += rows

    def progress(self, position: Position, epochs: int, stage: str, steps: int) -> Progress:
        """Where it stands, after a step.

        Args:
            position: the same.
            epochs: of all.
            stage: of the curriculum.
            steps: of the epoch at hand.
        """
        rate = self.rows / max(time.monotonic() - self.began, 1e-9)
        n = position.sums.get("n", 0.0)
        return Progress(
            epoch=position.epoch + 1,
            epochs=epochs,
            stage=stage,
            at=position.at,
            steps=steps,
            loss=position.sums["total"] / n if n else math.nan,
            held_out=position.stopping.best,
            skipped=position.skipped,
            rows_per_s=rate,
            left_s=(self.steps - position.step) * self.batch / rate,
        )
