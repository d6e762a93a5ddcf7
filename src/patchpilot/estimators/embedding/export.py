"""A trained embedding as a folder that runs without PyTorch: `embedding.onnx` and `embedding.json`."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import F32, front_end
from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.tracing import graph_of
from patchpilot.files import write_bytes, write_text
from patchpilot.retrieval.description import FILE, FORMAT
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.retrieval.local_inputs import HELD_CHANNELS
from patchpilot.space.canonical import Json

GRAPH = "embedding.onnx"
MOST_APART = 1e-4
"""What the graph's numbers may differ from the network's by."""


def export(
    network: Any, folder: Path, *, name: str, version: str, scale: float, trained: Json, probe: F32
) -> Json:
    """Write a network as an embedding, and make sure that it says what the network says.

    Args:
        network: an `EmbeddingNetwork`.
        folder: that is there.
        name: of the embedding.
        version: of it.
        scale: > 0, the largest magnitude that int8 holds.
        trained: how it came to be.
        probe: float32 (n, 6, 96, 64), pictures on which both are compared.

    Returns:
        What `embedding.json` says, and "parity": the largest difference on the probe.

    Raises:
        EstimatorError: they differ by more than 1e-4.
        OutputError: a file cannot be written.
    """
    network = network.cpu().eval()
    example = (np.zeros((2, HELD_CHANNELS, *front_end.SHAPE[1:]), np.float32),)
    graph = graph_of(network.forward, example, ("pictures",), ("embedding",))
    write_bytes(folder / GRAPH, graph)
    said: Json = {
        "format": FORMAT,
        "name": name,
        "version": version,
        "size": network.config.size,
        "scale": scale,
        "runtime": "onnx",
        "file": GRAPH,
        "input": {"kind": front_end.NAME, "version": front_end.VERSION, "planes": "held"},
        "unit": False,  # the graph's last step makes them so
        "network": network.config.to_json(),
        "trained": trained,
        "digests": {GRAPH: hashlib.sha256(graph).hexdigest()},
    }
    write_text(folder / FILE, json.dumps(said, indent=1) + "\n")
    with torch.inference_mode():
        expected = network(torch.from_numpy(probe)).numpy()
    apart = float(np.abs(LocalEmbedding(folder).of_input(probe) - expected).max())
    if not apart <= MOST_APART:
        raise EstimatorError(
            f"the exported graph differs from the network by {apart:.1g}, expected {MOST_APART:g} at most; "
            "another version of PyTorch or ONNX Runtime may help"
        )
    return {**said, "parity": apart}
