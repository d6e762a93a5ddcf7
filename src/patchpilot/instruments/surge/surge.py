"""The Surge XT instrument: renders, exports and loads patches in crash-proof worker processes."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import EngineError, PatchError
from patchpilot.files import write_bytes
from patchpilot.instruments._fingerprint import fingerprint
from patchpilot.instruments._pooled import Pooled, answered, sound
from patchpilot.instruments.plugin.plugin import Plugin
from patchpilot.instruments.surge import cache, playing, tables
from patchpilot.instruments.surge.catalogue import Catalogue
from patchpilot.instruments.surge.dice import is_random
from patchpilot.instruments.surge.document import fxp
from patchpilot.instruments.surge.edits import edits
from patchpilot.instruments.surge.fxp import MAX_BYTES, Fxp
from patchpilot.instruments.surge.knobs import knobs
from patchpilot.instruments.surge.mark import marked, patch_said
from patchpilot.instruments.surge.priors import core_prior
from patchpilot.instruments.surge.reading import patch_of
from patchpilot.modules.hosting import surge as find
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import sha256
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

_WORKER = "patchpilot.instruments.surge._worker"
PROGRAM = Program(
    boot=f"{_WORKER}:boot",
    prepare=f"{_WORKER}:prepare",
    run=f"{_WORKER}:run",
    identity=f"{_WORKER}:identity",
    common=f"{_WORKER}:common",
)

_DESCRIBING_S = 300.0
"""Longest time that the engine may take to say all that it can."""


class Surge(Pooled):
    """Surge XT's engine, through its Python module.

    Notes begin and end on borders of 32 samples; what it plays may exceed full scale (to ±8).

    Args:
        workers: how many processes render at once; one for each usable core by default.
        timeout_s: longest time one performance may take to render.
        fork: whether workers fork (faster); where the system can, by default.

    Raises:
        PluginError: the Python module is not here; `open` takes the VST3 then.
    """

    name = "surge"
    suffix = ".fxp"
    _program = PROGRAM

    def __init__(
        self, *, workers: int | None = None, timeout_s: float = 60.0, fork: bool | None = None
    ) -> None:
        self.place = find.with_module()
        self._options: dict[str, Any] = {"workers": workers, "timeout_s": timeout_s, "fork": fork}

    @classmethod
    def open(
        cls, *, workers: int | None = None, timeout_s: float = 60.0, fork: bool | None = None
    ) -> Surge | Plugin:
        """Surge through its Python module; where that is missing, its VST3 as any plug-in.

        Raises:
            PluginError: neither is here.
        """
        place = find.find()
        if place.module is None:
            return Plugin(str(place.plugin), workers=workers, timeout_s=timeout_s, fork=fork)
        return cls(workers=workers, timeout_s=timeout_s, fork=fork)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What the engine says of itself, kept in the user's cache folder."""
        return cache.catalogue(self.place, self._described)

    @cached_property
    def space(self) -> Space:
        """All parameters of both scenes and all effects, the macros, the modulation matrix and the named views."""
        return self.catalogue.space

    @cached_property
    def priors(self) -> Mapping[str, Prior]:
        """ "core-v1": playable sounds of scene A, of which hardly any draws from dice."""
        prior = core_prior(self.catalogue)
        return {prior.name: prior}

    @cached_property
    def fingerprint(self) -> str:
        """Engine version, system and processor: what bit-exactness is promised for."""
        return fingerprint(self.name, self.space.version)

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done; `pairs` may be endless."""
        _ = self.catalogue  # asked for now: the pool answers nothing else while it plays
        for i, (_, performance), result in answered(self._pool, pairs, lambda pair: self._job(*pair)):
            yield i, sound(result, performance.sample_rate, _told)

    def _job(self, patch: Patch, performance: Performance) -> Job:
        """Raises `PatchPilotError` for what cannot be played."""
        preset = playing.preset(self.catalogue, patch, performance)
        base = {
            "preset": preset,
            "sample_rate": performance.sample_rate,
            "engine_seed": performance.engine_seed,
        }
        key = f"{sha256(preset)}/{performance.sample_rate}/{performance.engine_seed}"
        return Job(base, key, ("play", playing.played(self.catalogue, patch, performance)))

    def _described(self) -> str:
        """What the engine says of itself: once for each installed version, and it takes its time."""
        options = {**self._options, "workers": 1, "timeout_s": _DESCRIBING_S}
        with Pool(PROGRAM, **options) as pool:
            return self._ask("describe", None, pool)

    def _ask(self, task: str, argument: object, pool: Pool) -> str:
        """Have an engine of its own do a task that answers with text."""
        base = {"preset": None, "sample_rate": 44100, "engine_seed": 0}
        (result,) = pool.map([Job(base, "none", (task, argument))])
        if isinstance(result, Failure):
            raise EngineError(_told(result))
        return str(result)

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write an `.fxp` file that Surge opens.

        Raises:
            OutputError: the file cannot be written.
        """
        write_bytes(Path(path), marked(fxp(self.catalogue, patch), patch).to_bytes())

    def load(self, path: Path | str) -> Patch:
        """Read an `.fxp` file, from Surge or from anybody.

        Raises:
            PatchError: it cannot be read, is no preset of Surge, or the engine refuses it.
        """
        path = Path(path)
        try:
            if path.exists() and not path.is_file():
                raise PatchError(f"{path}: cannot be read as a Surge preset: it is no file")
            if path.stat().st_size > MAX_BYTES:
                raise PatchError(f"{path}: expected a preset below {MAX_BYTES >> 20} MB; is it one?")
            data = path.read_bytes()
        except OSError as error:
            raise PatchError(f"{path}: cannot be read as a Surge preset: {error.strerror}") from None
        try:
            return self._parsed(data)
        except PatchError as error:
            raise PatchError(f"{path}: {error}") from None

    def _parsed(self, data: bytes) -> Patch:
        read = Fxp.from_bytes(data)
        said = patch_said(self.space, read)
        if said is not None:
            return said
        playing.checked(read)
        try:
            text = self._ask("read", data, self._pool)
        except EngineError as error:
            raise PatchError(f"Surge cannot load this preset ({error}); is the file damaged?") from None
        return patch_of(self.catalogue, Fxp.from_bytes(base64.b64decode(text)), read)

    def is_random(self, patch: Patch) -> bool:
        """Whether a patch draws from the engine's dice: only of others is a render the same everywhere."""
        return is_random(self.catalogue, patch)

    def is_built_in(self, asset: Asset) -> bool:
        """Whether an asset is a wavetable of Surge's data folder."""
        return not asset.blobs or asset.sha256 in tables.by_digest(self.place.data)

    def asset(self, digest: str) -> Asset:
        """A wavetable of Surge's data folder, by the sha256 of its content; raises `PatchError`."""
        return tables.found(self.place.data, digest, self.space.assets)

    def table(self, name: str) -> Asset:
        """A wavetable of Surge's data folder, by its name ("Generated/Sine PD"); raises `PatchError`."""
        return tables.named(self.place.data, name)

    def knobs(self, patch: Patch) -> Mapping[str, float]:
        """Parameters that are worth turning on a patch, each with a typical step in stored units."""
        return knobs(self.catalogue, patch)

    def edits(self, patch: Patch) -> list[Edit]:
        """Structural moves that suit a patch: other types of oscillator, filter, shaper and effect."""
        return edits(self.catalogue, patch)

    def preset_folder(self) -> Path:
        """Where Surge's own browser finds a user's patches; PATCHPILOT_SURGE_PRESETS names another."""
        named = os.environ.get("PATCHPILOT_SURGE_PRESETS")
        return Path(named) if named else find.user_patches()

    def preset_folders(self) -> list[Path]:
        """Folders of patches that are there: the user's, the factory's, those of other authors."""
        return find.preset_folders(self.preset_folder(), self.place.data)


def _told(failure: Failure) -> str:
    return f"Surge's engine {failure.reason}"
