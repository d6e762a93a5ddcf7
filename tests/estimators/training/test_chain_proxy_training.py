"""Pairs of dry and wet sounds, and the proxy that learns from them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from patchpilot.datasets import Dataset  # noqa: E402
from patchpilot.errors import DatasetError, EstimatorError  # noqa: E402
from patchpilot.estimators.networks.chain_proxy import ChainProxyConfig  # noqa: E402
from patchpilot.estimators.networks.chain_proxy_file import load_chain_proxy  # noqa: E402
from patchpilot.estimators.sequence.orders import order_of  # noqa: E402
from patchpilot.estimators.training.chain_proxy import train_chain_proxy  # noqa: E402
from patchpilot.estimators.training.config import TrainConfig  # noqa: E402
from patchpilot.estimators.training.pairs import Pairs, read_pairs  # noqa: E402
from patchpilot.estimators.training.rows import Data, read_rows  # noqa: E402
from tests.datasets.small import small  # noqa: E402
from tests.estimators.wet import RATE, Wet, clip, dark, twins  # noqa: E402

torch.set_num_threads(1)
SPACE = Wet().space
SIZES = ChainProxyConfig(rate=RATE, width=4, kernel=5, dilations=(1, 4), hidden=8, waves=1)
CONFIG = TrainConfig(
    instrument="wet", head="proxy", epochs=6, batch=4, held_out=0.2, ema=0.5, lr=0.02, device="cpu"
)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return twins(tmp_path_factory.mktemp("twins"), 48)


@pytest.fixture(scope="module")
def data(files: tuple[Path, Path]) -> Data:
    return read_pairs(*files, SPACE, rate=RATE)


def test_what_went_in_and_what_came_out_belong_together(files: tuple[Path, Path], data: Data) -> None:
    pairs, order, seen = data.rows, order_of(SPACE), 0
    assert isinstance(pairs, Pairs)
    assert {token.name for token in data.codec.tokens} == {
        "fx_clip_drive",
        "fx_dark_tone",
        "fx_slot_1",
        "fx_slot_2",
    }, "nothing of the voice"
    with Dataset(files[0]) as dataset:
        patches = {row.patch.sha256: row.patch for row in dataset}
    for dry, wet, name in zip(pairs.dry, pairs.wet, pairs.patches.tolist(), strict=True):
        values = patches[name].values
        sound = dry.astype(np.float32)[None]
        for effect in order.chain(values):
            made, knob = {"clip": (clip, "drive"), "dark": (dark, "tone")}[effect]
            at = SPACE[f"fx_{effect}_{knob}"]
            sound = made(sound, **{knob: values.get(at.name, at.default)})
        seen += len(order.chain(values)) == 2
        np.testing.assert_allclose(sound[0], wet.astype(np.float32), atol=0.01)
    assert seen > 5


def test_datasets_that_are_no_twins(files: tuple[Path, Path], tmp_path: Path) -> None:
    wet = files[0]
    other = tmp_path / "other.h5"
    small(other, 4, toy=Wet()).close()
    with pytest.raises(DatasetError, match="expected two datasets of one seed"):
        read_pairs(wet, other, SPACE, rate=RATE)


def test_a_training_betters_the_dry_sound_and_goes_on_where_it_stopped(data: Data, tmp_path: Path) -> None:
    whole, outcome = train_chain_proxy(CONFIG, data, SPACE, tmp_path / "whole", sizes=SIZES)
    assert (outcome.reason, outcome.epochs) == ("finished", 6)
    proxy = load_chain_proxy(whole)
    assert proxy.config == SIZES

    steps = 0

    def stopped(_: Any) -> None:
        nonlocal steps
        steps += 1
        if steps == 6:
            raise KeyboardInterrupt

    folder = tmp_path / "halves"
    with pytest.raises(KeyboardInterrupt):
        train_chain_proxy(CONFIG, data, SPACE, folder, sizes=SIZES, on_progress=stopped)
    again, _ = train_chain_proxy(CONFIG, data, SPACE, folder, sizes=SIZES)
    assert all(
        torch.equal(one, other)
        for one, other in zip(
            proxy.state_dict().values(), load_chain_proxy(again).state_dict().values(), strict=True
        )
    ), "as if it had never stopped"
    last = json.loads((tmp_path / "whole" / "training.jsonl").read_text().splitlines()[-1])
    assert last["held_out/total"] < 0.95 * last["held_out/dry"]


def test_rows_that_are_no_pairs(files: tuple[Path, Path], data: Data, tmp_path: Path) -> None:
    for rows, sizes in ((read_rows([files[0]], SPACE), SIZES), (data, ChainProxyConfig())):
        with pytest.raises(EstimatorError, match="expected pairs of sounds at"):
            train_chain_proxy(CONFIG, rows, SPACE, tmp_path, sizes=sizes)
