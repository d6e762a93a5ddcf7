"""A trained sequence network on disk: one safetensors file, whose head holds its names and sizes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from patchpilot.errors import EstimatorError
from patchpilot.estimators.sequence.config import SequenceConfig
from patchpilot.estimators.sequence.network import SequenceNetwork
from patchpilot.estimators.training.checkpoint import check_format, fill
from patchpilot.estimators.training.files import read_tensors, write_tensors
from patchpilot.space.canonical import Json

FORMAT = "patchpilot-sequence-1"


def save_sequence(
    network: SequenceNetwork, path: Path | str, trained: Mapping[str, Json] | None = None
) -> None:
    """Write a network whole, or not at all; raises `OutputError` where the place cannot be written to."""
    about = {"format": FORMAT, "config": network.config.to_json(), "trained": dict(trained or {})}
    write_tensors(Path(path), network.state_dict(), about)


def load_sequence(path: Path | str) -> SequenceNetwork:
    """Read a network; it is frozen and on the CPU.

    Raises:
        EstimatorError: the file is missing, damaged, or holds something else (a pickle is never opened).
        PluginError: PyTorch or geoopt is missing.
    """
    path = Path(path)
    tensors, about = read_tensors(path, noun="a sequence decoder")
    check_format(path, about, FORMAT)
    if "config" not in about:
        raise EstimatorError(f"{path} is damaged: it does not say what it is made of")
    network = SequenceNetwork(SequenceConfig.from_json(about["config"]))
    fill(network, tensors)
    return network.requires_grad_(False).eval()
