"""What a person or an editor says to a run while it goes on: plain requests, plain answers.

{"do": "status"}                                      how far it is, and what sounds now
{"do": "list", "limit": 20}                           the takes that were made lately, newest first
{"do": "play", "take": 17, "to": "a.wav"}             sound one again, or write it as a file
{"do": "vote", "take": 17, "vote": "yes"}             "yes", "no" or 0; the take that sounds now by default
{"do": "star", "take": 17}    {"do": "key", "key": "y"}
{"do": "prefer", "better": 3, "worse": 5}             numbers of takes in the bank
{"do": "set", "name": "filter_1_cutoff", "value": 60} turn a parameter by hand
{"do": "pause"}   {"do": "resume"}   {"do": "stop"}   {"do": "next"}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from patchpilot.audio import save
from patchpilot.errors import ParameterError
from patchpilot.experiment.pairs import prefer
from patchpilot.experiment.roles import stored, unknown
from patchpilot.experiment.session import Session
from patchpilot.experiment.sounding import Sounded, Sounding
from patchpilot.instruments.take import Take
from patchpilot.search.base import Outcome
from patchpilot.space.canonical import Json

if TYPE_CHECKING:
    from patchpilot.bank.bank import Bank

KEYS = {"y": "yes", "n": "no", " ": "0", "*": "star", "s": "star", "p": "pause", "q": "stop"}
"""What a key says of the take that sounds now; a vote goes on to the next."""
VOTES = {"yes": 1, "y": 1, "no": -1, "n": -1, "0": 0}


class Console:
    """Answers requests about the session that runs now.

    Args:
        sounding: the takes that were made.
        on_vote: called with a take and +1 or -1 whenever somebody votes.
    """

    def __init__(self, sounding: Sounding, on_vote: Callable[[Take, int], None] = lambda *_: None) -> None:
        self.sounding, self._on_vote = sounding, on_vote
        self._session: Session | None = None
        self._stop: Callable[[], None] = lambda: None
        self._numbers: dict[int, int] = {}
        self._best = float("-inf")

    def attend(self, session: Session, stop: Callable[[], None] | None = None) -> Callable[[Outcome], None]:
        """Speak of this session from now on; gives what is to be called with each outcome.

        Args:
            session: that runs now.
            stop: ends all that runs; the session by default.
        """
        self._session, self._stop = session, stop or session.stop
        self._best = float("-inf")
        self._numbers.clear()

        def heard(outcome: Outcome) -> None:
            self._best = max(self._best, outcome.score)
            self.sounding.heard(outcome)

        return heard

    def do(self, request: Json) -> dict[str, Json]:
        """Do what is asked for.

        Raises:
            ParameterError: nobody knows what is asked for, or a part of it is missing or wrong.
            BankError: a take could not be kept.
        """
        if not isinstance(request, Mapping) or not isinstance(request.get("do"), str):
            raise ParameterError('expected {"do": …}, got ' + repr(request)[:80])
        verbs: dict[str, Callable[..., dict[str, Json]]] = {
            name.removeprefix("_do_"): getattr(self, name) for name in dir(self) if name.startswith("_do_")
        }
        if request["do"] not in verbs:
            raise unknown(request["do"], list(verbs), "request")
        options = {key: value for key, value in request.items() if key not in ("do", "id")}
        try:
            return verbs[request["do"]](**options)
        except TypeError as error:
            raise ParameterError(f"{request['do']}: {error}") from None

    @property
    def session(self) -> Session:
        """The one that runs now; raises `ParameterError` before the first."""
        if self._session is None:
            raise ParameterError("nothing runs yet; ask again in a moment")
        return self._session

    def _do_status(self) -> dict[str, Json]:
        session, now = self.session, self.sounding.now
        roles = session.cast.roles
        return {
            "experiment": session.experiment.name,
            "folder": str(session.folder),
            "renders": session.experiment.budget.renders,
            "heard": self.sounding.made[-1].number if self.sounding.made else 0,
            "best": None if self._best == float("-inf") else self._best,
            "paused": session.is_paused,
            "by_hand": {} if roles is None else dict(roles.by_hand),
            "now": None if now is None else self._told(now),
            "silent_because": self.sounding.silent_because,
        }

    def _do_list(self, limit: int = 20) -> dict[str, Json]:
        return {"takes": [self._told(made) for made in reversed(self.sounding.made)][: int(limit)]}

    def _do_play(self, take: int | None = None, to: str = "") -> dict[str, Json]:
        made = self.sounding.named(take)
        assert made.outcome.take is not None
        if to:
            save(made.outcome.take.audio, Path(to))
        else:
            self.sounding.skip(made)
        return self._told(made)

    def _do_next(self) -> dict[str, Json]:
        self.sounding.skip()
        return {}

    def _do_vote(self, vote: str | int, take: int | None = None) -> dict[str, Json]:
        if str(vote) not in VOTES:
            raise ParameterError(f'expected a vote of "yes", "no" or 0, got {vote!r}')
        made, value = self.sounding.named(take), VOTES[str(vote)]
        if value or made.number in self._numbers:  # to say nothing of a take is no reason to keep it
            bank, number = self._banked(made)
            bank.vote(number, value)
            if value and made.outcome.take is not None:
                self._on_vote(made.outcome.take, value)
        return self._told(made)

    def _do_star(self, take: int | None = None) -> dict[str, Json]:
        made = self.sounding.named(take)
        bank, number = self._banked(made)
        bank.star(number, True)
        return self._told(made)

    def _do_prefer(self, better: int, worse: int) -> dict[str, Json]:
        if self.session.bank is None:
            raise ParameterError("this experiment has no bank, so there are no takes to compare")
        prefer(self.session.bank, better, worse)
        return {"better": better, "worse": worse}

    def _do_key(self, key: str) -> dict[str, Json]:
        word = KEYS.get(key)
        if word is None:
            raise ParameterError(f"expected one of the keys {', '.join(map(repr, KEYS))}, got {key!r}")
        if word == "star":
            return self._do_star()
        if word == "pause":
            return self._do_resume() if self.session.is_paused else self._do_pause()
        if word == "stop":
            return self._do_stop()
        said = self._do_vote(word)
        self.sounding.skip()
        return said

    def _do_pause(self) -> dict[str, Json]:
        self.session.pause()
        return {"paused": True}

    def _do_resume(self) -> dict[str, Json]:
        self.session.pause(False)
        return {"paused": False}

    def _do_stop(self) -> dict[str, Json]:
        assert self.session
        self._stop()
        return {"stopping": True}

    def _do_set(self, name: str, value: float | str) -> dict[str, Json]:
        session = self.session
        roles, searcher = session.cast.roles, session.searcher
        if hasattr(searcher, "turn"):  # the sliders are the searcher
            space = session.cast.context.instrument.space
            searcher.turn({name: space[name].norm(stored(space, name, value))})
        elif roles is not None:
            roles.turn(name, value)
        else:
            raise ParameterError(
                f'no parameter is turned by hand here: say by_hand = ["{name}"] in [parameters]'
            )
        return {"name": name, "value": value}

    def _banked(self, made: Sounded) -> tuple[Bank, int]:
        number = self._numbers[made.number] = self.session.banked(made.outcome)
        bank = self.session.bank
        assert bank is not None  # it could be banked
        return bank, number

    def _told(self, made: Sounded) -> dict[str, Json]:
        outcome = made.outcome
        said: dict[str, Any] = {
            "take": made.number,
            "score": outcome.score,
            "scores": dict(outcome.scores),
            "searcher": outcome.proposal.searcher,
            "detail": outcome.proposal.detail,
        }
        number = self._numbers.get(made.number)
        bank = self.session.bank
        if number is not None and bank is not None:
            entry = bank[number]
            said |= {"number": number, "vote": entry.vote, "golden": entry.golden}
        return said
