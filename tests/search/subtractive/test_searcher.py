from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from patchpilot.audio import Audio, Target, listen
from patchpilot.errors import ParameterError
from patchpilot.experiment.run import run
from patchpilot.instruments.vital.vital import Vital
from patchpilot.matching.match import performance_of
from patchpilot.objectives.closeness import CloseTo
from patchpilot.search.base import Context
from patchpilot.search.resynthesis.envelope import Adsr
from patchpilot.search.subtractive.atoms import Atom, atom_bands
from patchpilot.search.subtractive.fit import fitted
from patchpilot.search.subtractive.model import seen
from patchpilot.search.subtractive.searcher import Subtractive
from patchpilot.search.subtractive.structure import structures
from tests.toy import Toy


@pytest.fixture(scope="module")
def pluck() -> Target:
    """A saw that dies, and whose overtones die faster."""
    t = np.arange(22050) / 44100
    wave = sum(np.sin(2 * np.pi * 220.0 * k * t) / k * np.exp(-t * (4 + k)) for k in range(1, 20))
    return listen(Audio(np.asarray(0.3 * wave, np.float32)[None], 44100))


def context(vital: Vital, target: Target) -> Context:
    return Context(vital, performance_of(target), target)


def test_a_table_is_found_again_and_a_sum_of_two_is_better_told_by_several() -> None:
    drawbars, sync = atom_bands(Atom("Drawbars", 0), 60.0)[16], atom_bands(Atom("Sync", 12), 60.0)[8]
    alone = structures(0.5 * drawbars, 60.0, 1)[0]
    assert alone.distance < 0.1
    best = structures(0.5 * drawbars + 0.1 * sync, 60.0, 200)
    assert best[0].distance < min(one.distance for one in best if len(one.voices) == 1)
    assert len({structure.tables for structure in best}) == len(best)
    assert [s.distance for s in best] == sorted(s.distance for s in best)


def test_fitting_comes_nearer_and_is_the_same_every_time(pluck: Target) -> None:
    from patchpilot.distance.bands import at_common_level, mel_bands

    target = seen(mel_bands(at_common_level(pluck.audio.mono())), pluck.hold_s)
    structure = structures(target.bands[2], float(pluck.note), 1)[0]
    few = fitted(structure, Adsr(), target, float(pluck.note), evaluations=60, seed=0)
    many = fitted(structure, Adsr(), target, float(pluck.note), evaluations=600, seed=0)
    again = fitted(structure, Adsr(), target, float(pluck.note), evaluations=600, seed=0)
    assert many.distance < few.distance
    assert many.values == again.values


def test_it_finds_a_close_patch_of_knobs_only(vital: Vital, pluck: Target) -> None:
    searcher = Subtractive(structures=2, rounds=1, evaluations=400)
    found = run(searcher, CloseTo(pluck.audio), context(vital, pluck))
    assert found.n_renders == 4
    assert -found.best[0].score < 0.6
    for outcome in found.best:
        assert all(vital.is_built_in(asset) for asset in outcome.proposal.patch.assets.values())
        assert "through a filter" in outcome.proposal.detail


def test_a_batch_of_one_finds_the_same_as_a_batch_of_eight(vital: Vital, pluck: Target) -> None:
    def scores(batch: int) -> list[float]:
        searcher = Subtractive(structures=2, rounds=1, evaluations=120)
        found = run(searcher, CloseTo(pluck.audio), context(vital, pluck), batch=batch)
        return [outcome.score for outcome in found.best]

    assert scores(1) == scores(8)


def test_a_search_that_was_put_away_goes_on_as_if_it_had_not(vital: Vital, pluck: Target) -> None:
    def asked(put_away: bool) -> list[str]:
        searcher = Subtractive(structures=2, rounds=1, evaluations=120)
        searcher.start(context(vital, pluck))
        first = searcher.ask(1)
        if put_away:
            state = pickle.loads(pickle.dumps(searcher.state))
            searcher = Subtractive(structures=2, rounds=1, evaluations=120)
            searcher.start(context(vital, pluck))
            searcher.state = state
        return [proposal.patch.sha256 for proposal in [*first, *searcher.ask(8)]]

    assert asked(put_away=True) == asked(put_away=False)


def test_without_a_target_or_with_another_instrument_it_says_what_it_needs(
    vital: Vital, pluck: Target
) -> None:
    with pytest.raises(ParameterError, match="target"):
        Subtractive().start(dataclasses.replace(context(vital, pluck), target=None))
    toy = Toy()
    with pytest.raises(ParameterError, match="toy"):
        Subtractive().start(Context(toy, performance_of(pluck), pluck))
