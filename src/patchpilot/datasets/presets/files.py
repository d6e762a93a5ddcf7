"""Preset files below folders: found in a fixed order, read once, and kept so that the next reading is quick.

An engine needs a tenth of a second or more to understand a preset, mostly for its wavetables. So what it understood
is kept in the user's cache folder under the hash of the file and the engine's version, each wavetable once; reading
it again takes a few milliseconds. New files are read on several engines at once.
"""

from __future__ import annotations

import json
import os
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import platformdirs

from patchpilot import __version__
from patchpilot.errors import EngineError, OutputError, PatchError, PatchPilotError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.base import instrument as made
from patchpilot.space import AssetStore, Patch
from patchpilot.space.canonical import canonical_json, sha256

FORMAT = 1
"""Of what is kept; raised when a patch is read otherwise from the same file."""
LARGEST = 64 * 2**20
"""Bytes of a preset file; a larger one is none."""
_AT_HAND = 32
"""Patches that are kept in memory."""
_WORTH_A_READER = 12
"""New files for each further engine that is started to read them."""
_MOST_READERS = 8
_TOLD = 3
"""How many reasons are told where no file is a preset."""


@dataclass(frozen=True)
class PresetFile:
    """A file that may be a preset.

    Attributes:
        path: where it is.
        name: its path below the folder that was asked for, with "/", in plain Unicode.
    """

    path: Path
    name: str


def preset_folders(instrument: Instrument) -> list[Path]:
    """The folders of an instrument's own presets that are there: user's, factory's, packs'."""
    if instrument.name == "vital":
        from patchpilot.instruments.vital.folders import preset_folders as vitals

        return vitals()
    own = getattr(instrument, "preset_folders", None)
    folders: list[Path] = [instrument.preset_folder()] if own is None else own()
    return [folder for folder in folders if folder.is_dir()]


def preset_files(folders: Sequence[Path], suffix: str) -> list[PresetFile]:
    """Files of that ending below folders: in the folders' order, then by name. Hidden ones are left out.

    Links are followed, but no folder is looked into twice.

    Raises:
        PatchError: a folder is not there, or is none.
    """
    found: list[PresetFile] = []
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        if not folder.is_dir():
            what = "it is a file" if folder.exists() else "it is not there"
            raise PatchError(f"{folder}: expected a folder of {suffix} files, but {what}")
        found += sorted(_below(folder, suffix, seen), key=lambda file: file.name)
    return found


def _below(folder: Path, suffix: str, seen: set[tuple[int, int]]) -> Iterator[PresetFile]:
    for place, inner, files in os.walk(folder, followlinks=True):
        with suppress(OSError):
            status = Path(place).stat()
            # A file system without inode numbers has no links either.
            if status.st_ino and (status.st_dev, status.st_ino) in seen:
                inner.clear()
                continue
            seen.add((status.st_dev, status.st_ino))
        inner[:] = sorted(name for name in inner if not name.startswith((".", "__MACOSX")))
        for file in files:
            if file.lower().endswith(suffix) and not file.startswith("."):
                path = Path(place, file)
                below = path.relative_to(folder).as_posix()
                yield PresetFile(path, below.encode(errors="surrogateescape").decode(errors="replace"))


@dataclass
class PatchStore:
    """Patches by key, in a folder; or in memory, where that cannot be written.

    Args:
        folder: made when first written to.
    """

    folder: Path
    _kept: dict[str, Patch] = field(default_factory=dict)
    _recent: OrderedDict[str, Patch] = field(default_factory=OrderedDict)

    def __getstate__(self) -> dict[str, Any]:
        """Without what can be read again."""
        return {**vars(self), "_recent": OrderedDict()}

    def has(self, key: str) -> bool:
        """Whether a patch seems to be here."""
        return key in self._kept or self._path(key).exists()

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}.json"

    @property
    def _assets(self) -> AssetStore:
        return AssetStore(self.folder / "assets")

    def put(self, key: str, patch: Patch) -> None:
        """Keep a patch."""
        try:
            text = canonical_json(patch.to_json(self._assets))
            write_text(make_folder(self._path(key).parent) / self._path(key).name, text)
        except (OutputError, PatchError, OSError):
            self._kept[key] = patch

    def get(self, key: str) -> Patch | None:
        """The patch of a key; None where it is not here, or damaged."""
        found = self._kept.get(key) or self._recent.get(key)
        if found is None:
            try:
                found = Patch.from_json(json.loads(self._path(key).read_text(encoding="utf-8")), self._assets)
            except (OSError, ValueError, PatchError):
                return None
            self._recent[key] = found
            while len(self._recent) > _AT_HAND:
                self._recent.popitem(last=False)
        return found


def user_store() -> PatchStore:
    """What was read before, in the user's cache folder; PATCHPILOT_PRESET_CACHE names another."""
    named = os.environ.get("PATCHPILOT_PRESET_CACHE")
    return PatchStore(Path(named) if named else platformdirs.user_cache_path("patchpilot") / "presets")


def key_of(instrument: Instrument, path: Path) -> str | None:
    """Hash of a file's content and of what reads it; None for what cannot be a preset."""
    with suppress(OSError):
        if path.is_file() and path.stat().st_size <= LARGEST:
            reader = f"{FORMAT} {__version__} {instrument.name} {instrument.space.version}"
            return sha256(reader.encode(), path.read_bytes())
    return None


def read_all(
    instrument: Instrument, files: Sequence[PresetFile], store: PatchStore
) -> Iterator[tuple[PresetFile, str, Patch | str]]:
    """Read files in their order.

    Yields:
        (file, key, patch) for a preset, which is in the store from then on; (file, "", reason) for another file.
    """
    keys = [key_of(instrument, file.path) for file in files]
    new = sum(key is None or not store.has(key) for key in keys)
    with ExitStack() as stack:
        readers: SimpleQueue[Instrument] = SimpleQueue()
        readers.put(instrument)
        n_readers = 1
        while n_readers < min(_cpus(), _MOST_READERS, 1 + new // _WORTH_A_READER):
            try:
                readers.put(stack.enter_context(made(instrument.name, workers=1)))
            except (PatchPilotError, TypeError):
                break  # it is not registered, or takes no workers
            n_readers += 1

        def read(file: PresetFile, key: str | None) -> Patch | str:
            found = store.get(key) if key is not None else None
            if found is not None:
                return found
            reader = readers.get()
            try:
                return reader.load(file.path)
            except (PatchError, EngineError, OSError, ValueError) as error:
                return _reason(error, file.path)
            finally:
                readers.put(reader)

        for file, key, patch in _ahead(stack, n_readers, read, list(zip(files, keys, strict=True))):
            if isinstance(patch, str) or key is None:
                yield file, "", patch if isinstance(patch, str) else "it changed while it was read"
                continue
            if store.get(key) is None:
                store.put(key, patch)
            yield file, key, patch


def _ahead(
    stack: ExitStack,
    n_readers: int,
    read: Callable[[PresetFile, str | None], Patch | str],
    items: Sequence[tuple[PresetFile, str | None]],
) -> Iterator[tuple[PresetFile, str | None, Patch | str]]:
    """What was read, in order; a few files ahead where there are several readers, since each may be megabytes."""
    if n_readers == 1:
        for file, key in items:
            yield file, key, read(file, key)
        return
    threads = stack.enter_context(ThreadPoolExecutor(n_readers))
    stack.callback(threads.shutdown, wait=False, cancel_futures=True)
    ahead = 2 * n_readers
    waiting = deque(threads.submit(read, *item) for item in items[:ahead])
    for at, (file, key) in enumerate(items):
        patch = waiting.popleft().result()
        if at + ahead < len(items):
            waiting.append(threads.submit(read, *items[at + ahead]))
        yield file, key, patch


def nothing_read(folders: Sequence[Path], suffix: str, refused: Mapping[Path, str]) -> str:
    """What is told where no file is a preset."""
    where = ", ".join(map(str, folders)) or "no folder"
    if not refused:
        return f"no {suffix} files below {where}; is it the right folder?"
    first = "; ".join(f"{path.name}: {reason}" for path, reason in list(refused.items())[:_TOLD])
    more = f"; and {len(refused) - _TOLD} more" if len(refused) > _TOLD else ""
    return f"none of the {len(refused)} {suffix} files below {where} can be read: {first}{more}"


def _reason(error: Exception, path: Path) -> str:
    """What is wrong with a file, without its name, on one line."""
    return " ".join(str(error).removeprefix(f"{path}: ").split()) or type(error).__name__


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
