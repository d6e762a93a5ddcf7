"""Rows straight from the engine: patches of a prior are played while a network learns from those before.

Every epoch has new patches, which are a function of (prior, seed, epoch), so that a training that was stopped goes on
with the same. An engine is slower than a network: use datasets where they fit on the disk.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Self, cast

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets import Dataset, Limits, Plan
from patchpilot.datasets.faults import KEPT
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.errors import EstimatorError
from patchpilot.estimators.codec import Codec, Labels, said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.fitting import fitted, read_routes
from patchpilot.estimators.hearing import PICTURE, Hearing
from patchpilot.estimators.training.batches import I64, is_held_out
from patchpilot.estimators.training.curriculum import Stage
from patchpilot.estimators.training.rows import Rows
from patchpilot.estimators.training.slices import as_bytes
from patchpilot.instruments.base import Instrument, structure
from patchpilot.space import Patch, Performance, Prior
from patchpilot.space.canonical import Json

PLAN = Plan(notes=(), drawn=1, hold_s=(0.2, 1.7))
"""One note a patch, anywhere on the keyboard."""
ROWS = 2048
"""Of an epoch, where nobody says."""
_WINDOW = 64
"""Patches that are played together, in order of their structures."""
_TRIED = 500
"""Patches that are drawn for each row that is wanted, before the prior is given up."""
_FITTED_FROM = 4000
"""Patches that the tokens are found in; none of them is played for that."""
_FEWEST_HELD = 32
_STOPPED = "the training was stopped"


class Live:
    """An endless source of rows. Close it, or use it in a `with` statement.

    Args:
        instrument: plays, on as many workers as it has.
        prior: what is drawn.
        rows: of an epoch; 0 for the usual number.
        held_out: share of the patches that is never trained on.
        seed: >= 0, of all draws.
        plan: notes; one drawn for each patch by default.
        hears: what is heard of them.
        codec: what labels say; found in the prior's patches where it is not given.

    Raises:
        EstimatorError: nothing varies in the prior's patches.
    """

    def __init__(
        self,
        instrument: Instrument,
        prior: Prior,
        *,
        rows: int = 0,
        held_out: float = 0.02,
        seed: int = 0,
        plan: Plan = PLAN,
        hears: Hearing = PICTURE,
        codec: Codec | None = None,
    ) -> None:
        self._hears = hears
        self._instrument, self._prior, self._plan, self._seed = instrument, prior, plan, seed
        self._rows, self._share = rows or ROWS, held_out
        self._sampler = Drawn(instrument.space, prior, 3, seed)
        self._codec = codec or self._fitted()
        self._stop = threading.Event()
        self._thread = ThreadPoolExecutor(1)
        self._ahead: tuple[tuple[int, str], Future[Rows]] | None = None
        self._held: Rows | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Render no more."""
        self._stop.set()
        self._thread.shutdown(cancel_futures=True)

    @property
    def codec(self) -> Codec:
        """What labels say."""
        return self._codec

    @property
    def identity(self) -> Json:
        """What the rows depend on."""
        return {
            "prior": self._prior.name,
            "prior_sha256": self._prior.sha256,
            "engine": self._instrument.fingerprint,
            "plan": self._plan.to_json(),
            "seed": self._seed,
            "rows": self._rows,
            "codec": self.codec.sha256,
        }

    @property
    def held(self) -> tuple[Rows, I64]:
        """Rows of patches that are never trained on; they are rendered when they are first asked for."""
        if self._held is None:
            n = max(_FEWEST_HELD, round(self._rows * self._share))
            everything = lambda labels: np.ones(len(labels), bool)  # noqa: E731
            self._held = self._thread.submit(self._rendered, 0, n, everything, held=True).result()
        return self._held, np.arange(len(self._held))

    def n_rows(self, stage: Stage) -> int:  # noqa: ARG002 (all are of one size)
        """How many rows an epoch has."""
        return self._rows

    def epoch(self, epoch: int, stage: Stage) -> tuple[Rows, I64]:
        """The rows of an epoch; those of the next are rendered meanwhile, in a thread."""
        key = (epoch, stage.name)
        if self._ahead is None or self._ahead[0] != key:
            self._ahead = (key, self._submit(epoch, stage))
        rows = self._ahead[1].result()
        if epoch + 1 < stage.last:
            self._ahead = ((epoch + 1, stage.name), self._submit(epoch + 1, stage))
        return rows, np.arange(len(rows))

    def _submit(self, epoch: int, stage: Stage) -> Future[Rows]:
        return self._thread.submit(self._rendered, epoch + 1, self._rows, stage.holds, held=False)

    def _rendered(self, part: int, n: int, holds: Callable[[Labels], Any], *, held: bool) -> Rows:
        """The first n rows of a part of the sequence, in its order."""
        sounds, played, labels, patches = [], [], [], []
        for patch, performance, picture in self._heard(part * _TRIED * self._rows, n, holds, held):
            note = performance.notes[0]
            sounds.append(as_bytes(picture))
            played.append((float(note.pitch), note.hold_s, note.velocity))
            labels.append(said(patch))
            patches.append(patch.sha256)
            if len(sounds) == n:
                columns = np.array(played, np.float32).T
                encoded = self.codec.encode(labels)
                return Rows(np.stack(sounds), conditions(*columns), encoded, np.array(patches))
        raise EstimatorError(
            f"{len(sounds)} of the {n} patches that an epoch needs can be had of {self._prior.name}: too few of it "
            "sound, or belong to this stage of the curriculum"
        )

    def _heard(
        self, first: int, n: int, holds: Callable[[Labels], Any], held: bool
    ) -> Iterator[tuple[Patch, Performance, np.ndarray]]:
        """What sounds, in the order of the sequence."""
        for start in range(first, first + _TRIED * n, _WINDOW):
            if self._stop.is_set():
                raise EstimatorError(_STOPPED)
            drawn = [(i, self._sampler.draft(i).patch) for i in range(start, start + _WINDOW)]
            drawn = [(i, patch) for i, patch in drawn if is_held_out(patch.sha256, self._share) is held]
            mine = holds(self.codec.encode([said(patch) for _, patch in drawn])) if drawn else []
            pairs = [
                (patch, self._plan.performances(self._seed, i)[0])
                for (i, patch), is_mine in zip(drawn, mine, strict=True)
                if is_mine
            ]
            yield from self._played(pairs)

    def _played(
        self, pairs: list[tuple[Patch, Performance]]
    ) -> Iterator[tuple[Patch, Performance, np.ndarray]]:
        order = sorted(range(len(pairs)), key=lambda k: structure(pairs[k][0]))
        found = dict(self._instrument.stream([pairs[k] for k in order]))
        heard = {order[position]: result for position, result in found.items()}
        for k, (patch, performance) in enumerate(pairs):
            audio = heard[k]
            if isinstance(audio, Audio) and Limits().verdict(audio) == KEPT:
                note = performance.notes[0]
                yield patch, performance, self._hears(audio, pitch=float(note.pitch), hold_s=note.hold_s)

    def _fitted(self) -> Codec:
        patches = [self._sampler.draft(index).patch for index in range(_FITTED_FROM)]
        # A patch has the routings that `read_routes` asks a row for.
        routes = read_routes(cast(Dataset, patches), rows=len(patches))
        return fitted(self._instrument.space, [said(patch) for patch in patches], routes)
