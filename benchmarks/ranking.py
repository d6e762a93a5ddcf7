"""Which distance tells the better of two matches? What docs/ranking.md argues from.

    python benchmarks/ranking.py [--patches 20] [--sounds 8]

Sounds whose order is known: renders of core-v1 patches with noise of 1, 2, 5 and 10 % on every knob, and CC0
one-shots that were low-passed, detuned, made to die sooner and covered with noise, in small steps. Of two steps of
one kind the smaller one should be nearer; and of two mixtures of all four kinds the one that has no more of any.
And sounds that should not be far at all: 10 ms late, 6 dB softer, the same patch with other engine dice.

Prints for each metric, and for composites of several, how often it tells the order of two right, how far the
harmless changes are in units of what 2 % noise on every knob does, and what it costs. About two minutes.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matchbench.baselines import with_noise
from scipy.signal import butter, sosfiltfilt

from patchpilot.audio import Audio, listen, resample
from patchpilot.distance import METRICS
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.matching.composite import HIGHER_IS_CLOSER, PARTS, composite
from patchpilot.space import Performance

SOUNDS = Path(__file__).parent / "sounds"
SEED = 20_261
"""Of the patches and mixtures; no library, test or other benchmark draws from it."""
HELD_OUT_SEED = 90_210
"""Of other patches and other mixtures, looked at once, after the composite had been chosen."""
NOISE = (0.01, 0.02, 0.05, 0.10)
DRAWS = 2
UNIT = "knobs 2 %"

COMPOSITES: Mapping[str, tuple[str, ...]] = {
    "logmel + mss": ("logmel", "mss"),
    "logmel + wmfcc": ("logmel", "wmfcc"),
    "logmel + mss + wmfcc": ("logmel", "mss", "wmfcc"),
    "logmel + sot + rms_cosine": ("logmel", "sot", "rms_cosine"),
    "composite (all five)": PARTS,
}
"""Mean of the logarithms: a step by a tenth counts the same in each, whatever its unit."""


@dataclass(frozen=True)
class Heard:
    """One pair of sounds: a target, and a change of it.

    Attributes:
        target: its name.
        kind: what was changed ("knobs", "low-pass", …).
        steps: how much of each change: one that has no less of any and more of one should be farther.
        name: of the change.
        distance: by metric name, lower is closer.
        seconds: of the processor, by metric name.
    """

    target: str
    kind: str
    steps: tuple[int, ...]
    name: str
    distance: Mapping[str, float]
    seconds: Mapping[str, float]


def patches(synth: Instrument, n: int, seed: int) -> Iterator[Heard]:
    """Renders of core-v1 patches against themselves with noise on every knob."""
    prior, rng = synth.priors["core-v1"], np.random.default_rng(seed)
    for index in range(n):
        patch = prior.draw(synth.space, seed, index)
        loose = patch.changed(synth.space, {"osc_1_random_phase": 1.0, "osc_2_random_phase": 1.0})
        noisy = [
            (step, with_noise(patch, synth.space, rng, NOISE[step]))
            for step in range(len(NOISE))
            for _ in range(DRAWS)
        ]
        performance = Performance.one_note(48 + 3 * (index % 8))
        pairs = [(p, performance) for p in (patch, loose, *(p for _, p in noisy))]
        rendered = dict(synth.stream([*pairs, (loose, performance.with_seed(1))]))
        sounds = [rendered[i] for i in range(len(rendered))]
        if not all(isinstance(sound, Audio) for sound in sounds) or _is_silent(sounds[0]):
            continue
        target, free, *changed, other_dice = [sound for sound in sounds if isinstance(sound, Audio)]
        name = f"core-v1 {index}"
        for (step, _), sound in zip(noisy, changed, strict=True):
            yield _heard(name, "knobs", (step,), f"knobs {100 * NOISE[step]:.0f} %", target, sound)
        yield from _harmless(name, target)
        yield _heard(name, "dice", (), "other dice", free, other_dice)


def _is_silent(sound: object) -> bool:
    return isinstance(sound, Audio) and float(np.abs(sound.samples).max()) < 0.001


def one_shots(n: int, seed: int) -> Iterator[Heard]:
    """CC0 recordings against themselves, made worse in steps: by one kind of damage, and by all four."""
    mixtures = np.random.default_rng(seed).integers(0, 3, (MIXTURES, len(DAMAGE)))
    for path in sorted(SOUNDS.glob("*.flac"))[seed != SEED :: max(1, 20 // n)][:n]:
        target = listen(path).audio
        for kind, damage in DAMAGE.items():
            for step in range(1, 5):
                yield _heard(path.stem, kind, (step,), f"{kind} {step}", target, damage(target, step))
        for steps in mixtures.tolist():
            mixed = target
            for damage, step in zip(DAMAGE.values(), steps, strict=True):
                mixed = damage(mixed, step) if step else mixed
            yield _heard(path.stem, "mixed", tuple(steps), f"mixed {steps}", target, mixed)
        yield from _harmless(path.stem, target)


def _low_pass(sound: Audio, step: int) -> Audio:
    """A second-order filter at 9, 6.4, 4.5, 3.2 kHz."""
    sections = butter(2, 9000 / 2 ** ((step - 1) / 2), "lowpass", fs=sound.sample_rate, output="sos")
    return Audio(sosfiltfilt(sections, sound.samples).astype(np.float32), sound.sample_rate)


def _detune(sound: Audio, step: int) -> Audio:
    """Sharper by 4, 8, 16, 32 cents."""
    cents = 4 * 2 ** (step - 1)
    faster = resample(sound, round(sound.sample_rate / 2 ** (cents / 1200)))
    return Audio(faster.samples, sound.sample_rate)


def _decay(sound: Audio, step: int) -> Audio:
    """Dying by 0.5, 1, 1.5, 2 nepers a second more."""
    t = np.arange(len(sound), dtype=np.float32) / sound.sample_rate
    return Audio(sound.samples * np.exp(-0.5 * step * t), sound.sample_rate)


def _noise(sound: Audio, step: int) -> Audio:
    """White noise 44, 38, 32, 26 dB below the sound."""
    level = math.sqrt(float(np.mean(np.square(sound.samples)))) * 10 ** ((6 * step - 50) / 20)
    noise = np.random.default_rng(step).standard_normal(sound.samples.shape)
    return Audio((sound.samples + level * noise).astype(np.float32), sound.sample_rate)


DAMAGE: Mapping[str, Callable[[Audio, int], Audio]] = {
    "low-pass": _low_pass,
    "detune": _detune,
    "decay": _decay,
    "noise": _noise,
}
MIXTURES = 8


def _harmless(name: str, target: Audio) -> Iterator[Heard]:
    """Changes that no ear minds."""
    late = round(0.01 * target.sample_rate)
    moved = np.pad(target.samples, ((0, 0), (late, 0)))
    yield _heard(name, "late", (), "10 ms late", target, Audio(moved, target.sample_rate))
    yield _heard(name, "gain", (), "6 dB softer", target, Audio(target.samples * 0.5, target.sample_rate))


def _heard(target: str, kind: str, steps: tuple[int, ...], name: str, ours: Audio, theirs: Audio) -> Heard:
    distance, seconds = {}, {}
    for metric, measure in METRICS.items():
        began = time.process_time()
        distance[metric] = measure(ours, theirs)
        seconds[metric] = time.process_time() - began
    composites = {title: composite(distance, parts) for title, parts in COMPOSITES.items()}
    for metric in HIGHER_IS_CLOSER:
        distance[metric] = 1.0 - distance[metric]
    distance |= composites
    for title, parts in COMPOSITES.items():
        seconds[title] = math.fsum(seconds[part] for part in parts)
    return Heard(target, kind, steps, name, distance, seconds)


def accuracy(heard: Sequence[Heard], metric: str, kind: str) -> float:
    """How often the smaller change of two is nearer, 0..1, over all pairs of one target and kind."""
    return statistics.fmean(itertools.chain.from_iterable(_right(heard, metric, kind).values()))


def _right(heard: Sequence[Heard], metric: str, kind: str) -> Mapping[str, list[float]]:
    """For each target, 1 for each pair that was told right, 0 for the others."""
    right: dict[str, list[float]] = {}
    for less, more in itertools.permutations([h for h in heard if h.kind == kind], 2):
        if less.target == more.target and _is_less(less.steps, more.steps):
            right.setdefault(less.target, []).append(float(less.distance[metric] < more.distance[metric]))
    return right


def better_than_headline(heard: Sequence[Heard], metric: str) -> tuple[float, float]:
    """By how much more often than `logmel` it is right where that is hard, and two standard errors of that.

    Over the targets of "knobs" and "mixed", each counting the same; in points of a hundred.
    """
    differences = [
        100 * (statistics.fmean(theirs[target]) - statistics.fmean(ours[target]))
        for kind in ("knobs", "mixed")
        for ours, theirs in [(_right(heard, "logmel", kind), _right(heard, metric, kind))]
        for target in ours
    ]
    return statistics.fmean(differences), 2 * statistics.stdev(differences) / math.sqrt(len(differences))


def _is_less(one: tuple[int, ...], other: tuple[int, ...]) -> bool:
    """Whether one has no more of any change than the other, and less of one."""
    return one != other and all(a <= b for a, b in zip(one, other, strict=True))


def harm(heard: Sequence[Heard], metric: str, kind: str) -> float:
    """Median distance of a harmless change, in units of the median of 2 % noise on every knob."""
    unit = statistics.median(h.distance[metric] for h in heard if h.name == UNIT)
    return statistics.median(h.distance[metric] for h in heard if h.kind == kind) / unit


def main() -> None:
    """Measure, and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patches", type=int, default=20)
    parser.add_argument("--sounds", type=int, default=8)
    parser.add_argument("--held-out", action="store_true", help="other patches, recordings and mixtures")
    arguments = parser.parse_args()
    seed = HELD_OUT_SEED if arguments.held_out else SEED
    with instrument("vital") as synth:
        heard = list(patches(synth, arguments.patches, seed))
    _print([*heard, *one_shots(arguments.sounds, seed)])


def _print(heard: Sequence[Heard]) -> None:
    graded = ("knobs", *DAMAGE, "mixed")
    columns = ["metric", *graded, "mean", "− logmel", "late", "gain", "dice", "ms"]
    print("| " + " | ".join(columns) + " |")
    print("|---" * len(columns) + "|")
    for metric in heard[0].distance:
        told = [accuracy(heard, metric, kind) for kind in graded]
        shares = [f"{100 * share:.0f} %" for share in (*told, statistics.fmean(told))]
        gain, error = better_than_headline(heard, metric)
        harms = [f"{harm(heard, metric, kind):.2f}" for kind in ("late", "gain", "dice")]
        cost_ms = 1000 * statistics.median(h.seconds[metric] for h in heard)
        print(
            "| "
            + " | ".join([metric, *shares, f"{gain:+.1f} ± {error:.1f}", *harms, f"{cost_ms:.0f}"])
            + " |"
        )
    n_pairs = {kind: len([h for h in heard if h.kind == kind]) for kind in graded}
    print("sounds compared: " + ", ".join(f"{n} {kind}" for kind, n in n_pairs.items()))


if __name__ == "__main__":
    main()
