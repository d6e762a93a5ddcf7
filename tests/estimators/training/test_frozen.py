"""An encoder that hears with a frozen network from a local folder: data, training, and what comes of it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnxscript")

from patchpilot.audio import Audio, listen
from patchpilot.datasets import Dataset
from patchpilot.datasets.plan import Plan
from patchpilot.errors import DatasetError, EstimatorError
from patchpilot.estimators import hearing as module
from patchpilot.estimators._torch import torch
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.export import export
from patchpilot.estimators.hearing import PICTURE, frozen_named, hearing
from patchpilot.estimators.networks.config import Frozen, NetworkConfig
from patchpilot.estimators.networks.network import make_network
from patchpilot.estimators.training.checkpoint import read_checkpoint
from patchpilot.estimators.training.config import TrainConfig
from patchpilot.estimators.training.curriculum import stages
from patchpilot.estimators.training.live import Live
from patchpilot.estimators.training.reinforcement import PolicyGradient, Reinforcement
from patchpilot.estimators.training.rows import Data, read_rows
from patchpilot.estimators.training.source import batch_of_rows
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.space import Asset
from tests.datasets.small import Buzzing, small
from tests.estimators.hearing import CODEC, untrained
from tests.estimators.training.learned import QUICK, tensors_of, trainer
from tests.retrieval.networks import BANDS, CHORDS, hearing_network

SPACE = Buzzing().space
LOUDER = np.asarray(2.0 * CHORDS, np.float32)


@pytest.fixture(autouse=True)
def ears(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A network "ears" in the user's embeddings folder."""
    monkeypatch.setenv("PATCHPILOT_EMBEDDINGS", str(tmp_path / "own"))
    return hearing_network(tmp_path / "own" / "ears")


@pytest.fixture
def config() -> TrainConfig:
    return TrainConfig(**{**QUICK, "encoder": "frozen", "frozen": frozen_named("ears")})


@pytest.fixture
def data(tmp_path: Path, config: TrainConfig) -> Data:
    """96 rows of a toy that hold what the network hears, and no audio."""
    small(tmp_path / "toy.h5", 96, features=("ears",), audio="none").close()
    return read_rows([tmp_path / "toy.h5"], SPACE, hears=hearing(config.network))


def asked(config: TrainConfig, **changed: Any) -> dict[str, Any]:
    """The arguments of a trainer with this recipe."""
    return {**{field.name: getattr(config, field.name) for field in dataclasses.fields(config)}, **changed}


def test_what_is_stored_is_what_is_heard_of_the_audio(
    tmp_path: Path, config: TrainConfig, data: Data
) -> None:
    small(tmp_path / "audio.h5", 96).close()
    heard = read_rows([tmp_path / "audio.h5"], SPACE, hears=hearing(config.network))
    assert data.rows.sounds.shape == (96, 1, BANDS, 8)
    assert np.array_equal(heard.rows.sounds, data.rows.sounds)
    assert config.network.sound_shape == (1, BANDS, 8)
    assert len(np.unique(data.rows.sounds)) > 50


def learned(data: Data, sounds: Any) -> float:
    """The loss after some steps on the same 32 rows."""
    rows = dataclasses.replace(data.rows, sounds=sounds)
    torch.manual_seed(0)
    frozen = NetworkConfig.sized("tiny", head="regression", encoder="frozen", frozen=frozen_named("ears"))
    network, batch = make_network(frozen, data.codec), batch_of_rows(rows, np.arange(32), data.codec)
    optimiser, last = torch.optim.Adam(network.parameters(), lr=3e-3), 0.0
    for _ in range(80):
        optimiser.zero_grad()
        total = network.loss(batch, torch.Generator())["total"]
        total.backward()
        optimiser.step()
        last = float(total.detach())
    return last


@pytest.mark.slow
def test_what_is_heard_is_learned_from(data: Data) -> None:
    deaf = np.full_like(data.rows.sounds, 128)
    assert learned(data, data.rows.sounds) < 0.7 * learned(data, deaf)


def test_a_training_says_what_it_hears_with(tmp_path: Path, config: TrainConfig, data: Data) -> None:
    trainer(tmp_path / "out", data=data, **asked(config, epochs=1)).run()
    found = read_checkpoint(tmp_path / "out")
    assert found.config.frozen == frozen_named("ears")
    assert found.network().encode(torch.rand(2, 1, BANDS, 8), torch.rand(2, 3)).shape == (2, 2 + 8, 32)


@pytest.mark.slow
def test_a_stopped_training_goes_on_to_the_same_weights(
    tmp_path: Path, config: TrainConfig, data: Data
) -> None:
    whole = trainer(tmp_path / "whole", data=data, **asked(config))
    whole.run()

    def interrupt(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trainer(tmp_path / "parts", data=data, on_progress=interrupt, **asked(config)).run()
    trainer(tmp_path / "parts", data=data, **asked(config)).run()
    mine, theirs = tensors_of(tmp_path / "parts"), tensors_of(tmp_path / "whole")
    assert all(torch.equal(tensor, theirs[name]) for name, tensor in mine.items())


def test_another_network_is_another_training(
    tmp_path: Path, config: TrainConfig, data: Data, ears: Path
) -> None:
    trainer(tmp_path / "out", data=data, **asked(config, epochs=1)).run()
    hearing_network(ears, LOUDER)
    other = asked(config, epochs=1, frozen=frozen_named("ears"))
    with pytest.raises(EstimatorError, match=r"frozen here ears 1-\w+, there ears 1-\w+"):
        trainer(tmp_path / "out", data=data, **other)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an estimator that has learned nothing, and hears with "ears"."""
    folder = tmp_path_factory.mktemp("shipped")
    version = LocalEmbedding(hearing_network(folder / "ears")).version
    config = NetworkConfig.sized("tiny", encoder="frozen", frozen=Frozen("ears", version, BANDS, 8))
    made = export(untrained(config, CODEC), CODEC, folder / "mine", trained={})
    assert made.difference <= 1e-4
    return folder / "mine"


def sound(hz: float = 440.0) -> Audio:
    return Audio((0.5 * np.sin(2 * np.pi * hz * np.arange(4000) / 8000)).astype(np.float32), 8000)


NOTE: dict[str, Any] = {"pitch": 60.0, "hold_s": 0.4}


@pytest.mark.slow
def test_an_estimator_hears_with_the_network_of_the_folder(
    shipped: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    whole = module.FrozenHearing.__call__

    def listening(self: Any, audio: Audio, **note: Any) -> Any:
        heard.append(whole(self, audio, **note))
        return heard[-1]

    monkeypatch.setattr(module.FrozenHearing, "__call__", listening)
    toy: Any = Buzzing()
    estimator = Estimator.load(shipped, toy)
    one, two, again = (estimator.propose(sound(hz), 4, **NOTE) for hz in (440.0, 1700.0, 440.0))
    assert [p.patch.sha256 for p in one] == [p.patch.sha256 for p in again]
    assert [p.patch.sha256 for p in one] != [p.patch.sha256 for p in two]
    assert len(estimator.bound(toy).propose(sound(), 2, **NOTE)) == 2
    assert [picture.shape for picture in heard] == 4 * [(1, BANDS, 8)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda ears: ears.rename(ears.parent / "eyes"), r"hears with the network ears 1-\w+, which is not here"),
        (lambda ears: hearing_network(ears, LOUDER), "its files or its description were changed"),
        (lambda ears: hearing_network(ears, frames=4), "its files or its description were changed"),
        (lambda ears: hearing_network(ears, frames=0), "expected a network that hears over time"),
        (lambda ears: hearing_network(ears, name="eyes"), "expected a network that is called ears"),
        (lambda ears: (ears / "net.onnx").unlink(), "which is to hear, cannot be used: .*asks for net.onnx"),
    ],
)  # fmt: skip
def test_a_network_that_is_missing_or_another_is_told(
    shipped: Path, ears: Path, change: Callable[[Path], object], words: str
) -> None:
    change(ears)
    with pytest.raises(EstimatorError, match=words):
        Estimator.load(shipped, Buzzing())


def test_a_name_that_is_no_folder_is_told() -> None:
    with pytest.raises(EstimatorError, match=r"no encoder 'cake'; there are: resnet, ast, ears\. A network"):
        frozen_named("cake")


def test_data_of_another_network_or_without_any_are_refused(
    tmp_path: Path, config: TrainConfig, data: Data, ears: Path
) -> None:
    assert len(data.rows) == 96
    small(tmp_path / "deaf.h5", 4, audio="none", features=("front_end",)).close()
    with pytest.raises(
        DatasetError, match=r"neither what ears hears of its sounds nor audio.*--features ears"
    ):
        read_rows([tmp_path / "deaf.h5"], SPACE, hears=hearing(config.network))
    hearing_network(ears, LOUDER)
    now = NetworkConfig.sized("tiny", encoder="frozen", frozen=frozen_named("ears"))
    with pytest.raises(
        DatasetError, match=r"was made with another network ears: its version is 1-\w+, and here is 1-"
    ):
        read_rows([tmp_path / "toy.h5"], SPACE, hears=hearing(now))


def test_rows_straight_from_the_engine_are_heard_alike(config: TrainConfig) -> None:
    toy, plan = Buzzing(), Plan(notes=(), drawn=1, hold_s=(0.1, 0.2), length_s=0.25, sample_rate=8000)
    hears = hearing(config.network)
    with Live(toy, toy.priors["buzz-v1"], rows=6, held_out=0.3, plan=plan, hears=hears) as live:
        rows, _ = live.epoch(0, stages("", 2, live.codec, SPACE)[0])
    assert rows.sounds.shape == (6, 1, BANDS, 8)
    assert len({row.tobytes() for row in rows.sounds}) == 6


def test_reinforcement_hears_with_it_too() -> None:
    toy: Any = Buzzing()
    flow = untrained(NetworkConfig.sized("tiny", encoder="frozen", frozen=frozen_named("ears")), CODEC)

    def no_asset(digest: str) -> Asset:
        raise AssertionError(digest)

    targets = [listen(sound(hz), note=60) for hz in (262.0, 524.0)]
    learner = PolicyGradient(flow, toy, no_asset, targets, Reinforcement(sounds=2, samples=2, n_steps=2))
    assert np.isfinite(learner.update().distance)


def test_a_proxy_and_its_loss_need_the_picture(config: TrainConfig) -> None:
    for changed in ({"head": "proxy"}, {"head": "flow", "spectral": 0.1, "proxy": "1" * 64}):
        with pytest.raises(EstimatorError, match="about the picture of a sound, which ears does not show"):
            TrainConfig(**asked(config, **changed))


def test_recipes_and_networks_say_it_as_json(config: TrainConfig) -> None:
    assert TrainConfig.from_json(config.to_json()) == config
    assert NetworkConfig.from_json(config.network.to_json()) == config.network
    assert hearing(NetworkConfig.sized("tiny", encoder="ast")) is PICTURE
    for plain in (
        TrainConfig().to_json(),
        NetworkConfig().to_json(),
    ):  # as files say it that were written before
        assert "frozen" not in plain
    for wrong in ({"name": "ears"}, {"name": 3, "version": "1", "size": 4, "frames": 4}, "ears"):
        with pytest.raises(EstimatorError):
            NetworkConfig.from_json({**config.network.to_json(), "frozen": wrong})
    with pytest.raises(EstimatorError, match="sizes of a network from 1 to 8192"):
        NetworkConfig.sized("tiny", encoder="frozen", frozen=Frozen("ears", "1", 4, 0))
    with pytest.raises(EstimatorError, match="expected a frozen network with the encoder frozen only"):
        NetworkConfig.sized("tiny", encoder="frozen")
    with pytest.raises(EstimatorError, match="expected a frozen network with the encoder frozen only"):
        NetworkConfig.sized("tiny", frozen=Frozen("ears", "1", 4, 4))


def test_a_dataset_may_hold_both(tmp_path: Path, config: TrainConfig) -> None:
    small(tmp_path / "both.h5", 8, features=("ears", "front_end"), audio="none").close()
    with Dataset(tmp_path / "both.h5") as dataset:
        assert [name for name, _ in dataset.recipe.versions] == ["ears"]
    picture = read_rows([tmp_path / "both.h5"], SPACE).rows.sounds
    heard = read_rows([tmp_path / "both.h5"], SPACE, hears=hearing(config.network)).rows.sounds
    assert (picture.shape, heard.shape) == ((8, 4, 96, 64), (8, 1, BANDS, 8))
