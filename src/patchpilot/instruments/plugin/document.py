"""Presets of plug-ins: readable JSON that says which plug-in, each value as the plug-in has it, and what it shows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from patchpilot.errors import PatchError
from patchpilot.files import write_text
from patchpilot.instruments.plugin.info import PluginInfo
from patchpilot.space.canonical import Json
from patchpilot.space.patch import Patch
from patchpilot.space.space import Space

FORMAT = "patchpilot-plugin-1"
MAX_BYTES = 32 << 20


def write(info: PluginInfo, patch: Patch, texts: Mapping[int, str], state: str, path: Path) -> None:
    """Write a patch.

    Args:
        info: of the plug-in.
        patch: of it.
        texts: what its knobs show, by the host's index, as far as is known.
        state: what the plug-in itself keeps, in base64, for hosts that load it; "" where there is none.
        path: of the file.

    Raises:
        OutputError: the file cannot be written.
    """
    values = {}
    for knob in info.knobs:
        p = knob.parameter
        value = knob.own(patch.values.get(p.name, p.default))
        values[p.name] = {"value": value, "text": f"{texts.get(knob.index, '')} {knob.unit}".strip()}
    said: dict[str, Json] = {
        "format": FORMAT,
        "plugin": {"file": info.file, "sha256": info.sha256, "kind": info.kind},
        "info": dict(patch.info),
        "values": values,
    }
    if state:
        said["state"] = state
    write_text(path, json.dumps(said, indent=1, ensure_ascii=False) + "\n")


def read(info: PluginInfo, space: Space, path: Path) -> Patch:
    """A patch of a file that `write` wrote, of this plug-in, be it another version.

    Raises:
        PatchError: it cannot be read, is something else, or of another plug-in.
    """
    try:
        if path.exists() and not path.is_file():
            raise PatchError(f"{path}: cannot be read as a plug-in's preset: it is no file")
        if path.stat().st_size > MAX_BYTES:
            raise PatchError(f"{path}: expected a preset below {MAX_BYTES >> 20} MB; is it one?")
        data = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise PatchError(f"{path}: cannot be read as a plug-in's preset: {error.strerror}") from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise PatchError(f"{path}: expected a plug-in's preset as JSON; is it another file?") from None
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise PatchError(
            f"{path}: expected a plug-in's preset of format {FORMAT}; was it written by something else?"
        )
    try:
        theirs = data["plugin"]["file"]
        if theirs != info.file:
            raise PatchError(f"{path}: is a preset of {theirs}, and this is {info.file}")
        knobs = {knob.parameter.name: knob for knob in info.knobs}
        unknown = sorted(set(data["values"]) - set(knobs))
        if unknown:
            raise PatchError(
                f"{path}: {info.file} has no parameter {unknown[0]!r}: was it saved from another version?"
            )
        values = {
            name: knobs[name].stored(_number(said["value"], name)) for name, said in data["values"].items()
        }
        return Patch.make(space, values, info=dict(data.get("info", {})))
    except PatchError as error:
        raise error if str(error).startswith(f"{path}") else PatchError(f"{path}: {error}") from None
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise PatchError(f"{path}: a part of the preset is missing or damaged: {error!r}") from None


def _number(value: Json, name: str) -> float:
    """A plug-in's own value, 0..1."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= value <= 1.0:
        raise PatchError(f"{name}: expected a number from 0 to 1, got {value!r}")
    return float(value)
