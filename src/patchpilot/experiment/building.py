"""The objects that an experiment names, made with what they ask for.

A searcher or an objective says by the names of its arguments what it needs: `target` is the sound, `embedding` what
hears, `archive` the takes that were in the bank before, `instrument` one of its own, `performance` what is played,
`free` the parameters' roles, `golden` and `taste` what others provide (`Providers`). All other arguments are the
experiment's options.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from patchpilot import registry
from patchpilot.audio import listen
from patchpilot.errors import ParameterError, PatchPilotError
from patchpilot.experiment.experiment import DEFAULT_BANK, NO_BANK, Experiment, Named, presets
from patchpilot.experiment.play import play
from patchpilot.experiment.roles import ROUTINGS, Roles, stored, unknown
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.objectives.archive import Memory
from patchpilot.objectives.base import Objective
from patchpilot.objectives.closeness import performance_of
from patchpilot.objectives.composition import Sum
from patchpilot.retrieval.library import embedding_of
from patchpilot.search.base import Context, Outcome, Proposal, Searcher
from patchpilot.search.encoding import Encoding
from patchpilot.space import Patch, Performance

if TYPE_CHECKING:
    from patchpilot.bank.bank import Bank

Providers = Mapping[str, "Callable[[Any, Bank | None], Any]"]
"""Who makes what a part asks for and the experiment does not know: by the argument's name, called with its option and
the experiment's bank.

One that a part can do without is made only if an option names it; where it must have one, it is called with None.
"""


@dataclass(frozen=True, eq=False)
class Cast:
    """What an experiment is run with.

    Attributes:
        context: instrument, performance, target and seed.
        searcher: who chooses; it keeps to the roles of the parameters.
        objective: what is good.
    """

    context: Context
    searcher: Searcher
    objective: Sum

    @property
    def roles(self) -> Roles | None:
        """The roles of the parameters, where any has one."""
        return self.searcher if isinstance(self.searcher, Roles) else None


def cast(
    experiment: Experiment,
    stack: ExitStack,
    *,
    workers: int | None = None,
    bank: Bank | None = None,
    bank_size: int = 0,
    providers: Providers | None = None,
    synth: Instrument | None = None,
) -> Cast:
    """Make what an experiment names.

    Args:
        experiment: that names it.
        stack: closes what must be closed.
        workers: processes that render, of an instrument that has some; its own choice by default.
        bank: whose takes count as known.
        bank_size: the highest number of those: they were there when the experiment began.
        providers: of what the experiment does not know.
        synth: its instrument, if that is open already.

    Raises:
        ParameterError: an option is unknown, missing or out of its range.
        PatchPilotError: a part cannot be made, or the target or the base cannot be read.
    """
    context = played_by(experiment, stack, workers=workers, synth=synth)
    synth = context.instrument
    make = _Maker(experiment, context, stack, bank, bank_size, dict(providers or {}))
    parts: list[tuple[float, Objective]] = [
        (goal.weight, make(goal.part, "objectives")) for goal in experiment.objective
    ]
    objective = Sum(parts)
    context = dataclasses.replace(context, base_outcomes=_known(experiment, context, objective))
    searcher: Searcher = make(experiment.searcher, "search")
    if experiment.parameters:
        known = context.base_outcomes
        base = known[0].proposal.patch if known else _usual(synth)
        searcher = Roles(searcher, experiment.parameters, base, synth.space)
    return Cast(context, searcher, objective)


def _known(experiment: Experiment, context: Context, objective: Objective) -> tuple[Outcome, ...]:
    """What the search begins with, best first: the presets that the experiment names, played and scored."""
    if experiment.base is None:
        return ()
    synth = context.instrument
    files = [path for path in presets(experiment.base) if path.name.endswith(synth.suffix)]
    if not files:
        raise ParameterError(f"{experiment.base} holds no presets of {synth.name} ({synth.suffix})")
    proposals = [Proposal(synth.load(path), "base", path.name) for path in files]
    heard: dict[int, Outcome] = {}
    play(proposals, objective, context, heard, lambda _: None)
    fine = [heard[place] for place in sorted(heard) if heard[place].take is not None]
    return tuple(sorted(fine, key=lambda outcome: -outcome.score))


def played_by(
    experiment: Experiment, stack: ExitStack, *, workers: int | None = None, synth: Instrument | None = None
) -> Context:
    """The instrument of an experiment, and what is played on it; arguments and errors as of `cast`."""
    if synth is None:
        synth = stack.enter_context(_instrument(experiment.instrument, workers))
    target = listen(experiment.target) if experiment.target is not None else None
    played = experiment.performance or (performance_of(target) if target is not None else Performance())
    return Context(synth, played, target, seed=experiment.seed)


def opened_bank(experiment: Experiment, stack: ExitStack) -> Bank | None:
    """The bank of an experiment, if it has one; raises `BankError`."""
    if experiment.bank == NO_BANK:
        return None
    from patchpilot.bank.bank import Bank

    return stack.enter_context(Bank.open(None if experiment.bank == DEFAULT_BANK else experiment.bank))


def _usual(synth: Instrument) -> Patch:
    """Where parameters stand that nobody moves: what an instrument's prior always says, or its init patch."""
    try:
        return Encoding.of(synth).base
    except ParameterError:  # nothing of it can be searched
        return Patch.make(synth.space)


class _Maker:
    """Makes parts with what they ask for."""

    def __init__(
        self,
        experiment: Experiment,
        context: Context,
        stack: ExitStack,
        bank: Bank | None,
        bank_size: int,
        providers: Providers,
    ) -> None:
        self._experiment, self._context, self._stack = experiment, context, stack
        self._bank, self._bank_size, self._providers = bank, bank_size, providers
        self._given: dict[str, Callable[[], Any]] = {
            "target": self._target,
            "embedding": self._embedding,
            "archive": self._archive,
            "instrument": self._own_instrument,
            "performance": lambda: self._context.performance,
            "bank": lambda: self._bank,
        }
        """What a part is given for an argument that no option is said for."""

    def __call__(self, named: Named, group: str) -> Any:
        make = registry.load(group, named.kind)
        parameters = inspect.signature(make).parameters.values()
        accepted = {p.name: p for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)}
        others = [p.name for p in parameters if p.kind == p.VAR_KEYWORD]
        for name in named.options:
            if name not in accepted and not others:
                raise unknown(name, [*accepted, "options"], f"option of {named.kind}")
        said = {name: self._read(name, option) for name, option in named.options.items()}
        if others == ["free"]:  # it says what of a patch it may choose, as `Freedom` has it
            said = self._free() | said
        self._check_ears(said)
        missing = [parameter for name, parameter in accepted.items() if name not in said]
        try:
            return make(**said, **self._filled(named.kind, missing))
        except PatchPilotError:
            raise
        except (TypeError, ValueError, AttributeError) as error:  # an option of a wrong kind
            raise ParameterError(
                f"{named.kind!r} cannot be made with {dict(named.options)}: {error}"
            ) from None

    def _filled(self, kind: str, missing: Sequence[inspect.Parameter]) -> dict[str, Any]:
        """What a part is given that no option says."""
        given: dict[str, Any] = {}
        for parameter in missing:
            name, is_needed = parameter.name, parameter.default is parameter.empty
            value = self._given[name]() if name in self._given else None
            if value is None and is_needed and name in self._providers:
                value = self._providers[name](None, self._bank)
            if value is not None:
                given[name] = value
            elif is_needed:
                raise ParameterError(f"{kind!r} needs {_NEEDS.get(name, f'the option {name!r}')}")
        return given

    def _read(self, name: str, option: Any) -> Any:
        if name == "embedding" and isinstance(option, str):
            return embedding_of(option)
        if name == "archive" and option is False:  # what is in the bank is not to count
            return None
        if name in self._providers:
            return self._providers[name](option, self._bank)
        return tuple(option) if isinstance(option, list) else option

    def _check_ears(self, said: Mapping[str, Any]) -> None:
        """Vectors of two embeddings cannot be compared."""
        if "embedding" in said and "archive" not in said and self._bank is not None and self._bank_size:
            ours, theirs = said["embedding"], self._bank.hearing.embedding
            if (ours.name, ours.version) != (theirs.name, theirs.version):
                raise ParameterError(
                    f"the bank hears with {theirs.name} {theirs.version}, and the embedding {ours.name} "
                    f"{ours.version} was asked for: leave it out, or say archive = false, so that the takes of the "
                    "bank do not count"
                )

    def _target(self) -> Any:
        return None if self._context.target is None else self._context.target.audio

    def _embedding(self) -> Any:
        if self._bank is not None and self._bank_size:
            return self._bank.hearing.embedding
        return embedding_of(self._experiment.keep.embedding)

    def _archive(self) -> Memory | None:
        """The takes that were there when the experiment began, so that no other one's doings change its result."""
        if self._bank is None or not self._bank_size:
            return None
        numbers, vectors = self._bank.vectors()
        return Memory(vectors[numbers <= self._bank_size])

    def _own_instrument(self) -> Instrument:
        return self._stack.enter_context(_instrument(self._experiment.instrument, 1))

    def _free(self) -> dict[str, Any]:
        """What of a patch a searcher may choose, as far as the experiment says so."""
        roles, space = self._experiment.parameters, self._context.instrument.space
        names = {
            "searched": roles.searched,
            "pinned": (*roles.pinned, *roles.learned, *roles.by_hand),
            "randomised": roles.randomised,
        }
        said: dict[str, Any] = {
            role: tuple(name for name in listed if name != ROUTINGS) for role, listed in names.items()
        }
        said["fixed"] = {name: stored(space, name, value) for name, value in roles.fixed.items()}
        return {role: listed for role, listed in said.items() if listed}


_NEEDS = {
    "target": 'a sound to come close to: say `target = "sound.wav"`',
    "bank": 'a bank: say `bank = "mine.bank"` or `bank = "default"`',
    "archive": 'a bank: say `bank = "mine.bank"` or `bank = "default"`',
    "golden": "a golden set: make one with `patchpilot golden add DIR`",
    "taste": "votes: say yes or no to some takes first, with `patchpilot play vote`",
}


def _instrument(named: Named, workers: int | None) -> Instrument:
    kind = named.kind.partition(":")[0]
    make = registry.load("instruments", "remote" if kind in ("http", "https") else kind)
    options = dict(named.options)
    if workers is not None and "workers" in inspect.signature(make).parameters:
        options["workers"] = workers
    try:
        return instrument(named.kind, **options)
    except TypeError as error:
        raise ParameterError(f"{named.kind!r} cannot be made with {options}: {error}") from None
