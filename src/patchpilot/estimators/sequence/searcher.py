"""Wet audio in, dry patches with ordered chains out: an estimator says the patch, and a sequence decoder the order.

    searcher = ChainEstimation(Estimator.load("my-chain", rack), "order.safetensors")
    made = run(searcher, CloseTo(target.audio), context)

An estimator of a rack says its whole patch, places of the chain included; without a decoder that is all. With one, each
patch is also proposed with the chain that the decoder hears, which was trained for nothing but that; effects that only
the decoder hears have their default settings. What is closer, the real chain says.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot.audio.front_end import front_end
from patchpilot.errors import EstimatorError, ParameterError
from patchpilot.estimators.conditions import conditions
from patchpilot.estimators.estimator import Estimator, N, check_n, opened
from patchpilot.estimators.places import find_for
from patchpilot.estimators.proposed import Proposed
from patchpilot.estimators.sequence.chains import Chain
from patchpilot.estimators.sequence.orders import Order, order_of, with_chain
from patchpilot.search.base import Context, Outcome, Proposal

if TYPE_CHECKING:
    from patchpilot.estimators.sequence.network import SequenceNetwork

_NAME = "chain"


class ChainEstimation:
    """Dry patches and ordered chains that trained networks say at once.

    Args:
        estimator: of the rack, its folder or its name; by default the one that is named as the instrument.
        decoder: of the order, or its file; None for the estimator's own order only.
        n: 1..256, how many patches to propose at most.

    Raises:
        EstimatorError: the decoder's file is missing or damaged.
        ParameterError: `n` is out of its range.
    """

    name = _NAME

    def __init__(
        self,
        estimator: Estimator | Path | str | None = None,
        decoder: SequenceNetwork | Path | str | None = None,
        *,
        n: int = N,
    ) -> None:
        check_n(n)
        if isinstance(decoder, str | Path):
            from patchpilot.estimators.sequence.file import load_sequence

            decoder = load_sequence(decoder)
        self._wanted, self._decoder, self._n = estimator, decoder, n

    def start(self, context: Context) -> None:
        """Hear the target.

        Raises:
            EstimatorError: the instrument has no chain, or a network is of another one, missing or damaged.
            ParameterError: there is no target.
            PluginError: ONNX Runtime is missing.
        """
        if context.target is None:
            raise ParameterError("an estimator needs a target sound")
        order = order_of(context.instrument.space)
        wanted = find_for(context.instrument.name) if self._wanted is None else self._wanted
        estimator = wanted if isinstance(wanted, Estimator) else opened(wanted)
        proposed = estimator.bound(context.instrument).propose(context.target, self._n, context.seed)
        heard = None if self._decoder is None else self._heard(self._decoder, context, order)
        made = {one.patch.sha256: one for one in _proposals(context, order, proposed, heard)}
        self._proposals = list(made.values())[: self._n]
        self.state = 0
        """How many were proposed; a search goes on from it."""

    def ask(self, n: int) -> list[Proposal]:
        """The next patches, the likeliest first."""
        first, self.state = self.state, min(self.state + n, len(self._proposals))
        return self._proposals[first : self.state]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Nothing is learned from what was heard: all was said at the start."""

    @staticmethod
    def _heard(decoder: SequenceNetwork, context: Context, order: Order) -> Chain:
        """The likeliest chain of the target."""
        from patchpilot.estimators._torch import torch

        if set(decoder.config.modules) != set(order.modules):
            raise EstimatorError(
                f"the decoder knows {', '.join(decoder.config.modules)}, and {context.instrument.name} has "
                f"{', '.join(order.modules)}: train one on its renders"
            )
        assert context.target is not None
        note = context.performance.notes[0]
        picture = torch.from_numpy(front_end(context.target.audio, pitch=float(note.pitch)))[None]
        played = torch.from_numpy(conditions(note.pitch, note.hold_s, note.velocity))
        return decoder.decode(picture, played)[0]


def _proposals(
    context: Context, order: Order, proposed: Sequence[Proposed], heard: Chain | None
) -> Iterator[Proposal]:
    """Each patch with its own chain, and with the one that was heard."""
    space = context.instrument.space
    for rank, one in enumerate(proposed, 1):
        patches = [(one.patch, "")]
        if heard is not None:
            patches.append((with_chain(space, order, one.patch, heard), ", its order by the decoder"))
        for patch, by in patches:
            chain = " → ".join(order.chain(patch.values)) or "no effects"
            yield Proposal(patch, _NAME, f"guess {rank} of {len(proposed)}: dry patch, then {chain}{by}")
