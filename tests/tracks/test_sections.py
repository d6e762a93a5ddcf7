from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.tracks.energy import energy, kind
from patchpilot.tracks.features import Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.section import Section
from patchpilot.tracks.sections import sections
from tests.tracks.beating import RATE, beat, pad

BPM = 140.0
BAR_S = 4 * 60.0 / BPM


def rough(form: list[tuple[str, int]]) -> Audio:
    """A form as anybody would sketch it: kicks, a pad, noise that rises, and all of it at once."""
    rng = np.random.default_rng(0)
    parts = []
    for label, bars in form:
        n = round(bars * BAR_S * RATE)
        kicks, full = (beat(BPM, bars, bass=bass).samples[0][:n] for bass in (0.0, 0.4))
        held = pad(bars * BAR_S + 1).samples[0][:n]
        rise = np.linspace(0.0, 1.0, n) ** 2 * 0.25 * rng.standard_normal(n)
        silence = np.zeros(n)
        parts.append(
            {
                "intro": 0.7 * kicks,
                "outro": 0.7 * kicks,
                "breakdown": held,
                "buildup": held + rise,
                "drop": full + held,
            }.get(label, silence)
        )
    return Audio(np.concatenate(parts), RATE)


def found(sound: Audio) -> tuple[Section, ...]:
    grid = Grid(BPM, 0.0, 0.0, 4, sound.duration_s)
    listened = Listened(sound)
    return sections(listened, grid, energy(listened, grid))


@pytest.mark.parametrize(
    "form",
    [
        [("intro", 16), ("breakdown", 16), ("buildup", 8), ("drop", 16), ("outro", 8)],
        [("intro", 8), ("drop", 16), ("breakdown", 16), ("buildup", 8), ("drop", 16), ("outro", 8)],
        [("drop", 16), ("breakdown", 8), ("drop", 16)],
    ],
    ids=["once", "twice", "without a buildup"],
)
def test_a_sketched_form_is_found_to_the_bar(form: list[tuple[str, int]]) -> None:
    heard = found(rough(form))
    assert [section.label for section in heard] == [label for label, _ in form]
    starts = np.cumsum([0, *(bars for _, bars in form[:-1])]) * BAR_S
    assert np.abs(np.array([section.start_s for section in heard]) - starts).max() < BAR_S


def test_a_track_of_one_kind_has_one_section() -> None:
    assert len(found(rough([("drop", 32)]))) == 1


def test_there_is_no_form_in_a_few_bars_and_one_without_a_grid() -> None:
    short = Listened(beat(BPM, 4))
    assert sections(short, None, energy(short, None)) == ()
    long = Listened(rough([("breakdown", 16), ("drop", 16)]))
    heard = sections(long, None, energy(long, None))
    assert heard[0].start_s == 0.0
    assert heard[-1].end_s == pytest.approx(long.duration_s)
    assert any(abs(section.start_s - 16 * BAR_S) < 2.5 for section in heard)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((0.29, 0.19, 0.0), "breakdown"),
        ((0.31, 0.19, 0.0), ""),
        ((0.29, 0.21, 0.0), ""),
        ((0.29, 0.19, -0.5), "breakdown"),
        ((0.29, 0.19, 0.03), ""),
        ((0.30, 0.20, 0.03), "buildup"),
        ((0.70, 0.50, 0.03), "buildup"),
        ((0.50, 0.35, 0.01), ""),
        ((0.50, 0.51, 0.03), ""),
        ((0.71, 0.51, 0.0), "drop"),
        ((0.69, 0.51, 0.0), ""),
        ((0.71, 0.49, 0.0), ""),
        ((0.71, 0.51, -0.03), ""),
    ],
)
def test_a_bar_is_judged_by_the_thresholds_at_their_edges(
    values: tuple[float, float, float], expected: str
) -> None:
    assert kind(*values) == expected


def test_curves_say_what_was_played() -> None:
    sound = rough([("breakdown", 8), ("drop", 8)])
    listened = Listened(sound)
    curves = energy(listened, Grid(BPM, 0.0, 0.0, 4, sound.duration_s))
    assert np.mean(curves.kick[:7]) < 0.1 < 0.9 < np.mean(curves.kick[9:])
    assert np.mean(curves.bass[:7]) < 0.2 < 0.5 < np.mean(curves.bass[9:])
    assert curves.slope[8] > 0.1 > abs(curves.slope[3])
    level = [
        10 * np.log10(np.mean(sound.samples[:, round(s * RATE) : round((s + BAR_S) * RATE)] ** 2))
        for s in (3, 20)
    ]
    at = [int(np.searchsorted(curves.edges_s, s + BAR_S / 2)) - 1 for s in (3, 20)]
    assert [curves.level_db[k] for k in at] == pytest.approx(level, abs=1.0)
