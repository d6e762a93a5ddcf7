"""What the comparison of techniques counts, on numbers that are known."""

from __future__ import annotations

import numpy as np
from techniques import explored, n_distinct, table

from tests.toy import Toy


def test_sounds_count_once_they_are_apart() -> None:
    line = [np.array([x, 0.0], np.float32) for x in (0.0, 0.4, 1.0, 1.3, 2.2)]
    assert n_distinct(line, apart=1.0) == 3
    assert n_distinct(line, apart=0.1) == 5
    assert n_distinct([]) == 0


def test_the_table_has_medians_over_sounds_and_spread_over_seeds() -> None:
    def record(sound: str, technique: str, seed: int, distance: float) -> dict[str, object]:
        return {
            "set": "match", "sound": sound, "effort": "", "technique": technique, "seed": seed, "renders": 40,
            "distances": [9.0, 8.0, distance],
        }  # fmt: skip

    records = [record(s, "cma-es", k, 3.0 + k + i) for i, s in enumerate("abc") for k in (0, 1)]
    lines = table([*records, record("a", "drawn", 0, 7.5)]).splitlines()
    assert lines[0] == "matching, 40 renders"
    assert "| cma-es | 3 | 9 (9..9) | 8 (8..8) | 4.5 (4..5) |" in lines
    assert "| drawn | 1 | 9 | 8 | 7.5 |" in lines
    assert table([]) == "Nothing was measured yet."


def test_an_exploration_counts_what_was_found() -> None:
    found = explored(Toy(), "drawn", 0, 20)
    assert found["valid"][-1] == 1.0
    assert found["cells"] == sorted(found["cells"])
    assert 1 <= found["distinct"][-1] <= 20
    assert found["qd"][-1] == found["cells"][-1] >= 2
