"""The experiments that are shown to people can be made; a little of each is run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.experiment.budget import Budget
from patchpilot.experiment.document import load_all
from patchpilot.experiment.experiment import Experiment

ROOT = Path(__file__).parent.parent.parent
FILES = sorted((ROOT / "examples/experiments").glob("*.toml"))


@pytest.fixture(autouse=True)
def _own_bank(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATCHPILOT_BANK", str(tmp_path / "own.bank"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


def documented(folder: Path) -> Iterator[Path]:
    """The experiments in docs/playing.md that are shown whole, as files."""
    text = (ROOT / "docs/playing.md").read_text("utf-8")
    for number, block in enumerate(re.findall(r"```toml\n(.*?)```", text, re.DOTALL)):
        if "instrument =" in block and "values =" not in block:
            path = folder / f"{number}.toml"
            path.write_text(block)
            yield path


def test_all_of_them_are_read(tmp_path: Path) -> None:
    docs = list(documented(tmp_path))
    assert len(docs) == 2
    for path in [*FILES, *docs]:
        if path.name != "pad.toml":
            assert load_all(path)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["docs", "match", "explore", "by_hand"])
def test_a_little_of_it_is_run(tmp_path: Path, name: str) -> None:
    pytest.importorskip("vita")
    path = next(documented(tmp_path)) if name == "docs" else ROOT / f"examples/experiments/{name}.toml"
    short = dataclasses.replace(Experiment.load(path), budget=Budget(8))
    made = short.run(tmp_path / "run")
    assert made.progress.n_renders == 8
    assert made.run.best
