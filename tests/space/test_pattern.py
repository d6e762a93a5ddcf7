from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.space import Arc, Pattern
from patchpilot.space.hit import Hit


def beats(pattern: Pattern) -> list[float]:
    return [hit.beat for hit in pattern.hits]


def test_steps_are_of_equal_length_and_none_is_a_rest() -> None:
    pattern = Pattern.steps([36, None, (60, 67, 64, 60), 38], bars=2, gate=0.5)
    assert pattern.hits == (Hit(0, (36,), 1), Hit(4, (60, 64, 67), 1), Hit(6, (38,), 1))


@pytest.mark.parametrize(
    ("pulses", "n_steps", "drawn"),
    [(3, 8, "x..x..x."), (4, 16, "x...x...x...x..."), (5, 8, "x.xx.xx."), (8, 8, "xxxxxxxx"), (1, 4, "x...")],
)
def test_euclid_spreads_hits_evenly(pulses: int, n_steps: int, drawn: str) -> None:
    """Up to rotation they are the rhythms of Toussaint's table."""
    hit = {round(beat * n_steps / 4) for beat in beats(Pattern.euclid(pulses, n_steps))}
    ours = "".join("x" if k in hit else "." for k in range(n_steps))
    assert len(hit) == pulses
    assert ours in (drawn + drawn)
    gaps = np.diff([*sorted(hit), min(hit) + n_steps])
    assert np.ptp(gaps) <= 1
    turned = Pattern.euclid(pulses, n_steps, rotation=1)
    assert {(step - 1) % n_steps for step in hit} == {round(beat * n_steps / 4) for beat in beats(turned)}


def test_euclid_plays_its_pitches_in_turn() -> None:
    assert [hit.pitches for hit in Pattern.euclid(3, 8, (40, (50, 52))).hits] == [(40,), (50, 52), (40,)]


def test_repeated_to_whole_and_part_loops() -> None:
    loop = Pattern.steps([36, 38, 40, None])
    assert beats(loop.repeated(2)) == [0, 1, 2, 4, 5, 6]
    assert beats(loop.repeated(1.5)) == [0, 1, 2, 4, 5]
    assert beats(loop.repeated(0.5)) == [0, 1]
    third = Pattern((Hit(0, (36,)),), bars=1 / 3)
    assert beats(third.repeated(1)) == [0, 4 / 3, 8 / 3]
    assert third.repeated(1) == Pattern.steps([36] * 3, gate=0.75)
    assert loop.repeated(2).repeated(8) == loop.repeated(8)


def test_transposed_then_and_over() -> None:
    a, b = Pattern.steps([36, 40]), Pattern.steps([60, 62], bars=0.5)
    assert [hit.pitches for hit in a.transposed(-2).hits] == [(34,), (38,)]
    assert beats(a.then(b)) == [0, 2, 4, 5]
    assert a.then(b).bars == 1.5
    assert beats(b.over(a)) == [0, 0, 1, 2, 2, 3]


def test_swing_delays_every_second_step_and_keeps_the_beats() -> None:
    eighths = Pattern.steps([60] * 8, gate=1.0)
    notes = eighths.swung(2 / 3).notes(60.0)
    np.testing.assert_allclose(
        [n.start_s for n in notes], [0, 2 / 3, 1, 5 / 3, 2, 8 / 3, 3, 11 / 3], atol=1e-5
    )
    np.testing.assert_allclose([n.hold_s for n in notes], [2 / 3, 1 / 3] * 4, atol=1e-5)
    assert [n.start_s for n in eighths.swung(0.6, 0.25).notes(60.0)] == [k / 2 for k in range(8)]
    assert [n.start_s for n in eighths.swung(0.5).notes(60.0)] == [k / 2 for k in range(8)]


def test_accents_go_by_the_place_in_the_bar() -> None:
    pattern = Pattern.steps([60, None, 60, 60]).accented((1.0, 0.2, 0.6, 0.4), 1.0)
    assert [hit.velocity for hit in pattern.hits] == [1.0, 0.6, 0.4]
    triplets = Pattern.steps([60] * 12).accented((0.9, 0.1, 0.2), 1 / 3)
    assert [hit.velocity for hit in triplets.hits] == [0.9, 0.1, 0.2] * 4


def test_a_performance_is_as_long_as_its_bars_and_its_tail() -> None:
    arcs = (Arc("cutoff", ((0, 1), (4, 2))),)
    made = Pattern.steps([(60, 64), 62]).performance(100.0, bars=4, tail_s=0.5, engine_seed=3, arcs=arcs)
    assert made.length_s == pytest.approx(4 * 2.4 + 0.5)
    assert (made.tempo_bpm, made.engine_seed, made.arcs, len(made.notes)) == (100.0, 3, arcs, 12)
    assert [note.start_s for note in made.notes[:4]] == pytest.approx([0, 0, 1.2, 2.4])
    assert [note.pitch for note in made.notes[:4]] == [60, 64, 62, 60]


def test_equal_patterns_have_equal_json_and_it_is_the_pattern_again() -> None:
    one = Pattern((Hit(1 / 3, (60, 55, 60)), Hit(0, (62,), 1, 1)), bars=1).swung(0.6)
    other = Pattern((Hit(0.0, (np.int64(62),), 1.0, 1.0), Hit(1 - 2 / 3, (55, 60))), 1.0, 0.6)  # type: ignore[arg-type]
    assert one == other
    assert json.dumps(one.to_json()) == json.dumps(other.to_json())
    assert one.sha256 == other.sha256 != one.transposed(1).sha256
    assert Pattern.from_json(json.loads(json.dumps(one.to_json()))) == one


@pytest.mark.parametrize("seed", range(5))
def test_random_patterns_survive_json_and_every_note_starts_before_the_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hits = [
        Hit(rng.uniform(0, 8), tuple(rng.integers(0, 128, 3).tolist()), rng.uniform(0, 20), rng.random())
        for _ in range(50)
    ]
    pattern = Pattern(tuple(hits), 2.0, rng.uniform(0.5, 0.8), 0.25)
    assert Pattern.from_json(json.loads(json.dumps(pattern.to_json()))) == pattern
    made = pattern.performance(rng.uniform(30, 300), bars=7)
    assert len(made.notes) >= 3 * 50 * 3


@pytest.mark.parametrize("bars", [0, -1.0, 1e-9, math.nan, math.inf, 1e300])
def test_a_loop_of_no_length_is_refused(bars: float) -> None:
    with pytest.raises(ParameterError, match="expected a loop longer than 0 bars, up to 10000, got"):
        Pattern((Hit(0, (60,)),), bars)
    with pytest.raises(ParameterError, match="than 0 bars, up to 10000"):
        Pattern((Hit(0, (60,)),), 1).repeated(bars)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: Pattern((Hit(4.0, (60,)),)),
            r"before the pattern's end at beat 4 \(1 bars\), got one at beat 4",
        ),
        (lambda: Pattern((), 0.25).swung(0.6, 1.0), "whole pairs of 1 beats, got 1"),
        (lambda: Pattern((), swing=0.9), "expected swing from 0.5 to 0.8"),
        (lambda: Pattern((), swing_beats=math.nan), "of steps longer than 0 beats"),
        (lambda: Hit(math.nan, (60,)), "expected beat of a hit from 0"),
        (lambda: Pattern((), swing_beats=0.0), "of steps longer than 0 beats"),
        (lambda: Pattern.steps([]), "expected at least one step"),
        (lambda: Pattern.euclid(9, 8), "1 <= pulses <= steps"),
        (lambda: Pattern.euclid(3, 8, ()), "at least one pitch"),
        (lambda: Pattern.steps([126]).transposed(2), "MIDI note from 0 to 127, got 128"),
        (lambda: Hit(-1.0, (60,)), "expected beat of a hit from 0 to 40000"),
        (lambda: Hit(0.0, ()), "expected at least one pitch in the hit"),
        (lambda: Hit(0.0, (60,), 1.0, 2.0), "expected a velocity from 0 to 1"),
        (lambda: Pattern(()).performance(), "nothing but rests"),
        (lambda: Pattern.steps([60]).performance(10.0), "tempo from 20 to 300"),
        (
            lambda: Pattern.steps([60]).performance(120.0, bars=61),
            "61 bars at 120 are 122.0 s: expected at most 120",
        ),
        (lambda: Pattern.steps([60]).accented(()), "at least one velocity"),
        (lambda: Pattern.steps([60]).then(Pattern.steps([60]).swung(0.6)), "the same swing"),
        (lambda: Pattern.steps([60] * 64).repeated(1e4), "more than 20000"),
        (lambda: Pattern.from_json({"hits": [{"pitch": 3}]}), "expected the JSON of a pattern"),
        (lambda: Pattern.from_json([]), "expected the JSON of a pattern"),
    ],
)
def test_what_is_no_pattern_is_refused(make: Callable[[], Any], words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        make()
