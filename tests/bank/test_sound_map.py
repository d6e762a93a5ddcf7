"""A map: what sounds alike lies together, it is kept, and what comes later moves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, F64
from patchpilot.bank import Bank
from patchpilot.bank.projection import METHODS, Method, among, principal
from patchpilot.bank.sound_map import FOLDER, map_of
from patchpilot.errors import ParameterError
from tests.bank.toys import filled, made

UMAP = pytest.param("umap", marks=pytest.mark.slow)  # the package compiles itself first
BOTH = pytest.mark.parametrize("method", ["pca", UMAP])


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[Bank]:
    with filled(tmp_path / "bank", 24) as made:
        yield made


def needs(method: Method) -> None:
    if method == "umap":
        pytest.importorskip("umap")


def groups(n: int, seed: int = 0) -> tuple[F32, list[int]]:
    """Vectors in three heaps, and which heap each is in."""
    random = np.random.default_rng(seed)
    heaps = [i % 3 for i in range(n)]
    centres = np.random.default_rng(9).normal(0.0, 5.0, (3, 12))
    return (centres[heaps] + random.normal(0.0, 0.4, (n, 12))).astype(np.float32), heaps


def lone(places: F64, heaps: list[int]) -> float:
    """Share of the places whose nearest neighbour is of another heap."""
    apart = np.linalg.norm(places[:, None] - places, axis=2)
    np.fill_diagonal(apart, np.inf)
    return float(np.mean([heaps[i] != heaps[j] for i, j in enumerate(apart.argmin(axis=1))]))


@BOTH
def test_what_sounds_alike_lies_together(method: Method) -> None:
    needs(method)
    from patchpilot.bank.projection import neighbourly

    vectors, heaps = groups(60)
    mean, axes = principal(vectors)
    flat = (vectors - mean) @ axes
    places = flat if method == "pca" else neighbourly(vectors, flat, 0)
    assert lone(places, heaps) < 0.05
    new, kinds = groups(30, seed=1)
    both = np.concatenate([places, among(new, vectors, places)])
    assert lone(both, heaps + kinds) < 0.1


def test_principal_axes_are_those_of_the_largest_spread() -> None:
    random = np.random.default_rng(3)
    vectors = (random.normal(size=(500, 5)) * [0.1, 3.0, 0.1, 1.0, 0.1]).astype(np.float32)
    mean, axes = principal(vectors)
    np.testing.assert_allclose(np.abs(axes[[1, 3], [0, 1]]), 1.0, atol=0.01)
    assert axes[1, 0] > 0.0
    assert principal(vectors[:, :1])[1].shape == (1, 2)
    np.testing.assert_allclose((vectors - mean) @ axes @ [1.0, 0.0], (vectors - mean)[:, 1], atol=0.2)


def test_a_vector_that_is_known_lies_where_it_lies() -> None:
    vectors, _ = groups(20)
    places = np.random.default_rng(2).normal(size=(20, 2))
    np.testing.assert_allclose(among(vectors[4:7], vectors, places), places[4:7], atol=1e-6)


@BOTH
def test_it_is_kept_and_grows(bank: Bank, method: Method, monkeypatch: pytest.MonkeyPatch) -> None:
    needs(method)
    first = map_of(bank, method)
    assert (first.n_fitted, first.n_new, first.is_old) == (24, 24, False)
    assert first.numbers.tolist() == bank.numbers()
    with monkeypatch.context() as patch:
        patch.setattr("patchpilot.bank.sound_map._made", lambda *_: pytest.fail("it was made anew"))
        again = map_of(bank, method)
        np.testing.assert_array_equal(again.places, first.places)
        assert again.n_new == 0
        for i in range(24, 60):
            bank.append(made(i))
        grown = map_of(bank, method)
    np.testing.assert_array_equal(grown.places[:24], first.places)
    assert (grown.n_fitted, grown.n_new, grown.is_old) == (24, 36, True)
    assert np.isfinite(grown.places).all()
    anew = map_of(bank, method, afresh=True)
    assert (anew.n_fitted, anew.is_old) == (60, False)
    np.testing.assert_array_equal(map_of(bank, method).places, anew.places)


@BOTH
def test_the_same_takes_make_the_same_map(bank: Bank, tmp_path: Path, method: Method) -> None:
    needs(method)
    first = map_of(bank, method, seed=3)
    with filled(tmp_path / "other", 24) as other:
        np.testing.assert_array_equal(map_of(other, method, seed=3).places, first.places)


def test_order_of_growing_changes_nothing(bank: Bank, tmp_path: Path) -> None:
    map_of(bank)
    with filled(tmp_path / "other", 24) as other:
        map_of(other)
        for i in (24, 25):
            other.append(made(i))
            map_of(other)
        for i in (24, 25):
            bank.append(made(i))
        np.testing.assert_allclose(map_of(bank).places, map_of(other).places, atol=1e-9)


def test_takes_that_are_gone_are_gone_and_a_damaged_file_is_made_again(bank: Bank) -> None:
    first = map_of(bank)
    bank.star(3, True)
    bank.collect(remove_takes=True, keep_best=6, apply=True)
    left = map_of(bank)
    assert left.numbers.tolist() == bank.numbers()
    assert 3 in left.numbers
    rows = np.isin(first.numbers, left.numbers)
    np.testing.assert_array_equal(left.places, first.places[rows])
    (path,) = (bank.path / FOLDER).iterdir()
    path.write_bytes(b"nothing")
    assert map_of(bank).n_new == len(bank)


def test_a_bank_that_hears_otherwise_has_another_map(bank: Bank) -> None:
    map_of(bank)
    bank.reindex("spectral")
    found = map_of(bank)
    assert found.embedding.startswith("spectral")
    assert found.n_new == 24


def test_too_few_takes_and_unknown_methods_are_told(tmp_path: Path) -> None:
    with (
        Bank.open(tmp_path / "empty") as empty,
        pytest.raises(ParameterError, match=r"at least 1 takes .* has 0"),
    ):
        map_of(empty)
    with filled(tmp_path / "few", 4) as few:
        assert map_of(few).places.shape == (4, 2)
        with pytest.raises(ParameterError, match="at least 5 takes"):
            map_of(few, "umap")
        with pytest.raises(ParameterError, match=f"by {' or '.join(METHODS)}"):
            map_of(few, "tsne")  # type: ignore[arg-type]
