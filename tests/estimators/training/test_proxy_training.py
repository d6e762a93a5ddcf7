from __future__ import annotations

import json
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

from patchpilot.estimators.networks.proxy_file import load_proxy  # noqa: E402
from patchpilot.estimators.training.config import TrainConfig  # noqa: E402
from patchpilot.estimators.training.curriculum import stages  # noqa: E402
from patchpilot.estimators.training.proxy import NAME, train_proxy  # noqa: E402
from patchpilot.estimators.training.source import Files  # noqa: E402
from patchpilot.estimators.training.tracking import LOG  # noqa: E402
from tests.datasets.small import Buzzing  # noqa: E402
from tests.estimators.training.learned import QUICK, toy_data  # noqa: E402


def trained(folder: Path) -> Path:
    config = TrainConfig(**{**QUICK, "epochs": 6})
    source = Files(toy_data(), config.held_out)
    plan = stages("", config.epochs, source.codec, Buzzing().space, ())
    return train_proxy(config, source, plan, folder)


def test_the_loop_of_estimators_trains_a_proxy_too(tmp_path: Path) -> None:
    path = trained(tmp_path / "proxy")
    assert path.name == NAME
    lines = [json.loads(line) for line in (tmp_path / "proxy" / LOG).read_text("utf-8").splitlines()]
    losses = [line["held_out/total"] for line in lines if "held_out/total" in line]
    assert losses[-1] < 0.8 * losses[0]
    proxy = load_proxy(path)
    assert proxy.codec == toy_data().codec
    assert not any(parameter.requires_grad for parameter in proxy.parameters())
    again = load_proxy(trained(tmp_path / "again"))
    assert all(
        torch.equal(one, other) for one, other in zip(proxy.parameters(), again.parameters(), strict=True)
    )
