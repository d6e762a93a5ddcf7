from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.experiment.watching import saves, written
from patchpilot.space import Performance
from tests.experiment.registered import registered


@pytest.fixture(autouse=True)
def _toys() -> Iterator[None]:
    with registered():
        yield


def file(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text)
    return path


def test_a_patch_as_text(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "pad.toml",
        'instrument = "toy"\nvalues = { level = 0.25 }\nperformance = { note = 48, hold_s = 0.4, length_s = 0.5 }',
    )
    with ExitStack() as stack:
        first = written(path, stack).take(path)
        second = written(path, stack).take(path, first)
    assert first.patch.values == {"level": 0.25}
    assert first.performance == Performance.one_note(48, hold_s=0.4, length_s=0.5)
    assert second.id == first.id
    assert (second.origin.searcher, second.origin.parents) == ("by hand", (first.id,))


def test_a_program_leaves_its_instrument(tmp_path: Path) -> None:
    path = file(
        tmp_path,
        "mine.py",
        "from tests.toy import Toy\nfrom patchpilot.space import Patch\n"
        'instrument = Toy()\npatch = Patch.make(instrument.space, {"level": 0.25})\n',
    )
    with ExitStack() as stack:
        assert written(path, stack).take(path).patch.values == {"level": 0.25}


RACK = """
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules.kinds import named
rack = Rack("tone", named("sine"))
"""


def test_a_rack_is_a_program_or_the_file_it_saves(tmp_path: Path) -> None:
    pytest.importorskip("dawdreamer")
    path = file(tmp_path, "tone.py", RACK)
    with ExitStack() as stack:
        said = written(path, stack)
        said.instrument.export(said.patch, tmp_path / "tone.rack.json")
        again = written(tmp_path / "tone.rack.json", stack)
        assert again.instrument.space.by_name.keys() == said.instrument.space.by_name.keys()
        assert again.patch == said.patch


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.toml", 'instrument = "toy"\nvalues = { levle = 1 }', "did you mean 'level'"),
        ("a.toml", 'instrumnt = "toy"', "did you mean 'instrument'"),
        ("a.toml", "=", "is no TOML"),
        ("a.py", "x = 1\nx.y", r"a.py:2: AttributeError: 'int' object has no attribute 'y'"),
        ("a.py", "x = = 1", r"a.py:1: SyntaxError"),
        ("a.py", "x = 1", "expected it to leave its `instrument` or `rack`"),
        ("a.xyz", "", "no instrument has presets that end in '.xyz'"),
    ],
)
def test_a_mistake_is_told_with_its_place(tmp_path: Path, name: str, text: str, words: str) -> None:
    with ExitStack() as stack, pytest.raises(PatchPilotError, match=words):
        written(file(tmp_path, name, text), stack)


def test_a_file_that_is_gone_is_told(tmp_path: Path) -> None:
    with ExitStack() as stack, pytest.raises(ParameterError, match="No such file"):
        written(tmp_path / "a.toml", stack)


def test_a_file_counts_as_saved_when_its_content_is_another(tmp_path: Path) -> None:
    path = file(tmp_path, "a.toml", "one")
    asked = iter(range(100))
    steps = {1: "one", 2: "two", 3: "", 4: "two", 5: "three"}

    def until() -> bool:
        step = next(asked)
        if step in steps:
            path.write_text(steps[step])
        return step == 7

    assert list(saves(path, until=until)) == [b"one", b"two", b"three"]
