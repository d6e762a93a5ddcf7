"""Inference-time finetuning: patches descend on a frozen proxy, for one sound, and the engine says what is closer.

    searcher = Finetuning("proxy.safetensors")
    made = run(searcher, CloseTo(target.audio), context, budget=Budget(seconds=20.0))

Rounds of eight: from the best that was really heard, cautious and bold descents, with options as they are and
relaxed, from a little beside it, and one that trusts the proxy as it is. All others mend the proxy by what it got
wrong about the patch they start from (`descent.correction`), so it need not be right, only its slopes. What
becomes of them is heard; the closest, start included, is where the next round begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from patchpilot.audio import Target
from patchpilot.audio.front_end import edges_s, front_end
from patchpilot.distance.bands import PAD_S
from patchpilot.errors import ParameterError
from patchpilot.estimators.codec import F32, Labels, said
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.descent import STEPS, Starts, Wanted, correction, descend
from patchpilot.estimators.faithful import is_told
from patchpilot.estimators.networks.proxy import Proxy
from patchpilot.estimators.networks.proxy_file import load_proxy
from patchpilot.estimators.places import learned_proxy
from patchpilot.estimators.ways import WAYS, Way
from patchpilot.instruments.take import Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch

_NAME = "finetuning"
BASES = 4
"""So many of the patches to start from, at most."""


_DOUBT, _TRUST = 3.0, 0.5
"""By what the price is multiplied after a round that bettered nothing, and after one that did."""
_LEAST, _MOST = 0.05, 30.0
GAIN = 0.002
"""A round that betters less than this part is a poor one."""


@dataclass
class State:
    """Where a search stands.

    Attributes:
        best: the closest of what was heard, base or finetuned: the next descents begin here.
        untried: bases that no descent has begun from yet.
        tries: the present round's proposals by the hash of their patches, in the order in which they are made.
        asked: hashes of those that were proposed.
        heard: by hash, what came of those.
        known: hashes of all patches that were proposed or started from.
        doubt: what the price of moving is multiplied by.
        rounds: finished ones.
        poor: poor rounds, one after another.
    """

    best: Outcome
    untried: list[Outcome]
    tries: dict[str, Proposal] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    heard: dict[str, Outcome] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    doubt: float = 1.0
    rounds: int = 0
    poor: int = 0


class Finetuning:
    """Patches that others found, bettered by the slopes of a proxy and judged by the engine.

    Args:
        proxy: one, or its file; by default the one that `patchpilot play learn` put into use.
        rounds: >= 1, at most so many.
        patience: >= 1, so many poor rounds one after another are the end.
        steps: >= 1, of each descent.
        ways: of descending from each start of a round.

    Raises:
        ParameterError: a number is out of its range, or there is no way.
        EstimatorError: the file is missing or damaged.
    """

    name = _NAME

    def __init__(
        self,
        proxy: Proxy | Path | str | None = None,
        *,
        rounds: int = 40,
        patience: int = 3,
        steps: int = STEPS,
        ways: Sequence[Way] = WAYS,
    ) -> None:
        if min(rounds, patience, steps, len(ways)) < 1:
            raise ParameterError(
                f"expected rounds, patience, steps and ways of at least 1, "
                f"got {rounds}, {patience}, {steps} and {len(ways)}"
            )
        self._proxy = load_proxy(proxy) if isinstance(proxy, str | Path) else proxy
        self._rounds, self._patience, self._steps, self._ways = rounds, patience, steps, tuple(ways)

    def start(self, context: Context) -> None:
        """Begin with the context's base outcomes.

        Raises:
            EstimatorError: the proxy is another instrument's.
            ParameterError: there is no proxy, no target, or no base that the proxy's codec can say.
        """
        if self._proxy is None and (learned := learned_proxy(context.instrument.name)).is_file():
            self._proxy = load_proxy(learned)
        if self._proxy is None:
            raise ParameterError(
                "finetuning needs a proxy: make one with `patchpilot train --head proxy`, and give its file"
            )
        if context.target is None:
            raise ParameterError("finetuning needs a target sound")
        self._guide, self._codec = self._proxy, self._proxy.codec
        self._instrument, self._seed = context.instrument, context.seed
        self._codec.check(context.instrument.space)
        bases = [one for one in context.base_outcomes if one.take is not None and self._is_told(one)][:BASES]
        if not bases:
            raise ParameterError(
                "finetuning needs patches to start from that the proxy has learned to say, as those of its prior: "
                "let an estimator or retrieval go first"
            )
        self._wanted = _wanted(context, context.target)
        self._pitch = float(context.performance.notes[0].pitch)
        known = {one.proposal.patch.sha256 for one in bases}
        self.state = State(max(bases, key=lambda one: one.score), bases, known=known)

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of the present round; a new one only when all of the last was heard."""
        state = self.state
        while not state.tries and state.rounds < self._rounds and state.poor < self._patience:
            self._begin_round()
        waiting = [key for key in state.tries if key not in state.heard]
        new = [key for key in waiting if key not in state.asked] or waiting
        state.asked |= set(new[:n])
        return [state.tries[key] for key in new[:n]]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Remember what was heard; at the end of a round go on from what is really closest."""
        state = self.state
        state.heard |= {outcome.proposal.patch.sha256: outcome for outcome in outcomes}
        if not state.tries or not state.tries.keys() <= state.heard.keys():
            return
        before = state.best.score
        heard = [state.heard[key] for key in state.tries]
        state.best = max([state.best, *heard], key=lambda one: one.score)
        state.tries, state.asked, state.heard = {}, set(), {}
        self._end_round(before)

    def _is_told(self, base: Outcome) -> bool:
        return is_told(self._codec, self._instrument.space, base.proposal.patch)

    def _begin_round(self) -> None:
        """Descents from the bases that none has begun from, or else from the best; those that end alike are one."""
        state = self.state
        begins, state.untried = state.untried or [state.best], []
        labels = self._codec.encode([said(one.proposal.patch) for one in begins])
        takes = [one.take for one in begins if one.take is not None]
        missing = self._corrections(labels, takes)
        rows = [(base, way) for base in range(len(begins)) for way in self._ways]
        starts = self._starts(labels, missing, rows)
        found, predicted = descend(self._guide, self._wanted, starts, steps=self._steps)
        for place in np.argsort(predicted, kind="stable"):
            base, way = rows[place]
            patch = self._codec.decode(self._instrument.space, found, int(place), self._instrument.asset)
            if patch.sha256 not in state.known:
                state.known.add(patch.sha256)
                state.tries[patch.sha256] = _proposal(begins[base], patch, way)
        if not state.tries:
            self._end_round(state.best.score)

    def _end_round(self, before: float) -> None:
        state = self.state
        is_poor = state.best.score - before <= GAIN * abs(before)
        state.poor = state.poor + 1 if is_poor else 0
        state.doubt = float(np.clip(state.doubt * (_DOUBT if is_poor else _TRUST), _LEAST, _MOST))
        state.rounds += 1

    def _corrections(self, labels: Labels, takes: Sequence[Take]) -> F32:
        pictures = np.stack([front_end(take.audio, pitch=self._pitch) for take in takes])
        return correction(self._guide, labels, self._wanted.condition, pictures)

    def _starts(self, labels: Labels, missing: F32, rows: Sequence[tuple[int, Way]]) -> Starts:
        """Of all bases and ways; the numbers of a round are its own."""
        numbers = np.random.SeedSequence((self._seed, self.state.rounds))
        random = np.random.Generator(np.random.PCG64(numbers))
        places = np.array([base for base, _ in rows])
        ways = [way for _, way in rows]
        beside = np.array([way.beside for way in ways])[:, None]
        begun = labels[places]
        moved = begun.continuous + beside * random.standard_normal(begun.continuous.shape)
        mended = np.array([way.mended for way in ways], np.float32)[:, None, None, None]
        return Starts(
            Labels(np.clip(moved, -1.0, 1.0).astype(np.float32), begun.categorical, begun.active),
            missing[places] * mended,
            np.array([way.pull * self.state.doubt for way in ways], np.float32),
            np.array([way.relaxed for way in ways]),
        )


def _wanted(context: Context, target: Target) -> Wanted:
    note = context.performance.notes[0]
    played = conditions(note.pitch, note.hold_s, note.velocity)[0]
    seen = edges_s()[:-1] < target.length_s + PAD_S
    picture = front_end(target.audio, pitch=float(note.pitch))
    return Wanted(picture, played, seen.astype(np.float32))


def _proposal(base: Outcome, patch: Patch, way: Way) -> Proposal:
    assert base.take is not None
    found_by = base.proposal.searcher
    if not found_by.endswith(f"+{_NAME}"):
        found_by = f"{found_by}+{_NAME}"
    words = [base.proposal.detail.partition(", finetuned")[0], f"finetuned ({way.name})"]
    return Proposal(
        patch,
        found_by,
        ", ".join(part for part in words if part),
        parents=(base.take.id,),
        remarks=base.proposal.remarks,
    )
