from __future__ import annotations

import math

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import ParameterError
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.keeping import Keep, Keeping, Kept, Standing
from patchpilot.experiment.run import run
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Outcome, Proposal
from patchpilot.space import Patch
from tests.experiment.toys import PERFORMANCE, Wanderer, context, objective
from tests.toy import Toy

SPACE = Toy().space
RATE = PERFORMANCE.sample_rate


def outcome(score: float, audio: Audio, level: float) -> Outcome:
    patch = Patch.make(SPACE, {"level": level})
    take = Take(patch, PERFORMANCE, audio, "toy 1", Origin("test"))
    return Outcome(Proposal(patch, "test"), take, {"score": score})


def noise(seed: int, tilt: float) -> Audio:
    """Noise whose spectrum falls by a power of the frequency."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(RATE // 2))
    spectrum[1:] /= np.arange(1, len(spectrum)) ** tilt
    wave = np.fft.irfft(spectrum)
    return Audio((0.5 * wave / np.abs(wave).max()).astype(np.float32), RATE)


SINE = Toy().render(Patch.make(SPACE), PERFORMANCE)


def kept(outcomes: list[Outcome], keep: Keep) -> list[Kept]:
    found: list[Kept] = []
    keeping = Keeping(keep, found.append)
    for one in outcomes:
        keeping.batch([one], Standing())
    return found


def test_the_best_up_to_then_are_kept_about_as_often_as_records_fall() -> None:
    scores = np.random.default_rng(0).random(800)
    found = kept(
        [outcome(s, SINE, 0.1 + i / 1000) for i, s in enumerate(scores.tolist())], Keep(best=5, different=0)
    )
    expected = 5 * (1 + math.log(800 / 5))
    assert 0.6 * expected < len(found) < 1.5 * expected
    best = sorted(scores.tolist())[-5:]
    assert set(best) <= {one.outcome.score for one in found}
    assert {one.why for one in found} == {"best"}


def test_different_sounds_are_kept_and_like_ones_are_not() -> None:
    sounds = [noise(0, tilt) for tilt in (0.0, 0.5, 1.0, 1.5, 2.0)]
    outcomes = [outcome(0.0, SINE, 0.2)]
    outcomes += [outcome(-1.0 - i, sounds[i % 5], 0.3 + i / 1000) for i in range(60)]
    found = [one for one in kept(outcomes, Keep(best=1, different=8)) if one.why == "different"]
    assert len(found) == 5
    few = [one for one in kept(outcomes, Keep(best=1, different=3)) if one.why == "different"]
    assert 3 <= len(few) <= 5


def test_faults_and_failures_are_never_different() -> None:
    silence = Audio(np.zeros((1, RATE // 2), np.float32), RATE)
    outcomes = [outcome(1.0, SINE, 0.1), outcome(0.0, silence, 0.2)]
    outcomes.append(Outcome(Proposal(Patch.make(SPACE), "test"), error="crashed"))
    assert [one.why for one in kept(outcomes, Keep(best=1, different=5))] == ["best"]


def test_it_goes_on_from_its_state() -> None:
    rng = np.random.default_rng(1)
    outcomes = [outcome(rng.random(), noise(i, 2 * rng.random()), 0.1 + i / 200) for i in range(30)]
    whole = [one.take.id for one in kept(outcomes, Keep(3, 3))]
    found: list[Kept] = []
    first = Keeping(Keep(3, 3), found.append)
    first.batch(outcomes[:13], Standing())
    second = Keeping(Keep(3, 3), found.append)
    second.state = first.state
    second.batch(outcomes[13:], Standing())
    assert [one.take.id for one in found] == whole


def test_a_run_fills_a_bank_while_it_goes_on() -> None:
    class Sink:
        def __init__(self) -> None:
            self.takes: list[Take] = []

        def append(self, take: Take) -> None:
            self.takes.append(take)

    about, sink = context(Toy()), Sink()
    made = run(Wanderer(), objective(about), about, budget=Budget(40), keep=3, bank=sink)
    assert 3 <= len(sink.takes) < 40
    assert {one.take.id for one in made.best if one.take} <= {take.id for take in sink.takes}


@pytest.mark.parametrize("keep", [(0, 1), (1, -1)])
def test_numbers_out_of_range_are_told(keep: tuple[int, int]) -> None:
    with pytest.raises(ParameterError, match=r"keep.best >= 1 and keep.different >= 0"):
        Keep(*keep)
