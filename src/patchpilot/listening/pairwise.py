"""Pairs: how often one is chosen over the other, whether that may be chance, and an order of more than two."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from patchpilot.listening.ballots import Ballot
from patchpilot.listening.estimates import bradley_terry, share, sign_p
from patchpilot.listening.results import Duel, Results, Strength
from patchpilot.listening.trials import ListeningTest, Trial


def pairwise_results(test: ListeningTest, ballots: Sequence[Ballot]) -> Results:
    """Shares of all pairs of conditions, over all trials and in each; and strengths where there are more than two.

    Args:
        test: of pairs.
        ballots: whole ones, as `parsed` gives them.
    """
    names = test.conditions
    duels = [
        found
        for one, other in itertools.combinations(names, 2)
        if (found := _duel(test, ballots, one, other)) is not None
    ]
    each = [
        found
        for trial in test.trials
        if (found := _duel(test, ballots, *_ordered(names, trial), trial=trial.code)) is not None
    ]
    return Results(
        test=test,
        participants=tuple(one.participant for one in ballots),
        duels=(*duels, *(each if len(test.trials) > 1 else [])),
        strengths=_strengths(names, duels) if len(names) > 2 else (),
    )


def _ordered(names: Sequence[str], trial: Trial) -> tuple[str, str]:
    conditions = {one.condition for one in trial.stimuli}
    one, other = (name for name in names if name in conditions)
    return one, other


def _duel(
    test: ListeningTest, ballots: Sequence[Ballot], one: str, other: str, trial: str = ""
) -> Duel | None:
    """What was said of two conditions; None where no trial has both."""
    name, votes, majorities = "", [], []
    for ballot in ballots:
        own = []
        for some in test.trials:
            codes = {stimulus.condition: stimulus.code for stimulus in some.stimuli}
            if {one, other} <= set(codes) and trial in ("", some.code):
                own.append(ballot.votes[some.code][codes[one]])
                name = some.name
        votes += own
        majorities.append(sum(own) - len(own) / 2)
    if not votes:
        return None
    wins, losses = votes.count(1.0), votes.count(0.0)
    for_one, for_other = sum(m > 0 for m in majorities), sum(m < 0 for m in majorities)
    return Duel(
        trial=name if trial else "",
        condition=one,
        against=other,
        wins=wins,
        losses=losses,
        undecided=len(votes) - wins - losses,
        share=share(wins, losses),
        p=sign_p(wins, losses),
        participants_for=for_one,
        participants_against=for_other,
        participants_p=sign_p(for_one, for_other),
    )


def _strengths(names: Sequence[str], duels: Sequence[Duel]) -> tuple[Strength, ...]:
    """Of all conditions, the strongest first; none where some never lost or were never compared with the others."""
    wins = np.zeros((len(names), len(names)))
    for duel in duels:
        i, j = names.index(duel.condition), names.index(duel.against)
        wins[i, j] += duel.wins + duel.undecided / 2
        wins[j, i] += duel.losses + duel.undecided / 2
    found = bradley_terry(wins)
    if found is None:
        return ()
    made = [Strength(name, one) for name, one in zip(names, found, strict=True)]
    return tuple(sorted(made, key=lambda one: -one.strength.value))
