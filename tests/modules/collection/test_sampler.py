"""The sample player: pitch, direction, loops, and that it is the very sample where nothing is turned."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import RackError
from patchpilot.modules.base import spoken
from patchpilot.modules.collection.granular import granulator
from patchpilot.modules.collection.sampler import player
from patchpilot.modules.function import FunctionModule
from patchpilot.modules.notes import CONTROLS
from patchpilot.modules.sounds import sound
from patchpilot.space import Note
from patchpilot.space.assets import Asset
from tests.modules.collection.spectra import amplitude, hertz, spectrum
from tests.modules.conftest import RATE, context

Floats = npt.NDArray[np.float64]
LONG = (Note(60, 0.8, 0.0, 10.0),)


def noise(n: int, rate: int = RATE, channels: int = 1) -> Audio:
    return Audio(np.random.default_rng(1).uniform(-0.5, 0.5, (channels, n)), rate)


def sine(frequency_hz: float, seconds: float = 1.0, rate: int = RATE) -> Audio:
    return Audio(0.5 * np.sin(2.0 * np.pi * frequency_hz * np.arange(round(seconds * rate)) / rate), rate)


def plays(
    module: FunctionModule,
    audio: Audio | None,
    *,
    notes: tuple[Note, ...] = LONG,
    n: int = RATE,
    seed: int = 0,
    **values: Any,
) -> Floats:
    """What it makes of a sound, float64 (2, n), at a level of 1."""
    assets = dict(module.assets) if audio is None else {"sample": sound(audio)}
    at = replace(context(n, notes=notes, seed=seed), assets=assets)
    known = {p.name: spoken(p, p.default) for p in module.parameters} | {"level": 1.0} | values
    return np.asarray(module(CONTROLS["pitch"](at), CONTROLS["gate"](at), **known, context=at), np.float64)


def peak_hz(made: Floats) -> float:
    frequencies, level = spectrum(made)
    return float(frequencies[level.argmax()])


def test_at_its_root_it_is_the_sample_itself() -> None:
    given = noise(3000, channels=2)
    made = plays(player, given, root=60.0)
    assert np.array_equal(made[:, :3000], given.samples.astype(np.float64))
    assert not made[:, 3016:].any()


@pytest.mark.parametrize(("note", "rate"), [(60, RATE), (67, RATE), (48, RATE), (72, 22050), (60, 48000)])
def test_it_follows_the_note_whatever_the_sample_rate(note: int, rate: int) -> None:
    made = plays(player, sine(hertz(60), 3.0, rate), notes=(Note(note, 0.8, 0.0, 10.0),))
    assert peak_hz(made[0]) == pytest.approx(hertz(note), abs=1.0)
    assert amplitude(made[0, 2000:-2000], hertz(note)) == pytest.approx(0.5, rel=0.01)


def test_it_may_leave_the_note_alone_and_be_tuned() -> None:
    made = plays(
        player, sine(400.0, 3.0), notes=(Note(84, 0.8, 0.0, 10.0),), follow="nothing", semitones=12.0
    )
    assert peak_hz(made[0]) == pytest.approx(800.0, abs=1.0)


def test_what_would_alias_is_left_out() -> None:
    made = plays(player, sine(15_000.0, 3.0), notes=(Note(72, 0.8, 0.0, 10.0),))
    assert 20.0 * np.log10(np.abs(made[0, 2000:30_000]).max() / 0.5) < -70.0
    kept = plays(player, sine(8_000.0, 3.0), notes=(Note(72, 0.8, 0.0, 10.0),))
    assert amplitude(kept[0, 2000:30_000], 16_000.0) == pytest.approx(0.5, rel=0.02)


def test_part_and_direction() -> None:
    given = noise(8000)
    forward = plays(player, given, start=0.25, end=0.75)
    backward = plays(player, given, start=0.75, end=0.25, reverse="on")
    inner = slice(100, 3900)  # the edges fade
    assert np.array_equal(forward[0, inner], given.samples[0, 2000:6000][inner])
    assert np.array_equal(backward[0, inner], given.samples[0, 5999:1999:-1][inner])
    assert not forward[:, 4020:].any()


@pytest.mark.parametrize(
    ("loop", "order"), [("forward", range(1000, 2000)), ("there and back", range(1999, -1, -1))]
)
def test_loops_go_on_as_they_say(loop: str, order: range) -> None:
    given = noise(2000)
    made = plays(player, given, loop=loop, loop_start=0.5 if loop == "forward" else 0.0, crossfade_ms=0.0)
    assert np.array_equal(made[0, :2000], given.samples[0])
    assert np.array_equal(made[0, 2000 : 2000 + len(order)], given.samples[0, list(order)])
    assert made[0, -1000:].any()


def test_a_crossfaded_loop_does_not_click() -> None:
    given = sine(437.3, 0.5)
    jumps = [
        np.abs(np.diff(plays(player, given, loop="forward", crossfade_ms=ms)[0])).max() for ms in (0.0, 50.0)
    ]
    usual = np.abs(np.diff(given.samples[0])).max()
    assert jumps[0] > 3.0 * usual
    assert jumps[1] < 1.1 * usual


def test_a_note_ends_the_one_before_and_a_key_that_is_let_go_fades() -> None:
    given = noise(RATE)
    notes = (Note(60, 0.8, 0.0, 0.55), Note(60, 0.8, 0.5, 0.1))
    made = plays(player, given, notes=notes, release_ms=60.0)
    second = round(0.5 * RATE)
    after = second + 200  # past the choke
    assert np.array_equal(made[0, after : second + 4000], given.samples[0, 200:4000])
    assert np.abs(made[0, second + round(0.2 * RATE) :]).max() < 1e-2
    whole = plays(player, given, notes=notes, plays="to its end")
    assert np.array_equal(whole[0, after:], given.samples[0, 200 : RATE - second])


def test_a_slot_holds_a_sound_from_the_start_and_says_what_it_expects() -> None:
    assert peak_hz(plays(player, None)[0]) == pytest.approx(hertz(60), abs=3.0)
    with pytest.raises(RackError, match=r"sample: expected a sound.*wavetable"):
        replace(context(10), assets={"sample": Asset("wavetable", "{}")}).sound("sample")


def test_grains_keep_the_pitch_and_follow_the_note() -> None:
    made = plays(
        granulator, sine(hertz(60), 2.0), notes=(Note(64, 0.8, 0.0, 10.0),), detune_cents=0.0, size_ms=200.0
    )
    assert peak_hz(made[0]) == pytest.approx(hertz(64), abs=4.0)


def test_grains_are_read_around_the_position() -> None:
    halves = np.concatenate([sine(500.0).samples[0], sine(2000.0).samples[0]])
    for position, frequency in ((0.2, 500.0), (0.8, 2000.0)):
        made = plays(granulator, Audio(halves, RATE), position=position, spray=0.05)
        assert peak_hz(made[0]) == pytest.approx(frequency, abs=20.0)


def test_grains_come_as_densely_as_asked_and_last_as_long() -> None:
    ones = Audio(np.ones(RATE), RATE)
    made = plays(granulator, ones, density_hz=10.0, size_ms=20.0, jitter=0.0, spread=0.0, position=0.5)
    sounds = np.abs(made[0]) > 0.05
    assert int((np.diff(sounds.astype(int)) == 1).sum()) == 10
    assert sounds.mean() == pytest.approx(10 * 0.02 * 0.85, rel=0.05)


def test_dense_grains_are_about_as_loud_as_few() -> None:
    loud = [plays(granulator, noise(RATE), density_hz=d, n=2 * RATE).std() for d in (25.0, 100.0)]
    assert loud[1] == pytest.approx(loud[0], rel=0.25)


def test_seeds_of_grains_are_heard_and_a_longer_performance_begins_alike() -> None:
    given = noise(RATE)
    same = [plays(granulator, given, seed=seed) for seed in (3, 3, 4)]
    assert np.array_equal(same[0], same[1])
    assert not np.array_equal(same[0], same[2])
    assert granulator.is_random
    assert np.array_equal(plays(granulator, given, n=2 * RATE, seed=3)[:, :RATE], same[0])
