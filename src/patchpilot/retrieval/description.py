"""What a local embedding says of itself: `embedding.json`, beside the files of its network.

    {
      "format": "patchpilot-embedding-1",
      "name": "openl3", "version": "music-mel256-512", "size": 512, "scale": 2.0,
      "runtime": "onnx", "file": "openl3.onnx",
      "input": {"kind": "logmel", "sample_rate": 48000, "n_fft": 2048, "hop": 242, "n_mels": 256,
                "fmin": 0, "fmax": 24000, "mel": "htk", "log": "db", "range_db": 80,
                "seconds": 1.0, "every_s": 0.5, "axes": "bft1"},
      "unit": true
    }

| field | what it is |
|---|---|
| format | "patchpilot-embedding-1" |
| name | what libraries and datasets know it by: letters, digits, "-", "_" and "." |
| version | the maker's; the digest of the files is added to it |
| size | elements of a vector, 1 to 65536 |
| scale | > 0, the largest magnitude that the int8 of a library holds |
| runtime | "onnx", or "transformers" (extra `clap`): the folder as that library saves it, with safetensors |
| file | with "onnx": the graph, in the same folder |
| output | which it is: the first by default, with "transformers" `pooler_output`; "hidden_states.6" is one of many |
| frames | 1 to 1024: what is heard over time is kept, in so many steps, for datasets and estimators; see below |
| input | what the network hears: see `Input` |
| unit | whether vectors are made of Euclidean length 1; false by default |
| digests | sha256 by file; what is named there is compared |

An output of more than one vector (frames, or windows of a long sound) is averaged. Other fields are left alone.

With `frames` the sound is a picture as well (`local_frames`), from which an estimator can be trained: MERT and its
like, frozen. Input is then one window (`seconds` without `every_s`), and the output vectors in the order of time:

    {
      "format": "patchpilot-embedding-1",
      "name": "mert", "version": "v1-95m-layer-6", "size": 768, "scale": 4.0, "frames": 32,
      "runtime": "onnx", "file": "mert.onnx",
      "input": {"kind": "waveform", "sample_rate": 24000, "seconds": 2.0, "axes": "bt"}
    }
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.audio import front_end
from patchpilot.errors import PluginError

FORMAT = "patchpilot-embedding-1"
FILE = "embedding.json"
RUNTIMES = ("onnx", "transformers")
KINDS = ("front_end", "waveform", "logmel")
LOGS = ("db", "log10", "ln", "none")
MELS = ("slaney", "htk")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LONGEST_S = 60.0
_MOST_FRAMES = 1024
_LETTERS = {"waveform": "bct1", "logmel": "bft1"}
_AXES = {"waveform": "bt", "logmel": "bft"}


@dataclass(frozen=True)
class Input:
    """What a network hears of a sound. Every sound's peak is made 1 first, unless `peak` is null.

    Attributes:
        kind: "front_end" (the picture of `audio.front_end`: the fields below but `planes` don't matter), "waveform"
            or "logmel".
        planes: of a picture: "none", (batch, 4, 96, 64); or "held", (batch, 6, 96, 64): cells after the key went up
            are 0, channel 4 is 1 where it is held, channel 5 says the pitch (see `local_inputs.held`).
        sample_rate: Hz, what the sound is resampled to.
        channels: 1 for the mono mix, 2 for both sides (waveform only).
        seconds: of a window, to which sounds are cut or padded with silence; null for the whole sound.
        every_s: how often a window begins, in seconds; null for one only, at the beginning.
        peak: > 0, of the sound as the network hears it; null leaves it as it is.
        axes: of the network's input, a letter each: b batch (of windows), c channel, f band, t time, 1 for one.
        n_fft, hop: samples of a log-mel's window and between windows (periodic Hann, centred, zeros beyond the ends).
        n_mels, fmin, fmax: its bands, between these in Hz.
        mel: "slaney" (librosa's default, of equal area) or "htk" (of equal height).
        power: 2 for bands of power, 1 of magnitude.
        log: "db" (10 log10 of power, 20 of magnitude), "log10", "ln" or "none".
        floor: > 0, lesser bands are raised to it first.
        range_db: with "db": none is more than this below the loudest, which is 0; null leaves them as they are.
        shift, factor: applied last: (value + shift) × factor.
    """

    kind: str
    planes: str = "none"
    sample_rate: int = 44100
    channels: int = 1
    seconds: float | None = None
    every_s: float | None = None
    peak: float | None = 1.0
    axes: str = ""
    n_fft: int = 2048
    hop: int = 512
    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    mel: str = "slaney"
    power: int = 2
    log: str = "db"
    floor: float = 1e-10
    range_db: float | None = None
    shift: float = 0.0
    factor: float = 1.0


@dataclass(frozen=True)
class Description:
    """A checked `embedding.json`; its fields are those of the file (see above).

    Attributes:
        name, version, size, scale, runtime, file, output, input, unit, frames, digests: as in the file; 0 frames for
            none.
    """

    name: str
    version: str
    size: int
    scale: float
    runtime: str
    file: str
    output: str
    input: Input
    unit: bool
    frames: int
    digests: Mapping[str, str]


def read(folder: Path) -> Description:
    """The description in a folder.

    Raises:
        PluginError: there is none, or it is damaged, of another format, or does not fit together.
    """
    path = folder / FILE
    try:
        said = json.loads(path.read_bytes())
    except OSError as error:
        raise PluginError(
            f"{folder}: expected the folder of an embedding with {FILE} and its network; {FILE}: "
            f"{error.strerror or error}"
        ) from None
    except ValueError as error:
        raise PluginError(f"{path} is no JSON ({error}); it is damaged or cut off") from None
    try:
        return _description(said)
    except _WrongError as error:
        raise PluginError(f"{path}: {error}") from None


class _WrongError(ValueError):
    """What is wrong with a description."""


def _description(said: Any) -> Description:
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        found = said.get("format") if isinstance(said, dict) else said
        raise _WrongError(f'expected "format": "{FORMAT}", got {found!r:.60}')
    runtime = _one_of(said, "runtime", RUNTIMES)
    file = (
        _taken(said, "file", str, "the name of a file in this folder", _is_plain) if runtime == "onnx" else ""
    )
    heard = _input(said.get("input"))
    if runtime == "transformers" and (heard.kind != "waveform" or heard.channels != 1):
        raise _WrongError("with runtime transformers, expected input of kind waveform with 1 channel")
    frames = _taken({"frames": 0, **said}, "frames", int, "1 to 1024", lambda n: 0 <= n <= _MOST_FRAMES)
    if frames and heard.kind != "front_end" and (heard.seconds is None or heard.every_s is not None):
        raise _WrongError("frames are those of one window: expected input with seconds and without every_s")
    return Description(
        name=_taken(
            said, "name", str, 'letters, digits, "-", "_" and "."', lambda n: bool(_NAME.fullmatch(n))
        ),
        version=_taken(said, "version", str, "a text", bool),
        size=_taken(said, "size", int, "1 to 65536", lambda size: 1 <= size <= 65536),
        scale=float(_taken(said, "scale", (int, float), "a number above 0", _is_positive)),
        runtime=runtime,
        file=file,
        output=_taken({"output": "", **said}, "output", str, "the name of an output", lambda _: True),
        input=heard,
        unit=_taken({"unit": False, **said}, "unit", bool, "true or false", lambda _: True),
        frames=frames,
        digests=_taken({"digests": {}, **said}, "digests", dict, "sha256 by file", _are_digests),
    )


def _input(said: Any) -> Input:
    if not isinstance(said, dict):
        raise _WrongError(f"expected an object as input, got {said!r:.60}")
    kind = _one_of(said, "kind", KINDS)
    if kind == "front_end":
        version = said.get("version")
        if version != front_end.VERSION:
            raise _WrongError(
                f"it was made for version {version!r} of the front end, here is {front_end.VERSION}: "
                "it needs another version of Patch Pilot, or training anew"
            )
        planes = _one_of({"planes": "none", **said}, "planes", ("none", "held"))
        return Input(kind, planes=planes, sample_rate=front_end.SAMPLE_RATE)
    unknown = set(said) - set(Input.__dataclass_fields__) - {"version"}
    if unknown:
        raise _WrongError(f"unknown in input: {', '.join(sorted(unknown))}")
    heard = Input(**{"axes": _AXES[kind], **{name: said[name] for name in said if name != "version"}})
    _check_input(heard)
    return heard


def _check_input(heard: Input) -> None:
    said, optional = vars(heard), lambda value: value is None or _is_positive(value)
    whole: Callable[[Any], bool] = lambda value: value >= 1  # noqa: E731
    _taken(said, "sample_rate", int, "Hz, 1000 to 400000", lambda rate: 1000 <= rate <= 400_000)
    for name in ("n_fft", "hop", "n_mels"):
        _taken(said, name, int, "a whole number of at least 1", whole)
    for name in ("seconds", "every_s", "peak", "range_db", "fmax"):
        _taken(said, name, (int, float, type(None)), "a number above 0, or null", optional)
    if heard.seconds is not None and heard.seconds > _LONGEST_S:
        raise _WrongError(f"expected windows of at most {_LONGEST_S:g} seconds, got {heard.seconds:g}")
    if heard.every_s is not None and heard.seconds is None:
        raise _WrongError("every_s needs seconds, the length of a window")
    if heard.every_s is not None and "b" not in str(heard.axes):
        raise _WrongError("every_s makes many windows: expected axes with b, the batch")
    for name in ("fmin", "shift", "factor"):
        _taken(said, name, (int, float), "a number", math.isfinite)
    _taken(said, "floor", (int, float), "a number above 0", _is_positive)
    for name, allowed in {"mel": MELS, "log": LOGS, "power": (1, 2), "channels": (1, 2)}.items():
        _one_of(said, name, allowed)
    if heard.kind == "logmel" and (
        heard.channels != 1 or not 0 <= heard.fmin < _top_hz(heard) <= heard.sample_rate
    ):
        raise _WrongError("expected a log-mel of 1 channel, with fmin below fmax")
    _taken(
        said, "axes", str, f"some of the letters {_LETTERS[heard.kind]}, each but 1 once", _are_axes(heard)
    )


def _top_hz(heard: Input) -> float:
    return heard.fmax if heard.fmax is not None else heard.sample_rate / 2


def _are_axes(heard: Input) -> Callable[[str], bool]:
    """Whether letters name every axis that must be there, none twice, and no other."""
    needed = {"t", "f"} if heard.kind == "logmel" else {"t", "c"} if heard.channels == 2 else {"t"}

    def check(axes: str) -> bool:
        named = axes.replace("1", "")
        allowed = set(_LETTERS[heard.kind]) - {"1"}
        return len(set(named)) == len(named) and needed <= set(named) <= allowed

    return check


def _is_positive(value: Any) -> bool:
    return bool(0.0 < value < math.inf)


def _is_plain(name: str) -> bool:
    """Whether it names a file in the folder, and none outside it."""
    return bool(name) and Path(name).name == name and "\\" not in name


def _are_digests(digests: Any) -> bool:
    return all(_is_plain(name) and isinstance(digest, str) for name, digest in digests.items())


def _one_of(said: Mapping[str, Any], name: str, allowed: tuple[Any, ...]) -> Any:
    value = said.get(name)
    if value not in allowed or isinstance(value, bool):
        raise _WrongError(f"expected {name} as one of {', '.join(map(str, allowed))}, got {value!r:.60}")
    return value


def _taken(said: Mapping[str, Any], name: str, kind: Any, words: str, fits: Callable[[Any], bool]) -> Any:
    """A checked field."""
    value = said.get(name)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool) or not fits(value):
        raise _WrongError(f"expected {name} as {words}, got {value!r:.60}")
    return value
