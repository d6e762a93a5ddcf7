"""The `GoldenSet` noun: sounds that somebody loves; it grows and shrinks."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from patchpilot.audio import F32, Audio, load
from patchpilot.datasets.storage.lock import Lock
from patchpilot.errors import AudioError, BankError, ParameterError, PatchPilotError
from patchpilot.objectives.golden import KINDS, Kind
from patchpilot.objectives.hearing import Embedding
from patchpilot.selfplay.golden.alike import are_alike
from patchpilot.selfplay.golden.analysis import analysed
from patchpilot.selfplay.golden.folder import Folder
from patchpilot.selfplay.golden.item import Item, Part
from patchpilot.selfplay.golden.parts import audio_of

SUFFIX = ".golden"
_SIDECARS = (".json", ".toml", ".txt", ".md")
"""Beside sounds; not worth a remark."""


@dataclass
class Added:
    """What came of adding files.

    Attributes:
        items: sounds that are new in the set.
        twice: files whose sound is there already, with the name of the one that is.
        left_out: files that are no sounds, with the reason.
    """

    items: list[Item] = field(default_factory=list)
    twice: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


class GoldenSet:
    """Sounds that are loved, in a folder; a `patchpilot.objectives.golden.Golden`. Make one with `GoldenSet.open`.

    Args:
        folder: of its files.
    """

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._items = folder.items()

    @classmethod
    def open(cls, path: Path | str | None = None) -> GoldenSet:
        """The golden set of a folder, which is made when something is added.

        Args:
            path: of the folder; by default the user's own (`default_path`).

        Raises:
            BankError: it is damaged, no golden set, or from a newer version.
        """
        return cls(Folder(Path(path) if path is not None else default_path()))

    @property
    def path(self) -> Path:
        """Of its folder."""
        return self._folder.path

    @property
    def items(self) -> list[Item]:
        """What is in it, in the order in which it was added."""
        return list(self._items.values())

    def __len__(self) -> int:
        return len(self._items)

    def add(self, paths: Iterable[Path | str], *, on_file: Callable[[Path], None] = lambda _: None) -> Added:
        """Add sounds; files that are none are named and left out, and so are sounds that are there already.

        Interrupted, it keeps those that were finished; the rest can be added later by the same call.

        Args:
            paths: of files and folders; folders with all that is in them.
            on_file: called before each file.

        Raises:
            AudioError: a path does not exist.
            OutputError: the place cannot be written to, or another process writes there.
        """
        report = Added()
        lock: Lock | None = None
        try:
            for path in _files(paths):
                on_file(path)
                try:
                    item, _ = analysed(path)
                except PatchPilotError as error:
                    report.left_out[str(path)] = str(error).removeprefix(f"{path}: ")
                    continue
                lock = lock or self._locked()
                if (same := self._same(item)) is not None:
                    report.twice[str(path)] = same.name
                    continue
                self._folder.add(item, path.read_bytes())
                self._items[item.id] = item
                report.items.append(item)
        finally:
            if lock is not None:
                lock.release()
        return report

    def remove(self, names: Iterable[str], *, erase: bool = False) -> list[Item]:
        """Take sounds out. What they were stays known, and their files too, unless they are to be erased.

        Args:
            names: names of files, or beginnings of ids of at least six characters.
            erase: delete their files.

        Raises:
            BankError: a name is of no sound or of several; then none is removed.
        """
        found = [self._named(name) for name in names]
        lock = self._locked()
        try:
            for item in found:
                if self._items.pop(item.id, None) is not None:
                    self._folder.remove(item, erase=erase)
        finally:
            lock.release()
        return found

    def audio(self, item: Item) -> Audio:
        """A sound of it.

        Raises:
            BankError: its file is gone or damaged.
        """
        try:
            return load(self._folder.audio(item))
        except AudioError as error:
            raise BankError(
                f"the golden sound {item.name} cannot be read: {error} Add it again from where it came, or remove "
                f"it with `patchpilot golden remove {item.id[:12]}`."
            ) from None

    def parts(self, kind: Kind) -> Iterator[tuple[Item, Part, Audio]]:
        """All parts of a kind, with what they sound like.

        Raises:
            ParameterError: there is no such kind.
            BankError: a file is gone or damaged.
        """
        _check(kind)
        for item in self.items:
            audio = self.audio(item) if item.parts[kind] else None
            for part in item.parts[kind]:
                assert audio is not None
                yield item, part, audio_of(audio, part)

    def vectors(self, embedding: Embedding, kind: Kind = "whole") -> F32:
        """What an embedding says of all parts of a kind, float32 (n, size); computed once and kept in the folder.

        Raises:
            ParameterError: there is no such kind.
            BankError: a file is gone or damaged.
        """
        _check(kind)
        rows = [self._vectors(embedding, item, kind) for item in self.items if item.parts[kind]]
        return np.concatenate(rows) if rows else np.zeros((0, embedding.size), np.float32)

    def _vectors(self, embedding: Embedding, item: Item, kind: Kind) -> F32:
        shelf, name = f"{embedding.name}-{embedding.version}", f"{item.id}-{kind}"
        kept = self._folder.vectors(shelf, name)
        if kept is not None and kept.shape == (len(item.parts[kind]), embedding.size):
            return kept
        audio = self.audio(item)
        made = np.stack(
            [
                embedding(audio_of(audio, part), pitch=part.pitch, hold_s=part.hold_s)
                for part in item.parts[kind]
            ]
        ).astype(np.float32)
        self._folder.keep_vectors(shelf, name, made)
        return made

    def _locked(self) -> Lock:
        lock = self._folder.lock()
        self._items = self._folder.items()  # what others added meanwhile
        return lock

    def _same(self, item: Item) -> Item | None:
        """The sound of the set that is the same, in whatever encoding."""
        if item.id in self._items:
            return self._items[item.id]
        for other in self._items.values():
            if are_alike(item.fingerprint, item.duration_s, other.fingerprint, other.duration_s):
                return other
        return None

    def _named(self, name: str) -> Item:
        found = [
            item
            for item in self._items.values()
            if item.name == name or (len(name) >= 6 and item.id.startswith(name.lower()))
        ]
        if len(found) != 1:
            what = "no sound" if not found else f"{len(found)} sounds"
            raise BankError(
                f"{what} {name!r} in {self.path}: expected a file's name or the first six or more characters of its "
                "id, as `patchpilot golden list` shows them"
            )
        return found[0]


def default_path() -> Path:
    """The user's own golden set, beside the default bank; the environment may name another (PATCHPILOT_GOLDEN)."""
    import platformdirs

    named = os.environ.get("PATCHPILOT_GOLDEN")
    return Path(named) if named else platformdirs.user_data_path("patchpilot") / f"default{SUFFIX}"


def _check(kind: str) -> None:
    if kind not in KINDS:
        raise ParameterError(f"expected parts of a kind of {', '.join(KINDS)}, got {kind!r}")


def _files(paths: Iterable[Path | str]) -> Iterator[Path]:
    """Files, those of folders sorted; hidden ones and the texts beside sounds are passed over."""
    for path in map(Path, paths):
        if path.is_dir():
            yield from (
                file
                for file in sorted(path.rglob("*"))
                if file.is_file()
                and not any(part.startswith(".") for part in file.relative_to(path).parts)
                and file.suffix.lower() not in _SIDECARS
            )
        elif path.exists():
            yield path
        else:
            raise AudioError(f"no such file or folder: {path}. Check the spelling.")
