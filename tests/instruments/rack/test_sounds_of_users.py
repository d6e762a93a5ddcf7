"""A user's own sounds in a rack: in a module's slot, as a performance's audio, in the rack's file, next to Vital's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.modules import module, node
from patchpilot.modules.base import Context, Signal
from patchpilot.modules.collection.granular import granulator
from patchpilot.modules.collection.sampler import player
from patchpilot.modules.function import FunctionModule
from patchpilot.modules.sounds import heard, sound
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.assets import Asset

RATE = 8000
HALF = Performance((Note(60, 1.0, 0.0, 0.5),), length_s=0.5, sample_rate=RATE)
TONE = Audio(0.5 * np.sin(2.0 * np.pi * 500.0 * np.arange(RATE) / RATE), RATE)


@module(assets={"first": sound(TONE), "second": sound(TONE)})
def quotient(audio: Signal, *, context: Context) -> Signal:
    """Multiplies by the loudest samples of two sounds."""
    loudest = [float(np.abs(context.sound(slot).samples).max()) for slot in ("first", "second")]
    return np.asarray(audio * loudest[0] / loudest[1], np.float32)


@pytest.fixture(scope="module")
def rack(pool: Pool) -> Iterator[Rack]:
    with Rack("sounds", node(player, level=1.0), node(granulator, level=0.1), pool=pool) as made:
        yield made


def _patch(rack: Rack, audio: Audio, slot: str = "player_sample") -> Patch:
    return Patch.make(rack.space, assets={slot: sound(audio)})


def test_slots_are_named_after_their_nodes(rack: Rack) -> None:
    assert set(rack.space.assets) == {"player_sample", "granulator_sample"}
    assert all(rack.is_built_in(asset) for asset in rack.space.assets.values())
    default = rack.space.assets["player_sample"]
    assert rack.asset(default.sha256) == default
    with pytest.raises(PatchError, match="no asset slot"):
        Patch.make(rack.space, assets={"sample": default})


def test_the_patches_sound_is_played_bit_for_bit_in_any_order(rack: Rack) -> None:
    patches = [Patch.make(rack.space), _patch(rack, TONE), _patch(rack, TONE, "granulator_sample")]
    assert len({patch.sha256 for patch in patches}) == 3
    first = dict(rack.stream([(patch, HALF) for patch in patches]))
    again = dict(rack.stream([(patch, HALF) for patch in patches[::-1]]))
    made = []
    for k in range(3):
        one, other = first[k], again[2 - k]
        assert isinstance(one, Audio)
        assert isinstance(other, Audio)
        assert np.array_equal(one.samples, other.samples)
        made.append(one.samples)
    assert not np.array_equal(made[0], made[1])
    assert not np.array_equal(made[0], made[2])
    rest = made[1] - made[0]  # what the granulator plays is the same in both
    assert np.abs(rest).max() > 0.1


def test_it_is_kept_in_the_racks_file(rack: Rack, tmp_path: Path, pool: Pool) -> None:
    patch = _patch(rack, TONE)
    rack.export(patch, tmp_path / "a.rack.json")
    with Rack.open(tmp_path / "a.rack.json", pool=pool) as opened:
        again = opened.load(tmp_path / "a.rack.json")
        assert again == patch
        assert np.array_equal(opened.render(again, HALF).samples, rack.render(patch, HALF).samples)


def test_what_is_no_sound_is_named(rack: Rack) -> None:
    patch = Patch.make(rack.space, assets={"player_sample": Asset("lfo", "{}")})
    with pytest.raises(EngineError, match=r"sample: expected a sound.*'lfo'"):
        rack.render(patch, HALF)


def test_a_strangers_module_has_slots_too_also_in_a_chain_of_any_order(pool: Pool) -> None:
    from patchpilot.modules.ordered import ordered

    assert isinstance(quotient, FunctionModule)
    with Rack("fx", node(player, level=1.0) >> ordered([quotient]), pool=pool) as made:
        assert set(made.space.assets) == {
            "player_sample",
            "ordered_quotient_first",
            "ordered_quotient_second",
        }
        patch = Patch.make(
            made.space, assets={"ordered_quotient_first": sound(Audio(TONE.samples * 2.0, RATE))}
        )
        usual, louder = (made.render(p, HALF).samples for p in (Patch.make(made.space), patch))
    assert louder == pytest.approx(2.0 * usual, abs=1e-6)


def test_an_instrument_beside_it_gets_its_own_assets_alone() -> None:
    from patchpilot.instruments.vital.vital import Vital

    with Rack("both", source(Vital(workers=1)), player) as made:
        slots = set(made.space.assets)
        theirs = sorted(slots - {"player_sample"})[-1]
        other = Asset(made.space.assets[theirs].kind, '{"another":1}')
        patch = Patch.make(made.space, assets={"player_sample": sound(TONE), theirs: other})
        assert made.union.part(patch, "vital").assets == {theirs: other}
        assert made.union.assets(patch) == {"player": {"sample": sound(TONE)}}


def test_a_sound_survives_as_an_asset() -> None:
    again = heard(Asset.from_bytes(sound(TONE).to_bytes()))
    assert np.array_equal(again.samples, TONE.samples)
    assert again.sample_rate == RATE
