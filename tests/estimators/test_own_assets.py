"""Estimators that learned from assets which do not come with the instrument."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EstimatorError
from patchpilot.estimators import estimator
from patchpilot.estimators.baselines import MEAN, of_rows
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.estimator import Estimator
from patchpilot.estimators.evaluation import Heard
from patchpilot.estimators.folder import GRAPHS, About, write_folder
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.own_assets import FOLDER, assets_of, keep_assets
from patchpilot.estimators.training.rows import read_rows
from patchpilot.space import AssetStore
from tests.datasets.small import PLAN, Buzzing, small
from tests.estimators.hearing import Known
from tests.estimators.words import TABLES


class Sampled(Buzzing):
    """A toy with a slot; of the three samples that its prior takes, only the first comes with it."""

    def __init__(self) -> None:
        super().__init__()
        self.space = dataclasses.replace(self.space, assets={"sample": TABLES[0]})
        prior = dataclasses.replace(
            self.priors["buzz-v1"],
            name="own-v1",
            assets={"sample": {"0": 1.0, "1": 1.0, "2": 1.0}},
            asset=lambda name: TABLES[int(name)],
        )
        self.priors = {"own-v1": prior}


TOY = Sampled()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("own") / "own.h5"
    small(path, 40, toy=Sampled(), features=("front_end",), audio="none").close()
    return path


@pytest.fixture(scope="module")
def codec(file: Path) -> Codec:
    return read_rows([file], TOY.space).codec


def test_what_only_the_dataset_holds_is_kept(file: Path, codec: Codec, tmp_path: Path) -> None:
    assert keep_assets(tmp_path, codec, TOY, datasets=[file]) == 2
    own = {table.sha256: table for table in TABLES[1:]}
    assert set(AssetStore(tmp_path / FOLDER)) == set(own)
    assert assets_of(codec, TOY, folder=tmp_path) == {TABLES[0].sha256: TABLES[0], **own}
    # What goes on from it needs no dataset.
    assert keep_assets(tmp_path / "on", codec, TOY, start=tmp_path) == 2
    assert assets_of(codec, TOY, folder=tmp_path / "on").keys() >= own.keys()


def test_what_comes_with_the_instrument_is_not_kept(codec: Codec, tmp_path: Path) -> None:
    (token,) = [token for token in codec.tokens if token.kind == "asset"]
    other = dataclasses.replace(token, options=(TABLES[0].sha256,))
    plain = dataclasses.replace(codec, tokens=tuple(other if t is token else t for t in codec.tokens))
    assert keep_assets(tmp_path, plain, TOY) == 0
    assert not list(tmp_path.iterdir())


def test_what_is_nowhere_to_be_had_is_told(file: Path, codec: Codec, tmp_path: Path) -> None:
    with pytest.raises(
        EstimatorError, match=r"^this estimator has learned .*: the toy has no asset .* \(1 more"
    ):
        assets_of(codec, TOY)
    with pytest.raises(
        EstimatorError, match=r"estimator lead has learned .*assets: was the folder copied whole"
    ):
        assets_of(codec, TOY, folder=tmp_path, name="estimator lead")
    keep_assets(tmp_path, codec, TOY, datasets=[file])
    path = tmp_path / FOLDER / TABLES[1].sha256[:2] / TABLES[1].sha256
    for data in (TABLES[2].to_bytes(), path.read_bytes()[:-3], b""):
        path.write_bytes(data)
        with pytest.raises(EstimatorError, match="an asset that the estimator has learned cannot be read"):
            assets_of(codec, TOY, folder=tmp_path)


def test_the_mean_patch_may_have_one(file: Path, codec: Codec) -> None:
    (place,) = [k for k, token in enumerate(codec.categorical) if token.kind == "asset"]
    mean = of_rows([file], TOY, codec, held_out=0.3)[MEAN]
    rows = read_rows([file], TOY.space, codec=codec).rows
    taken = rows.labels.categorical[rows.split(0.3)[0], place]
    digest = codec.categorical[place].options[np.bincount(taken).argmax()]
    silent = Heard(Audio(np.zeros((1, 100), np.float32), 8000), 60.0, 0.1, 0.8)
    assert mean(silent).assets["sample"].sha256 == digest


def test_an_estimator_proposes_what_is_in_its_folder(
    file: Path, codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    write_folder(folder, About(codec, NetworkConfig.sized("tiny")), dict.fromkeys(GRAPHS, b""))
    monkeypatch.setattr(estimator, "Graphs", lambda *_, **__: Known(codec=codec))
    heard = TOY.render(TOY.priors["own-v1"].draw(TOY.space, 0, 0), PLAN.performances(0, 0)[0])
    with pytest.raises(
        EstimatorError, match=r"estimator own has learned from patches with assets .*assets: was the"
    ):
        Estimator.load(folder, TOY).propose(heard, 64, pitch=48.0, hold_s=0.2)
    keep_assets(folder, codec, TOY, datasets=[file])
    found = Estimator.load(folder).bound(TOY).propose(heard, 64, pitch=48.0, hold_s=0.2)
    assert {one.patch.assets.get("sample", TABLES[0]) for one in found} == set(TABLES)
