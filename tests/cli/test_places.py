"""Bad places: a match that cannot be written leaves nothing half."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path

import pytest

from tests.cli.command_line import (
    SHORT,
    Cli,
    contents,
    one_error,
)


@pytest.mark.usefixtures("quick")
def test_a_file_in_the_way_of_the_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for place in (tmp_path / "out", tmp_path / "out" / "deeper"):
        told = one_error(cli("match", SHORT, "--out", place))
        assert re.search(r"is a file|is not a folder|a file, not a folder|a file of that name", told)
    assert contents(tmp_path) == {"out": b"mine"}


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs /proc, which nobody may write to")
def test_a_place_nobody_may_write_to(cli: Cli) -> None:
    assert one_error(cli("match", SHORT, "--out", "/proc/patchpilot/out")).startswith(
        "cannot write /proc/patchpilot"
    )


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    told = one_error(cli("match", SHORT, "--out", tmp_path / "locked" / "out"))
    assert "permission denied; name a folder you may write to" in told


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_no_half_result(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = os.fsync, iter(range(3))

    def full(file: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    monkeypatch.setattr(os, "fsync", full)
    told = one_error(cli("match", SHORT, "--out", tmp_path / "out"))
    assert "the disk is full; make room or name another folder" in told
    assert not (tmp_path / "out" / "result.json").exists()
    assert not list(tmp_path.rglob("*.part"))
    assert not list(tmp_path.rglob("*.vital"))
