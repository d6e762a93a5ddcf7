from __future__ import annotations

import sys
import types
from dataclasses import replace
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.retrieval import index
from patchpilot.retrieval.embedding import Codes
from patchpilot.retrieval.index import Index, kind_of
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.recipe import Recipe
from tests.retrieval.fakes import Tiny
from tests.toy import Toy

SIZE = 16


def library(codes: Codes) -> Library:
    recipe = replace(Recipe.of(Toy(), "toy-v1", Tiny(), seed=0), size=codes.shape[1])
    return Library("toy", recipe, np.arange(len(codes), dtype=np.uint32), codes, {})


def random_codes(rows: int, seed: int = 0) -> Codes:
    return np.random.default_rng(seed).integers(-40, 41, (rows, SIZE)).astype(np.int8)


def by_hand(codes: Codes, query: Codes, n: int) -> list[int]:
    squares = np.square(codes.astype(int) - query.astype(int)).sum(axis=1)
    rows: list[int] = np.argsort(squares, kind="stable")[:n].tolist()
    return rows


@pytest.fixture
def graphs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Graphs for libraries that are small."""
    monkeypatch.setattr(index, "MOST_FLAT", 100)


def test_neighbours_are_those_of_a_full_comparison() -> None:
    codes = random_codes(500)
    found = Index(library(codes))
    for query in (*codes[:5], *random_codes(5, seed=1)):
        neighbours = found.nearest(query, 16)
        assert [neighbour.row for neighbour in neighbours] == by_hand(codes, query, 16)
        apart = np.linalg.norm(codes[neighbours[3].row].astype(float) - query.astype(float))
        assert neighbours[3].distance == pytest.approx(apart * Tiny.scale / 127.0)
    assert found.nearest(codes[7], 1)[0].row == 7
    assert found.nearest(codes[7], 1)[0].distance == 0.0


def test_of_equals_the_first_row_comes_first() -> None:
    codes = np.repeat(random_codes(4), 30, axis=0)
    assert [found.row for found in Index(library(codes)).nearest(codes[60], 16)] == list(range(60, 76))


def test_no_more_rows_than_there_are() -> None:
    codes = random_codes(3)
    assert len(Index(library(codes)).nearest(codes[0], 16)) == 3
    with pytest.raises(ParameterError, match="expected at least 1 neighbour, got 0"):
        Index(library(codes)).nearest(codes[0], 0)


def test_the_kind_is_chosen_by_the_number_of_rows() -> None:
    assert [kind_of(rows) for rows in (1, 100_000, 100_001)] == ["flat", "flat", "hnsw"]


@pytest.mark.usefixtures("graphs")
def test_a_graph_finds_nearly_all_neighbours(tmp_path: Path) -> None:
    codes = random_codes(3000)
    found = Index(library(codes), cache=tmp_path)
    assert found.kind == "hnsw"
    queries = random_codes(40, seed=1)
    hits = [
        len({near.row for near in found.nearest(query, 16)} & set(by_hand(codes, query, 16)))
        for query in queries
    ]
    assert sum(hits) / (16 * len(queries)) > 0.95


@pytest.mark.usefixtures("graphs")
def test_a_graph_is_made_once_and_always_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = random_codes(2000)
    first = Index(library(codes), cache=tmp_path / "a" / "b").nearest(codes[5], 16)
    Index(library(codes), cache=tmp_path / "c")
    (file,), (again,) = (tmp_path / "a" / "b").iterdir(), (tmp_path / "c").iterdir()
    assert (file.name, file.read_bytes()) == (again.name, again.read_bytes())
    Index(library(random_codes(2000, seed=1)), cache=tmp_path / "c")
    assert len(list((tmp_path / "c").iterdir())) == 2
    monkeypatch.setattr(Index, "_graph", lambda _: pytest.fail("it was made again"))
    assert Index(library(codes), cache=tmp_path / "a" / "b").nearest(codes[5], 16) == first


@pytest.mark.usefixtures("graphs")
@pytest.mark.parametrize(
    "damage", [lambda data: data[:-9], lambda data: data[:40] + b"x" * 500, lambda _: b""]
)
def test_a_damaged_graph_is_made_again(tmp_path: Path, damage: Any) -> None:
    codes = random_codes(300)
    Index(library(codes), cache=tmp_path)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    assert Index(library(codes), cache=tmp_path).nearest(codes[3], 1)[0].row == 3
    assert file.read_bytes() == whole


@pytest.mark.usefixtures("graphs")
def test_a_cache_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    codes = random_codes(300)
    assert Index(library(codes), cache=tmp_path / "file" / "cache").nearest(codes[3], 1)[0].row == 3
    threads = faiss.omp_get_max_threads()
    Index(library(codes), cache=tmp_path)
    assert faiss.omp_get_max_threads() == threads


@pytest.mark.usefixtures("graphs")
def test_with_a_gpu_every_row_is_compared_there(monkeypatch: pytest.MonkeyPatch) -> None:
    moved = []

    def to_gpu(resources: object, device: int, flat: Any) -> Any:
        moved.append((resources, device, flat.ntotal))
        return flat

    names = {name: getattr(faiss, name) for name in ("IndexFlatL2", "__version__")}
    fake = types.SimpleNamespace(
        **names, get_num_gpus=lambda: 1, StandardGpuResources=lambda: "card", index_cpu_to_gpu=to_gpu
    )
    monkeypatch.setitem(sys.modules, "faiss", fake)
    codes = random_codes(300)
    found = Index(library(codes))
    assert (found.kind, moved) == ("flat on a GPU", [("card", 0, 300)])
    assert found.nearest(codes[3], 1)[0].row == 3
