from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.cli.preview.index import Index
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import ParameterError
from tests.datasets.looked_at import N_PATCHES, made, patch

KEPT = [candidate for candidate in range(N_PATCHES) if candidate not in (3, 11)]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    with Dataset(made(tmp_path_factory.mktemp("filters") / "data.h5")) as dataset:
        yield Index(dataset)


def candidates(index: Index, text: str) -> list[int]:
    """Which patches have rows that suit."""
    return sorted({KEPT[row // 3] for row in index.rows(text).tolist()})


def test_no_filter_leaves_all(index: Index) -> None:
    assert index.rows("").tolist() == index.rows("   ").tolist() == list(range(30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("glass", [0, 6, 9]),
        ("GLASS pad", [0, 6, 9]),
        ('"glass pad 6"', [6]),
        ("brass preset", [1, 4, 7, 10]),
        ("preset !4", [1, 7, 10]),  # "60" and "48" are no names; 48 has a 4 in it, so those rows go too
        ("don't", [2, 5, 8]),
        ("source=aug", [2, 5, 8]),
        ("source!=aug name=1", [1, 10]),
        ("osc_1_level>0.25", [6, 7, 8, 9, 10]),
        ("osc_1_level>=0.25 osc_1_level<0.4", [5, 6, 7]),
        ("osc_1_level=0.3", [6, 7]),
        ("osc_1_level!=0.3 osc_1_level>0.2 osc_1_level<0.45", [5, 8]),
        ("osc_1_wave=square", [2, 5, 8]),
        ('osc_1_wave="soft saw"', [1, 4, 10]),
        ("osc_1_wave>=1", [1, 2, 4, 5, 8, 10]),
        ("env_1_attack>5ms", [1, 5, 9]),
        ("env_1_attack<0.001s", [0, 2, 4, 6, 7, 8, 10]),
        ("filter_1_cutoff>60 semitones", []),
        ('filter_1_cutoff>"60 semitones"', [1]),
        ("routings>=1", [2, 6, 7, 10]),
        ("routings=2", [2, 6, 7, 10]),
        ("velocity>0.85", [9, 10]),
        ("row<3", [0]),
        ("osc_1_level>=−1 row=29", [10]),
    ],
)
def test_rows_suit_all_terms(index: Index, text: str, expected: list[int]) -> None:
    assert candidates(index, text) == expected


def test_notes_have_numbers_and_names(index: Index) -> None:
    thirds = index.rows("note=60").tolist()
    assert thirds == list(range(1, 30, 3))
    for text in ("note=C4", "pitch=c4", "C4", "note>C3 note<C5", "note=60", "note=B♯3", "note=b#3"):
        assert index.rows(text).tolist() == thirds, text


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("osc_1_lvl>1", "no 'osc_1_lvl' here; did you mean osc_1_level"),
        ("note=x", "note: expected a number, got 'x'"),
        ("velocity=0.5ms", "plain number: leave out 'ms'"),
        ("osc_1_wave=triangle", "one of Sine, Soft Saw, Square, not 'triangle'"),
        ("env_1_attack>3hz", "shown in s, not in hz"),
        ("osc_1_level>3hz", "shown without a unit"),
        ("osc_1_level>", "compared with"),
        ('"half', "quotation mark"),
        ("source>preset", "can be = or !="),
        ("level<-40", "measured where you look"),
        ("osc_1_le", "no row has 'osc_1_le'; a parameter is compared: osc_1_level>0.5"),
    ],
)
def test_what_cannot_be_understood_is_told(index: Index, text: str, told: str) -> None:
    with pytest.raises(ParameterError, match=re.escape(told)):
        index.rows(text)


def test_a_unit_compares_what_is_shown(index: Index) -> None:
    attack = patch(1).values["env_1_attack"] ** 4 * 1000
    assert candidates(index, f"env_1_attack>{attack * 0.99:.6f}ms") == [1, 5, 9]
    assert candidates(index, f"env_1_attack>{attack * 1.01:.6f}ms") == []


def test_no_routings_below_tier_3(tmp_path: Path) -> None:
    with Dataset(made(tmp_path / "data.h5", tier=1)) as dataset:
        assert Index(dataset).rows("routings>0").tolist() == []


def test_levels_are_known_once_they_were_heard(index: Index) -> None:
    assert index.cells(0)["level"] == "·"
    index.listen(0)
    assert index.cells(0)["level"].startswith("−")
    assert index.cells(0) == {
        "row": "0", "source": "synthetic", "name": "Glass Pad 0", "note": "C3", "velocity": "0.50",
        "level": index.cells(0)["level"],
    }  # fmt: skip
