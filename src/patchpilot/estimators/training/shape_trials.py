"""The shapes that were tried in a search, on the disk: a line for each, after one that says what all have in common."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from patchpilot.errors import EstimatorError
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.source import Source
from patchpilot.files import write_text
from patchpilot.space.canonical import Json, canonical_json

FILE, TRIALS = "search.jsonl", "trials"
Ended = Literal["finished", "pruned", "failed"]


@dataclass(frozen=True)
class Trial:
    """A shape that was tried.

    Attributes:
        number: from 0.
        shape: as `TrainConfig.shape` has it.
        ended: "finished" (or early, for it got no better), "pruned" (worse than the median), or "failed".
        losses: held-out loss after each epoch.
        weights: how many numbers its network has.
        seconds: of training.
        why: it failed.
    """

    number: int
    shape: str
    ended: Ended
    losses: tuple[float, ...]
    weights: int
    seconds: float
    why: str = ""

    @property
    def best(self) -> float:
        """Lowest held-out loss; infinity where there is none."""
        return min(self.losses, default=math.inf)


def ranked(done: Sequence[Trial]) -> list[Trial]:
    """The best first, then those that were pruned, then those that failed."""
    order = ("finished", "pruned", "failed")
    return sorted(done, key=lambda trial: (order.index(trial.ended), trial.best, trial.number))


def _head(config: TrainConfig, source: Source) -> dict[str, Json]:
    """What all trials have in common; the device does not count."""
    return {"config": {**config.to_json(), "device": ""}, "data": source.identity}


def begun(out: Path, config: TrainConfig, source: Source) -> list[Trial]:
    """The trials that are done, in their order; a search that is new is written down.

    Raises:
        EstimatorError: the folder holds another search or other things, or is damaged.
        OutputError: it cannot be written.
    """
    path = out / FILE
    if not path.exists():
        if others := sorted(
            found.name for found in out.iterdir() if found.name not in (TRIALS, "training.lock")
        ):
            raise EstimatorError(f"{out} holds other things ({others[0]}, …): name another folder with --out")
        write(out, config, source, [])
        return []
    try:
        head, *lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        done = [Trial(**{**line, "losses": tuple(line["losses"])}) for line in lines]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise EstimatorError(f"{path} is damaged: {error}") from None
    if canonical_json(head) != canonical_json(_head(config, source)):
        raise EstimatorError(
            f"{out} holds another search: of another recipe or other rows. It stays as it is: name another folder with "
            "--out"
        )
    return done


def write(out: Path, config: TrainConfig, source: Source, done: Sequence[Trial]) -> None:
    """Write all of it; raises `OutputError`."""
    lines = [_head(config, source), *(dataclasses.asdict(trial) for trial in done)]
    write_text(out / FILE, "".join(f"{canonical_json(line)}\n" for line in lines))


def tidied(out: Path, done: Sequence[Trial]) -> None:
    """The networks of all but the best are not needed; a recipe makes them again."""
    best = ranked(done)[0].number
    for trial in done:
        if trial.number != best:
            shutil.rmtree(out / TRIALS / f"{trial.number:03d}", ignore_errors=True)
