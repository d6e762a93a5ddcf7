"""What objectives ask for and experiments do not know: the golden set, and what is believed of somebody's taste."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from patchpilot.bank.bank import Bank
    from patchpilot.experiment.building import Providers
    from patchpilot.experiment.session import Session
    from patchpilot.experiment.sounding import Sounded
    from patchpilot.instruments.take import Take
    from patchpilot.selfplay.preference.asker import Asker
    from patchpilot.selfplay.preference.taste import Taste

_UNSURE = 0.5


class Provided:
    """Makes both, and sees to it that votes are learned from while they are given."""

    def __init__(self) -> None:
        self._tastes: list[_Growing] = []
        self._asker: Asker | None = None
        self._asking: _Growing | None = None

    @property
    def providers(self) -> Providers:
        """By the name of the argument."""
        return {"golden": _golden, "taste": self._taste}

    def voted(self, take: Take, vote: int) -> None:
        """Somebody said yes (+1) or no (-1)."""
        for taste in self._tastes:
            taste.voted(take, vote)
        if self._asker is not None:
            self._asker.voted(take, vote)

    def ask_in(self, session: Session) -> None:
        """Choose for the votes of this session's bank from now on; raises `ParameterError` where it has none."""
        from patchpilot.errors import ParameterError
        from patchpilot.retrieval.library import embedding_of
        from patchpilot.selfplay.preference.asker import Asker
        from patchpilot.selfplay.preference.from_bank import TASTE, embedding_of_votes

        if session.bank is None:
            raise ParameterError(
                "what tells most is learned from votes, which are kept in a bank: say "
                '`bank = "default"` in the file, or --bank default'
            )
        known = next((taste for taste in self._tastes if taste.bank is session.bank), None)
        taste = known or self._taste(None, session.bank)
        assert taste is not None  # there is a bank
        ear = embedding_of(embedding_of_votes(session.bank.path / TASTE / "model"))
        self._asker, self._asking = Asker(lambda: taste.taste, ear), taste

    @property
    def asks(self) -> bool:
        """Whether it chooses what somebody is asked about."""
        return self._asker is not None

    def chosen(self, waiting: Sequence[Sounded]) -> Sounded:
        """Which take sounds next: the one whose vote would tell most."""
        assert self._asker is not None  # nothing sounds before a session began
        return self._asker(waiting)

    def belief(self, take: Take) -> tuple[float, float] | None:
        """How likely a YES is, and how unsure that is; None while nobody voted, or nothing is asked."""
        if self._asking is None or self._asking.taste is None:
            return None
        return self._asking.belief(take)

    def _taste(self, _: Any, bank: Bank | None) -> _Growing | None:
        if bank is None:
            return None
        self._tastes.append(_Growing(bank))
        return self._tastes[-1]


class _Growing:
    """What is believed of the votes in a bank; that nothing is known, before the first."""

    def __init__(self, bank: Bank) -> None:
        self.bank = bank
        self.taste = self._known()

    def belief(self, take: Take) -> tuple[float, float]:
        """As of `objectives.liked.Taste`."""
        return (_UNSURE, _UNSURE) if self.taste is None else self.taste.belief(take)

    def voted(self, take: Take, vote: int) -> None:
        if self.taste is None:
            self.taste = self._known()
        else:
            self.taste.vote(take, vote > 0)

    def _known(self) -> Taste | None:
        from patchpilot.errors import ParameterError
        from patchpilot.selfplay.preference.from_bank import taste_of

        try:
            return taste_of(self.bank)
        except ParameterError:  # nobody voted yet
            return None


def _golden(option: Any, bank: Bank | None) -> Any:
    """The golden set, and the starred takes of the bank, where there is one."""
    from patchpilot.selfplay.golden.golden_set import GoldenSet
    from patchpilot.selfplay.golden.starred import WithStars

    golden = GoldenSet.open(option if isinstance(option, str) and option != "default" else None)
    return golden if bank is None else WithStars(golden, bank)
