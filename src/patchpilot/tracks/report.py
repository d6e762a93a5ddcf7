"""A picture of a track: one HTML file with its waveform and sections, its curves, its colour, and what was found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from patchpilot.audio import Audio, peak, pictures
from patchpilot.matching.report import rendered
from patchpilot.tracks.features import BANDS_HZ
from patchpilot.tracks.flags import MEANINGS
from patchpilot.tracks.section import Section
from patchpilot.tracks.track import Track

WIDTH = 1000
"""Of all pictures, in units of their own."""
_COLUMNS = 1000
_LOWEST_DB = -50.0


@dataclass(frozen=True)
class Box:
    """A section in the picture: where it begins and how wide it is, of `WIDTH`."""

    label: str
    x: float
    width: float
    said: str


def report_html(track: Track, audio: Audio) -> str:
    """The page of a track.

    Args:
        track: its analysis.
        audio: the sound that was analysed.

    Returns:
        HTML of one file that needs nothing else.
    """
    frame = pictures.Frame(audio.duration_s)
    return rendered(
        files("patchpilot.tracks").joinpath("templates", "report.html.j2").read_text(encoding="utf-8"),
        name=Path(track.path).name or "a track",
        facts=facts(track),
        remarks=[f"{flag}: {MEANINGS[flag]}" for flag in track.flags],
        width=WIDTH,
        wave=pictures.waveform_path(audio, frame, peak=max(peak(audio), 1e-9), columns=_COLUMNS),
        boxes=[_box(section, track.duration_s) for section in track.sections],
        ticks=[(round(WIDTH * s / track.duration_s, 1), clock(s)) for s in _ticks(track.duration_s)],
        curves={name: _steps(track, getattr(track.energy, name)) for name in ("energy", "bass", "kick")},
        pumping=_pumping(track),
        bands=_bands(track),
        findings=_findings(track),
        score=track.score,
        sections=[(box.label, box.said) for box in (_box(s, track.duration_s) for s in track.sections)],
    )


def facts(track: Track) -> list[str]:
    """Tempo, key, loudness and length, a phrase each."""
    tempo = "no steady beat" if track.tempo is None else f"{track.tempo.bpm:.2f} BPM"
    loud = track.loudness.integrated_lufs
    return [
        tempo,
        "no key" if track.key is None else track.key.name,
        "too quiet for a loudness" if loud is None else f"{loud:.1f} LUFS".replace("-", "−"),
        f"peak {track.loudness.true_peak_db:.1f} dBTP".replace("-", "−"),
        clock(track.duration_s),
    ]


def clock(seconds: float) -> str:
    """Minutes and seconds: "3:07"."""
    return f"{int(seconds // 60)}:{int(seconds % 60):02d}"


def _ticks(duration_s: float) -> list[float]:
    step = next((step for step in (1, 5, 15, 30, 60, 120, 300) if duration_s / step <= 12), 600)
    return [float(step * k) for k in range(math.ceil(duration_s / step))]


def _box(section: Section, duration_s: float) -> Box:
    said = f"{clock(section.start_s)} to {clock(section.end_s)}"
    x, width = (round(WIDTH * s / duration_s, 2) for s in (section.start_s, section.duration_s))
    return Box(section.label, x, width, said)


def _steps(track: Track, values: Sequence[float]) -> str:
    """A curve of 0..1 by bars as the points of a line, in a box of `WIDTH` by 100."""
    edges = [round(WIDTH * s / track.duration_s, 1) for s in track.energy.edges_s]
    points = [
        f"{x:g},{100 - 100 * min(max(value, 0.0), 1.0):.1f}"
        for value, start, end in zip(values, edges, edges[1:], strict=False)
        for x in (start, end)
    ]
    return " ".join(points)


def _pumping(track: Track) -> str:
    """The gain over a beat as the points of a line, 24 dB in 100; "" where there is no pumping."""
    gain = track.detectors.get("pumping", {}).get("gain_db") or []
    if not gain or min(gain) > -1.0:
        return ""
    step = WIDTH / max(len(gain) - 1, 1)
    return " ".join(f"{k * step:.1f},{min(-db / 24.0, 1.0) * 100:.1f}" for k, db in enumerate(gain))


def _bands(track: Track) -> list[tuple[str, float, float, float, str]]:
    """Name, place, width and height (of 100) of a bar for each band, and what it says."""
    across = WIDTH / len(BANDS_HZ)
    return [
        (
            f"{hz / 1000:g} kHz" if hz >= 1000 else f"{hz:g} Hz",
            round(k * across + 1, 1),
            round(across - 2, 1),
            round(100 * max(0.0, 1 - db / _LOWEST_DB), 1),
            f"{db:.1f} dB, {100 * wide:.0f} % side".replace("-", "−"),
        )
        for k, (hz, db, wide) in enumerate(
            zip(BANDS_HZ, track.balance.bands_db, track.balance.width, strict=True)
        )
    ]


def _findings(track: Track) -> dict[str, str]:
    """What detectors say, but for what the score says already."""
    said = {part["sentence"] for part in (track.score or {}).get("parts", ())}
    found = {name: str(one.get("sentence", "")) for name, one in track.detectors.items()}
    return {name: sentence for name, sentence in found.items() if sentence and sentence not in said}
