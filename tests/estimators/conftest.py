from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.estimators import places
from patchpilot.estimators.networks.config import NetworkConfig
from tests.estimators import hearing


@pytest.fixture
def own_estimators(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The folders of estimators ("shipped", "mine") are the test's own."""
    monkeypatch.setattr(places, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("PATCHPILOT_ESTIMATORS", str(tmp_path / "mine"))
    return tmp_path


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny network for the toy that has learned nothing; needs PyTorch."""
    pytest.importorskip("torch")
    pytest.importorskip("onnxscript")
    from patchpilot.estimators.export import export

    folder = tmp_path_factory.mktemp("exported") / "toy"
    network = hearing.untrained(NetworkConfig.sized("tiny"), hearing.CODEC)
    export(network, hearing.CODEC, folder, trained={"rows": 12345, "seed": 0})
    return folder
