"""A trained network as the two graphs that run without PyTorch. Needs the extra `train`.

about = export(network, codec, Path("vital"), trained={"rows": 100000, "seed": 0})
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators._torch import Tensor, nn, torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.conditions import N_CONDITIONS
from patchpilot.estimators.folder import ENCODER, STEP, About, write_folder
from patchpilot.estimators.graphs import (
    ENCODER_INPUTS,
    ENCODER_OUTPUTS,
    STEP_INPUTS,
    STEP_OUTPUTS,
    Graphs,
)
from patchpilot.estimators.sampling import MOST_STEPS
from patchpilot.space.canonical import Json

PARITY = 1e-4
"""What the graphs may differ from PyTorch at most."""
OPSET = 20
_NEVER = -1e8
"""Logits below this are of options that are not there."""
_ROWS = (1, 3, 16)
"""How many rows at once the graphs are tried with; the second is not that which they were traced with."""

Arrays = tuple[npt.NDArray[Any], ...]


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        about: what the folder says.
        n_bytes: of both graphs.
        difference: >= 0, the most that an output differed from PyTorch's.
    """

    about: About
    n_bytes: int
    difference: float


def export(
    network: Any,
    codec: Codec,
    folder: Path | str,
    *,
    trained: Mapping[str, Json],
    n_steps: int = MOST_STEPS,
    force: bool = False,
) -> Exported:
    """Write an estimator's folder, once its graphs say what the network says.

    Args:
        network: a `Network`, on any device; it stays as it is.
        codec: its tokens.
        folder: made where it is not there; its other files stay.
        trained: plain JSON, what it learned from and how ("rows", "seed", "command", …).
        n_steps: 1..8, how often the step is asked for one patch of a flow.
        force: whether to replace an estimator that is there.

    Raises:
        EstimatorError: the graphs differ from the network by more than 1e-4, or `trained` is no JSON.
        OutputError: the folder cannot be written, or holds an estimator already.
        PluginError: what exports is missing.
    """
    about = About(codec, network.config, n_steps, trained)
    still = copy.deepcopy(network).to("cpu").float().eval()
    rng = np.random.default_rng(0)
    with torch.no_grad():
        shape = network.config.sound_shape
        heard = _heard(rng, 2, shape)
        memory = still.encode(*_tensors(heard)).numpy()
        graphs = {
            ENCODER: _graph(still.encode, heard, ENCODER_INPUTS, ENCODER_OUTPUTS),
            STEP: _graph(still.step, _state(rng, memory, codec, 2), STEP_INPUTS, STEP_OUTPUTS),
        }
        made = Graphs(graphs[ENCODER], graphs[STEP], codec, shape=shape)
        difference = _difference(still, made, codec, rng)
    if not difference <= PARITY:
        raise EstimatorError(
            f"expected graphs that differ from the network by {PARITY} at most, they do by {difference:.2g}: "
            "its weights are NaN or huge (was --lr too high?), or this version of PyTorch or ONNX Runtime computes "
            "something else"
        )
    written = write_folder(Path(folder), about, graphs, force=force)
    return Exported(written, sum(len(graph) for graph in graphs.values()), difference)


class _Called(nn.Module):
    """A method of a network as a module of its own, with the weights that it uses."""

    def __init__(self, method: Callable[..., Tensor]) -> None:
        super().__init__()
        self.network = method.__self__  # type: ignore[attr-defined]
        self.method = method

    def forward(self, *given: Tensor) -> Tensor:
        return self.method(*given)


def _graph(
    method: Callable[..., Tensor], example: Arrays, inputs: Sequence[str], outputs: Sequence[str]
) -> bytes:
    """An ONNX graph, weights included, whose first dimensions are free."""
    onnx = _exporter()
    rows = torch.export.Dim("rows", min=1, max=1 << 20)
    free = (tuple({0: rows} for _ in inputs),)  # of forward's only argument
    with _quiet():
        # Strict: what a network does with a tensor's length is traced, too, and not taken for a constant.
        traced = torch.export.export(_Called(method), _tensors(example), dynamic_shapes=free, strict=True)
        program = torch.onnx.export(
            traced,
            dynamo=True,
            verbose=False,
            opset_version=OPSET,
            input_names=list(inputs),
            output_names=list(outputs),
        )
        file = io.BytesIO()
        onnx.save(undated(program.model_proto), file)
    return file.getvalue()


def _exporter() -> Any:
    """ONNX, where all that exports is there."""
    try:
        importlib.import_module("onnxscript")
        return importlib.import_module("onnx")
    except ImportError as error:
        raise PluginError(
            f"exporting an estimator needs ONNX's own library ({error}): pip install 'patchpilot[train]'"
        ) from None


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


def _difference(network: Any, graphs: Graphs, codec: Codec, rng: np.random.Generator) -> float:
    """The most that an output differs, over some numbers of rows; NaN where one is."""
    worst = [0.0]
    for n in _ROWS:
        heard = _heard(rng, n, network.config.sound_shape)
        memory = graphs.encode(*heard)
        worst.append(_apart(memory, network.encode(*_tensors(heard)).numpy()))
        state = _state(rng, memory, codec, n)
        said = network.step(*_tensors(state))
        worst += [_apart(mine, its.numpy()) for mine, its in zip(graphs.step(*state), said, strict=True)]
    return float(np.max(worst))


def _apart(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> float:
    if one.shape != other.shape:
        return float("inf")
    there = (one > _NEVER) | (other > _NEVER) | np.isnan(one) | np.isnan(other)
    return float(np.max(np.abs(one - other), where=there, initial=0.0))


def _heard(rng: np.random.Generator, n: int, shape: tuple[int, int, int]) -> Arrays:
    """Pictures as of sounds, and how they were played: levels in steps of a byte, many of them 0."""
    levels = np.round(255.0 * np.maximum(rng.uniform(-0.5, 1.0, (n, *shape)), 0.0)) / 255.0
    return levels.astype(np.float32), rng.uniform(-1.0, 1.0, (n, N_CONDITIONS)).astype(np.float32)


def _state(rng: np.random.Generator, memory: npt.NDArray[Any], codec: Codec, n: int) -> Arrays:
    """Any state of the tokens, options that are not known among them."""
    unknown = max(codec.n_options, default=0)
    known = rng.integers(0, np.array(codec.n_options, np.int64), (n, len(codec.n_options)), np.int64)
    return (
        memory[:n],
        rng.standard_normal((n, len(codec.continuous))).astype(np.float32),
        np.where(rng.random(known.shape) < 0.5, unknown, known),
        rng.random(n, np.float32),
    )


def _tensors(arrays: Arrays) -> tuple[Tensor, ...]:
    return tuple(torch.from_numpy(np.ascontiguousarray(array)) for array in arrays)
