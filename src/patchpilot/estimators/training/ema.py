"""Mean weights: what is evaluated and exported, since they are less noisy than those of the last step."""

from __future__ import annotations

import copy
from typing import Any

from patchpilot.estimators._torch import torch

_SOON = 10.0


class Ema:
    """The exponential moving average of a network's weights and running statistics.

        θ̄ ← d θ̄ + (1 − d) θ,    d = min(decay, (1 + steps) / (10 + steps))

    so that the first weights are soon forgotten.

    Args:
        network: that is trained.
        decay: in [0, 1); 0 for the weights themselves.

    Attributes:
        network: another network, of the mean weights, always in its evaluation mode.
    """

    def __init__(self, network: Any, decay: float) -> None:
        self.network = copy.deepcopy(network).eval().requires_grad_(False)
        self._decay = decay

    def update(self, network: Any, steps: int) -> None:
        """Take the weights after a step into the mean.

        Args:
            network: that is trained.
            steps: how many were before.
        """
        decay = min(self._decay, (1.0 + steps) / (_SOON + steps))
        mean, now = self.network.state_dict(), network.state_dict()
        floats = [name for name, tensor in mean.items() if tensor.is_floating_point()]
        with torch.no_grad():
            torch._foreach_lerp_([mean[name] for name in floats], [now[name] for name in floats], 1.0 - decay)
            for name in mean.keys() - set(floats):
                mean[name].copy_(now[name])
