"""Each feature moves with what it is called after, and hardly with anything else."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from patchpilot.audio import F64
from patchpilot.words.ear import Ear
from patchpilot.words.features import BY_NAME, FEATURES, NAMES, heard_steps, room
from tests.words.toys import HELD_S, LENGTH_S, PERFORMANCE, RATE, Wave, audio, enveloped, noise, partials

T = np.arange(round(LENGTH_S * RATE)) / RATE


def plain(**options: float) -> Wave:
    return enveloped(partials(**options))  # type: ignore[arg-type]


def trembling(hz: float, depth: float) -> Wave:
    return enveloped(partials() * (1.0 + depth * np.sin(2.0 * np.pi * hz * T)))


def wide(amount: float) -> Wave:
    side = amount * partials(221.0)
    return enveloped(np.stack([partials() + side, partials() - side]))


PAIRS: dict[str, tuple[Callable[[], Wave], Callable[[], Wave]]] = {
    "brightness": (lambda: plain(tilt=1.5), lambda: plain(tilt=0.8)),
    "presence": (lambda: plain(tilt=1.5), lambda: plain(tilt=0.8)),
    "low": (lambda: plain(tilt=0.8), lambda: plain(tilt=1.5)),
    "fullness": (lambda: plain(n=3), lambda: plain(n=40)),
    "hollowness": (plain, lambda: plain(even=0.3)),
    "noise": (plain, lambda: enveloped(partials() + 0.05 * noise())),
    "roughness": (plain, lambda: trembling(70.0, 0.6)),
    "attack": (plain, lambda: enveloped(partials(), attack_s=0.15)),
    "punch": (plain, lambda: enveloped(partials() * (1.0 + 2.0 * np.exp(-T / 0.08)))),
    "sustain": (lambda: enveloped(partials(), decay_s=0.15), plain),
    "length": (lambda: enveloped(partials(), decay_s=0.05), plain),
    "tail": (plain, lambda: enveloped(partials(), release_s=0.3)),
    "movement": (plain, lambda: trembling(5.0, 0.5)),
    "width": (lambda: wide(0.0), lambda: wide(0.3)),
}


def steps_between(before: Wave, after: Wave) -> dict[str, float]:
    ear = Ear(audio(before), PERFORMANCE)
    steps = heard_steps(ear(audio(after))) - heard_steps(ear(audio(before)))
    return dict(zip(NAMES, steps.tolist(), strict=True))


@pytest.mark.parametrize("name", PAIRS)
def test_a_feature_rises_with_what_it_is_called_after(name: str) -> None:
    before, after = PAIRS[name]
    assert steps_between(before(), after())[name] >= 2.0


@pytest.mark.parametrize("name", ["hollowness", "noise", "roughness", "attack", "tail", "movement", "width"])
def test_most_others_hold_meanwhile(name: str) -> None:
    before, after = PAIRS[name]
    steps = steps_between(before(), after())
    others = [abs(steps[one]) <= 2.0 for one in NAMES if one not in (name, *BY_NAME[name].companions)]
    assert np.mean(others) >= 0.8, steps


def test_level_alone_moves_loudness_alone() -> None:
    ear = Ear(audio(plain()), PERFORMANCE)
    steps = heard_steps(ear(audio(plain(), 0.025))) - heard_steps(ear(audio(plain(), 0.05)))
    assert steps[NAMES.index("loudness")] == pytest.approx(-6.0, abs=0.1)
    assert np.abs(np.delete(steps, NAMES.index("loudness"))).max() < 0.1


def test_plain_decay_is_no_movement() -> None:
    steps = steps_between(plain(), enveloped(partials(), decay_s=0.3))
    assert abs(steps["movement"]) < 1.0
    assert steps["sustain"] < -2.0


@pytest.mark.parametrize("wave", [0.0 * partials(), noise(), 1e-6 * partials(), np.eye(1, 44100)[0]])
def test_whatever_it_hears_is_finite(wave: Wave) -> None:
    found = Ear(audio(wave), PERFORMANCE)(audio(wave))
    assert found.shape == (len(FEATURES),)
    assert np.isfinite(found).all()
    assert np.isfinite(heard_steps(found)).all()


def test_room_ends_where_ears_do() -> None:
    values: F64 = np.array([feature.low for feature in FEATURES])
    fall, rise = room(values)
    assert not fall.any()
    assert (rise > 4.0).all()
    np.testing.assert_array_equal(heard_steps(values - 1.0), heard_steps(values))


def test_values_are_shown_as_people_read_them() -> None:
    assert BY_NAME["attack"].text(np.log2(0.025)) == "20 ms"
    assert BY_NAME["length"].text(1.0) == "2.00 s"
    assert BY_NAME["brightness"].text(-1.234) == "-1.23 octaves re 1 kHz"
    assert HELD_S < LENGTH_S
