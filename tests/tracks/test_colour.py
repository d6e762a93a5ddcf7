from __future__ import annotations

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.space.key import Key
from patchpilot.tracks.balance import balances
from patchpilot.tracks.features import BANDS_HZ, Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.key import key, relative
from patchpilot.tracks.section import Section
from tests.tracks.beating import RATE

SECONDS = 8


def noise(seed: int) -> np.ndarray:
    return 0.1 * np.random.default_rng(seed).standard_normal(SECONDS * RATE)


def chords(roots: list[tuple[int, str]], seconds: float = 2.0, rounds: int = 3) -> Audio:
    """Triads with a bass below them."""
    t = np.arange(round(seconds * RATE)) / RATE
    sound = []
    for root, scale in roots * rounds:
        third = 3 if scale == "minor" else 4
        pitches = (36 + root % 12, *(60 + (root + step) % 12 for step in (0, third, 7)))
        sound.append(sum(np.sin(2 * np.pi * 440 * 2 ** ((pitch - 69) / 12) * t) for pitch in pitches))
    return Audio(0.1 * np.concatenate(sound), RATE)


@pytest.mark.parametrize("more_db", [-12.0, 0.0, 3.0, 9.0])
def test_a_band_stands_out_by_what_it_is_louder(more_db: float) -> None:
    t = np.arange(SECONDS * RATE) / RATE
    louder = 10 ** (more_db / 20)
    sound = 0.1 * np.sin(2 * np.pi * 100 * t) + 0.1 * louder * np.sin(2 * np.pi * 1000 * t)
    balance = balances(Listened(Audio(sound, RATE)), ())[0]
    levels = dict(zip(BANDS_HZ, balance.bands_db, strict=True))
    low_hz = min(BANDS_HZ, key=lambda hz: abs(hz - 100.0))
    assert levels[1000.0] - levels[low_hz] == pytest.approx(more_db, abs=0.2)
    assert balance.level_db == pytest.approx(10 * np.log10(np.mean(sound**2)), abs=0.1)


def test_width_is_the_part_of_the_side() -> None:
    mono, wide = noise(1), np.stack([noise(1), noise(2)])
    apart = Listened(Audio(wide, RATE))
    both = balances(apart, ())[0]
    assert both.width[20] == pytest.approx(0.5, abs=0.05)
    assert both.correlation[20] == pytest.approx(0.0, abs=0.1)
    same = balances(Listened(Audio(np.stack([mono, mono]), RATE)), ())[0]
    assert same.width[20] == pytest.approx(0.0, abs=1e-6)
    assert same.correlation[20] == pytest.approx(1.0)
    turned = balances(Listened(Audio(np.stack([mono, -mono]), RATE)), ())[0]
    assert turned.width[20] == pytest.approx(1.0)


def test_each_section_has_the_balance_of_its_own_time() -> None:
    t = np.arange(4 * RATE) / RATE
    sound = np.concatenate([0.3 * np.sin(2 * np.pi * 63 * t), 0.3 * np.sin(2 * np.pi * 4000 * t)])
    _, (first, second) = balances(
        Listened(Audio(sound, RATE)), [Section("intro", 0.0, 3.9), Section("drop", 4.1, 8.0)]
    )
    assert BANDS_HZ[int(np.argmax(first.bands_db))] == pytest.approx(63.0, rel=0.02)
    assert BANDS_HZ[int(np.argmax(second.bands_db))] == pytest.approx(4000.0, rel=0.02)


@pytest.mark.parametrize("root", [0, 3, 9])
def test_the_key_is_that_of_the_chords(root: int) -> None:
    minor = key(
        Listened(chords([(root, "minor"), (root + 5, "minor"), (root + 7, "minor"), (root, "minor")])), None
    )
    major = key(
        Listened(chords([(root, "major"), (root + 5, "major"), (root + 7, "major"), (root, "major")])), None
    )
    assert minor is not None
    assert major is not None
    assert minor.name == str(Key(root))
    assert major.name == str(Key(root, "major"))
    assert set(minor.by_profile) == {"krumhansl", "edma", "edmm"}


def test_where_chords_go_round_the_bass_says_which_relative_it_is_and_doubt_is_told() -> None:
    sound = chords([(9, "minor"), (5, "major"), (0, "major"), (7, "major")], seconds=60 / 35)  # i VI III VII
    found = key(Listened(sound), Grid(140.0, 0.0, 0.0, 4, sound.duration_s))
    assert found is not None
    assert found.name == "A minor"
    assert found.relative == "C major"
    assert found.is_ambiguous


def test_noise_has_no_key() -> None:
    assert key(Listened(Audio(np.zeros(3 * RATE) + 1e-3 * (np.arange(3 * RATE) % 2), RATE)), None) is None


def test_relatives_are_each_others() -> None:
    for root in range(12):
        for scale in ("major", "minor"):
            other = relative(Key(root, scale))
            assert relative(other) == Key(root, scale)
            assert other.tones == Key(root, scale).tones
