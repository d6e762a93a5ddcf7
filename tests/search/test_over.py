"""Techniques over a vector of a patch, of what is played, or of both."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from patchpilot.audio import listen
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.result import Run
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.take import Take
from patchpilot.modules import amp, lowpass, saw
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.annealing import Annealing
from patchpilot.search.base import Context, Outcome
from patchpilot.search.evolution_strategy import CmaEs
from patchpilot.search.latin_hypercube import LatinHypercube
from patchpilot.search.over import Over
from patchpilot.search.technique import Technique
from patchpilot.space import Always, Joint, OneNotes, Patch, Performance, Space, View
from patchpilot.space.performance import PERFORMANCE_SPACE
from tests.toy import Toy

SHORT = Performance.one_note(60, hold_s=0.2, length_s=0.25)
PITCHES = OneNotes(
    SHORT,
    Space("performance", "1", (replace(PERFORMANCE_SPACE["pitch"], minimum=48.0, maximum=71.0),)),
)
"""Two octaves, of which one note is sought."""


def searched(
    instrument: Instrument,
    over: View | Joint,
    sought: tuple[Patch, Performance],
    renders: int,
    technique: Technique | None = None,
) -> tuple[Run, Take]:
    """What is found of a sound that the instrument made, when the context says another note; it ends at the sound."""
    target = listen(instrument.render(*sought))
    about = Context(instrument, SHORT, target, seed=1)
    heard: list[float] = []
    made = run(
        Over(over, technique or CmaEs()),
        CloseTo(target.audio),
        about,
        budget=Budget(renders=renders),
        stop=lambda: bool(heard) and max(heard) > -1e-6,
        on_outcome=lambda outcome: heard.append(outcome.score),
    )
    assert made.best[0].take is not None
    return made, made.best[0].take


def note(pitch: int) -> Performance:
    return Performance.one_note(pitch, hold_s=0.2, length_s=0.25)


def test_the_note_alone_is_found() -> None:
    toy = Toy()
    patch = Patch.make(toy.space)
    made, best = searched(toy, Joint(View(toy.space, patch, ()), PITCHES), (patch, note(49)), 120)
    assert best.performance == note(49)
    assert {step.patch for step in made.trace} == {patch.sha256}
    assert "" not in {step.performance for step in made.trace}


def test_the_note_of_a_rack_is_found() -> None:
    with Rack("mono", saw >> lowpass >> amp, workers=1) as rack:
        patch = Patch.make(rack.space)
        _, best = searched(rack, Joint(View(rack.space, patch, ()), PITCHES), (patch, note(50)), 100)
        assert best.performance == note(50)
        assert (best.audio.samples == rack.render(patch, note(50)).samples).all()


def test_patch_and_note_are_found_together() -> None:
    class Near:
        """How near level and note are to 0.12 and 52."""

        def score(self, take: Take) -> dict[str, float]:
            away = abs(take.performance.notes[0].pitch - 52) / 24.0
            return {"near": -away - abs(take.patch.values.get("level", 0.5) - 0.12)}

    toy = Toy()
    joint = Joint(View(toy.space, Patch.make(toy.space), ("level",)), PITCHES)
    made = run(Over(joint, CmaEs()), Near(), Context(toy, SHORT, seed=1), budget=Budget(renders=240))
    best = made.best[0].take
    assert best is not None
    assert best.performance.notes[0].pitch == 52
    assert best.patch.values["level"] == pytest.approx(0.12, abs=0.01)


def test_a_view_is_played_with_the_contexts_performance() -> None:
    toy = Toy()
    sought = Patch.make(toy.space, {"transpose": 5.0})
    view = View(toy.space, Patch.make(toy.space), ("transpose",))
    made, best = searched(toy, view, (sought, SHORT), 150)
    assert (best.patch, best.performance) == (sought, SHORT)
    assert {step.performance for step in made.trace} == {""}


@pytest.mark.parametrize("technique", [Annealing(), LatinHypercube(n=60)])
def test_other_techniques_find_the_note_too(technique: Technique) -> None:
    toy = Toy()
    patch = Patch.make(toy.space)
    _, best = searched(toy, Joint(View(toy.space, patch, ()), PITCHES), (patch, note(66)), 200, technique)
    assert best.performance == note(66)


# The protocol.


def test_two_halves_are_a_whole_however_many_are_asked_for() -> None:
    toy = Toy()
    joint = Joint(View(toy.space, Patch.make(toy.space), ("level",)), PITCHES)
    target = listen(toy.render(Patch.make(toy.space), SHORT))
    about, good = Context(toy, SHORT, target, seed=4), CloseTo(target.audio)
    whole = run(Over(joint, CmaEs()), good, about, budget=Budget(renders=44), batch=8)
    half = run(Over(joint, CmaEs()), good, about, budget=Budget(renders=21), batch=3)
    state = pickle.loads(pickle.dumps(half.state))
    rest = run(Over(joint, CmaEs()), good, about, budget=Budget(renders=23), batch=5, state=state)
    assert half.trace + rest.trace == whole.trace


def test_failures_and_a_part_that_is_never_told_do_not_stop_it() -> None:
    searcher = Over(View(Toy().space, Patch.make(Toy().space), ("level", "transpose")), CmaEs(size=8))
    searcher.start(Context(Toy(), SHORT, seed=2))
    first = searcher.ask(8)
    searcher.tell([Outcome(one, error="crashed") for one in first[:3]])
    again = searcher.ask(8)
    assert [one.patch for one in again] == [one.patch for one in first[3:]]
    searcher.tell([Outcome(one, error="crashed") for one in again])
    assert {one.patch.sha256 for one in searcher.ask(8)}.isdisjoint(one.patch.sha256 for one in first)


def test_it_begins_at_the_base() -> None:
    toy = Toy()
    base = Patch.make(toy.space, {"level": 0.25, "transpose": -7.0})
    searcher = Over(View(toy.space, base, ("level", "transpose")), CmaEs())
    searcher.start(Context(toy, SHORT, seed=2))
    assert searcher.name == "cma-es"
    assert searcher.ask(1)[0].patch == base


@pytest.mark.parametrize(
    "over",
    [
        View(Toy().space, Patch.make(Toy().space), ()),
        Joint(View(Toy().space, Patch.make(Toy().space), ()), Always()),
    ],
)
def test_nothing_to_choose_is_refused(over: View | Joint) -> None:
    with pytest.raises(ParameterError, match="may be chosen, got none"):
        Over(over, CmaEs())
