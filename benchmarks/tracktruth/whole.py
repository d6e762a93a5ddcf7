"""Whole tracks of known form, tempo, phase and key, arranged from a bar of each instrument.

audio, truth = track_of(CLASSIC, 138.0, Key.parse("A minor"), seed=1)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from patchpilot.audio import F64, Audio
from patchpilot.modules import beat_ducker, ladder, limiter, noise
from patchpilot.space import Note
from patchpilot.space.key import Key
from patchpilot.tracks import Section
from tracktruth.desk import RATE, context_of, played
from tracktruth.parts import Parts, parts_of

Form = Sequence[tuple[str, int]]
"""Sections in order: what each is, and how many bars it lasts."""
CLASSIC: Form = (
    ("intro", 32), ("breakdown", 16), ("buildup", 8), ("drop", 32),
    ("breakdown", 24), ("buildup", 8), ("drop", 32), ("outro", 24),
)  # fmt: skip
SHORT: Form = (("intro", 8), ("breakdown", 16), ("buildup", 8), ("drop", 16), ("outro", 8))
FORMS: tuple[Form, ...] = (
    CLASSIC,
    (("intro", 16), ("drop", 16), ("breakdown", 16), ("buildup", 16), ("drop", 32), ("outro", 16)),
    (("intro", 24), ("breakdown", 32), ("buildup", 16), ("drop", 32), ("outro", 32)),
    (("intro", 16), ("breakdown", 8), ("buildup", 8), ("drop", 16), ("breakdown", 16), ("drop", 32), ("outro", 16)),
    (
        ("drop", 16), ("breakdown", 16), ("buildup", 8), ("drop", 32),
        ("breakdown", 24), ("buildup", 16), ("drop", 16), ("outro", 16),
    ),
)  # fmt: skip
"""What tracks are drawn from; the last two without a buildup before a drop, and without an intro."""


@dataclass(frozen=True)
class Truth:
    """What is known of a made-up track.

    Attributes:
        bpm: beats a minute.
        first_beat_s: where its first bar begins, s.
        beats_per_bar: in a bar.
        key: of all chords.
        sections: from the first bar on, to the end of the last; what rings after it is not counted.
    """

    bpm: float
    first_beat_s: float
    beats_per_bar: int
    key: Key
    sections: tuple[Section, ...]


def track_of(
    form: Form, bpm: float, key: Key, seed: int, *, beats: int = 4, first_beat_s: float | None = None
) -> tuple[Audio, Truth]:
    """A track and what is true of it.

    Args:
        form: its sections.
        bpm: beats a minute.
        key: of all chords.
        seed: of sounds, patterns and arrangement.
        beats: in a bar.
        first_beat_s: where the music begins; drawn from half a second where None.
    """
    rng = np.random.default_rng([seed, 7])
    parts = parts_of(rng, bpm, key, beats)
    first_s = float(rng.uniform(0.0, 0.5)) if first_beat_s is None else first_beat_s
    arranged = Arrangement(rng, parts, bpm, beats, first_s, sum(bars for _, bars in form))
    sections = []
    bar = 0
    for label, bars in form:
        arranged.section(label, bar, bars)
        sections.append(Section(label, arranged.at_s(bar), arranged.at_s(bar + bars)))
        bar += bars
    return arranged.audio(), Truth(bpm, first_s, beats, key, tuple(sections))


class Arrangement:
    """A track that sections are written into."""

    def __init__(
        self, rng: np.random.Generator, parts: Parts, bpm: float, beats: int, first_s: float, bars: int
    ) -> None:
        self.rng, self.parts, self.bpm, self.beats, self.first_s = rng, parts, bpm, beats, first_s
        n = round((self.at_s(bars) + 1.5) * RATE)
        self.drums, self.music = np.zeros((2, n)), np.zeros((2, n))
        self.pumps = bool(rng.random() < 0.7)
        self.pump_db = float(rng.uniform(4.0, 14.0))
        self.kick_db, self.bass_db = float(rng.uniform(-5.0, -1.0)), float(rng.uniform(-2.0, 2.0))
        self.atmospheric, self.filtered = bool(rng.random() < 0.3), bool(rng.random() < 0.5)

    def at_s(self, bar: float) -> float:
        """When a bar begins, s."""
        return self.first_s + bar * self.beats * 60.0 / self.bpm

    def section(self, label: str, bar: int, bars: int) -> None:
        """Write one section."""
        getattr(self, label)(bar, bars)
        if label in ("drop", "breakdown", "outro") and bar > 0:
            self.put(self.drums, self.parts.crash, bar, -14.0)

    def put(self, track: F64, sound: F64, bar: float, level_db: float) -> None:
        """Add a sound where a bar, or a part of one, begins."""
        start = round(self.at_s(bar) * RATE)
        n = min(sound.shape[1], track.shape[1] - start)
        track[:, start : start + n] += sound[:, :n] * 10.0 ** (level_db / 20.0)

    def beat(self, bar: int, bars: int, sound: F64, beats: Sequence[float], level_db: float) -> None:
        """A stroke on the same beats of some bars."""
        for number in range(bar, bar + bars):
            for beat in beats:
                if beat < self.beats:
                    self.put(self.drums, sound, number + beat / self.beats, level_db)

    def kicks(self, bar: int, bars: int, level_db: float = 0.0) -> None:
        """A kick on each beat."""
        self.beat(bar, bars, self.parts.kick, range(self.beats), self.kick_db + level_db)

    def hats(self, bar: int, bars: int, level_db: float = 0.0) -> None:
        """A hat between the beats, and quiet ones on all sixteenths."""
        self.beat(bar, bars, self.parts.hat, [k + 0.5 for k in range(self.beats)], -13.0 + level_db)
        self.beat(bar, bars, self.parts.ride, [k / 4 for k in range(4 * self.beats)], -24.0 + level_db)

    def claps(self, bar: int, bars: int) -> None:
        """A clap on every second beat; in waltz time on the second and third."""
        self.beat(bar, bars, self.parts.clap, (1, 3) if self.beats == 4 else (1, 2), -9.0)

    def chords(self, name: str, bar: int, bars: int, level_db: float, rise_db: float = 0.0) -> None:
        """A bar of each chord in turn, which may become louder."""
        sounds = getattr(self.parts, name)
        for k in range(bars):
            self.put(self.music, sounds[(bar + k) % 4], bar + k, level_db + rise_db * (k + 1) / bars)

    def intro(self, bar: int, bars: int) -> None:
        """A beat that fills up; sometimes out of a pad."""
        half = bars // 2
        if self.atmospheric:
            self.chords("pad", bar, half, -10.0)
            self.kicks(bar + half, bars - half, -2.0)
        else:
            self.kicks(bar, bars, -2.0)
        self.hats(bar + half // 2, bars - half // 2, -2.0)
        self.chords("bass", bar + half, bars - half, self.bass_db - 4.0)

    def breakdown(self, bar: int, bars: int) -> None:
        """Pads without a beat, then a pluck or the lead."""
        half = bars // 2
        self.chords("pad", bar, bars, -8.0)
        self.chords("pluck" if self.rng.random() < 0.5 else "lead", bar + half, bars - half, -14.0)

    def buildup(self, bar: int, bars: int) -> None:
        """Louder and brighter: a snare that doubles its pace, and rising noise."""
        self.chords("pad", bar, bars, -9.0, 5.0)
        self.chords("pluck", bar, bars, -14.0, 6.0)
        for k in range(bars):
            pace = 1 if k < bars // 2 else 2 if k < 3 * bars // 4 else 4
            level = -18.0 + 8.0 * (k + 1) / bars
            self.beat(bar + k, 1, self.parts.clap, [s / pace for s in range(pace * self.beats)], level)
        if self.rng.random() < 0.3:
            self.kicks(bar, bars // 2, -8.0)
        self.put(self.music, self._riser(bars), bar, -10.0)

    def drop(self, bar: int, bars: int) -> None:
        """All of it; the lead may enter after half."""
        self.kicks(bar, bars)
        self.hats(bar, bars)
        self.claps(bar, bars)
        self.chords("bass", bar, bars, self.bass_db)
        self.chords("pad", bar, bars, -9.0)
        late = bars // 2 if self.rng.random() < 0.3 else 0
        self.chords("lead", bar + late, bars - late, -9.0)
        self.chords("pluck", bar, bars, -13.0)

    def outro(self, bar: int, bars: int) -> None:
        """The beat that is left, thinning out."""
        half = bars // 2
        self.kicks(bar, bars, -2.0)
        self.hats(bar, bars - half // 2, -2.0)
        self.chords("bass", bar, half, self.bass_db - 4.0)

    def _riser(self, bars: int) -> F64:
        length_s = bars * self.beats * 60.0 / self.bpm
        context = context_of([Note(60, 0.9, 0.0, length_s)], length_s, self.bpm, seed=6)
        rise = np.linspace(0.0, 1.0, round(length_s * RATE))
        sweep = (300.0 * 40.0**rise).astype(np.float32)
        return np.asarray(
            played(ladder, context, played(noise, context), cutoff=sweep, resonance=0.3) * rise**2
        )

    def audio(self) -> Audio:
        """The mix, limited to −0.5 dB."""
        music = self.music
        n = music.shape[1]
        if self.pumps:
            start = round(self.first_s * RATE)
            context = context_of([Note()], (n - start) / RATE, self.bpm)
            ones = np.ones((2, context.n_samples))
            gain = played(beat_ducker, context, ones, depth_db=self.pump_db, length=0.8)
            kicked = self._kicked()[start:]
            music[:, start:] *= gain[:, : n - start] * kicked + 1.0 - kicked
        mix = self.drums + music
        mix *= 1.4 / max(float(np.quantile(np.abs(mix[0, ::7]), 0.9999)), 1e-9)
        context = context_of([Note()], n / RATE, self.bpm)
        return Audio(played(limiter, context, mix, ceiling_db=-0.5, release_ms=80.0), RATE)

    def _kicked(self) -> F64:
        """1 where drums are loud, float64 (n,): pumping belongs to bars with kicks."""
        bar = round(self.beats * 60.0 / self.bpm * RATE)
        loud = np.abs(self.drums[0])
        step = max(1, bar // 64)
        coarse = np.maximum.reduceat(loud, np.arange(0, len(loud), step))
        near = maximum_filter1d(coarse, 33)
        return np.asarray(np.repeat(near > 0.3, step)[: len(loud)], np.float64)
