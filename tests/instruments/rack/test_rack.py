"""A rack is an instrument: its space, its sound, its file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.errors import EngineError, PatchError, RackError
from patchpilot.instruments.rack.inputs import audio_input
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.modules import knob, module, node
from patchpilot.modules.base import Context, Signal
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.arc import Arc
from tests.toy import Toy

RATE = 8000
SECOND = Performance((Note(69, 1.0, 0.0, 0.5),), length_s=1.0, sample_rate=RATE)


@module(level=knob(0.5, 0.0, 1.0), varying=("level",))
def tone(pitch: Signal, gate: Signal, *, level: float, context: Context) -> Signal:
    """A sine."""
    phase = 2.0 * np.pi * np.cumsum(pitch[0]) / context.sample_rate
    return np.asarray(np.sin(phase) * gate[0] * level, np.float32)


@module(ratio=knob(0.5, 0.0, 1.0), shift_ms=knob(0.0, 0.0, 100.0, "ms"))
def scaled(audio: Signal, *, ratio: float, shift_ms: float, context: Context) -> Signal:
    """Quieter and later."""
    lag = round(shift_ms * context.sample_rate / 1000.0)
    return np.asarray(np.pad(audio * ratio, ((0, 0), (lag, 0)))[:, : audio.shape[1]], np.float32)


@module(control=True, depth=knob(1.0, -1.0, 1.0))
def ramp(*, depth: float, context: Context) -> Signal:
    """From 0 to 1."""
    return np.asarray(np.linspace(0.0, depth, context.n_samples)[None], np.float32)


@module(loudness=knob(0.1, 0.0, 1.0), random=True)
def dice(*, loudness: float, context: Context) -> Signal:
    """Noise."""
    return np.asarray(loudness * context.rng().standard_normal((2, context.n_samples)), np.float32)


@module()
def beats(audio: Signal, *, context: Context) -> Signal:
    """Its tempo, whatever it hears."""
    return np.full_like(audio, context.tempo_bpm)


@module(at=knob(0.5, 0.0, 1.0))
def broken(audio: Signal, *, at: float) -> Signal:
    """Divides by nothing above 0.9."""
    return audio / (0.0 if at > 0.9 else 1.0)


@pytest.fixture
def rack(pool: Pool) -> Iterator[Rack]:
    with Rack("two", tone >> scaled, pool=pool) as made:
        yield made


def played(rack: Rack, performance: Performance = SECOND, **values: float) -> Signal:
    return rack.render(Patch.make(rack.space, values), performance).samples


def test_what_is_chosen_is_what_sounds(rack: Rack) -> None:
    assert [p.name for p in rack.space] == ["tone_level", "scaled_ratio", "scaled_shift_ms"]
    audio = played(rack, tone_level=0.8, scaled_ratio=0.5)
    assert audio.shape == (2, RATE)
    assert np.array_equal(audio[0], audio[1])
    assert np.abs(audio).max() == pytest.approx(0.4, abs=0.005)
    assert not audio[:, RATE // 2 + 1 :].any()  # the key is up
    late = played(rack, tone_level=0.8, scaled_ratio=0.5, scaled_shift_ms=100.0)
    assert np.array_equal(late[:, RATE // 10 :], audio[:, : -RATE // 10])


def test_the_same_in_any_order_on_any_worker(rack: Rack) -> None:
    patches = [Patch.make(rack.space, {"tone_level": level}) for level in (0.1, 0.5, 0.9)]
    pairs = [(patch, SECOND) for patch in patches]
    alone = {i: a.samples for i, a in rack.stream(pairs) if isinstance(a, Audio)}
    with Rack("two", tone >> scaled, workers=2) as other:
        turned = {2 - i: a.samples for i, a in other.stream(pairs[::-1]) if isinstance(a, Audio)}
    assert len(alone) == 3
    assert all(np.array_equal(alone[i], turned[i]) for i in alone)


def test_pins_and_macros(rack: Rack) -> None:
    pinned = rack.pin(scaled_ratio=0.25)
    assert [p.name for p in pinned.space] == ["tone_level", "scaled_shift_ms"]
    with pinned:
        assert np.array_equal(played(pinned), played(rack, scaled_ratio=0.25))
    tied = rack.macro("loud", tone_level=(0.0, 1.0), scaled_ratio=(1.0, 0.5))
    assert [p.name for p in tied.space] == ["loud", "scaled_shift_ms"]
    with tied:
        assert np.array_equal(played(tied, loud=0.5), played(rack, tone_level=0.5, scaled_ratio=0.75))
    with pytest.raises(RackError, match="cannot be pinned or tied to another"):
        _ = tied.pin(tone_level=1.0).space
    with pytest.raises(RackError, match=r"expected 0 to 1, got 2"):
        _ = rack.pin(tone_level=2.0).space


def test_control_signals_and_arcs_move_parameters(pool: Pool) -> None:
    voice = node(tone)
    with Rack("swell", voice, ramp >> voice["level"], pool=pool) as rack:
        swelling = played(rack, tone_level=0.0)
    assert np.abs(swelling[:, 3000:4000]).max() == pytest.approx(0.5, abs=0.01)
    assert np.abs(swelling[:, 1000:2000]).max() == pytest.approx(0.25, abs=0.01)
    with Rack("plain", tone, pool=pool) as rack:
        arc = Arc("tone_level", ((0.0, 0.0), (0.5, 1.0)))  # half a bar at 120 beats a minute is a second
        by_arc = played(rack, Performance(SECOND.notes, 1.0, RATE, 120.0, arcs=(arc,)))
        assert np.allclose(by_arc, swelling, atol=1e-3)
        with pytest.raises(EngineError, match="expected stored values from 0 to 1"):
            played(rack, Performance(SECOND.notes, 1.0, RATE, arcs=(Arc("tone_level", ((0.0, 2.0),)),)))
        with pytest.raises(EngineError, match="an arc moves 'nothing'"):
            played(rack, Performance(SECOND.notes, 1.0, RATE, arcs=(Arc("nothing", ((0.0, 1.0),)),)))
    with (
        Rack("stiff", tone >> scaled, pool=pool) as rack,
        pytest.raises(EngineError, match="scaled_ratio cannot move within a performance"),
    ):
        played(rack, Performance(SECOND.notes, 1.0, RATE, arcs=(Arc("scaled_ratio", ((0.0, 1.0),)),)))


def test_an_effect_alone_hears_the_performances_audio(pool: Pool) -> None:
    sound = Audio(np.linspace(-1.0, 1.0, RATE // 2, dtype=np.float32), RATE)
    with Rack("effect", scaled, pool=pool) as rack:
        given = Performance(SECOND.notes, 1.0, RATE, inputs=(audio_input(sound),))
        heard = played(rack, given)
        with pytest.raises(EngineError, match="expected a performance with audio called 'audio', got none"):
            played(rack)
    assert np.array_equal(heard[0, : RATE // 2], sound.samples[0] * np.float32(0.5))
    assert not heard[:, RATE // 2 :].any()


def test_a_send_is_beside_what_is_sent(pool: Pool) -> None:
    with Rack("dry", tone, pool=pool) as dry, Rack("wet", tone, sends={"echo": scaled}, pool=pool) as wet:
        assert "echo_send_level_db" in wet.space.by_name
        both = played(wet, echo_send_level_db=0.0, echo_ratio=0.5)
        assert np.allclose(both, 1.5 * played(dry), atol=1e-6)


def test_a_rack_in_a_rack(pool: Pool) -> None:
    inner = Rack("voice", tone >> scaled).pin(scaled_ratio=1.0)
    with (
        Rack("outer", inner >> node(scaled, "last"), pool=pool) as rack,
        Rack("flat", tone, pool=pool) as flat,
    ):
        assert "voice_tone_level" in rack.space.by_name
        assert np.allclose(played(rack, last_ratio=0.5), 0.5 * played(flat))


def test_dice_follow_the_engine_seed_only(pool: Pool) -> None:
    with Rack("noisy", dice, pool=pool) as rack:
        assert rack.is_random(Patch.make(rack.space))
        first, again = played(rack), played(rack)
        assert np.array_equal(first, again)
        assert not np.array_equal(first, played(rack, SECOND.with_seed(1)))


def test_a_module_that_fails_is_named_with_its_parameters(pool: Pool) -> None:
    with Rack("risky", tone >> broken, pool=pool) as rack:
        pairs = [(Patch.make(rack.space, {"broken_at": at}), SECOND) for at in (0.5, 1.0, 0.5)]
        results = dict(rack.stream(pairs))
    assert isinstance(results[1], EngineError)
    assert "node broken gives NaN or infinite samples with at 1" in str(results[1])
    assert isinstance(results[0], Audio)
    assert isinstance(results[2], Audio)
    assert np.array_equal(results[0].samples, results[2].samples)


def test_a_value_out_of_its_range_is_refused(rack: Rack, tmp_path: Path) -> None:
    far = Patch.make(rack.space, {"tone_level": 7.0})
    with pytest.raises(EngineError, match="rack two: tone_level: expected 0 to 1, got 7"):
        rack.render(far, SECOND)
    rack.export(far, tmp_path / "far.toml")
    with pytest.raises(PatchError, match=r"far\.toml: rack two: tone_level: expected 0 to 1, got 7"):
        rack.load(tmp_path / "far.toml")


@pytest.mark.parametrize("suffix", [".rack.json", ".toml"])
def test_a_file_holds_all_of_it(tmp_path: Path, suffix: str, pool: Pool) -> None:
    voice = node(tone, "voice", level=0.7)
    path = tmp_path / f"mine{suffix}"
    with Rack("mine", voice >> scaled, ramp >> voice["level"], pool=pool) as rack:
        rack = rack.pin(scaled_ratio=0.9).macro("late", scaled_shift_ms=(0.0, 50.0))
        patch = Patch.make(rack.space, {"late": 0.5})
        rack.export(patch, path)
        audio = rack.render(patch, SECOND).samples
        rack.close()
    with Rack.open(path, pool=pool) as opened:
        assert opened.space == rack.space
        assert opened.load(path) == patch
        assert np.array_equal(opened.render(opened.load(path), SECOND).samples, audio)
    with Rack("mine", tone) as other, pytest.raises(PatchError, match="of another rack: its nodes differ"):
        other.load(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rack.json"
    with pytest.raises(RackError, match="cannot be read"):
        Rack.open(path)
    path.write_text("{}")
    with pytest.raises(RackError, match="expected a rack of format"):
        Rack.open(path)
    with Rack("mine", tone) as rack:
        rack.export(Patch.make(rack.space), path)
    data = json.loads(path.read_text())
    data["nodes"]["tone"]["module"]["function"] = "no_such_package:tone"
    path.write_text(json.dumps(data))
    with pytest.raises(RackError, match="no_such_package:tone cannot be imported"):
        Rack.open(path)


def test_priors_knobs_and_edits_are_of_the_rack(rack: Rack) -> None:
    patch = rack.priors["uniform-v1"].draw(rack.space, seed=0, index=3)
    assert set(patch.values) == {"tone_level", "scaled_ratio", "scaled_shift_ms"}
    assert rack.knobs(patch) == {"tone_level": 0.05, "scaled_ratio": 0.05, "scaled_shift_ms": 5.0}
    assert rack.edits(patch) == []


def test_the_picture_names_all_nodes(rack: Rack) -> None:
    assert all(f">{name}<" in rack.svg() for name in ("tone", "scaled"))


def test_an_instrument_inside_is_told_a_tempo_only_where_the_performance_says_one(pool: Pool) -> None:
    """Its patch may have one of its own; what counts beats beside it goes by 120 then."""

    class Heard(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            tempos.append(performance.tempo_bpm)
            return super().render(patch, performance)

    tempos: list[float | None] = []
    with Rack("timed", source(Heard()) >> beats, pool=pool) as rack:
        patch = Patch.make(rack.space)
        counted = [
            rack.render(patch, replace(SECOND, tempo_bpm=tempo)).samples.max() for tempo in (None, 90.0)
        ]
    assert tempos == [None, 90.0]
    assert counted == pytest.approx([120.0, 90.0])
