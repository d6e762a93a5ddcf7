"""How well loops are mastered as levels, and whether new material keeps to their style.

    python benchmarks/levels.py LOOPS… [--effort quick] [--out FOLDER] [--variations 5] [--json]

Each loop becomes a level, and is played once (an attempt that is there already is not made again, so this goes on where
it was stopped). Printed for each: F of onsets (50 ms), correlation of chroma (in brackets where the loop has no key for
sure), timbre (log-mel), beside what the next loop in its place would score. Then variations of each template: how many
are closer to their own loop than to all others, by mean and spread of 13 MFCCs; and complements: the share of their
notes that are in key and on the grid.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any, get_args

import numpy as np

import patchpilot as pp
from patchpilot.audio import F64, Audio, fitted, load, mfcc, resample
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.selfplay.levels import document
from patchpilot.selfplay.levels.attempt import LOOP, TEMPLATE, attempt
from patchpilot.selfplay.levels.complementing import Role, complement
from patchpilot.selfplay.levels.generating import generated
from patchpilot.selfplay.levels.level import ATTEMPT, ATTEMPTS, Level, add
from patchpilot.selfplay.levels.pattern import STEPS_PER_BEAT
from patchpilot.selfplay.levels.playing import mix, stems, voices_of
from patchpilot.selfplay.levels.scoring import chroma_correlation, scored
from patchpilot.space.key import Key

GOALS = {"onset_f": 0.9, "chroma": 0.8, "variations": 0.8, "complements": 0.95}
KEY = "A minor"
"""Of complements to loops without one."""


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("loops", type=Path, nargs="+")
    parser.add_argument("--effort", default="quick")
    parser.add_argument("--out", type=Path, default=Path("levels"))
    parser.add_argument("--variations", type=int, default=5, help="of each level")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    levels = [add(path, asked.out)[0] for path in asked.loops]
    with pp.instrument("vital") as vital:
        folders = [folder_of(level, vital, asked.effort) for level in levels]
        rows = [
            row(level, folder, other)
            for level, folder, other in zip(levels, folders, [*levels[1:], levels[0]], strict=True)
        ]
        own = varied(levels, folders, vital, asked.variations)
    fitting = complements(folders, asked.variations)
    said = {"levels": rows, "variations": own, "complements": fitting, "goals": GOALS}
    print(json.dumps(said) if asked.json else table(said))


def folder_of(level: Level, vital: Instrument, effort: str) -> Path:
    """A level's attempt, which is made if it was not."""
    folder = level.folder / ATTEMPTS / f"{vital.name} {effort} 0"
    return folder if (folder / ATTEMPT).exists() else attempt(level, vital, effort=effort, seed=0).folder


def row(level: Level, folder: Path, other: Level) -> dict[str, Any]:
    """What came of one level's attempt, and baselines."""
    taken = level.taken()
    original = taken.material.audio
    again = load(folder / LOOP)
    made = scored(original, again, is_pitched=taken.is_pitched)
    instead = other.taken().material.audio
    swapped = Audio(
        fitted(resample(instead, original.sample_rate).samples, len(original)), original.sample_rate
    )
    worse = scored(original, swapped, is_pitched=True)
    return {
        "level": level.name,
        "parts": len(taken.parts),
        "hits": len(taken.hits),
        **vars(made),
        "chroma_of_all": chroma_correlation(original, again),
        "n_renders": json.loads((folder / ATTEMPT).read_text(encoding="utf-8"))["n_renders"],
        "other_onset_f": worse.onset_f,
        "other_chroma": worse.chroma,
        "other_timbre": worse.timbre,
    }


def varied(levels: list[Level], folders: list[Path], vital: Instrument, n: int) -> float:
    """Share of variations that are closer to their own loop than to all others."""
    heard = np.stack([style(level.taken().material.audio) for level in levels])
    spread = heard.std(axis=0) + 1e-9
    right = 0
    for number, folder in enumerate(folders):
        template = document.read(folder / TEMPLATE)
        voices = voices_of(template, folder, vital)
        for seed in range(n):
            score = generated(template.score, bars=max(2, template.score.bars), seed=seed)
            here = style(mix(stems(score, voices, vital)))
            right += int(np.argmin(np.square((heard - here) / spread).sum(axis=1))) == number
    return right / (n * len(levels)) if n else float("nan")


def complements(folders: list[Path], n: int) -> float:
    """Share of complements' notes that are in key and on sixteenths."""
    fine = notes = 0
    for folder in folders:
        score = document.read(folder / TEMPLATE).score
        key = score.key or KEY
        try:
            tones = Key.parse(key).tones
        except ParameterError:
            continue
        for seed in range(n):
            for role in get_args(Role):
                part = complement(score, role, seed=seed, key=key)
                for strike in part.strikes:
                    step = strike.beat * STEPS_PER_BEAT
                    notes += 1
                    fine += (part.note + strike.semitones) % 12 in tones and abs(step - round(step)) < 1e-6
    return fine / max(notes, 1)


def style(audio: Audio) -> F64:
    """Mean and standard deviation of 13 MFCCs, float64 (26,)."""
    heard = resample(audio, 44100)
    coefficients = mfcc(heard.mono(), 44100, n_mfcc=13).astype(np.float64)
    return np.concatenate([coefficients.mean(axis=0), coefficients.std(axis=0)])


def table(said: dict[str, Any]) -> str:
    """All of it as text."""
    lines = [
        "| level | parts | hits | onset F | chroma | timbre | renders | another loop in its place: F, chroma, timbre |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in said["levels"]:
        chroma = (
            f"{one['chroma_of_all']:.2f}" if one["chroma"] is not None else f"({one['chroma_of_all']:.2f})"
        )
        lines.append(
            f"| {one['level']} | {one['parts']} | {one['hits']} | {one['onset_f']:.2f} | {chroma} | "
            f"{one['timbre']:.2f} | {one['n_renders']} | {one['other_onset_f']:.2f}, "
            f"{one['other_chroma']:.2f}, {one['other_timbre']:.2f} |"
        )
    mean = np.mean([one["onset_f"] for one in said["levels"]])
    pitched = [one["chroma"] for one in said["levels"] if one["chroma"] is not None]
    lines += [
        "",
        f"onset F, mean {mean:.3f} (goal {GOALS['onset_f']}); chroma of pitched ones, mean "
        f"{np.mean(pitched) if pitched else float('nan'):.3f} (goal {GOALS['chroma']})",
        f"variations closest to their own loop {said['variations']:.0%} (goal {GOALS['variations']:.0%}); "
        f"complements in key and on the grid {said['complements']:.0%} (goal {GOALS['complements']:.0%})",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
