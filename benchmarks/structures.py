"""How fast patches are rendered of which each has a structure of its own, as a dataset's have.

    python benchmarks/structures.py [--patches 30] [--rounds 3] [--workers 2]

Each patch (of the prior "tier3-v1": tables, routings, values) is played on three notes of two seconds. A *bare loop*
re-uses one Vital synth: it loads the preset of a patch once, renders three notes, and keeps nothing. `Vital.stream`
renders the same, bit-exactly. Both take turns within one run, so that a busy machine slows both; the ratio of their
speeds counts. The ratio of processor time (ours with all processes and this one) is steadier, for it is how the speeds
would compare if nobody else used the cores. Presets of the bare loops are written before the clock starts, ours while
it runs.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import IO, Any, cast

from patchpilot.audio import Audio
from patchpilot.instruments.vital.preset import document, structure_key
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Note, Patch, Performance

PITCHES = (48, 60, 72)
HOLD_S, LENGTH_S, VELOCITY = 1.5, 2.0, 0.8


def bare_loop() -> None:
    """Render lists of presets (JSON lines) by one re-used synth; answer each with the seconds it took."""
    import vita

    synth: Any = vita.Synth()
    for line in sys.stdin:
        presets = json.loads(line)
        start = time.perf_counter()
        for preset in presets:
            synth.load_json(preset)
            for pitch in PITCHES:
                synth.render(pitch, VELOCITY, HOLD_S, LENGTH_S)
        print(time.perf_counter() - start, flush=True)


class BareLoops:
    """Several bare loops side by side."""

    def __init__(self, count: int) -> None:
        command = [sys.executable, __file__, "--bare-loop"]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]

    def rate(self, presets: list[str]) -> float:
        """Renders per second of all loops together. Each is timed alone, so none waits for the slowest."""
        shares = [presets[i :: len(self.processes)] for i in range(len(self.processes))]
        for process, share in zip(self.processes, shares, strict=True):
            stdin = cast(IO[str], process.stdin)
            stdin.write(json.dumps(share) + "\n")
            stdin.flush()
        times = [float(cast(IO[str], process.stdout).readline()) for process in self.processes]
        return sum(len(PITCHES) * len(share) / s for share, s in zip(shares, times, strict=True))

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            with process:
                cast(IO[str], process.stdin).close()


def cpu_s() -> float:
    """Seconds of processor time of this process, its children, and of their children that ended."""
    total = time.process_time()
    me = os.getpid()
    for pid in Path(f"/proc/{me}/task/{me}/children").read_text().split():
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
    return total


def drawn(vital: Vital, count: int) -> list[Patch]:
    """The first patches of the prior that differ in structure."""
    found: dict[str, Patch] = {}
    index = 0
    while len(found) < count:
        patch = vital.priors["tier3-v1"].draw(vital.space, 0, index)
        found.setdefault(structure_key(patch), patch)
        index += 1
    return list(found.values())


def main() -> None:
    """Print one line per round and the median."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--patches", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--bare-loop", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare_loop:
        bare_loop()
        return
    with Vital(workers=options.workers) as vital:
        patches = drawn(vital, options.patches)
        presets = [json.dumps(document(vital.space, patch)) for patch in patches]
        notes = [Performance((Note(pitch, VELOCITY, 0.0, HOLD_S),), LENGTH_S) for pitch in PITCHES]
        pairs = [(patch, note) for patch in patches for note in notes]
        loops = BareLoops(options.workers)
        loops.rate(presets[: 2 * options.workers])  # warm up
        first = dict(vital.stream(pairs[:12]))
        print(f"{len(patches)} structures, {len(PITCHES)} notes each, {options.workers} workers")
        print(
            "round   bare loops/s   ours/s   ratio   CPU ms a render: bare   ours   in here   ratio   same bytes"
        )
        ratios, cpu_ratios = [], []
        for i in range(options.rounds):
            cpu = cpu_s()
            bare = loops.rate(presets)
            bare_cpu, cpu = cpu_s() - cpu, cpu_s()
            start, own = time.perf_counter(), time.process_time()
            same = True
            for k, audio in vital.stream(pairs):
                before = first.get(k)
                if isinstance(before, Audio) and isinstance(audio, Audio):
                    same &= audio.samples.tobytes() == before.samples.tobytes()
            rate = len(pairs) / (time.perf_counter() - start)
            cpu, own = cpu_s() - cpu, time.process_time() - own
            ratios.append(rate / bare)
            cpu_ratios.append(bare_cpu / cpu)
            a, b, c = (1e3 * seconds / len(pairs) for seconds in (bare_cpu, cpu, own))
            print(
                f"{i:5}{bare:15.2f}{rate:9.2f}{ratios[-1]:8.3f}{a:24.1f}{b:7.1f}{c:10.1f}{cpu_ratios[-1]:8.3f}",
                f"  {same}",
                flush=True,
            )
        print(f"median ratio {median(ratios):.3f}, of processor time {median(cpu_ratios):.3f}")
    loops.close()


if __name__ == "__main__":
    main()
