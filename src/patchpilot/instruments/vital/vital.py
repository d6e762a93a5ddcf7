"""The Vital instrument: renders, exports and loads patches in crash-proof worker processes."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np

from patchpilot.audio import Audio
from patchpilot.engine import Failure, Job, Pool, Program
from patchpilot.errors import EngineError, PatchError, PatchPilotError
from patchpilot.files import write_text
from patchpilot.instruments.vital import arcs, tails
from patchpilot.instruments.vital._worker import identity
from patchpilot.instruments.vital.discover import vital_space
from patchpilot.instruments.vital.edits import edits
from patchpilot.instruments.vital.folders import user_presets
from patchpilot.instruments.vital.knobs import knobs
from patchpilot.instruments.vital.preset import MAX_BYTES, document, parse, structure_key
from patchpilot.instruments.vital.priors import CORE, TIER3
from patchpilot.instruments.vital.priors_effects import EFFECT_CHAINS
from patchpilot.instruments.vital.wavetables import built_in, is_built_in, names_by_digest
from patchpilot.instruments.vital.wide import TIERS, wide_prior
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import sha256
from patchpilot.space.edit import Edit
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Note, Performance
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
_RANDOM_SOURCE = re.compile(r"^random(_\d)?$")


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
        self._structures: dict[str, str] = {}

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
        _ = self.space  # asked for now: the pool answers nothing else while it plays
        playing: dict[int, _Playing] = {}
        notes: dict[int, tuple[int, Note]] = {}  # by number of the job: whose, and which
        refused: list[tuple[int, EngineError]] = []

        def jobs() -> Iterator[Job]:
            numbers = itertools.count()
            for i, (patch, performance) in enumerate(pairs):
                try:
                    patches = self._patches(patch, performance)
                except PatchPilotError as error:
                    refused.append((i, EngineError(str(error))))
                    continue
                playing[i] = _Playing(performance)
                for note, own in zip(performance.notes, patches, strict=True):
                    notes[next(numbers)] = i, note
                    yield self._job(own, performance, note)

        with contextlib.closing(self._pool.imap(jobs())) as results:
            for k, result in results:
                while refused:
                    yield refused.pop(0)
                i, note = notes.pop(k)
                parts = playing[i].parts
                parts.append((note, result))
                if len(parts) == len(playing[i].performance.notes):
                    yield i, _mixed(parts, playing.pop(i).performance)
        yield from refused

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

    def _patches(self, patch: Patch, performance: Performance) -> list[Patch]:
        """What each note is played with: the patch itself where no arc moves it."""
        if not performance.arcs:
            return [patch] * len(performance.notes)
        return [arcs.note_patch(self.space, patch, performance, note) for note in performance.notes]

    def _job(self, patch: Patch, performance: Performance, note: Note) -> Job:
        """One note: the structure is loaded once per worker, the values are set for each render."""
        key = structure_key(patch)
        base = {
            "document": self._structure_text(key, patch),
            "sample_rate": performance.sample_rate,
            "engine_seed": performance.engine_seed,
        }
        controls = {**patch.values, **patch.slot_values()}
        if performance.tempo_bpm is not None:
            controls["beats_per_minute"] = performance.tempo_bpm / 60.0
        n_samples = round(performance.length_s * performance.sample_rate)
        n_samples -= round(note.start_s * performance.sample_rate)
        over_s = tails.over_s(self.space, patch, note, performance.sample_rate)
        n_samples = min(n_samples, math.ceil(min(over_s, performance.length_s) * performance.sample_rate))
        delta = {
            "controls": controls,
            "pitch": note.pitch,
            "velocity": note.velocity,
            "hold_s": note.hold_s,
            # The engine drops a fraction of a sample, so half a one is added to whole ones.
            "length_s": (n_samples + 0.5) / performance.sample_rate,
        }
        return Job(
            base=base,
            base_key=f"{key}/{performance.sample_rate}/{performance.engine_seed}",
            delta=("render", delta),
            pristine=is_random(self.space, patch),
        )

    def _structure_text(self, key: str, patch: Patch) -> str:
        """Preset JSON of what cannot be set control by control; the last few are kept."""
        if key not in self._structures:
            while len(self._structures) >= 8:
                self._structures.pop(next(iter(self._structures)))
            self._structures[key] = json.dumps(document(self.space, patch, structure_only=True))
        return self._structures[key]


@dataclass
class _Playing:
    """A performance of which some notes may be rendered already."""

    performance: Performance
    parts: list[tuple[Note, object]] = field(default_factory=list)


def is_random(space: Space, patch: Patch) -> bool:
    """Whether a patch draws from the engine's dice, so that engine seeds sound different."""

    def value(name: str) -> float:
        return patch.values.get(name, space[name].default)

    free_phases = any(value(f"osc_{i}_on") and value(f"osc_{i}_random_phase") for i in (1, 2, 3))
    random_routes = any(
        _RANDOM_SOURCE.match(r.source) or r.destination.endswith("_random_phase") for r in patch.routings
    )
    return bool(free_phases or random_routes or value("sample_random_phase"))


def _mixed(parts: Sequence[tuple[Note, object]], performance: Performance) -> Audio | EngineError:
    """The rendered notes at their places, summed in order of the notes."""
    n_samples = round(performance.length_s * performance.sample_rate)
    mix = np.zeros((2, n_samples), np.float32)
    for note, result in sorted(parts, key=lambda part: performance.notes.index(part[0])):
        if isinstance(result, Failure):
            return EngineError(f"Vital's engine {result.reason} while rendering note {note.pitch}")
        assert isinstance(result, np.ndarray)
        start = round(note.start_s * performance.sample_rate)
        n = min(result.shape[1], n_samples - start)
        mix[:, start : start + n] += result[:, :n]
    return Audio(mix, performance.sample_rate)
