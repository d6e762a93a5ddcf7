"""The picture of a map: a dot for each take, coloured by what is asked for, and no script in it."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from patchpilot.bank import Entry
from patchpilot.bank.map_picture import BY, coloured, page, svg
from tests.bank.toys import filled, made

NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def takes(tmp_path: Path) -> list[Entry]:
    with filled(tmp_path / "bank", 8) as bank:
        bank.append(made(9, name='<b>&"', searcher="cma-es"))
        bank.vote(1, +1)
        bank.vote(2, -1)
        bank.star(3, True)
        bank.tag(4, "dark")
        bank.tag(5, "dark", "wide")
        bank.tag(6, "lone")
        return bank.entries()


def test_every_take_has_its_dot_where_it_lies(takes: list[Entry]) -> None:
    places = np.random.default_rng(0).normal(size=(len(takes), 2))
    root = ElementTree.fromstring(svg(takes, places))
    dots = {dot[0].text: dot for dot in root.iter(f"{NS}circle") if len(dot)}
    assert len(dots) == len(takes)
    assert '9 <b>&"' in dots
    at = np.array(
        [[float(dots[f"{t.number} {t.name}{_tags(t)}"].get(k) or 0) for k in ("cx", "cy")] for t in takes]
    )
    assert (np.argsort(at[:, 0]) == np.argsort(places[:, 0])).all()
    assert (np.argsort(-at[:, 1]) == np.argsort(places[:, 1])).all()
    assert at.min() >= 0.0
    assert at.max() <= 1000.0


def _tags(take: Entry) -> str:
    return f" [{', '.join(take.tags)}]" if take.tags else ""


def test_colours_say_what_is_asked_for(takes: list[Entry]) -> None:
    votes, named = coloured(takes, "vote")
    assert [named[place][0] for place in votes[:3]] == ["yes", "no", "no vote"]
    tags, named = coloured(takes, "tag")
    assert [named[place][0] for place in tags[3:7]] == ["dark", "dark", "lone", "none"]
    searchers, named = coloured(takes, "searcher")
    assert (named[searchers[0]][0], named[searchers[8]][0]) == ("drawn", "cma-es")
    ages, _ = coloured(takes, "age")
    assert (ages[0], ages[-1]) == (4, 0)
    assert coloured([], "age") == ([], coloured(takes, "age")[1])


def test_what_has_no_colour_of_its_own_is_grey(tmp_path: Path) -> None:
    with filled(tmp_path / "bank", 0) as bank:
        for i in range(12):
            bank.append(made(i, searcher=f"s{i}"))
        places, named = coloured(bank.entries(), "searcher")
    assert named[-1][0] == "others"
    assert places.count(len(named) - 1) == 12 - 7


def test_a_page_stands_alone(takes: list[Entry]) -> None:
    places = np.random.default_rng(0).normal(size=(len(takes), 2))
    text = page("Map", takes, places, "tag", remark="nine <takes>")
    assert "<script" not in text
    assert not re.search(r"(src|href)=", text)
    assert "nine &lt;takes&gt;" in text
    assert "<b>" not in text
    assert [name for name in BY if f'id="{name}" checked' in text] == ["tag"]
    assert len(re.findall(r"<circle", text)) == len(takes)


def test_one_take_and_takes_in_one_place_are_drawn(takes: list[Entry]) -> None:
    for some in (takes[:1], takes, []):
        text = svg(some, np.zeros((len(some), 2)))
        assert "nan" not in text
