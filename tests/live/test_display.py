"""What displays say, and turning a knob until its display says it, whatever the curve."""

from __future__ import annotations

import math

import pytest

from patchpilot.errors import LiveError
from patchpilot.live.display import Wish, look
from patchpilot.live.finding import find_spots
from patchpilot.live.session import read_session
from patchpilot.live.shown import is_option, read, told
from patchpilot.live.spot import Spot
from patchpilot.tracks.moves import Move
from tests.live.conftest import Opened
from tests.live.liveset import Device, LiveSet, Parameter, Track


@pytest.mark.parametrize(
    ("text", "number", "unit"),
    [
        ("2.50 kHz", 2500.0, "Hz"),
        ("440 Hz", 440.0, "Hz"),
        ("-12.0 dB", -12.0, "dB"),
        ("−3.5 dB", -3.5, "dB"),
        ("-inf dB", -math.inf, "dB"),
        ("4.00 : 1", 4.0, ""),
        ("inf : 1", math.inf, ""),
        ("50 %", 50.0, "%"),
        ("1.20 s", 1200.0, "ms"),
        ("12,5 ms", 12.5, "ms"),
        ("+3 st", 3.0, "st"),
        ("-7 ct", -7.0, "ct"),
        ("30L", -30.0, "L/R"),
        ("12R", 12.0, "L/R"),
        ("C", 0.0, "L/R"),
        ("90°", 90.0, "°"),
        ("0.71", 0.71, ""),
    ],
)
def test_displays_as_numbers(text: str, number: float, unit: str) -> None:
    assert read(text).number == pytest.approx(number)
    assert read(text).unit == unit


@pytest.mark.parametrize("text", ["Bell", "1/8", "High Pass 48dB", "", "Off", "12 monkeys"])
def test_words_are_no_numbers(text: str) -> None:
    assert read(text).number is None


def test_units_and_options() -> None:
    assert told(0.25, "s") == (250.0, "ms")
    assert told(2.0, "kHz") == (2000.0, "Hz")
    assert is_option("Low-pass", "lowpass")
    assert not is_option("Bell", "Bells")
    assert read("2.50 kHz").step == pytest.approx(10.0)


def _set(*parameters: Parameter) -> LiveSet:
    return LiveSet([Track("T", [Device("D", "D", 1, list(parameters))])])


def _spot(k: int, p: Parameter) -> Spot:
    return Spot("parameter", (0, 0, k), p.name, "T", "D", "D", p.min, p.max, p.is_quantized)


CURVES = {
    "linear": lambda v: f"{100.0 * v:.1f} %",
    "falling": lambda v: f"{50.0 - 100.0 * v:.1f} %",
    "steep": lambda v: f"{100.0 * v**9:.1f} %",
    "flat": lambda v: f"{100.0 * v**0.2:.1f} %",
    "steps": lambda v: f"{10.0 * math.floor(10.0 * v):.0f} %",
}


@pytest.mark.parametrize("name", CURVES)
def test_any_monotone_curve_is_found(opened: Opened, name: str) -> None:
    p = Parameter(name, 0.0, 1.0, 0.9, CURVES[name])
    _, live = opened(_set(p))
    ((raw, text),) = look(live.link, [Wish(_spot(0, p), 20.0, "%")])
    assert read(text).number == pytest.approx(20.0, abs=0.051)
    assert CURVES[name](raw) == text


def test_a_curve_that_goes_up_and_down_is_refused(opened: Opened) -> None:
    p = Parameter("P", 0.0, 1.0, 0.1, lambda v: f"{100.0 * math.sin(5.0 * v):.1f} %")
    _, live = opened(_set(p))
    with pytest.raises(LiveError, match=r"goes up and down.*unit raw"):
        look(live.link, [Wish(_spot(0, p), -20.0, "%")])


def test_units_ranges_and_options_are_checked(opened: Opened) -> None:
    knob = Parameter("Freq", 0.0, 1.0, 0.5, lambda v: f"{20.0 * 1000.0**v:.0f} Hz")
    kinds = Parameter("Type", 0.0, 2.0, 0.0, lambda v: ("Low", "Band", "High")[round(v)], quantized=True)
    _, live = opened(_set(knob, kinds))
    with pytest.raises(LiveError, match=r"T, D, Freq is in Hz .*, not in dB"):
        look(live.link, [Wish(_spot(0, knob), -3.0, "dB")])
    with pytest.raises(LiveError, match="goes from 20 Hz to 20000 Hz: it cannot show 30 kHz"):
        look(live.link, [Wish(_spot(0, knob), 30.0, "kHz")])
    with pytest.raises(LiveError, match="no option 'Notch', only Low, Band, High"):
        look(live.link, [Wish(_spot(1, kinds), option="Notch")])
    with pytest.raises(LiveError, match="shows words"):
        look(live.link, [Wish(_spot(1, kinds), 3.0, "dB")])
    assert look(live.link, [Wish(_spot(1, kinds), option="high"), Wish(_spot(0, knob), 200.0)]) == [
        (2.0, "High"),
        (pytest.approx(1.0 / 3.0, abs=0.01), "200 Hz"),
    ]


def test_no_extreme_is_left_between_two_looks(opened: Opened) -> None:
    p = Parameter("Drive", 0.0, 1.0, 0.5, lambda v: f"{72.0 * v - 36.0:.1f} dB")
    server, live = opened(_set(p))
    waiting: list[float] = []
    tick = server.tick

    def looked() -> None:
        tick()
        waiting.append(p.value)

    server.tick = looked  # type: ignore[method-assign]
    look(live.link, [Wish(_spot(0, p), 3.0, "dB", rest=0.5)])
    assert len(waiting) >= 2
    assert set(waiting) == {0.5}
    assert server.song.tracks[0].devices[0].parameters[0].value == 0.5


def test_a_knob_that_automation_holds_is_told(opened: Opened) -> None:
    p = Parameter("P", 0.0, 1.0, 0.5, lambda v: f"{100.0 * v:.1f} %")
    _, live = opened(_set(p))
    p.on_set = lambda: setattr(p, "_value", 0.5)
    with pytest.raises(LiveError, match=r"does not stay where it is set: automation"):
        look(live.link, [Wish(_spot(0, p), 20.0, "%")])


def test_mixer_units(opened: Opened) -> None:
    from patchpilot.live.values import stored

    _, live = opened()
    session = read_session(live)

    def of(parameter: str, value: float, unit: str) -> float | None:
        (spot,) = find_spots(live, session, [move := Move("Lead", "mixer", parameter, value, unit)])
        assert isinstance(spot, Spot)
        return stored(spot, move)

    assert of("volume", 0.0, "dB") == 0.85
    assert of("volume", 6.0, "dB") == 1.0
    assert of("volume", -18.0, "dB") == pytest.approx(0.4)
    assert of("pan", -50.0, "L/R") == -1.0
    assert of("send b", 0.4, "raw") == 0.4
    assert of("solo", 1.0, "") == 1.0
    with pytest.raises(LiveError, match=r"known from -18 to 6 dB only"):
        of("volume", -40.0, "dB")
    with pytest.raises(LiveError, match=r"expected 0 to 1, got 1.2"):
        of("volume", 1.2, "raw")
    with pytest.raises(LiveError, match="cannot be set to 3 kHz"):
        of("volume", 3.0, "kHz")
