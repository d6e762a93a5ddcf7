"""A rack that plays chords."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.engine import Pool
from patchpilot.errors import RackError
from patchpilot.instruments.rack.contract import check_module
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.modules import amp, ladder, noise, player, poly, saw, widener
from patchpilot.modules.sounds import sound
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.arc import Arc
from tests.toy import Toy

RATE = 22050
NOTES = tuple(Note(pitch, 0.8, start, 0.3) for pitch, start in ((45, 0.0), (52, 0.0), (57, 0.1), (60, 0.25)))
CHORD = Performance(NOTES, 0.6, RATE, tempo_bpm=120.0)


@pytest.fixture(scope="module")
def rack(pool: Pool) -> Iterator[Rack]:
    voice = saw + noise >> ladder >> amp
    with Rack("pad", poly(voice, voices=3, name="voices") >> widener, pool=pool) as made:
        yield made


def test_its_space_has_each_parameter_once(rack: Rack) -> None:
    names = [p.name for p in rack.space]
    assert "voices_ladder_cutoff" in names
    assert len([name for name in names if "cutoff" in name]) == 1
    assert set(rack.knobs(Patch.make(rack.space))) <= set(names)


def test_a_chord_is_the_sum_of_its_notes(rack: Rack) -> None:
    """Without the noise, of which each voice has its own."""
    patch = Patch.make(rack.space, {"voices_noise_level": 0.0})
    one, two, three = NOTES[:3]
    pairs = [
        (patch, Performance(notes, 0.6, RATE)) for notes in ((one, two, three), (one,), (two,), (three,))
    ]
    heard = dict(rack.stream(pairs))
    whole, *alone = (heard[i].samples for i in range(4))  # type: ignore[union-attr]  # none fails
    assert np.abs(whole - np.sum(alone, axis=0)).max() < 2e-6
    assert min(np.abs(each).max() for each in alone) > 0.05


def test_saved_as_json_and_toml_it_sounds_the_same(rack: Rack, tmp_path: Path, pool: Pool) -> None:
    patch = rack.priors["uniform-v1"].draw(rack.space, 3, 1)
    first = rack.render(patch, CHORD).samples
    assert np.abs(first).max() > 0.001
    for name in ("a.rack.json", "a.toml"):
        rack.export(patch, tmp_path / name)
        with Rack.open(tmp_path / name, pool=pool) as again:
            assert again.space == rack.space
            assert (again.render(again.load(tmp_path / name), CHORD).samples == first).all()


def test_it_keeps_the_contract_of_a_module(tmp_path: Path, pool: Pool) -> None:
    check_module(poly(saw >> amp, voices=2), tmp_path, pool)


def test_an_arc_moves_all_voices(rack: Rack) -> None:
    patch = Patch.make(rack.space)
    rise = Arc("voices_ladder_cutoff", ((0.0, 6.0), (0.3, 13.0)))
    moved = rack.render(patch, Performance(NOTES, 0.6, RATE, tempo_bpm=120.0, arcs=(rise,)))
    assert np.abs(moved.samples - rack.render(patch, CHORD).samples).max() > 0.01


def test_a_users_sound_plays_in_all_voices(pool: Pool) -> None:
    tone = Audio(np.sin(np.arange(4000) / 9.0).astype(np.float32)[None], RATE)
    with Rack("keys", poly(player, voices=2), pool=pool) as made:
        assert set(made.space.assets) == {"poly_player_sample"}
        patch = Patch.make(made.space, assets={"poly_player_sample": sound(tone)})
        usual, own = (made.render(p, CHORD).samples for p in (Patch.make(made.space), patch))
    assert not np.array_equal(usual, own)


def test_an_instrument_is_no_voice() -> None:
    with pytest.raises(RackError, match="got the instrument toy, which plays its own voices"):
        poly(source(Toy()) >> amp)
