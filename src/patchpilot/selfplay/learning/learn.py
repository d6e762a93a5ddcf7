"""Learning from a bank: data, training, a verdict on what nothing was learned from, and promotion of what is better."""

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
        before: score of what was in use; infinite where there was nothing, or it cannot be judged.
        after: score of the new version; infinite where none was made.
        version: its number, 0 where none was made.
        is_promoted: whether it is in use now.
        reason: why none was made, "" where one was.
    """

    learner: str
    unit: str
    before: float
    after: float
    version: int
    is_promoted: bool
    reason: str = ""


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
    """Learn from a bank. Stopped anywhere, the same again goes on; what was learned from the same is not made again.

    Takes are played anew on two notes each, as a dataset; a tenth of the patches, always the same by their hash, is
    never learned from: what is better on those is put into use, with the version before a step away.

    Args:
        bank: that was filled.
        instrument: of the takes.
        learners: what is learned, one after another: each may use what was learned before it.
        data: other datasets that are learned from as well.
        most: at most how many takes, the newest; 0 for all.
        epochs: >= 1, of each training.
        seed: >= 0.
        tell: called with a line now and then.

    Returns:
        A verdict for each; of one that had too little to learn from, the reason.

    Raises:
        EstimatorError: the bank holds too few takes.
        PluginError: the extra `train` is missing.
    """
    folder = make_folder(bank.path / FOLDER)
    learned, frozen = banked(bank, instrument, most=most)
    own = _played(learned, instrument, folder, 2 * learned.n_patches, "float32", tell)
    held = _played(frozen, instrument, folder, min(FROZEN_ROWS, 2 * frozen.n_patches), "flac", tell)
    rows = [own, *data]
    source = sha256(
        *(part.encode() for part in [learned.text, frozen.text, f"{epochs} epochs, seed {seed}"]),
        *(f"{path.name} {path.stat().st_size}".encode() for path in data),
    )
    return [
        _learned(one, bank, rows, held, folder / one.name, source, epochs=epochs, seed=seed, tell=tell)
        for one in learners
    ]


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
    bank: Bank,
    data: Sequence[Path],
    frozen: Path,
    folder: Path,
    source: str,
    *,
    epochs: int,
    seed: int,
    tell: Callable[[str], None],
) -> Verdict:
    versions = learner.versions(folder)
    versions.settle()
    source = sha256(source.encode(), learner.settings().encode())
    known = versions.of(source)
    if known is None:
        out = versions.next_path()
        try:
            learner.make(data, out, seed=seed, epochs=epochs, tell=tell)
            tell(f"{learner.name}: judging…")
            after = learner.score(out, frozen)
        except EstimatorError as error:
            return Verdict(
                learner.name, learner.unit, math.inf, math.inf, 0, is_promoted=False, reason=str(error)
            )
        try:
            before = learner.score(None, frozen)
        except EstimatorError:
            before = math.inf  # there was none, or it knows other tokens
        versions.add(after, before if math.isfinite(before) else None, source=source, better=after < before)
        versions.settle()
        known = versions.known[-1]
    if versions.in_use == known.number:
        learner.adopt(bank)
    before = math.inf if known.before is None else known.before
    return Verdict(
        learner.name,
        learner.unit,
        before,
        known.score,
        known.number,
        is_promoted=versions.in_use == known.number,
    )
