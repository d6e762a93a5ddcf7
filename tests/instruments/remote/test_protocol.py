"""A far instrument is what the near one is: its space, priors, answers, files and sounds."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError, PatchError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.remote.assets import AssetPost
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.instruments.remote.engine_thread import EngineThread
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Asset, AudioInput, Patch, Performance
from tests.instruments.remote.far_toys import SHAPES, SHORT, FarToy, served


@pytest.fixture(scope="module")
def near() -> FarToy:
    return FarToy()


@pytest.fixture(scope="module")
def far(near: FarToy) -> Iterator[RemoteInstrument]:
    with served(FarToy(), in_flight=8) as url, RemoteInstrument(url) as made:
        assert (made.name, made.suffix, made.fingerprint) == (near.name, near.suffix, near.fingerprint)
        yield made


def test_it_is_an_instrument_by_its_address(far: RemoteInstrument) -> None:
    with instrument(far.url) as made:
        assert isinstance(made, RemoteInstrument)
        assert made.name == "toy"


def test_the_space_is_the_same(far: RemoteInstrument, near: FarToy) -> None:
    assert far.space == near.space


def test_priors_draw_the_same_patches_here(far: RemoteInstrument, near: FarToy) -> None:
    assert list(far.priors) == ["toy-v1"]
    theirs, ours = far.priors["toy-v1"], near.priors["toy-v1"]
    assert (theirs.text, theirs.sha256, theirs.n_draws) == (ours.text, ours.sha256, ours.n_draws)
    drawn = [theirs.draw(far.space, 3, index) for index in range(20)]
    assert drawn == [ours.draw(near.space, 3, index) for index in range(20)]
    assert any(patch.assets for patch in drawn)


def test_patches_are_heard_alike(far: RemoteInstrument, near: FarToy) -> None:
    patches = [far.priors["toy-v1"].draw(far.space, 0, index) for index in range(11)]
    heard = dict(far.stream((patch, SHORT) for patch in patches))
    assert sorted(heard) == list(range(11))
    for at, patch in enumerate(patches):
        audio, wanted = heard[at], near.render(patch, SHORT)
        assert isinstance(audio, Audio)
        assert audio.sample_rate == wanted.sample_rate
        assert np.array_equal(audio.samples, wanted.samples)


def test_nothing_to_play_is_nothing(far: RemoteInstrument) -> None:
    assert list(far.stream([])) == []


def test_one_that_fails_is_one_that_fails(far: RemoteInstrument) -> None:
    patches = [Patch.make(far.space, {"level": level}) for level in (0.1, 0.995, 0.2)]
    foreign = Patch("zither", {})
    heard = dict(far.stream((patch, SHORT) for patch in (*patches, foreign)))
    assert str(heard[1]) == "the toy crashed"
    assert str(heard[3]) == "expected a patch of toy, got one of zither"
    assert isinstance(heard[0], Audio)
    assert isinstance(heard[2], Audio)
    with pytest.raises(EngineError, match=r"^the toy crashed$"):
        far.render(patches[1], SHORT)


def test_assets_cross_once(far: RemoteInstrument, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []
    send = AssetPost.send

    def noting(post: AssetPost, asset: Asset) -> None:
        sent.append(asset.sha256)
        send(post, asset)

    monkeypatch.setattr(AssetPost, "send", noting)
    own = Asset("lfo", '{"lift":0.125}')
    patch = Patch.make(far.space, {"level": 0.0}, assets={"shape": own})
    assert far.render(patch, SHORT).samples.min() == 0.125
    given = AudioInput("audio", Asset("audio", "{}", (np.full(4, 0.5, "<f4").tobytes(),)))
    with_audio = Performance(SHORT.notes, SHORT.length_s, SHORT.sample_rate, inputs=(given,))
    assert far.render(patch, with_audio).samples.min() == 2.125
    assert far.render(patch, with_audio).samples.min() == 2.125
    assert sent == [own.sha256, given.asset.sha256]
    assert not far.is_built_in(own)
    assert far.is_built_in(SHAPES["high"])
    assert far.asset(SHAPES["high"].sha256) == SHAPES["high"]
    with pytest.raises(PatchError, match="the toy has no asset"):
        far.asset(own.sha256)  # sent, but not everybody's


def test_knobs_edits_and_dice(far: RemoteInstrument, near: FarToy) -> None:
    patch = Patch.make(far.space, {"level": 0.25, "transpose": 1.0})
    assert dict(far.knobs(patch)) == near.knobs(patch)
    assert far.edits(patch) == near.edits(patch) != []
    assert far.is_random(patch) is False


def test_preset_files_travel(far: RemoteInstrument, tmp_path: Path) -> None:
    patch = Patch.make(far.space, {"level": 0.25}, info={"name": "Örgel"})
    far.export(patch, tmp_path / "a.toy")
    assert (tmp_path / "a.toy").read_text() == ".toy 0.25 Örgel"
    read = far.load(tmp_path / "a.toy")
    assert read.values == {"level": 0.25}
    assert read.assets == {"shape": SHAPES["high"]}
    assert read.info == {"name": ["Örgel"]}
    (tmp_path / "b.other").write_text(".other 1")
    with pytest.raises(PatchError, match=r"^\S*b\.other: is no preset of the toy$"):
        far.load(tmp_path / "b.other")
    with pytest.raises(PatchError, match=r"c\.toy: cannot be read as a preset: No such file"):
        far.load(tmp_path / "c.toy")


def test_vital_plays_from_afar_byte_for_byte(vital: Vital, tmp_path: Path) -> None:
    performance = Performance(length_s=0.3, sample_rate=22050)
    with served(vital, in_flight=4) as url, RemoteInstrument(url) as far:
        assert far.space == vital.space
        assert {name: prior.sha256 for name, prior in far.priors.items()} == {
            name: prior.sha256 for name, prior in vital.priors.items()
        }
        patch = far.priors["tier3-v1"].draw(far.space, 0, 1)
        assert patch == vital.priors["tier3-v1"].draw(vital.space, 0, 1)
        assert far.edits(patch) == vital.edits(patch)
        assert far.is_random(patch) == vital.is_random(patch)
        heard = far.render(patch, performance)
        far.export(patch, tmp_path / "far.vital")
        assert far.load(tmp_path / "far.vital") == patch
        assert far.fingerprint == vital.fingerprint
        assert far.preset_folder() == vital.preset_folder()
    vital.export(patch, tmp_path / "near.vital")
    assert (tmp_path / "far.vital").read_bytes() == (tmp_path / "near.vital").read_bytes()
    near = vital.render(patch, performance)
    assert near.samples.any()
    assert np.array_equal(heard.samples, near.samples)


def test_an_engine_that_breaks_fails_the_renders_and_lives_on() -> None:
    class Breaking(FarToy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            if patch.values.get("level") == 0.75:
                raise ZeroDivisionError("by a stranger")
            return super().render(patch, performance)

    with served(Breaking(), in_flight=4) as url, RemoteInstrument(url) as far:
        bad, good = Patch.make(far.space, {"level": 0.75}), Patch.make(far.space)
        with pytest.raises(EngineError, match=r"^ZeroDivisionError: by a stranger$"):
            far.render(bad, SHORT)
        assert far.render(good, SHORT).samples.any()


def test_the_thread_of_an_engine_ends() -> None:
    engine = EngineThread(FarToy())
    assert engine.call(os.getpid).result(5.0) == os.getpid()
    engine.close()
    assert not engine._thread.is_alive()
