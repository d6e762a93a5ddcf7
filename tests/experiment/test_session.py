from __future__ import annotations

import dataclasses
import json
import os
import random
import shutil
import signal
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from patchpilot.audio import Audio
from patchpilot.bank import Bank, Query
from patchpilot.errors import EngineError, OutputError, ParameterError
from patchpilot.experiment import snapshot, trace
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.folder import opened
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.replaying import again
from patchpilot.experiment.roles import Parameters
from patchpilot.experiment.session import Session
from patchpilot.retrieval.spectral import Spectral
from patchpilot.search.base import Context, Outcome
from patchpilot.space import Patch, Performance
from tests.experiment.registered import Strayer, registered
from tests.experiment.toys import PERFORMANCE
from tests.toy import Toy

LOUD = (Goal(Named("loud")),)


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")  # the trained one is slow to load
    with registered():
        yield


def experiment(bank: Path, renders: int = 32, name: str = "wander") -> Experiment:
    return Experiment(
        name=name,
        instrument=Named("toy"),
        searcher=Named("strayer"),
        objective=(Goal(Named("novel", {"k": 3}), 0.05), Goal(Named("loud"))),
        bank=str(bank),
        seed=5,
        budget=Budget(renders),
        performance=PERFORMANCE,
        keep=Keep(best=4, different=4),
        batch=4,
    )


def told(folder: Path) -> list[object]:
    """All that a run says that it did."""
    _, progress = opened(folder)
    tried = [dataclasses.astuple(line) for line in trace.read(folder, progress.trace_bytes)]
    return [tried, progress.n_renders, progress.best, progress.kept, progress.ended]


def banked(path: Path, name: str = "wander") -> list[tuple[str, dict[str, float]]]:
    with Bank.open(path) as bank:
        return [(entry.id, dict(entry.scores)) for entry in bank.entries(Query(experiment=name))]


def test_a_run_leaves_what_it_tried_and_banks_what_it_keeps(tmp_path: Path) -> None:
    made = experiment(tmp_path / "b").run(tmp_path / "run")
    assert (made.run.ended, made.progress.n_renders, made.progress.ended) == ("budget", 32, "budget")
    lines = list(trace.read(tmp_path / "run", made.progress.trace_bytes))
    assert len(lines) == 32
    assert len({line.audio for line in lines}) > 20
    assert [kept["id"] for kept in made.progress.kept] == [name for name, _ in banked(tmp_path / "b")]
    assert 8 <= len(made.progress.kept) < 30, made.progress.kept
    assert {kept["why"] for kept in made.progress.kept} == {"best", "different"}
    assert [lines[place].step.patch for place in made.progress.best] == [
        outcome.proposal.patch.sha256 for outcome in made.run.best
    ]


class Slow(Toy):
    """Takes its time, so that there is a moment to be killed in."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        time.sleep(0.004)
        return super().render(patch, performance)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_a_run_that_is_killed_at_any_moment_is_the_run_that_never_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    whole = experiment(tmp_path / "whole.bank")
    whole.run(tmp_path / "whole")
    monkeypatch.setattr("tests.toy.Toy", Slow)
    broken, chance = experiment(tmp_path / "broken.bank"), random.Random(kills)
    steps = []
    for _ in range(kills):
        child = os.fork()
        if child == 0:
            try:
                with Session(broken, tmp_path / "broken", every_s=0.03) as session:
                    session.run()
            finally:
                os._exit(0)
        time.sleep(chance.uniform(0.3, 2.5))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = snapshot.Progress.read(tmp_path / "broken")
        steps.append(0 if found is None else found.n_steps)
    assert steps == sorted(steps)
    broken.run(tmp_path / "broken")
    assert told(tmp_path / "broken") == told(tmp_path / "whole")
    assert banked(tmp_path / "broken.bank") == banked(tmp_path / "whole.bank")


def test_one_that_was_killed_before_it_could_say_why_it_ended_says_it(tmp_path: Path) -> None:
    made = experiment(tmp_path / "b").run(tmp_path / "run")
    whole, state = told(tmp_path / "run"), snapshot.read_state(tmp_path / "run", made.progress)
    snapshot.write(tmp_path / "run", dataclasses.replace(made.progress, ended=""), state)
    again = experiment(tmp_path / "b").run(tmp_path / "run")
    assert (again.run.ended, again.progress.ended) == ("budget", "budget")
    assert told(tmp_path / "run") == whole


def test_a_run_that_was_stopped_goes_on_to_the_same_result_whatever_the_order_of_renders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = experiment(tmp_path / "whole.bank").run(tmp_path / "whole")

    def forwards(
        self: Toy, pairs: Iterable[tuple[Patch, Performance]]
    ) -> Iterator[tuple[int, Audio | EngineError]]:
        yield from ((i, self.render(*pair)) for i, pair in enumerate(pairs))

    monkeypatch.setattr(Toy, "stream", forwards)
    for _ in range(3):
        with Session(experiment(tmp_path / "parts.bank"), tmp_path / "parts") as session:
            count = iter(range(1000))

            def heard(_: Outcome, session: Session = session, count: Iterator[int] = count) -> None:
                if next(count) == 9:
                    session.stop()

            last = session.run(on_outcome=heard)
    assert last.progress.n_renders == 32
    assert told(tmp_path / "parts") == told(tmp_path / "whole")
    assert [one.take.id for one in last.run.best if one.take] == [
        one.take.id for one in whole.run.best if one.take
    ]
    assert [one.score for one in last.run.best] == [one.score for one in whole.run.best]
    assert banked(tmp_path / "parts.bank") == banked(tmp_path / "whole.bank")


def test_a_budget_may_grow_and_the_run_is_that_of_the_larger_budget(tmp_path: Path) -> None:
    experiment(tmp_path / "b", 32).run(tmp_path / "whole")
    experiment(tmp_path / "c", 12).run(tmp_path / "parts")
    experiment(tmp_path / "c", 32).run(tmp_path / "parts")
    assert told(tmp_path / "parts") == told(tmp_path / "whole")


def test_ctrl_c_ends_a_run_after_its_batch(tmp_path: Path) -> None:
    with Session(experiment(tmp_path / "b"), tmp_path / "run") as session:
        count = iter(range(1000))
        made = session.run(
            on_outcome=lambda _: signal.raise_signal(signal.SIGINT) if next(count) == 5 else None
        )
    assert (made.run.ended, made.progress.n_renders, made.progress.ended) == ("interrupted", 8, "")
    assert made.run.best


def test_two_runs_on_one_bank_at_once_are_the_runs_they_are_alone(tmp_path: Path) -> None:
    names = ("one", "two")
    for name in names:
        experiment(tmp_path / f"{name}.bank", name=name).run(tmp_path / f"{name} alone")
    shared = [experiment(tmp_path / "shared.bank", name=name) for name in names]
    threads = [threading.Thread(target=made.run, args=(tmp_path / made.name,)) for made in shared]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in names:
        assert told(tmp_path / name) == told(tmp_path / f"{name} alone")
        assert banked(tmp_path / "shared.bank", name) == banked(tmp_path / f"{name}.bank", name)


def test_what_was_banked_before_is_known_and_what_comes_later_is_not(tmp_path: Path) -> None:
    first = experiment(tmp_path / "b", 12, "first").run(tmp_path / "first")
    second = experiment(tmp_path / "b", 12, "second").run(tmp_path / "second")
    assert second.progress.bank_size == len(first.progress.kept)
    alone, after = told(tmp_path / "first")[0], told(tmp_path / "second")[0]
    assert isinstance(alone, list)
    assert isinstance(after, list)
    assert alone[0][0][2]["0.05*novel"] > after[0][0][2]["0.05*novel"]  # the same sound, heard by then


def test_a_searcher_without_a_state_begins_again_and_ends_the_same(tmp_path: Path) -> None:
    bare = dataclasses.replace(experiment(tmp_path / "b"), searcher=Named("stateless"))
    bare.run(tmp_path / "whole")
    with Session(dataclasses.replace(bare, bank=str(tmp_path / "c")), tmp_path / "parts") as session:
        session.run(on_outcome=lambda _: session.stop())
    with Session(dataclasses.replace(bare, bank=str(tmp_path / "c")), tmp_path / "parts") as session:
        session.run()
    assert told(tmp_path / "parts") == told(tmp_path / "whole")
    assert banked(tmp_path / "c") == banked(tmp_path / "b")


def test_a_state_that_somebody_else_sealed_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session(experiment(tmp_path / "b"), tmp_path / "run") as session:
        session.run(on_outcome=lambda _: session.stop())
    _, progress = opened(tmp_path / "run")
    assert snapshot.read_state(tmp_path / "run", progress) is not None
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "another user"))
    assert snapshot.read_state(tmp_path / "run", progress) is None
    experiment(tmp_path / "c").run(tmp_path / "whole")
    experiment(tmp_path / "b").run(tmp_path / "run")
    assert told(tmp_path / "run") == told(tmp_path / "whole")


def test_takes_are_the_same_to_the_bit_when_they_are_played_again(tmp_path: Path) -> None:
    experiment(tmp_path / "b", 12).run(tmp_path / "run")
    made, progress = opened(tmp_path / "run")
    with Session(made, tmp_path / "run") as session:
        found = list(again(tmp_path / "run", progress, session.cast.context, range(12)))
        assert len(found) == 12
        assert all(one.is_identical for one in found)
        louder = dataclasses.replace(session.cast.context, instrument=Louder())
        assert not any(one.is_identical for one in again(tmp_path / "run", progress, louder, range(12)))


class Louder(Toy):
    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        return Audio(audio.samples * 1.0001, audio.sample_rate)


def test_a_folder_belongs_to_one_experiment_and_one_process(tmp_path: Path) -> None:
    first = experiment(tmp_path / "b", 8)
    with Session(first, tmp_path / "run") as session:
        session.run()
        with pytest.raises(OutputError, match="run by another process"):
            Session(first, tmp_path / "run")
    with pytest.raises(OutputError, match="holds another experiment"):
        Session(dataclasses.replace(first, seed=6), tmp_path / "run")
    with pytest.raises(
        ParameterError, match="no option of drawn is called 'm'"
    ):  # a typo, and what is right instead
        Session(dataclasses.replace(first, searcher=Named("drawn", {"m": 3})), tmp_path / "new")
    with Session(dataclasses.replace(first, searcher=Named("drawn", {"n": 3})), tmp_path / "new") as session:
        assert session.run().progress.n_steps == 3
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "novel.txt").write_text("chapter 1")
    with pytest.raises(OutputError, match=r"holds other files \(novel.txt\)"):
        Session(first, tmp_path / "mine")


@pytest.mark.parametrize("damage", ["cut", "noise", "progress"])
def test_a_damaged_folder_is_told(tmp_path: Path, damage: str) -> None:
    experiment(tmp_path / "b", 8).run(tmp_path / "run")
    file = tmp_path / "run" / (snapshot.PROGRESS if damage == "progress" else trace.NAME)
    data = file.read_bytes()
    file.write_bytes(data[: len(data) // 2] if damage != "noise" else bytes(reversed(data)))
    with pytest.raises((OutputError, ParameterError), match=r"damaged|cut off"):
        experiment(tmp_path / "b", 16).run(tmp_path / "run")


def test_parameters_are_turned_by_hand_while_it_runs(tmp_path: Path) -> None:
    roles = Parameters(by_hand=("transpose",))
    with Session(
        dataclasses.replace(experiment(tmp_path / "b"), parameters=roles), tmp_path / "run"
    ) as session:
        turned = session.cast.roles
        assert turned is not None
        count = iter(range(1000))
        session.run(on_outcome=lambda _: turned.turn("transpose", 7.0) if next(count) == 10 else None)
        assert turned.by_hand == {"transpose": 7.0}
    lines = list(trace.read(tmp_path / "run", opened(tmp_path / "run")[1].trace_bytes))
    assert [line.patch.values.get("transpose", 0.0) for line in lines] == [0.0] * 12 + [7.0] * 20


def test_it_waits_while_it_is_paused(tmp_path: Path) -> None:
    with Session(experiment(tmp_path / "b"), tmp_path / "run") as session:
        count, done = iter(range(1000)), list[int]()

        def go_on() -> None:
            done.append(next(count))
            session.pause(False)

        def heard(_: Outcome) -> None:
            if next(count) == 5:
                session.pause()
                threading.Timer(0.5, go_on).start()

        session.run(on_outcome=heard)
    assert done == [8]


def test_whoever_tracks_a_run_hears_of_it_and_goes_on_with_the_same(tmp_path: Path) -> None:
    class Heard:
        def __init__(self) -> None:
            self.said: list[object] = []

        def begin(self, recipe: Mapping[str, object], run: str) -> str:
            self.said.append((recipe["searcher"], run))
            return "run 1"

        def epoch(self, history: Sequence[Mapping[str, Any]]) -> None:
            assert set(history[-1]) == {"epoch", "score", "kept", "seconds"}
            self.said.append(history[-1]["epoch"])

        def end(self, reason: str) -> None:
            self.said.append(reason)

    heard = Heard()
    for budget in (8, 16):
        with Session(experiment(tmp_path / "b", budget), tmp_path / "run", tracker=heard) as session:
            session.run()
    assert heard.said == [("strayer", ""), 8, "finished", ("strayer", "run 1"), 16, "finished"]


class Presets(Toy):
    """Reads what it writes."""

    def load(self, path: Path | str) -> Patch:
        return Patch.make(self.space, json.loads(Path(path).read_text())["values"])


def test_a_run_begins_with_presets_and_takes_them_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.toy.Toy", Presets)
    toy, place = Presets(), tmp_path / "primed"
    place.mkdir()
    for name, level in (("a", 0.2), ("b", 0.6), ("c", 0.4)):
        toy.export(Patch.make(toy.space, {"level": level, "transpose": 3.0}), place / f"{name}.toy")
    (place / "notes.txt").write_text("not a preset")
    primed = dataclasses.replace(
        experiment(tmp_path / "b", 8),
        base=place,
        parameters=Parameters(pinned=("transpose",)),
        objective=LOUD,
    )
    with Session(primed, tmp_path / "run") as session:
        known = session.cast.context.base_outcomes
        assert [round(one.proposal.patch.values["level"], 3) for one in known] == [0.6, 0.4, 0.2]
        session.run()
    lines = list(trace.read(tmp_path / "run", opened(tmp_path / "run")[1].trace_bytes))
    assert {line.patch.values["transpose"] for line in lines} == {3.0}  # as in the best of them
    shutil.rmtree(place)
    with Session(opened(tmp_path / "run")[0], tmp_path / "run") as session:
        assert len(session.cast.context.base_outcomes) == 3
    place.mkdir()
    (place / "notes.txt").write_text("not a preset")
    with pytest.raises(ParameterError, match=r"holds no presets of toy \(.toy\)"):
        Session(primed, tmp_path / "other")


def test_an_ear_that_is_not_the_banks_is_told(tmp_path: Path) -> None:
    class Other(Spectral):
        version = "2"

    experiment(tmp_path / "b", 4, "first").run(tmp_path / "first")
    second = dataclasses.replace(
        experiment(tmp_path / "b", 4), objective=(Goal(Named("novel", {"embedding": "spectral"})),)
    )
    second.run(tmp_path / "same")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("patchpilot.experiment.building.embedding_of", lambda _: Other())
        with pytest.raises(ParameterError, match=r"the bank hears with spectral 1, .* say archive = false"):
            Session(second, tmp_path / "run")
        options = {"embedding": "spectral", "archive": False}
        Session(
            dataclasses.replace(second, objective=(Goal(Named("novel", options)),)), tmp_path / "run"
        ).close()


def test_a_state_that_cannot_be_kept_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Strayer.start

    def start(self: Strayer, context: Context) -> None:
        begin(self, context)
        self.state["secret"] = lambda: None

    monkeypatch.setattr(Strayer, "start", start)
    with pytest.raises(ParameterError, match="state of the searcher or the objective cannot be kept"):
        experiment(tmp_path / "b", 4).run(tmp_path / "run")
