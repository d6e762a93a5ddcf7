"""Ways of descending from a patch, cautious to bold; a round of finetuning tries all of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Way:
    """One way to descend.

    Attributes:
        name: in plain words.
        pull: price of a squared token, at a trust of 1.
        relaxed: whether options may change.
        beside: standard deviation of the start around the best, in tokens' units.
        mended: whether the proxy is corrected by what was heard.
    """

    name: str
    pull: float
    relaxed: bool = False
    beside: float = 0.0
    mended: bool = True


WAYS = (
    Way("cautious", 3.0),
    Way("moderate", 0.5),
    Way("bold", 0.05),
    Way("moderate, options free", 0.5, relaxed=True),
    Way("bold, options free", 0.05, relaxed=True),
    Way("from beside", 0.5, beside=0.05),
    Way("from farther beside", 0.1, beside=0.15),
    Way("by the proxy alone", 0.02, mended=False),
)
