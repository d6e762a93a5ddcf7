"""Gradient clipping with weight decay (GCWD), for losses that are steep in some places and flat in others.

A spectral loss is ill-conditioned: a detuned partial moves it by orders of magnitude more than a release time. So a
single batch may have a gradient that is a thousand times the usual one. Clipping bounds what such a batch can do, and
decay keeps weights from growing into regions where that is common. No paper that we know of goes by this acronym; it
names two published parts that are used together:

* R. Pascanu, T. Mikolov, Y. Bengio, "On the difficulty of training recurrent neural networks", ICML 2013 (algorithm 1:
  the norm of the whole gradient is clipped). Why that suits a loss whose curvature grows with its gradient: J. Zhang,
  T. He, S. Sra, A. Jadbabaie, "Why gradient clipping accelerates training", ICLR 2020.
* I. Loshchilov, F. Hutter, "Decoupled weight decay regularization", ICLR 2019 (AdamW).

With the gradient g of all weights θ, learning rate η, decay λ and clipping norm c:

    ĝ = g · min(1, c / ‖g‖)
    m ← β₁ m + (1 − β₁) ĝ,    v ← β₂ v + (1 − β₂) ĝ²
    θ ← θ − η λ θ − η · m / (1 − β₁ᵗ) / (√(v / (1 − β₂ᵗ)) + ε)

Decay is no part of g, so clipping does not weaken it: it pulls as strongly in a step whose gradient was cut. It applies
to matrices and kernels only, not to biases, norms and embeddings of one dimension.
"""

from __future__ import annotations

from typing import Any

from patchpilot.estimators._torch import Tensor, nn, torch

_BETAS, _EPSILON = (0.9, 0.999), 1e-8


class Gcwd:
    """The optimiser of a network.

    Args:
        network: whose weights it changes.
        lr: learning rate η; `step` may be told another.
        weight_decay: λ.
        clip: c; 0 for no clipping.
    """

    def __init__(self, network: Any, *, lr: float, weight_decay: float, clip: float) -> None:
        self._named = {name: weight for name, weight in network.named_parameters() if weight.requires_grad}
        matrices = [weight for weight in self._named.values() if weight.ndim > 1]
        others = [weight for weight in self._named.values() if weight.ndim <= 1]
        groups = [{"params": matrices, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.adamw = torch.optim.AdamW(
            [group for group in groups if group["params"]], lr=lr, betas=_BETAS, eps=_EPSILON
        )
        self.clip = clip

    def clipped(self) -> Tensor:
        """Cut the gradients that are there; their norm before, a scalar (NaN where one of them is)."""
        most = self.clip if self.clip > 0.0 else float("inf")
        return nn.utils.clip_grad_norm_(self._named.values(), most)

    def step(self, lr: float) -> None:
        """Change the weights by gradients that are clipped."""
        for group in self.adamw.param_groups:
            group["lr"] = lr
        self.adamw.step()

    def forget(self) -> None:
        """Drop the gradients."""
        self.adamw.zero_grad(set_to_none=True)

    def tensors(self) -> dict[str, Tensor]:
        """All that it remembers, by "weight's name/what"; `restore` takes it back."""
        return {
            f"{name}/{what}": tensor
            for name, weight in self._named.items()
            for what, tensor in self.adamw.state.get(weight, {}).items()
        }

    def restore(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what `tensors` said."""
        for key, tensor in tensors.items():
            name, _, what = key.rpartition("/")
            weight = self._named[name]
            like = tensor if what == "step" else weight  # in the same order in memory
            self.adamw.state[weight][what] = torch.empty_like(like, requires_grad=False).copy_(tensor)
