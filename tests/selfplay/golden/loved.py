"""Sounds whose truth is known: a loop at a known tempo, single notes, and files that are no sounds."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, save
from tests.audio.tones import SAMPLE_RATE, harmonics, silence


def loop(bpm: float = 120.0, bars: int = 2) -> Audio:
    """A kick on every beat and a click on every off-beat eighth."""
    beat = round(60.0 / bpm * SAMPLE_RATE)
    y = np.zeros(4 * bars * beat, np.float32)
    rng = np.random.default_rng(0)
    t = np.arange(beat // 3) / SAMPLE_RATE
    kick = np.sin(2 * np.pi * (50 * t + 6 * (1 - np.exp(-30 * t)))) * np.exp(-12 * t)
    click = 0.4 * rng.standard_normal(len(t)) * np.exp(-80 * t)
    for k in range(4 * bars):
        y[k * beat : k * beat + len(t)] += 0.8 * kick.astype(np.float32)
        half = k * beat + beat // 2
        y[half : half + len(t)] += click.astype(np.float32)[: len(y) - half]
    return Audio(y, SAMPLE_RATE)


def note(hz: float, seed: int = 0) -> Audio:
    """One plucked note."""
    tone = harmonics(hz, {k: 1.0 / k**1.2 for k in range(1, 8 + seed)}, seconds=0.8)
    return Audio(tone.samples * np.exp(-4.0 * np.arange(len(tone)) / SAMPLE_RATE), SAMPLE_RATE)


def folder(place: Path) -> Path:
    """A loop, two notes, one of them twice, and garbage."""
    (place / "deep").mkdir(parents=True)
    save(loop(), place / "loop.wav")
    save(note(110.0), place / "deep" / "a.wav")
    save(note(220.0, seed=6), place / "b.wav")
    save(Audio(0.3 * note(110.0).samples, SAMPLE_RATE), place / "quieter.wav")
    save(silence(), place / "silent.wav")
    (place / "words.wav").write_text("these are words\n")
    (place / "empty.flac").touch()
    (place / "readme.txt").write_text("not worth a remark")
    (place / ".hidden.wav").write_text("nor this")
    return place
