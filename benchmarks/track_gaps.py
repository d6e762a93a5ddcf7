"""Whether planted defects are found, and whether the fixes that are offered help.

    python benchmarks/track_gaps.py [--seed 200] [--work 1] [--amounts 3 …] [--kinds NAME …] [--minutes 40]

A collection of one taste is made and learned; then in other tracks of that taste each of twenty defects
(`tracktruth/defects.py`) is planted, in some of five amounts. Found: one of the first three gaps tells of it. The first
fix with moves for such a gap is done to the audio, and judged by what the checker does not use: how far the mel spectra
of middle and side are from those of the same track without the defect (RMS dB at equal loudness).

With --seed S the profile is of tracks S, S + 1, …, and defects are planted in tracks from S + 100 on. Spreads, weights
and fixes were developed on seed 0, that is on work 100; from 101 on tracks are held out.
What was measured of the collection and each case that is done are kept in --folder; a second run goes on from there.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from tracktruth.collection import OTHER, OWN, mixed, session
from tracktruth.defects import AMOUNTS, DEFECTS, Defect

from patchpilot.audio import F64, Audio, mel_power
from patchpilot.tracks import Track, analyze
from patchpilot.tracks.fix import desk_of, fixes
from patchpilot.tracks.gap import Gap, gaps
from patchpilot.tracks.profile import Feature, Measured, Profile, Usual, load_profile, measured, validate

FIRST_WORK = 100
_FLOOR_DB = 70.0


def collection(n: int, seed: int, folder: Path, taste: str) -> Profile:
    """The profile of tracks of a taste, each of them kept when it is done."""
    kept = folder / f"{taste}.profile.json"
    known = list(load_profile(kept).tracks) if kept.exists() else []
    have = {one.name for one in known}
    for number in range(seed, seed + n):
        name = f"track {number:04d}"
        if name not in have:
            mix, stems = mixed(session(number, OWN if taste == "own" else OTHER))
            found = measured(analyze(mix), stems)
            known.append(Measured(name, found.sha256, found.values))
            Profile.build(known).save(kept)
    return Profile.build(one for one in known if seed <= int(one.name.split()[1]) < seed + n)


def mels(sound: Audio) -> F64:
    """Mel spectra of middle and side, dB, no more than 70 below the loudest; float64 (2, frames, 64)."""
    left, right = sound.samples[0].astype(np.float32), sound.samples[-1].astype(np.float32)
    both = np.stack([(left + right) / 2, (left - right) / 2])
    power = mel_power(both, sound.sample_rate, n_fft=2048, hop=1024, n_mels=64)
    level = 10.0 * np.log10(np.maximum(power.astype(np.float64), 1e-12))
    return np.asarray(np.maximum(level, level.max() - _FLOOR_DB))


def apart(clean: F64, sound: Audio) -> float:
    """How far a sound is from the clean one, RMS dB, after levels are matched by their median."""
    difference = mels(sound) - clean
    return float(np.sqrt(np.mean((difference - np.median(difference)) ** 2)))


def judged(
    defect: Defect, amount: int, work: Any, clean: F64, known: Mapping[Feature, Usual]
) -> dict[str, Any]:
    """One defect in one amount: the place of its gap, and what its fix did."""
    mix, stems = defect.planted(work, amount)
    given = stems if defect.with_stems else {}
    track = analyze(mix)
    one = measured(track, given)
    found = gaps(one, known)
    places = [k for k, gap in enumerate(found) if any(sign.fits(gap) for sign in defect.signs)]
    place = places[0] + 1 if places else None
    said = {
        "defect": defect.name,
        "amount": amount + 1,
        "place": place,
        "first": [f"{gap.feature} {gap.spreads:+.1f}" for gap in found[:3]],
    }
    its: list[Gap] = [found[k] for k in places if k < 3]
    return {**said, **_fixed(track, one, mix, given, its, clean, known)}


def _fixed(
    track: Track,
    one: Measured,
    mix: Audio,
    stems: Mapping[str, Audio],
    its: list[Gap],
    clean: F64,
    known: Mapping[Feature, Usual],
) -> dict[str, Any]:
    desk = desk_of(mix, stems, track.sections, None if track.grid is None else track.grid.bpm)
    for fix in fixes(track, one, desk, its, known):
        if fix.candidate is not None:
            before, after = apart(clean, mix), apart(clean, desk.after(fix.steps).mix)
            return {"fix": fix.reason, "closed": round(fix.closed, 3), "before": before, "after": after}
    return {"fix": None}


def all_judged(options: argparse.Namespace, known: Mapping[Feature, Usual]) -> list[dict[str, Any]]:
    """Each defect in each amount in each track, in an order that mixes them; those done before are read."""
    kept = options.folder / "cases.jsonl"
    done = [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []
    have = {(row["work"], row["defect"], row["amount"]): row for row in done}
    first = FIRST_WORK + options.seed
    kinds = [one for one in DEFECTS if not options.kinds or one.name in options.kinds]
    rows, spent_s = [], 0.0
    for number in range(first, first + options.work):
        work = clean = None
        cases = [(defect, amount) for defect in kinds for amount in options.amounts]
        for k in np.random.default_rng([number, 8]).permutation(len(cases)):
            defect, amount = cases[k]
            row = have.get((number, defect.name, amount))
            if row is None:
                if spent_s > 60.0 * options.minutes:
                    continue
                start = time.process_time()
                if work is None or clean is None:
                    work = session(number)
                    clean = mels(mixed(work)[0])
                row = {"work": number, **judged(defect, amount - 1, work, clean, known)}
                row["processor_s"] = round(time.process_time() - start, 1)
                spent_s += row["processor_s"]
                with kept.open("a") as file:
                    file.write(json.dumps(row, ensure_ascii=False) + "\n")
            rows.append(row)
    return rows


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Shares of what was found, offered and of use."""
    offered = [row for row in rows if row["fix"] is not None]
    helped = [row["after"] < row["before"] for row in offered]
    return {
        "planted": len(rows),
        "kinds": len({row["defect"] for row in rows}),
        "tracks": len({row["work"] for row in rows}),
        "found in the first three": float(np.mean([(row["place"] or 99) <= 3 for row in rows])),
        "found at all": float(np.mean([row["place"] is not None for row in rows])),
        "fixes offered": len(offered),
        "of them nearer to the clean track": float(np.mean(helped)) if helped else None,
    }


def main() -> None:
    """Learn, plant, find, fix, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--collection", type=int, default=12, help="tracks of the profile")
    parser.add_argument("--others", type=int, default=0, help="tracks of another taste, to validate it with")
    parser.add_argument("--work", type=int, default=1, help="tracks that defects are planted in")
    parser.add_argument("--amounts", type=int, nargs="*", default=[3], choices=range(1, AMOUNTS + 1))
    parser.add_argument("--kinds", nargs="*", help="names of defects; all by default")
    parser.add_argument(
        "--minutes", type=float, default=1e9, help="of processor time; no new case begins after"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=Path("build/track_gaps"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    profile = collection(options.collection, options.seed, options.folder, "own")
    if options.others:
        others = collection(options.others, options.seed, options.folder, "other")
        done = validate(profile, others.tracks)
        print(json.dumps({"validate": done.sentence, "auc": done.auc}), flush=True)
    rows = all_judged(options, profile.usual)
    for defect in DEFECTS:
        its = [row for row in rows if row["defect"] == defect.name]
        if its:
            print(json.dumps({"defect": defect.name, **summary(its)}, ensure_ascii=False))
    print(json.dumps(summary(rows)))


if __name__ == "__main__":
    main()
