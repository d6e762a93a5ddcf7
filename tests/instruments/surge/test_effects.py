"""Surge's effects as modules of racks, and Surge as an instrument that hears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import F32, Audio
from patchpilot.errors import PluginError
from patchpilot.instruments.rack.contract import check_module
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.surge.effects import effect_names, surge_effect
from patchpilot.instruments.surge.surge import Surge
from patchpilot.modules.kinds import module_of
from patchpilot.space import Patch, Performance
from patchpilot.space.performance import Note
from tests.instruments.surge.conftest import STANDIN

RATE = 44100


def noise(level: float = 0.1) -> F32:
    """Half a second, the right side half as loud."""
    rng = np.random.default_rng(0)
    return (level * rng.standard_normal((2, RATE // 2)) * [[1.0], [0.5]]).astype(np.float32)


def heard(samples: F32) -> Performance:
    """A performance that brings audio."""
    length_s = samples.shape[1] / RATE
    audio = audio_input(Audio(samples, RATE))
    return Performance((Note(60, 1.0, 0.0, length_s),), length_s, RATE, inputs=(audio,))


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Racks play in processes of their own, which look for Surge as well."""
    monkeypatch.setenv("PATCHPILOT_SURGE", str(STANDIN))


def test_surge_hears_the_audio_of_a_performance(standin: Surge) -> None:
    patch = Patch.make(standin.space, {"a_osc1_type": 3.0, "a_osc1_retrigger": 1.0})
    audio = noise()
    out = standin.render(patch, heard(audio)).samples
    assert np.allclose(out[:, 4:], 0.5 * audio[:, :-4], atol=1e-6)


@pytest.mark.usefixtures("here")
def test_an_effect_is_a_module(standin: Surge, tmp_path: Path) -> None:
    module = surge_effect(standin, "Delay")
    assert (module.name, [p.name for p in module.parameters]) == ("surge_delay", ["time", "mix"])
    assert (round(module.gain, 3), module.delay) == (0.5, 4)
    check_module(module, tmp_path)
    audio = noise()
    with Rack("r", module, workers=1) as rack:
        dry = rack.render(Patch.make(rack.space, {"surge_delay_mix": 0.0}), heard(audio)).samples
        wet = rack.render(Patch.make(rack.space, {"surge_delay_mix": 0.75}), heard(audio)).samples
    assert np.allclose(dry, audio, atol=1e-5)  # the way through Surge is made good
    assert np.allclose(wet, 0.25 * audio, atol=1e-5)


def test_of_a_type_within_a_type_the_first_is_taken(standin: Surge) -> None:
    assert effect_names(standin) == ["Delay", "Airwindows"]
    module = surge_effect(standin, "Airwindows")
    assert [p.name for p in module.parameters] == ["amount"]
    assert module.is_random


def test_an_effect_opens_where_surge_is_missing(standin: Surge, monkeypatch: pytest.MonkeyPatch) -> None:
    said = surge_effect(standin, "Delay").to_json()
    monkeypatch.setenv("PATCHPILOT_SURGE", str(STANDIN.parent / "nowhere"))
    again = module_of(said)
    assert again.to_json() == said


def test_an_effect_that_is_not_there_is_told(standin: Surge) -> None:
    with pytest.raises(PluginError, match="no effect 'Dely'; there are: Delay"):
        surge_effect(standin, "Dely")


def test_every_effect_of_the_real_one_is_a_module(surge: Surge, tmp_path: Path) -> None:
    for name in ("EQ", "Distortion", "Flanger"):
        check_module(surge_effect(surge, name), tmp_path)
    audio = noise()
    with Rack("r", surge_effect(surge, "EQ"), workers=1) as rack:
        out = rack.render(Patch.make(rack.space), heard(audio)).samples
    frequencies = np.fft.rfftfreq(audio.shape[1], 1.0 / RATE)
    middle = (frequencies > 500.0) & (frequencies < 2000.0)
    before, after = np.fft.rfft(audio)[:, middle], np.fft.rfft(out)[:, middle]
    gain = np.abs((after * before.conj()).sum(axis=1)) / np.square(np.abs(before)).sum(axis=1)
    assert np.allclose(gain, 1.0, atol=0.02)  # an equaliser without gain passes on what it hears, in stereo
