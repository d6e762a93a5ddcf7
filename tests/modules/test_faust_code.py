"""A module in Faust: what it is made of, how it plays, and whose line is wrong."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.errors import RackError
from patchpilot.modules.base import Port, choice, knob
from patchpilot.modules.faust_code import FaustModule, faust
from patchpilot.modules.kinds import module_of
from tests.modules.conftest import RATE, play

SCALE = faust(
    "scale",
    "Audio times a number.",
    "*(number * twice) with { twice = 1 + kind; }",
    number=knob(0.5, 0.25, 4.0, octaves=True),
    kind=choice("once", "twice"),
)
TONE = faust(
    "tone",
    "A sine while a key is held.",
    "os.osc(pitch) * gate * velocity * level",
    inputs=("pitch", "gate", "velocity"),
    level=knob(1.0, 0.0, 1.0),
)
SWAPPED = faust("swapped", "Left and right.", "swap", channels=2, definitions="swap(l, r) = r, l;")
LOUDEST = faust("loudest", "A level.", "abs, abs : max", channels=2, control=True)


def test_json_and_back() -> None:
    for module in (SCALE, TONE, SWAPPED, LOUDEST):
        again = module_of(module.to_json())
        assert isinstance(again, FaustModule)
        assert again == module
        assert again.source(frozenset()) == module.source(frozenset())


def test_what_it_is() -> None:
    assert SCALE.inputs == (Port("in"),)
    assert TONE.inputs == (Port("pitch", 1), Port("gate", 1), Port("velocity", 1))
    assert LOUDEST.outputs == (Port("out", 1),)
    assert SCALE.varying == {"number"}
    with pytest.raises(RackError, match="expected at most one audio input, got in, other"):
        faust("two", "Hears two.", "+", inputs=("in", "other"))


def test_parameters_reach_it_in_their_units() -> None:
    audio = np.random.default_rng(0).uniform(-1.0, 1.0, (2, 3000)).astype(np.float32)
    made = play(SCALE, {"in": audio}, {"number": 0.25, "kind": "twice"})
    assert made.shape == (2, 3000)
    assert made == pytest.approx(0.5 * audio, abs=1e-6)


def test_a_moving_parameter_is_exact_to_the_sample() -> None:
    steps = np.where(np.arange(3000) % 7 == 3, 4.0, 0.25)
    made = play(SCALE, {"in": np.ones(3000)}, {"number": steps})
    assert made[1] == pytest.approx(steps, rel=1e-5)


def test_notes_reach_it() -> None:
    made = play(TONE, n_samples=RATE)[0]
    level = np.abs(np.fft.rfft(made))
    assert level.argmax() == pytest.approx(261.6, abs=1.0)  # C4, in Hz, of a second
    assert np.abs(made).max() == pytest.approx(0.8, abs=0.01)


def test_two_channels_and_a_control() -> None:
    audio = np.stack([np.full(1000, 0.25), np.full(1000, -0.75)]).astype(np.float32)
    assert np.array_equal(play(SWAPPED, {"in": audio}), audio[::-1])
    assert np.array_equal(play(LOUDEST, {"in": audio}), np.full((1, 1000), 0.75, np.float32))


@pytest.mark.parametrize(
    ("expression", "definitions", "said"),
    [
        ("fi.lowpas(2, 1000)", "", r"module wrong: .*lowpas"),
        ("*(", "", r"module wrong: .*syntax error.*, in line \d+: .*\*\("),
        ("helped", "fine = 1;\nhelped = *(1;", r"syntax error.*, in line 3: helped = \*\(1;"),
        ("_, _ : _", "", "module wrong: "),
    ],
)
def test_a_mistake_is_shown_with_its_line(expression: str, definitions: str, said: str) -> None:
    wrong = faust("wrong", "Has a mistake.", expression, definitions=definitions)
    with pytest.raises(RackError, match=said):
        play(wrong, {"in": np.zeros(10)})
