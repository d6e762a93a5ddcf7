"""A training by reinforcement in a folder: it may be stopped at any update, and goes on as if it had not been.

reinforce("flow", "flow-rl", sounds, vital, Reinforcement(), updates=200)

The folder holds what a training's does: `checkpoint.safetensors`, `state.safetensors`, `training.jsonl`.
"""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from patchpilot.audio import Target, listen
from patchpilot.errors import AudioError, EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.hearing import hearing
from patchpilot.estimators.networks.batch import Batch
from patchpilot.estimators.networks.heads.flow import Flow
from patchpilot.estimators.own_assets import assets_of
from patchpilot.estimators.training import checkpoint, state
from patchpilot.estimators.training.batches import shuffled
from patchpilot.estimators.training.files import write_tensors
from patchpilot.estimators.training.folder import alone
from patchpilot.estimators.training.reinforcement import PolicyGradient, Reinforcement, Update
from patchpilot.estimators.training.rows import read_rows
from patchpilot.estimators.training.source import batch_of_rows
from patchpilot.files import make_folder, uninterrupted, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.space.canonical import Json, canonical_json

KEEP_EVERY = 10
"""Updates after which the state is written."""
_BATCH = 32
"""Rows of the instrument's own in an update."""
_WEIGHTS, _MOMENTS = "weights/", "moments/"


def targets_of(sounds: Sequence[Path]) -> tuple[list[Target], dict[Path, str]]:
    """Files as targets, and why others cannot be.

    Raises:
        AudioError: none can.
    """
    found, refused = [], {}
    for path in sounds:
        try:
            found.append(listen(path))
        except AudioError as error:
            refused[path] = str(error)
    if not found:
        raise AudioError(
            f"none of {len(sounds)} files is a sound to learn from: {'; '.join(list(refused.values())[:3])}"
        )
    return found, refused


def reinforce(
    start: Path | str,
    out: Path | str,
    targets: Sequence[Target],
    instrument: Instrument,
    config: Reinforcement,
    *,
    updates: int = 200,
    minutes: float | None = None,
    data: Sequence[Path] = (),
    facts: Mapping[str, Json] | None = None,
    on_update: Callable[[Update], None] = lambda _: None,
) -> int:
    """Have an estimator learn from sounds without labels; goes on where an earlier run was stopped.

    Args:
        start: folder of the training whose checkpoint it begins with; a flow.
        out: folder to write.
        targets: sounds to come close to.
        instrument: that plays.
        config: how.
        updates: after which it is done.
        minutes: after which it stops; the same call goes on.
        data: datasets of the instrument's own sounds, that it may not forget; none for no such part.
        facts: what else the checkpoint shall say.
        on_update: called after each.

    Returns:
        How many updates were made in all.

    Raises:
        EstimatorError: `start` is no flow, or damaged, or of another instrument; `out` holds something else.
        KeyboardInterrupt: interrupted; the state is written first.
        OutputError: `out` cannot be written, or another training runs in it.
    """
    begun = checkpoint.read_checkpoint(start, space=instrument.space)
    flow, before = begun.network(), begun.network()
    if not isinstance(flow, Flow):
        raise EstimatorError(f"expected an estimator with the head flow in {start}, got {begun.config.head}")
    place = Path(start)
    learned_in = place if place.is_dir() else place.parent
    assets = assets_of(begun.codec, instrument, folder=learned_in, datasets=data)
    folder = make_folder(Path(out))
    recipe = {
        "config": dataclasses.asdict(config),
        "start": begun.codec.sha256,
        "sounds": [str(target.source) for target in targets],
    }
    with alone(folder):
        learner = PolicyGradient(
            flow, instrument, assets.__getitem__, targets, config, _own(data, instrument, begun), before
        )
        kept = _Kept(folder, begun, recipe, facts or {})
        kept.restore(learner)
        until = None if minutes is None else time.monotonic() + 60.0 * minutes
        try:
            while learner.n_updates < updates and (until is None or time.monotonic() < until):
                with uninterrupted():
                    update = learner.update()
                    kept.history.append(dataclasses.asdict(update))
                    on_update(update)
                    if learner.n_updates % KEEP_EVERY == 0:
                        kept.write(learner)
        finally:
            with uninterrupted():
                kept.write(learner)
        return learner.n_updates


def _own(
    data: Sequence[Path], instrument: Instrument, begun: checkpoint.Checkpoint
) -> Callable[[int], Batch] | None:
    """Batches of the instrument's own sounds, by the number of the update."""
    if not data:
        return None
    read = read_rows(data, instrument.space, codec=begun.codec, hears=hearing(begun.config))

    def batch(number: int) -> Batch:
        per_epoch = max(len(read.rows) // _BATCH, 1)
        order = shuffled(read.rows.split(0.02)[0], seed=0, epoch=number // per_epoch)
        at = (number % per_epoch) * _BATCH
        return batch_of_rows(read.rows, order[at : at + _BATCH], begun.codec, "cpu")

    return batch


class _Kept:
    """What the folder holds."""

    def __init__(
        self, folder: Path, begun: checkpoint.Checkpoint, recipe: Mapping[str, Any], facts: Mapping[str, Json]
    ) -> None:
        self._folder, self._begun, self._facts = folder, begun, dict(facts)
        self._recipe = json.loads(canonical_json(dict(recipe)))
        self.history: list[dict[str, Json]] = []

    def restore(self, learner: PolicyGradient) -> None:
        """Go on from what is there."""
        path = self._folder / state.NAME
        if not path.exists():
            return
        tensors, about = state.read_state(path)
        if about["recipe"] != self._recipe:
            raise EstimatorError(f"{self._folder} holds another training: name another folder with --out")
        checkpoint.fill(learner.flow, checkpoint.part(tensors, _WEIGHTS))
        learner.optimiser.restore(checkpoint.part(tensors, _MOMENTS))
        self.history = list(about["position"]["history"])
        learner.n_updates = len(self.history)

    def write(self, learner: PolicyGradient) -> None:
        """The state, the checkpoint, and a line for each update."""
        tensors = {_WEIGHTS + name: tensor for name, tensor in learner.flow.state_dict().items()}
        tensors |= {_MOMENTS + name: torch.as_tensor(t) for name, t in learner.optimiser.tensors().items()}
        about = {"format": state.FORMAT, "recipe": self._recipe, "position": {"history": self.history}}
        write_tensors(self._folder / state.NAME, tensors, about)
        trained = {
            **self._begun.trained,
            "reinforced": {**self._recipe, **self._facts, "updates": learner.n_updates},
        }
        checkpoint.write_checkpoint(
            self._folder / checkpoint.NAME,
            learner.flow,
            learner.flow,
            self._begun.config,
            self._begun.codec,
            trained,
        )
        lines = "".join(canonical_json(line) + "\n" for line in self.history)
        write_text(self._folder / "training.jsonl", lines)
