"""Estimators by their names."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import EstimatorError
from patchpilot.estimators.places import estimator_folders, find, find_for, named


def put(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "estimator.json").write_text("{}")
    return folder


def test_the_users_goes_before_a_shipped_one(own_estimators: Path) -> None:
    assert (estimator_folders(), named("vital")) == ([], None)
    shipped = put(own_estimators / "shipped" / "vital")
    assert find("vital") == find_for("vital") == shipped
    mine = put(own_estimators / "mine" / "vital")
    (own_estimators / "mine" / "empty").mkdir()
    assert find("vital") == find_for("vital") == mine
    assert estimator_folders() == [shipped, mine]
    assert find(shipped) == shipped


def test_a_folder_is_found_by_its_path(own_estimators: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_estimators)
    put(own_estimators / "here" / "lead")
    assert find(Path("here", "lead")) == Path("here", "lead")
    monkeypatch.chdir("here")
    assert find("lead") == Path("lead")
    with pytest.raises(EstimatorError, match="no estimator of lead comes with Patch Pilot"):
        find_for("lead")  # what lies about is not taken by itself


def test_a_name_that_is_not_there_is_told(own_estimators: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(own_estimators)
    with pytest.raises(EstimatorError, match=r"no estimator 'vitl'.*there are: none"):
        find("vitl")
    put(own_estimators / "shipped" / "vital")
    with pytest.raises(EstimatorError, match=r"there are: vital\), .* Train one with `patchpilot train`"):
        find("vitl")
