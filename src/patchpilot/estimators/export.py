"""A trained network, and a proxy that judges what it says, as graphs that run without PyTorch. Needs the extra `train`.

about = export(network, codec, Path("vital"), trained={"rows": 100000, "seed": 0})
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio.front_end import SHAPE
from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import Codec
from patchpilot.estimators.conditions import N_CONDITIONS
from patchpilot.estimators.folder import ENCODER, PROXY, STEP, About, write_folder
from patchpilot.estimators.graphs import (
    ENCODER_INPUTS,
    ENCODER_OUTPUTS,
    PROXY_INPUTS,
    PROXY_OUTPUTS,
    STEP_INPUTS,
    STEP_OUTPUTS,
    Graphs,
)
from patchpilot.estimators.networks.config import NetworkConfig
from patchpilot.estimators.networks.judge import Judge
from patchpilot.estimators.sampling import MOST_STEPS
from patchpilot.estimators.tracing import Arrays, graph_of, halved, tensors
from patchpilot.space.canonical import Json

PARITY = 1e-4
"""What the graphs may differ from PyTorch at most."""
_NEVER = -1e8
"""Logits below this are of options that are not there."""
_ROWS = (1, 3, 16)
"""How many rows at once the graphs are tried with; the second is not that which they were traced with."""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes:
        about: what the folder says.
        n_bytes: of all graphs.
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
    proxy: Any = None,
    n_steps: int = MOST_STEPS,
    force: bool = False,
) -> Exported:
    """Write an estimator's folder, once its graphs say what the network says.

    Args:
        network: a `Network`, on any device; it stays as it is.
        codec: its tokens.
        folder: made where it is not there; its other files stay.
        trained: plain JSON, what it learned from and how ("rows", "seed", "command", …).
        proxy: a `Proxy` of the same tokens, which then judges what the network draws; its weights are stored in 16
            bits. None for none.
        n_steps: 1..8, how often the step is asked for one patch of a flow.
        force: whether to replace an estimator that is there.

    Raises:
        EstimatorError: the graphs differ from the network by more than 1e-4, `trained` is no JSON, or the proxy
            is of other tokens.
        OutputError: the folder cannot be written, or holds an estimator already.
        PluginError: what exports is missing.
    """
    if proxy is not None:
        check_proxy(proxy, network.config, codec)
        trained = {**trained, "proxy": proxy.trained}
    about = About(codec, network.config, n_steps, trained)
    judge = None if proxy is None else Judge(halved(copy.deepcopy(proxy).to("cpu"))).eval()
    still = copy.deepcopy(network).to("cpu").float().eval()
    rng = np.random.default_rng(0)
    with torch.no_grad():
        shape = network.config.sound_shape
        heard = _heard(rng, 2, shape)
        memory = still.encode(*tensors(heard)).numpy()
        graphs = {
            ENCODER: graph_of(still.encode, heard, ENCODER_INPUTS, ENCODER_OUTPUTS),
            STEP: graph_of(still.step, _state(rng, memory, codec, 2), STEP_INPUTS, STEP_OUTPUTS),
        }
        if judge is not None:
            graphs[PROXY] = graph_of(
                judge.judge, _judged(rng, codec, 2), PROXY_INPUTS, PROXY_OUTPUTS, half=True
            )
        made = Graphs(graphs[ENCODER], graphs[STEP], codec, proxy=graphs.get(PROXY), shape=shape)
        difference = _difference(still, judge, made, codec, rng)
    if not difference <= PARITY:
        raise EstimatorError(
            f"expected graphs that differ from the network by {PARITY} at most, they do by {difference:.2g}: "
            "its weights are NaN or huge (was --lr too high?), or this version of PyTorch or ONNX Runtime computes "
            "something else"
        )
    written = write_folder(Path(folder), about, graphs, force=force)
    return Exported(written, sum(len(graph) for graph in graphs.values()), difference)


def check_proxy(proxy: Any, config: NetworkConfig, codec: Codec, name: str | Path = "the proxy") -> None:
    """Raise `EstimatorError` where a proxy, so called, cannot judge what a network says."""
    if config.frozen is not None:
        raise EstimatorError(
            f"a proxy is about the picture of a sound, which {config.frozen.name} does not show: leave it out"
        )
    if proxy.codec.sha256 != codec.sha256:
        raise EstimatorError(
            f"{name} knows patches by other tokens than these rows have: train a proxy on the same rows, with the "
            "same --data (or --live), --rows and --importance"
        )


def _difference(network: Any, judge: Any, graphs: Graphs, codec: Codec, rng: np.random.Generator) -> float:
    """The most that an output differs, over some numbers of rows; NaN where one is.

    Distances are left out: they jump where a cell begins to sound, so that the last bit of a level may change one.
    """
    worst = [0.0]
    for n in _ROWS:
        heard = _heard(rng, n, network.config.sound_shape)
        memory = graphs.encode(*heard)
        worst.append(_apart(memory, network.encode(*tensors(heard)).numpy()))
        state = _state(rng, memory, codec, n)
        said = network.step(*tensors(state))
        worst += [_apart(mine, its.numpy()) for mine, its in zip(graphs.step(*state), said, strict=True)]
        if judge is not None:
            continuous, categorical, *others = _judged(rng, codec, n)
            once = [np.repeat(one[:1], n, axis=0) for one in others]
            levels, _ = judge.judge(*tensors((continuous, categorical, *once)))
            mine, _ = graphs.judge(continuous, categorical, others[0][:1], others[1][:1])
            worst.append(_apart(mine, levels.numpy()))
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


def _judged(rng: np.random.Generator, codec: Codec, n: int) -> Arrays:
    """Patches, how they are played, and pictures."""
    _, continuous, categorical, _ = _state(rng, np.zeros((n, 1, 1), np.float32), codec, n)
    picture, condition = _heard(rng, n, SHAPE)
    known = np.where(categorical < np.array(codec.n_options, np.int64), categorical, 0)
    return np.clip(continuous, -1.0, 1.0), known, condition, picture
