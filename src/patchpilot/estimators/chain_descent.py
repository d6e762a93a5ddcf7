"""Down the slope of a chain's frozen proxy: settings of effects that should bring a dry sound closer to a wet one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from patchpilot.estimators._torch import torch
from patchpilot.estimators.codec import F32, Labels
from patchpilot.estimators.networks.chain_proxy import ChainProxy
from patchpilot.estimators.networks.stft import stft_distance

STEPS = 12


def descend_chain(
    proxy: ChainProxy, dry: F32, wet: F32, starts: Labels, rates: F32, *, pull: float, steps: int = STEPS
) -> tuple[F32, npt.NDArray[np.float64]]:
    """Where descents of the same dry sound end; options, and so the order, stay as they are.

    Args:
        proxy: frozen.
        dry: float32 (n,), at the proxy's rate.
        wet: float32 (n,), what is to be come close to.
        starts: R of them.
        rates: float32 (R,), Adam's learning rates in tokens' units, whose ranges are 2 wide.
        pull: >= 0, the price of a squared token, of how far it is from its start.
        steps: >= 1.

    Returns:
        float32 (R, C), the continuous tokens at the best point of each descent; and how far from the wet sound the
        proxy says that is (`stft_distance`), (R,).
    """
    first = torch.from_numpy(starts.continuous)
    options = torch.from_numpy(starts.categorical)
    heard = torch.tensor(dry)[None].expand(len(starts), -1)
    wanted = torch.tensor(wet)[None].expand(len(starts), -1)
    # Adam's steps are as long as its rate, whatever the slope, so each start has a rate of its own as a scale.
    scale = torch.from_numpy(rates)[:, None]
    moved = torch.zeros_like(first).requires_grad_(True)
    adam = torch.optim.Adam([moved], lr=1.0, betas=(0.8, 0.95))
    best, lowest = first.clone(), torch.full((len(starts),), torch.inf)
    for step in range(steps + 1):
        at = (first + scale * moved).clamp(-1.0, 1.0)
        distance = stft_distance(proxy(heard, at, options), wanted)
        with torch.no_grad():
            is_better = distance < lowest
            best = torch.where(is_better[:, None], at, best)
            lowest = torch.where(is_better, distance, lowest)
        if step == steps:
            break
        adam.zero_grad()
        (distance + pull * (at - first).square().sum(1)).sum().backward()
        adam.step()
    return best.detach().numpy(), lowest.double().numpy()
