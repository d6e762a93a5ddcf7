"""Inference-time finetuning of a chain: settings descend on its frozen proxy, and the real chain says what is closer.

    searcher = ChainFinetuning("chain_proxy.safetensors")
    made = run(searcher, CloseTo(target.audio), context, budget=Budget(seconds=20.0))

First the dry patches of what it starts from are heard, which the proxy needs. Then rounds of four descents begin at the
best that was really heard, the bases first. What becomes of them is played; the closest, start included, is where the
next round begins, so nothing is ever taken on the proxy's word. The order of the chain and its options stay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from patchpilot.errors import ParameterError
from patchpilot.estimators.chain_descent import STEPS, descend_chain
from patchpilot.estimators.codec import F32, Labels, said
from patchpilot.estimators.networks.chain_proxy import ChainProxy
from patchpilot.estimators.networks.chain_proxy_file import load_chain_proxy
from patchpilot.estimators.sequence.orders import order_of, without
from patchpilot.estimators.training.pairs import mid
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch

_NAME = "chain-finetuning"
BASES = 4
"""So many of the patches to start from, at most."""
WAYS = ((0.0, 0.03), (0.0, 0.1), (0.1, 0.05), (0.3, 0.1))
"""Of a round: noise that the start is moved by, and learning rate, both in tokens' units."""
_PULL = 0.02
_DOUBT, _TRUST, _MOST = 3.0, 0.5, 30.0
"""By what the price of moving is multiplied after a round that bettered nothing, and after one that did."""
_GAIN = 0.002
"""A round that betters less than this part is a poor one."""


@dataclass
class State:
    """Where a search stands.

    Attributes:
        best: the closest of what was heard of a chain, bases included; that a dry patch is closer, the run knows.
        untried: bases that no round has begun from.
        dry: by the hash of a dry patch what was heard of it, float32 (n,), empty where its render failed.
        tries: the present round's proposals, by the hash of their patches.
        asked: hashes of those that were proposed.
        heard: by hash, what came of those.
        known: hashes of all patches that were heard or proposed.
        doubt: what the price of moving is multiplied by.
        rounds: finished ones.
        poor: poor rounds, one after another.
    """

    best: Outcome
    untried: list[Outcome]
    dry: dict[str, F32] = field(default_factory=dict)
    tries: dict[str, Proposal] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    heard: dict[str, Outcome] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    doubt: float = 1.0
    rounds: int = 0
    poor: int = 0


class ChainFinetuning:
    """Settings of a chain, bettered by the slopes of its proxy and judged by the chain itself.

    Args:
        proxy: of the rack's chain, or its file.
        rounds: >= 1, at most so many.
        patience: >= 1, so many poor rounds one after another are the end.
        steps: >= 1, of each descent.

    Raises:
        ParameterError: a number is out of its range.
        EstimatorError: the file is missing or damaged.
    """

    name = _NAME

    def __init__(
        self, proxy: ChainProxy | Path | str, *, rounds: int = 40, patience: int = 3, steps: int = STEPS
    ) -> None:
        if min(rounds, patience, steps) < 1:
            raise ParameterError(
                f"expected rounds, patience and steps of at least 1, got {rounds}, {patience} and {steps}"
            )
        self._proxy = load_chain_proxy(proxy) if isinstance(proxy, str | Path) else proxy
        self._rounds, self._patience, self._steps = rounds, patience, steps

    def start(self, context: Context) -> None:
        """Begin with the context's base outcomes.

        Raises:
            EstimatorError: the proxy is another rack's, or the instrument has no chain.
            ParameterError: there is no target, or nothing to start from.
        """
        if context.target is None:
            raise ParameterError("finetuning needs a target sound")
        self._space, self._codec = context.instrument.space, self._proxy.codec
        self._codec.check(self._space)
        self._order, self._seed = order_of(self._space), context.seed
        self._wet = mid(context.target.audio, self._proxy.config.rate)
        bases = [one for one in context.base_outcomes if one.take is not None][:BASES]
        if not bases:
            raise ParameterError(
                "finetuning needs patches to start from: let a searcher go first that finds some"
            )
        known = {one.proposal.patch.sha256 for one in bases}
        self.state = State(max(bases, key=lambda one: one.score), bases, known=known)

    def ask(self, n: int) -> list[Proposal]:
        """At most `n`: dry patches first, then those of the present round; a new one when all of the last was heard."""
        state = self.state
        if not state.tries:
            state.tries = self._dry_ones()
        while not state.tries and state.rounds < self._rounds and state.poor < self._patience:
            self._begin_round()
        waiting = [key for key in state.tries if key not in state.heard]
        new = [key for key in waiting if key not in state.asked] or waiting
        state.asked |= set(new[:n])
        return [state.tries[key] for key in new[:n]]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard; at the end of a round go on from what is really closest."""
        state = self.state
        for outcome in outcomes:
            key = outcome.proposal.patch.sha256
            state.heard[key] = outcome
            if not self._order.chain(outcome.proposal.patch.values):
                state.dry[key] = self._sound(outcome)
        if not state.tries or not state.tries.keys() <= state.heard.keys():
            return
        before = state.best.score
        chained = [one for key, one in state.heard.items() if key in state.tries and key not in state.dry]
        state.best = max([state.best, *chained], key=lambda one: one.score)
        state.tries, state.asked, state.heard = {}, set(), {}
        if chained:
            self._end_round(before)

    def _dry_ones(self) -> dict[str, Proposal]:
        """What goes into the chains of the bases, as far as it is not known."""
        dry = [self._dry(one) for one in [*self.state.untried, self.state.best]]
        return {
            patch.sha256: Proposal(patch, _NAME, "without its chain, which is what a proxy hears")
            for patch in dry
            if patch.sha256 not in self.state.dry
        }

    def _dry(self, one: Outcome) -> Patch:
        return without(self._space, self._order, one.proposal.patch)

    def _sound(self, outcome: Outcome) -> F32:
        if outcome.take is None:
            return np.zeros(0, np.float32)
        return mid(outcome.take.audio, self._proxy.config.rate)

    def _begin_round(self) -> None:
        """Four descents from a base that none has begun from, or else from the best; those that end alike are one."""
        state = self.state
        begin = state.untried.pop(0) if state.untried else state.best
        patch, dry = begin.proposal.patch, state.dry[self._dry(begin).sha256]
        labels = self._codec.encode([said(patch)])
        active = np.flatnonzero(labels.active[0, : len(self._codec.continuous)])
        if not len(dry) or not len(active):
            self._end_round(state.best.score)
            return
        starts = self._starts(labels)
        rates = np.array([rate for _, rate in WAYS], np.float32)
        wet = np.zeros_like(dry)
        n = min(len(dry), len(self._wet))
        wet[:n] = self._wet[:n]
        found, predicted = descend_chain(
            self._proxy, dry, wet, starts, rates, pull=_PULL * state.doubt, steps=self._steps
        )
        for row in np.argsort(predicted, kind="stable").tolist():
            made = patch.changed(self._space, self._values(found[row], active))
            if made.sha256 not in state.known:
                state.known.add(made.sha256)
                state.tries[made.sha256] = _proposal(begin, made)
        if not state.tries:
            self._end_round(state.best.score)

    def _starts(self, labels: Labels) -> Labels:
        """Of the ways of a round; its random numbers are its own."""
        numbers = np.random.SeedSequence((self._seed, self.state.rounds))
        random = np.random.Generator(np.random.PCG64(numbers))
        rows = np.zeros(len(WAYS), np.int64)
        noise = np.array([beside for beside, _ in WAYS])[:, None]
        begun = labels[rows]
        moved = begun.continuous + noise * random.standard_normal(begun.continuous.shape)
        return Labels(np.clip(moved, -1.0, 1.0).astype(np.float32), begun.categorical, begun.active)

    def _values(self, continuous: F32, active: npt.NDArray[np.intp]) -> dict[str, float]:
        """Stored values of the settings that sound."""
        share = (continuous.astype(np.float64) + 1.0) / 2.0
        tokens = self._codec.continuous
        return {
            tokens[k].name: tokens[k].low + float(share[k]) * (tokens[k].high - tokens[k].low) for k in active
        }

    def _end_round(self, before: float) -> None:
        state = self.state
        is_poor = state.best.score - before <= _GAIN * abs(before)
        state.poor = state.poor + 1 if is_poor and not state.untried else 0
        state.doubt = float(min(state.doubt * (_DOUBT if is_poor else _TRUST), _MOST))
        state.rounds += 1


def _proposal(begin: Outcome, patch: Patch) -> Proposal:
    assert begin.take is not None
    found_by = begin.proposal.searcher
    if not found_by.endswith(f"+{_NAME}"):
        found_by = f"{found_by}+{_NAME}"
    words = [begin.proposal.detail.partition(", its chain finetuned")[0], "its chain finetuned"]
    return Proposal(
        patch,
        found_by,
        ", ".join(word for word in words if word),
        parents=(begin.take.id,),
        remarks=begin.proposal.remarks,
    )
