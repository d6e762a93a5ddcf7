"""Who is told of a training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators.training import tracking
from patchpilot.estimators.training.importance import read_weights
from patchpilot.estimators.training.tracking import LOG, MlFlow
from tests.estimators.training.learned import Simple, trainer


class Heard:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.said: list[Any] = []

    def begin(self, recipe: Mapping[str, Any], run: str) -> str:
        self.said.append(("begin", recipe["seed"], run))
        return "run-7"

    def epoch(self, history: Sequence[Mapping[str, Any]]) -> None:
        self.said.append(history[-1]["epoch"])

    def end(self, reason: str) -> None:
        self.said.append(reason)


def test_a_tracker_hears_of_a_training_and_of_its_rest(tmp_path: Path) -> None:
    first, second = Heard(), Heard()
    trainer(tmp_path, make=Simple, trackers=[first]).run(minutes=0.0)
    trainer(tmp_path, make=Simple, trackers=[second]).run()
    assert first.said == [("begin", 0, ""), "time"]
    assert second.said == [("begin", 0, "run-7"), 1, 2, 3, "finished"]
    lines = [json.loads(line) for line in (tmp_path / LOG).read_text("utf-8").splitlines()]
    assert [line["epoch"] for line in lines] == [1, 2, 3]
    assert {"loss/total", "held_out/total", "lr", "stage", "step", "skipped", "seconds"} <= set(lines[0])


def test_without_mlflow_one_line_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(f"No module named {name!r}")

    monkeypatch.setattr("importlib.import_module", missing)
    with pytest.raises(PluginError, match=r"pip install 'patchpilot\[mlflow\]'"):
        MlFlow(tmp_path)


@pytest.mark.filterwarnings("ignore")  # of MLflow's own libraries
def test_mlflow_keeps_a_run_in_a_local_file(tmp_path: Path) -> None:
    for name in ("mlflow", "sqlalchemy", "alembic"):
        pytest.importorskip(name, exc_type=ImportError)
    flow = MlFlow(tmp_path)
    run = flow.begin({"lr": 0.1, "head": "flow"}, "")
    flow.epoch([{"epoch": 1, "loss/total": 2.0, "stage": "all"}])
    flow.end("time")
    again = MlFlow(tmp_path)
    assert again.begin({"lr": 0.1}, run) == run
    again.epoch([{"epoch": 1}, {"epoch": 2, "loss/total": 1.0}])
    again.end("finished")
    found = again._client.get_run(run)
    assert (found.info.status, found.data.params["head"]) == ("FINISHED", "flow")
    assert [one.value for one in again._client.get_metric_history(run, "loss/total")] == [2.0, 1.0]
    assert (tmp_path / tracking.STORE).exists()


def test_weights_of_parameters_are_read(tmp_path: Path) -> None:
    path = tmp_path / "importance.json"
    path.write_text(json.dumps({"parameters": {"a": {"weight": 3.0}, "b": {"weight": 0.0}}}))
    assert read_weights(path) == {"a": 3.0, "b": 0.1}
    for text in ("no", "{}", '{"parameters": {"a": {}}}', '{"parameters": {"a": {"weight": NaN}}}'):
        path.write_text(text)
        with pytest.raises(EstimatorError):
            read_weights(path)
