"""Objectives that judge one take by itself: valid, playable, liked."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError, ParameterError
from patchpilot.instruments.take import Origin, Take
from patchpilot.objectives.liked import Liked
from patchpilot.objectives.playability import Playable
from patchpilot.objectives.validity import Valid
from patchpilot.space import Patch, Performance
from tests.audio.tones import sine
from tests.objectives.takes import take_of
from tests.toy import Toy


class Picky(Toy):
    """A toy that crashes above C6, and is silent when it is hit softly."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        note = performance.notes[0]
        if note.pitch > 84:
            raise EngineError("the toy crashed")
        return audio if note.velocity > 0.5 else Audio(np.zeros_like(audio.samples), audio.sample_rate)


class Noting(Toy):
    """A toy that remembers its keys."""

    def __init__(self) -> None:
        super().__init__()
        self.pitches: list[int] = []

    def render(self, patch: Patch, performance: Performance) -> Audio:
        self.pitches.append(performance.notes[0].pitch)
        return super().render(patch, performance)


class Deaf(Toy):
    """A toy that plays the same note on every key."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        return super().render(patch, Performance.one_note(64, length_s=performance.length_s))


def _played(toy: Toy, pitch: int = 60) -> Take:
    patch = Patch.make(toy.space, {"level": 0.5})
    performance = Performance.one_note(pitch, hold_s=0.5, length_s=0.6)
    return Take(patch, performance, toy.render(patch, performance), "toy 1", Origin("test"))


def test_what_is_no_sound_loses_one() -> None:
    tone = sine(220)
    good = Take(Patch.make(Toy().space), Performance(), tone, "toy 1", Origin("test"))
    assert Valid().score(good) == {"valid": 0.0}
    assert Valid(quietest_db=0.0).score(good) == {"valid": -1.0}
    assert Valid().score(take_of(np.zeros(1000))) == {"valid": -1.0}


def test_a_patch_that_plays_everywhere_is_playable_and_is_played_once() -> None:
    toy = Toy()
    take, playable = _played(toy), Playable(toy)
    before = toy.rendered
    assert playable.score(take) == {"playable": 1.0}
    assert toy.rendered - before == 6
    assert playable.score(_played(toy)) == {"playable": 1.0}
    assert toy.rendered - before == 7  # the take alone: the share is known


def test_keys_that_crash_and_velocities_that_are_silent_count_against_it() -> None:
    toy = Picky()
    assert Playable(toy).score(_played(toy, 72)) == {"playable": pytest.approx(4 / 6)}  # +24, and soft


def test_a_patch_that_ignores_the_key_is_out_of_tune() -> None:
    toy = Deaf()
    share = Playable(toy, intervals=(7, -7), velocities=(1.0,)).score(_played(toy, 64))
    assert share == {"playable": pytest.approx(1 / 3)}


def test_notes_stay_on_the_keyboard() -> None:
    toy = Noting()
    take = _played(toy, 110)
    Playable(toy, intervals=(24, -24, 5), velocities=()).score(take)
    assert sorted(toy.pitches[1:]) == [86, 115, 122]  # an octave instead of two


def test_nothing_to_play_is_refused() -> None:
    with pytest.raises(ParameterError, match="intervals"):
        Playable(Toy(), intervals=(), velocities=())
    with pytest.raises(ParameterError, match="velocities from 0 to 1"):
        Playable(Toy(), velocities=(64.0,))


class Sure:
    def belief(self, take: Take) -> tuple[float, float]:  # noqa: ARG002
        return 0.7, 0.2


def test_liked_is_the_predicted_vote_and_curiosity_adds_its_doubt() -> None:
    take = take_of([1.0])
    assert Liked(Sure()).score(take) == {"liked": 0.7}
    assert Liked(Sure(), curiosity=0.5).score(take) == {"liked": 0.7, "curious": pytest.approx(0.1)}
    with pytest.raises(ParameterError, match="curiosity"):
        Liked(Sure(), curiosity=-1.0)
