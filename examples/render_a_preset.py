"""A `.vital` preset in, a phrase out.

    python examples/render_a_preset.py PRESET [WAV]

Plays four notes of a preset at 120 beats a minute. Each note is rendered by the engine on its own, and the
phrase is their sum; the same preset and phrase always give the same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path

import patchpilot as pp
from patchpilot.audio import save

PHRASE = (36, 43, 48, 51)
BEAT_S = 0.5


def main(preset: Path, wav: Path = Path("phrase.wav")) -> None:
    """Render the phrase."""
    notes = tuple(pp.Note(pitch, start_s=i * BEAT_S, hold_s=0.8 * BEAT_S) for i, pitch in enumerate(PHRASE))
    performance = pp.Performance(notes=notes, length_s=len(notes) * BEAT_S + 1.0, tempo_bpm=120.0)
    with pp.instrument("vital") as vital:
        patch = vital.load(preset)
        audio = vital.render(patch, performance)
    save(audio, wav)
    print(f"{patch.name or preset.stem}: {audio.duration_s:g} s, {len(patch.routings)} modulations -> {wav}")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
