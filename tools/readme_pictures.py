"""Writes README's before and after: the sound, its closest match, and a picture of both.

    python tools/readme_pictures.py [SOUND]

Not part of `make docs`: they come from a real match, whose last bits depend on the processor.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

import patchpilot as pp
from patchpilot.audio import flac_preview, pictures
from patchpilot.distance import wording
from patchpilot.files import make_folder, write_bytes
from patchpilot.matching.report import equally_loud

ROOT = Path(__file__).resolve().parent.parent
SOUND = ROOT / "examples" / "sounds" / "tabla_tun1.flac"
FOLDER = ROOT / "docs" / "before-after"
WIDTH, HEIGHT, GAP = 880, 150, 6


def picture(sounds: Sequence[pp.Audio]) -> bytes:
    """A PNG of spectrograms above one another: one time axis, one frequency axis, one scale of levels."""
    frame = pictures.Frame(max(sound.duration_s for sound in sounds), width=WIDTH, height=HEIGHT)
    levels = [pictures.spectrogram(sound, frame) for sound in sounds]
    sheet = Image.new("RGB", (WIDTH, len(sounds) * (HEIGHT + GAP) - GAP), "white")
    for i, level in enumerate(levels):
        png = pictures.spectrogram_png(level, top_db=float(levels[0].max()))
        sheet.paste(Image.open(io.BytesIO(png)).convert("RGB"), (0, i * (HEIGHT + GAP)))
    file = io.BytesIO()
    sheet.quantize(64).save(file, format="PNG", optimize=True)
    return file.getvalue()


def main(sound: Path = SOUND) -> None:
    """Match, draw, write."""
    with pp.instrument("vital") as vital:
        result = pp.match(sound, vital, top=1, effort="quick")
    best = result.matches[0]
    sounds = equally_loud([result.target.audio, best.take.audio])
    make_folder(FOLDER)
    write_bytes(FOLDER / "before-after.png", picture(sounds))
    for name, heard in zip(("before", "after"), sounds, strict=True):
        write_bytes(FOLDER / f"{name}.flac", flac_preview(heard).data)
    distance = best.distance["logmel"]
    sys.stdout.write(f"{result.name}: {distance:.3f} ({wording(distance)}), in {FOLDER.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
