"""Real presets, as they are, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from patchpilot.datasets.presets.files import PatchStore, nothing_read, preset_files, read_all, user_store
from patchpilot.datasets.samplers.base import Draft
from patchpilot.datasets.tiers import reduced
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch, Space


@dataclass(frozen=True)
class Preset:
    """One of the presets.

    Attributes:
        name: path of its file below the folder.
        sha256: of the patch, reduced to the tier.
        key: under which the whole patch is kept.
    """

    name: str
    sha256: str
    key: str


@dataclass(frozen=True, eq=False)
class Presets:
    """The presets below folders, each sound once: a finite sampler.

    Only their names and hashes are in memory; the patches are in a store.

    Attributes:
        space: the instrument's space.
        tier: what the patches are reduced to.
        presets: in the order of folders and names.
        refused: files that are no presets, and why.
        repeated: files whose patch was there before.
        store: where the patches are.
    """

    space: Space
    tier: int
    presets: tuple[Preset, ...]
    refused: Mapping[Path, str] = field(default_factory=dict)
    repeated: tuple[Path, ...] = ()
    store: PatchStore = field(default_factory=user_store, repr=False)

    @classmethod
    def read(
        cls,
        instrument: Instrument,
        folders: Path | str | Sequence[Path | str],
        tier: int,
        *,
        store: PatchStore | None = None,
    ) -> Presets:
        """All presets of an instrument below one or more folders.

        Args:
            instrument: whose presets they are; it reads them.
            folders: where to look.
            tier: 1, 2 or 3.
            store: where to keep what was read; the user's cache folder by default.

        Raises:
            PatchError: a folder is not there, or none of the files is a preset.
            ParameterError: there is no such tier.
        """
        places = [folders] if isinstance(folders, Path | str) else folders
        roots = [Path(place) for place in places]
        files = preset_files(roots, instrument.suffix)
        store = store or user_store()
        found: dict[str, Preset] = {}
        refused: dict[Path, str] = {}
        repeated: list[Path] = []
        for file, key, patch in read_all(instrument, files, store):
            if isinstance(patch, str):
                refused[file.path] = patch
                continue
            digest = reduced(instrument.space, patch, tier).sha256
            if digest in found:
                repeated.append(file.path)
            else:
                found[digest] = Preset(file.name, digest, key)
        if not found:
            raise PatchError(nothing_read(roots, instrument.suffix, refused))
        return cls(instrument.space, tier, tuple(found.values()), refused, tuple(repeated), store)

    def __len__(self) -> int:
        return len(self.presets)

    @property
    def n_patches(self) -> int:
        """How many there are."""
        return len(self.presets)

    @cached_property
    def text(self) -> str:
        """The hash and the name of each."""
        head = f"{len(self.presets)} presets of {self.space.instrument}, tier {self.tier}"
        return "\n".join([head, *(f"  {preset.sha256} {preset.name}" for preset in self.presets)])

    def patch(self, index: int) -> Patch:
        """The patch at a place, reduced to the tier.

        Raises:
            ParameterError: there are not so many.
            PatchError: it is no longer in the store.
        """
        if not 0 <= index < len(self.presets):
            raise ParameterError(
                f"expected the number of a preset in 0..{len(self.presets) - 1}, got {index}"
            )
        preset = self.presets[index]
        whole = self.store.get(preset.key)
        if whole is None:
            raise PatchError(
                f"{preset.name}: what was read of it is no longer in {self.store.folder}; was the cache emptied? "
                "Give the same command again."
            )
        return reduced(self.space, whole, self.tier)

    def draft(self, index: int) -> Draft:
        """See `Sampler.draft`."""
        patch = self.patch(index)
        return Draft(patch, "preset", self.presets[index].name)
