"""A tiny instrument for tests: a sine whose frequency and level are parameters. Renders in process."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Self

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import EngineError, PatchError
from patchpilot.space import Asset, Edit, Parameter, Patch, Performance, Prior, Space
from patchpilot.space.prior import Uniform


class Toy:
    """A sine oscillator with a level and a transposition; level 0.99 and more crashes it."""

    name = "toy"
    suffix = ".toy"
    fingerprint = "toy 1"

    def __init__(self) -> None:
        self.rendered = 0
        self.priors = {
            "toy-v1": Prior("toy-v1", {"level": Uniform(0.1, 0.9), "transpose": Uniform(-12.0, 12.0)})
        }
        self.space = Space(
            instrument="toy",
            version="1",
            parameters=(
                Parameter("level", 0.0, 1.0, 0.5, is_categorical=False),
                Parameter("transpose", -24.0, 24.0, 0.0, is_categorical=True),
            ),
            views={"core": ("level", "transpose")},
        )

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.rendered += 1
        level = patch.values.get("level", 0.5)
        if level >= 0.99:
            raise EngineError("the toy crashed")
        note = performance.notes[0]
        hz = 440.0 * 2.0 ** ((note.pitch - 69 + patch.values.get("transpose", 0.0)) / 12.0)
        t = np.arange(round(performance.length_s * performance.sample_rate)) / performance.sample_rate
        envelope = np.clip(np.minimum(t / 0.02, (note.hold_s - t) / 0.05), 0.0, 1.0)
        wave = level * np.sin(2 * np.pi * hz * t) * envelope
        return Audio(wave.astype(np.float32), performance.sample_rate)

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """Some at a time, those in reverse, since the order of the answers promises nothing."""
        jobs = enumerate(pairs)
        while some := list(itertools.islice(jobs, 64)):
            for i, (patch, performance) in reversed(some):
                try:
                    yield i, self.render(patch, performance)
                except EngineError as error:
                    yield i, error

    def export(self, patch: Patch, path: Path | str) -> None:
        Path(path).write_text(patch.canonical)

    def load(self, path: Path | str) -> Patch:
        raise NotImplementedError(path)

    def is_random(self, patch: Patch) -> bool:  # noqa: ARG002
        return False

    def is_built_in(self, asset: Asset) -> bool:
        return asset.kind == "lfo"

    def asset(self, digest: str) -> Asset:
        for asset in self.space.assets.values():
            if asset.sha256 == digest:
                return asset
        raise PatchError(f"the toy has no asset {digest}")

    def knobs(self, patch: Patch) -> dict[str, float]:  # noqa: ARG002
        return {"level": 0.1, "transpose": 2.0}

    def edits(self, patch: Patch) -> list[Edit]:
        octave = Edit("octave up", {"transpose": patch.values.get("transpose", 0.0) + 12.0})
        return [octave] if octave.values["transpose"] <= 24.0 else []

    def preset_folder(self) -> Path:
        return Path("presets")

    def close(self) -> None:
        pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
