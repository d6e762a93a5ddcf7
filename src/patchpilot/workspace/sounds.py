"""Sounds that were brought to a workspace: decoded once, kept by their content."""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import shutil
import threading
import unicodedata
from collections import OrderedDict
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from patchpilot.audio import Audio, Target, listen, load, loudness_lufs, save
from patchpilot.errors import AudioError
from patchpilot.files import make_folder, write_text
from patchpilot.workspace.errors import MissingError, TooLargeError
from patchpilot.workspace.jobs.job import now
from patchpilot.workspace.limits import Limits

_ID = re.compile(r"[0-9a-f]{16}")
_LONGEST_NAME = 120
_TARGETS = 16
"""Sounds of which what was heard is kept in memory."""


class Sounds:
    """The sounds of a workspace; threads may share it.

    Args:
        path: their folder.
        limits: how large one may be.

    Raises:
        OutputError: the folder cannot be made.
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path, self._limits = make_folder(path), limits
        self._decoding = threading.Lock()  # one at a time, so that memory is bounded
        self._targets: OrderedDict[tuple[str, int | None], Target] = OrderedDict()

    def add(self, file: Path, *, name: str) -> dict[str, Any]:
        """Take a sound file in, of any format that can be decoded.

        Args:
            file: as it came; it stays as it is.
            name: that its owner knows it by, for people only.

        Returns:
            {id, name, seconds, channels, sample_rate, note, lufs, added}; note and lufs null where it has none.

        Raises:
            AudioError: it is no sound.
            OutputError: the disk is full.
            TooLargeError: it is too long.
        """
        with self._decoding:
            audio = self._decoded(file)
            return self._kept(audio, _digest(file), name)

    def add_audio(self, audio: Audio, *, name: str, is_listed: bool = True) -> dict[str, Any]:
        """Take a sound in that was made here; as `add`. One that is not listed is there for whoever knows its id."""
        digest = hashlib.sha256(audio.samples.tobytes()).hexdigest()
        return self._kept(audio, digest, name, is_listed=is_listed)

    def info(self, sound_id: str) -> dict[str, Any]:
        """What `add` said; raises `MissingError`."""
        said: dict[str, Any] = json.loads(self._place(sound_id, ".json").read_text("utf-8"))
        return said

    def all(self) -> list[dict[str, Any]]:
        """All that are listed, the newest first."""
        found = [self.info(path.stem) for path in self.path.glob("*.json") if _ID.fullmatch(path.stem)]
        return sorted(
            (said for said in found if said.get("is_listed", True)),
            key=lambda said: said["added"],
            reverse=True,
        )

    def file(self, sound_id: str) -> Path:
        """The WAV file; raises `MissingError`."""
        return self._place(sound_id, ".wav")

    def target(self, sound_id: str, note: int | None = None) -> Target:
        """A sound as `audio.listen` hears it, called by the name that its owner knows.

        Raises:
            AudioError: it is silent or too short to be matched.
            MissingError: there is none.
        """
        key = (sound_id, note)
        if key not in self._targets:
            heard = listen(self.file(sound_id), note=note)
            self._targets[key] = replace(heard, source=Path(self.info(sound_id)["name"]))
            while len(self._targets) > _TARGETS:
                self._targets.popitem(last=False)
        return self._targets[key]

    def named(self, text: str) -> str:
        """A text in which sounds are called as their owner calls them, and not by their files here."""
        parts = re.split(re.escape(f"{self.path}{os.sep}") + r"([0-9a-f]{16})\.wav", text)
        for at in range(1, len(parts), 2):
            with suppress(MissingError):
                parts[at] = self.info(parts[at])["name"]
        return "".join(parts)

    def _decoded(self, file: Path) -> Audio:
        import soundfile

        try:
            head = soundfile.info(str(file))
        except (soundfile.LibsndfileError, OSError, TypeError):
            load(file, seconds=1.0)  # which says what is wrong with it
            raise AudioError(
                "expected a sound file (WAV, FLAC, OGG, MP3, AIFF), got something else"
            ) from None
        most_s = min(self._limits.seconds, self._limits.samples / max(1, head.channels * head.samplerate))
        if head.frames > most_s * head.samplerate:
            raise TooLargeError(
                f"expected a sound of at most {most_s / 60.0:.0f} minutes with {head.channels} channels at "
                f"{head.samplerate} Hz, got {head.frames / head.samplerate / 60.0:.0f} minutes; cut out what you want"
            )
        return load(file, seconds=most_s)

    def _kept(self, audio: Audio, digest: str, name: str, *, is_listed: bool = True) -> dict[str, Any]:
        sound_id = digest[:16]
        try:
            known = self.info(sound_id)
        except MissingError:
            known = None
        if known is not None:
            return known
        lufs = loudness_lufs(audio)
        place = self.path / f"{sound_id}.wav"
        self._check_room(audio)
        save(audio, place)
        said: dict[str, Any] = {
            "id": sound_id,
            "name": shown_name(name),
            "seconds": round(audio.duration_s, 6),
            "channels": audio.channels,
            "sample_rate": audio.sample_rate,
            "note": None,
            "lufs": round(lufs, 2) if math.isfinite(lufs) else None,
            "added": now(),
            **({} if is_listed else {"is_listed": False}),
        }
        try:
            heard = listen(place)
            said["note"] = heard.note
            self._targets[sound_id, None] = replace(heard, source=Path(shown_name(name)))
        except AudioError:
            pass  # silence, or a click: it can be kept, if not matched
        write_text(self.path / f"{sound_id}.json", json.dumps(said) + "\n")
        return said

    def _check_room(self, audio: Audio) -> None:
        from patchpilot.errors import OutputError

        free = shutil.disk_usage(self.path).free
        if free < audio.samples.nbytes + self._limits.spare_bytes:
            raise OutputError(f"cannot write to {self.path}: the disk is full; make room")

    def _place(self, sound_id: str, suffix: str) -> Path:
        place = self.path / f"{sound_id}{suffix}"
        if not _ID.fullmatch(sound_id) or not place.exists():
            raise MissingError(f"there is no sound {sound_id!r:.80}; bring it first")
        return place


def shown_name(name: str) -> str:
    """A file's name as people read it: no folders, nothing that does not print, not endless."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(char for char in last if unicodedata.category(char)[0] != "C")
    return kept.strip(". ")[:_LONGEST_NAME] or "sound"


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
