"""Writes down what a run does, so that it can be gone on with: the trace, snapshots, and what goes to the bank.

A snapshot is on the disk before the takes that it counts as kept go to the bank. A crash in between costs nothing:
whoever goes on banks them again, and a bank keeps a take of an experiment once.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot import __version__
from patchpilot.experiment import snapshot
from patchpilot.experiment.building import Cast
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.keeping import Keeping, Kept, Standing
from patchpilot.experiment.replaying import outcomes
from patchpilot.experiment.snapshot import Progress
from patchpilot.experiment.trace import TraceWriter
from patchpilot.files import uninterrupted
from patchpilot.search.base import Outcome

if TYPE_CHECKING:
    from patchpilot.bank.bank import Bank
    from patchpilot.estimators.training.tracking import Tracker

EVERY_S = 2.0
"""How often a run is put on the disk, at most; what came later is done again after a crash."""
_SHARE = 0.05
"""Part of the time that snapshots may take."""


class Recorder:
    """The log of a run. It goes on where the last one left it; without a state, from the beginning.

    Args:
        folder: of the run.
        experiment: that is run.
        cast: what it is run with; the objective is set to where it was.
        bank: that takes go to, if there is one.
        progress: where the run stands.
        tracker: who is told of each snapshot.
        every_s: seconds between snapshots, at least.

    Attributes:
        progress: where it stands on the disk.
        before: where it stood when this recorder was made.
        state: of the searcher at that time; None at the beginning.
    """

    def __init__(
        self,
        folder: Path,
        experiment: Experiment,
        cast: Cast,
        bank: Bank | None,
        progress: Progress,
        *,
        tracker: Tracker | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self._folder, self._experiment, self._cast, self._bank = folder, experiment, cast, bank
        self._tracker, self._every_s = tracker, every_s
        known = snapshot.read_state(folder, progress)
        if known is None:
            progress = Progress(
                bank_size=progress.bank_size, experiment=progress.experiment, tracked=progress.tracked
            )
        fingerprint = cast.context.instrument.fingerprint
        self.progress = dataclasses.replace(progress, version=__version__, fingerprint=fingerprint)
        self._trace = TraceWriter(folder, self.progress.trace_bytes)
        self._keeping = Keeping(experiment.keep, self._keep)
        self._n_steps = self.progress.n_steps
        self._new: list[tuple[dict[str, Any], Outcome]] = []
        best = outcomes(folder, self.progress, cast.context, self.progress.best)
        self._places = {id(outcome): place for place, outcome in best.items()}
        self._batch: dict[int, int] = {}
        self.before = self._standing = Standing(
            self.progress.n_renders, self.progress.seconds, tuple(best.values())
        )
        self.state = None
        if known is not None:
            self.state, cast.objective.state = known["searcher"], known["objective"]
            self._keeping.state = known["keeping"]
        self._bank_again()
        self._begin_tracking()
        self._next = time.monotonic() + every_s

    def batch(self, outcomes: Sequence[Outcome], standing: Standing) -> None:
        """As of `keeping.Log`: write down what came of a batch, and choose what is kept."""
        for outcome in outcomes:
            proposed = outcome.proposal.played(self._cast.context)
            self._trace.add(outcome, proposed if outcome.take is None else outcome.take.performance)
        self._batch = {id(outcome): self._n_steps + i for i, outcome in enumerate(outcomes)}
        self._n_steps += len(outcomes)
        places = self._places | self._batch
        self._places = {id(outcome): places[id(outcome)] for outcome in standing.best}
        self._standing = standing
        self._keeping.batch(outcomes, standing)
        if time.monotonic() >= self._next:
            self.snapshot()

    def snapshot(self, ended: str = "") -> None:
        """Put everything on the disk, then what was kept into the bank; between two batches only.

        Args:
            ended: "done" or "budget" at the end.

        Raises:
            BankError: a take could not be kept.
            OutputError: the disk is full or read-only.
        """
        began = time.monotonic()
        if self._bank is not None:
            self._bank.flush()  # what the last snapshot counts as kept is safe before this one says so
        best = [self._places[id(outcome)] for outcome in self._standing.best]
        self.progress = dataclasses.replace(
            self.progress,
            n_steps=self._n_steps,
            n_renders=self._standing.n_renders,
            seconds=self._standing.seconds,
            trace_bytes=self._trace.flush(),
            best=tuple(best),
            n_safe=len(self.progress.kept),
            kept=(*self.progress.kept, *(said for said, _ in self._new)),
            ended=ended,
        )
        with uninterrupted():
            snapshot.write(self._folder, self.progress, self._known())
        for _, outcome in self._new:
            self._to_bank(outcome)
        self._new = []
        if ended and self._bank is not None:
            self._bank.flush()
        self._track()
        now = time.monotonic()
        self._next = now + max(self._every_s, (now - began) / _SHARE)

    @property
    def is_behind(self) -> bool:
        """Whether batches came since the last snapshot."""
        return self._n_steps > self.progress.n_steps

    def _known(self) -> Any:
        """All that was learnt; None where the searcher cannot be gone on with."""
        state = getattr(self._cast.searcher, "state", None)
        if state is None:
            return None
        return {"searcher": state, "objective": self._cast.objective.state, "keeping": self._keeping.state}

    def _keep(self, kept: Kept) -> None:
        place = self._batch[id(kept.outcome)]
        said = {"step": place, "id": kept.take.id, "why": kept.why, "score": kept.outcome.score}
        self._new.append((said, kept.outcome))

    def _to_bank(self, outcome: Outcome) -> None:
        if self._bank is not None and outcome.take is not None:
            self._bank.append(outcome.take, scores=outcome.scores, experiment=self._experiment.name)

    def _bank_again(self) -> None:
        """What a crash may have kept from the bank."""
        missing = [kept["step"] for kept in self.progress.kept[self.progress.n_safe :]]
        if self._bank is not None:
            for outcome in outcomes(self._folder, self.progress, self._cast.context, missing).values():
                self._to_bank(outcome)

    def _begin_tracking(self) -> None:
        if self._tracker is not None:
            recipe = {
                "name": self._experiment.name,
                "instrument": self._experiment.instrument.kind,
                "searcher": self._experiment.searcher.kind,
                "objective": " + ".join(
                    f"{goal.weight:g} {goal.part.kind}" for goal in self._experiment.objective
                ),
                "seed": self._experiment.seed,
            }
            tracked = self._tracker.begin(recipe, self.progress.tracked)
            self.progress = dataclasses.replace(self.progress, tracked=tracked)

    def _track(self) -> None:
        if self._tracker is not None:
            best = self._standing.best
            line = {
                "epoch": self.progress.n_renders,
                "score": best[0].score if best else float("-inf"),
                "kept": len(self.progress.kept),
                "seconds": self.progress.seconds,
            }
            self._tracker.epoch([line])
