"""Where a training of the embedding stands, on the disk: safetensors with a JSON header, and nothing that runs.

Every epoch draws from a generator of its own (seed, epoch), so weights, moments and the number of the epoch are all
that there is to keep: a run that was stopped gives what one gives that never was (on the same machine).
"""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.files import write_bytes
from patchpilot.space.canonical import Json

CHECKPOINT, STATE = "checkpoint.safetensors", "state.safetensors"


def save(path: Path, tensors: dict[str, Tensor], about: Json) -> None:
    """Write tensors and what is to be said of them, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    given = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    write_bytes(path, _safetensors().save(given, metadata={"about": json.dumps(about)}))


def load(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """The inverse of `save`.

    Raises:
        EstimatorError: the file is missing, cut off, or no safetensors file of ours.
    """
    try:
        data = path.read_bytes()
        length = int.from_bytes(data[:8], "little")
        about = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["about"])
        return dict(_safetensors().load(data)), dict(about)
    except OSError as error:
        raise EstimatorError(f"{path}: {error.strerror or error}") from None
    except Exception as error:  # of many kinds, for damage of many kinds
        raise EstimatorError(
            f"{path} is no checkpoint of ours, or cut off ({str(error)[:120]}): expected a safetensors file. "
            "Remove it to begin anew"
        ) from None


def state_of(network: Any, optimizer: Any) -> dict[str, Tensor]:
    """Weights and moments by name."""
    found = {f"network.{name}": tensor for name, tensor in network.state_dict().items()}
    for number, moments in optimizer.state_dict()["state"].items():
        found |= {f"optimizer.{number}.{name}": torch.as_tensor(value) for name, value in moments.items()}
    return found


def restore(network: Any, optimizer: Any, tensors: dict[str, Tensor]) -> None:
    """The inverse of `state_of`.

    Raises:
        EstimatorError: the tensors are of another network.
    """
    moments: dict[int, dict[str, Tensor]] = {}
    weights = {}
    for name, tensor in tensors.items():
        kind, _, rest = name.partition(".")
        if kind == "network":
            weights[rest] = tensor
        else:
            number, _, moment = rest.partition(".")
            moments.setdefault(int(number), {})[moment] = tensor
    try:
        network.load_state_dict(weights)
        optimizer.load_state_dict({**optimizer.state_dict(), "state": moments})
    except (RuntimeError, ValueError, KeyError) as error:
        raise EstimatorError(f"the checkpoint is of another network: {str(error)[:200]}") from None


def _safetensors() -> Any:
    try:
        return importlib.import_module("safetensors.torch")
    except ImportError as error:
        raise EstimatorError(
            f"training needs safetensors ({error}): pip install 'patchpilot[train]'"
        ) from None
