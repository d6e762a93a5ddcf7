"""Ratings: who is taken out, and the mean of each condition (ITU-R BS.1534-3)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import median

from patchpilot.listening.ballots import Ballot
from patchpilot.listening.estimates import mean
from patchpilot.listening.results import Difference, Rating, Results
from patchpilot.listening.trials import HIDDEN, MID_ANCHOR, REFERENCE, ListeningTest

GOOD = 90.0
"""The hidden reference is to be rated at least so, the mid anchor at most."""
SHARE = 0.15
"""Of the trials in which that may fail."""
TELLING = 0.25
"""Where more than so many rate a trial's mid anchor above `GOOD`, the trial says nothing about them."""


def mushra_results(test: ListeningTest, ballots: Sequence[Ballot]) -> Results:
    """Means of conditions over participants, each by their own mean over trials; screened by BS.1534-3, 4.1.2.

    Args:
        test: in the manner of MUSHRA.
        ballots: whole ones, as `parsed` gives them.
    """
    out = screened(test, ballots)
    kept = [one for one in ballots if one.participant not in out]
    ratings: list[Rating] = []
    for trial in (None, *test.trials):
        by_condition = _by_condition(test, kept, None if trial is None else trial.code)
        ratings += [
            Rating("" if trial is None else trial.name, condition, len(values), mean(values), median(values))
            for condition, values in by_condition.items()
            if values
        ]
    return Results(
        test=test,
        participants=tuple(one.participant for one in ballots),
        screened=out,
        ratings=tuple(ratings),
        differences=tuple(_differences(test, kept)) if kept else (),
    )


def screened(test: ListeningTest, ballots: Sequence[Ballot]) -> dict[str, str]:
    """Participants who are taken out, and why: BS.1534-3's rules for the hidden reference and the mid anchor."""
    out = {}
    telling = {
        code
        for code in (trial.code for trial in test.trials)
        if _above(ballots, code, _code(test, code, MID_ANCHOR)) <= TELLING
    }
    for one in ballots:
        low = sum(_vote(one, test, trial.code, REFERENCE, GOOD) < GOOD for trial in test.trials)
        high = sum(
            _vote(one, test, trial.code, MID_ANCHOR, 0.0) > GOOD
            for trial in test.trials
            if trial.code in telling
        )
        if low > SHARE * len(test.trials):
            out[one.participant] = (
                f"rated the hidden reference below 90 in {low} of {len(test.trials)} trials"
            )
        elif high > SHARE * len(test.trials):
            out[one.participant] = f"rated the 7 kHz anchor above 90 in {high} of {len(test.trials)} trials"
    return out


def _code(test: ListeningTest, trial: str, condition: str) -> str | None:
    found = test.trial(trial)
    assert found is not None
    return next((one.code for one in found.stimuli if one.condition == condition), None)


def _vote(one: Ballot, test: ListeningTest, trial: str, condition: str, otherwise: float) -> float:
    code = _code(test, trial, condition)
    return otherwise if code is None else one.votes[trial][code]


def _above(ballots: Sequence[Ballot], trial: str, code: str | None) -> float:
    """Part of the participants who rate a stimulus above `GOOD`."""
    if code is None or not ballots:
        return 0.0
    return sum(one.votes[trial][code] > GOOD for one in ballots) / len(ballots)


def _by_condition(
    test: ListeningTest, ballots: Sequence[Ballot], trial: str | None
) -> Mapping[str, list[float]]:
    """A value of each participant for each condition: their rating in a trial, or their mean over all of them."""
    found: dict[str, list[float]] = {name: [] for name in test.conditions}
    for one in ballots:
        own: dict[str, list[float]] = {}
        for some in test.trials:
            if trial in (None, some.code):
                for stimulus in some.stimuli:
                    own.setdefault(stimulus.condition, []).append(one.votes[some.code][stimulus.code])
        for condition, votes in own.items():
            found[condition].append(sum(votes) / len(votes))
    return found


def _differences(test: ListeningTest, ballots: Sequence[Ballot]) -> list[Difference]:
    """How much better one condition is rated than another, participant by participant, in trials that have both."""
    judged = [name for name in test.conditions if name not in HIDDEN]
    found = []
    for index, one in enumerate(judged):
        for other in judged[index + 1 :]:
            both = [
                (trial.code, codes[one], codes[other])
                for trial in test.trials
                if {one, other} <= set(codes := {s.condition: s.code for s in trial.stimuli})
            ]
            if both:
                values = [
                    sum(ballot.votes[code][a] - ballot.votes[code][b] for code, a, b in both) / len(both)
                    for ballot in ballots
                ]
                found.append(Difference(one, other, len(values), mean(values)))
    return found
