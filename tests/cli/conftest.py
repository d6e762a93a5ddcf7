from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot import registry
from patchpilot.cli import main
from tests.cli.command_line import (
    COMMAND,
    FEW,
    SHORT,
    Cli,
    Guess,
    Run,
)


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli-cache")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Runs a command line in this process, which is quicker than a new one."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str | Path) -> Run:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["patchpilot", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Run(ended.value.code, *capfd.readouterr())

    yield run
    signal.signal(signal.SIGTERM, before)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what happens around a search: the search itself takes no time."""
    real = registry.load

    def load(group: str, name: str) -> Any:
        return Guess if group == "search" else real(group, name)

    monkeypatch.setattr(registry, "load", load)


@pytest.fixture
def buzzing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instrument "toy" is one that is learned in seconds."""
    from tests.datasets.small import Buzzing

    real = registry.load

    def load(group: str, name: str) -> Any:
        return (lambda **_: Buzzing()) if (group, name) == ("instruments", "toy") else real(group, name)

    monkeypatch.setattr(registry, "load", load)


@pytest.fixture
def exports(monkeypatch: pytest.MonkeyPatch) -> dict[Path, bool]:
    """Folders that estimators would be exported to, and whether with a proxy that judges.

    Nothing is written, for that takes ten times as long as their training.
    """
    pytest.importorskip("torch")
    from patchpilot.estimators.training import estimators

    asked = dict[Path, bool]()

    def told(_network: object, _codec: object, folder: Path, *, proxy: object, **_: object) -> None:
        asked[folder] = proxy is not None

    monkeypatch.setattr(estimators, "export", told)
    return asked


@pytest.fixture(scope="session")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty rows of it, with what a network hears of them."""
    from tests.datasets.small import small

    path = tmp_path_factory.mktemp("buzzing") / "toy.h5"
    small(path, 60, features=("front_end",), audio="none").close()
    return path


@pytest.fixture(scope="session")
def matched(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Path, Run]:
    """A folder with the results of a real match, made by a process of its own, and what was printed."""
    folder = tmp_path_factory.mktemp("matched") / "made" / "by it"
    run = subprocess.run(
        [*COMMAND, "match", SHORT, "--out", folder, "--json", *FEW],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    return folder, Run(run.returncode, run.stdout, run.stderr)
