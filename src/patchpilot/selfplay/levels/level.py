"""The `Level` noun: a loop to master, in a folder, with all attempts at it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from patchpilot.audio import load, save
from patchpilot.errors import ParameterError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.rack.material.material import Material, loop_material
from patchpilot.selfplay.levels.analysis import Taken, taken_apart
from patchpilot.space.canonical import Json

FORMAT = 1
ABOUT, ORIGINAL, ATTEMPTS, ATTEMPT = "level.json", "original.wav", "attempts", "attempt.json"
_NAME = re.compile(r"[\w][\w .-]{0,63}")


def default_folder() -> Path:
    """Where the user's levels are."""
    return platformdirs.user_data_path("patchpilot") / "levels"


@dataclass(frozen=True)
class Level:
    """A loop to master. Make one with `add`, and open it with `opened`.

    Attributes:
        folder: of all that belongs to it.
        tempo_bpm: of the loop.
        key: "A minor", or "".
        is_key_said: whether somebody said the key; otherwise it was heard.
        first_beat_s: where its first beat is.
    """

    folder: Path
    tempo_bpm: float
    key: str
    is_key_said: bool
    first_beat_s: float

    @property
    def name(self) -> str:
        """What it is called."""
        return self.folder.name

    def taken(self) -> Taken:
        """Its loop, taken apart; the same each time."""
        audio = load(self.folder / ORIGINAL)
        return taken_apart(
            Material(
                audio, self.tempo_bpm, self.key if self.is_key_said else "", first_beat_s=self.first_beat_s
            )
        )

    def attempts(self) -> list[dict[str, Json]]:
        """All that are done, the best first; of equal ones the earlier."""
        found = []
        for path in sorted((self.folder / ATTEMPTS).glob(f"*/{ATTEMPT}")):
            try:
                said = json.loads(path.read_text(encoding="utf-8"))
                found.append({**said, "name": path.parent.name, "total": float(said["total"])})
            except (OSError, ValueError, KeyError, TypeError):
                continue  # not finished, or no attempt
        return sorted(found, key=lambda said: -said["total"])


def add(
    path: Path, levels: Path, *, name: str = "", tempo_bpm: float | None = None, key: str = ""
) -> tuple[Level, Taken]:
    """Make a loop a level.

    Args:
        path: of its file.
        levels: folder of all levels.
        name: of the level; the file's by default.
        tempo_bpm: of the loop, where the file does not say it and it is not to be heard.
        key: likewise.

    Returns:
        The level, and what was heard.

    Raises:
        AudioError: it is silent, too long, or no audio.
        OutputError: the folder cannot be written.
        ParameterError: the name is none, or another loop has it.
    """
    name = name or path.stem
    folder = levels / _checked(name)
    taken = taken_apart(loop_material(path, tempo_bpm=tempo_bpm, key=key))
    if (folder / ABOUT).exists():
        known = load(folder / ORIGINAL)
        if (
            known.samples.shape != taken.material.audio.samples.shape
            or (known.samples != taken.material.audio.samples).any()
        ):
            raise ParameterError(
                f"there is a level {name!r} already, of another loop: give this one a --name"
            )
    make_folder(folder)
    save(taken.material.audio, folder / ORIGINAL)
    about = {
        "format": FORMAT,
        "source": path.name,
        "tempo_bpm": taken.tempo_bpm,
        "key": taken.key,
        "is_key_said": bool(taken.material.key),
        "first_beat_s": taken.material.first_beat_s,
    }
    write_text(folder / ABOUT, json.dumps(about, indent=2) + "\n")
    return opened(name, levels), taken


def opened(name: str, levels: Path) -> Level:
    """A level by its name.

    Raises:
        ParameterError: there is none; says which there are.
    """
    path = levels / _checked(name) / ABOUT
    if not path.exists():
        known = ", ".join(names(levels)) or "none yet"
        raise ParameterError(
            f"no level {name!r}: there are {known}; add one with `patchpilot level add LOOP`"
        )
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        if said["format"] != FORMAT:
            raise ParameterError(f"{path} is of format {said['format']}: update Patch Pilot")
        return Level(
            path.parent,
            float(said["tempo_bpm"]),
            str(said["key"]),
            bool(said["is_key_said"]),
            float(said["first_beat_s"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ParameterError(f"{path} is damaged ({error}): add the loop again") from None


def names(levels: Path) -> list[str]:
    """Of all levels, sorted."""
    return sorted(path.parent.name for path in levels.glob(f"*/{ABOUT}"))


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ParameterError(f"expected a name of letters, digits, spaces, dots and dashes, got {name!r}")
    return name
