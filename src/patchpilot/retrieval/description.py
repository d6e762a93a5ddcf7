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
| input | what the network hears: see `description_input.Input` |
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
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import PluginError
from patchpilot.retrieval._fields import WrongError, is_positive, one_of, taken
from patchpilot.retrieval.description_input import Input, input_of

FORMAT = "patchpilot-embedding-1"
FILE = "embedding.json"
RUNTIMES = ("onnx", "transformers")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_MOST_FRAMES = 1024


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
    except WrongError as error:
        raise PluginError(f"{path}: {error}") from None


def _description(said: Any) -> Description:
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        found = said.get("format") if isinstance(said, dict) else said
        raise WrongError(f'expected "format": "{FORMAT}", got {found!r:.60}')
    runtime = one_of(said, "runtime", RUNTIMES)
    file = (
        taken(said, "file", str, "the name of a file in this folder", _is_plain) if runtime == "onnx" else ""
    )
    heard = input_of(said.get("input"))
    if runtime == "transformers" and (heard.kind != "waveform" or heard.channels != 1):
        raise WrongError("with runtime transformers, expected input of kind waveform with 1 channel")
    frames = taken({"frames": 0, **said}, "frames", int, "1 to 1024", lambda n: 0 <= n <= _MOST_FRAMES)
    if frames and heard.kind != "front_end" and (heard.seconds is None or heard.every_s is not None):
        raise WrongError("frames are those of one window: expected input with seconds and without every_s")
    return Description(
        name=taken(
            said, "name", str, 'letters, digits, "-", "_" and "."', lambda n: bool(_NAME.fullmatch(n))
        ),
        version=taken(said, "version", str, "a text", bool),
        size=taken(said, "size", int, "1 to 65536", lambda size: 1 <= size <= 65536),
        scale=float(taken(said, "scale", (int, float), "a number above 0", is_positive)),
        runtime=runtime,
        file=file,
        output=taken({"output": "", **said}, "output", str, "the name of an output", lambda _: True),
        input=heard,
        unit=taken({"unit": False, **said}, "unit", bool, "true or false", lambda _: True),
        frames=frames,
        digests=taken({"digests": {}, **said}, "digests", dict, "sha256 by file", _are_digests),
    )


def _is_plain(name: str) -> bool:
    """Whether it names a file in the folder, and none outside it."""
    return bool(name) and Path(name).name == name and "\\" not in name


def _are_digests(digests: Any) -> bool:
    return all(_is_plain(name) and isinstance(digest, str) for name, digest in digests.items())
