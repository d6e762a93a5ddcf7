"""How fast a rack plays, and what it costs to make it ready.

    python benchmarks/racks.py [--bars 8] [--renders 8] [--json]

A rack of twelve modules (three sources, an LFO, an envelope, a ladder with a moving cutoff, and six effects) plays a
phrase of eighth notes at 120 beats a minute, through `Rack.stream`, as everything plays it: on all cores, and on one.
Beside it the least that any rack takes: one gain. Speeds are multiples of real time, of what is heard; the first render
makes the rack ready, and is told apart.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator

import patchpilot as pp
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules import (
    adsr,
    amp,
    chorus,
    compressor,
    delay,
    eq3,
    gain,
    ladder,
    lfo,
    node,
    noise,
    pulse,
    reverb,
    saw,
)
from patchpilot.space import Patch

BPM = 120.0
BEAT_S = 60.0 / BPM


def twelve(workers: int | None) -> Rack:
    """The rack."""
    filter_ = node(ladder, "filter")
    voice = saw + node(pulse, "sub", semitones=-12.0) + noise
    main = voice >> filter_ >> amp >> compressor >> eq3 >> chorus >> delay >> reverb
    return Rack("twelve", main, lfo >> filter_["cutoff"], adsr >> filter_["cutoff"], workers=workers)


def least(workers: int | None) -> Rack:
    """One module that makes a sound, and one that hardly does anything."""
    return Rack("least", saw >> gain, workers=workers)


def phrase(bars: int) -> pp.Performance:
    """Eighth notes up and down a chord."""
    notes = tuple(
        pp.Note(45 + (0, 7, 12, 16, 12, 7)[i % 6], 0.8, i * BEAT_S / 2, BEAT_S / 3) for i in range(8 * bars)
    )
    return pp.Performance(notes, 4 * bars * BEAT_S, tempo_bpm=BPM)


def measured(rack: Rack, bars: int, renders: int) -> dict[str, float]:
    """Seconds until the first sound, and multiples of real time after it."""
    played = phrase(bars)
    with rack:
        began = time.perf_counter()
        rack.render(Patch.make(rack.space), played)
        first_s = time.perf_counter() - began
        began = time.perf_counter()
        n = sum(1 for _ in rack.stream(pairs(rack, played, renders)))
        took_s = time.perf_counter() - began
    return {"first_s": first_s, "times_real": n * played.length_s / took_s}


def pairs(rack: Rack, played: pp.Performance, n: int) -> Iterator[tuple[Patch, pp.Performance]]:
    """Patches of its prior."""
    for index in range(n):
        yield rack.priors["uniform-v1"].draw(rack.space, 0, index), played


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--bars", type=int, default=8)
    parser.add_argument("--renders", type=int, default=8)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = {}
    for name, make in (("twelve modules", twelve), ("least", least)):
        for words, workers in (("one core", 1), ("all cores", None)):
            rows[f"{name}, {words}"] = measured(make(workers), asked.bars, asked.renders)
    if asked.json:
        print(json.dumps(rows))
        return
    print("| | ready and first render, s | × real time |\n| --- | --- | --- |")
    for name, row in rows.items():
        print(f"| {name} | {row['first_s']:.1f} | {row['times_real']:.0f} |")


if __name__ == "__main__":
    main()
