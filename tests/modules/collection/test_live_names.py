"""Our parameters as Live's, and back."""

from __future__ import annotations

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.modules.base import spoken
from patchpilot.modules.collection.live_devices import BIG_8, DEVICES
from patchpilot.modules.collection.live_names import device, settings, values_of
from patchpilot.modules.kinds import named


def test_eight_devices_of_modules_that_are_there() -> None:
    assert len(BIG_8) == 8
    for found in DEVICES:
        ours = {p.name: p for p in named(found.module).parameters}
        for parameter in found.parameters:
            assert parameter.ours in ours, (found.module, parameter.ours)
            options = set(ours[parameter.ours].options)
            assert set(parameter.options) <= options
            assert bool(options) == bool(parameter.options)
        names = [name for parameter in found.parameters for name in dict.fromkeys(parameter.names)]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize("module", BIG_8)
def test_what_is_exact_comes_back(module: str) -> None:
    """Values at random: each that Live has exactly is the same again, the rest within Live's range."""
    rng = np.random.default_rng(0)
    for _ in range(30):
        values: dict[str, float | str] = {}
        for p in named(module).parameters:
            stored = p.value(rng.random())
            said = spoken(p, stored)
            assert isinstance(said, float | str)
            values[p.name] = said
        made = settings(module, values)
        back = values_of(module, {setting.names[-1]: setting.shown for setting in made})
        exact = {
            parameter.ours
            for parameter in device(module).parameters
            for setting in made
            if setting.names == parameter.names and setting.is_exact and not parameter.options
        }
        for name in exact - {"left_ms", "right_ms"}:
            assert back[name] == pytest.approx(values[name], rel=1e-5, abs=1e-6)
        for setting in made:
            assert 0.0 <= setting.guess <= 1.0
        options = {p.ours for p in device(module).parameters if p.options} - {"left", "right"}
        assert {name: back[name] for name in options if name in back} == {
            name: values[name] for name in options if name in back
        }


def test_a_band_of_the_equaliser() -> None:
    made = {
        s.names[0]: s for s in settings("eq8", {"band_2_kind": "bell", "band_2_hz": 250.0, "band_2_db": -3.0})
    }
    assert made["2 Q A"].names == ("2 Q A", "2 Resonance A")
    assert made["2 Frequency A"].shown == pytest.approx(250.0)
    assert made["2 Frequency A"].unit == "Hz"
    assert made["2 Frequency A"].raw is None
    assert made["2 Frequency A"].guess == pytest.approx(np.log(25.0) / np.log(2200.0))
    assert made["2 Gain A"].raw == -3.0
    assert (made["2 Filter Type A"].shown, made["2 Filter Type A"].raw) == ("Bell", 3.0)
    assert made["2 Filter On A"].shown == "On"
    off = {s.names[0]: s.shown for s in settings("eq8", {"band_2_kind": "off"})}
    assert off["2 Filter On A"] == "Off"
    assert "2 Filter Type A" not in off
    assert values_of("eq8", off)["band_2_kind"] == "off"


def test_lengths_of_notes() -> None:
    made = {
        s.names[0]: s.shown for s in settings("delay", {"left": "1/8 dotted", "right": "1/8 triplet"}, 100.0)
    }
    assert (made["L Sync"], made["L 16th"]) == ("On", "3")
    assert made["R Sync"] == "Off"
    assert made["R Time"] == pytest.approx(200.0)
    assert "R 16th" not in made
    back = values_of("delay", made)
    assert (back["left"], back["right"]) == ("1/8 dotted", "free")
    assert back["right_ms"] == pytest.approx(200.0)


def test_steps_are_places_in_lives_own_list() -> None:
    made = {s.names[0]: s for s in settings("saturator", {"curve": "medium curve"})}
    assert (made["Type"].shown, made["Type"].raw) == (
        "Medium Curve",
        3.0,
    )  # after the bass shaper, which is not ours
    assert {s.names[0]: s.raw for s in settings("auto_filter", {})}["Filter Type"] is None


def test_units() -> None:
    made = {s.names[0]: s for s in settings("reverb", {"decay_s": 2.5, "mix": 0.4})}
    assert made["Decay Time"].shown == pytest.approx(2500.0)
    assert made["Dry/Wet"].shown == pytest.approx(40.0)
    assert not made["Room Size"].is_exact
    short = {s.names[0]: s for s in settings("reverb", {"decay_s": 0.1})}["Decay Time"]
    assert (short.shown, short.is_exact) == (200.0, False)  # Live's shortest


def test_what_is_not_there() -> None:
    with pytest.raises(ParameterError, match="only for eq8"):
        settings("haas", {})
    with pytest.raises(ParameterError, match="no parameter 'gain'"):
        settings("eq8", {"gain": 1.0})
    with pytest.raises(ParameterError, match="expected one of"):
        settings("saturator", {"curve": "warm"})
    with pytest.raises(ParameterError, match="nothing of ours is like 'Bass Shaper'"):
        values_of("saturator", {"Type": "Bass Shaper"})
    assert values_of("saturator", {"WS Lin": 3.0}) == {}
