"""The same targets matched in several ways, with as many renders."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.listening.searchers import Way, compared, ways
from tests.listening.sounds import Coloured
from tests.matching.searchers import heard

WAYS = ways(["drawn", "drawn+refinement"])


def test_a_way_is_searchers_and_whether_they_are_refined() -> None:
    way = Way.parse("retrieval + drawn+refinement")
    assert (way.name, way.searchers, way.is_refined) == (
        "retrieval+drawn+refinement",
        ("retrieval", "drawn"),
        True,
    )


def test_all_get_as_many_renders() -> None:
    alone = Way.parse("retrieval").effort(300)
    assert (alone.options("retrieval"), alone.refinement) == ({"shortlist": 300}, None)
    refined = Way.parse("retrieval+refinement").effort(300)
    assert refined.refinement is not None
    assert refined.options("retrieval")["shortlist"] + refined.refinement.renders == 300
    two = Way.parse("retrieval+drawn").effort(301)
    assert (two.options("retrieval"), two.options("drawn")) == ({"shortlist": 151}, {"n": 150})


@pytest.mark.parametrize("names", [[], ["drawn"], ["drawn", "drawn"], ["refinement", "drawn"], ["drawn", ""]])
def test_what_cannot_be_compared_is_refused(names: list[str]) -> None:
    with pytest.raises(ParameterError, match="expected"):
        ways(names)


def test_too_few_renders_to_share_are_refused() -> None:
    with pytest.raises(ParameterError, match="expected more renders than 10 for drawn"):
        Way.parse("drawn+refinement").effort(10)


def test_an_item_for_each_target_with_the_target_as_reference() -> None:
    toy = Coloured()
    target = heard(toy)
    items, remarks = compared({"lead": target}, WAYS, toy, renders=80, seed=3)
    (item,) = items
    assert list(item.sounds) == ["drawn", "drawn+refinement"]
    assert item.reference is target.audio
    assert "renders" in item.details["drawn"]
    assert all("renders were not quite equal" in one for one in remarks)
    again, _ = compared({"lead": target}, WAYS, toy, renders=80, seed=3)
    for name, audio in item.sounds.items():
        assert np.array_equal(audio.samples, again[0].sounds[name].samples)


def test_what_was_matched_is_kept_and_an_interrupt_costs_the_rest_only(tmp_path: Path) -> None:
    toy = Coloured()
    target = heard(toy)
    begun: list[str] = []

    def stop_at_the_second(_sound: str, way: str, _done: int, _total: int) -> None:
        begun.append(way)
        if len(begun) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compared({"lead": target}, WAYS, toy, renders=80, kept=tmp_path, on_way=stop_at_the_second)
    before = toy.rendered
    first, _ = compared({"lead": target}, WAYS[:1], toy, renders=80, kept=tmp_path)
    assert toy.rendered == before
    whole, _ = compared({"lead": target}, WAYS, toy, renders=80, kept=tmp_path)
    fresh, _ = compared({"lead": target}, WAYS, Coloured(), renders=80)
    for name in ("drawn", "drawn+refinement"):
        assert np.array_equal(whole[0].sounds[name].samples, fresh[0].sounds[name].samples)
    assert whole[0].details == fresh[0].details
    assert np.array_equal(first[0].sounds["drawn"].samples, fresh[0].sounds["drawn"].samples)
