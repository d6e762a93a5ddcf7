"""A catalog of wavetables: those of all presets below folders, each once, with a name, for drawn patches to use.

A catalog is a folder: `catalog.json` says what is there, and `assets` holds each table under the hash of its content.

    catalog = Catalog.collect(folder, vital, [presets])
    prior = with_tables(vital.priors["tier3-v1"], Catalog.load(folder), share=0.5)
"""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from patchpilot.datasets.presets._tables import Table, Tables
from patchpilot.datasets.presets.files import PatchStore, nothing_read, preset_files, read_all, user_store
from patchpilot.errors import DatasetError, ParameterError, PatchError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.space import Asset, AssetStore, Prior
from patchpilot.space.canonical import Json, canonical_json, sha256

FORMAT = 1
FILE = "catalog.json"
KIND = "wavetable"


@dataclass(frozen=True, eq=False)
class Catalog:
    """Wavetables by name.

    Attributes:
        folder: where it is.
        instrument: name of the instrument that can play them.
        tables: in the order in which they were found.
        refused: files of the last collection that are no presets, and why.
        n_presets: how many presets the last collection read.
    """

    folder: Path
    instrument: str
    tables: tuple[Table, ...] = ()
    refused: Mapping[Path, str] = field(default_factory=dict)
    n_presets: int = 0

    @classmethod
    def load(cls, folder: Path | str) -> Catalog:
        """A catalog that was made before.

        Raises:
            DatasetError: there is none, or it is damaged or of a newer version.
        """
        folder = Path(folder)
        try:
            said = json.loads((folder / FILE).read_text(encoding="utf-8"))
            if said["format"] != FORMAT:
                raise DatasetError(f"{folder}: expected a catalog of format {FORMAT}, got {said['format']!r}")
            tables = tuple(
                Table(str(t["name"]), str(t["sha256"]), int(t["frames"]), tuple(map(str, t["presets"])))
                for t in said["tables"]
            )
            return cls(folder, str(said["instrument"]), tables)
        except FileNotFoundError:
            raise DatasetError(
                f"{folder}: expected a catalog of wavetables, but it has no {FILE}; "
                "make one: patchpilot dataset wavetables PRESETS --out CATALOG"
            ) from None
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DatasetError(
                f"{folder / FILE}: the catalog is damaged ({error!r}); make it again"
            ) from None

    @classmethod
    def collect(
        cls,
        folder: Path | str,
        instrument: Instrument,
        presets: Sequence[Path | str],
        *,
        store: PatchStore | None = None,
    ) -> Catalog:
        """Add the wavetables of presets to a catalog, which is made where there is none.

        What is there keeps its name. Built-in tables and those of the init preset are left out.

        Args:
            folder: of the catalog.
            instrument: whose presets they are; it reads them.
            presets: folders to look in.
            store: where to keep what was read; the user's cache folder by default.

        Raises:
            DatasetError: the catalog that is there is damaged, or another instrument's.
            PatchError: a folder is not there, or has no file that can be read.
            OutputError: the catalog cannot be written; an earlier one stays as it was.
        """
        folder = Path(folder)
        there = cls.load(folder) if (folder / FILE).exists() else cls(folder, instrument.name)
        if there.instrument != instrument.name:
            raise DatasetError(f"{folder} is a catalog of {there.instrument}, not of {instrument.name}")
        roots = [Path(place) for place in presets]
        found = Tables(there.tables, AssetStore(folder / "assets"))
        refused: dict[Path, str] = {}
        n_presets = 0
        for root in roots:
            files = preset_files([root], instrument.suffix)
            for file, _, patch in read_all(instrument, files, store or user_store()):
                if isinstance(patch, str):
                    refused[file.path] = patch
                    continue
                n_presets += 1
                for slot, asset in patch.assets.items():
                    if asset.kind == KIND and not instrument.is_built_in(asset):
                        name = str(patch.info.get("assets", {}).get(slot, ""))
                        found.add(asset, name, f"{root.resolve().name}/{file.name}")
        if not n_presets:
            raise PatchError(nothing_read(roots, instrument.suffix, refused))
        made = dataclasses.replace(there, tables=found.tables, refused=refused, n_presets=n_presets)
        text = json.dumps(made.to_json(), indent=1, ensure_ascii=False)
        write_text(make_folder(folder) / FILE, text + "\n")  # last: what it names is there
        return made

    def __len__(self) -> int:
        return len(self.tables)

    @cached_property
    def sha256(self) -> str:
        """Digest of names and contents: what patches drawn with it depend on."""
        return sha256(canonical_json([[table.name, table.sha256] for table in self.tables]).encode())

    def asset(self, name: str) -> Asset:
        """A table by its name.

        Raises:
            ParameterError: there is none of that name.
            PatchError: its file is missing or damaged.
        """
        if name not in self._digests:
            raise ParameterError(f"no wavetable {name!r} in {self.folder}")
        return AssetStore(self.folder / "assets").get(self._digests[name])

    @cached_property
    def _digests(self) -> dict[str, str]:
        return {table.name: table.sha256 for table in self.tables}

    def to_json(self) -> Json:
        """Plain JSON of what is in `catalog.json`."""
        return {
            "format": FORMAT,
            "instrument": self.instrument,
            "sha256": self.sha256,
            "tables": [table.to_json() for table in self.tables],
        }


@dataclass(frozen=True)
class _Resolved:
    """Finds an asset by its name in a catalog, else where a prior looks."""

    catalog: Catalog
    names: Mapping[str, str]
    otherwise: Callable[[str], Asset] | None

    def __call__(self, name: str) -> Asset:
        if name in self.names:
            return self.catalog.asset(self.names[name])
        if self.otherwise is None:
            raise ParameterError(f"no wavetable {name!r}")
        return self.otherwise(name)


def with_tables(prior: Prior, catalog: Catalog, share: float = 0.5) -> Prior:
    """A prior whose wavetables are partly those of a catalog.

    Args:
        prior: what is drawn from otherwise.
        catalog: has one table or more, all as likely as one another.
        share: 0..1, how often a table is the catalog's, in each slot that the prior draws.

    Returns:
        Another prior, whose name ends with the catalog's digest.

    Raises:
        ParameterError: the share is out of its range, the catalog is empty, or the prior draws no wavetables.
    """
    if not 0.0 <= share <= 1.0:
        raise ParameterError(f"expected a share of wavetables in 0..1, got {share!r}")
    if not catalog.tables:
        raise ParameterError(f"{catalog.folder}: the catalog is empty; collect tables from other presets")
    slots = [slot for slot in prior.assets if slot.startswith(KIND)]
    if not slots:
        raise ParameterError(f"prior {prior.name} draws no wavetables, so a catalog is of no use to it")
    taken = {name for slot in slots for name in prior.assets[slot]}
    names: dict[str, str] = {}
    for table in catalog.tables:
        name = table.name
        while name in taken or name in names:
            name += " *"
        names[name] = table.name
    assets = {slot: _shared(options, list(names), share) if slot in slots else options
              for slot, options in prior.assets.items()}  # fmt: skip
    suffix = f"{catalog.sha256[:12]}" + (f"-{share:g}" if share != 0.5 else "")
    return dataclasses.replace(
        prior,
        name=f"{prior.name}+tables-{suffix}",
        assets=assets,
        asset=_Resolved(catalog, names, prior.asset),
    )


def _shared(options: Mapping[str, float], names: Sequence[str], share: float) -> dict[str, float]:
    """Options whose weights add up to 1, `share` of it spread over more of them."""
    total = math.fsum(options.values()) or 1.0
    ours = {name: weight / total * (1.0 - share) for name, weight in options.items()} if share < 1.0 else {}
    return {**ours, **(dict.fromkeys(names, share / len(names)) if share > 0.0 else {})}
