"""An experiment in its folder: run, stopped anywhere, gone on with to the same result.

    with Session(experiment, folder) as session:
        made = session.run()

The folder holds `experiment.toml`, `inputs/` (copies of the target and the base), `trace.jsonl.gz` with `assets/` (all
that was tried), `progress.json`, and the state of those who learn.
"""

from __future__ import annotations

import itertools
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from threadpoolctl import threadpool_limits

from patchpilot import __version__
from patchpilot.datasets.storage.lock import Lock
from patchpilot.errors import ParameterError
from patchpilot.experiment import snapshot
from patchpilot.experiment.building import Cast, Providers, cast, opened_bank
from patchpilot.experiment.experiment import Experiment
from patchpilot.experiment.folder import FILE, settled
from patchpilot.experiment.recorder import EVERY_S, Recorder
from patchpilot.experiment.result import Ending, Run
from patchpilot.experiment.run import run
from patchpilot.experiment.snapshot import Progress
from patchpilot.files import make_folder
from patchpilot.search.base import Outcome, Searcher

if TYPE_CHECKING:
    from patchpilot.bank.bank import Bank
    from patchpilot.estimators.training.tracking import Tracker


@dataclass(frozen=True, eq=False)
class Made:
    """What a part of a run came to.

    Attributes:
        run: the best takes, and how it ended.
        progress: where it stands on the disk.
        folder: where that is.
    """

    run: Run
    progress: Progress
    folder: Path


class Session:
    """An experiment in its folder. Whoever makes one closes it.

    Args:
        experiment: what is run.
        folder: where; made if it is missing. One that holds this experiment already is gone on with.
        bank: that takes go to, if it is open already; else the experiment's is opened.
        workers: processes that render; they change how long it takes, not what comes of it.
        tracker: who is told of each snapshot.
        providers: of what the experiment's parts ask for and it does not know.
        every_s: seconds between snapshots, at least.

    Attributes:
        experiment: as it is in the folder.
        bank: that takes go to, if there is one.
        cast: instrument, searcher and objective.
        progress: where it stands on the disk.
        was_interrupted: whether the system asked it to end, as by Ctrl-C.

    Raises:
        OutputError: the folder holds another experiment, is in use, or cannot be written to.
        ParameterError: it is damaged, or a part of the experiment cannot be made.
        PatchPilotError: the bank, the instrument or the target cannot be opened.
    """

    def __init__(
        self,
        experiment: Experiment,
        folder: Path,
        *,
        bank: Bank | None = None,
        workers: int | None = None,
        tracker: Tracker | None = None,
        providers: Providers | None = None,
        every_s: float = EVERY_S,
    ) -> None:
        self.folder, self._tracker, self._every_s = folder, tracker, every_s
        self._stopping = self.is_paused = self.was_interrupted = False
        self._stack = ExitStack()
        try:
            make_folder(folder)
            busy = f"{folder} is being run by another process; wait until that ends, or name another folder"
            self._stack.callback(Lock(folder / FILE, busy=busy).release)
            self.experiment = settled(experiment, folder)
            self.bank = opened_bank(self.experiment, self._stack) if bank is None else bank
            self.progress = self._begun()
            self.cast: Cast = cast(
                self.experiment,
                self._stack,
                workers=workers,
                bank=self.bank,
                bank_size=self.progress.bank_size,
                providers=providers,
            )
        except BaseException:
            self._stack.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give back the instrument, the bank and the folder."""
        self._stack.close()

    def stop(self) -> None:
        """End after this batch; any thread may ask for it."""
        self._stopping = True
        if hasattr(self.searcher, "close"):  # one that waits for somebody must not wait on
            self.searcher.close()

    @property
    def searcher(self) -> Searcher:
        """Who chooses, without the roles that are before it."""
        return self.cast.searcher if self.cast.roles is None else self.cast.roles.searcher

    def pause(self, paused: bool = True) -> None:
        """Wait after this batch, or go on; any thread may ask for it."""
        self.is_paused = paused

    def banked(self, outcome: Outcome) -> int:
        """The number of a take in the bank; it is put there, for somebody has something to say of it.

        Raises:
            BankError: it could not be kept.
            ParameterError: there is no bank, or no take.
        """
        if self.bank is None or outcome.take is None:
            raise ParameterError(
                'this experiment has no bank to keep takes in: say `bank = "default"` in its file'
            )
        number = self.bank.append(outcome.take, scores=outcome.scores, experiment=self.experiment.name)
        self.bank.flush()
        return number

    def run(
        self, *, minutes: float | None = None, on_outcome: Callable[[Outcome], None] = lambda _: None
    ) -> Made:
        """Run it to its end, or go on with it. Ctrl-C ends it after the batch; a second one at once.

        Args:
            minutes: > 0, of this part, which is one batch at least; the run can be gone on with afterwards.
            on_outcome: called after each patch, in the order in which they are ready.

        Raises:
            BankError: a take could not be kept.
            OutputError: a snapshot cannot be written.
            ParameterError: the trace is damaged.
        """
        log = Recorder(
            self.folder,
            self.experiment,
            self.cast,
            self.bank,
            self.progress,
            tracker=self._tracker,
            every_s=self._every_s,
        )
        before, budget = log.before, self.experiment.budget
        if log.progress.ended == "done" or before.n_renders >= budget.renders:
            ended: Ending = "done" if log.progress.ended == "done" else "budget"
            if not log.progress.ended:  # killed after the last batch, and before it could say so
                log.snapshot(ended)
                self.progress = log.progress
            made = Run(before.best, (), before.n_renders, before.seconds, ended)
            return Made(made, log.progress, self.folder)

        until = float("inf") if minutes is None else time.monotonic() + 60.0 * minutes
        batches = itertools.count()

        def stop() -> bool:
            is_first = next(batches) == 0  # however short the time, something is done in it
            while self.is_paused and not self._stopping and time.monotonic() < until:
                time.sleep(0.02)
            if not self._stopping and (is_first or time.monotonic() < until):
                return False
            self._opened_again()
            if log.is_behind:
                log.snapshot()
            return True

        # Threads of the linear algebra would only fight the workers for the processor.
        with self._interrupts(), threadpool_limits(1):
            try:
                made = run(
                    self.cast.searcher,
                    self.cast.objective,
                    self.cast.context,
                    budget=budget,
                    batch=self.experiment.batch,
                    keep=self.experiment.keep.best,
                    state=log.state,
                    stop=stop,
                    on_outcome=on_outcome,
                    log=log,
                    before=before,
                )
            except KeyboardInterrupt:  # before there was a take
                made = Run((), (), before.n_renders, before.seconds, "interrupted")
        if made.ended != "interrupted":
            log.snapshot("" if self._opened_again() else made.ended)
        if self._tracker is not None:
            self._tracker.end("interrupted" if made.ended == "interrupted" else "finished")
        self.progress = log.progress
        return Made(made, log.progress, self.folder)

    def _opened_again(self) -> bool:
        """Whether we closed a searcher that waits for somebody; it may be gone on with."""
        state = getattr(self.searcher, "state", None)
        if not (self._stopping and getattr(state, "is_closed", False)):
            return False
        state.is_closed = False  # type: ignore[union-attr]  # it was there
        return True

    @contextmanager
    def _interrupts(self) -> Iterator[None]:
        """The first Ctrl-C, or the first request to end, waits for the batch; what comes then gets through."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

        def asked(number: int, _: Any) -> None:
            signal.signal(number, before[signal.Signals(number)])
            self.was_interrupted = True
            self.stop()

        for number in before:
            signal.signal(number, asked)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _begun(self) -> Progress:
        """Where it stands; a new run is on the disk at once, for that fixes what was in the bank before."""
        found = Progress.read(self.folder)
        if found is None:
            size = 0 if self.bank is None else max(self.bank.numbers(), default=0)
            found = Progress(bank_size=size, version=__version__, experiment=self.experiment.sha256)
            snapshot.write(self.folder, found, None)
        return found
