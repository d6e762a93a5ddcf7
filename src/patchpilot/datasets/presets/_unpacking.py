"""What of a collection is kept, and under which names."""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from patchpilot.datasets.presets._source import BANK, Entry, Limits, shown
from patchpilot.datasets.presets._zips import zip_entries
from patchpilot.datasets.presets.licences import is_licence_file, licence
from patchpilot.errors import DatasetError
from patchpilot.files import output_error
from patchpilot.space.canonical import Json

MANIFEST = "manifest.json"
_MOST_TEXT = 256 * 2**10
"""Bytes of a licence or readme file that are kept."""
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')
"""What some system does not allow in names."""


def is_wanted(path: str, suffix: str) -> bool:
    """Whether a file is a preset or a bank of them, or says the licence; hidden ones and a Mac's shadows are not."""
    parts = path.replace("\\", "/").split("/")
    hidden = any(part.startswith(".") and part != ".." for part in parts) or "__MACOSX" in parts
    return not hidden and (path.lower().endswith((suffix, BANK)) or is_licence_file(path))


class Unpacked:
    """A collection that is being written.

    Args:
        folder: where to; it is there and empty.
        url: where the collection comes from, for messages.
        suffix: ending of preset files.
        limits: what is unpacked at most, banks included.
    """

    def __init__(self, folder: Path, url: str, suffix: str, limits: Limits) -> None:
        self._folder, self._url, self._suffix, self._limits = folder, url, suffix, limits
        self._texts: dict[str, str] = {}
        self._taken = {MANIFEST}
        self._written = 0
        self.presets = 0
        self.n_bytes = 0
        """Of the presets."""
        self.banks_left_out: list[str] = []
        """Banks that are damaged, or refused."""

    def add(self, entries: Sequence[Entry], inside: str = "") -> None:
        """Write files; of a bank, what is in it, into a folder of its name.

        Args:
            entries: of the collection, or of a bank of it.
            inside: path of the bank.

        Raises:
            DatasetError: a path leaves the folder, or it becomes too much; OutputError: it cannot be written.
        """
        for entry in sorted(entries, key=lambda entry: entry.path):
            path = f"{inside}/{entry.path}" if inside else entry.path
            if path.lower().endswith(BANK):
                if not inside:  # banks have no banks in them
                    self._add_bank(entry)
            elif path.lower().endswith(self._suffix):
                self.n_bytes += len(self._write(path, entry))
                self.presets += 1
            elif entry.size <= _MOST_TEXT:
                text = self._write(path, entry).decode(errors="replace")
                self._texts[path] = text

    def _add_bank(self, entry: Entry) -> None:
        """What is in a bank; one that is damaged costs no more than itself."""
        try:
            bank = io.BytesIO(entry.read())
            where = str(PurePosixPath(entry.path.replace("\\", "/")).with_suffix(""))
            with zip_entries(bank, f"{self._url} ({entry.path})", self._limits, self._is_wanted) as found:
                self.add(found, inside=where)
        except DatasetError:
            if self._written > self._limits.total:
                raise
            self.banks_left_out.append(entry.path)

    def _is_wanted(self, path: str) -> bool:
        return is_wanted(path, self._suffix)

    def _write(self, path: str, entry: Entry) -> bytes:
        data = entry.read()
        self._written += len(data)
        if self._written > self._limits.total:
            raise DatasetError(f"{shown(self._url)}: it unpacks to more than {self._limits.total >> 20} MB")
        place = self._folder / _safe(path, self._taken)
        try:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        except OSError as error:
            raise output_error(place, error) from error
        return data

    def licence(self) -> Json:
        """What the collection says of its licence.

        Raises:
            DatasetError: there are no presets in it, so it is none.
        """
        if not self.presets:
            left_out = f" ({len(self.banks_left_out)} damaged banks)" if self.banks_left_out else ""
            raise DatasetError(
                f"{shown(self._url)}: it has no {self._suffix} files{left_out}, so nothing was kept; "
                "is it the right place?"
            )
        return licence(self._texts)


def _safe(path: str, taken: set[str]) -> str:
    """A name below the collection's folder that every system allows and no other file has.

    Raises:
        DatasetError: the path leaves the folder.
    """
    parts = [part for part in path.replace("\\", "/").split("/") if part not in ("", ".")]
    if ".." in parts or not parts:
        raise DatasetError(f"{path!r} points outside its folder; the collection is refused")
    clean = [_FORBIDDEN.sub("_", part).rstrip(" .")[-120:] or "_" for part in parts]
    name, number = "/".join(clean), 2
    while name.casefold() in taken:
        last = PurePosixPath(clean[-1])
        name = "/".join([*clean[:-1], f"{last.stem} ({number}){last.suffix}"])
        number += 1
    taken.add(name.casefold())
    return name
