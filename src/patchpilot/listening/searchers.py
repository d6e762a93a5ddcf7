"""Sounds that are compared because several searchers matched the same targets, each with as many renders."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from patchpilot import __version__, registry
from patchpilot.audio import Audio, Target, load, save
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.files import make_folder, write_text
from patchpilot.listening.build import Item
from patchpilot.matching.effort import EFFORTS, Effort
from patchpilot.matching.match import match
from patchpilot.space.canonical import canonical_json

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument
    from patchpilot.search.base import Outcome

RENDERS = 300
REFINEMENT = "refinement"
SIZES: Mapping[str, str] = {"retrieval": "shortlist", "drawn": "n", "estimator": "n"}
"""Searchers that take as many renders as they are told, and by which argument."""


@dataclass(frozen=True)
class Way:
    """A way of matching.

    Attributes:
        name: as it was written: "retrieval+refinement".
        searchers: that begin.
        is_refined: whether what they find is refined.
    """

    name: str
    searchers: tuple[str, ...]
    is_refined: bool

    @classmethod
    def parse(cls, text: str) -> Way:
        """Names of searchers with "+" between them, "refinement" last.

        Raises:
            ParameterError: there is none to begin, or there is no such searcher.
        """
        names = [part.strip() for part in text.split("+") if part.strip()]
        searchers = tuple(name for name in names if name != REFINEMENT)
        if not searchers or REFINEMENT in names[:-1]:
            raise ParameterError(
                f"expected searchers such as 'retrieval' or 'retrieval+{REFINEMENT}', got {text!r}: "
                f"{REFINEMENT} follows what others found"
            )
        for name in searchers:
            registry.load("search", name)
        return cls("+".join(names), searchers, REFINEMENT in names)

    def effort(self, renders: int) -> Effort:
        """So much work that all of it is about `renders`, refinement included: it gets what the others leave.

        Raises:
            ParameterError: `renders` is too few to share out.
        """
        usual = EFFORTS["default"]
        sized = [name for name in self.searchers if name in SIZES]
        begin = {name: int(usual.options(name)[SIZES[name]]) for name in sized}
        if not self.is_refined and sized:
            begin = {
                name: renders // len(sized) + (index < renders % len(sized))
                for index, name in enumerate(sized)
            }
        left = renders - sum(begin.values())
        if min(begin.values(), default=1) < 1 or (self.is_refined and left < 1):
            raise ParameterError(f"expected more renders than {renders} for {self.name}: try {RENDERS}")
        return Effort(
            self.name,
            {
                name: {SIZES[name]: begin[name]} if name in begin else dict(usual.options(name))
                for name in self.searchers
            },
            Budget(left) if self.is_refined else None,
            math.inf,
        )


@dataclass(frozen=True, eq=False)
class Heard:
    """The best that a way found for a target.

    Attributes:
        audio: what it plays.
        renders: that were taken.
        distance: headline metric.
        detail: how the patch was made, in words.
    """

    audio: Audio
    renders: int
    distance: float
    detail: str


def ways(names: Sequence[str]) -> list[Way]:
    """Several ways, each once.

    Raises:
        ParameterError: there are fewer than two, or one comes twice.
    """
    made = [Way.parse(name) for name in names]
    if len(made) < 2 or len({one.name for one in made}) < len(made):
        raise ParameterError(
            f"expected two or more different searchers with commas between them, such as "
            f"retrieval,retrieval+{REFINEMENT}; got {','.join(names) or 'none'}"
        )
    return made


def compared(
    targets: Mapping[str, Target],
    chosen: Sequence[Way],
    instrument: Instrument,
    *,
    renders: int = RENDERS,
    seed: int = 0,
    kept: Path | None = None,
    on_way: Callable[[str, str, int, int], None] = lambda *_: None,
    on_outcome: Callable[[Outcome], None] = lambda _: None,
) -> tuple[list[Item], list[str]]:
    """Match each target in each way; an item for each, with the target as its reference.

    Args:
        targets: sounds by their names.
        chosen: the ways.
        instrument: what plays.
        renders: >= 1, of each match. Searchers that have a number of renders of their own take those.
        seed: >= 0, of all random choices.
        kept: a folder in which what was matched is kept, so that work which was interrupted goes on where it was.
        on_way: called before each match with the target's name, the way's, how many are done, and of how many.
        on_outcome: called after each patch.

    Returns:
        The items, and what their maker should know: where ways took different numbers of renders.

    Raises:
        ParameterError: `renders` is too few.
        KeyboardInterrupt: it was interrupted; what was finished is kept.
        PatchPilotError: as `match` raises.
    """
    efforts = [way.effort(renders) for way in chosen]
    items, remarks = [], []
    for index, (name, target) in enumerate(targets.items()):
        found: dict[str, Heard] = {}
        for way, effort in zip(chosen, efforts, strict=True):
            on_way(name, way.name, index * len(chosen) + len(found), len(targets) * len(chosen))
            place = None if kept is None else kept / _key(target, effort, instrument, seed)
            one = _recalled(place)
            if one is None:
                one = _matched(target, effort, instrument, seed, on_outcome)
                _remember(place, one)
            found[way.name] = one
        if len({one.renders for one in found.values()}) > 1:
            took = ", ".join(f"{way} {one.renders}" for way, one in found.items())
            remarks.append(f"{name}: renders were not quite equal: {took}.")
        details = {
            way: f"{one.detail}; distance {one.distance:.3f}, {one.renders} renders"
            for way, one in found.items()
        }
        items.append(Item(name, {way: one.audio for way, one in found.items()}, target.audio, details))
    return items, remarks


def _matched(
    target: Target,
    effort: Effort,
    instrument: Instrument,
    seed: int,
    on_outcome: Callable[[Outcome], None],
) -> Heard:
    result = match(
        target,
        instrument,
        top=1,
        using=list(effort.searchers),
        effort=effort,
        refine=None,
        seed=seed,
        on_outcome=on_outcome,
    )
    if result.interrupted:
        raise KeyboardInterrupt
    best = result[0]
    return Heard(best.audio, result.n_renders, best.distance["logmel"], best.detail)


def _key(target: Target, effort: Effort, instrument: Instrument, seed: int) -> str:
    """The name of all that a match depends on."""
    said = {
        "samples": hashlib.sha256(target.audio.samples.tobytes()).hexdigest(),
        "rate": target.audio.sample_rate,
        "note": target.note,
        "hold_s": target.hold_s,
        "velocity": target.velocity,
        "version": __version__,
        "searchers": {name: dict(options) for name, options in effort.searchers.items()},
        "refinement": effort.refinement.renders if effort.refinement is not None else 0,
        "instrument": instrument.fingerprint,
        "seed": seed,
    }
    return hashlib.sha256(canonical_json(said).encode()).hexdigest()[:24]


def _remember(place: Path | None, one: Heard) -> None:
    if place is None:
        return
    make_folder(place.parent)
    save(one.audio, place.with_suffix(".wav"))
    said = {"renders": one.renders, "distance": one.distance, "detail": one.detail}
    write_text(place.with_suffix(".json"), json.dumps(said))


def _recalled(place: Path | None) -> Heard | None:
    if place is None or not place.with_suffix(".json").is_file():
        return None
    said = json.loads(place.with_suffix(".json").read_text("utf-8"))
    audio = load(place.with_suffix(".wav"))
    return Heard(audio, int(said["renders"]), float(said["distance"]), str(said["detail"]))
