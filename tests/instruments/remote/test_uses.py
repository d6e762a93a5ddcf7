"""What is made of an instrument is made of a far one, to the same bytes: libraries, datasets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.datasets import Plan, generate
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.retrieval.build import build
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
