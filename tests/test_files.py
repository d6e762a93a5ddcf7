"""A file is written whole or not at all, and a refusal says what to do."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from patchpilot.errors import OutputError
from patchpilot.files import make_folder, output_error, uninterrupted, write_bytes, write_text

OLD, NEW = b"what was there before", b"new " * 1000


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_file_appears_and_nothing_beside_it(tmp_path: Path) -> None:
    write_bytes(tmp_path / "a.bin", NEW)
    assert files(tmp_path) == {"a.bin": NEW}


def test_an_existing_file_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(OLD)
    write_text(tmp_path / "a.txt", "töne\n")
    assert files(tmp_path) == {"a.txt": "töne\n".encode()}


def test_the_longest_name_a_system_takes_can_be_written(tmp_path: Path) -> None:
    name = "n" * 255
    write_bytes(tmp_path / name, NEW)
    assert files(tmp_path) == {name: NEW}


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit, MemoryError])
def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interrupt: type[BaseException]
) -> None:
    def stop(_: int) -> None:
        raise interrupt

    (tmp_path / "a.bin").write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", stop)
    with pytest.raises(interrupt):
        write_bytes(tmp_path / "a.bin", NEW)
    assert files(tmp_path) == {"a.bin": OLD}


def test_a_full_disk_leaves_the_old_file_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    (tmp_path / "a.bin").write_bytes(OLD)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"^cannot write .*a\.bin: the disk is full; make room or name"):
        write_bytes(tmp_path / "a.bin", NEW)
    assert files(tmp_path) == {"a.bin": OLD}


def test_a_disk_that_really_stops_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    pytest.importorskip("resource", reason="Windows has no limit on the size of files")
    (tmp_path / "a.bin").write_bytes(OLD)
    code = """
import resource, sys
from pathlib import Path
from patchpilot.errors import OutputError
from patchpilot.files import write_bytes
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    write_bytes(Path(sys.argv[1]), b"x" * 4000)
except OutputError as error:
    sys.stdout.write(str(error))
"""
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a.bin"], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"cannot write {tmp_path / 'a.bin'}: {os.strerror(errno.EFBIG)}."
    assert files(tmp_path) == {"a.bin": OLD}


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_a_process_killed_in_the_middle_leaves_the_old_file(tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(OLD)
    code = """
import os, signal, sys
from pathlib import Path
from patchpilot.files import write_bytes
os.fsync = lambda _: os.kill(os.getpid(), signal.SIGKILL)
write_bytes(Path(sys.argv[1]), b"x" * 4000)
"""
    run = subprocess.run([sys.executable, "-c", code, tmp_path / "a.bin"], check=False)
    assert run.returncode == -9
    assert (tmp_path / "a.bin").read_bytes() == OLD


def test_a_folder_in_the_way_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.bin").mkdir()
    with pytest.raises(OutputError, match=r"^cannot write .*a\.bin: a folder of that name is in the way"):
        write_bytes(tmp_path / "a.bin", NEW)
    assert [path.name for path in tmp_path.iterdir()] == ["a.bin"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"its folder does not exist; make it first\.$"):
        write_bytes(tmp_path / "there" / "a.bin", NEW)


def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "there").write_bytes(OLD)
    with pytest.raises(OutputError, match="a part of its path is a file, not a folder"):
        write_bytes(tmp_path / "there" / "a.bin", NEW)
    with pytest.raises(OutputError, match="a file of that name is in the way"):
        make_folder(tmp_path / "there")
    with pytest.raises(OutputError, match="a part of its path is a file, not a folder"):
        make_folder(tmp_path / "there" / "below")


@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs /proc, which nobody may write to")
def test_a_place_nobody_may_write_to_is_named() -> None:
    with pytest.raises(OutputError, match=r"^cannot write /proc/patchpilot: "):
        make_folder(Path("/proc/patchpilot"))
    with pytest.raises(OutputError, match=r"^cannot write /proc/patchpilot\.txt: "):
        write_bytes(Path("/proc/patchpilot.txt"), NEW)


@pytest.mark.parametrize(
    ("number", "advice"),
    [
        (errno.EROFS, "the place is read-only; name another folder"),
        (errno.EACCES, "permission denied; name a folder you may write to"),
        (errno.EDQUOT, "your quota is used up; make room or name another folder"),
    ],
)
def test_each_refusal_has_its_advice(number: int, advice: str) -> None:
    error = output_error("out/1.wav", OSError(number, os.strerror(number)))
    assert str(error) == f"cannot write out/1.wav: {advice}."


def test_a_folder_is_made_with_those_above_it_once_or_twice(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b" / "c"
    assert make_folder(deep) == deep == make_folder(deep)
    assert deep.is_dir()


def test_an_interrupt_waits_until_the_end() -> None:
    before, done = signal.getsignal(signal.SIGINT), []
    with pytest.raises(KeyboardInterrupt), uninterrupted():  # noqa: PT012 - that all of it is done is the point
        signal.raise_signal(signal.SIGINT)
        done.append("all of it")
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is before


def test_handlers_that_are_not_pythons_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program in C that embeds Python may have set them; they could not be put back."""
    changed: list[int] = []
    monkeypatch.setattr(signal, "getsignal", lambda _: None)
    monkeypatch.setattr(signal, "signal", lambda number, _: changed.append(number))
    with uninterrupted():
        pass
    assert changed == []


def test_other_threads_have_no_signals_to_hold_back() -> None:
    done: list[str] = []

    def work() -> None:
        with uninterrupted():
            done.append("all of it")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["all of it"]
