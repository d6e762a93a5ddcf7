"""The parts of self-play: folders that are found again, and what each looks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import ParameterError
from patchpilot.experiment.folder import settled
from patchpilot.experiment.snapshot import Progress, write
from patchpilot.workspace.play.legs import Leg, Weights, first, following, goals, latest, longer, names_up_to
from tests.toy import Toy


@pytest.fixture(autouse=True)
def _own_data(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("data")))


def begun(runs: Path, name: str = "job") -> Leg:
    leg = first(
        runs,
        name,
        instrument="vital",
        searcher="portfolio",
        weights=Weights(novel=0.5, liked=0.25),
        renders=100,
        seed=7,
        bank=runs / "bank",
        performance=None,
        base=None,
    )
    return on_disk(leg)


def on_disk(leg: Leg) -> Leg:
    leg.folder.mkdir(parents=True)
    settled(leg.experiment, leg.folder)
    write(leg.folder, Progress(n_steps=1), None)
    return leg


def test_the_last_leg_is_the_one_that_is_gone_on_with(tmp_path: Path) -> None:
    assert latest(tmp_path, "job") is None
    leg = begun(tmp_path)
    begun(tmp_path, "job2")
    for number in range(2, 12):
        leg = on_disk(following(leg, Weights(liked=0.1 * number / 12), (), Toy()))
    found = latest(tmp_path, "job")
    assert found is not None
    assert (found.folder.name, found.experiment.sha256) == ("job+11", leg.experiment.sha256)
    assert names_up_to(found) == ["job", *(f"job+{number}" for number in range(2, 12))]
    assert found.experiment.seed == 7 + 10


def test_weights_are_what_an_experiment_says(tmp_path: Path) -> None:
    leg = begun(tmp_path)
    assert leg.weights == Weights(novel=0.5, golden=0.0, liked=0.25)
    assert [(goal.part.kind, goal.weight) for goal in leg.experiment.objective] == [
        ("valid", 1.0),
        ("novel", 0.5),
        ("liked", 0.25),
    ]
    assert longer(leg, 300).experiment.budget.renders == 300
    assert longer(leg, 300).experiment.sha256 == leg.experiment.sha256
    with pytest.raises(ParameterError, match="something to look for"):
        goals(Weights(novel=0.0))
