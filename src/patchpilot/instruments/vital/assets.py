"""Vital's assets: wavetables, LFO shapes and the sample, between preset JSON and `Asset`."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError, PatchError
from patchpilot.space.assets import Asset
from patchpilot.space.canonical import Json, canonical_json, one_spelling

FRAME_SIZE = 2048
"""Samples in one wave frame."""
MAX_FRAME = 256
"""Highest position of a frame: `osc_N_wave_frame` runs from 0 to this."""
Morph = Literal["spectral", "crossfade"]
"""How Vital fills the places between two frames of a wavetable."""
MAX_LFO_POINTS = 100
"""Most points an LFO shape may have in Vital."""

TABLE_VERSION = "1.5.5"
"""Version written to wavetables (the engine's own, 99999.9.9, is none that was released)."""

_BLOB_KEYS = ("wave_data", "audio_file", "samples", "samples_stereo")
_NAME_KEYS = ("name", "author")
_COMPONENTS = {
    "Wave Source", "Line Source", "Audio File Source", "Shepard Tone Source", "Phase Shift",
    "Wave Window", "Frequency Filter", "Slew Limiter", "Wave Folder", "Wave Warp",
}  # fmt: skip


def from_vital(kind: str, data: Json, *, where: str) -> tuple[Asset, str]:
    """Read one wavetable, LFO shape or sample of a preset.

    Args:
        kind: "wavetable", "lfo" or "sample".
        data: its JSON in the preset.
        where: its slot, for messages.

    Returns:
        The asset, and the name that the preset gives it.

    Raises:
        PatchError: it is not an object, its binary data cannot be decoded, or it holds a component, a
            frame or a length that would crash or upset the engine.
    """
    if not isinstance(data, dict):
        raise PatchError(f"{where}: expected a JSON object, got {type(data).__name__}")
    if kind == "wavetable":
        _check_components(data, where)
    blobs: list[bytes] = []
    header = _take_blobs({k: v for k, v in data.items() if k not in _NAME_KEYS}, blobs, where)
    if kind == "sample":
        _check_length(data, blobs, where)
    if kind == "wavetable" and _same_table_since(header.get("version")):
        header["version"] = TABLE_VERSION
    return _asset(kind, header, blobs), str(data.get("name", ""))


def _asset(kind: str, header: Json, blobs: Sequence[bytes]) -> Asset:
    return Asset(kind, canonical_json(one_spelling(header)), tuple(blobs))


def _same_table_since(version: Json) -> bool:
    """Whether tables of a version are read as today's are: the engine's last change to them was in 0.4.7."""
    numbers = str(version).split(".")
    return all(n.isdecimal() for n in numbers) and [int(n) for n in numbers] >= [0, 9]


def to_vital(asset: Asset, name: str) -> Json:
    """The asset as it stands in a preset, under a name."""
    data = _put_blobs(json.loads(asset.header), asset.blobs)
    return {**data, "name": name, "author": ""} if asset.kind == "wavetable" else {**data, "name": name}


def _check_components(data: Json, where: str) -> None:
    for group in _objects(data, "groups", where):
        for component in _objects(group, "components", where):
            if component.get("type") not in _COMPONENTS:
                raise PatchError(
                    f"{where}: unknown wavetable component {component.get('type')!r}, on which the engine "
                    f"would crash; known: {', '.join(sorted(_COMPONENTS))}"
                )


def _objects(data: Json, key: str, where: str) -> list[Json]:
    items = data.get(key, [])
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise PatchError(f"{where}: expected a list of JSON objects as {key!r}")
    return items


def _check_length(data: Json, blobs: Sequence[bytes], where: str) -> None:
    """The engine trusts the length and would play whatever lies in memory behind the samples."""
    n_samples, there = data.get("length"), min((len(blob) // 2 for blob in blobs), default=0)
    if not isinstance(n_samples, int) or not 0 <= n_samples <= there:
        raise PatchError(f"{where}: expected a length up to the {there} samples in it, got {n_samples!r}")


def _take_blobs(data: Json, blobs: list[bytes], where: str) -> Json:
    """A copy of `data` with binary texts moved to `blobs`."""
    if isinstance(data, list):
        return [_take_blobs(item, blobs, where) for item in data]
    if not isinstance(data, dict):
        return data
    taken = {}
    if "$blob" in data:
        raise PatchError(f"{where}: '$blob' is no key of a preset")
    for key, value in data.items():
        if key in _BLOB_KEYS and isinstance(value, str):
            blobs.append(_decoded(key, value, where))
            taken[key] = {"$blob": len(blobs) - 1}
        else:
            taken[key] = _take_blobs(value, blobs, where)
    return taken


def _decoded(key: str, text: str, where: str) -> bytes:
    try:
        blob = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PatchError(f"{where}: {key} is not base64 ({error}); was the file cut off or edited?") from None
    if key == "wave_data":
        frame = np.frombuffer(blob[: len(blob) // 4 * 4], "<f4")
        if len(blob) != 4 * FRAME_SIZE or not np.isfinite(frame).all():
            raise PatchError(f"{where}: expected frames of {FRAME_SIZE} finite float32 samples in wave_data")
    return blob


def _put_blobs(data: Json, blobs: Sequence[bytes]) -> Json:
    if isinstance(data, list):
        return [_put_blobs(item, blobs) for item in data]
    if isinstance(data, dict):
        if set(data) == {"$blob"}:
            return base64.b64encode(blobs[data["$blob"]]).decode()
        return {key: _put_blobs(value, blobs) for key, value in data.items()}
    return data


def wavetable(
    frames: npt.ArrayLike, positions: Sequence[int] | None = None, *, morph: Morph = "spectral"
) -> Asset:
    """A wavetable of sampled frames with smooth transitions.

    Args:
        frames: float32 (k, 2048), one period each, within ±1 for full level.
        positions: ascending, 0..256; evenly spread by default.
        morph: what lies between two frames: their spectra blended, or their waves ("crossfade", which loads a
            third faster and is the same where frames share their phases).

    Raises:
        ParameterError: shapes do not fit, or samples are not finite.
    """
    waves = np.atleast_2d(np.asarray(frames, dtype="<f4"))
    if waves.ndim != 2 or waves.shape[1] != FRAME_SIZE or not np.isfinite(waves).all():
        raise ParameterError(f"expected finite frames of shape (k, {FRAME_SIZE}), got {waves.shape}")
    if positions is None:
        positions = (
            np.round(np.linspace(0, MAX_FRAME if len(waves) > 1 else 0, len(waves))).astype(int).tolist()
        )
    ascending = all(a < b for a, b in pairwise(positions))
    if len(positions) != len(waves) or not ascending or positions[0] < 0 or positions[-1] > MAX_FRAME:
        raise ParameterError(f"expected {len(waves)} ascending positions in 0..{MAX_FRAME}, got {positions}")
    source = {
        "type": "Wave Source",
        "interpolation": 1 if morph == "spectral" else 0,
        "interpolation_style": 1,
        "keyframes": [
            {"position": int(position), "wave_data": {"$blob": i}} for i, position in enumerate(positions)
        ],
    }
    header = {
        "full_normalize": False,
        "remove_all_dc": False,
        "version": TABLE_VERSION,
        "groups": [{"components": [source]}],
    }
    return _asset("wavetable", header, [wave.tobytes() for wave in waves])


def lfo(
    points: Sequence[tuple[float, float]], powers: Sequence[float] | None = None, *, smooth: bool = False
) -> Asset:
    """An LFO shape.

    Args:
        points: (time, value) pairs in 0..1, ascending in time from 0 to 1.
        powers: curvature from each point to the next, 0 for straight.
        smooth: whether Vital rounds the corners.

    Raises:
        ParameterError: fewer than 2 or more than 100 points, or points out of order.
    """
    times = [x for x, _ in points]
    if not 2 <= len(points) <= MAX_LFO_POINTS or times != sorted(times) or (times[0], times[-1]) != (0, 1):
        raise ParameterError(
            f"expected 2 to {MAX_LFO_POINTS} points in order from time 0 to 1, got {points!r}"
        )
    header = {
        "num_points": len(points),
        # Vital draws downwards: 1 is the bottom.
        "points": [float(v) for x, y in points for v in (x, 1.0 - y)],
        "powers": [float(p) for p in (powers or [0.0] * len(points))],
        "smooth": smooth,
    }
    return _asset("lfo", header, [])


def sample(samples: npt.ArrayLike, sample_rate: int) -> Asset:
    """A sample for the sample slot: 16 bit mono.

    Args:
        samples: (n,), full scale = 1; what exceeds it is clipped.
        sample_rate: Hz.
    """
    pcm = np.clip(np.round(np.asarray(samples, dtype=np.float64) * 32767.0), -32768, 32767).astype("<i2")
    header = {"length": len(pcm), "sample_rate": sample_rate, "samples": {"$blob": 0}}
    return _asset("sample", header, [pcm.tobytes()])


def white_noise(n_samples: int = 44100) -> Asset:
    """The default content of the sample slot: one fixed second of white noise.

    Vital makes new noise for every engine, which no other render could repeat; this takes its place.
    """
    # random_raw is the one stream that NumPy promises never to change.
    raw = np.random.PCG64(0).random_raw(n_samples)
    return sample((raw >> np.uint64(11)).astype(np.float64) / 2.0**52 - 1.0, 44100)
