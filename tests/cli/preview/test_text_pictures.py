from __future__ import annotations

import numpy as np
import pytest
from rich.color import Color
from rich.text import Text

from patchpilot.audio import Audio
from patchpilot.cli.preview.pictures import GUTTER, spectrogram_lines, time_axis, waveform

RATE = 44100


def sine(hz: float, seconds: float = 1.0, level: float = 0.5) -> Audio:
    return Audio(level * np.sin(2 * np.pi * hz * np.arange(round(seconds * RATE)) / RATE), RATE)


def brightness(line: Text) -> list[int]:
    """Of the upper pixel of each cell: red, green and blue added up."""
    found = [0] * len(line)
    for span in line.spans:
        style = span.style if isinstance(span.style, str) else str(span.style)
        if " on " in style:
            triplet = Color.parse(style.split(" on ")[0]).get_truecolor()
            found[span.start : span.end] = [sum(triplet)] * (span.end - span.start)
    return found


@pytest.mark.parametrize(("width", "height"), [(80, 20), (8, 3), (1, 1)])
def test_pictures_have_the_size_that_is_asked_for(width: int, height: int) -> None:
    sound = sine(440)
    wave = waveform(sound, width, height).split("\n")
    picture = spectrogram_lines(sound, width, height).split("\n")
    assert [line.cell_len for line in wave] == [width] * height
    assert [line.cell_len for line in picture] == [GUTTER + width] * height


def test_a_waveform_reaches_the_edges_where_it_is_loudest() -> None:
    fading = Audio(np.linspace(1, 0, RATE) * sine(1000).samples[0], RATE)
    top, *_, bottom = waveform(fading, 40, 8).plain.split("\n")
    assert top[0] != "⠀" != bottom[0]
    assert set(top[20:]) == set(bottom[20:]) == {"⠀"}


def test_a_shorter_sound_ends_where_it_ends() -> None:
    lines = waveform(sine(1000, 0.5), 40, 5, length_s=1.0).plain.split("\n")
    assert all(line[25:] == "⠀" * 15 for line in lines if line is not lines[2])
    assert lines[0][5] != "⠀"


def test_silence_is_a_line() -> None:
    quiet = Audio(np.zeros((2, RATE)), RATE)
    lines = waveform(quiet, 10, 3).plain.split("\n")
    assert {lines[0], lines[2]} == {"⠀" * 10}
    assert (
        len({tuple(brightness(line)[GUTTER:]) for line in spectrogram_lines(quiet, 10, 4).split("\n")}) == 1
    )


def test_what_is_not_finite_is_drawn_as_nothing() -> None:
    samples = np.zeros((1, RATE), np.float32)
    samples[0, 100:200] = np.nan
    assert waveform(Audio(samples, RATE), 10, 3).cell_len


def test_a_tone_is_bright_where_the_axis_says_its_frequency() -> None:
    for hz, label in ((100.0, "100"), (1000.0, "1k"), (10000.0, "10k")):
        lines = spectrogram_lines(sine(hz), 40, 24).split("\n")
        middles = [brightness(line)[GUTTER + 20] for line in lines]
        row = next(i for i, line in enumerate(lines) if line.plain[:GUTTER].strip() == label)
        assert abs(int(np.argmax(middles)) - row) <= 1


def test_the_axis_has_fewer_labels_where_there_is_less_room() -> None:
    labels = {
        height: [line.plain[:GUTTER].strip() for line in spectrogram_lines(sine(440), 20, height).split("\n")]
        for height in (24, 6)
    }
    assert [label for label in labels[24] if label] == ["10k", "3k", "1k", "300", "100"]
    assert [label for label in labels[6] if label] == ["10k", "1k", "100"]


def test_times_stand_where_they_are() -> None:
    axis = time_axis(2.0, 60).plain
    assert len(axis) == GUTTER + 60
    assert axis.split() == ["0", "0.5", "1", "1.5", "2", "s"]
    assert abs(axis.index("1 ") - (GUTTER + 30)) <= 1
    assert "…" not in time_axis(0.25, 8).plain
