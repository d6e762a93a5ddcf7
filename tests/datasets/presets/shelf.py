"""Presets for tests: folders of files, and an instrument that reads them without an engine."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from patchpilot.datasets.samplers.base import Draft
from patchpilot.errors import ParameterError, PatchError
from patchpilot.instruments.vital.knobs import knobs
from patchpilot.space import Asset, AssetStore, Patch, Space
from tests.toy import Toy


class Shelf(Toy):
    """Reads patches as JSON, whose assets lie beside them; counts what it reads.

    Args:
        space: what its patches are of.
        assets: folder of all assets.
    """

    name = "shelf"
    suffix = ".vital"

    def __init__(self, space: Space, assets: Path) -> None:
        super().__init__()
        self.space = space
        self.assets = AssetStore(assets)
        self.n_read = 0

    def load(self, path: Path | str) -> Patch:
        self.n_read += 1
        try:
            return Patch.from_json(json.loads(Path(path).read_text(encoding="utf-8")), self.assets)
        except (OSError, ValueError) as error:
            raise PatchError(f"{path}: no preset: {error}") from None

    def export(self, patch: Patch, path: Path | str) -> None:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        Path(path).write_text(json.dumps(patch.to_json(self.assets)), encoding="utf-8")

    def knobs(self, patch: Patch) -> dict[str, float]:
        return knobs(self.space, patch)

    def is_built_in(self, asset: Asset) -> bool:
        return asset.kind == "lfo"


class Listed:
    """A sampler of patches that are at hand."""

    text = "listed"

    def __init__(self, patches: Sequence[Patch], name: Callable[[int], str] = "{}.vital".format) -> None:
        self.patches, self.name = patches, name
        self.n_patches = len(patches)

    def draft(self, index: int) -> Draft:
        if not 0 <= index < len(self.patches):
            raise ParameterError(f"expected an index in 0..{len(self.patches) - 1}, got {index}")
        return Draft(self.patches[index], "preset", self.name(index))
