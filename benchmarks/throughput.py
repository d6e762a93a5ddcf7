"""How fast the engine renders bit-exactly, against loops that do nothing but render.

    python benchmarks/throughput.py [--patches 60] [--rounds 5] [--workers 2]

A *bare loop* is a process that re-uses one Vital synth: set the controls, render two seconds, next. Its audio
depends on what it rendered before. The pool gives each patch the same untouched synth. Both render the same
audible random patches, taking turns within one run, so that a busy machine slows both. Goal: ratio >= 0.85 on
two cores.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from statistics import median
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from patchpilot.engine import Failure, Job, Pool, Program

PROGRAM = Program("throughput:boot", "throughput:prepare", "throughput:run")
SECONDS = 2.0
EFFECTS = ["reverb", "delay", "chorus", "phaser", "flanger", "distortion", "compressor", "eq", "filter_fx"]
Delta = dict[str, float]


def boot() -> None:
    """Load the native library."""
    import vita  # noqa: F401


def prepare(base: str) -> Any:
    """A synth with the patch `base` (JSON; empty: the init patch) loaded."""
    import vita

    synth = vita.Synth()
    if base:
        synth.load_json(base)
    return synth, synth.get_controls()


def run(state: Any, delta: Delta) -> npt.NDArray[np.float32]:
    """Set the controls and render C4."""
    synth, controls = state
    for name, value in delta.items():
        controls[name].set(value)
    return synth.render(60, 0.8, 1.5, SECONDS)  # type: ignore[no-any-return]


def patch(rng: random.Random) -> Delta:
    """A random patch as people make them: one to three oscillators, a filter or two, a few effects."""

    def on(p: float) -> float:
        return float(rng.random() < p)

    uniform = rng.uniform
    delta: Delta = {"osc_1_on": 1.0, "osc_2_on": on(0.6), "osc_3_on": on(0.3), "sample_on": on(0.2)}
    for i in (1, 2, 3):
        delta[f"osc_{i}_level"] = uniform(0.4, 1.0)
        delta[f"osc_{i}_unison_voices"] = float(rng.choice([1, 1, 2, 4, 7]))
        delta[f"osc_{i}_unison_detune"] = uniform(0.0, 6.0)
        delta[f"osc_{i}_transpose"] = float(rng.choice([-12, 0, 0, 7, 12]))
        delta[f"osc_{i}_spectral_morph_type"] = float(rng.randrange(10))
        delta[f"osc_{i}_spectral_morph_amount"] = uniform(0.2, 0.8)
        delta[f"osc_{i}_distortion_type"] = float(rng.randrange(7))
        delta[f"osc_{i}_distortion_amount"] = uniform(0.2, 0.8)
    for i in (1, 2):
        delta[f"filter_{i}_on"] = on(0.6)
        delta[f"filter_{i}_model"] = float(rng.randrange(7))
        delta[f"filter_{i}_cutoff"] = uniform(50.0, 120.0)
        delta[f"filter_{i}_resonance"] = uniform(0.0, 0.8)
    for effect in EFFECTS:
        delta[f"{effect}_on"] = on(0.35)
    delta["env_1_attack"] = uniform(0.0, 0.8)
    delta["env_1_sustain"] = uniform(0.3, 1.0)
    delta["env_1_release"] = uniform(0.2, 1.0)
    return delta


def bare_loop() -> None:
    """Render lists of deltas (JSON lines) by one re-used synth; answer each with the seconds it took."""
    state = prepare("")
    for line in sys.stdin:
        start = time.perf_counter()
        for delta in json.loads(line):
            run(state, delta)
        print(time.perf_counter() - start, flush=True)


class BareLoops:
    """Several bare loops side by side."""

    def __init__(self, count: int) -> None:
        command = [sys.executable, __file__, "--bare-loop"]
        self.processes = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            for _ in range(count)
        ]

    def rate(self, deltas: list[Delta]) -> float:
        """Renders per second of all loops together. Each is timed alone, so none waits for the slowest."""
        shares = [deltas[i :: len(self.processes)] for i in range(len(self.processes))]
        for process, share in zip(self.processes, shares, strict=True):
            stdin = cast(IO[str], process.stdin)
            stdin.write(json.dumps(share) + "\n")
            stdin.flush()
        times = [float(cast(IO[str], process.stdout).readline()) for process in self.processes]
        return sum(len(share) / seconds for share, seconds in zip(shares, times, strict=True))

    def close(self) -> None:
        """End the processes."""
        for process in self.processes:
            with process:
                cast(IO[str], process.stdin).close()


def audible(pool: Pool, count: int, seed: int) -> list[Delta]:
    """`count` random patches above -50 dB RMS, in random order."""
    rng = random.Random(seed)
    found: list[Delta] = []
    while len(found) < count:
        deltas = [patch(rng) for _ in range(count)]
        for delta, audio in zip(deltas, pool.map(jobs(deltas)), strict=True):
            if not isinstance(audio, Failure) and 20 * np.log10(np.sqrt(np.mean(audio**2)) + 1e-9) > -50.0:
                found.append(delta)
    return found[:count]


def jobs(deltas: list[Delta]) -> list[Job]:
    """One job per delta, all on the init patch."""
    return [Job("", "init", delta) for delta in deltas]


def main() -> None:
    """Print one line per round and the medians."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--patches", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--bare-loop", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.bare_loop:
        bare_loop()
        return
    loops = BareLoops(options.workers)
    with Pool(PROGRAM, workers=options.workers) as pool:
        deltas = audible(pool, options.patches, options.seed)
        first = [audio.tobytes() for audio in pool.map(jobs(deltas))]
        loops.rate(deltas)  # warm up
        print(
            f"{len(deltas)} audible random patches of {SECONDS:g} s, {pool.workers} workers, fork {pool.fork}"
        )
        print("round   bare loops/s   pool/s   ratio   same bytes")
        ratios = []
        for i in range(options.rounds):
            order = random.Random(i).sample(range(len(deltas)), len(deltas))
            shuffled = [deltas[k] for k in order]
            bare = loops.rate(shuffled)
            start = time.perf_counter()
            audio = pool.map(jobs(shuffled))
            rate = len(deltas) / (time.perf_counter() - start)
            same = all(audio[k].tobytes() == first[order[k]] for k in range(len(order)))
            ratios.append(rate / bare)
            print(f"{i:5}{bare:15.2f}{rate:9.2f}{ratios[-1]:8.3f}   {same}")
        print(f"median ratio {median(ratios):.3f}")
    loops.close()


if __name__ == "__main__":
    main()
