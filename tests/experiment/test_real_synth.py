"""The promises of a run, on the real synth and with the default searcher."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.bank import Bank
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.folder import opened
from patchpilot.experiment.replaying import again
from patchpilot.experiment.roles import Parameters
from patchpilot.experiment.session import Session
from patchpilot.search.base import Outcome
from patchpilot.space import Performance
from tests.experiment.test_session import banked, told


@pytest.mark.slow
def test_workers_and_stops_change_nothing_and_replay_is_exact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("vita")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))

    def made(bank: str) -> Experiment:
        return Experiment(
            name="real",
            instrument=Named("vital"),
            searcher=Named("portfolio", {"size": 4, "starts": 4}),
            objective=(Goal(Named("novel"), 0.5), Goal(Named("valid"))),
            bank=str(tmp_path / bank),
            seed=2,
            budget=Budget(48),
            performance=Performance.one_note(48, hold_s=0.2, length_s=0.3),
            parameters=Parameters(fixed={"reverb_on": "Off"}, randomised=("osc_1_phase",)),
        )

    with Session(made("whole"), tmp_path / "one worker", workers=1) as session:
        session.run()
    for at in (10, 9, 1000):
        with Session(made("parts"), tmp_path / "two workers", workers=2) as session:
            count = iter(range(1000))

            def heard(_: Outcome, session: Session = session, count: object = count, at: int = at) -> None:
                if next(count) == at:  # type: ignore[call-overload]  # it counts
                    session.stop()

            session.run(on_outcome=heard)
    assert told(tmp_path / "two workers") == told(tmp_path / "one worker")
    assert banked(tmp_path / "parts", "real") == banked(tmp_path / "whole", "real")
    experiment, progress = opened(tmp_path / "one worker")
    with Session(experiment, tmp_path / "one worker", workers=2) as session:
        found = list(again(tmp_path / "one worker", progress, session.cast.context, range(48)))
    assert all(one.is_identical for one in found)
    with Bank.open(tmp_path / "whole") as bank:
        audio = {entry.id: entry.audio_sha256 for entry in bank.entries()}
    assert {
        one.outcome.take.id: one.tried.audio for one in found if one.outcome and one.outcome.take
    }.items() >= audio.items()
