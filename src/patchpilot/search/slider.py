"""By hand: a person, or a program that stands for one, says what is heard next."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from patchpilot.errors import ParameterError
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.encoding import prior_of
from patchpilot.space import Patch, View


@dataclass
class State:
    """What was turned.

    Attributes:
        patch: as the sliders stand.
        waiting: patches that were not heard yet, with what was done to each.
        is_closed: whether no more will come.
    """

    patch: Patch
    waiting: list[tuple[Patch, str]] = field(default_factory=list)
    is_closed: bool = False


class Slider:
    """A searcher that proposes what others put into it, in any thread; `ask` waits until there is something.

    slider.turn({"filter_1_cutoff": 0.4})   # positions in [0, 1]
    slider.put(patch)                       # a whole patch
    slider.close()                          # that was all
    """

    name = "slider"

    def __init__(self) -> None:
        self._news = threading.Condition()

    def start(self, context: Context) -> None:
        """Stand where the best base outcome is, or at the first patch of the prior, which is heard first."""
        space, prior = context.instrument.space, prior_of(context.instrument)
        if context.base_outcomes:
            first = context.base_outcomes[0].proposal.patch
        else:
            first = prior.draw(space, context.seed, 0) if prior is not None else Patch.make(space)
        self._space = space
        self.state = State(first, [(first, "as it stands")])

    def turn(self, positions: Mapping[str, float]) -> Patch:
        """Turn some sliders; what they make is heard next.

        Args:
            positions: in [0, 1] by name of a parameter, or "modulation_N_amount" of the patch's N-th routing.

        Raises:
            ParameterError: a position is no number, or names a routing that is not there.
            PatchError: there is no such parameter.
        """
        with self._news:
            view = View(self._space, self.state.patch, tuple(positions))
            turned = view.patch(list(positions.values()))
            said = ", ".join(
                f"{one.name} {one.text(one.value(at))}"
                for one, at in zip(view.parameters, positions.values(), strict=True)
            )
            self._add(turned, said)
        return turned

    def put(self, patch: Patch, detail: str = "put in") -> None:
        """Have a whole patch heard; the sliders go where it is."""
        with self._news:
            self._add(patch, detail)

    def close(self) -> None:
        """Say that no more will come: `ask` gives what is left, then nothing."""
        with self._news:
            self.state.is_closed = True
            self._news.notify_all()

    def ask(self, n: int) -> list[Proposal]:
        """At most `n` of what was put in; waits while there is nothing, and no end was said."""
        with self._news:
            while not self.state.waiting and not self.state.is_closed:
                self._news.wait(0.2)  # short, so that Ctrl-C is heard on every system
            made = self.state.waiting[:n]
            return [Proposal(patch, self.name, detail) for patch, detail in made]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """What was heard is done with."""
        with self._news:
            heard = [outcome.proposal.patch.sha256 for outcome in outcomes]
            for key in heard:
                place = next((i for i, (p, _) in enumerate(self.state.waiting) if p.sha256 == key), None)
                if place is not None:
                    del self.state.waiting[place]

    def _add(self, patch: Patch, detail: str) -> None:
        if self.state.is_closed:
            raise ParameterError("the sliders are closed: start the search again to turn them")
        self.state.patch = patch
        self.state.waiting.append((patch, detail))
        self._news.notify_all()
