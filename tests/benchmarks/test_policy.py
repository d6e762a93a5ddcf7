"""What the benchmark of policies tells, on numbers that are known."""

from __future__ import annotations

from policy import table


def test_the_table_has_medians_over_sounds_and_seeds() -> None:
    distances = {"experienced": (3.0, 4.0, 8.0), "fresh": (5.0, 6.0, 7.0)}
    records = [
        {"how": how, "seed": i, "distances": [9.0, 8.5, last]}
        for how, lasts in distances.items()
        for i, last in enumerate(lasts)
    ]
    lines = table(records).splitlines()
    assert lines[2:] == [
        "| experienced | 3 | 9.000 | 8.500 | 4.000 |",
        "| fresh | 3 | 9.000 | 8.500 | 6.000 |",
    ]
    assert table([]) == "Nothing was measured yet."
