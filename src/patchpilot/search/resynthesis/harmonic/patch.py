"""From a plan to a patch: two wavetable oscillators, the envelope, and the LFOs that move frames and pitch."""

from __future__ import annotations

import numpy as np

from patchpilot.audio import F32, hz_to_note
from patchpilot.instruments.vital.assets import MAX_FRAME
from patchpilot.search.resynthesis.envelope import gain
from patchpilot.search.resynthesis.harmonic.keyframes import FADE_S
from patchpilot.search.resynthesis.harmonic.plan import Plan
from patchpilot.search.resynthesis.harmonic.waves import periods
from patchpilot.search.resynthesis.sketch import Shape, Sketch, Table, drawing
from patchpilot.space import Routing

_GAIN_LIMIT = 10.0 ** (12.0 / 20.0)
"""What the envelope leaves of the loudness stays in the frames, as far as ±12 dB: the rest is unplayable."""
_SILENCE = 1e-3
_BEFORE_RELEASE_S = 0.06
"""Half a window of the analysis, and about how late a release is noticed."""
_QUIETEST = 1e-5
"""No partial is weaker than this, relative to the strongest of its table."""
_DEFAULT_LEVEL = 0.5**0.5
_LOUDEST = 2.0
"""Amplitude at the upper end of ``volume``."""
_MAX_TABLE = 4.0
_PITCH_LATENCY_S = 0.0035
"""``voice_transpose`` follows its LFO this much later."""
_PITCH_STEP_S = 0.02
_MAX_PITCH_POINTS = 90
_TRANSPOSE_RANGE = 96.0
_MAX_TRANSPOSE = 48


def realise(plan: Plan) -> Sketch:
    """The patch of a plan."""
    harmonic, rest = _without_envelope(plan)
    made = {
        number: periods(np.maximum(amplitudes, _QUIETEST * amplitudes.max()), phases)
        for number, amplitudes, phases in ((1, harmonic, plan.phases), (2, rest, plan.rest_phases))
        if amplitudes.max() > 0.0
    }
    peak = max(float(np.abs(wave).max()) for wave in made.values())
    volume, level = _volume(peak)
    positions = tuple(int(p) for p in np.round(np.linspace(0, MAX_FRAME, len(plan.keys_s))))
    sweep = drawing(plan.keys_s - FADE_S, np.array(positions) / MAX_FRAME, float(plan.keys_s[-1] - FADE_S))
    lfos = {1: sweep}
    routings = [Routing("lfo_1", f"osc_{number}_wave_frame", 1.0) for number in made]
    if plan.motion.moves:
        lfos[2], amount = _pitch_sweep(plan)
        routings.append(Routing("lfo_2", "voice_transpose", amount, bipolar=True))
    return Sketch(
        controls=_controls(plan, made, volume),
        tables={number: Table(positions, wave * np.float32(level / peak)) for number, wave in made.items()},
        lfos=lfos,
        routings=tuple(routings),
    )


def _without_envelope(plan: Plan) -> tuple[F32, F32]:
    """Both sets of amplitudes with the envelope divided out, and what is left of gain limited."""
    power = (plan.harmonic**2).sum(axis=1) + (plan.rest**2).sum(axis=1)
    loudness = np.sqrt(power.astype(np.float64)) + 1e-9
    wanted = loudness / np.maximum(gain(plan.adsr, plan.keys_s, plan.hold_s), 1e-6)
    middle = float(np.exp(np.average(np.log(wanted), weights=loudness)))
    kept = np.clip(wanted, middle / _GAIN_LIMIT, middle * _GAIN_LIMIT)
    # Frames of the release sound while the key is down when it is held for longer: never louder than before.
    released = plan.keys_s > plan.hold_s
    if released.any() and not released.all():
        kept[released] = np.minimum(kept[released], kept[~released][-1])
    factor = (kept / loudness).astype(np.float32)[:, None]
    last = _lasting(plan)
    harmonic, rest = plan.harmonic * factor, plan.rest * factor
    for amplitudes in (harmonic, rest):
        amplitudes[-1] = _SILENCE * amplitudes[-1] if last is None else amplitudes[last]
    return harmonic, rest


def _lasting(plan: Plan) -> int | None:
    """The keyframe that the last one repeats, for a key that is held on; None for a sound that dies.

    The last keyframe itself has seen the release.
    """
    if not plan.holds:
        return None
    return max(int(np.searchsorted(plan.keys_s, plan.hold_s - _BEFORE_RELEASE_S, side="right")) - 1, 0)


def _controls(plan: Plan, made: dict[int, F32], volume: float) -> dict[str, float]:
    controls = {"velocity_track": 0.0, "volume": volume}
    for number in (1, 2):
        controls |= {
            f"osc_{number}_on": float(number in made),
            f"osc_{number}_random_phase": 0.0,
            f"osc_{number}_wave_frame": 0.0,
        }
    return controls | _tuning(plan) | plan.adsr.controls()


def _volume(peak: float) -> tuple[float, float]:
    """The ``volume`` control, and the peak of the tables, that together sound with amplitude `peak`.

    The tables go beyond full scale only where the control does not reach. The oscillators' levels stay at their
    defaults: the engine glides to others over the first 30 ms.
    """
    wanted = max(peak / _DEFAULT_LEVEL**2, 1e-3)
    loudness = min(wanted, _LOUDEST)
    return float((80.0 + 20.0 * np.log10(loudness)) ** 2), min(wanted / loudness, _MAX_TABLE)


def _tuning(plan: Plan) -> dict[str, float]:
    """Oscillator 1 at the fundamental, oscillator 2 its octaves lower, when the plan's note is played.

    Each oscillator reaches four octaves down; what is missing the whole voice makes up.
    """
    exact = hz_to_note(plan.f0_hz) - plan.note
    upper = round(exact)
    lower = upper - 12 * (plan.density.bit_length() - 1)
    voice = int(np.clip(min(lower + _MAX_TRANSPOSE, 0) or max(upper - _MAX_TRANSPOSE, 0), -48, 48))
    controls = {"voice_transpose": float(voice)}
    for number, semitones in ((1, upper), (2, lower)):
        controls[f"osc_{number}_transpose"] = float(
            np.clip(semitones - voice, -_MAX_TRANSPOSE, _MAX_TRANSPOSE)
        )
        controls[f"osc_{number}_tune"] = exact - upper
    return controls


def _pitch_sweep(plan: Plan) -> tuple[Shape, float]:
    """The LFO that moves the pitch, and the amount of its routing."""
    times_s, cents = plan.motion.times_s, plan.motion.cents
    length_s = float(times_s[-1])
    keys_s = np.linspace(0.0, length_s, int(np.clip(length_s / _PITCH_STEP_S, 4, _MAX_PITCH_POINTS)))
    read = np.interp(keys_s + _PITCH_LATENCY_S, times_s, cents)
    reach = float(max(np.abs(read).max(), 1.0))
    corners = drawing(keys_s, 0.5 + 0.5 * read / reach, length_s)
    return Shape(corners.points, length_s, smooth=True), 2.0 * reach / 100.0 / _TRANSPOSE_RANGE
