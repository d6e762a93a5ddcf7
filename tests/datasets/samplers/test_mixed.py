"""Samplers in a row and side by side: every place has its patch, and each sampler its share."""

from __future__ import annotations

from collections import Counter

import pytest

from patchpilot.datasets.samplers.base import Draft
from patchpilot.datasets.samplers.chain import Chain
from patchpilot.datasets.samplers.mixed import Mixed
from patchpilot.errors import ParameterError
from patchpilot.space import Patch
from tests.datasets.presets.shelf import Listed


class Counting:
    """An endless sampler whose patches say where they stand."""

    n_patches = None

    def __init__(self, name: str) -> None:
        self.text = name

    def draft(self, index: int) -> Draft:
        return Draft(Patch("toy", {}), "synthetic", f"{self.text} {index}")


def names(sampler: Chain | Mixed, n: int) -> list[str]:
    return [sampler.draft(i).name for i in range(n)]


def test_a_chain_is_the_first_and_then_the_rest_from_its_beginning() -> None:
    first = Listed([Patch("toy", {})] * 2)
    chain = Chain(first, Counting("rest"))
    assert names(chain, 4) == ["0.vital", "1.vital", "rest 0", "rest 1"]
    assert chain.n_patches is None
    assert Chain(first, first).n_patches == 4
    assert "listed" in chain.text
    assert "rest" in chain.text
    with pytest.raises(ParameterError):
        chain.draft(-1)
    with pytest.raises(ParameterError, match="endless"):
        Chain(Counting("rest"), first)


@pytest.mark.parametrize("shares", [(0.5, 0.5), (0.3, 0.7), (1.0, 2.0, 4.0), (0.001, 0.999), (0.2,) * 5])
@pytest.mark.parametrize("seed", [0, 1])
def test_counts_follow_the_shares_at_every_length(shares: tuple[float, ...], seed: int) -> None:
    mixed = Mixed([(share, Counting(str(k))) for k, share in enumerate(shares)], seed)
    counts: Counter[int] = Counter()
    for index in range(2000):
        number, inner = mixed.place(index)
        assert inner == counts[number], "each sampler's own places come in order, none twice"
        counts[number] += 1
        for k, share in enumerate(shares):
            expected = (index + 1) * share / sum(shares)
            assert abs(counts[k] - expected) <= max(1, len(shares) - 1)


def test_a_place_needs_no_scan_and_depends_on_the_seed() -> None:
    parts = [(0.3, Counting("a")), (0.7, Counting("b"))]
    assert abs(Mixed(parts, 0).place(10**15)[1] - 10**15 * 0.7) < 10**15 * 0.5
    assert len({tuple(names(Mixed(parts, seed), 30)) for seed in range(8)}) > 1
    assert names(Mixed(parts, 3), 30) == names(Mixed(parts, 3), 60)[:30]


def test_a_sampler_without_a_share_is_left_out() -> None:
    finite = Listed([Patch("toy", {})])
    mixed = Mixed([(0.0, finite), (1.0, Counting("a"))], 0)
    assert names(mixed, 3) == ["a 0", "a 1", "a 2"]
    assert "listed" not in mixed.text


@pytest.mark.parametrize("shares", [(-0.5, 1.0), (0.0, 0.0), (float("nan"), 1.0), (float("inf"), 1.0)])
def test_shares_that_are_none_are_refused(shares: tuple[float, float]) -> None:
    with pytest.raises(ParameterError, match="shares"):
        Mixed([(share, Counting("a")) for share in shares], 0)


def test_what_ends_cannot_be_mixed() -> None:
    with pytest.raises(ParameterError, match="endless"):
        Mixed([(0.5, Listed([])), (0.5, Counting("a"))], 0)
