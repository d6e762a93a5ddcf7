"""A training of the retrieval embedding as it goes: an epoch at a time, judged and kept after each."""

from __future__ import annotations

import dataclasses
import json
import math
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot import __version__
from patchpilot.audio import F32
from patchpilot.errors import EstimatorError, OutputError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.embedding import checkpoint
from patchpilot.estimators.embedding.augmentation import augmented
from patchpilot.estimators.embedding.export import export
from patchpilot.estimators.embedding.measure import ranks, top
from patchpilot.estimators.embedding.network import EmbeddingNetwork
from patchpilot.estimators.embedding.pairs import Pairs, split
from patchpilot.estimators.embedding.settings import EmbeddingProgress, Settings
from patchpilot.files import write_text
from patchpilot.retrieval.description import FILE
from patchpilot.retrieval.embedding import quantised, restored
from patchpilot.retrieval.local_inputs import held
from patchpilot.space.canonical import Json

NAME = "heard"
LOG = "training.jsonl"
_EMBEDDED_AT_ONCE = 256
_WARM_UP = 0.05
"""Share of the steps in which the learning rate rises."""
_MOST_SKIPPED = 50
"""Steps in a row whose loss is no number, after which it has diverged."""


class Trainer:
    """A training as it goes.

    Args:
        pairs: what it learns from, and is judged with.
        settings: how.
        out: folder that it writes to.
        device: of PyTorch.
        losses: the losses of pytorch-metric-learning.

    Attributes:
        epoch: how many are done.
        log: a line of each.
        skipped: steps whose loss was no number.
    """

    def __init__(self, pairs: Pairs, settings: Settings, out: Path, device: str, losses: Any) -> None:
        self.pairs, self.settings, self.out, self.device = pairs, settings, out, device
        self.learned_from, self.judged_with = split(pairs, settings.seed)
        if len(self.learned_from) < 2:
            raise EstimatorError(
                f"expected at least 8 patches, got {len(pairs.patches)}: too few to learn from"
            )
        torch.manual_seed(settings.seed)
        self.network = EmbeddingNetwork(settings.network).to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=settings.rate, weight_decay=settings.decay
        )
        self.loss = losses.SupConLoss(temperature=settings.temperature)
        self.epoch, self.skipped, self.in_a_row = 0, 0, 0
        self.log: list[Json] = []
        self.steps = max(len(self.learned_from) // settings.batch, 1)

    @property
    def about(self) -> Json:
        """What must be equal where a training goes on."""
        said = dataclasses.asdict(self.settings)
        return {**said, "data": list(self.pairs.contents), "rows": len(self.pairs), "patchpilot": __version__}

    def resume(self) -> None:
        """Go on from the folder's checkpoint, if there is one.

        Raises:
            EstimatorError: it is damaged, or of another training.
            OutputError: the folder holds a finished embedding.
        """
        path = self.out / checkpoint.STATE
        if not path.exists():
            if (self.out / FILE).exists():
                raise OutputError(
                    f"{self.out} holds a finished embedding, which is kept: name another folder"
                )
            return
        tensors, about = checkpoint.load(path)
        others = [name for name, value in self.about.items() if about.get("settings", {}).get(name) != value]
        if others:
            raise EstimatorError(
                f"{path} is of another training: it differs in {', '.join(others)}. Give the same arguments and "
                "data, name another folder, or remove it"
            )
        checkpoint.restore(self.network, self.optimizer, tensors)
        self.epoch, self.skipped, self.log = about["epoch"], about["skipped"], about["log"]

    def one_epoch(self, began: float) -> EmbeddingProgress:
        """Hear every patch once; `began` is when the run did (`time.monotonic`).

        Raises:
            EstimatorError: the loss is no number any more.
        """
        rng = np.random.default_rng([self.settings.seed, 2, self.epoch])
        torch.manual_seed(int(rng.integers(2**31)))
        self.network.train()
        order = rng.permutation(self.learned_from)
        found = []
        for step in range(self.steps):
            patches = order[step * self.settings.batch : (step + 1) * self.settings.batch]
            self._set_rate(self.epoch * self.steps + step)
            found.append(self._step(patches, rng))
        self.epoch += 1
        top_1, top_10 = self.judge()
        losses = [loss for loss in found if math.isfinite(loss)]
        mean = float(np.mean(losses)) if losses else math.nan
        seconds = time.monotonic() - began
        return EmbeddingProgress(self.epoch, self.settings.epochs, mean, top_1, top_10, self.skipped, seconds)

    def _step(self, patches: npt.NDArray[np.intp], rng: np.random.Generator) -> float:
        """One step; its loss, which may be no number: then nothing was learned from it."""
        rows = [rng.permutation(self.pairs.patches[patch])[:2] for patch in patches]
        both = np.array([(pair[0], pair[-1]) for pair in rows]).T.ravel()
        heard, holds = augmented(self.pairs.sound(both), self.pairs.hold_s[both], rng)
        before = [
            buffer.clone() for buffer in self.network.buffers()
        ]  # running means, which a NaN would spoil
        vectors = self.network(self._tensor(held(heard, self.pairs.pitch[both], holds)))
        loss = self.loss(vectors, torch.arange(len(patches), device=self.device).repeat(2))
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        length = torch.nn.utils.clip_grad_norm_(self.network.parameters(), self.settings.clip)
        told = float(loss.detach())
        if not (math.isfinite(told) and math.isfinite(float(length))):
            self.skipped, self.in_a_row = self.skipped + 1, self.in_a_row + 1
            if self.in_a_row >= _MOST_SKIPPED:
                raise EstimatorError(
                    f"the loss is no number any more, in {self.in_a_row} steps in a row; the last good epoch "
                    f"({self.epoch}) is kept in {self.out}. Try another seed"
                )
            for buffer, value in zip(self.network.buffers(), before, strict=True):
                buffer.copy_(value)
            return math.nan
        self.in_a_row = 0
        self.optimizer.step()
        return told

    def judge(self) -> tuple[float, float]:
        """Top-1 and top-10 of held-out patches: one render of each looked up among another of each, as int8."""
        rows = np.array([self.pairs.patches[patch][:2] for patch in self.judged_with])
        scale = self.scale()
        library, queries = (restored(quantised(self.embed(rows[:, k]), scale), scale) for k in (0, 1))
        found = ranks(queries, library, np.arange(len(rows)))
        return top(found, 1), top(found, 10)

    def embed(self, rows: npt.NDArray[np.intp]) -> F32:
        """Vectors of rows as they are, float32 (n, size)."""
        self.network.eval()
        found = []
        for at in range(0, len(rows), _EMBEDDED_AT_ONCE):
            some = rows[at : at + _EMBEDDED_AT_ONCE]
            heard = held(self.pairs.sound(some), self.pairs.pitch[some], self.pairs.hold_s[some])
            with torch.inference_mode():
                found.append(self.network(self._tensor(heard)).cpu().numpy())
        return np.concatenate(found)

    def scale(self) -> float:
        """A little more than the largest element of held-out patches' vectors."""
        rows = np.array([self.pairs.patches[patch][0] for patch in self.judged_with])
        return round(1.05 * float(np.abs(self.embed(rows)).max()), 2)

    def keep(self, progress: EmbeddingProgress) -> None:
        """Write where it stands."""
        self.log.append(dataclasses.asdict(progress))
        about = {"settings": self.about, "epoch": self.epoch, "skipped": self.skipped, "log": self.log}
        checkpoint.save(self.out / checkpoint.STATE, checkpoint.state_of(self.network, self.optimizer), about)
        write_text(self.out / LOG, "".join(json.dumps(line) + "\n" for line in self.log))

    def finish(self, command: str) -> Json:
        """Write the embedding; the state goes when all epochs are done."""
        checkpoint.save(
            self.out / checkpoint.CHECKPOINT,
            self.network.state_dict(),
            {"network": self.settings.network.to_json()},
        )
        rows = np.array([self.pairs.patches[patch][1] for patch in self.judged_with[:64]])
        probe = held(self.pairs.sound(rows), self.pairs.pitch[rows], self.pairs.hold_s[rows])
        last = self.log[-1]
        trained = {
            **self.about,
            "patches": len(self.pairs.patches),
            "held_out": len(self.judged_with),
            "left_out": self.pairs.skipped,
            "epochs_done": self.epoch,
            "metrics": {name: last[name] for name in ("loss", "top_1", "top_10")},
            "torch": torch.__version__,
            "command": command,
        }
        said = export(
            self.network, self.out, name=NAME, version="1", scale=self.scale(), trained=trained, probe=probe
        )
        if self.epoch >= self.settings.epochs:
            with suppress(OSError):
                (self.out / checkpoint.STATE).unlink()
        return said

    def _set_rate(self, step: int) -> None:
        whole = self.settings.epochs * self.steps
        warm = max(round(_WARM_UP * whole), 1)
        rising, falling = (step + 1) / warm, 0.5 * (1.0 + math.cos(math.pi * step / whole))
        for group in self.optimizer.param_groups:
            group["lr"] = self.settings.rate * min(rising, 1.0) * falling

    def _tensor(self, array: F32) -> Tensor:
        return torch.from_numpy(array).to(self.device, memory_format=torch.channels_last)
