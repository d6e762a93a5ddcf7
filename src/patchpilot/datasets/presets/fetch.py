"""Collections of presets from where their authors publish them: git repositories and zip archives.

Each becomes a folder with its presets, its licence and readme files and a `manifest.json`: where it came from, which
commit or content, when, and what it says of its licence. A collection appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit
from urllib.request import url2pathname

import platformdirs

from patchpilot.datasets.presets._git import clone, git_entries
from patchpilot.datasets.presets._source import BANK, Limits, shown
from patchpilot.datasets.presets._unpacking import MANIFEST, Unpacked, is_wanted
from patchpilot.datasets.presets._zips import copied, download, zip_entries
from patchpilot.errors import DatasetError, OutputError, ParameterError
from patchpilot.files import make_folder, output_error, uninterrupted, write_text
from patchpilot.space.canonical import Json, sha256

FORMAT = 1
Kind = Literal["git", "zip"]
_ZIPPED = (".zip", BANK)
"""Endings of zip archives."""
_SCP = re.compile(r"^[\w.+-]+@[\w.-]+:(?!//)[^\0]+$")
"""Git's short way of writing an ssh address: git@host:owner/name."""


@dataclass(frozen=True)
class Collection:
    """A fetched collection.

    Attributes:
        folder: where it is.
        url: where it came from, without passwords.
        kind: "git" or "zip".
        version: the commit's name, or the sha256 of the archive.
        fetched: when, in UTC (ISO 8601).
        presets: how many preset files it has.
        n_bytes: of those.
        licence: what its own files say of its licence (`licences.licence`).
        left_out: banks in it that are damaged or refused.
        is_new: whether it was fetched now.
    """

    folder: Path
    url: str
    kind: Kind
    version: str
    fetched: str
    presets: int
    n_bytes: int
    licence: Json
    left_out: tuple[str, ...] = ()
    is_new: bool = False

    def to_json(self) -> Json:
        """What is in `manifest.json`."""
        said = {k: v for k, v in asdict(self).items() if k not in ("folder", "is_new", "version", "n_bytes")}
        return {
            "format": FORMAT,
            **said,
            "commit" if self.kind == "git" else "sha256": self.version,
            "bytes": self.n_bytes,
        }


def fetch(
    url: str,
    out: Path | str,
    *,
    suffix: str = ".vital",
    kind: Kind | None = None,
    force: bool = False,
    limits: Limits | None = None,
) -> Collection:
    """Fetch a collection into a folder of its own, unless it is there already.

    Args:
        url: of a git repository (https, ssh, file, or a folder) or of a zip archive (http, https, file, or a path).
        out: the folder of all collections; made where it is missing.
        suffix: ending of preset files.
        kind: what is there; by its name where None: a zip archive ends with .zip or .vitalbank.
        force: replace what is there. It stays as it was if that fails.
        limits: what is fetched at most.

    Raises:
        DatasetError: it cannot be had, is no collection, or does what no honest one does.
        OutputError: the folder cannot be written.
        ParameterError: it is no URL of a kind that can be fetched.
        PluginError: there is no git.
    """
    limits, out = limits or Limits(), Path(out)
    place, kind = _place(url, kind)
    folder = out / folder_name(url)
    if (folder / MANIFEST).exists() and not force:
        return collection(folder)
    if folder.exists() and not (folder / MANIFEST).exists():
        raise OutputError(f"{folder} is in the way: it is no collection that was fetched; move it elsewhere")
    with _workplace(out, folder.name) as work:
        new = work / "collection"
        new.mkdir()
        if kind == "git":
            version = clone(place, work / "git", limits)
            entries = git_entries(work / "git", url, limits, lambda path: is_wanted(path, suffix))
        else:
            file = work / "archive.zip"
            is_url = "://" in place
            version = download(place, file, limits) if is_url else copied(Path(place), file, limits)
            entries = zip_entries(file, url, limits, lambda path: is_wanted(path, suffix))
        made = Unpacked(new, url, suffix, limits)
        with entries as found:
            made.add(found)
        said = Collection(
            folder,
            shown(url),
            kind,
            version,
            datetime.now(UTC).isoformat(timespec="seconds"),
            made.presets,
            made.n_bytes,
            made.licence(),
            tuple(made.banks_left_out),
            is_new=True,
        )
        write_text(new / MANIFEST, json.dumps(said.to_json(), indent=1, ensure_ascii=False) + "\n")
        _put(new, folder, work / "old")
    return said


def collection(folder: Path) -> Collection:
    """A collection that was fetched before.

    Raises:
        DatasetError: its manifest is missing or damaged.
    """
    try:
        said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        version = said["commit" if said["kind"] == "git" else "sha256"]
        return Collection(
            folder, said["url"], said["kind"], version, said["fetched"], int(said["presets"]), int(said["bytes"]),
            {"said": str(said["licence"]["said"]), **said["licence"]}, tuple(said["left_out"]),
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DatasetError(
            f"{folder / MANIFEST}: expected what `dataset presets fetch` wrote ({error!r}); fetch it again with --force"
        ) from None


def user_collections() -> Path:
    """Where collections are kept if no folder is named; the environment may name another (PATCHPILOT_PRESETS)."""
    named = os.environ.get("PATCHPILOT_PRESETS")
    return Path(named) if named else platformdirs.user_data_path("patchpilot") / "presets"


def collections(out: Path) -> list[Collection]:
    """All collections in a folder, by name; those that are damaged are left out."""
    found = []
    for manifest in sorted(out.glob(f"*/{MANIFEST}")):
        with contextlib.suppress(DatasetError):
            found.append(collection(manifest.parent))
    return found


def folder_name(url: str) -> str:
    """Where a collection lies: the last parts of its URL, and a few digits that only this URL has."""
    # A token is no part of what is fetched.
    parts = [part for part in re.split(r"[/:\\]+", unquote(shown(url))) if part not in ("", ".", "..")]
    words = [re.sub(r"[^\w.-]+", "-", part).strip("-.") for part in parts[-2:]]
    name = re.sub(
        r"\.(git|zip|vitalbank)$", "", "-".join(word for word in words if word), flags=re.IGNORECASE
    )
    return f"{name[-60:].strip('-.') or 'presets'}-{sha256(shown(url).encode())[:6]}"


def _place(url: str, kind: Kind | None) -> tuple[str, Kind]:
    """What is opened, and how.

    Raises:
        ParameterError: neither git nor zip can be had from there.
    """
    scheme = urlsplit(url).scheme.lower() if "://" in url else ""
    if not url.strip() or url.startswith("-") or any(ord(c) < 32 for c in url):
        raise ParameterError(f"expected the URL of a git repository or a zip archive, got {url!r}")
    is_scp = not scheme and bool(_SCP.match(url)) and not Path(url).exists()
    path = Path(url2pathname(urlsplit(url).path)) if scheme == "file" else Path(url)
    is_local = scheme in ("", "file") and not is_scp
    if is_local and not path.exists():
        raise DatasetError(f"{url}: there is no such file or folder")
    if kind is None:
        named = urlsplit(url).path.lower() if scheme else url.lower()
        is_zip = path.is_file() if is_local else named.endswith(_ZIPPED) or "/zip/" in named
        kind = "zip" if is_zip else "git"
    allowed = ("http", "https") if kind == "zip" else ("https", "ssh")
    if is_local:
        return (path.resolve().as_uri() if kind == "git" else str(path)), kind
    if is_scp and kind == "git":
        return url, kind
    if scheme not in allowed:
        raise ParameterError(
            f"{shown(url)}: expected a {kind} URL that begins with {', '.join(allowed)} or file, got {scheme or url!r}"
        )
    return url, kind


@contextlib.contextmanager
def _workplace(out: Path, name: str) -> Iterator[Path]:
    """A hidden folder on the same disk that is gone afterwards; what a killed run left there is swept."""
    make_folder(out)
    for left in out.glob(f".{name}.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    try:
        work = Path(tempfile.mkdtemp(prefix=f".{name}.", suffix=".part", dir=out))
    except OSError as error:
        raise output_error(out, error) from error
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _put(new: Path, folder: Path, old: Path) -> None:
    """Have a collection appear in its place; what was there goes, or stays if that fails."""
    with uninterrupted():
        try:
            if folder.exists():
                folder.rename(old)
            try:
                new.rename(folder)
            except OSError:
                if old.exists():
                    old.rename(folder)
                raise
        except OSError as error:
            raise output_error(folder, error) from error
