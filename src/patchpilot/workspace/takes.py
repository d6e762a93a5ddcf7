"""Takes of the workspace's bank: told as JSON, found, heard."""

from __future__ import annotations

import json
import re
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from typing_extensions import TypedDict

from patchpilot.audio import Audio, loudness_lufs
from patchpilot.bank.entry import Entry, entries_of
from patchpilot.bank.export import file_name
from patchpilot.bank.query import Query
from patchpilot.errors import BankError, EngineError, PatchError
from patchpilot.files import output_error
from patchpilot.instruments.base import Instrument
from patchpilot.space import Patch
from patchpilot.workspace.errors import MissingError
from patchpilot.workspace.plain import plain

if TYPE_CHECKING:
    from patchpilot.workspace.workspace import Workspace

TRAIL = "trail"
"""The searcher of takes that are only the way to another: lists leave them out until something is said of them."""
VOTES = {1: "yes", -1: "no", 0: None}


class TakeAnswer(TypedDict):
    """A take: `seconds` long, made by `searcher`; `vote` is "yes", "no" or null, `stars` 1 or 0."""

    number: int
    take_id: str
    name: str
    instrument: str
    searcher: str
    detail: str
    experiment: str
    created: str
    seconds: float
    lufs: float | None
    scores: dict[str, float | None]
    vote: str | None
    stars: int
    tags: list[str]
    pinned: list[str]
    note: str
    parents: list[str]


class Loudness:
    """How loud takes are, measured once: by the sha256 of their sound, in a file of the workspace.

    Args:
        workspace: whose bank.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._bank, self._path = workspace.bank, workspace.path / "loudness.jsonl"
        self._lock = threading.Lock()
        self._known: dict[str, float | None] = {}
        if self._path.exists():
            for line in self._path.read_text("utf-8", errors="replace").splitlines():
                try:
                    self._known.update(json.loads(line))
                except ValueError:  # a last line that was cut off
                    continue

    def known(self, entry: Entry) -> tuple[bool, float | None]:
        """Whether it is known, and LUFS; None for silence."""
        features = entry.json["features"]
        if "lufs" in features:
            return True, float(features["lufs"])
        return entry.audio_sha256 in self._known, self._known.get(entry.audio_sha256)

    def measured(self, entry: Entry) -> float | None:
        """LUFS; None for silence, and where the sound is not there."""
        is_known, lufs = self.known(entry)
        if is_known:
            return lufs
        try:
            loud: float | None = loudness_lufs(self._bank.take(entry.number).audio)
        except BankError:
            return None
        loud = None if loud == float("-inf") else round(float(loud or 0.0), 2)
        with self._lock:
            self._known[entry.audio_sha256] = loud
            try:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps({entry.audio_sha256: loud}) + "\n")
            except OSError as error:
                raise output_error(self._path, error) from error
        return loud


def shown(workspace: Workspace, entry: Entry, *, listen: bool = True) -> dict[str, Any]:
    """A take as JSON.

    Args:
        workspace: whose bank it is in.
        entry: it.
        listen: measure how loud it is, if nobody did; else its `lufs` may be null.
    """
    said, loudness = entry.json, workspace.part(Loudness)
    lufs = loudness.measured(entry) if listen else loudness.known(entry)[1]
    answer: dict[str, Any] = plain(
        {
            "number": entry.number,
            "take_id": entry.id,
            "name": entry.name,
            "instrument": entry.instrument,
            "searcher": entry.searcher,
            "detail": said["origin"].get("detail", ""),
            "experiment": entry.experiment,
            "created": entry.made_at.isoformat(timespec="milliseconds"),
            "seconds": said["performance"]["length_s"],
            "lufs": lufs,
            "scores": dict(entry.scores),
            "vote": VOTES[entry.vote],
            "stars": int(entry.golden),
            "tags": entry.tags,
            "pinned": entry.pinned,
            "note": entry.note,
            "parents": said["origin"].get("parents", []),
        }
    )
    return answer


def listed(
    workspace: Workspace, where: Query, *, limit: int, before: int | None = None, listen_s: float = 0.4
) -> dict[str, Any]:
    """Takes, the newest first, without trails.

    Args:
        workspace: whose.
        where: which.
        limit: at most so many.
        before: only numbers below.
        listen_s: seconds that may go into measuring how loud they are; then `lufs` is null.

    Returns:
        {"takes": […], "next": what `before` is to be for more, null where that was all, "count": of all}.
    """
    bank = workspace.bank
    numbers = [n for n in bank.numbers(where, order="newest") if before is None or n < before]
    found: list[Entry] = []
    for start in range(0, len(numbers), limit + 1):
        some = entries_of(bank.database, numbers[start : start + limit + 1])
        found += [entry for entry in some if entry.searcher != TRAIL or _is_marked(entry)]
        if len(found) > limit:
            break
    until = time.monotonic() + listen_s
    takes = [shown(workspace, entry, listen=time.monotonic() < until) for entry in found[:limit]]
    return {
        "takes": takes,
        "next": takes[-1]["number"] if len(found) > limit else None,
        "count": len(numbers),
    }


def audio_of(workspace: Workspace, number: int) -> Audio:
    """The sound of a take; one whose preview was cleared away is rendered again.

    Raises:
        MissingError: there is no such take.
        BankError: its sound is gone, and cannot be made again.
    """
    entry = workspace.entry(number)
    if entry.has_audio:
        try:
            return workspace.bank.take(number).audio
        except BankError:
            pass
    again = workspace.bank.replay(number, instrument_of(workspace, entry))
    if again.audio is None:
        raise EngineError(f"take {number} cannot be played again: {again.error}")
    return again.audio


def instrument_of(workspace: Workspace, entry: Entry) -> Instrument:
    """What plays a take; raises `MissingError` where it is not here, and as it is opened."""
    names = workspace.instruments.names
    if entry.instrument in names:
        return workspace.instruments.get(entry.instrument, "hands")
    for name in names:
        if ":" in name:
            instrument = workspace.instruments.get(name, "hands")
            if entry.instrument == instrument.space.instrument:
                return instrument
    raise MissingError(
        f"take {entry.number} is of {entry.instrument!r}, which is not here; there are: {', '.join(names)}"
    )


def name_of(workspace: Workspace, entry: Entry) -> str:
    """By what name the workspace knows the instrument of a take; raises as `instrument_of` does."""
    if entry.instrument in workspace.instruments.names:
        return entry.instrument
    instrument = instrument_of(workspace, entry)
    names = [name for name in workspace.instruments.names if ":" in name]
    return next(name for name in names if workspace.instruments.get(name, "hands") is instrument)


def tell_mark(workspace: Workspace, number: int) -> dict[str, Any]:
    """Say that something was said of a take; gives the take as JSON."""
    take = shown(workspace, workspace.entry(number))
    workspace.events.publish("mark", take)
    return take


def _is_marked(entry: Entry) -> bool:
    return bool(entry.vote or entry.golden or entry.tags or entry.pinned or entry.note)


def preset_of(workspace: Workspace, number: int) -> tuple[bytes, str]:
    """The native preset file of a take, and its name.

    Raises:
        MissingError: there is no such take, or its instrument is not here.
        BankError: a part of its patch is gone.
    """
    entry = workspace.entry(number)
    try:
        patch = entry.record.patch(workspace.bank.assets)
    except PatchError as error:
        raise BankError(f"take {number} cannot be written: {error}") from None
    return preset_file(instrument_of(workspace, entry), patch, file_name(entry))


def preset_file(instrument: Instrument, patch: Patch, name: str) -> tuple[bytes, str]:
    """The native preset file of a patch, and a name for it without what no file name may have."""
    plain_name = re.sub(r"[^\w -]+", "", name).strip()[:80] or "patch"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{plain_name}{instrument.suffix}"
        instrument.export(patch, path)
        return path.read_bytes(), path.name
