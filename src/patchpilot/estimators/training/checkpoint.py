"""A network that was trained, in one file: its weights, their mean, and what says what they are of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.training.files import read_tensors, write_tensors
from patchpilot.space import Space
from patchpilot.space.canonical import Json

FORMAT = "patchpilot-checkpoint-1"
NAME = "checkpoint.safetensors"
"""Its name in the folder of a training."""
_NOUN = "a checkpoint of a training"
_WEIGHTS, _MEAN = "weights/", "mean/"


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What is in such a file.

    Attributes:
        config: sizes of the network.
        codec: what it says.
        weights: of the last step, by name.
        mean: mean weights, by name; what to use.
        trained: how it was trained, and how well it did.
    """

    config: NetworkConfig
    codec: Codec
    weights: Mapping[str, Tensor]
    mean: Mapping[str, Tensor]
    trained: Mapping[str, Json]

    def network(self) -> Any:
        """A network of the mean weights, in its evaluation mode.

        Raises:
            EstimatorError: the weights are of another network than the sizes say.
        """
        from patchpilot.estimators.networks.network import make_network

        network = make_network(self.config, self.codec)
        fill(network, self.mean)
        return network.eval()


def write_checkpoint(
    path: Path, network: Any, mean: Any, config: NetworkConfig, codec: Codec, trained: Mapping[str, Json]
) -> None:
    """Write a network and its mean.

    Raises:
        OutputError: the place cannot be written; what was there before still is.
    """
    tensors = {
        **{_WEIGHTS + name: tensor for name, tensor in network.state_dict().items()},
        **{_MEAN + name: tensor for name, tensor in mean.state_dict().items()},
    }
    about = {
        "format": FORMAT,
        "network": config.to_json(),
        "codec": codec.to_json(),
        "trained": dict(trained),
    }
    write_tensors(path, tensors, about)


def read_checkpoint(
    path: Path | str, *, space: Space | None = None, codec: Codec | None = None
) -> Checkpoint:
    """Read a checkpoint, or the one in a training's folder.

    Args:
        path: of the file or the folder.
        space: of the instrument that it shall be for.
        codec: that it shall have.

    Raises:
        EstimatorError: it is missing, cut off, a pickle, of a newer version, or for something else.
    """
    path = Path(path)
    path = path / NAME if path.is_dir() else path
    tensors, about = read_tensors(path, noun=_NOUN)
    check_format(path, about, FORMAT)
    try:
        found = Checkpoint(
            config=NetworkConfig.from_json(about["network"]),
            codec=Codec.from_json(about["codec"]),
            weights=part(tensors, _WEIGHTS),
            mean=part(tensors, _MEAN),
            trained=dict(about["trained"]),
        )
    except (KeyError, TypeError) as error:
        raise EstimatorError(f"{path} is damaged: a part is missing ({error})") from None
    if space is not None:
        found.codec.check(space)
    if codec is not None and codec.sha256 != found.codec.sha256:
        raise EstimatorError(
            f"{path} says other things of a patch than the data do: it was trained on others"
        )
    return found


def check_format(path: Path, about: Any, expected: str) -> None:
    """Raise `EstimatorError` unless a file is of a format."""
    there = about.get("format") if isinstance(about, dict) else None
    if there != expected:
        raise EstimatorError(
            f"expected {expected} in {path}, got {there}; was it written by another version?"
        )


def part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Tensors whose names begin so, without that."""
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def fill(network: Any, tensors: Mapping[str, Tensor]) -> None:
    """Give a network its weights.

    Raises:
        EstimatorError: they are another network's.
    """
    try:
        network.load_state_dict(dict(tensors), strict=True)
    except RuntimeError as error:
        detail = str(error).splitlines()[1:2] or [str(error)]
        raise EstimatorError(
            f"these weights are of another network, or of a newer version's: {detail[0].strip()}"
        ) from None
