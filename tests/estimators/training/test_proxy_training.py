from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from patchpilot.errors import DatasetError, EstimatorError  # noqa: E402
from patchpilot.estimators.networks.guess import Guess  # noqa: E402
from patchpilot.estimators.networks.proxy_config import ProxyConfig  # noqa: E402
from patchpilot.estimators.networks.proxy_file import load_proxy  # noqa: E402
from patchpilot.estimators.training.config import TrainConfig  # noqa: E402
from patchpilot.estimators.training.curriculum import stages  # noqa: E402
from patchpilot.estimators.training.embedded import Embedded, check_embedded  # noqa: E402
from patchpilot.estimators.training.loss import embedding_loss  # noqa: E402
from patchpilot.estimators.training.proxy import NAME, train_proxy  # noqa: E402
from patchpilot.estimators.training.rows import read_rows  # noqa: E402
from patchpilot.estimators.training.source import Files, batch_of_rows  # noqa: E402
from patchpilot.estimators.training.tracking import LOG  # noqa: E402
from tests.datasets.small import Buzzing, small  # noqa: E402
from tests.estimators.training.learned import QUICK, ROWS, toy_data  # noqa: E402


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


@pytest.mark.slow
def test_it_learns_to_say_what_an_embedding_hears(tmp_path: Path) -> None:
    small(tmp_path / "toy.h5", ROWS, features=("front_end", "spectral"), audio="none").close()
    data = read_rows([tmp_path / "toy.h5"], Buzzing().space, embedding="spectral")
    assert data.rows.embedded is not None
    heard = data.rows.embedded.vectors
    assert np.linalg.norm(heard, axis=1) == pytest.approx(1.0, abs=1e-5)
    config = TrainConfig(**{**QUICK, "head": "proxy", "epochs": 60, "embedding": "spectral"})
    source = Files(data, config.held_out)
    plan = stages("", config.epochs, source.codec, Buzzing().space, ())
    proxy = load_proxy(train_proxy(config, source, plan, tmp_path / "proxy"))
    assert (proxy.config.embedding, proxy.config.embedding_size) == ("spectral", heard.shape[1])

    train, held = data.rows.split(config.held_out)
    mean = heard[train].mean(axis=0)
    always_mean = 1.0 - (heard[held] @ (mean / np.linalg.norm(mean))).mean()
    batch = batch_of_rows(data.rows, held, data.codec)
    assert float(proxy.loss(batch)["embedding"]) < 0.7 * always_mean

    options = proxy.tokens.probabilities(batch.categorical)
    right = Guess(batch.continuous, options, torch.ones(len(batch)))
    wrong = Guess(batch.continuous.flip(0), options.flip(0), torch.ones(len(batch)))
    assert embedding_loss(proxy, right, batch) < 0.7 * embedding_loss(proxy, wrong, batch)


def test_rows_without_it_or_of_another_are_refused(tmp_path: Path) -> None:
    small(tmp_path / "toy.h5", 12, features=("front_end",), audio="none").close()
    with pytest.raises(DatasetError, match=r"does not hold what clap hears .* --features front_end,clap"):
        read_rows([tmp_path / "toy.h5"], Buzzing().space, embedding="clap")
    with pytest.raises(DatasetError, match=r"expected one vector of each sound, .* front_end"):
        read_rows([tmp_path / "toy.h5"], Buzzing().space, embedding="front_end")
    learned = ProxyConfig(embedding="clap", embedding_size=512)
    assert ProxyConfig.from_json(learned.to_json()) == learned
    check_embedded(None, learned, "proxy")
    heard = Embedded("spectral", "", np.ones((2, 4), np.float32))
    with pytest.raises(
        EstimatorError, match="has learned what clap hears, and the rows were heard by spectral"
    ):
        check_embedded(heard, learned, "proxy")
    asked: tuple[tuple[dict[str, Any], str], ...] = (
        ({"head": "flow"}, "only a proxy"),
        ({"live": "buzz-v1"}, "from datasets"),
    )
    for wrong, why in asked:
        with pytest.raises(EstimatorError, match=why):
            TrainConfig(**{**QUICK, "head": "proxy", "embedding": "clap", **wrong})
