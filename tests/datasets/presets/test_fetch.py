"""Collections are fetched whole or not at all, and only what is wanted of them; strangers' tricks are refused."""

from __future__ import annotations

import functools
import hashlib
import http.server
import json
import stat
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from patchpilot.datasets.presets import fetch as module
from patchpilot.datasets.presets._source import Limits, shown
from patchpilot.datasets.presets.fetch import Collection, collections, fetch, folder_name
from patchpilot.errors import DatasetError, OutputError, ParameterError, PluginError

FILES = {
    "Bass/Deep.vital": b'{"a":1}',
    "lead.VITAL": b'{"b":2}',
    "LICENSE": b"CC0 1.0 Universal",
    "run.sh": b"rm",
}
KEPT = {"Bass/Deep.vital", "lead.VITAL", "LICENSE", "manifest.json"}


def git(folder: Path, *arguments: str) -> str:
    run = subprocess.run(
        ["git", "-c", "user.name=a", "-c", "user.email=a@b", "-C", folder, *arguments],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return run.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "origin" / "presets"
    folder.mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    for name, data in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(data)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "one")
    return folder


def zipped(path: Path, files: Mapping[str, bytes] = FILES) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def there(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def left(out: Path) -> list[str]:
    """All that is in the folder of collections, hidden things included."""
    return sorted(path.name for path in out.iterdir()) if out.exists() else []


def test_a_repository_is_fetched_with_its_commit_and_licence(repository: Path, tmp_path: Path) -> None:
    found = fetch(repository.as_uri(), tmp_path / "out")
    assert there(found.folder) == KEPT
    assert (found.folder / "Bass" / "Deep.vital").read_bytes() == FILES["Bass/Deep.vital"]
    manifest = json.loads((found.folder / "manifest.json").read_text())
    assert manifest["commit"] == git(repository, "rev-parse", "HEAD")
    assert manifest["url"] == repository.as_uri()
    assert (manifest["kind"], manifest["presets"], manifest["bytes"]) == ("git", 2, 14)
    assert manifest["licence"]["spdx"] == "CC0-1.0"
    assert manifest["licence"]["files"] == ["LICENSE"]
    assert left(tmp_path / "out") == [found.folder.name]
    assert found.is_new


def test_a_zip_is_fetched_with_its_hash(tmp_path: Path) -> None:
    path = zipped(tmp_path / "My pack.zip")
    for url in (str(path), path.as_uri()):
        found = fetch(url, tmp_path / "out")
        assert there(found.folder) == KEPT
        assert found.version == hashlib.sha256(path.read_bytes()).hexdigest()
    assert len(collections(tmp_path / "out")) == 2


def test_what_is_there_already_is_not_fetched_again(repository: Path, tmp_path: Path) -> None:
    first = fetch(str(repository), tmp_path / "out")
    (repository / "new.vital").write_text("{}")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "two")
    again = fetch(str(repository), tmp_path / "out")
    assert not again.is_new
    assert again.to_json() == first.to_json()
    replaced = fetch(str(repository), tmp_path / "out", force=True)
    assert replaced.presets == 3
    assert left(tmp_path / "out") == [first.folder.name]


def test_a_replacement_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip")
    first = fetch(str(path), tmp_path / "out")
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(DatasetError, match="expected a zip archive"):
        fetch(str(path), tmp_path / "out", force=True)
    assert there(first.folder) == KEPT
    assert left(tmp_path / "out") == [first.folder.name]


def test_an_interrupt_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    path = zipped(tmp_path / "pack.zip")
    monkeypatch.setattr(module, "_put", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fetch(str(path), tmp_path / "out")
    assert left(tmp_path / "out") == []


def test_what_a_killed_run_left_is_swept(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip")
    (tmp_path / "out" / f".{folder_name(str(path))}.xyz.part" / "collection").mkdir(parents=True)
    found = fetch(str(path), tmp_path / "out")
    assert left(tmp_path / "out") == [found.folder.name]


def test_a_folder_that_is_no_collection_is_left_alone(tmp_path: Path) -> None:
    path = zipped(tmp_path / "pack.zip")
    folder = tmp_path / "out" / folder_name(str(path))
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(OutputError, match="in the way"):
        fetch(str(path), tmp_path / "out", force=True)
    assert (folder / "mine.txt").exists()


BAD_ZIPS: dict[str, tuple[Mapping[str, bytes], str]] = {
    "slip": ({"../../evil.vital": b"{}"}, "outside its folder"),
    "absolute": ({"/etc/evil.vital": b"{}"}, "outside its folder"),
    "drive": ({"C:/evil.vital": b"{}"}, "outside its folder"),
    "backslash": ({"..\\evil.vital": b"{}"}, "outside its folder"),
    "large": ({"a.vital": b"0" * 3000}, "unpacks to more"),
    "bomb": ({f"{i}.vital": b"0" * 900 for i in range(9)}, "unpacks to more"),
    "many": ({f"{i}": b"" for i in range(40)}, "up to 30 files"),
    "empty": ({"readme.txt": b"nothing here"}, r"no \.vital files"),
}
SMALL = Limits(download=10_000, file=1000, total=5000, files=30, seconds=60.0)


@pytest.mark.parametrize("name", BAD_ZIPS)
def test_zips_that_do_harm_are_refused(name: str, tmp_path: Path) -> None:
    files, reason = BAD_ZIPS[name]
    path = zipped(tmp_path / "bad.zip", {"good.vital": b"{}", **files} if name != "empty" else files)
    with pytest.raises(DatasetError, match=reason):
        fetch(str(path), tmp_path / "out", limits=SMALL)
    assert left(tmp_path / "out") == []
    assert not list(tmp_path.rglob("evil*"))


def test_banks_in_a_collection_are_unpacked(repository: Path, tmp_path: Path) -> None:
    zipped(repository / "Vol 1.vitalbank", {"Me/Presets/x.vital": b"{}", "Me/Wavetables/y.vitaltable": b"{}"})
    zipped(repository / "evil.vitalbank", {"../../x.vital": b"{}"})
    (repository / "cut.vitalbank").write_bytes(b"PK")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "banks")
    found = fetch(str(repository), tmp_path / "out")
    assert there(found.folder) == {*KEPT, "Vol 1/Me/Presets/x.vital"}
    assert found.presets == 3
    assert found.left_out == ("cut.vitalbank", "evil.vitalbank")
    assert collections(tmp_path / "out")[0].left_out == found.left_out
    one = fetch(str(repository / "Vol 1.vitalbank"), tmp_path / "out")
    assert (one.kind, one.presets) == ("zip", 1)


def test_a_bank_that_unpacks_to_too_much_ends_the_fetch_there(tmp_path: Path) -> None:
    bank = zipped(tmp_path / "b", {f"{i}.vital": b"0" * 900 for i in range(4)}).read_bytes()
    path = zipped(tmp_path / "a.zip", {"1.vitalbank": bank, "2.vitalbank": bank})
    limits = Limits(download=10_000, file=1000, bank=2000, total=5000)
    with pytest.raises(DatasetError, match="unpacks to more"):
        fetch(str(path), tmp_path / "out", limits=limits)
    assert left(tmp_path / "out") == []


def test_a_zip_with_links_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "links.zip", "w") as archive:
        info = zipfile.ZipInfo("passwords.vital")
        info.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(info, "/etc/passwd")
    with pytest.raises(DatasetError, match="is a link"):
        fetch(str(tmp_path / "links.zip"), tmp_path / "out")


@pytest.mark.parametrize("cut", [0, 30, -1, -40])
def test_damaged_zips_are_told(tmp_path: Path, cut: int) -> None:
    path = zipped(tmp_path / "cut.zip")
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(DatasetError):
        fetch(str(path), tmp_path / "out")
    data = bytearray(zipped(path).read_bytes())
    data[50] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(DatasetError):
        fetch(str(path), tmp_path / "out")
    assert left(tmp_path / "out") == []


def test_a_zip_that_is_too_large_to_fetch_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"0" * 20_000)
    with pytest.raises(DatasetError, match="larger than"):
        fetch(str(tmp_path / "a.zip"), tmp_path / "out", limits=SMALL)


def test_names_that_some_system_forbids_or_that_clash_are_changed(tmp_path: Path) -> None:
    files = {"Wub?.vital": b"1", "wub_.vital": b"2", "__MACOSX/._x.vital": b"3", ".git/y.vital": b"4",
             "manifest.json": b"5"}  # fmt: skip
    found = fetch(str(zipped(tmp_path / "a.zip", files)), tmp_path / "out")
    assert {name.casefold() for name in there(found.folder)} == {
        "wub_.vital",
        "wub_ (2).vital",
        "manifest.json",
    }
    assert found.presets == 2


def test_nothing_of_a_repository_is_run_or_followed(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proof = tmp_path / "proof"
    hook = tmp_path / "template" / "hooks" / "post-checkout"
    hook.parent.mkdir(parents=True)
    hook.write_text(f"#!/bin/sh\ntouch {proof}\n")
    hook.chmod(0o755)
    (tmp_path / "config").write_text(
        f'[init]\n templateDir = {tmp_path / "template"}\n[filter "x"]\n smudge = touch {proof}\n'
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    (repository / ".gitattributes").write_text("*.vital filter=x\n")
    (repository / "link.vital").symlink_to("/etc/passwd")
    (repository / ".gitmodules").write_text('[submodule "s"]\n path = s\n url = ext::touch\n')
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "traps")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    found = fetch(str(repository), tmp_path / "out")
    assert there(found.folder) == KEPT
    assert not proof.exists()


@pytest.mark.parametrize(
    "url",
    ["", "-u/tmp/x", "--upload-pack=touch x", "ext::sh -c touch% x", "git://host/a", "http://host/a.git",
     "ftp://host/a.zip", "a\nb", "https"],
)  # fmt: skip
def test_what_is_no_url_of_a_collection_is_refused(url: str, tmp_path: Path) -> None:
    with pytest.raises((ParameterError, DatasetError)):
        fetch(url, tmp_path / "out")
    assert left(tmp_path / "out") == []


def test_a_repository_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    with pytest.raises(DatasetError, match="git cannot fetch it"):
        fetch(str(tmp_path / "plain"), tmp_path / "out")
    git(tmp_path / "plain", "init", "-q")
    with pytest.raises(DatasetError, match="empty"):
        fetch(str(tmp_path / "plain"), tmp_path / "out")
    assert left(tmp_path / "out") == []


@pytest.mark.skipif(sys.platform == "win32", reason="a script stands for git")
def test_a_git_that_hangs_or_is_missing_is_told(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nsleep 60\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:/bin:/usr/bin")
    with pytest.raises(DatasetError, match=r"longer than 0\.2 s"):
        fetch(str(repository), tmp_path / "out", limits=Limits(seconds=0.2))
    fake.unlink()
    monkeypatch.setenv("PATH", str(fake.parent))
    with pytest.raises(PluginError, match="install it"):
        fetch(str(repository), tmp_path / "out")
    assert left(tmp_path / "out") == []


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...

    def do_GET(self) -> None:
        if "cut" not in self.path:
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Length", "5000")
        self.end_headers()
        self.wfile.write(b"0" * 100)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Serves the test's folder on loopback; gives URLs."""
    handler = functools.partial(_Quiet, directory=str(tmp_path))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as web:
        thread = threading.Thread(target=web.serve_forever)
        thread.start()
        yield lambda name: f"http://127.0.0.1:{web.server_port}/{name}"
        web.shutdown()
        thread.join()


def test_zips_come_over_http(server: Callable[[str], str], tmp_path: Path) -> None:
    zipped(tmp_path / "pack.zip")
    assert there(fetch(server("pack.zip?token=secret"), tmp_path / "out").folder) == KEPT
    for name, reason in {"none.zip": "404", "cut.zip": "cut off after 100 of 5000"}.items():
        with pytest.raises(DatasetError, match=reason):
            fetch(server(name), tmp_path / "out")
    (tmp_path / "large.zip").write_bytes(b"0" * 20_000)
    with pytest.raises(DatasetError, match="larger than"):
        fetch(server("large.zip"), tmp_path / "out", limits=SMALL)
    assert len(left(tmp_path / "out")) == 1


def test_passwords_are_told_to_nobody(tmp_path: Path) -> None:
    assert shown("https://me:secret@host/a/b.git?token=x") == "https://host/a/b.git"
    assert shown("ssh://git@host/a") == "ssh://git@host/a"
    assert folder_name("https://me:secret@host/a/b.git") == folder_name("https://host/a/b.git")
    with pytest.raises(DatasetError) as told:
        fetch("http://me:secret@127.0.0.1:9/a.zip", tmp_path)
    assert "secret" not in str(told.value)


def test_folders_are_named_after_what_is_in_them() -> None:
    name = folder_name("https://github.com/someone/vital-presets.git")
    assert name.startswith("someone-vital-presets-")
    assert name != folder_name("https://gitlab.com/someone/vital-presets.git")
    assert folder_name("git@host:a/b.git").startswith("a-b-")
    assert "/" not in folder_name("file:///../../..")


def test_a_damaged_manifest_is_passed_over(tmp_path: Path) -> None:
    found = fetch(str(zipped(tmp_path / "a.zip")), tmp_path / "out")
    assert isinstance(collections(tmp_path / "out")[0], Collection)
    (found.folder / "manifest.json").write_text("{")
    assert collections(tmp_path / "out") == []
    with pytest.raises(DatasetError, match="--force"):
        fetch(str(tmp_path / "a.zip"), tmp_path / "out")
    assert fetch(str(tmp_path / "a.zip"), tmp_path / "out", force=True).presets == 2
