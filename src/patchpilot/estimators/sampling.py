"""Asking a head: states go through its step until they are patches. NumPy only.

labels, log_probability = sample(step, memory, codec, head="flow", n=16, n_steps=8, rng=rng)
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from patchpilot.estimators.codec import I64, Codec, Labels

F32 = npt.NDArray[np.float32]
Step = Callable[[F32, F32, I64, F32], tuple[F32, F32, F32]]
"""`Network.step` over arrays: memory (n, M, D), continuous (n, C), categorical (n, K), time (n,) to what it says of
continuous tokens (n, C), logits (n, K, O) and a log weight (n,)."""
MOST_STEPS = 8


def sample(
    step: Step,
    memory: F32,
    codec: Codec,
    *,
    head: str,
    n: int,
    n_steps: int,
    rng: np.random.Generator,
    components: int = 1,
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Patches that one sound may be of.

    Args:
        step: of the head.
        memory: float32 (1, M, D), of the sound.
        codec: the tokens.
        head: "flow", "regression" or "mixture".
        n: >= 1, how many patches.
        n_steps: 1..8, of a flow.
        rng: of all random numbers.
        components: of a mixture.

    Returns:
        n patches, and the log of how likely the head holds each to be, up to a constant: of regression and mixture
        first what it holds to be the likeliest.
    """
    memories = np.repeat(memory, n, axis=0)
    if head == "flow":
        return _flowed(step, memories, codec, n_steps, rng)
    return _answered(step, memories, codec, rng, components if head == "mixture" else 1)


def _answered(
    step: Step, memory: F32, codec: Codec, rng: np.random.Generator, components: int
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """One step: the first answer is a component's mean with its likeliest options, the others are drawn."""
    n, shape = len(memory), (len(memory), len(codec.continuous))
    unknown = np.full((n, len(codec.categorical)), max(codec.n_options, default=0), np.int64)
    every: F32 = ((np.arange(components) + 0.5) / components).astype(np.float32)
    still = np.zeros((components, shape[1]), np.float32)
    _, _, log_weights = step(
        np.repeat(memory[:1], components, axis=0), still, np.repeat(unknown[:1], components, axis=0), every
    )
    weights = np.exp(log_weights.astype(np.float64) - log_weights.max())
    order = np.argsort(-weights, kind="stable")
    drawn = rng.choice(components, size=n, p=weights / weights.sum())
    drawn[: min(n, components)] = order[:n]
    noise = rng.standard_normal(shape).astype(np.float32)
    noise[: min(n, components)] = 0.0
    said, logits, log_weight = step(memory, noise, unknown, every[drawn])
    options, log_p = _drawn(logits, rng)
    if logits.size:
        options[: min(n, components)] = logits[: min(n, components)].argmax(axis=-1)
        log_p = np.take_along_axis(_log_softmax(logits), options[..., None], axis=-1)[..., 0]
    log_probability = log_weight + (log_p * codec.active(options)[:, shape[1] :]).sum(axis=1)
    return _labels(codec, said, options), log_probability - 0.5 * np.square(noise).sum(axis=1)


def _flowed(
    step: Step, memory: F32, codec: Codec, n_steps: int, rng: np.random.Generator
) -> tuple[Labels, npt.NDArray[np.float64]]:
    """Euler steps from noise to patches; of unknown options as many become known as the flow says.

    How likely a patch is, is what its options were when they became known.
    """
    n, n_continuous = len(memory), len(codec.continuous)
    unknown = max(codec.n_options, default=0)
    state = rng.standard_normal((n, n_continuous)).astype(np.float32)
    known = np.full((n, len(codec.categorical)), unknown, np.int64)
    surprise = np.zeros(known.shape)
    for k in range(n_steps):
        time = np.full(n, k / n_steps, np.float32)
        velocity, logits, _ = step(memory, state, known, time)
        state = state + velocity / np.float32(n_steps)
        options, log_p = _drawn(logits, rng)
        becomes = (known == unknown) & (rng.random(known.shape) < 1.0 / (n_steps - k))
        known = np.where(becomes, options, known)
        surprise = np.where(becomes, -log_p, surprise)
    labels = _labels(codec, state, known)
    return labels, -(surprise * labels.active[:, n_continuous:]).sum(axis=1)


def _drawn(logits: F32, rng: np.random.Generator) -> tuple[I64, npt.NDArray[np.float64]]:
    """Options drawn from logits (n, K, O), and the log of their probabilities: (n, K) each."""
    if not logits.size:
        return np.zeros(logits.shape[:2], np.int64), np.zeros(logits.shape[:2])
    log_p = _log_softmax(logits)
    options = (log_p + rng.gumbel(size=log_p.shape)).argmax(axis=-1)
    return options, np.take_along_axis(log_p, options[..., None], axis=-1)[..., 0]


def _log_softmax(logits: F32) -> npt.NDArray[np.float64]:
    exact = logits.astype(np.float64)
    shifted = exact - exact.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)))


def _labels(codec: Codec, continuous: F32, options: I64) -> Labels:
    return Labels(np.clip(continuous, -1.0, 1.0).astype(np.float32), options, codec.active(options))
