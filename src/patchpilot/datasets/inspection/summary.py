"""What a dataset holds, as plain JSON: counts, shapes, distributions, levels, duplicates, and where it came from.

Audio and parameters are read in blocks. Hashes are compared, so those of all rows are in memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from patchpilot.datasets.inspection.histograms import BINS, histograms
from patchpilot.datasets.inspection.levels import Levels, measure
from patchpilot.datasets.storage.layout import ASSETS, ROUTES
from patchpilot.datasets.storage.open_file import OpenFile
from patchpilot.datasets.storage.store import told
from patchpilot.space.canonical import Json

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset

PERCENTILES = (1, 5, 25, 50, 75, 95, 99)
NEAR_SILENT_DB = 10.0
"""A row that is less than this above what is rejected as silent is nearly so."""
_SAMPLER_LINES = 5
_COMMONEST = 8
_NAMED = 100
"""Rows that a list of them names at most."""


def summary(
    dataset: Dataset,
    *,
    bins: int = BINS,
    quick: bool = False,
    on_progress: Callable[[int], None] | None = None,
) -> dict[str, Json]:
    """Everything that can be told of a dataset without hearing it.

    Args:
        dataset: sealed, or still being written: then of the rows that it has now.
        bins: >= 1, of the continuous parameters' histograms.
        quick: do not read the audio; "levels" is None then.
        on_progress: told the number of rows whose audio was read, now and then.

    Returns:
        Plain JSON. Shares are 0..1, levels dB re full scale, lengths seconds.

    Raises:
        DatasetError: the file is damaged.
    """
    recipe = dataset.recipe
    heard = None if quick or recipe.audio == "none" else measure(dataset, on_progress=on_progress)
    patches = dataset.column("metadata/patch_sha256")
    kept = len(np.unique(dataset.column("metadata/candidate")))
    return {
        "rows": len(dataset),
        "instrument": recipe.instrument,
        "tier": recipe.tier,
        "seed": recipe.seed,
        "content_hash": dataset.content_hash,
        "sealed": dataset.is_sealed,
        "tried": dataset.tried,
        "rejected": dict(dataset.rejected),
        "rejected_share": round(sum(dataset.rejected.values()) / dataset.tried, 6) if dataset.tried else 0.0,
        "patches": {"kept": kept, "different": len(np.unique(patches))},
        "sources": _counted(dataset.column("metadata/source").tolist()),
        "notes": _counted(dataset.column("metadata/pitch").tolist()),
        "velocities": _spread(dataset.column("metadata/velocity"), bins),
        "audio": _audio(dataset),
        "features": list(recipe.features),
        "arrays": _arrays(dataset),
        "levels": _levels(heard, recipe.limits.quietest_db + NEAR_SILENT_DB) if heard else None,
        "duplicates": {
            "equal_patch_and_performance": _repeated(_identities(dataset, patches)),
            "equal_sound": _repeated(dataset.column("metadata/audio_sha256").tolist()),
        },
        "routings": _routings(dataset) if recipe.tier == 3 else None,
        "parameters": {name: h.to_json() for name, h in histograms(dataset, bins=bins).items()},
        "fingerprint": recipe.fingerprint,
        "sampler": recipe.sampler.splitlines()[:_SAMPLER_LINES],
        "sampler_sha256": recipe.sampler_sha256,
        "provenance": dataset.provenance,
    }


def _audio(dataset: Dataset) -> Json:
    """How the sounds are stored."""
    plan = dataset.recipe.plan
    return {
        "format": dataset.recipe.audio,
        "channels": 2,
        "sample_rate": plan.sample_rate,
        "samples": plan.n_samples,
        "length_s": plan.length_s,
        "hold_s": plan.hold_s,
    }


def _arrays(dataset: Dataset) -> list[Json]:
    """Shape, type and size of every array of the file; its assets together as one."""
    import h5py

    found: list[Json] = []
    assets: list[Json] = []

    def look(name: str, array: object) -> None:
        if isinstance(array, h5py.Dataset):
            (assets if name.startswith(f"{ASSETS}/") else found).append(_array(name, array))

    opened = OpenFile(dataset.path)
    try:
        with told(dataset.path, writing=False):
            opened.h5.visititems(look)
    finally:
        opened.close()
    if assets:
        sizes = {name: sum(asset[name] for asset in assets) for name in ("bytes", "stored_bytes")}
        found.append({**assets[0], "name": ASSETS, "shape": [len(assets)], "dtype": "ragged", **sizes,
                      "ratio": _ratio(**sizes)})  # fmt: skip
    return found


def _array(name: str, array: Any) -> dict[str, Json]:
    sizes = {"bytes": int(array.nbytes), "stored_bytes": int(array.id.get_storage_size())}
    return {
        "name": name,
        "shape": list(array.shape),
        "dtype": "struct" if array.dtype.names else str(array.dtype),
        **sizes,
        "ratio": _ratio(**sizes),
        "compression": array.compression,
    }


def _ratio(*, bytes: int, stored_bytes: int) -> float | None:  # noqa: A002 (named as in the summary)
    """How many bytes each stored one stands for."""
    return round(bytes / stored_bytes, 3) if stored_bytes else None


def _levels(heard: Levels, near_silent_db: float) -> Json:
    """How loud the rows are."""
    if not len(heard.rms_db):
        return None
    quiet = np.flatnonzero(heard.rms_db < near_silent_db)
    percentiles = np.percentile(heard.rms_db, PERCENTILES)
    return {
        "rms_db": {str(p): round(float(db), 2) for p, db in zip(PERCENTILES, percentiles, strict=True)},
        "peak": round(float(heard.peak.max()), 4),
        "above_full_scale": round(float((heard.peak > 1.0).mean()), 6),
        "near_silent_db": near_silent_db,
        "near_silent": {"count": len(quiet), "rows": quiet[:_NAMED].tolist()},
    }


def _identities(dataset: Dataset, patches: npt.NDArray[np.generic]) -> Iterable[Json]:
    """What a render depends on, row by row."""
    columns = [dataset.column(f"metadata/{name}").tolist() for name in ("pitch", "velocity", "hold_s")]
    return zip(patches.tolist(), *columns, strict=True)


def _repeated(identities: Iterable[Json]) -> Json:
    """Rows that are like an earlier one."""
    seen: set[Json] = set()
    again = []
    for row, identity in enumerate(identities):
        if identity in seen:
            again.append(row)
        seen.add(identity)
    return {"count": len(again), "rows": again[:_NAMED]}


def _routings(dataset: Dataset) -> Json:
    """How many routings patches have, and between what; each patch once, however many notes it plays."""
    ends = dataset.column(f"{ROUTES}/end")
    starts = np.concatenate([[0], ends[:-1]])
    routes = dataset.read(f"{ROUTES}/data", slice(0, int(ends[-1]) if len(ends) else 0))
    _, firsts = np.unique(dataset.column("metadata/candidate"), return_index=True)
    counts = (ends - starts)[firsts]
    is_first = np.zeros(len(ends), bool)
    is_first[firsts] = True
    once = routes[np.repeat(is_first, ends - starts)]
    return {
        "per_patch": {str(n): count for n, count in sorted(Counter(counts.tolist()).items())},
        "mean": round(float(counts.mean()), 3) if len(counts) else 0.0,
        "sources": _commonest(once["source"], dataset.sources),
        "destinations": _commonest(once["destination"], dataset.destinations),
    }


def _commonest(places: npt.NDArray[np.generic], names: tuple[str, ...]) -> Json:
    """Names and how often they occur, the commonest first."""
    counts = np.bincount(places.astype(np.int64), minlength=len(names))
    order = np.argsort(-counts, kind="stable")[:_COMMONEST]
    return {names[i]: int(counts[i]) for i in order if counts[i]}


def _spread(values: npt.NDArray[np.floating], bins: int) -> Json:
    """Range of some numbers, and how many are in each part of it."""
    if not len(values):
        return None
    counts, _ = np.histogram(values, bins=bins, range=(float(values.min()), float(values.max()) or 1.0))
    return {
        "low": round(float(values.min()), 6),
        "high": round(float(values.max()), 6),
        "bins": counts.tolist(),
    }


def _counted(things: Iterable[Json]) -> Json:
    """How often each occurs, in their order."""
    return {str(thing): count for thing, count in sorted(Counter(things).items())}
