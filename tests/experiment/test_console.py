from __future__ import annotations

import json
import socket
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from patchpilot.audio import Audio, load
from patchpilot.errors import ParameterError, PluginError
from patchpilot.experiment import trace
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.console import Console
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.pairs import pairs
from patchpilot.experiment.roles import Parameters
from patchpilot.experiment.server import FILE, Server, ask
from patchpilot.experiment.session import Session
from patchpilot.experiment.sounding import Sounding
from patchpilot.search.base import Outcome
from tests.experiment.registered import registered
from tests.experiment.toys import PERFORMANCE


class Deaf:
    """A player that plays into a list."""

    def __init__(self) -> None:
        self.played: list[Audio] = []

    def play(self, sound: Audio, /) -> None:
        self.played.append(sound)

    def stop(self) -> None: ...


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with registered():
        yield


def experiment(folder: Path, searcher: str = "strayer", parameters: Parameters | None = None) -> Experiment:
    return Experiment(
        instrument=Named("toy"),
        searcher=Named(searcher),
        objective=(Goal(Named("loud")),),
        bank=str(folder / "b"),
        budget=Budget(8),
        performance=PERFORMANCE,
        parameters=parameters or Parameters(),
        keep=Keep(1, 0),
        batch=4,
    )


@pytest.fixture
def player() -> Deaf:
    return Deaf()


@pytest.fixture
def sounding(player: Deaf) -> Iterator[Sounding]:
    made = Sounding(player)
    yield made
    made.close()


def eventually(is_so: Callable[[], object]) -> None:
    until = time.monotonic() + 10.0
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.fixture
def done(tmp_path: Path, sounding: Sounding) -> Iterator[tuple[Console, Session]]:
    """After a run of eight takes."""
    console = Console(sounding)
    with Session(experiment(tmp_path), tmp_path / "run") as session:
        heard = console.attend(session)
        session.run(on_outcome=heard)
        eventually(lambda: sounding.now)
        yield console, session


def entries(session: Session) -> dict[str, tuple[int, bool]]:
    assert session.bank is not None
    return {entry.id: (entry.vote, entry.golden) for entry in session.bank.entries()}


def test_takes_sound_one_after_another_and_the_best_of_those_that_came_meanwhile(
    tmp_path: Path, sounding: Sounding, player: Deaf
) -> None:
    with Session(experiment(tmp_path), tmp_path / "run") as session:
        outcomes: list[Outcome] = []
        session.run(on_outcome=outcomes.append)
    sounding.heard(outcomes[0])
    eventually(lambda: player.played)
    for outcome in outcomes[1:]:
        sounding.heard(outcome)
    sounding.skip()
    eventually(lambda: len(player.played) == 2)
    best = max(outcomes[1:], key=lambda outcome: outcome.score)
    assert best.take is not None
    assert player.played[1] is best.take.audio
    assert sounding.now is not None
    assert sounding.now.outcome is best
    time.sleep(0.8)
    assert len(player.played) == 2  # nothing new, so nothing sounds


def test_votes_and_stars_are_of_the_take_that_sounds_and_bank_it(done: tuple[Console, Session]) -> None:
    console, session = done
    first = console.sounding.named(1).outcome.take
    second = console.sounding.named(2).outcome.take
    assert first is not None
    assert second is not None
    console.sounding.skip(console.sounding.named(1))
    eventually(lambda: console.sounding.now is not None and console.sounding.now.number == 1)
    assert console.do({"do": "key", "key": "*"})["golden"]
    assert console.do({"do": "key", "key": "y"})["vote"] == 1
    assert entries(session)[first.id] == (1, True)
    assert console.do({"do": "vote", "vote": "no", "take": 2})["vote"] == -1
    assert entries(session)[second.id] == (-1, False)
    assert console.do({"do": "vote", "vote": 0, "take": 2})["vote"] == 0
    before = len(entries(session))
    assert "number" not in console.do({"do": "vote", "vote": "0", "take": 3})
    assert len(entries(session)) == before  # nothing was said of it
    found = console.do({"do": "list", "limit": 8})["takes"]
    assert [one["take"] for one in found] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert (found[-1]["vote"], found[-1]["golden"]) == (1, True)


def test_two_takes_are_compared(done: tuple[Console, Session]) -> None:
    console, session = done
    one, two = (console.do({"do": "star", "take": take})["number"] for take in (1, 2))
    console.do({"do": "prefer", "better": two, "worse": one})
    assert session.bank is not None
    assert [(pair.better, pair.worse) for pair in pairs(session.bank)] == [(two, one)]
    with (session.bank.path / "pairs.jsonl").open("a") as file:
        file.write('{"better": 1,')  # a crash
    assert len(pairs(session.bank)) == 1
    with pytest.raises(ParameterError, match="two takes"):
        console.do({"do": "prefer", "better": one, "worse": one})


def test_a_take_is_written_as_a_file_or_sounded_again(
    done: tuple[Console, Session], player: Deaf, tmp_path: Path
) -> None:
    console, _ = done
    take = console.sounding.named(5).outcome.take
    assert take is not None
    console.do({"do": "play", "take": 5, "to": str(tmp_path / "a.wav")})
    assert load(tmp_path / "a.wav").duration_s == pytest.approx(take.audio.duration_s)
    console.do({"do": "play", "take": 5})
    eventually(lambda: player.played[-1] is take.audio)


def test_a_run_is_paused_and_ended_by_requests(tmp_path: Path, sounding: Sounding) -> None:
    console = Console(sounding)
    with Session(experiment(tmp_path), tmp_path / "run") as session:
        heard = console.attend(session)

        def told(outcome: Outcome) -> None:
            heard(outcome)
            if sounding.made[-1].number == 2:
                assert console.do({"do": "pause"}) == {"paused": True}
                threading.Timer(0.2, console.do, [{"do": "key", "key": "q"}]).start()

        made = session.run(on_outcome=told)
        assert (made.run.ended, made.progress.n_renders) == ("interrupted", 4)
        said = console.do({"do": "status"})
        assert (said["paused"], said["renders"], said["heard"]) == (True, 8, 4)


def test_parameters_are_turned_by_requests(tmp_path: Path, sounding: Sounding) -> None:
    console = Console(sounding)
    roles = Parameters(by_hand=("transpose",))
    with Session(experiment(tmp_path, parameters=roles), tmp_path / "run") as session:
        console.attend(session)
        console.do({"do": "set", "name": "transpose", "value": 5})
        assert console.do({"do": "status"})["by_hand"] == {"transpose": 5.0}
        with pytest.raises(ParameterError, match="'level' is not turned by hand"):
            console.do({"do": "set", "name": "level", "value": 0.5})
    with Session(experiment(tmp_path), tmp_path / "other") as session:
        console.attend(session)
        with pytest.raises(ParameterError, match=r'say by_hand = \["level"\] in \[parameters\]'):
            console.do({"do": "set", "name": "level", "value": 0.5})


def test_sliders_are_a_searcher_that_requests_turn(tmp_path: Path, sounding: Sounding) -> None:
    console = Console(sounding)
    for part, level in enumerate((0.25, 0.75)):  # it is gone on with after an end
        with Session(experiment(tmp_path, "slider"), tmp_path / "run") as session:
            heard = console.attend(session)
            steps = iter([{"do": "set", "name": "level", "value": level}, {"do": "stop"}])
            if part:
                threading.Timer(0.3, console.do, [next(steps)]).start()

            def told(outcome: Outcome, heard: Any = heard, steps: Any = steps) -> None:
                heard(outcome)
                console.do(next(steps))

            made = session.run(on_outcome=told)
            assert made.run.best
            assert made.progress.ended == ""
    assert made.progress.n_renders == 3
    tried = trace.read(tmp_path / "run", made.progress.trace_bytes)
    assert [line.patch.values.get("level", 0.5) for line in tried][1:] == [0.25, 0.75]


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ({"do": "vot"}, r"no request is called 'vot'; did you mean 'vote'\?"),
        ({"do": "vote", "vote": "maybe"}, 'expected a vote of "yes", "no" or 0'),
        ({"do": "vote"}, "vote: .*missing"),
        ({"do": "key", "key": "x"}, "expected one of the keys"),
        ({"do": "vote", "vote": "yes", "take": 999}, "no take 999 now; the last 8 are remembered"),
        (17, "expected"),
    ],
)
def test_a_wrong_request_is_told(done: tuple[Console, Session], request_: Any, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        done[0].do(request_)


def test_without_a_sound_card_takes_have_their_turns_in_silence(done: tuple[Console, Session]) -> None:
    class Mute(Deaf):
        def play(self, _: Audio, /) -> None:
            raise PluginError("nothing here plays sounds")

    quiet = Sounding(Mute())
    quiet.heard(done[0].sounding.named(1).outcome)
    eventually(lambda: quiet.now)
    assert quiet.silent_because == "nothing here plays sounds"
    quiet.close()


def test_an_editor_speaks_lines_of_json_after_the_token(
    done: tuple[Console, Session], tmp_path: Path
) -> None:
    console, _ = done
    with Server(tmp_path, console.do) as server:
        if sys.platform != "win32":
            assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600
        said = list(ask(tmp_path, [{"do": "star", "take": 1, "id": "a"}, {"do": "nothing"}, {"do": "list"}]))
        assert [answer["ok"] for answer in said] == [True, False, True]
        assert said[0]["id"] == "a"
        assert "no request is called 'nothing'" in said[1]["error"]
        with socket.create_connection(("127.0.0.1", server.port)) as link, link.makefile("rwb") as lines:
            lines.write(b'{"token": "guessed"}\n{"do": "stop"}\n')
            lines.flush()
            assert not json.loads(lines.readline())["ok"]
            assert lines.readline() == b""
    assert not (tmp_path / FILE).exists()
    with pytest.raises(ParameterError, match="nothing listens in"):
        list(ask(tmp_path, [{"do": "status"}]))
