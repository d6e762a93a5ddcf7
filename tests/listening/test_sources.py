"""Sounds out of folders and banks."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.audio import save
from patchpilot.bank import Bank
from patchpilot.errors import BankError, ParameterError
from patchpilot.instruments.take import Origin, Take
from patchpilot.listening.sources import of_folders, of_takes
from patchpilot.space import Patch, Performance
from tests.listening.sounds import tone
from tests.toy import Toy


def folder(place: Path, *names: str, hz: float = 220.0) -> Path:
    place.mkdir()
    for index, name in enumerate(names):
        save(tone(hz + 10 * index), place / f"{name}.wav")
    return place


def test_files_of_the_same_names_are_compared(tmp_path: Path) -> None:
    old, new = folder(tmp_path / "old", "x", "y", "z"), folder(tmp_path / "new", "y", "x", "other", hz=300.0)
    items = of_folders({"old": old, "new": new}, folder(tmp_path / "true", "x", "y", hz=100.0))
    assert [(one.name, list(one.sounds), one.reference is not None) for one in items] == [
        ("x", ["old", "new"], True),
        ("y", ["old", "new"], True),
    ]


def test_single_files_may_be_called_anything(tmp_path: Path) -> None:
    files = folder(tmp_path / "all", "before", "after")
    (item,) = of_folders({"a": files / "before.wav", "b": files / "after.wav"})
    assert list(item.sounds) == ["a", "b"]
    assert item.details == {"a": "before.wav", "b": "after.wav"}


def test_nothing_in_common_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="files of the same names"):
        of_folders({"a": folder(tmp_path / "a", "x", "y"), "b": folder(tmp_path / "b", "z", "w")})
    with pytest.raises(ParameterError, match="found none"):
        of_folders({"a": tmp_path / "nowhere"})


def test_takes_are_conditions_by_their_numbers(tmp_path: Path) -> None:
    toy = Toy()
    played = Performance.one_note(60, hold_s=0.4, length_s=0.5)
    with Bank.open(tmp_path / "bank", embedding="spectral") as bank:
        numbers = []
        for level in (0.2, 0.4):
            patch = Patch.make(toy.space, {"level": level})
            take = Take(patch, played, toy.render(patch, played), toy.fingerprint, Origin("by hand"))
            numbers.append(bank.append(take))
        (item,) = of_takes(bank, numbers, tone(100))
        assert list(item.sounds) == [f"take {number}" for number in numbers]
        with pytest.raises(ParameterError, match="two or more different takes"):
            of_takes(bank, numbers[:1] * 2)
        with pytest.raises(BankError):
            of_takes(bank, [numbers[0], 999])
