"""Searchers side by side: what each finds does not depend on the others, and one may be missing."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterable, Iterator

import pytest

from patchpilot.audio import Audio, Target
from patchpilot.errors import EngineError, LibraryError, ParameterError, PluginError
from patchpilot.matching.effort import EFFORTS
from patchpilot.matching.match import match
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch, Performance
from tests.matching.searchers import Fixed, Tabled, heard, up, use
from tests.toy import Toy


class Slow(Fixed):
    """Thinks before each proposal."""

    def ask(self, n: int) -> list[Proposal]:
        time.sleep(0.02)
        return super().ask(min(n, 1))


class Unable(Fixed):
    """Cannot work here."""

    def __init__(self, error: Exception) -> None:
        super().__init__([])
        self._error = error

    def start(self, context: Context) -> None:  # noqa: ARG002
        raise self._error


@pytest.fixture
def toy() -> Toy:
    return Tabled()


@pytest.fixture
def target(toy: Toy) -> Target:
    return heard(toy)


def test_what_is_found_does_not_depend_on_who_is_faster(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []
    for one, other in ((Slow, Fixed), (Fixed, Slow), (Fixed, Fixed)):
        use(monkeypatch, one=one(up(3, 7, -5), name="one"), other=other(up(9, 7, 2), name="other"))
        result = match(target, toy, using=["one", "other"], effort="quick")
        found.append([(m.searcher, m.patch.sha256, m.distance["logmel"]) for m in result.matches])
        assert result.n_renders == 6
    assert found[0] == found[1] == found[2]


def test_they_search_at_the_same_time(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    both = threading.Barrier(2, timeout=10)

    class Meeting(Fixed):
        def start(self, context: Context) -> None:
            both.wait()  # breaks if it is the only one
            super().start(context)

    use(monkeypatch, one=Meeting(up(7)), other=Meeting(up(3)))
    assert len(match(target, toy, using=["one", "other"], effort="quick")) == 2


def test_progress_is_told_by_one_thread_at_a_time(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, one=Fixed(up(*range(-9, 0))), other=Fixed(up(*range(9))))
    inside, most = 0, 0

    def count(_: Outcome) -> None:
        nonlocal inside, most
        inside += 1
        most = max(most, inside)
        time.sleep(0.001)
        inside -= 1

    match(target, toy, using=["one", "other"], effort="quick", on_outcome=count)
    assert (inside, most) == (0, 1)


@pytest.mark.parametrize(
    "error", [ParameterError("needs Vital"), LibraryError("no library"), PluginError("needs an extra")]
)
def test_one_that_cannot_work_is_left_out(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)), unable=Unable(error))
    result = match(target, toy, using=["unable", "fixed"], effort="quick")
    assert len(result) == 1
    assert result.remarks == (f"unable was left out: {error}",)


def test_one_that_is_not_installed_is_left_out(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    result = match(target, toy, using=["fixed", "dowsing"], effort="quick")
    assert result.remarks == ("dowsing was left out: no 'dowsing' among the search; there are: fixed",)


def test_where_none_can_work_the_first_says_why(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, one=Unable(LibraryError("no library")), other=Unable(ParameterError("needs Vital")))
    with pytest.raises(LibraryError, match="no library"):
        match(target, toy, using=["one", "other"], effort="quick")


def test_one_that_was_made_by_hand_is_wanted(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    with pytest.raises(LibraryError, match="cut off"):
        match(target, toy, using=["fixed", Unable(LibraryError("cut off"))], effort="quick")
    result = match(target, toy, using=["fixed", Fixed(up(3), name="mine")], effort="quick")
    assert [found.searcher for found in result.matches] == ["fixed", "mine"]


def test_an_error_that_is_nobodys_fault_stops_the_others(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Slow(up(7) * 10_000)
    use(monkeypatch, endless=endless, broken=Unable(ZeroDivisionError("a bug")))
    with pytest.raises(ZeroDivisionError, match="a bug"):
        match(target, toy, using=["endless", "broken"], effort="quick")
    assert len(endless._left) > 9_000


def test_an_engine_that_does_not_start_is_told(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    class Dead(Toy):
        def stream(
            self, _pairs: Iterable[tuple[Patch, Performance]]
        ) -> Iterator[tuple[int, Audio | EngineError]]:
            raise EngineError("the engine does not start")

    use(monkeypatch, fixed=Fixed(up(7)))
    with pytest.raises(EngineError, match="the engine does not start"):
        match(target, Dead(), using=["fixed"], effort="quick")


def test_the_shortlist_is_the_efforts(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    from patchpilot import registry

    made: list[object] = []

    def load(_: str, name: str) -> object:
        def make(**options: object) -> Fixed:
            made.append((name, options))
            return Fixed(up(7))

        return make

    monkeypatch.setattr(registry, "load", load)
    match(target, toy, using=["retrieval", "fixed"], effort="quick")
    shortlist = EFFORTS["quick"].options("retrieval")
    assert set(shortlist) == {"shortlist"}
    assert made == [("retrieval", shortlist), ("fixed", {})]


def test_an_interrupt_gives_what_was_found_so_far(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    endless = Slow(up(*range(-24, 24)) * 100)
    use(monkeypatch, endless=endless, short=Fixed(up(7), name="short"))
    heard_so_far: list[Outcome] = []

    def interrupt(outcome: Outcome) -> None:
        heard_so_far.append(outcome)
        if len(heard_so_far) == 5:
            signal.raise_signal(signal.SIGINT)  # heard by the main thread, which waits

    phases: list[str] = []
    result = match(target, toy, using=["endless", "short"], on_outcome=interrupt, on_phase=phases.append)
    assert result.interrupted
    assert result.remarks == ("interrupted while searching: these are the best so far",)
    assert result[0].patch.values == {"transpose": 7.0}
    assert result.n_renders == len(heard_so_far) < 100
    assert phases == ["listening", "searching", "comparing"]  # and no refining


def test_an_interrupt_before_there_is_a_take_gets_through(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupting(Fixed):
        def start(self, context: Context) -> None:
            super().start(context)
            signal.raise_signal(signal.SIGINT)
            time.sleep(0.5)

    use(monkeypatch, fixed=Interrupting(up(7)))
    with pytest.raises(KeyboardInterrupt):
        match(target, toy, using=["fixed"])


@pytest.mark.parametrize(
    ("name", "said"),
    [("refinement", "follows them by itself"), ("finetuning", "cannot begin"), ("slider", "person")],
)
def test_some_searchers_cannot_begin(toy: Toy, target: Target, name: str, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        match(target, toy, using=[name], effort="quick")
