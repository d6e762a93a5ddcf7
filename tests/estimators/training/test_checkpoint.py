"""Checkpoints: what is in them, and what is refused."""

from __future__ import annotations

import dataclasses
import math
import pickle
from pathlib import Path

import pytest

pytest.importorskip("torch")

from safetensors.torch import save_file

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.network import make_network
from patchpilot.estimators.training.checkpoint import NAME, read_checkpoint, write_checkpoint
from tests.datasets.small import Buzzing
from tests.estimators.training.learned import toy_data

CONFIG = NetworkConfig.sized("tiny", head="regression")


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """The file of a network that learned nothing."""
    codec = toy_data().codec
    network, mean = make_network(CONFIG, codec), make_network(CONFIG, codec)
    write_checkpoint(tmp_path / NAME, network, mean, CONFIG, codec, {"rows": 3})
    return tmp_path / NAME


def test_what_was_written_is_read(written: Path) -> None:
    found = read_checkpoint(written.parent, space=Buzzing().space, codec=toy_data().codec)
    assert (found.config, found.codec, found.trained) == (CONFIG, toy_data().codec, {"rows": 3})
    mean = found.network().state_dict()
    assert all(torch.equal(mean[name], tensor) for name, tensor in found.mean.items())
    assert [path.name for path in written.parent.iterdir()] == [NAME]


def test_pickles_are_refused_and_never_read(tmp_path: Path) -> None:
    run = tmp_path / "run"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[Path]]:
            return Path.touch, (run,)

    path = tmp_path / NAME
    for protocol in (2, 4, 5):
        path.write_bytes(pickle.dumps(Trap(), protocol=protocol))
        with pytest.raises(EstimatorError, match="is a pickle, which can run any program"):
            read_checkpoint(path)
    torch.save({"weights": torch.zeros(3)}, path)
    with pytest.raises(EstimatorError, match="is a pickle"):
        read_checkpoint(path)
    assert not run.exists()


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.99])
def test_a_file_that_is_cut_off_is_refused(written: Path, share: float) -> None:
    data = written.read_bytes()
    written.write_bytes(data[: int(share * len(data))])
    with pytest.raises(EstimatorError, match="damaged or cut off"):
        read_checkpoint(written)


def test_other_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EstimatorError, match=r"expected a checkpoint of a training in .*No such file"):
        read_checkpoint(tmp_path / "none.safetensors")
    other = tmp_path / "other.safetensors"
    save_file({"weights": torch.zeros(3)}, other)
    with pytest.raises(EstimatorError, match="but not a checkpoint"):
        read_checkpoint(other)
    save_file(
        {"weights": torch.zeros(3)}, other, metadata={"patchpilot": '{"format":"patchpilot-checkpoint-9"}'}
    )
    with pytest.raises(
        EstimatorError, match="got patchpilot-checkpoint-9; was it written by another version"
    ):
        read_checkpoint(other)


def test_one_of_another_instrument_or_of_other_tokens_is_refused(written: Path) -> None:
    space = Buzzing().space
    with pytest.raises(EstimatorError, match="expected an estimator for rack, got one for toy"):
        read_checkpoint(written, space=dataclasses.replace(space, instrument="rack"))
    fewer = tuple(parameter for parameter in space.parameters if parameter.name != "buzz")
    with pytest.raises(EstimatorError, match="there is no parameter buzz"):
        read_checkpoint(written, space=dataclasses.replace(space, parameters=fewer))
    codec = toy_data().codec
    with pytest.raises(EstimatorError, match="says other things of a patch"):
        read_checkpoint(written, codec=dataclasses.replace(codec, version="2"))


def test_weights_that_are_not_finite_or_another_networks_are_refused(tmp_path: Path) -> None:
    codec, path = toy_data().codec, tmp_path / NAME
    network = make_network(CONFIG, codec)
    with torch.no_grad():
        next(network.parameters())[0] = math.nan
    write_checkpoint(path, network, network, CONFIG, codec, {})
    with pytest.raises(EstimatorError, match="not finite"):
        read_checkpoint(path)
    small = make_network(CONFIG, codec)
    write_checkpoint(path, small, small, dataclasses.replace(CONFIG, depth=2), codec, {})
    with pytest.raises(EstimatorError, match="another network"):
        read_checkpoint(path).network()
