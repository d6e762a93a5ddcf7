"""Sounds whose features are known, and a small instrument that makes them: quick, and with a knob for each feature."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import numpy.typing as npt

from patchpilot.audio import Audio
from patchpilot.space import Edit, Parameter, Patch, Performance, Space
from tests.toy import Toy

RATE = 44100
HELD_S, LENGTH_S = 0.6, 1.0
PERFORMANCE = Performance.one_note(57, hold_s=HELD_S, length_s=LENGTH_S)
F0_HZ = 220.0
Wave = npt.NDArray[np.float64]


def partials(
    hz: float = F0_HZ, *, n: int = 40, tilt: float = 1.0, odd: float = 1.0, even: float = 1.0
) -> Wave:
    """Harmonics that fall by `tilt`, over LENGTH_S."""
    k = np.arange(1, n + 1)
    gains = k**-tilt * np.where(k == 1, 1.0, np.where(k % 2 == 1, odd, even)) * (k * hz < 0.45 * RATE)
    return np.asarray(gains @ _sines(hz, n))


@cache
def _sines(hz: float, n: int) -> Wave:
    """Partials 1 to n, (n, samples)."""
    t = np.arange(round(LENGTH_S * RATE)) / RATE
    return np.asarray(np.sin(2.0 * np.pi * np.outer(np.arange(1, n + 1) * hz, t)))


def enveloped(wave: Wave, *, attack_s: float = 0.01, decay_s: float = 1e6, release_s: float = 0.03) -> Wave:
    """With a line up, an exponential down, and another once the key was let go."""
    t = np.arange(wave.shape[-1]) / RATE
    held = np.minimum(t / attack_s, 1.0) * np.exp(-t / decay_s)
    return np.asarray(wave * held * np.exp(-np.maximum(t - HELD_S, 0.0) / release_s))


def audio(wave: Wave, level: float = 0.05) -> Audio:
    """As `Audio`."""
    return Audio((level * wave).astype(np.float32), RATE)


def noise(seed: int = 0, channels: int = 1) -> Wave:
    """White noise over LENGTH_S."""
    wave = np.random.default_rng(seed).standard_normal((channels, round(LENGTH_S * RATE)))
    return wave if channels > 1 else np.asarray(wave[0])


class Organ(Toy):
    """Harmonics with knobs for tilt, noise, attack, decay, release, width and volume, and a stop without even ones."""

    name = "organ"

    def __init__(self) -> None:
        super().__init__()
        knobs = {
            "tilt": 0.4,
            "hiss": 0.1,
            "attack": 0.2,
            "decay": 0.9,
            "release": 0.2,
            "width": 0.3,
            "volume": 0.5,
        }
        self.space = Space(
            instrument="organ",
            version="1",
            parameters=(
                *(
                    Parameter(name, 0.0, 1.0, default, is_categorical=False)
                    for name, default in knobs.items()
                ),
                Parameter("stop", 0.0, 1.0, 0.0, is_categorical=True, options=("open", "stopped")),
            ),
            views={"core": tuple(knobs)},
        )
        self._steps, self._has_stop = dict.fromkeys(knobs, 0.05), True

    def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002 (it knows one note)
        self.rendered += 1
        at: Callable[[str], float] = lambda name: patch.values.get(name, self.space[name].default)  # noqa: E731
        even = 0.0 if at("stop") else 1.0
        wave = partials(tilt=0.4 + 2.0 * at("tilt"), even=even) + at("hiss") ** 2 * noise()
        side = at("width") * (partials(F0_HZ * 1.003, tilt=1.0) - partials(F0_HZ * 0.997, tilt=1.0)) * 0.5
        times = {"attack_s": 0.002 * 200.0 ** at("attack"), "decay_s": 0.02 * 1000.0 ** at("decay")}
        both = enveloped(
            np.stack([wave + side, wave - side]), **times, release_s=0.01 * 50.0 ** at("release")
        )
        return audio(both, 0.2 * at("volume") ** 2)

    def turning_only(self, *names: str) -> Organ:
        """The same with no other knobs, and without the stop."""
        self._steps, self._has_stop = dict.fromkeys(names, 0.05), False
        return self

    def knobs(self, patch: Patch) -> dict[str, float]:  # noqa: ARG002
        return dict(self._steps)

    def edits(self, patch: Patch) -> list[Edit]:
        return [Edit("stopped", {"stop": 1.0})] if self._has_stop and not patch.values.get("stop") else []
