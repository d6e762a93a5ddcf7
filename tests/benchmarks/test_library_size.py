"""The benchmark of library sizes: smaller libraries are beginnings of the large one."""

from __future__ import annotations

import library_size
import numpy as np
from library_size import Found
from matchbench import sets

from patchpilot.audio import listen
from patchpilot.instruments.vital.vital import Vital
from patchpilot.retrieval.library import Library
from patchpilot.retrieval.recipe import Recipe
from patchpilot.retrieval.spectral import Spectral


def library(vital: Vital, rows: int) -> Library:
    """A library whose rows are no patch's sound."""
    recipe = Recipe.of(vital, "core-v1", Spectral(), seed=0)
    codes = np.random.default_rng(0).integers(-50, 50, (rows, recipe.size)).astype(np.int8)
    return Library("made up", recipe, np.arange(rows, dtype=np.uint32), codes, {})


def test_a_smaller_library_is_the_beginning_of_a_larger_one(vital: Vital) -> None:
    whole = library(vital, 40)
    part = library_size.first(whole, 10)
    assert len(part) == 10
    assert part.recipe == whole.recipe
    assert [part.draw(vital, row) for row in (0, 9)] == [whole.draw(vital, row) for row in (0, 9)]


def test_the_closest_of_the_shortlist_counts(vital: Vital) -> None:
    (sound,) = [one for one in sets.sounds("b", vital.space) if one.name == "elec_ping"]
    assert sound.file is not None
    target = listen(sound.file)
    few, more = (library_size.search(sound, target, library(vital, rows), vital) for rows in (2, 4))
    assert (few.set, few.sound, few.rows) == ("b", "elec_ping", 2)
    assert more.distance <= few.distance, "both have the first two rows, and all are heard"
    assert few.look_up_s > 0.0


def test_the_table_has_medians_by_set_and_size() -> None:
    found = [Found("a", str(i), 2000, distance, 0.01) for i, distance in enumerate((0.5, 0.7, 0.9))]
    found += [Found("b", "bell", 10_000, 0.4, 0.02)]
    assert library_size.table(found).splitlines()[2:] == [
        "| 2,000 | 0.70 (3) |  | 10 ms |",
        "| 10,000 |  | 0.40 (1) | 20 ms |",
    ]
