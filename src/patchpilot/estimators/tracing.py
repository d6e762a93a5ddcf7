"""A method of a network as an ONNX graph, which runs without PyTorch. Needs the extra `train`.

graph = graph_of(network.encode, (sound, condition), ("sound", "condition"), ("memory",))
"""

from __future__ import annotations

import contextlib
import importlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.errors import PluginError
from patchpilot.estimators._torch import Tensor, nn, torch

OPSET = 20
_LARGE = 1024
"""Weights of fewer numbers are not worth a cast."""

Arrays = tuple[npt.NDArray[Any], ...]


def graph_of(
    method: Callable[..., Any],
    example: Arrays,
    inputs: Sequence[str],
    outputs: Sequence[str],
    *,
    half: bool = False,
) -> bytes:
    """An ONNX graph, weights included, whose first dimensions are free.

    Args:
        method: of a network, from tensors to tensors.
        example: what it may be given, two rows or more.
        inputs: names of what it is given.
        outputs: names of what it says.
        half: whether weights are stored in 16 bits. They are computed with in 32: round them before
            (`halved`), and the graph says what the network says.

    Raises:
        PluginError: what exports is missing.
    """
    onnx = _exporter()
    rows = torch.export.Dim("rows", min=1, max=1 << 20)
    free = (tuple({0: rows} for _ in inputs),)  # of forward's only argument
    with _quiet():
        # Strict: what a network does with a tensor's length is traced, too, and not taken for a constant.
        traced = torch.export.export(_Called(method), tensors(example), dynamic_shapes=free, strict=True)
        program = torch.onnx.export(
            traced,
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
        )
        model = undated(program.model_proto)
        file = io.BytesIO()
        onnx.save(_stored_in_half(model, onnx) if half else model, file)
    return file.getvalue()


def halved(network: Any) -> Any:
    """The network itself, its large weights rounded to what 16 bits hold."""
    with torch.no_grad():
        for weight in network.parameters():
            if weight.numel() >= _LARGE:
                weight.copy_(weight.half().float())
    return network


def undated(model: Any) -> Any:
    """The model without notes of the files and lines it was traced from: equal weights make equal bytes."""
    for node in model.graph.node:
        del node.metadata_props[:]
        node.doc_string = ""
    for values in (model.graph.input, model.graph.output, model.graph.value_info, model.graph.initializer):
        for value in values:
            del value.metadata_props[:]
    del model.graph.value_info[:]
    del model.graph.metadata_props[:]
    for function in model.functions:
        del function.metadata_props[:]
    return model


def tensors(arrays: Arrays) -> tuple[Tensor, ...]:
    """The arrays as tensors."""
    return tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)


def _stored_in_half(model: Any, onnx: Any) -> Any:
    """Large weights in 16 bits, each with a cast before it is used; ONNX Runtime casts once, when it reads them."""
    casts = []
    for weight in model.graph.initializer:
        numbers = onnx.numpy_helper.to_array(weight)
        if numbers.dtype != np.float32 or numbers.size < _LARGE:
            continue
        name = weight.name
        weight.CopyFrom(onnx.numpy_helper.from_array(numbers.astype(np.float16), f"{name}/half"))
        casts.append(
            onnx.helper.make_node("Cast", [f"{name}/half"], [name], f"{name}/cast", to=onnx.TensorProto.FLOAT)
        )
    nodes = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend([*casts, *nodes])
    return model


class _Called(nn.Module):
    """A method of a network as a module of its own, with the weights that it uses."""

    def __init__(self, method: Callable[..., Tensor]) -> None:
        super().__init__()
        self.network = method.__self__  # type: ignore[attr-defined]
        self.method = method

    def forward(self, *given: Tensor) -> Tensor:
        return self.method(*given)


def _exporter() -> Any:
    """ONNX, where all that exports is there."""
    try:
        importlib.import_module("onnxscript")
        return importlib.import_module("onnx")
    except ImportError as error:
        raise PluginError(
            f"exporting an estimator needs ONNX's own library ({error}): pip install 'patchpilot[train]'"
        ) from None


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without what the exporter says of itself: it warns of its own libraries."""
    loggers = {name: logging.getLogger(name) for name in ("torch", "torch.onnx", "onnxscript", "onnx_ir")}
    levels = {name: logger.level for name, logger in loggers.items()}
    try:
        for logger in loggers.values():
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, logger in loggers.items():
            logger.setLevel(levels[name])
