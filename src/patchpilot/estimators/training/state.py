"""Where a training stands, in one file, so that going on from it is as if it had never stopped."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor
from patchpilot.estimators.training.checkpoint import check_format, fill, part
from patchpilot.estimators.training.early import Divergence, EarlyStopping
from patchpilot.estimators.training.ema import Ema
from patchpilot.estimators.training.files import read_tensors, write_tensors
from patchpilot.estimators.training.gcwd import Gcwd
from patchpilot.space.canonical import Json

FORMAT = "patchpilot-training-1"
NAME = "state.safetensors"
"""Its name in the folder of a training."""
_NOUN = "the state of a training"
_WEIGHTS, _MEAN, _MOMENTS = "weights/", "mean/", "moments/"


@dataclass
class Position:
    """Where a training stands, but its tensors. There are no random numbers: each step's are a function of its number.

    Attributes:
        step: steps that were made, of all epochs.
        epoch: the epoch at hand, from 0.
        at: steps that were made in it.
        sums: sum of each loss over those steps, by name, without what was skipped.
        skipped: steps without an effect since something was not finite, of all epochs.
        seconds: of work, of all runs.
        stopping: held-out losses.
        divergence: losses of steps.
        history: a line for each epoch that is done.
        ended: why there is nothing left to do ("finished", "early", "diverged"), "" where there is.
        scaler: of mixed precision with 16-bit floats.
        tracker: what a tracker wants to be told again (the name of a run).
    """

    step: int = 0
    epoch: int = 0
    at: int = 0
    sums: dict[str, float] = field(default_factory=dict)
    skipped: int = 0
    seconds: float = 0.0
    stopping: EarlyStopping = field(default_factory=lambda: EarlyStopping(0))
    divergence: Divergence = field(default_factory=Divergence)
    history: list[dict[str, Json]] = field(default_factory=list)
    ended: str = ""
    scaler: dict[str, Json] = field(default_factory=dict)
    tracker: str = ""

    def to_json(self) -> Json:
        """Plain JSON; `from_json` reads it."""
        stopping = {**vars(self.stopping), "best": str(self.stopping.best)}
        return {**vars(self), "stopping": stopping, "divergence": self.divergence.to_json()}

    @classmethod
    def from_json(cls, data: Json) -> Position:
        """The inverse of `to_json`.

        Raises:
            EstimatorError: a part is missing.
        """
        try:
            stopping = EarlyStopping(**{**data["stopping"], "best": float(data["stopping"]["best"])})
            divergence = Divergence.from_json(data["divergence"])
            return cls(**{**data, "stopping": stopping, "divergence": divergence})
        except (KeyError, TypeError, ValueError) as error:
            raise EstimatorError(f"the state of the training is damaged: {error!r}") from None


@dataclass(eq=False)
class Learner:
    """What changes while a network is trained.

    Attributes:
        network: that is trained.
        mean: its mean weights.
        optimiser: changes it.
        position: where the training stands.
    """

    network: Any
    mean: Ema
    optimiser: Gcwd
    position: Position

    def write(self, path: Path, recipe: Json) -> None:
        """Write all of it.

        Args:
            path: of the file.
            recipe: what it is a training of.

        Raises:
            OutputError: the place cannot be written; what was there before still is.
        """
        tensors: dict[str, Tensor] = {}
        for prefix, some in (
            (_WEIGHTS, self.network.state_dict()),
            (_MEAN, self.mean.network.state_dict()),
            (_MOMENTS, self.optimiser.tensors()),
        ):
            tensors |= {prefix + name: tensor for name, tensor in some.items()}
        write_tensors(
            path, tensors, {"format": FORMAT, "recipe": recipe, "position": self.position.to_json()}
        )

    def restore(self, path: Path) -> None:
        """Go on from a file.

        Raises:
            EstimatorError: it is damaged, a pickle, or of another network.
        """
        tensors, about = read_state(path)
        self.position = Position.from_json(about.get("position"))
        fill(self.network, part(tensors, _WEIGHTS))
        fill(self.mean.network, part(tensors, _MEAN))
        try:
            self.optimiser.restore(part(tensors, _MOMENTS))
        except KeyError as error:
            raise EstimatorError(f"{path} is damaged: its moments are of another network ({error})") from None


def read_state(path: Path) -> tuple[dict[str, Tensor], Any]:
    """Tensors, and "recipe" and "position" of a state's file; raises `EstimatorError`."""
    tensors, about = read_tensors(path, noun=_NOUN)
    check_format(path, about, FORMAT)
    if "recipe" not in about or "position" not in about:
        raise EstimatorError(f"{path} is damaged: it does not say what it is the state of")
    return tensors, about


def copied(position: Position) -> Position:
    """Another that does not change with it."""
    return dataclasses.replace(
        position,
        sums=dict(position.sums),
        history=list(position.history),
        stopping=dataclasses.replace(position.stopping),
        divergence=dataclasses.replace(position.divergence),
    )
