"""Learning from a bank: data, training, a verdict on a frozen set, and promotion of what is better."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from patchpilot.bank import Bank
from patchpilot.datasets import Plan, generate
from patchpilot.errors import EstimatorError
from patchpilot.files import make_folder
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.learning.banked import Banked, banked
from patchpilot.selfplay.learning.learners import Learner
from patchpilot.space.canonical import sha256

PLAN = Plan(notes=(), drawn=2, hold_s=(0.2, 1.7))
"""Two notes a patch: an embedding learns what stays the same."""
FROZEN_ROWS = 400
FOLDER = "learned"
"""Beside a bank's other files."""


@dataclass(frozen=True)
class Verdict:
    """What came of learning one thing.

    Attributes:
        learner: its name.
        unit: of the scores; lower is better.
        before: score of what was in use.
        after: score of the new version.
        version: its number.
        is_promoted: whether it is in use now.
    """

    learner: str
    unit: str
    before: float
    after: float
    version: int
    is_promoted: bool


def learn(
    bank: Bank,
    instrument: Instrument,
    learners: Sequence[Learner],
    *,
    data: Sequence[Path] = (),
    most: int = 0,
    epochs: int = 20,
    seed: int = 0,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Verdict]:
    """Learn from a bank. Stopped anywhere, the same again goes on.

    Takes are played anew on two notes each, as a dataset; a tenth of the patches, always the same by their hash, is
    never learned from: what is better on those is put into use, with the version before a step away.

    Args:
        bank: that was filled.
        instrument: of the takes.
        learners: what is learned.
        data: other datasets that are learned from as well.
        most: at most how many takes, the newest; 0 for all.
        epochs: >= 1, of each training.
        seed: >= 0.
        tell: called with a line now and then.

    Raises:
        EstimatorError: there is too little to learn from.
        PluginError: the extra `train` is missing.
    """
    folder = make_folder(bank.path / FOLDER)
    learned, frozen = banked(bank, instrument, most=most)
    own = _played(learned, instrument, folder, 2 * learned.n_patches, "float32", tell)
    held = _played(frozen, instrument, folder, min(FROZEN_ROWS, 2 * frozen.n_patches), "flac", tell)
    verdicts = []
    for learner in learners:
        verdicts.append(_learned(learner, [own, *data], held, folder / learner.name, epochs, seed, tell))
        if verdicts[-1].is_promoted:
            learner.adopt(bank)
    return verdicts


def _played(
    sampler: Banked, instrument: Instrument, folder: Path, rows: int, audio: str, tell: Callable[[str], None]
) -> Path:
    """A dataset of patches; the same one for the same patches."""
    name = "rows" if audio == "float32" else "frozen"
    path = folder / f"{name}-{sha256(sampler.text.encode(), str(rows).encode())[:12]}.h5"
    generate(
        instrument,
        path,
        rows,
        sampler=sampler,
        plan=PLAN,
        audio="none" if name == "rows" else audio,
        features=("front_end",),
        on_progress=lambda progress: tell(f"playing takes anew: {progress.rows} of {rows}"),
    ).close()
    return path


def _learned(
    learner: Learner,
    data: Sequence[Path],
    frozen: Path,
    folder: Path,
    epochs: int,
    seed: int,
    tell: Callable[[str], None],
) -> Verdict:
    versions = learner.versions(folder)
    out = versions.next_path()
    learner.make(data, out, seed=seed, epochs=epochs, tell=tell)
    tell(f"{learner.name}: judging…")
    try:
        before = learner.score(None, frozen)
    except EstimatorError:
        before = math.inf  # there was none
    after = learner.score(out, frozen)
    number = versions.add(after, before if math.isfinite(before) else None)
    is_better = after < before
    if is_better:
        versions.promote(number)
    return Verdict(learner.name, learner.unit, before, after, number, is_better)
