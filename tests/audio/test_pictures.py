from __future__ import annotations

import io
import re

import numpy as np
import pytest
from PIL import Image

from patchpilot.audio import Audio, pictures

RATE = 44100


def sine(hz: float, seconds: float, level: float = 0.5, *, rate: int = RATE) -> Audio:
    return Audio(level * np.sin(2 * np.pi * hz * np.arange(round(seconds * rate)) / rate), rate)


def test_colours_are_even_steps_of_rising_lightness() -> None:
    lab = _oklab(pictures.colour_map(64).astype(float) / 255)
    steps = np.linalg.norm(np.diff(lab, axis=0), axis=1)
    assert (np.diff(lab[:, 0]) > 0).all()
    assert steps.std() < 0.15 * steps.mean()
    assert lab[0, 0] < 0.16
    assert lab[-1, 0] > 0.95


def _oklab(srgb: np.ndarray) -> np.ndarray:
    """OKLab by the published forward matrices (the module only has the inverse ones)."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    lms = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    return np.asarray(
        np.cbrt(lms)
        @ np.array(
            [
                [0.2104542553, 1.9779984951, 0.0259040371],
                [0.7936177850, -2.4285922050, 0.7827717662],
                [-0.0040720468, 0.4505937099, -0.8086757660],
            ]
        )
    )


@pytest.mark.parametrize("hz", [60.0, 440.0, 5000.0])
@pytest.mark.parametrize("rate", [22050, 44100, 96000])
def test_a_tone_is_drawn_at_its_frequency_and_level(hz: float, rate: int) -> None:
    frame = pictures.Frame(1.0)
    t = np.arange(rate) / rate
    levels = pictures.spectrogram(Audio(np.sin(2 * np.pi * hz * t), rate), frame)
    assert levels.shape == (frame.height, frame.width)
    middle = levels[:, frame.width // 2]
    half_bin_hz = 0.5 / 0.093
    assert frame.rows_hz()[middle.argmax()] == pytest.approx(hz, rel=0.03, abs=half_bin_hz)
    assert abs(middle.max()) < 2
    assert abs(middle.argmax() / (frame.height - 1) - frame.from_top(hz)) < 0.015


def test_a_click_is_drawn_at_its_time_whatever_the_length() -> None:
    frame = pictures.Frame(2.0)
    samples = np.zeros(RATE, np.float32)
    samples[RATE // 2] = 1.0
    levels = pictures.spectrogram(Audio(samples, RATE), frame)
    high = levels[frame.rows_hz() > 3000].mean(axis=0)
    assert abs(high.argmax() - frame.width / 4) <= 1
    assert high[frame.width * 3 // 5 :].max() < -119.9


def test_nothing_is_drawn_above_half_the_sample_rate() -> None:
    frame = pictures.Frame(0.5)
    levels = pictures.spectrogram(sine(300, 0.5, rate=8000), frame)
    assert levels[frame.rows_hz() > 4100].max() < -119.9


def test_png_uses_the_darkest_and_the_brightest_colour() -> None:
    data = pictures.spectrogram_png(np.array([[-200.0, 0.0]], np.float32), top_db=0.0)
    with Image.open(io.BytesIO(data)) as image:
        pixels = np.asarray(image.convert("RGB"))
    colours = pictures.colour_map(96)
    assert pixels.tolist() == [[colours[0].tolist(), colours[-1].tolist()]]


def test_time_ticks_are_round_and_few() -> None:
    assert pictures.Frame(2.2).time_ticks_s() == [0, 0.5, 1, 1.5, 2]
    assert pictures.Frame(0.021).time_ticks_s() == [0, 0.005, 0.01, 0.015, 0.02]
    assert pictures.Frame(12.2).time_ticks_s() == [0, 2, 4, 6, 8, 10, 12]


def test_waveform_reaches_the_edges_at_its_peak() -> None:
    path = pictures.waveform_path(sine(100, 0.5, 0.4), pictures.Frame(1.0), peak=0.4)
    numbers = np.array([[float(x) for x in point.split()] for point in re.findall(r"[\d.]+ [\d.]+", path)])
    assert numbers.shape == (640, 2)
    assert (numbers[:, 1].min(), numbers[:, 1].max()) == pytest.approx((1, 99), abs=0.5)
    assert (numbers[numbers[:, 0] > 160][:, 1] == 50).all()
