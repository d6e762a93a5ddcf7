"""Tiny networks in folders with their descriptions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

WAVEFORM = {"kind": "waveform", "sample_rate": 8000, "seconds": 0.5, "axes": "bt"}


def described(folder: Path, **changed: Any) -> Path:
    """The folder with a description, of `mean_of`'s network by default; what is None is left out."""
    folder.mkdir(parents=True, exist_ok=True)
    said = {
        "format": "patchpilot-embedding-1",
        "name": folder.name,
        "version": "1",
        "size": 3,
        "scale": 1.0,
        "runtime": "onnx",
        "file": "net.onnx",
        "input": WAVEFORM,
        **changed,
    }
    kept = {name: value for name, value in said.items() if value is not None}
    (folder / "embedding.json").write_text(json.dumps(kept))
    return folder


def network(
    folder: Path,
    weights: npt.NDArray[np.float32],
    *,
    rank: int = 2,
    axes: tuple[int, ...] = (),
    n_inputs: int = 1,
) -> None:
    """`net.onnx`: the mean over some axes (none by default), then times weights (n, size)."""
    from onnx import TensorProto, helper, numpy_helper

    shape = [f"d{i}" for i in range(rank)]
    inputs = [helper.make_tensor_value_info(f"x{i}", TensorProto.FLOAT, shape) for i in range(n_inputs)]
    nodes = [helper.make_node("MatMul", ["m" if axes else "x0", "w"], ["y"])]
    initial = [numpy_helper.from_array(weights, "w")]
    if axes:
        initial.append(numpy_helper.from_array(np.array(axes, np.int64), "axes"))
        nodes.insert(0, helper.make_node("ReduceMean", ["x0", "axes"], ["m"], keepdims=0))
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "net", inputs, [out], initial)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (folder / "net.onnx").write_bytes(model.SerializeToString())


OVER_TIME = {"kind": "waveform", "sample_rate": 8000, "seconds": 0.2, "axes": "bt"}
HOP, BANDS = 40, 12
CHORDS: npt.NDArray[np.float32] = np.asarray(
    np.cos(np.pi * np.outer(np.arange(HOP) + 0.5, np.arange(BANDS)) / HOP) / HOP, np.float32
)


def hearing_network(folder: Path, weights: npt.NDArray[np.float32] = CHORDS, **changed: Any) -> Path:
    """A folder with a network that hears over time, a stand-in for MERT: |samples · weights| of every few samples.

    Args:
        folder: made where it is not there.
        weights: (samples of a step, size).
        changed: in the description.
    """
    from onnx import TensorProto, helper, numpy_helper

    hop, size = weights.shape
    described(folder, **{"size": size, "scale": 0.5, "frames": 8, "input": OVER_TIME, **changed})
    nodes = [
        helper.make_node("Reshape", ["x", "steps"], ["s"]),
        helper.make_node("MatMul", ["s", "w"], ["m"]),
        helper.make_node("Abs", ["m"], ["y"]),
    ]
    steps = numpy_helper.from_array(np.array([1, -1, hop], np.int64), "steps")
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, "n"])
    out = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph(nodes, "net", [given], [out], [steps, numpy_helper.from_array(weights, "w")])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    return folder
