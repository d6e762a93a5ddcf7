"""From a sound without harmony (drum, bell, noise, dissonant bass) to the oscillators that make it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from patchpilot.audio import F32, F64
from patchpilot.search.resynthesis.dense import lines, loop
from patchpilot.search.resynthesis.dense import sweep as sweeps
from patchpilot.search.resynthesis.dense.analysis import Analysis
from patchpilot.search.resynthesis.dense.loop import Goal
from patchpilot.search.resynthesis.dense.oscillator import GAIN, HARMONICS, UNISON, Layer
from patchpilot.search.resynthesis.dense.partials import best_grid, noisy, take_apart
from patchpilot.search.resynthesis.dense.write import lowest_hz
from patchpilot.search.resynthesis.envelope import Adsr

LOW_GRID_HZ = (7.0, 9.5)
"""Spacing, lowest and highest, of the lower oscillator's lines; higher where the note is too high to reach it."""
HIGH_GRID_HZ = (18.0, 22.0)
"""The same of the upper oscillator."""
CROSSOVER_HZ = 1600.0
"""Where the lower hands over to the upper."""
CORRECTION = 0.8
"""Share of what a render lacks that is made up for: the whole overshoots."""
SWEEP_HARMONICS = 8
SURE_SHARE = 0.9
"""A sweep that carries this much of the energy needs no rival without it."""
SWEEP_BONUS = 0.03
"""A sweep is preferred where it is no farther than this from its rival: it plays better at other keys."""
QUICK_S = 0.001
"""An attack to try beside the fitted one."""
SHORT_S = 2.0
"""Sounds up to this length try several attacks."""
AUDIBLE_REPEATS_S = 0.12
"""Shorter noise is over before the grid's period is heard."""
DRAFT_ROUNDS = 3
WORK_SAMPLES = 44100 * 12
"""Samples that the last simulations of a sound may make together: what bounds the time they take."""


@dataclass(frozen=True)
class Options:
    """Which construction to build.

    Attributes:
        sweep: give the pitch sweep an oscillator of its own.
        attack_s: of `env_1`; None for the fitted one.
    """

    sweep: bool = False
    attack_s: float | None = None


@dataclass(frozen=True)
class Design:
    """The oscillators behind a sketch, with what is needed to correct them.

    Attributes:
        options: the construction.
        layers: one per oscillator.
        envelope: `env_1`.
        goal: what the layers work towards, under this envelope.
        gap: their distance from the target in simulation.
    """

    options: Options
    layers: list[Layer]
    envelope: Adsr
    goal: Goal
    gap: float


def candidates(analysis: Analysis) -> list[Options]:
    """The constructions worth drafting, best guess first."""
    plain, swept = Options(), Options(sweep=True)
    kinds = [plain]
    if analysis.sweep is not None:
        kinds = [swept] if analysis.sweep.share > SURE_SHARE else [swept, plain]
    if analysis.goal.samples > SHORT_S * analysis.sample_rate_hz:
        return [*kinds, replace(kinds[0], attack_s=QUICK_S)][:2]
    attacks = [None, *sorted({QUICK_S, float(np.clip(1.4 * analysis.rise_s, 0.0003, 0.02))})]
    return [replace(kinds[0], attack_s=attack_s) for attack_s in attacks] + kinds[1:]


def design(analysis: Analysis, options: Options, rounds: int = DRAFT_ROUNDS) -> Design:
    """The oscillators of a construction, corrected by `rounds` of simulation."""
    adsr = analysis.envelope
    if options.attack_s is not None:
        adsr = replace(adsr, attack_s=options.attack_s, attack_power=0.0)
    goal = replace(analysis.goal, envelope=analysis.voice_gain(adsr))
    rest, layers = analysis.y, []
    if options.sweep and analysis.sweep is not None:
        layer, rest = _sweep_layer(analysis, goal, analysis.sweep)
        layers.append(layer)
    layers += _dense_layers(analysis, goal, rest)
    better, gap = loop.refine(loop.limited(layers), goal, rounds)
    return Design(options, better, adsr, goal, gap)


def finish(analysis: Analysis, drafts: list[Design]) -> list[Design]:
    """The best of some drafts, corrected further, and the runner-up as it is."""
    best, *others = sorted(drafts, key=lambda draft: draft.gap - SWEEP_BONUS * draft.options.sweep)
    rounds = int(np.clip(WORK_SAMPLES // analysis.goal.samples, 3, 9))
    layers, gap = loop.refine(best.layers, best.goal, rounds)
    return [replace(best, layers=layers, gap=gap), *others[:1]]


def correct(made: Design, rendered: F32) -> Design:
    """The design, corrected by what the engine's `rendered` (n,) lacks against the target."""
    heard = loop.measured(rendered, made.goal)
    return replace(made, layers=loop.corrected(made.layers, made.goal, heard, CORRECTION))


def _over_envelope(analysis: Analysis, goal: Goal, magnitudes: F64) -> F64:
    """What the tables must hold for `magnitudes` (k, lines) to come out of the voice."""
    times_s = np.minimum(goal.times_s, analysis.hold_s - 0.001)
    gain = goal.envelope[(times_s * analysis.sample_rate_hz).astype(int)]
    return np.asarray(magnitudes / np.maximum(gain, 1e-3)[:, None] / GAIN)


def _dense_layers(analysis: Analysis, goal: Goal, rest: F32) -> list[Layer]:
    """The oscillators that make `rest` (n,) of the target: partials and noise, below and above the crossover."""
    rng = np.random.default_rng(analysis.seed)
    sr = analysis.sample_rate_hz
    spectrum = analysis.spectrum if rest is analysis.y else take_apart(rest, sr)
    repeats = analysis.hold_s > AUDIBLE_REPEATS_S
    low_hz, high_hz = CROSSOVER_HZ / 1.2, CROSSOVER_HZ * 1.2
    layers = []
    for grid, rising, band in (
        (LOW_GRID_HZ, False, (25.0, low_hz)),
        (HIGH_GRID_HZ, True, (low_hz, 16000.0)),
    ):
        voices = UNISON if repeats and noisy(spectrum, band) else ((0.0, 1.0),)
        reach = max(1.0, lowest_hz(analysis.note) / grid[0])
        f0_hz = best_grid(spectrum, grid[0] * reach, grid[1] * reach, band)
        share = lines.crossover(f0_hz, low_hz, high_hz, rising)
        layer = lines.dense_layer(rest, sr, goal.times_s, spectrum, f0_hz, share, rng)
        layers.append(
            replace(layer, magnitudes=_over_envelope(analysis, goal, layer.magnitudes), voices=voices)
        )
    return layers


def _sweep_layer(analysis: Analysis, goal: Goal, sweep: sweeps.Sweep) -> tuple[Layer, F32]:
    """The oscillator that follows the sweep, and what it leaves of the target."""
    sr = analysis.sample_rate_hz
    tracks = sweeps.harmonic_tracks(analysis.y, sr, sweep, SWEEP_HARMONICS)
    now_s = np.arange(len(analysis.y)) / sr
    phase = 2.0 * np.pi * np.cumsum(sweep.at(now_s)) / sr
    at = np.minimum((goal.times_s * sr).astype(int), len(now_s) - 1)
    magnitudes = np.zeros((len(at), HARMONICS + 1))
    magnitudes[:, 1 : len(tracks) + 1] = np.abs(tracks[:, at]).T
    phases = np.zeros(HARMONICS + 1)
    phases[1 : len(tracks) + 1] = np.angle((tracks * np.abs(tracks)).sum(1))
    partials = (np.abs(track) * np.cos(h * phase + phases[h]) for h, track in enumerate(tracks, start=1))
    made = sum(partials, np.zeros(len(now_s)))
    base_hz = float(sweep.hz.min())
    semitones = 12.0 * np.log2(sweep.hz / base_hz)
    tables = _over_envelope(analysis, goal, magnitudes)
    layer = Layer(base_hz, tables, phases, sweep=semitones, sweep_s=sweep.times_s)
    return layer, (analysis.y - made).astype(np.float32)
