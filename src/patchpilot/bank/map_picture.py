"""A map of a bank as a picture: SVG, or a page that holds it and lets one choose what the colours say.

Both stand alone: no script, and nothing that is loaded from elsewhere.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Literal

import numpy as np

from patchpilot.audio import F64
from patchpilot.bank.entry import Entry

By = Literal["vote", "tag", "searcher", "experiment", "age"]
BY: tuple[By, ...] = ("vote", "tag", "searcher", "experiment", "age")
"""What the colours may say."""
MOST_DRAWN = 20_000
"""Takes in a picture: more would be no picture, and a file that no browser opens."""
_COLOURS = ("#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442")
"""Of M. Okabe and K. Ito, told apart by all eyes; what is left over is grey."""
_GREY = "#b0b0b0"
_VOTES = {1: ("yes", "#009e73"), -1: ("no", "#d55e00"), 0: ("no vote", _GREY)}
_AGES = (
    ("newest fifth", "#440154"),
    ("", "#3b528b"),
    ("", "#21918c"),
    ("", "#5ec962"),
    ("oldest fifth", "#d8c520"),
)
_SIZE, _MARGIN, _LEAST_RADIUS, _MOST_RADIUS = 1000, 30, 2.0, 10.0
_OTHERS, _NOTHING = "others", "none"

Groups = list[tuple[str, str]]
"""What the colours of a picture mean: words and a colour each."""


def coloured(takes: Sequence[Entry], by: By) -> tuple[list[int], Groups]:
    """The group of each take, and the groups.

    Args:
        takes: that are drawn.
        by: "vote"; "tag", "searcher" or "experiment", the commonest of which have a colour; "age", in fifths.
    """
    if by == "vote":
        votes = list(_VOTES)
        return [votes.index(take.vote) for take in takes], list(_VOTES.values())
    if by == "age":
        order = np.argsort([-take.made_at.timestamp() for take in takes], kind="stable")
        places = np.empty(len(takes), int)
        places[order] = np.arange(len(takes)) * len(_AGES) // max(len(takes), 1)
        return places.tolist(), list(_AGES)
    words = [_word(take, by) for take in takes]
    if by == "tag":  # a take may have several: the commonest counts
        common = Counter(tag for take in takes for tag in take.tags)
        words = [max(take.tags, key=lambda tag: (common[tag], tag), default="") for take in takes]
    counts = Counter(word for word in words if word)
    named = [
        word for word, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[: len(_COLOURS)]
    ]
    groups = [*zip(named, _COLOURS, strict=False), (_OTHERS if len(counts) > len(named) else _NOTHING, _GREY)]
    return [named.index(word) if word in named else len(named) for word in words], groups


def svg(takes: Sequence[Entry], places: F64, by: By = "vote") -> str:
    """A picture.

    Args:
        takes: that are drawn.
        places: float64 (n, 2), where.
        by: what the colours say.
    """
    chosen, groups = coloured(takes, by)
    dots, top = _dots(takes, places, lambda i: f'fill="{groups[chosen[i]][1]}"')
    said = "".join(
        f'<circle cx="{_MARGIN}" cy="{top + 24 * row}" r="7" fill="{colour}"/>'
        f'<text x="{_MARGIN + 16}" y="{top + 24 * row + 5}">{escape(word)}</text>'
        for row, (word, colour) in enumerate(groups)
    )
    height = top + 24 * len(groups)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {height}" font-family="sans-serif" '
        f'font-size="15">\n<rect width="100%" height="100%" fill="#ffffff"/>\n{dots}{said}\n</svg>\n'
    )


def page(title: str, takes: Sequence[Entry], places: F64, by: By = "vote", *, remark: str = "") -> str:
    """A page with the picture; arguments as of `svg`.

    Args:
        title: of the page.
        takes: as of `svg`.
        places: likewise.
        by: what the colours say at first.
        remark: a sentence below the title.
    """
    groups: Mapping[By, tuple[list[int], Groups]] = {one: coloured(takes, one) for one in BY}
    rules, choices, legends = [], [], []
    for one, (_, named) in groups.items():
        shown = "".join(
            f'<li><i style="background:{colour}"></i>{escape(word)}</li>' for word, colour in named
        )
        legends.append(f'<ul class="{one}">{shown}</ul>')
        rules += [
            f"#{one}:checked~svg .{one}{place}{{fill:{colour}}}" for place, (_, colour) in enumerate(named)
        ]
        rules.append(f"#{one}:checked~ul.{one}{{display:flex}}")
        is_first = " checked" if one == by else ""
        choices.append(f'<input type="radio" name="by" id="{one}"{is_first}><label for="{one}">{one}</label>')
    kinds = [" ".join(f"{one}{groups[one][0][i]}" for one in BY) for i in range(len(takes))]
    dots, height = _dots(takes, places, lambda i: f'class="{kinds[i]}"')
    style = (
        "body{font:15px sans-serif;margin:1em;color:#222;background:#fff}svg{max-height:85vh;width:100%}"
        "ul{display:none;flex-wrap:wrap;gap:.3em 1.2em;list-style:none;padding:0}"
        "i{display:inline-block;width:.8em;height:.8em;border-radius:50%;margin-right:.4em}" + "".join(rules)
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        f"<style>{style}</style></head><body>\n<h1>{escape(title)}</h1>\n<p>{escape(remark)}</p>\n"
        f"{''.join(choices)}\n{''.join(legends)}\n"
        f'<svg viewBox="0 0 {_SIZE} {height}">\n{dots}</svg>\n</body></html>\n'
    )


def _word(take: Entry, by: By) -> str:
    return take.searcher if by == "searcher" else take.experiment


def _dots(takes: Sequence[Entry], places: F64, kind: Callable[[int], str]) -> tuple[str, int]:
    """A circle for each take, with what it is called, and the height; golden ones are larger, ringed, and above."""
    low = places.min(axis=0, initial=np.inf)
    wide = places.max(axis=0, initial=-np.inf) - low
    scale = (_SIZE - 2 * _MARGIN) / max(float(wide.max()), 1e-12)
    height = round(max(float(wide[1]), 0.0) * scale) + 2 * _MARGIN
    radius = min(max(80.0 / np.sqrt(len(takes) + 1), _LEAST_RADIUS), _MOST_RADIUS)
    made = []
    for i in sorted(range(len(takes)), key=lambda i: takes[i].golden):
        take = takes[i]
        x, y = _MARGIN + (places[i] - low) * scale
        ring = ' stroke="#000000" stroke-width="1.5"' if take.golden else ""
        tags = f" [{', '.join(take.tags)}]" if take.tags else ""
        said = escape(f"{take.number} {take.name or take.searcher}{tags}")
        at = f'cx="{x:.1f}" cy="{height - y:.1f}" r="{radius * (1.5 if take.golden else 1.0):.1f}"'
        made.append(f"<circle {at} {kind(i)}{ring}><title>{said}</title></circle>\n")
    return "".join(made), height
