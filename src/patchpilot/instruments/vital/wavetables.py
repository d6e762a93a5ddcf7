"""Wavetables made from formulas, for want of any in Vital's init patch.

A table is float32 (k, 2048): k periods, evenly spread over `osc_N_wave_frame`. Each is written as its
spectrum, so it is band-limited by construction: harmonics 1..1023 and nothing else. All frames of a table
have one RMS, its loudest sample has magnitude 1, and phases change little or not at all between frames.

    patch = patch.changed(space, assets={"wavetable_1": built_in("Saw to Square")})
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from functools import cache

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.instruments.vital._frames import Frames, N, between, dispersed, frames, jumps, sampled
from patchpilot.instruments.vital.assets import wavetable
from patchpilot.space.assets import Asset


def built_in_names() -> tuple[str, ...]:
    """Names of all built-in tables."""
    return tuple(BUILT_IN)


@cache
def built_in(name: str) -> Asset:
    """A built-in table by its name.

    Raises:
        ParameterError: there is none of that name.
    """
    if name not in BUILT_IN:
        near = difflib.get_close_matches(name.title(), BUILT_IN, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(BUILT_IN)}"
        raise ParameterError(f"no built-in wavetable {name!r}; {hint}")
    return wavetable(BUILT_IN[name]())


def is_built_in(asset: Asset) -> bool:
    """Whether an asset holds the content of one of these tables."""
    return asset.sha256 in names_by_digest()


@cache
def names_by_digest() -> Mapping[str, str]:
    """Names of all built-in tables by the sha256 of their content."""
    return {built_in(name).sha256: name for name in BUILT_IN}


def basic_shapes() -> Frames:
    """Sine, triangle, saw and square, with three mixtures between each two."""
    odd = N % 2 == 1
    triangle = np.where(odd, np.sin(np.pi * N / 2) / N**2, 0.0)
    shapes = np.array([1.0 * (N == 1), triangle, 1.0 / N, np.where(odd, 1.0 / N, 0.0)])
    shapes /= np.linalg.norm(shapes, axis=1, keepdims=True)
    return frames(between(shapes, 4))


def saw_to_square() -> Frames:
    """Σ sin(nx)/n, the even harmonics fading out."""
    return frames(np.where(N % 2 == 1, 1.0, np.linspace(1.0, 0.0, 9)[:, None]) / N)


def pulse_width() -> Frames:
    """A pulse that narrows from 50 % to 2 %, its rising edge in place."""
    return frames(np.array([jumps([0.0, width], [1.0, -1.0]) for width in np.geomspace(0.5, 0.02, 25)]))


def pwm() -> Frames:
    """A pulse from 90 % to 10 % around its middle, the square at half: for an LFO to sweep."""
    halves = np.linspace(0.45, 0.05, 33)
    return frames(np.array([jumps([-half, half], [1.0, -1.0]) for half in halves]))


def harmonic_series() -> Frames:
    """Equal harmonics, the first 1 to the first 64, added one after another."""
    return frames(dispersed(np.clip(np.geomspace(1.0, 64.0, 25)[:, None] + 1.0 - N, 0.0, 1.0)))


def odd_to_even() -> Frames:
    """From odd harmonics alone to the fundamental and even ones, all falling as n^−0.7."""
    mix = np.linspace(0.0, 1.0, 9)[:, None] * np.pi / 2
    gains = np.where(N % 2 == 1, np.cos(mix), np.sin(mix))
    return frames(dispersed(np.where(N == 1, 1.0, gains) * N**-0.7 * (N <= 64)))


def drawbars() -> Frames:
    """Organ registrations: drawbars 8′, 4′, 2⅔′, 2′, 1⅗′, 1⅓′ and 1′, 3 dB a step of 8."""
    bars = [1, 2, 3, 4, 5, 6, 8]
    registrations = ["8000000", "8400000", "8800000", "8840000", "8686400", "8008008", "8678657", "8888888"]
    settings = np.array([[int(digit) for digit in text] for text in registrations])
    spectra = np.zeros((len(registrations), N.size))
    spectra[:, np.array(bars) - 1] = np.where(settings > 0, 10.0 ** (-3.0 * (8 - settings) / 20.0), 0.0)
    return frames(dispersed(between(spectra, 2), 8))


def single_harmonics() -> Frames:
    """A narrow bell over the harmonics, its centre going from 1 to 16."""
    centres = np.linspace(1.0, 16.0, 46)[:, None]
    return frames(dispersed(np.exp(-0.5 * ((N - centres) / 0.4) ** 2), 16))


def vowels() -> Frames:
    """A E I O U at 110 Hz, the formants moving with the note (Peterson and Barney, JASA 24, 1952)."""
    first, second = [730, 530, 270, 570, 300], [1090, 1840, 2290, 840, 870]
    formants_hz = np.array([first, second, [2440, 2480, 3010, 2410, 2240]]).T
    centres = np.exp(between(np.log(formants_hz / 110.0), 6))[:, :, None]
    widths = np.array([60.0, 90.0, 150.0])[:, None] / 110.0
    # Cascade of resonators with gain 1 at zero frequency (Klatt, JASA 67, 1980), on a source falling as 1/n.
    resonances = centres**2 / np.hypot(centres**2 - N**2, widths * N)
    return frames(dispersed(resonances.prod(axis=1) / N))


def fm_growl() -> Frames:
    """Phase modulation, 1:1, index 0 to 6: sin(x + I sin x)."""
    return sampled(lambda x, index: np.sin(x + index * np.sin(x)), np.linspace(0.0, 6.0, 25))


def fm_glass() -> Frames:
    """Phase modulation, 1:7, index 0 to 4: sin(x + I sin 7x)."""
    return sampled(lambda x, index: np.sin(x + index * np.sin(7.0 * x)), np.linspace(0.0, 4.0, 17))


def wave_fold() -> Frames:
    """A sine folded back on itself, odd harmonics only: sin(I sin x), I from 0.5 to 12."""
    return sampled(lambda x, index: np.sin(index * np.sin(x)), np.linspace(0.5, 12.0, 33))


def sync() -> Frames:
    """A saw of 1 to 5.5 times the pitch, begun anew in each period (hard sync)."""
    spectra = []
    for ratio in np.geomspace(1.0, 5.5, 49):
        resets = np.arange(1, np.ceil(ratio)) / ratio
        # The ramp rises by `ratio` in a period and falls by 1 at each reset, by the rest at the end.
        spectra.append(jumps([*resets, 0.0], [*(-1.0 for _ in resets), len(resets) - ratio]))
    return frames(np.array(spectra))


def bell() -> Frames:
    """Partials of a church bell, the high ones dying first; at pitch when transposed by −36 semitones."""
    ratios = np.array([0.5, 1.0, 1.25, 1.5, 2.0, 2.5, 2.625, 3.0, 4.0, 5.375, 6.625, 8.125])
    gains = np.array([0.7, 1.0, 0.8, 0.4, 0.9, 0.35, 0.3, 0.35, 0.4, 0.3, 0.25, 0.2])
    time = np.linspace(0.0, 4.0, 17)[:, None]
    spectra = np.zeros((17, N.size))
    spectra[:, np.round(8.0 * ratios).astype(int) - 1] = gains * np.exp(-time * (ratios - 0.5) / 2.0)
    return frames(dispersed(spectra, 64))


def noise() -> Frames:
    """All harmonics with random phases (from the one stream that never changes), n^−1.5 to white."""
    phases = np.random.PCG64(1).random_raw(N.size) / 2.0**64 * 2.0 * np.pi
    return frames(N ** -np.linspace(1.5, 0.0, 13)[:, None] * np.exp(1j * phases))


def resonant_sweep() -> Frames:
    """A saw through a resonant low-pass (two poles, Q 6), its cutoff going from harmonic 1 to 128."""
    x = N / np.geomspace(1.0, 128.0, 41)[:, None]
    return frames(1.0 / N / np.hypot(1.0 - x**2, x / 6.0))


def clarinet() -> Frames:
    """Odd harmonics with weak even ones, from hollow to bright: blown softly, then hard."""
    force = np.linspace(0.0, 1.0, 9)[:, None]
    even = 10.0 ** ((-40.0 + 24.0 * force) / 20.0) * np.minimum(N / 8.0, 1.0)
    fall = np.exp(-(N - 1) / (2.0 + 14.0 * force)) * N**-0.3
    return frames(dispersed(np.where(N % 2 == 1, 1.0, even) * fall))


def strings() -> Frames:
    """A bowed string in its body: a saw with resonances, the bow pressing harder along the table."""
    force = np.linspace(0.0, 1.0, 9)[:, None]
    octaves = np.log2(N / np.array([[2.0], [3.0], [7.0], [15.0]]))
    body = 1.0 + np.array([0.8, 1.0, 1.2, 1.5]) @ np.exp(-0.5 * (octaves / 0.18) ** 2)
    return frames(dispersed(body / N * np.exp(-N / (6.0 * 16.0**force))))


def digital() -> Frames:
    """A sine held in steps, from 4 to 64 of them in a period."""
    spectra = []
    for steps in (4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 32, 48, 64):
        times = np.arange(steps) / steps
        # Each step shows the sine at its middle, so that the phases stay where the sine's are.
        held = np.sin(2.0 * np.pi * (times + 0.5 / steps))
        spectra.append(jumps(times, held - np.roll(held, 1)))
    return frames(np.array(spectra)[::-1])


BUILT_IN: Mapping[str, Callable[[], Frames]] = {
    "Basic Shapes": basic_shapes,
    "Saw to Square": saw_to_square,
    "Pulse Width": pulse_width,
    "PWM": pwm,
    "Harmonic Series": harmonic_series,
    "Odd to Even": odd_to_even,
    "Drawbars": drawbars,
    "Single Harmonics": single_harmonics,
    "Vowels": vowels,
    "FM Growl": fm_growl,
    "FM Glass": fm_glass,
    "Wave Fold": wave_fold,
    "Sync": sync,
    "Bell": bell,
    "Noise": noise,
    "Resonant Sweep": resonant_sweep,
    "Clarinet": clarinet,
    "Strings": strings,
    "Digital": digital,
}
