"""The stand-in for Live's Wavetable and effects: Live's names, ranges and numbers, and that they are heard."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.instruments.base import instrument
from patchpilot.instruments.rack.ableton import PRIOR, ableton_wavetable, devices
from patchpilot.instruments.rack.rack import Rack
from patchpilot.modules.collection.live_devices import BIG_8
from patchpilot.modules.kinds import module_of
from patchpilot.modules.live_device import live, shown
from patchpilot.space import Patch, Performance

NOTE = Performance.one_note(48)


@pytest.fixture(scope="module")
def rack(pool: Pool) -> Iterator[Rack]:
    with ableton_wavetable(pool=pool) as made:
        yield made


def _rms(audio: Audio) -> float:
    return float(np.sqrt(np.mean(np.square(audio.samples))))


def test_it_is_registered_and_has_lives_names(rack: Rack) -> None:
    with instrument("ableton-wavetable", workers=1) as found:
        assert found.space.by_name.keys() == rack.space.by_name.keys()
    names = [parameter.name for parameter in rack.space]
    assert names[0] == "wavetable_Device On"
    for name in ("wavetable_Flt 1 Freq", "eq8_3 Gain A", "compressor_Threshold", "reverb_Decay Time"):
        assert name in names
    assert list(devices(rack)) == ["wavetable", *BIG_8]
    assert (rack.space["eq8_3 Gain A"].minimum, rack.space["eq8_3 Gain A"].maximum) == (-15.0, 15.0)
    assert (rack.space["wavetable_Flt 1 Freq"].minimum, rack.space["wavetable_Flt 1 Freq"].maximum) == (
        0.0,
        1.0,
    )


@pytest.mark.parametrize("name", ["live_voice", *BIG_8])
def test_devices_are_the_same_again(name: str) -> None:
    module = live(name, on=False)
    again = module_of(module.to_json())
    assert (again.name, again.parameters) == (module.name, module.parameters)


def test_numbers_mean_what_live_would_show() -> None:
    voice = live("live_voice")
    known = {p.names[0]: p for p in voice.device.parameters}
    assert shown(known["Flt 1 Freq"], 0.5) == pytest.approx(632.5, rel=1e-3)
    assert shown(known["Osc 1 Transp"], -12.0) == -12.0
    assert shown(known["Volume"], 1.0) == 6.0


def test_what_is_off_is_neither_heard_nor_turned(rack: Rack) -> None:
    init = Patch.make(rack.space, {})
    assert not any(name.startswith(BIG_8) for name in rack.knobs(init))
    assert not any("Flt 1" in name for name in rack.knobs(init))
    on = init.changed(rack.space, {"eq8_Device On": 1.0, "eq8_3 Filter On A": 1.0})
    assert {"eq8_3 Gain A", "eq8_Output"} <= rack.knobs(on).keys()
    off = on.changed(rack.space, {"eq8_3 Filter On A": 0.0})
    assert "eq8_Output" in rack.knobs(off)
    assert not any(name.startswith("eq8_3") for name in rack.knobs(off))
    assert _rms(rack.render(init.changed(rack.space, {"wavetable_Device On": 0.0}), NOTE)) == 0.0


@pytest.mark.parametrize(
    "values",
    [
        {"wavetable_Osc 1 Pos": 0.0},
        {"wavetable_Osc 2 On": 1.0},
        {"wavetable_Sub On": 1.0},
        {"wavetable_Flt 1 On": 1.0, "wavetable_Flt 1 Freq": 0.2},
        {"wavetable_Transpose": 12.0},
        {"eq8_Device On": 1.0, "eq8_3 Filter On A": 1.0, "eq8_3 Filter Type A": 3.0, "eq8_3 Gain A": 12.0},
        {"compressor_Device On": 1.0, "compressor_Threshold": 0.2},
        {"saturator_Device On": 1.0, "saturator_Drive": 0.9},
        {"auto_filter_Device On": 1.0, "auto_filter_Frequency": 0.2},
        {"chorus_Device On": 1.0},
        {"phaser_flanger_Device On": 1.0},
        {"delay_Device On": 1.0},
        {"reverb_Device On": 1.0},
    ],
)
def test_every_device_is_heard(rack: Rack, values: dict[str, float]) -> None:
    init = rack.render(Patch.make(rack.space, {}), NOTE)
    turned = rack.render(Patch.make(rack.space, values), NOTE)
    assert _rms(init) > 0.01
    assert float(np.abs(turned.samples - init.samples).max()) > 0.01


def test_an_octave_is_an_octave_and_a_chord_the_sum_of_its_notes(rack: Rack) -> None:
    dry = Patch.make(rack.space, {"wavetable_Osc 1 Pos": 0.0, "wavetable_Transpose": 12.0})
    spectrum = np.abs(np.fft.rfft(rack.render(dry, NOTE).samples[0]))
    peak_hz = float(np.argmax(spectrum)) * NOTE.sample_rate / NOTE.sample_rate / NOTE.length_s
    assert peak_hz == pytest.approx(261.6, abs=1.0)


def test_its_prior_draws_sounds(rack: Rack) -> None:
    prior = rack.priors[PRIOR]
    patches = [prior.draw(rack.space, 0, k) for k in range(8)]
    levels = [_rms(a) for _, a in rack.stream((p, NOTE) for p in patches) if isinstance(a, Audio)]
    assert len(levels) == 8
    assert np.median(levels) > 0.005
    assert all(patch.values.get("wavetable_Device On", 1.0) for patch in patches)
