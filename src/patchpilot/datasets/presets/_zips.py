"""Zip archives: brought here, and what is wanted of them unpacked, with nothing that could do harm."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
import stat
import urllib.error
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from patchpilot import __version__
from patchpilot.datasets.presets._source import Entry, Limits, shown
from patchpilot.errors import DatasetError
from patchpilot.files import output_error

_CHUNK = 1 << 20


def download(url: str, file: Path, limits: Limits) -> str:
    """Stream an archive into a file; returns the sha256 of its content.

    Raises:
        DatasetError: it cannot be had, is cut off or too large; OutputError: the disk is full.
    """
    digest, size = hashlib.sha256(), 0
    request = urllib.request.Request(url, headers={"User-Agent": f"patchpilot/{__version__}"})
    try:
        with urllib.request.urlopen(request, timeout=min(limits.seconds, 60.0)) as source:
            said = source.headers.get("Content-Length", "")
            expected = int(said) if said.isdecimal() else None
            with file.open("xb") as sink:
                for chunk in iter(lambda: source.read(_CHUNK), b""):
                    size += len(chunk)
                    if size > limits.download:
                        raise DatasetError(f"{shown(url)}: it is larger than {limits.download >> 20} MB")
                    digest.update(chunk)
                    try:
                        sink.write(chunk)
                    except OSError as error:
                        raise output_error(file, error) from error
    except urllib.error.HTTPError as error:
        raise DatasetError(f"{shown(url)}: the server says {error.code} {error.reason}") from None
    except (urllib.error.URLError, TimeoutError, OSError, ValueError) as error:
        why = getattr(error, "reason", None) or error
        raise DatasetError(f"{shown(url)}: cannot be downloaded: {why}") from None
    if expected is not None and size < expected:
        raise DatasetError(
            f"{shown(url)}: the download was cut off after {size} of {expected} bytes; try again"
        )
    return digest.hexdigest()


def copied(path: Path, file: Path, limits: Limits) -> str:
    """Copy a local archive, so that it cannot change meanwhile; returns the sha256 of its content."""
    try:
        if path.stat().st_size > limits.download:
            raise DatasetError(f"{path}: it is larger than {limits.download >> 20} MB")
        shutil.copyfile(path, file)
    except OSError as error:
        raise DatasetError(f"{path}: cannot be read: {error.strerror}") from None
    with file.open("rb") as whole:
        return hashlib.file_digest(whole, "sha256").hexdigest()


@contextlib.contextmanager
def zip_entries(
    file: Path | io.BytesIO, url: str, limits: Limits, wanted: Callable[[str], bool]
) -> Iterator[list[Entry]]:
    """The files of a zip archive that are wanted.

    Raises:
        DatasetError: it is no zip, or damaged; or a wanted entry leaves its folder, is a link, is encrypted, or
            unpacks to more than it may.
    """
    with contextlib.ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(file))
            listed = archive.infolist()
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise DatasetError(f"{shown(url)}: expected a zip archive or a git repository: {error}") from None
        if len(listed) > limits.files:
            raise DatasetError(f"{shown(url)}: expected up to {limits.files} files, got {len(listed)}")
        chosen = [info for info in listed if not info.is_dir() and wanted(info.filename)]
        for info in chosen:
            _check(info, url, limits)
        if sum(info.file_size for info in chosen) > limits.total:
            raise DatasetError(f"{shown(url)}: it unpacks to more than {limits.total >> 20} MB")
        yield [
            Entry(info.filename, info.file_size, partial(_unzipped, archive, info, url)) for info in chosen
        ]


def _check(info: zipfile.ZipInfo, url: str, limits: Limits) -> None:
    """Refuse what no honest collection has."""
    parts = info.filename.replace("\\", "/").split("/")
    reason = None
    if stat.S_ISLNK(info.external_attr >> 16):
        reason = "is a link"
    elif ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in info.orig_filename:
        reason = "points outside its folder"
    elif info.flag_bits & 1:
        reason = "is encrypted"
    elif info.file_size > limits.most(info.filename):
        reason = f"unpacks to more than {limits.most(info.filename) >> 20} MB"
    if reason:
        raise DatasetError(f"{shown(url)}: the archive is refused, since {info.filename!r} {reason}")


def _unzipped(archive: zipfile.ZipFile, info: zipfile.ZipInfo, url: str) -> bytes:
    """An entry's content, never more than its header says, which was checked."""
    try:
        with archive.open(info) as source:
            return source.read(info.file_size)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise DatasetError(f"{shown(url)}: {info.filename!r} in it is damaged: {error}") from None
