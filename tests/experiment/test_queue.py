from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.bank import Bank
from patchpilot.errors import OutputError, ParameterError, PluginError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.document import load_all
from patchpilot.experiment.queue import QUEUE, Place, Queue
from patchpilot.experiment.ranking import ranking
from patchpilot.experiment.session import Session
from patchpilot.objectives.hearing import heard
from patchpilot.retrieval.library import embedding_of
from patchpilot.search.base import Outcome
from tests.experiment.registered import registered

DATA = Path(__file__).parent.parent / "data"
MATRIX = """
name = "night"
instrument = "toy"
bank = "night.bank"
batch = 4
performance = { hold_s = 0.4, length_s = 0.5 }
budget = { renders = 12 }
keep = { best = 3, different = 3 }
[matrix]
searcher = ["strayer", "drawn"]
objective = ["loud", [{ kind = "novel", k = 3 }]]
seed = [1, 2]
"""


@pytest.fixture(autouse=True)
def _toys(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setattr("patchpilot.bank.hearing.PREFERRED", "spectral")
    with registered():
        yield


def queue(folder: Path, text: str = MATRIX) -> Queue:
    (folder / "night.toml").write_text(text)
    return Queue.make(load_all(folder / "night.toml"), folder / "out")


def test_a_matrix_runs_overnight_and_is_gone_on_with_in_the_morning(tmp_path: Path) -> None:
    night = queue(tmp_path)
    assert [place.is_finished for place in night.places] == [False] * 8
    count = iter(range(10000))

    def attend(_: Session) -> object:
        return lambda _: night.stop() if next(count) == 30 else None

    assert not night.run(on_session=attend)  # type: ignore[arg-type]
    done = [place.is_finished for place in night.places]
    assert done == [True, True] + [False] * 6
    ended: list[Place] = []
    assert Queue(tmp_path / "out").run(on_end=ended.append)
    assert len(ended) == 6
    assert all(place.is_finished for place in night.places)
    assert queue(tmp_path).run(on_end=ended.append)  # from the file again: nothing is left
    assert len(ended) == 6
    with Bank.open(tmp_path / "night.bank") as bank:
        assert {entry.experiment for entry in bank.entries()} == {
            place.experiment.name for place in night.places
        }


def test_one_that_fails_does_not_stop_the_others_and_is_told(tmp_path: Path) -> None:
    text = MATRIX.replace('"loud", [', '"close_to", [').replace("seed = [1, 2]", "seed = [1]")
    night, ended = queue(tmp_path, text), list[Place]()
    assert night.run(on_end=ended.append)
    assert [bool(place.failed) for place in ended] == [True, False, True, False]
    assert 'needs a sound to come close to: say `target = "sound.wav"`' in ended[0].failed
    assert [bool(place.failed) for place in Queue(tmp_path / "out").places] == [True, False, True, False]


def test_a_queue_may_grow(tmp_path: Path) -> None:
    queue(tmp_path, MATRIX.replace("seed = [1, 2]", "seed = [1]"))
    assert len(queue(tmp_path).places) == 8


def test_what_is_no_queue_is_told(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="holds no experiments"):
        Queue(tmp_path)
    night = queue(tmp_path)
    with pytest.raises(OutputError, match="not a matrix"):
        Queue.make(load_all(tmp_path / "night.toml"), night.places[0].folder)
    (tmp_path / "out" / QUEUE).write_text("{")
    with pytest.raises(ParameterError, match="is damaged"):
        Queue(tmp_path / "out")
    (tmp_path / "out" / QUEUE).write_text(json.dumps({"format": 2, "runs": [], "failed": {}}))
    with pytest.raises(ParameterError, match="from a newer version"):
        Queue(tmp_path / "out")


def test_takes_are_ranked_and_the_different_ones_are_apart(tmp_path: Path) -> None:
    night = queue(tmp_path, MATRIX.replace("seed = [1, 2]", "seed = [1]"))
    highest: dict[str, float] = {}

    def attend(session: Session) -> object:
        def heard_of(outcome: Outcome) -> None:
            name = session.experiment.name
            highest[name] = max(highest.get(name, float("-inf")), outcome.score)

        return heard_of

    night.run(on_session=attend)  # type: ignore[arg-type]
    with ranking([place.folder for place in night.places], top=4) as (ranked, _):
        assert {run.run: run.best for run in ranked.runs} == highest
        assert ranked.equal_steps == 12
        loud = [one for one in ranked.best if "loud" in one.scores]
        novel = [one for one in ranked.best if "novel" in one.scores]
        assert len(loud) == len(novel) == 2  # they take turns
        assert loud[0].score == max(best for name, best in highest.items() if "loud" in name)
        assert novel[0].score >= novel[1].score
        assert novel[0].score < 1.0  # judged by one who heard all, and not as the first that was ever heard
        embedding = embedding_of("spectral")
        apart = [
            float(abs(heard(a.take, embedding) - heard(b.take, embedding)).max())
            for i, a in enumerate(ranked.different)
            for b in ranked.different[:i]
        ]
        assert len(ranked.different) >= 2
        assert min(apart) > 0
        said = ranked.to_json()
    assert json.loads(json.dumps(said)) == said


def test_runs_of_different_lengths_are_compared_at_equal_renders(tmp_path: Path) -> None:
    text = MATRIX.replace('objective = ["loud", [{ kind = "novel", k = 3 }]]', "").replace(
        'instrument = "toy"', 'instrument = "toy"\nobjective = "loud"'
    )
    night = queue(tmp_path, text.replace("seed = [1, 2]", "seed = [1]"))
    night.run()
    (tmp_path / "night.toml").write_text(text.replace("renders = 12", "renders = 32"))
    longer = load_all(tmp_path / "night.toml")[0]
    longer.run(night.places[0].folder)
    with ranking([place.folder for place in night.places]) as (ranked, _):
        long, short = ranked.runs
        assert ranked.equal_steps == 12
        assert (long.renders, short.renders) == (32, 12)
        assert long.best is not None
        assert long.best_at is not None
        assert long.best_at <= long.best
        assert short.best_at == short.best


def test_a_budget_that_was_raised_in_the_file_counts(tmp_path: Path) -> None:
    (tmp_path / "lead.wav").write_bytes((DATA / "elec_ping.flac").read_bytes())
    text = 'target = "lead.wav"' + MATRIX.replace(
        'objective = ["loud", [{ kind = "novel", k = 3 }]]', ""
    ).replace("seed = [1, 2]", 'objective = ["close_to"]\nseed = [1]')
    queue(tmp_path, text).run()
    (tmp_path / "lead.wav").unlink()  # a copy of it is in the folder
    grown = Queue(tmp_path / "out")
    assert [place.is_finished for place in grown.places] == [True, True]
    raised = [dataclasses.replace(place.experiment, budget=Budget(16)) for place in grown.places]
    again = Queue.make(raised, tmp_path / "out")
    assert [place.is_finished for place in again.places] == [False, False]
    assert again.run()
    assert [place.progress.n_renders for place in Queue(tmp_path / "out").places if place.progress] == [
        16,
        16,
    ]


def test_one_that_failed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    night = queue(tmp_path, MATRIX.replace("seed = [1, 2]", "seed = [1]").replace('"strayer", ', ""))
    with monkeypatch.context() as broken:
        broken.setattr("tests.experiment.registered.Loud.score", raising)
        night.run()
    assert [bool(place.failed) for place in night.places] == [True, False]
    again = Queue(tmp_path / "out")
    assert again.run()
    assert [place.failed for place in again.places] == ["", ""]


def raising(*_: object) -> None:
    raise PluginError("no ears today")
