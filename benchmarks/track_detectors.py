"""How far the detectors of tracks are from the truth.

    python benchmarks/track_detectors.py [--cases 24] [--first 1000] [--only pumping supersaw …] [--json]

Each case is audio that was made here with known truth (`tracktruth/`): a ducker of known depth and recovery, supersaws
of known detune and voices (a rack's, single saws, and real Vital), acid lines among other basses, drum patterns. Seeds
below 1000 were used to develop the detectors; those from 1000 on were held out. Told for mixes and for stems.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.stats import spearmanr
from tracktruth import acid as acid_truth
from tracktruth import drums, ducker
from tracktruth import supersaw as supersaw_truth

import patchpilot as pp
from patchpilot.audio import Audio
from patchpilot.tracks.detectors.acid import ACID, acid
from patchpilot.tracks.detectors.four_on_the_floor import four_on_the_floor
from patchpilot.tracks.detectors.offbeat_hats import offbeat_hats
from patchpilot.tracks.detectors.pumping import pumping
from patchpilot.tracks.detectors.supersaw import supersaw

Row = dict[str, float]
VITAL = ((1.5, 3), (2.2, 5), (2.8, 7), (3.5, 7), (4.2, 9), (3.0, 4))
"""Vital's detune knob and voices."""


def pumping_row(first: int, cases: int) -> Row:
    """Errors of depth and recovery."""
    errors: dict[str, list[float]] = {}
    for seed in range(first, first + cases):
        made = ducker.case(seed)
        stems: dict[str, Audio | None] = {"mix": None, "stem": made.stem}
        for where, stem in stems.items():
            found = pumping(made.mix, made.grid, stem=stem)
            errors.setdefault(f"{where}: depth error, dB", []).append(
                abs(found.depth_db - made.truth.depth_db)
            )
            if made.truth.depth_db:
                far = abs(found.recovery_s / made.truth.recovery_s - 1.0)
                errors.setdefault(f"{where}: recovery error, part", []).append(far)
    return _medians(errors, {"depth": 1.0, "recovery": 0.1})


def supersaw_row(first: int, cases: int) -> Row:
    """Errors of the detune of racks, lines and chords, and of Vital."""
    made = [supersaw_truth.case(seed) for seed in range(first, first + cases)]
    with pp.instrument("vital") as vital:
        real = [
            supersaw_truth.vital_case(vital, first + k, *VITAL[k % len(VITAL)])
            for k in range(max(1, cases // 4))
        ]
    errors: dict[str, list[float]] = {}
    for case in [*made, *real]:
        of = "vital" if case.kind == "vital" else "rack"
        stems: dict[str, Audio | None] = {"mix": None, "stem": case.stem}
        for where, stem in stems.items():
            found = supersaw(case.mix, case.grid, stem=stem)
            errors.setdefault(f"{of} {where}: detune error, cents", []).append(
                abs(found.detune_cents - case.detune_cents)
            )
            errors.setdefault(f"{of} {where}: voices error", []).append(abs(found.voices - case.voices))
    return _medians(errors, {"detune": 4.0, "voices": 1.0})


ACID_LEVELS = {
    "sweep": (0.0, 1.0, 2.0, 3.0),
    "resonance": (0.0, 0.4, 0.7, 0.9),
    "glide": (0.0, 0.3, 0.6, 0.9),
    "accent": (0.0, 0.35, 0.7, 1.0),
}
"""What each part of acid is set to in the same line."""


def acid_row(first: int, cases: int) -> Row:
    """Lines against other basses, and each part against what was set: its mean at each level, and rank correlation."""
    row: Row = {}
    lines = [acid_truth.case(seed, is_acid=True) for seed in range(first, first + cases)]
    kinds = acid_truth.OTHERS
    others = [acid_truth.case(first + k, kind=kinds[k % len(kinds)]) for k in range(cases)]
    for where in ("mix", "stem"):
        scores = [
            np.array([acid(c.mix, c.grid, stem=c.stem if where == "stem" else None).score for c in group])
            for group in (lines, others)
        ]
        row[f"{where}: AUC"] = float(np.mean(np.subtract.outer(*scores) > 0.0))
        row[f"{where}: lines told to be acid"] = float(np.mean(scores[0] >= ACID))
        row[f"{where}: others told to be acid"] = float(np.mean(scores[1] >= ACID))
    for name, values in ACID_LEVELS.items():
        cuts = [
            [acid_truth.case(seed, acid=replace(acid_truth.Acid(), **{name: value})) for value in values]
            for seed in range(first, first + max(2, cases // 6))
        ]
        for where in ("mix", "stem"):
            heard = np.array(
                [
                    [acid(c.mix, c.grid, stem=c.stem if where == "stem" else None).parts[name] for c in its]
                    for its in cuts
                ]
            )
            means = heard.mean(axis=0)
            row |= {f"{where}: {name} at {value:g}": float(m) for value, m in zip(values, means, strict=True)}
            row[f"{where}: {name}, means rise (1: monotone)"] = float(np.all(np.diff(means) > 0.0))
            row[f"{where}: {name}, Spearman's rho within a line (mean)"] = float(
                np.mean([spearmanr(values, its).statistic if np.ptp(its) else 0.0 for its in heard])
            )
    return row


def drums_row(first: int, cases: int) -> Row:
    """Share of the patterns that are told right."""
    right: dict[str, list[float]] = {}
    for seed in range(first, first + cases):
        made = drums.case(seed)
        stems: dict[str, Audio | None] = {"mix": None, "stem": made.drums}
        for where, stem in stems.items():
            four = four_on_the_floor(made.mix, made.grid, stem=stem)
            hats = offbeat_hats(made.mix, made.grid, stem=stem)
            right.setdefault(f"{where}: four on the floor", []).append(
                four.is_four_on_the_floor == made.is_four
            )
            right.setdefault(f"{where}: off-beat hats", []).append(hats.is_offbeat == made.is_offbeat)
    return {name: float(np.mean(told)) for name, told in right.items()}


ROWS: dict[str, Callable[[int, int], Row]] = {
    "pumping": pumping_row,
    "supersaw": supersaw_row,
    "acid": acid_row,
    "drums": drums_row,
}


def _medians(errors: dict[str, list[float]], goals: dict[str, float]) -> Row:
    row: Row = {}
    for name, values in errors.items():
        goal = next(goal for word, goal in goals.items() if word in name)
        row[f"{name} (median)"] = float(np.median(values))
        row[f"{name} (within {goal:g})"] = float(np.mean(np.array(values) <= goal))
    return row


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=24)
    parser.add_argument("--first", type=int, default=1000, help="first seed; from 1000 on they were held out")
    parser.add_argument("--only", nargs="+", choices=list(ROWS), default=list(ROWS))
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = {name: ROWS[name](asked.first, asked.cases) for name in asked.only}
    if asked.json:
        print(json.dumps(rows))
        return
    print("| | | |\n| --- | --- | --- |")
    for name, row in rows.items():
        for what, value in row.items():
            print(f"| {name} | {what} | {value:.3f} |")


if __name__ == "__main__":
    main()
