"""The graphs of an estimator, run by ONNX Runtime: PyTorch is not needed."""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio.front_end import SHAPE
from patchpilot.errors import EstimatorError, PluginError
from patchpilot.estimators.codec import I64, Codec
from patchpilot.estimators.conditions import N_CONDITIONS

F32 = npt.NDArray[np.float32]
ENCODER_INPUTS, ENCODER_OUTPUTS = ("sound", "condition"), ("memory",)
STEP_INPUTS = ("memory", "continuous", "categorical", "time")
STEP_OUTPUTS = ("said", "logits", "log_weight")
PROXY_INPUTS = ("continuous", "categorical", "condition", "picture")
PROXY_OUTPUTS = ("levels", "distance")


class Graphs:
    """What `Network.encode`, `Network.step` and `Judge.judge` do, over arrays.

    Args:
        encoder: the graph of the encoder, as the bytes of its file.
        step: that of the step.
        proxy: that of a proxy, which says how far patches are from a sound; None where there is none.
        codec: whose tokens they must be of.
        threads: >= 1, that one call computes with.
        shape: of what the encoder must hear (`NetworkConfig.sound_shape`).

    Raises:
        EstimatorError: a graph cannot be read, or is not of these tokens.
        PluginError: ONNX Runtime is missing.
    """

    def __init__(
        self,
        encoder: bytes,
        step: bytes,
        codec: Codec,
        *,
        proxy: bytes | None = None,
        threads: int = 1,
        shape: tuple[int, int, int] = SHAPE,
    ) -> None:
        self._encoder, self._step = _session(encoder, "encoder", threads), _session(step, "step", threads)
        _check(self._encoder, "encoder", {"sound": shape, "condition": (N_CONDITIONS,)}, ENCODER_OUTPUTS)
        tokens = {"continuous": (len(codec.continuous),), "categorical": (len(codec.categorical),)}
        _check(self._step, "step", {"memory": None, **tokens, "time": ()}, STEP_OUTPUTS)
        self._proxy = None if proxy is None else _session(proxy, "proxy", threads)
        if self._proxy is not None:
            told: dict[str, tuple[int, ...] | None] = {
                **tokens,
                "condition": (N_CONDITIONS,),
                "picture": SHAPE,
            }
            _check(self._proxy, "proxy", told, PROXY_OUTPUTS)

    @property
    def has_proxy(self) -> bool:
        """Whether it can judge."""
        return self._proxy is not None

    def encode(self, sound: F32, condition: F32) -> F32:
        """What is remembered of sounds.

        Args:
            sound: float32 (B, *shape) in [0, 1] (`hearing`).
            condition: float32 (B, 3) (`conditions`).

        Returns:
            float32 (B, M, D).
        """
        (memory,) = _run(
            self._encoder, ENCODER_OUTPUTS, dict(zip(ENCODER_INPUTS, (sound, condition), strict=True))
        )
        return memory

    def step(self, memory: F32, continuous: F32, categorical: I64, time: F32) -> tuple[F32, F32, F32]:
        """One step of the head, as `sampling.sample` asks for it.

        Args:
            memory: float32 (n, M, D).
            continuous: float32 (n, C), the state.
            categorical: int64 (n, K), the state; the most options of a token where nothing is known.
            time: float32 (n,).

        Returns:
            What it says of continuous tokens (n, C), logits (n, K, O) and log weights (n,), float32.
        """
        state: tuple[npt.NDArray[Any], ...] = (memory, continuous, categorical, time)
        said, logits, log_weight = _run(self._step, STEP_OUTPUTS, dict(zip(STEP_INPUTS, state, strict=True)))
        return said, logits, log_weight

    def judge(self, continuous: F32, categorical: I64, condition: F32, picture: F32) -> tuple[F32, F32]:
        """What patches would sound like, and how far that is from a sound.

        Args:
            continuous: float32 (n, C) in [-1, 1].
            categorical: int64 (n, K).
            condition: float32 (1, 3), how they are played.
            picture: float32 (1, 4, 96, 64) in [0, 1], of the sound.

        Returns:
            Levels (n, 4, 96, 64), of which below 0 is below the floor; distances (n,), about the active-cell log-mel.
        """
        n = len(continuous)
        same = (np.repeat(condition, n, axis=0), np.repeat(picture, n, axis=0))
        state: tuple[npt.NDArray[Any], ...] = (continuous, categorical, *same)
        given = dict(zip(PROXY_INPUTS, state, strict=True))
        levels, distance = _run(self._proxy, PROXY_OUTPUTS, given)
        return levels, distance


def _session(graph: bytes, name: str, threads: int) -> Any:
    runtime = _runtime()
    options = runtime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.log_severity_level = 4  # what goes wrong is raised, and told once
    try:
        return runtime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # of the runtime's own kinds, which have no common base
        raise EstimatorError(
            f"the graph of the {name} cannot be read ({error!s:.200}): it is damaged, or newer than this "
            f"ONNX Runtime {runtime.__version__} (pip install -U onnxruntime)"
        ) from None


def _runtime() -> Any:
    try:
        return importlib.import_module("onnxruntime")
    except ImportError as error:
        raise PluginError(f"estimators need ONNX Runtime ({error}): pip install onnxruntime") from None


def _check(
    session: Any, name: str, inputs: dict[str, tuple[int, ...] | None], outputs: tuple[str, ...]
) -> None:
    """Whether a graph takes and gives what is expected; an input that its head does not look at may be missing."""
    found = {one.name: tuple(one.shape) for one in session.get_inputs()}
    wrong = [
        f"{key} of shape {shape}"
        for key, shape in found.items()
        if key not in inputs or (inputs[key] is not None and shape[1:] != inputs[key])
    ]
    if wrong or {one.name for one in session.get_outputs()} != set(outputs):
        reason = f"it takes {', '.join(wrong)}" if wrong else "it says something else"
        raise EstimatorError(f"the graph of the {name} is not of this estimator's tokens: {reason}")


def _run(session: Any, outputs: tuple[str, ...], given: dict[str, npt.NDArray[Any]]) -> list[F32]:
    taken = {one.name for one in session.get_inputs()}
    try:
        found: list[F32] = session.run(
            list(outputs), {name: value for name, value in given.items() if name in taken}
        )
    except Exception as error:  # as above
        raise EstimatorError(f"an estimator's graph cannot be run ({error!s:.200}): it is damaged") from None
    return found
