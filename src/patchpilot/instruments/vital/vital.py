"""The Vital instrument: renders, exports and loads patches in crash-proof worker processes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Self

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import EngineError, PatchError
from patchpilot.files import write_text
from patchpilot.instruments.vital import arcs
from patchpilot.instruments.vital._worker import identity
from patchpilot.instruments.vital.dice import is_random
from patchpilot.instruments.vital.discover import vital_space
from patchpilot.instruments.vital.edits import edits
from patchpilot.instruments.vital.folders import user_presets
from patchpilot.instruments.vital.knobs import knobs
from patchpilot.instruments.vital.notes import Notes
from patchpilot.instruments.vital.preset import MAX_BYTES, document, parse
from patchpilot.instruments.vital.priors import CORE, TIER3
from patchpilot.instruments.vital.priors_effects import EFFECT_CHAINS
from patchpilot.instruments.vital.wavetables import built_in, is_built_in, names_by_digest
from patchpilot.instruments.vital.wide import TIERS, wide_prior
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import sha256
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance
from patchpilot.space.prior import Prior
from patchpilot.space.space import Space

_WORKER = "patchpilot.instruments.vital._worker"
PROGRAM = Program(
    boot=f"{_WORKER}:boot",
    prepare=f"{_WORKER}:prepare",
    run=f"{_WORKER}:run",
    identity=f"{_WORKER}:identity",
    common=f"{_WORKER}:common",
)


class Vital:
    """Vital's engine.

    Args:
        workers: how many processes render at once; one for each usable core by default.
        timeout_s: longest time one note may take to render.
        fork: whether workers fork (faster); where the system can, by default.
        cluster: a Dask scheduler's address, whose workers render instead of this machine (docs/cluster.md).
    """

    name = "vital"
    suffix = ".vital"

    def __init__(
        self,
        *,
        workers: int | None = None,
        timeout_s: float = 60.0,
        fork: bool | None = None,
        cluster: str | None = None,
    ) -> None:
        self._pool = Pool(PROGRAM, workers=workers, timeout_s=timeout_s, fork=fork, cluster=cluster)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the worker processes."""
        self._pool.close()

    @cached_property
    def space(self) -> Space:
        """All controls that shape sound, the modulation matrix and the named views."""
        return vital_space(lambda: self._ask(None, "describe"))

    @cached_property
    def _notes(self) -> Notes:
        return Notes(self._pool, self.space)

    @cached_property
    def priors(self) -> Mapping[str, Prior]:
        """ "core-v1", which libraries are made of, the richer "tier3-v1", "effects-v1", and those for datasets."""
        wide = (wide_prior(self.space, tier) for tier in TIERS)
        return {prior.name: prior for prior in (CORE, TIER3, EFFECT_CHAINS, *wide)}

    @cached_property
    def fingerprint(self) -> str:
        """Engine version, system and processor: what bit-exactness is promised for."""
        return identity()

    def render(self, patch: Patch, performance: Performance) -> Audio:
        """Play a patch, note by note, arcs as `arcs` says.

        Returns:
            Stereo audio of the performance's length and sample rate. It may exceed full scale (to ±2.1).

        Raises:
            EngineError: the engine crashed, hung or refused the patch, or an arc moves what is not there.
        """
        result = self.render_many([(patch, performance)])[0]
        if isinstance(result, EngineError):
            raise result
        return result

    def render_many(self, pairs: Iterable[tuple[Patch, Performance]]) -> list[Audio | EngineError]:
        """Play many patches, each in order of `pairs`; a failed one is an error in its place."""
        results = dict(self.stream(pairs))
        return [results[i] for i in range(len(results))]

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Play many patches, and yield (position, audio or error) as they are done.

        Args:
            pairs: may be endless; drawn as workers have room. Patches of one structure are rendered faster
                when they come one after another.
        """
        return self._notes.stream(pairs)

    def arc_remarks(self, patch: Patch, performance: Performance) -> tuple[str, ...]:
        """Which arcs of a performance a patch does not follow within a note, and why; raises `EngineError`."""
        return arcs.remarks(self.space, patch, performance)

    def export(self, patch: Patch, path: Path | str) -> None:
        """Write a `.vital` file that Vital opens.

        Raises:
            OutputError: the file cannot be written.
        """
        write_text(Path(path), json.dumps(document(self.space, patch)))

    def load(self, path: Path | str) -> Patch:
        """Read a `.vital` file, from Vital or from anybody.

        Raises:
            PatchError: it cannot be read, is no Vital preset, or holds what the engine cannot take.
        """
        path = Path(path)
        try:
            if path.exists() and not path.is_file():
                raise PatchError(f"{path}: cannot be read as a Vital preset: it is no file")
            if path.stat().st_size > MAX_BYTES:
                raise PatchError(f"{path}: expected a preset below {MAX_BYTES >> 20} MB; is it one?")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text"
            raise PatchError(f"{path}: cannot be read as a Vital preset: {reason}") from None
        try:
            return parse(self.space, text, lambda preset: self._ask(preset, "read"))
        except PatchError as error:
            raise PatchError(f"{path}: {error}") from None

    def is_random(self, patch: Patch) -> bool:
        """Whether a patch draws from the engine's dice, so that engine seeds sound different."""
        return is_random(self.space, patch)

    def is_built_in(self, asset: Asset) -> bool:
        """Whether an asset is a built-in wavetable, or an LFO shape (which is drawn, not sampled)."""
        return asset.kind == "lfo" or is_built_in(asset)

    def asset(self, digest: str) -> Asset:
        """A built-in wavetable, or what is in a slot of the init patch, by the sha256 of its content.

        Raises:
            PatchError: none of them has that sha256.
        """
        name = names_by_digest().get(digest)
        if name is not None:
            return built_in(name)
        found = next((asset for asset in self.space.assets.values() if asset.sha256 == digest), None)
        if found is None:
            raise PatchError(
                f"asset {digest[:12]}… is not one that comes with Vital or Patch Pilot: the patch is of "
                "somebody's own wavetables, which must be at hand to make it"
            )
        return found

    def knobs(self, patch: Patch) -> Mapping[str, float]:
        """Controls that are worth turning on a patch, each with a typical step in stored units."""
        return knobs(self.space, patch)

    def edits(self, patch: Patch) -> list[Edit]:
        """Structural moves that suit a patch; all tables they bring are built-in."""
        return edits(self.space, patch)

    def preset_folder(self) -> Path:
        """Where Vital's own browser finds a user's presets on this system."""
        return user_presets()

    def _ask(self, preset: str | None, task: str) -> str:
        """Have an engine with a preset do a task that answers with text."""
        base = {"document": preset, "sample_rate": 44100, "engine_seed": 0}
        key = sha256((preset or "").encode())
        result = self._pool.map([Job(base=base, base_key=key, delta=(task, None), pristine=False)])[0]
        if isinstance(result, Failure):
            raise EngineError(f"{result.stage} {result.reason}")
        return str(result)
