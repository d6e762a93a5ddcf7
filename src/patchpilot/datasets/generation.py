"""Making a dataset: the same content for the same arguments, however often it was stopped and wherever it ran."""

from __future__ import annotations

import logging
import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from threadpoolctl import threadpool_limits

from patchpilot import __version__
from patchpilot.audio import Audio
from patchpilot.datasets.faults import DUPLICATE, FAILED, KEPT, Limits
from patchpilot.datasets.features import Features
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.rendering import MOST_BYTES, Candidate, Rendering
from patchpilot.datasets.samplers.base import Sampler
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.journal import Journal
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.datasets.tiers import default_prior
from patchpilot.errors import DatasetError, OutputError, ParameterError
from patchpilot.files import output_error, uninterrupted
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.space.canonical import Json

MOST_ROWS = 1_000_000_000
FIRST_MANY = 300
"""Candidates after which a dataset that has no row yet is given up: a sampler may never sound."""
_BYTES = {"float32": 0.88, "float16": 0.44, "flac": 0.47, "none": 0.0}
"""Stored bytes for each byte of float32 audio, measured over musical patches; and for the rest of a row:"""
_LABEL_BYTES = 6000

_log = logging.getLogger(__name__)


@dataclass
class Progress:
    """Where a dataset stands.

    Attributes:
        wanted: rows that it shall have.
        rows: rows that are there.
        tried: patches whose fate is known.
        rejected: how many of those were left out, by reason.
        found: rows that were there when this run began.
        failures: which renders failed and how, of this run.
    """

    wanted: int
    rows: int = 0
    tried: int = 0
    rejected: Counter[str] = field(default_factory=Counter)
    found: int = 0
    failures: list[str] = field(default_factory=list)


def generate(
    instrument: Instrument,
    out: Path | str,
    rows: int,
    *,
    tier: int = 3,
    seed: int = 0,
    sampler: Sampler | None = None,
    plan: Plan | None = None,
    limits: Limits | None = None,
    audio: str = "float32",
    compression: str = "lzf",
    features: tuple[str, ...] = (),
    provenance: Mapping[str, Json] | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> Dataset:
    """Render patches into an HDF5 file and seal it; goes on where an earlier run was stopped.

    Args:
        instrument: what plays the patches, on as many workers or machines as it has.
        out: file to write.
        rows: 1..10⁹: patches times notes. A finite sampler may end before.
        tier: 1 one voice, 2 every parameter, 3 with the modulation matrix.
        seed: >= 0, of all draws.
        sampler: where patches come from; drawn from the instrument's musical prior of the tier by default.
        plan: what each is played with; three notes by default.
        limits: what is rejected.
        audio: "float32", "float16", "flac" or "none".
        compression: "lzf", "gzip" or "none", of the float formats.
        features: "logmel", "front_end", or names of embeddings (`Features`).
        provenance: what else is to be told of how the file came to be.
        on_progress: called after each patch, always with the same object.

    Returns:
        The sealed file, opened.

    Raises:
        DatasetError: the file is another dataset, or sealed with another number of rows, or damaged.
        EngineError: the engine does not start, or the cluster is gone; what was finished is kept.
        OutputError: the place cannot be written, is full, or has no room for so much.
        ParameterError: an argument is out of its range.
        PluginError: what a feature needs is missing.
    """
    if not 1 <= rows <= MOST_ROWS:
        raise ParameterError(f"expected 1 to {MOST_ROWS} rows, got {rows}")
    out, plan = Path(out), plan or Plan()
    if sampler is None:
        sampler = Drawn(instrument.space, default_prior(instrument, tier), tier, seed)
    heard = Features(features)
    recipe = Recipe.of(
        instrument, sampler, tier=tier, seed=seed, plan=plan, limits=limits or Limits(), audio=audio, features=features,
        versions=heard.versions,
    )  # fmt: skip
    there = Dataset(out) if out.exists() else None
    if there is not None and there.is_sealed:
        _check_same(there, out, recipe, rows, sampler)
        return there
    _check_room(out, recipe, rows - (len(there) if there is not None else 0))
    if there is not None:
        there.close()
    with (
        closing(
            Writer.open(out, recipe, instrument.space, provenance=provenance, compression=compression)
        ) as writer,
        closing(Journal.open(out, recipe)) as journal,
        threadpool_limits(1, user_api="blas"),  # its threads would only fight the workers for the processor
    ):
        progress = Progress(rows, writer.rows, writer.tried, Counter(writer.rejected), found=writer.rows)
        on_progress(progress)
        journal.forget_before(writer.committed)
        rendering = iter(
            Rendering(instrument, sampler, recipe, writer.tried, journal, lambda: rows - writer.rows)
        )
        try:
            while writer.rows < rows and (candidate := next(rendering, None)) is not None:
                _add(writer, candidate, recipe, heard, rows, progress)
                journal.forget_before(writer.committed)
                on_progress(progress)
                _check_some(progress)
        except BaseException:
            if writer.is_open:
                with uninterrupted():
                    writer.commit()
            raise
        finally:
            rendering.close()  # type: ignore[attr-defined]
        with uninterrupted():
            writer.seal()
            journal.discard()
    return Dataset(out)


def _add(
    writer: Writer, candidate: Candidate, recipe: Recipe, heard: Features, rows: int, progress: Progress
) -> None:
    """What came of a candidate, into the file."""
    verdict = candidate.verdict(recipe)
    if verdict == KEPT and candidate.draft.patch.sha256 in writer.patches:
        verdict = DUPLICATE
    if verdict == FAILED:
        where = f"candidate {candidate.number} ({candidate.draft.name})"
        progress.failures += [f"{where}, {failure}" for failure in candidate.failures]
        _log.warning("%s", progress.failures[-1])
    entries = _entries(candidate, recipe, heard)[: rows - writer.rows] if verdict == KEPT else []
    with uninterrupted():
        writer.add(candidate.number, verdict, entries, detail="; ".join(candidate.failures))
    progress.rows, progress.tried = writer.rows, writer.tried
    progress.rejected = Counter(writer.rejected)


def _entries(candidate: Candidate, recipe: Recipe, heard: Features) -> list[Entry]:
    """The rows of a candidate, one for each of its notes."""
    made = []
    draft = candidate.draft
    for k, performance in enumerate(candidate.performances):
        audio, note = candidate.heard[k], performance.notes[0]
        assert isinstance(audio, Audio)
        take = Take(
            patch=draft.patch,
            performance=performance,
            audio=audio,
            fingerprint=recipe.fingerprint,
            origin=Origin(draft.source, draft.name, recipe.seed, version=__version__),
        )
        features = heard(audio, pitch=float(note.pitch), hold_s=note.hold_s)
        made.append(Entry(take, draft.source, draft.name, features))
    return made


def _check_same(dataset: Dataset, out: Path, recipe: Recipe, rows: int, sampler: Sampler) -> None:
    """A sealed file is what would be made, or is refused."""
    differences = recipe.differences(dataset.recipe)
    has_all = sampler.n_patches is not None and dataset.tried == sampler.n_patches and len(dataset) < rows
    if not differences and len(dataset) != rows and not has_all:
        differences = [f"{rows} rows were asked for, the file has {len(dataset)}"]
    if differences:
        dataset.close()
        raise DatasetError(
            f"{out} is sealed, and another dataset: {'; '.join(differences)}. It stays as it is: name another file"
        )


def estimated_bytes(recipe: Recipe, rows: int) -> int:
    """About how large the file gets."""
    audio = recipe.plan.n_samples * 2 * 4 * _BYTES[recipe.audio]
    return round(rows * (audio + _LABEL_BYTES))


def _check_room(out: Path, recipe: Recipe, rows: int) -> None:
    """Say so before a night's work, not after it."""
    folder = out.resolve().parent
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise output_error(out, error) from error
    journal = min(rows * recipe.plan.n_samples * 2 * 4, MOST_BYTES)
    needed = estimated_bytes(recipe, rows) + journal
    if needed > free:
        raise OutputError(
            f"{rows} rows need about {_size(needed)}, and {folder} has {_size(free)} free: "
            "ask for fewer rows, store less (--audio float16, flac or none), or name a larger disk"
        )


def _size(n_bytes: float) -> str:
    """Bytes as people read them."""
    return f"{n_bytes / 1e9:,.1f} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:,.1f} MB"


def _check_some(progress: Progress) -> None:
    """A sampler that never sounds would be rendered for ever."""
    if progress.rows == 0 and progress.tried >= FIRST_MANY:
        told = ", ".join(f"{count} {reason}" for reason, count in sorted(progress.rejected.items()))
        raise DatasetError(
            f"not one of {progress.tried} patches can be used: {told}. "
            "Does the engine work? Try `patchpilot doctor`, another prior, or a lower --quietest"
        )
