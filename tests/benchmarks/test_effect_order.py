"""What the comparison of decoders is measured against: what no ear can tell, and what needs no ear."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from effect_order import Kept, Sounds, baselines, table
from effect_probe import ordered
from effect_swaps import by_pair, equal_orders, limit, swapped

from patchpilot.estimators.sequence.chains import Chain


def sounds(chains: list[Chain]) -> Sounds:
    n = len(chains)
    return Sounds(list(range(n)), np.zeros((n, 4, 96, 64), np.float32), np.zeros((n, 3), np.float32), chains)


def test_orders_that_swaps_nobody_hears_lead_to() -> None:
    eq_room, room_echo = frozenset({"eq", "room"}), frozenset({"room", "echo"})
    chain = ("eq", "room", "echo", "drive")
    assert equal_orders(chain, set()) == 1
    assert equal_orders(chain, {eq_room}) == 2
    assert equal_orders(chain, {eq_room, room_echo}) == 3, "room may be first, second or third"
    assert equal_orders(chain, {eq_room, frozenset({"echo", "drive"})}) == 4
    assert swapped(chain, 1) == ("eq", "echo", "room", "drive")


def test_the_limit_is_the_mean_of_what_guessing_gets_right() -> None:
    heard = [
        {"chain": ["eq", "room"], "moved": [0.001]},
        {"chain": ["eq", "room", "drive"], "moved": [0.03, 0.5]},
    ]
    assert np.allclose(limit(heard), (1 / 3, (0.5 + 1.0) / 2))
    assert np.allclose(limit(heard, 0.05), (2 / 3, 0.5))


def test_every_eighth_row_is_held_out() -> None:
    parts = [sounds([("eq", "reverb")] * 20).part(held_out=held_out).places for held_out in (True, False)]
    assert parts[0] == [0, 8, 16]
    assert sorted(parts[0] + parts[1]) == list(range(20))


def test_baselines_hear_nothing() -> None:
    chains: list[Chain] = [("eq", "reverb"), ("reverb", "eq")]
    train = sounds([*chains, *chains[:1] * 2])
    found = baselines(train, sounds(chains))
    default = found["right set (told), default order"]
    assert (default.exact, default.right_set, default.tau) == (0.5, 1.0, 0.0)
    assert found["most common sequence"].exact == 0.5
    assert 0.3 < found["chance: another row's"].exact < 0.7


def test_a_linear_ear_hears_what_is_plain() -> None:
    rng = np.random.default_rng(0)
    orders: list[Chain] = [("eq", "room", "drive"), ("drive", "eq", "room"), ("room", "drive", "eq")]
    chains = [orders[k] for k in rng.integers(3, size=90)]
    pictures = rng.random((90, 4, 96, 64), np.float32)
    for picture, one in zip(pictures, chains, strict=True):
        picture[:, 24 * orders.index(one) : 24 * orders.index(one) + 24] += 1.0
    assert (
        ordered(pictures[:60], chains[:60], pictures[60:], [sorted(one) for one in chains[60:]])
        == chains[60:]
    )


def test_the_table_tells_mean_and_range() -> None:
    keys = ("exact", "right_set", "order", "tau", "f1", "order_of_known", "tau_of_known")
    runs = [{"geometry": "poincare", **dict.fromkeys(keys, value)} for value in (0.1, 0.3)]
    lines = list(table(runs, {}))
    assert lines[2].startswith("| poincare, 2 seeds | 0.200 (0.100–0.300) |")
    assert len(lines) == 3


def test_pairs_are_told_least_heard_first() -> None:
    heard = [{"chain": ["eq", "room", "drive"], "moved": [0.01, 0.5]}] * 3
    assert by_pair(heard) == [(0.01, 3, "eq / room"), (0.5, 3, "drive / room")]
    assert by_pair(heard[:2]) == []


def test_what_was_measured_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    Kept(path).add({"geometry": "poincare", "seed": 1, "exact": 0.5})
    assert Kept(path).find(geometry="poincare", seed=1) == json.loads(path.read_text())
    assert Kept(path).find(geometry="poincare", seed=2) is None
    assert Kept(None).find(seed=1) is None
