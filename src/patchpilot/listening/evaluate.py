"""Votes in, results out."""

from __future__ import annotations

from collections.abc import Sequence

from patchpilot.errors import ParameterError
from patchpilot.listening.ballots import Ballot
from patchpilot.listening.mushra import mushra_results
from patchpilot.listening.pairwise import pairwise_results
from patchpilot.listening.results import Results
from patchpilot.listening.trials import MUSHRA, ListeningTest


def evaluated(test: ListeningTest, ballots: Sequence[Ballot]) -> Results:
    """What came out of a test.

    Args:
        test: that was voted on.
        ballots: of its participants.

    Raises:
        ParameterError: nobody voted.
    """
    if not ballots:
        raise ParameterError(
            "expected votes of at least one participant, got none: send the page, and ask for its file"
        )
    return mushra_results(test, ballots) if test.kind == MUSHRA else pairwise_results(test, ballots)
