from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.errors import EngineError, PluginError
from patchpilot.instruments.plugin.effects import effect_plugin
from patchpilot.instruments.plugin.plugin import Plugin
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.modules import node
from patchpilot.modules.plugin import PluginModule
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.arc import Arc

RATE = 44100


@pytest.fixture(scope="module")
def reverb(hall: Path) -> PluginModule:
    return effect_plugin(str(hall), "reverb")


@pytest.fixture
def click() -> Performance:
    """A performance that brings a click."""
    audio = np.zeros((2, RATE), np.float32)
    audio[:, 100] = 0.9
    return Performance((Note(),), length_s=1.0, inputs=(audio_input(Audio(audio, RATE)),))


def test_an_effect_is_heard_in_a_rack_and_its_knobs_turn_it(
    reverb: PluginModule, click: Performance, pool: Pool
) -> None:
    with Rack("wet", reverb, pool=pool) as rack:
        dry, short, long = (
            rack.render(
                Patch.make(
                    rack.space,
                    {"reverb_late_level": 0.8 if d else 0.0, "reverb_early_level": 0.0, "reverb_decay": d},
                ),
                click,
            )
            for d in (0.0, 0.1, 0.8)
        )
        again = rack.render(Patch.make(rack.space), click)
        assert np.array_equal(again.samples, rack.render(Patch.make(rack.space), click).samples)

    def tail(audio: Audio) -> float:
        return float(np.square(audio.samples[:, RATE // 2 :]).sum())

    assert np.abs(dry.samples[:, 100]).max() == pytest.approx(0.9 * 0.8, rel=0.05)  # its dry level is 80 %
    assert tail(dry) < 1e-9
    assert tail(long) > 4 * tail(short) > 0.0


def test_a_parameter_of_an_effect_moves_with_an_arc(reverb: PluginModule, pool: Pool) -> None:
    noise = np.random.default_rng(0).uniform(-0.3, 0.3, (2, RATE)).astype(np.float32)
    silent = {"reverb_late_level": 0.0, "reverb_early_level": 0.0}
    still = Performance((Note(),), length_s=1.0, inputs=(audio_input(Audio(noise, RATE)),))
    moved = dataclasses.replace(still, arcs=(Arc("reverb_dry_level", ((0.0, 0.0), (0.5, 1.0))),))
    with Rack("wet", reverb, pool=pool) as rack:
        heard = rack.render(Patch.make(rack.space, silent), moved).samples
    loud = [float(np.std(heard[:, at : at + 4410]) / np.std(noise)) for at in range(0, RATE, 4410)]
    assert loud == sorted(loud)
    assert loud[0] < 0.1
    assert loud[-1] == pytest.approx(0.95, abs=0.06)


def test_an_effect_alone_is_an_instrument_that_hears(hall: Path, click: Performance) -> None:
    with Plugin(str(hall), workers=1) as plugin:
        assert not plugin.info.is_instrument
        patch = Patch.make(plugin.space)
        heard = plugin.render(patch, click).samples
        assert np.abs(heard[:, :100]).max() == 0.0
        assert np.abs(heard[:, 100]).max() > 0.5
        with pytest.raises(EngineError, match="expected a performance with audio called 'audio'"):
            plugin.render(patch, Performance())


def test_a_rack_with_plugins_opens_again_and_where_they_are_missing_it_says_which(
    amsynth: Path, reverb: PluginModule, tmp_path: Path, pool: Pool
) -> None:
    path = tmp_path / "wet.rack.json"
    note = Performance((Note(60, 0.8, 0.0, 0.2),), length_s=0.4)
    with Rack("wet", source(Plugin(str(amsynth), workers=1)) >> node(reverb, "hall"), pool=pool) as rack:
        patch = Patch.make(rack.space, {"filter_cutoff": 0.5, "hall_decay": 0.3})
        heard = rack.render(patch, note)
        rack.export(patch, path)
        assert rack.missing == []
    with Rack.open(path, pool=pool) as opened:
        assert opened.load(path) == patch
        assert np.array_equal(opened.render(opened.load(path), note).samples, heard.samples)

    text = path.read_text().replace("DragonflyHall", "Vanished").replace("amsynth_vst", "lost")
    path.write_text(text)
    with Rack.open(path, pool=pool) as lame:
        reverb_gone, synth_gone = lame.missing
        assert "VanishedReverb-vst.so is missing" in reverb_gone
        assert "lost.so is missing" in synth_gone
        assert len(lame.space) == 41 + 18
        with pytest.raises(EngineError, match=r"lost.so is missing"):
            lame.render(lame.load(path), note)


def test_an_effect_that_is_missing_is_named_when_it_is_to_play(
    reverb: PluginModule, click: Performance, pool: Pool
) -> None:
    gone = dataclasses.replace(reverb, path="/nowhere/Gone.so")
    with Rack("wet", gone, pool=pool) as rack, pytest.raises(EngineError, match=r"Gone.so is missing"):
        rack.render(Patch.make(rack.space), click)


def test_an_instrument_is_no_effect(amsynth: Path) -> None:
    with pytest.raises(PluginError, match="hears nothing: it is an instrument"):
        effect_plugin(str(amsynth))
