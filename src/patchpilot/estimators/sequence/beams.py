"""The likeliest chains: a beam search over the prefixes of many sounds at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from patchpilot.errors import EstimatorError
from patchpilot.estimators._torch import Tensor, torch
from patchpilot.estimators.sequence.chains import I64, NOTHING, targets
from patchpilot.estimators.sequence.config import SequenceConfig


class Decoder(Protocol):
    """What says how likely it is that something follows a prefix (`SequenceNetwork`)."""

    config: SequenceConfig

    def empty(self, n: int) -> Tensor:
        """Points of n empty prefixes: (n, dim)."""

    def grown(self, prefix: Tensor) -> Tensor:
        """Points of what may follow: (…, dim) to (…, N + 1, dim)."""

    def logits(self, memory: Tensor, prefix: Tensor, children: Tensor) -> Tensor:
        """Scores of what follows: (B, K, N + 1)."""


def likeliest(
    decoder: Decoder, memory: Tensor, *, beams: int, among: Sequence[Sequence[str]] | None = None
) -> I64:
    """The likeliest chain of each of B sounds, int64 (B, N + 1) as `chains.targets` writes them.

    Args:
        decoder: whose prefixes.
        memory: (B, M, width).
        beams: prefixes of a sound that are followed at once.
        among: the modules of each sound, where they are known: a chain then has all of these and no others.

    Raises:
        EstimatorError: there is no beam, or `among` holds an unknown module.
    """
    if beams < 1:
        raise EstimatorError(f"expected at least one beam, got {beams}")
    modules = decoder.config.modules
    n, end, device = len(memory), len(modules), memory.device
    allowed = _allowed(among, modules, n).to(device)
    # Row by row: K beams, of which at first only one is there.
    prefix = decoder.empty(n)[:, None].expand(n, beams, -1)
    score = torch.full((n, beams), -torch.inf, device=device)
    score[:, 0] = 0.0
    left = allowed[:, None].expand(n, beams, end)
    numbers = torch.full((n, beams, end + 1), NOTHING, dtype=torch.int64, device=device)
    is_over = torch.zeros((n, beams), dtype=torch.bool, device=device)
    for place in range(end + 1):
        children = decoder.grown(prefix)
        may_end = torch.ones_like(is_over) if among is None else ~left.any(dim=-1)
        may = torch.cat([left, may_end[..., None]], dim=-1)
        logits = decoder.logits(memory, prefix, children).masked_fill(~may, -torch.inf)
        step = torch.log_softmax(logits, dim=-1)
        # One that is over stays as it is, at no cost: its only way on is the end.
        step = torch.where(is_over[..., None], _only_end(end, device), step)
        score, way = (score[..., None] + step).flatten(1).topk(beams, dim=1)
        beam, now = way // (end + 1), way % (end + 1)
        rows = torch.arange(n, device=device)[:, None]
        was_over = is_over[rows, beam]
        numbers = numbers[rows, beam]
        numbers[..., place] = torch.where(was_over, NOTHING, now)
        is_over = was_over | (now == end)
        prefix = children[rows, beam, now]
        left = left[rows, beam] & ~torch.nn.functional.one_hot(now, end + 1)[..., :end].bool()
        if bool(is_over.all()):
            break
    return np.asarray(numbers[:, 0].cpu().numpy(), np.int64)


def _allowed(among: Sequence[Sequence[str]] | None, modules: tuple[str, ...], n: int) -> Tensor:
    """Which modules may be in each chain: bool (n, N)."""
    if among is None:
        return torch.ones((n, len(modules)), dtype=torch.bool)
    if len(among) != n:
        raise EstimatorError(f"expected the modules of {n} sounds, got those of {len(among)}")
    numbers = targets(among, modules)
    allowed = np.zeros((n, len(modules) + 1), bool)
    np.put_along_axis(allowed, np.where(numbers == NOTHING, len(modules), numbers), True, axis=1)
    return torch.from_numpy(allowed[:, :-1])


def _only_end(end: int, device: object) -> Tensor:
    """Log-probabilities of what is over."""
    step = torch.full((end + 1,), -torch.inf, device=device)
    step[end] = 0.0
    return step
