"""Before the first render: which patches to begin with, and what is probably liked."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot import registry
from patchpilot.audio import Audio, save
from patchpilot.bank import Bank
from patchpilot.errors import LibraryError, ParameterError
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.golden import KINDS
from patchpilot.objectives.hearing import unit
from patchpilot.retrieval.embedding import restored
from patchpilot.retrieval.library import Library
from patchpilot.selfplay.golden.golden_set import GoldenSet
from patchpilot.selfplay.golden.starred import WithStars
from patchpilot.selfplay.prime import prime
from patchpilot.space import Note, Patch, Performance
from tests.retrieval.fakes import Tiny, built, newer
from tests.toy import Toy


def _played(transpose: float) -> Audio:
    toy = Toy()
    patch = Patch.make(toy.space, {"level": 0.5, "transpose": transpose})
    return toy.render(patch, Performance.one_note(60, hold_s=1.2, length_s=1.25))


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Library:
    real = registry.load
    monkeypatch.setattr(
        registry,
        "load",
        lambda group, name: Tiny if (group, name) == ("embeddings", "tiny") else real(group, name),
    )
    return built(tmp_path / "toy.npz")


@pytest.fixture
def golden(tmp_path: Path) -> GoldenSet:
    for name, transpose in (("low.wav", -9.0), ("high.wav", 8.0)):
        save(_played(transpose), tmp_path / name)
    golden = GoldenSet.open(tmp_path / "g")
    golden.add([tmp_path / "low.wav", tmp_path / "high.wav"])
    return golden


def test_golden_sounds_take_turns_and_each_patch_is_there_once(golden: GoldenSet, library: Library) -> None:
    toy = Toy()
    primed = prime(golden, toy, library=library, n=6)
    assert toy.rendered == 0  # before the first render
    assert [start.like for start in primed.population] == ["low.wav", "high.wav"] * 3
    assert len({start.row for start in primed.population}) == 6
    distances = [start.distance for start in primed.population if start.like == "low.wav"]
    assert distances == sorted(distances)
    again = prime(golden, Toy(), library=library, n=6)
    assert [start.row for start in again.population] == [start.row for start in primed.population]


def test_takes_with_a_star_count(golden: GoldenSet, library: Library, tmp_path: Path) -> None:
    with Bank.open(tmp_path / "my.bank", embedding="spectral") as bank:
        played, toy = Performance.one_note(60, hold_s=1.2, length_s=1.25), Toy()
        patch = Patch.make(toy.space, {"level": 0.5, "transpose": 2.0})
        number = bank.append(Take(patch, played, toy.render(patch, played), "toy 1", Origin("drawn")))
        both = WithStars(golden, bank)
        assert both.vectors(Tiny(), "hit").tobytes() == golden.vectors(Tiny(), "hit").tobytes()
        bank.star(number)
        assert len(both.vectors(Tiny(), "hit")) == len(golden.vectors(Tiny(), "hit")) + 1
        assert len(both.vectors(Tiny(), "bar")) == len(golden.vectors(Tiny(), "bar"))
        phrase = Performance((*played.notes, Note(62, start_s=1.0, hold_s=0.2)), 1.25)
        bar = bank.append(Take(patch, phrase, toy.render(patch, phrase), "toy 1", Origin("drawn")))
        bank.star(bar)
        counts = [len(both.vectors(Tiny(), k)) - len(golden.vectors(Tiny(), k)) for k in KINDS]
        assert dict(zip(KINDS, counts, strict=True)) == {"hit": 1, "beat": 0, "bar": 1, "whole": 2}
        primed = prime(golden, Toy(), library=library, bank=bank, n=6)
        assert [start.like for start in primed.population] == ["low.wav", "high.wav", "take 1"] * 2
        alone = prime(GoldenSet.open(tmp_path / "none"), Toy(), library=library, bank=bank, n=2)
        assert [start.like for start in alone.population] == ["take 1"] * 2


def test_what_is_loved_is_believed_to_be_liked(golden: GoldenSet, library: Library) -> None:
    taste = prime(golden, Toy(), library=library).taste
    lens, vectors = taste.preference.lens, golden.vectors(Tiny(), "hit")
    loved = taste.preference.belief(lens(unit(vectors))).likely.mean()
    general = unit(restored(library.codes, library.recipe.scale))
    assert loved > taste.preference.belief(lens(general)).likely.mean()


def test_fewer_rows_are_all_there_is(golden: GoldenSet, library: Library) -> None:
    found = prime(golden, Toy(), library=library, n=1000).population
    assert sorted(start.row for start in found) == list(range(len(library)))


def test_what_is_missing_is_said(tmp_path: Path, golden: GoldenSet, library: Library) -> None:
    with pytest.raises(ParameterError, match="golden add DIR"):
        prime(GoldenSet.open(tmp_path / "none"), Toy(), library=library)
    with pytest.raises(ParameterError, match="at least 1 patch"):
        prime(golden, Toy(), library=library, n=0)
    with pytest.raises(LibraryError, match="does not fit"):
        prime(golden, newer(Toy()), library=library)
