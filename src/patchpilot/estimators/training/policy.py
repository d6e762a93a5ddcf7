"""A flow as a policy: its steps with a little noise, so that each has a probability and good ones can be made likelier.

The Euler steps of `sampling` become random ones, x' = x + v·dt + σ·√dt·ε (as Liu et al. 2025, "Flow-GRPO", do without
the correction that a small σ does not need); of categorical tokens those that become known are drawn anyway. So the
probability of a whole path to a patch is a product of normal densities and option probabilities.
"""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.estimators._torch import Tensor, functional, torch
from patchpilot.estimators.codec import Labels
from patchpilot.estimators.networks.heads.flow import Flow


@dataclass(frozen=True, eq=False)
class Paths:
    """How n patches came about in T steps.

    Attributes:
        continuous: float32 (T + 1, n, C), the states; the last is the patch.
        categorical: int64 (T + 1, n, K); O where nothing is known.
    """

    continuous: Tensor
    categorical: Tensor

    def labels(self, flow: Flow) -> Labels:
        """The patches at their ends."""
        options = self.categorical[-1].numpy()
        clipped = self.continuous[-1].clamp(-1.0, 1.0).numpy()
        return Labels(clipped, options, flow.codec.active(options))


def walk(flow: Flow, memory: Tensor, n: int, *, n_steps: int, sigma: float, generator: Tensor) -> Paths:
    """Draw n paths for one sound, memory (1, M, width)."""
    with torch.no_grad():
        memories = memory.expand(n, -1, -1)
        state = torch.randn(n, flow.n_continuous, generator=generator)
        _, known, _ = flow.nothing_known(memories)
        states, options = [state], [known]
        for k in range(n_steps):
            velocity, logits, _ = flow.step(memories, state, known, torch.full((n,), k / n_steps))
            noise = torch.randn(state.shape, generator=generator)
            state = state + velocity / n_steps + sigma * noise / n_steps**0.5
            becomes = torch.rand(known.shape, generator=generator) < 1.0 / (n_steps - k)
            uniform = torch.rand(logits.shape, generator=generator).clamp_min(1e-20)
            drawn = (functional.log_softmax(logits, dim=-1) - torch.log(-torch.log(uniform))).argmax(dim=-1)
            known = torch.where((known == flow.n_options) & becomes, drawn, known)
            states.append(state)
            options.append(known)
        return Paths(torch.stack(states), torch.stack(options))


def log_probability(
    flow: Flow, reference: Flow, memories: tuple[Tensor, Tensor], paths: Paths, *, sigma: float
) -> tuple[Tensor, Tensor]:
    """Of each path under a flow, and how far the flow has gone from another on it.

    Args:
        flow: that learns.
        reference: that it started as.
        memories: float32 (1, M, width), what each remembers of the sound.
        paths: n of them, of T steps.
        sigma: with which they were drawn.

    Returns:
        log p (n,) in nats a token and step; the Kullback-Leibler divergence of the steps (n,), likewise.
    """
    n_steps, n, _ = paths.continuous[1:].shape
    state, known = paths.continuous[:-1].flatten(0, 1), paths.categorical[:-1].flatten(0, 1)
    after, options = paths.continuous[1:].flatten(0, 1), paths.categorical[1:].flatten(0, 1)
    time = (torch.arange(n_steps) / n_steps).repeat_interleave(n)
    velocity, logits, _ = flow.step(memories[0].expand(len(state), -1, -1), state, known, time)
    with torch.no_grad():
        theirs, their_logits, _ = reference.step(memories[1].expand(len(state), -1, -1), state, known, time)
    spread = sigma / n_steps**0.5
    moved = (after - state - velocity / n_steps) / spread
    log_p = -0.5 * (moved**2).sum(dim=-1)
    divergence = 0.5 * (((velocity - theirs) / n_steps / spread) ** 2).sum(dim=-1)
    became = ((known == flow.n_options) & (options < flow.n_options)).to(log_p.dtype)
    log_options = functional.log_softmax(logits, dim=-1)
    picked = log_options.gather(-1, options.clamp(max=flow.n_options - 1)[..., None])[..., 0]
    log_p = log_p + (became * picked).sum(dim=-1)
    their_options = functional.log_softmax(their_logits, dim=-1)
    gone = (log_options.exp() * (log_options - their_options)).sum(dim=-1)
    divergence = divergence + (became * gone).sum(dim=-1)
    scale = len(flow.codec.tokens) * n_steps
    return log_p.view(n_steps, n).sum(dim=0) / scale, divergence.view(n_steps, n).sum(dim=0) / scale
