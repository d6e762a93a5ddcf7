"""Which take a listener hears next while a search goes on, so that the vote on it tells most."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

import numpy as np

from patchpilot.audio import F32
from patchpilot.experiment.sounding import Sounded, best
from patchpilot.instruments.take import Take
from patchpilot.objectives.hearing import Embedding, heard
from patchpilot.selfplay.preference.asking import most_different, to_ask
from patchpilot.selfplay.preference.taste import Taste

MOST = 8
"""Takes that are looked at, the latest: to hear one for its sake takes some tens of milliseconds."""
_UNANSWERED, _REMEMBERED = 8, 64
"""Takes that sounded and have no vote yet, which may still come; and takes that sounded at all."""


class Asker:
    """Chooses among takes: the one whose vote tells most, as if those that sounded before it had theirs already.

    So what is asked about next differs from what was asked about just now. Before the first vote, the take is chosen
    that differs most from all that sounded.

    Args:
        taste: what is believed now; None before the first vote.
        embedding: that takes are compared in then.
    """

    def __init__(self, taste: Callable[[], Taste | None], embedding: Embedding) -> None:
        self._taste, self._embedding = taste, embedding
        self._unanswered: deque[Take] = deque(maxlen=_UNANSWERED)
        self._sounded: deque[F32] = deque(maxlen=_REMEMBERED)

    def __call__(self, waiting: Sequence[Sounded]) -> Sounded:
        """One of some takes, at least one."""
        if len(waiting) == 1:
            return self._asked(waiting[0])
        some = waiting[-MOST:]
        takes = [_take(made) for made in some]
        taste = self._taste()
        if taste is not None:
            asked = taste.rows(list(self._unanswered)) if self._unanswered else None
            return self._asked(some[to_ask(taste.preference, taste.rows(takes), asked=asked)[0]])
        if not self._sounded:
            return self._asked(best(some))
        vectors = np.stack([heard(take, self._embedding) for take in takes])
        return self._asked(some[most_different(vectors, heard=np.stack(self._sounded))[0]])

    def voted(self, take: Take, vote: int) -> None:  # noqa: ARG002 (either answers the question)
        """Somebody said yes (+1) or no (-1)."""
        self._unanswered = deque((one for one in self._unanswered if one.id != take.id), maxlen=_UNANSWERED)

    def _asked(self, made: Sounded) -> Sounded:
        take = _take(made)
        self._unanswered.append(take)
        if self._taste() is None:
            self._sounded.append(heard(take, self._embedding))
        return made


def _take(made: Sounded) -> Take:
    assert made.outcome.take is not None  # what has none does not sound
    return made.outcome.take
