from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest

from patchpilot.audio import Audio, Target, listen
from patchpilot.errors import ParameterError
from patchpilot.experiment.run import run
from patchpilot.instruments.vital.vital import Vital
from patchpilot.objectives.closeness import CloseTo, performance_of
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


RATE = 44100


def tone(hz: float, seconds: float, dying: float = 0.0) -> np.ndarray:
    t = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(0.3 * np.sin(2 * np.pi * hz * t) * np.exp(-dying * t))


def noise(seconds: float) -> np.ndarray:
    return np.random.default_rng(0).normal(0.0, 0.1, round(seconds * RATE))


def context(vital: Vital, target: Target) -> Context:
    return Context(vital, performance_of(target), target)


def test_a_table_is_found_again_and_a_sum_of_two_is_better_told_by_several() -> None:
    drawbars, sync = atom_bands(Atom("Drawbars", 0), 60.0)[16], atom_bands(Atom("Sync", 12), 60.0)[8]
    alone = structures(0.5 * drawbars, 60.0, 1)[0]
    assert alone.distance < 0.1
    best = structures(0.5 * drawbars + 0.1 * sync, 60.0, 200)
    assert best[0].distance < min(one.distance for one in best if len(one.voices) == 1)
    assert len({structure.atoms for structure in best}) == len(best)
    assert [s.distance for s in best] == sorted(s.distance for s in best)


def test_there_is_no_structure_where_no_oscillator_reaches_the_sound() -> None:
    rumble = np.zeros(96, np.float32)
    rumble[:3] = 1.0
    assert structures(rumble, 127.0, 10) == []
    assert structures(np.zeros(96, np.float32), 60.0, 10) == []
    assert structures(rumble, 30.0, 10) != []


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


@pytest.mark.parametrize(
    ("sound", "note"),
    [
        pytest.param(tone(440.0, 0.02), None, id="as short as can be"),
        pytest.param(noise(0.02), None, id="short, without a pitch"),
        pytest.param(noise(0.3), None, id="without a pitch"),
        pytest.param(tone(220.0, 12.0, dying=0.1), None, id="as long as can be"),
        pytest.param(tone(60.0, 0.3), 0, id="on the lowest key"),
        pytest.param(tone(9000.0, 0.3), 127, id="on the highest key"),
        pytest.param(np.concatenate([tone(440.0, 0.05), 1e-6 * noise(0.5)]), None, id="a tail of nothing"),
    ],
)
def test_unusual_sounds_get_patches_too(vital: Vital, sound: np.ndarray, note: int | None) -> None:
    target = listen(Audio(np.asarray(sound, np.float32)[None], RATE), note=note)
    searcher = Subtractive(structures=1, rounds=1, evaluations=120)
    found = run(searcher, CloseTo(target.audio), context(vital, target))
    assert [step.error for step in found.trace] == ["", ""]
    assert np.isfinite(found.best[0].score)
    assert np.isfinite(found.best[0].proposal.patch.values["filter_1_cutoff"])


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


@pytest.mark.parametrize("wrong", [{"structures": 0}, {"rounds": -1}, {"evaluations": 119}])
def test_numbers_out_of_their_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ParameterError, match=f"got .*{next(iter(wrong.values()))}"):
        Subtractive(**wrong)


def test_without_a_target_or_with_another_instrument_it_says_what_it_needs(
    vital: Vital, pluck: Target
) -> None:
    with pytest.raises(ParameterError, match="target"):
        Subtractive().start(dataclasses.replace(context(vital, pluck), target=None))
    toy = Toy()
    with pytest.raises(ParameterError, match="toy"):
        Subtractive().start(Context(toy, performance_of(pluck), pluck))
