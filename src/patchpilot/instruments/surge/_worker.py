"""What runs inside a worker process: the only code that touches Surge's engine.

Each render begins with an engine that has loaded its patch and played nothing but a little silence: allNotesOff and
loadPatch leave tails, filters and counters behind, so no engine plays twice. What Surge prints goes nowhere: no message
of ours passes through stdout.
"""

from __future__ import annotations

import base64
import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.modules.hosting import surge

USUAL_RATE = 44100
"""Hz, of the engine that all begin with."""
WARM_UP = 64
"""Blocks of silence before the first note, in which what is smoothed after loading arrives."""
_LOUDEST = 127


def boot() -> None:
    """Load the module."""
    surge.module()


def common() -> Any:
    """The first engine of its process, at the usual rate."""
    return surge.engine(USUAL_RATE)


def prepare(base: Mapping[str, Any], synth: Any) -> Any:
    """An engine with a patch loaded and warmed up; or nothing, for a task that makes its own.

    Args:
        base: "preset": content of an FXP file, or None; "sample_rate": Hz; "engine_seed": of the C library's dice.
        synth: what `common` made.

    Raises:
        ValueError: the engine refuses the preset.
    """
    if base["preset"] is None:
        return None
    if base["sample_rate"] != USUAL_RATE:
        synth = surge.engine(base["sample_rate"])
    surge.roll(base["engine_seed"])
    surge.load_preset(synth, base["preset"])
    synth.processMultiBlock(synth.createMultiBlock(WARM_UP))
    surge.roll(base["engine_seed"])
    return synth


def run(synth: Any, delta: tuple[str, Any]) -> Any:
    """Do one task: "play", "read" a preset as the engine understands it, or "describe" the engine."""
    task, argument = delta
    if task == "play":
        return _play(synth, argument)
    if task == "read":
        return _read(argument)
    return _describe()


def _save(synth: Any) -> bytes:
    with surge.preset_file() as name:
        synth.savePatch(name)
        return Path(name).read_bytes()


def _read(preset: bytes) -> str:
    """A preset as this version of the engine writes it, in base64."""
    synth = common()
    surge.load_preset(synth, preset)
    synth.processMultiBlock(synth.createMultiBlock(4))
    return base64.b64encode(_save(synth)).decode()


def _describe() -> str:
    from patchpilot.instruments.surge._describe import Describer

    return Describer(surge.module(), common, _save).describe()


def _play(synth: Any, argument: Mapping[str, Any]) -> npt.NDArray[np.float32]:
    """Notes and moving parameters, on the borders of blocks; float32 (2, n_samples).

    Raises:
        ValueError: the engine gave NaN.
    """
    size, n_samples = synth.getBlockSize(), argument["n_samples"]
    n_blocks = -(-n_samples // size)
    audio, heard = synth.createMultiBlock(n_blocks), None
    if argument["audio"] is not None:
        heard = synth.createMultiBlock(n_blocks)
        heard[:, :n_samples] = argument["audio"]
    events = _events(argument["notes"], size, n_blocks)
    handles = surge.parameters(synth) if argument["moves"] else {}
    borders = range(n_blocks) if argument["moves"] else sorted(events)
    for block, following in itertools.pairwise([*borders, n_blocks]):
        for number, values in argument["moves"]:
            synth.setParamVal(handles[number], float(values[min(block, len(values) - 1)]))
        for is_on, pitch, loudness in sorted(
            events.get(block, [])
        ):  # what ends here ends before anything begins
            if is_on:
                synth.playNote(0, pitch, loudness, 0)
            else:
                synth.releaseNote(0, pitch, 0)
        if heard is None:
            synth.processMultiBlock(audio, block, following - block)
        else:
            synth.processMultiBlockWithInput(heard, audio, block, following - block)
    if not np.isfinite(audio).all():
        raise ValueError("Surge's engine gave NaN")
    return np.ascontiguousarray(audio[:, :n_samples])


def _events(notes: Any, size: int, n_blocks: int) -> dict[int, list[tuple[int, int, int]]]:
    """Keys that are hit (1, pitch, velocity) and let go (0, pitch, 0), by the block that they are nearest to."""
    events: dict[int, list[tuple[int, int, int]]] = {0: []}
    for start, hold, pitch, velocity in notes:
        loudness = min(max(round(velocity * _LOUDEST), 1), _LOUDEST)
        first = min(round(start / size), n_blocks - 1)
        last = max(round((start + hold) / size), first + 1)
        events.setdefault(first, []).append((1, pitch, loudness))
        if last < n_blocks:
            events.setdefault(last, []).append((0, pitch, 0))
    return events


def identity() -> str:
    """Surge's fingerprint on this machine, in a worker."""
    from patchpilot.instruments._fingerprint import fingerprint

    return fingerprint("surge", str(surge.module().getVersion()))
