"""How right the analysis of whole tracks is, and how fast.

    python benchmarks/tracks.py [--tracks 20] [--seed 1000] [--folder DIR] [--json]

Tracks of known form, tempo, phase and key are arranged from the project's own modules (`tracktruth/whole.py`) and
analysed. Tempos are drawn from 128 to 150, to 0.01. `--folder` adds sound files whose names begin with their tempo
("138-name.ogg"): of those only the tempo is known. Boundaries count as found within a bar; labels by time.

The seconds are those of one track of five minutes, analysed for the second time in a process, decoding included.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from tracktruth.judged import Verdict, verdict
from tracktruth.whole import CLASSIC, FORMS, track_of

from patchpilot.audio import save
from patchpilot.space.key import Key
from patchpilot.tracks import analyze


def drawn(seed: int) -> Verdict:
    """The verdict on one made-up track."""
    rng = np.random.default_rng([seed, 99])
    bpm = float(np.round(rng.uniform(128.0, 150.0), int(rng.integers(3))))
    key = Key(int(rng.integers(12)), "minor" if rng.random() < 0.75 else "major")
    audio, truth = track_of(FORMS[seed % len(FORMS)], bpm, key, seed)
    return verdict(analyze(audio), truth)


def summed(verdicts: list[Verdict]) -> dict[str, float]:
    """Figures over all tracks."""
    hits, found, true = (sum(getattr(one, name) for one in verdicts) for name in ("hits", "found", "true"))
    off = np.array([one.tempo_off for one in verdicts])
    return {
        "tracks": len(verdicts),
        "tempo within 0.1": float(np.mean(off <= 0.1)),
        "median tempo error": float(np.median(off)),
        "beats within 20 ms": float(np.mean([one.phase for one in verdicts])),
        "downbeat": float(np.mean([one.is_downbeat for one in verdicts])),
        "key": float(np.mean([one.is_key for one in verdicts])),
        "boundary F": 2.0 * hits / max(found + true, 1),
        "labels": float(np.mean([one.labels for one in verdicts])),
    }


def known(folder: Path) -> dict[str, float]:
    """Tempo errors of files whose names begin with their tempo, beats a minute."""
    off = {}
    for path in sorted(folder.glob("[0-9]*-*")):
        tempo = analyze(path).tempo
        off[path.name] = abs((tempo.bpm if tempo else 0.0) - float(path.name.split("-")[0]))
    return off


def seconds() -> dict[str, float]:
    """How long five minutes take: by the clock, and of all cores together."""
    audio, _ = track_of(CLASSIC, 138.0, Key.parse("A minor"), 1)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "track.wav"
        save(audio, path)
        analyze(path)
        wall, cpu = time.perf_counter(), time.process_time()
        analyze(path)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"track s": audio.duration_s, "wall s": wall, "processor s": cpu}


def main() -> None:
    """Make, analyse, judge, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tracks", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1000, help="of the first track; the next has the next")
    parser.add_argument("--folder", type=Path, help="of files whose names begin with their tempo")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    verdicts = []
    for seed in range(options.seed, options.seed + options.tracks):
        verdicts.append(drawn(seed))
        if not options.json:
            print(seed, json.dumps(asdict(verdicts[-1])), flush=True)
    said = {
        "made": summed(verdicts),
        "time": seconds(),
        "files": known(options.folder) if options.folder else {},
    }
    print(json.dumps(said, indent=None if options.json else 2))


if __name__ == "__main__":
    main()
