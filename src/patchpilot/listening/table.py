"""Results as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from patchpilot.listening.estimates import Estimate
from patchpilot.listening.results import Duel, Rating, Results


def lines(results: Results) -> Iterator[str]:
    """What is printed: the tables over all trials, then what may be said."""
    test = results.test
    yield (
        f"{test.name}: {len(test.trials)} trial{'s' * (len(test.trials) != 1)}, "
        f"{len(results.participants)} participant{'s' * (len(results.participants) != 1)}"
    )
    names = [one.condition for one in results.ratings] + [
        name for one in results.duels for name in (one.condition, one.against)
    ]
    width = max(map(len, names), default=0)
    for rating in results.ratings:
        if not rating.trial:
            yield f"  {rating.condition:<{width}}  {_rating(rating)}"
    for duel in results.duels:
        if not duel.trial:
            yield f"  {duel.condition:<{width}}  against {duel.against:<{width}}  {_duel(duel)}"
    for strength in results.strengths:
        yield f"  {strength.condition:<{width}}  strength {_estimate(strength.strength, '+.2f')}"
    for sentence in results.conclusions():
        yield f"  {sentence}"


def _rating(one: Rating) -> str:
    return f"{_estimate(one.mean, '5.1f')}  median {one.median:.1f}"


def _duel(one: Duel) -> str:
    share = "     –" if one.share is None else _estimate(one.share, "6.1%")
    none = f", {one.undecided} no difference" if one.undecided else ""
    return f"{share}  {one.wins} to {one.losses}{none}, p = {one.p:.3g}"


def _estimate(one: Estimate, form: str) -> str:
    value = format(one.value, form)
    if one.low is None or one.high is None:
        return value
    return f"{value}  ({format(one.low, form).strip()} to {format(one.high, form).strip()})"
