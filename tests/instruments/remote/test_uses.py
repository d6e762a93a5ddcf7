"""What is made of an instrument is made of a far one, to the same bytes: libraries, datasets, racks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.datasets import Plan, generate
from patchpilot.experiment.budget import Budget
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.rack.sources import source
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.matching.match import match
from patchpilot.modules import gain, node
from patchpilot.retrieval.build import build
from patchpilot.space import Patch, Performance
from tests.instruments.remote.far_toys import served
from tests.retrieval.fakes import Tiny
from tests.toy import Toy


@pytest.fixture(scope="module")
def far() -> Iterator[RemoteInstrument]:
    with served(Toy(), in_flight=16) as url, RemoteInstrument(url) as made:
        yield made


def test_a_library(far: RemoteInstrument, tmp_path: Path) -> None:
    one = build(far, "toy-v1", Tiny(), 3, n_patches=4, path=tmp_path / "far.npz")
    build(Toy(), "toy-v1", Tiny(), 3, n_patches=4, path=tmp_path / "near.npz")
    assert (tmp_path / "far.npz").read_bytes() == (tmp_path / "near.npz").read_bytes()
    assert one.differences(far) == one.differences(Toy())  # of the embedding, which is registered nowhere


def test_a_dataset(far: RemoteInstrument, tmp_path: Path) -> None:
    plan = Plan(notes=(48, 60), hold_s=0.05, length_s=0.1, sample_rate=8000)
    with (
        generate(far, tmp_path / "far.h5", 10, tier=1, seed=3, plan=plan) as one,
        generate(Toy(), tmp_path / "near.h5", 10, tier=1, seed=3, plan=plan) as other,
    ):
        assert one.recipe == other.recipe
        for row in range(10):
            assert one[row].take.id == other[row].take.id
            assert np.array_equal(one[row].take.audio.samples, other[row].take.audio.samples)


@pytest.mark.parametrize("name", ["a.rack.json", "a.toml"])
def test_a_rack_that_is_opened_again_plays_the_far_one(
    far: RemoteInstrument, tmp_path: Path, name: str
) -> None:
    """A toy is registered nowhere here, so nothing near could be taken for it."""
    note = Performance.one_note(60, hold_s=0.05, length_s=0.1)
    with Rack("far", source(far) >> node(gain, level_db=-6.0), workers=1) as rack:
        assert list(rack.graph.nodes) == ["toy", "gain"]
        patch = Patch.make(rack.space, {"transpose": 5.0})
        first = rack.render(patch, note)
        rack.export(patch, tmp_path / name)
    with Rack.open(tmp_path / name, workers=1) as again:
        (inside,) = again.union.instruments.values()
        assert isinstance(inside, RemoteInstrument)
        assert inside.url == far.url
        assert np.array_equal(again.render(again.load(tmp_path / name), note).samples, first.samples)


def test_a_match(far: RemoteInstrument) -> None:
    toy = Toy()
    sound = toy.render(Patch.make(toy.space, {"transpose": 7.0}), Performance.one_note(60, hold_s=0.2))
    one, other = (
        match(sound, synth, note=60, using=["drawn"], refine=Budget(renders=60)) for synth in (far, toy)
    )
    assert [found.patch.sha256 for found in one.matches] == [found.patch.sha256 for found in other.matches]
    assert one[0].patch.values["transpose"] == 7.0
    assert one[0].distance == other[0].distance
