"""How much each parameter moves the sound: patches of a dataset, one of their knobs moved, heard again.

Each base is a row's patch, rendered anew with the row's performance. A continuous parameter is moved up and down by
a share of its range, wherever there is room for the whole step; a categorical one to another category. How far the
sound goes is the headline distance to the base's own render, which is blind to gain and hears the mono mix, so the
largest change of a channel's level is reported beside it. Where a patch draws from the engine's dice, both renders
draw the same; how far two engine seeds are apart is reported as the floor.

The means are over all bases, also those in which a parameter does nothing because its module is off: this is what an
error of the parameter costs on average, and so what a loss may be weighted with. `sounding` is the mean over those
bases in which it was heard.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from threadpoolctl import threadpool_limits

from patchpilot.datasets.inspection._bases import Base, Kept, bases_of, listen
from patchpilot.datasets.inspection.effects import Importance, effects_of
from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Space
from patchpilot.space.canonical import canonical_json, sha256

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset


@dataclass(frozen=True)
class Progress:
    """Where a measurement stands.

    Attributes:
        bases: how many are done.
        n_bases: of how many.
        renders: of the base that is being heard, how many are done.
        n_renders: of how many.
    """

    bases: int
    n_bases: int
    renders: int = 0
    n_renders: int = 0


def parameters_of(space: Space, chosen: str) -> tuple[str, ...]:
    """Names of parameters: those of a view ("core"), or a list with commas.

    Raises:
        ParameterError: nothing is chosen, or one of them twice.
        PatchError: the instrument has no parameter of that name.
    """
    if chosen in space.views:
        return space.views[chosen]
    names = tuple(name.strip() for name in chosen.split(",") if name.strip())
    if not names or len(set(names)) < len(names):
        raise ParameterError(
            f"expected parameters, each once, or one of the views {', '.join(space.views)}, got {chosen!r}"
        )
    return tuple(space[name].name for name in names)


def importance(
    instrument: Instrument,
    dataset: Dataset,
    *,
    parameters: Sequence[str] | None = None,
    n_bases: int = 30,
    seed: int = 0,
    step: float = 0.1,
    kept: Path | None = None,
    force: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Importance:
    """Measure how much each parameter moves the sound of the patches of a dataset.

    Args:
        instrument: what plays them; the dataset's own.
        dataset: where the bases come from: different patches, one row of each.
        parameters: names; those of the dataset's tier by default.
        n_bases: how many patches are heard, or all where the dataset has fewer.
        seed: of the choice of bases and categories.
        step: share of the range by which a continuous parameter is moved, above 0 up to 0.5.
        kept: file in which bases that are done are kept until all are; a later call with the same arguments goes
            on from it, and also one with more bases. The caller removes it.
        force: whether `kept` is thrown away where it belongs to another measurement.
        on_progress: called now and then.

    Raises:
        ParameterError: an argument is out of its range, or the dataset has no rows or is another instrument's.
        PatchError: the instrument has no parameter of one of the names.
        EngineError: every base failed to render.
        OutputError: `kept` cannot be written, or belongs to another measurement.
    """
    if n_bases < 1 or seed < 0 or not 0.0 < step <= 0.5:
        raise ParameterError(
            "expected bases >= 1, a seed >= 0 and a step above 0 up to 0.5, "
            f"got {n_bases}, {seed} and {step:g}"
        )
    if dataset.recipe.instrument != instrument.name:
        raise ParameterError(
            f"expected a dataset of {instrument.name}, got one of {dataset.recipe.instrument}"
        )
    if len(dataset) == 0:
        raise ParameterError("the dataset has no rows yet: nothing can be heard")
    names = tuple(dataset.columns.values if parameters is None else parameters)
    moved = [instrument.space[name] for name in names]
    identity = {
        "dataset": dataset.content_hash,
        "fingerprint": instrument.fingerprint,
        "parameters": sha256(canonical_json(names).encode()),
        "seed": seed,
        "step": step,
    }
    store = Kept(kept, identity, force=force)
    rows = bases_of(dataset, n_bases, seed)
    heard = []
    for done, (row, number) in enumerate(rows):
        found = store.found(row)
        if found is None:
            tell = _teller(on_progress, done, len(rows))
            base = Base(row, number, dataset[row].patch, dataset[row].performance)
            with threadpool_limits(1, user_api="blas"):  # its threads would only fight the workers
                found = listen(instrument, base, moved, seed=seed, step=step, on_render=tell)
            store.keep(found)
        heard.append(found)
        if on_progress is not None:
            on_progress(Progress(done + 1, len(rows)))
    if not any(base.effects for base in heard):
        raise EngineError(f"all {len(heard)} patches that were drawn failed to render")
    return Importance(
        effects=effects_of(names, heard, seed),
        dataset=str(identity["dataset"]),
        instrument=instrument.name,
        fingerprint=instrument.fingerprint,
        seed=seed,
        step=step,
        rows=tuple(base.row for base in heard),
        floors=tuple(base.floor for base in heard if base.floor is not None),
        failed=sum(base.failed for base in heard),
        missing=tuple(name for name in names if not any(name in base.effects for base in heard)),
    )


def _teller(
    on_progress: Callable[[Progress], None] | None, done: int, n_bases: int
) -> Callable[[int, int], None] | None:
    if on_progress is None:
        return None
    return lambda renders, n_renders: on_progress(Progress(done, n_bases, renders, n_renders))
