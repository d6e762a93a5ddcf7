"""Every registered instrument and module keeps its promises, a stranger's too; and one that does not is caught."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot import registry
from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.errors import EngineError, PluginError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.contract import BrokenPromiseError, check_instrument
from patchpilot.instruments.rack.contract import check_module
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules import knob, module
from patchpilot.modules.base import Context, Signal
from patchpilot.modules.kinds import named
from patchpilot.space import Patch, Performance

KINDS = {"plugin", "rack", "remote"}
"""Registered kinds that are of something: a file, an address."""
OPTIONAL = {"surge"}
"""Programs of their own, which a machine has or not."""


@pytest.mark.parametrize("name", sorted(set(registry.names("instruments")) - KINDS))
def test_an_instrument_keeps_its_promises(name: str, tmp_path: Path) -> None:
    try:
        made = instrument(name, workers=1)
    except PluginError as error:
        if name not in OPTIONAL:
            raise
        pytest.skip(str(error))
    with made:
        check_instrument(made, tmp_path)


@pytest.mark.parametrize("name", registry.names("modules"))
def test_a_module_keeps_its_promises(name: str, tmp_path: Path, pool: Pool) -> None:
    check_module(named(name), tmp_path, pool)


@module(level=knob(0.5, 0.0, 1.0))
def steady(*, level: float, context: Context) -> Signal:
    """A level."""
    return np.full((2, context.n_samples), level, np.float32)


@module(level=knob(0.5, 0.0, 1.0))
def rolls(*, level: float, context: Context) -> Signal:
    """Noise that does not say so."""
    return np.asarray(level * context.rng().random((2, context.n_samples)), np.float32)


@module(level=knob(0.5, 0.0, 1.0))
def short(audio: Signal, *, level: float) -> Signal:
    """Forgets the end."""
    return level * audio[:, :-1]


@module(level=knob(0.5, 0.0, 1.0))
def unsaid(audio: Signal, *, level: float) -> Signal:
    """no sentence"""  # noqa: D403, D415
    return level * audio


@module(level=knob(0.5, 0.0, 1.0))
def roots(audio: Signal, *, level: float) -> Signal:
    """The root of what may be below zero."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(audio) * np.float32(level)


def test_a_good_module_passes(tmp_path: Path, pool: Pool) -> None:
    check_module(steady, tmp_path, pool)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (rolls, "another engine seed sounds different"),
        (short, "expected 22050 samples"),
        (unsaid, "expected a sentence"),
        (roots, "gives NaN or infinite samples"),
        (dataclasses.replace(steady, name="Steady"), "expected a name in lower case"),
        (dataclasses.replace(steady, varying=frozenset({"loudness"})), "what may move is no parameter"),
    ],
)
def test_a_module_that_breaks_one_is_told_which(wrong: Any, said: str, tmp_path: Path, pool: Pool) -> None:
    with pytest.raises(BrokenPromiseError, match=said):
        check_module(wrong, tmp_path, pool)


class Leaky(Rack):
    """Remembers how often it played."""

    played = 0

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        for at, result in super().stream(pairs):
            self.played += 1
            assert isinstance(result, Audio)
            yield at, Audio(result.samples * np.float32(1.0 + 0.001 * self.played), result.sample_rate)


class Forgetful(Rack):
    """Loads what it likes."""

    def load(self, path: Path | str) -> Patch:  # noqa: ARG002
        return Patch.make(self.space)


class Absent(Rack):
    """Leaves one out."""

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        yield from (pair for pair in super().stream(pairs) if pair[0] != 1)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (Leaky, "sounds different in another order"),
        (Forgetful, "reads as another patch"),
        (Absent, "expected a result for each of 3 patches"),
    ],
)
def test_an_instrument_that_breaks_one_is_told_which(kind: type[Rack], said: str, tmp_path: Path) -> None:
    with kind("wrong", steady, workers=1) as made, pytest.raises(BrokenPromiseError, match=said):
        check_instrument(made, tmp_path)
