"""Options of `patchpilot match` that pull one sound out of a mix: --stem bass --at 1:04."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from patchpilot.audio import Audio, Target
    from patchpilot.tracks.stems import Separator

AROUND_S = 15.0
"""How much of a mix is taken apart before and after the time."""


class _Time(click.ParamType):  # type: ignore[type-arg]
    """Seconds, or minutes and seconds: 64, 64.5, 1:04, 1:04.5."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        if isinstance(value, float):
            return value
        minutes, _, seconds = str(value).rpartition(":")
        try:
            found = 60.0 * int(minutes or 0) + float(seconds)
        except ValueError:
            found = -1.0
        if not 0.0 <= found < float("inf") or (minutes and float(seconds) >= 60.0):
            self.fail(f"expected a time like 1:04 or 64.5, got {value!r}", param, ctx)
        return found


def part_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options, for a command."""
    file = click.Path(path_type=Path, file_okay=False)
    options = (
        click.option("--stem", metavar="NAME", help="Match a sound of this stem of the song: bass, other, …"),
        click.option("--at", "at_s", type=_Time(), metavar="TIME", help="Match the sound that begins then: 1:04."),
        click.option("--stems", type=file, metavar="DIR", help="Folder of the song's stems: bass.wav, lead.wav, …"),
        click.option(
            "--demucs", type=file, metavar="DIR",
            help="Folder of a Demucs network that takes the song apart where no stems are given (pip install demucs).",
        ),
    )  # fmt: skip
    for option in reversed(options):
        function = option(function)
    return function


@dataclass
class Part:
    """One sound of a song.

    Attributes:
        stem: of which stem; the mix where None.
        at_s: when it begins, s; the first where None.
        stems: folder of the stems.
        demucs: folder of a network that takes the song apart.
    """

    stem: str | None
    at_s: float | None
    stems: Path | None
    demucs: Path | None
    _separator: Separator | None = None

    @classmethod
    def of(cls, stem: str | None, at_s: float | None, stems: Path | None, demucs: Path | None) -> Part | None:
        """What the options ask for; None where they ask for nothing.

        Raises:
            ParameterError: stems are named, but not which of them.
        """
        from patchpilot.errors import ParameterError

        if stem is None and (stems is not None or demucs is not None):
            raise ParameterError(
                "expected --stem NAME with --stems and --demucs: which of the stems to match"
            )
        return None if stem is None and at_s is None else cls(stem, at_s, stems, demucs)

    def listen(self, song: Path, note: int | None) -> Target:
        """The sound, as `audio.listen` hears it.

        Args:
            song: a file.
            note: of the sound; heard where None.

        Raises:
            AudioError: a file cannot be used, there is no such stem, or it is silent then.
            PluginError: there are no stems, and what takes songs apart is missing.
        """
        from patchpilot.audio import listen
        from patchpilot.tracks.one_sound import clock, sound_at

        audio, begins_s = self._heard(song)
        name = song.name if self.stem is None else f"{self.stem} of {song.name}"
        remark = f"taken from {name}"
        if self.at_s is not None:
            audio, found_s = sound_at(audio, self.at_s - begins_s, name=name, begins_s=begins_s)
            remark += f" at {clock(begins_s + found_s)}"
        target = listen(audio, note=note)
        return replace(target, source=song, notes=(remark, *target.notes))

    def _heard(self, song: Path) -> tuple[Audio, float]:
        """The stem or the mix, and from when on it is there, s."""
        from patchpilot.audio import cut, load

        if self.stem is None:
            return load(song), 0.0
        if self.stems is not None:
            return load(_file(self.stems, self.stem)), 0.0
        mix = load(song)
        begins_s = 0.0
        if self.at_s is not None:
            begins_s = max(0.0, self.at_s - AROUND_S)
            mix = cut(mix, begins_s, self.at_s + AROUND_S)
        return self._taken_apart(mix), begins_s

    def _taken_apart(self, mix: Audio) -> Audio:
        from patchpilot.errors import AudioError
        from patchpilot.tracks.stems import Separator

        if self._separator is None:
            self._separator = Separator(self.demucs)
        if self.stem not in self._separator.names:
            raise AudioError(f"expected a stem of {', '.join(self._separator.names)}, got {self.stem!r}")
        return self._separator(mix)[str(self.stem)]


def _file(folder: Path, stem: str) -> Path:
    """The file of a stem; raises `AudioError`."""
    from patchpilot.errors import AudioError
    from patchpilot.files import SOUNDS

    there = (
        sorted(path for path in folder.iterdir() if path.suffix.lower() in SOUNDS) if folder.is_dir() else []
    )
    for path in there:
        if path.stem.casefold() == stem.casefold():
            return path
    names = ", ".join(path.stem for path in there) or "no sound files"
    raise AudioError(f"expected a stem {stem!r} in {folder}, which holds: {names}")
