"""Patches of a real instrument, whole: values, routings with curves, assets."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.faults import KEPT, Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage.columns import Encoder
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.instruments.take import Origin, Take
from patchpilot.instruments.vital.wavetables import built_in
from patchpilot.space import Patch, Space

PLAN = Plan(notes=(60,), length_s=0.01, hold_s=0.005)
CURVE = (
    '{"linear":true,"name":"x","num_points":2,"points":[0.0,1.0,1.0,0.25],"powers":[0.0,0.0],"smooth":false}'
)


def recipe(tier: int) -> Recipe:
    return Recipe("vital", "vital test", tier, 0, "random", "1" * 64, PLAN, Limits())


@pytest.fixture(scope="module")
def patches(space: Space, random_patch: Callable[[int], Patch]) -> list[Patch]:
    made = [random_patch(seed) for seed in range(12)]
    made[3] = made[3].changed(
        space, assets={"wavetable_1": built_in("PWM")}, info={"name": "Pŵm", "author": "é"}
    )
    made[4] = dataclasses.replace(made[4], extra='{"unknown":[1,2.5,"x"]}')
    routed = next(i for i, patch in enumerate(made) if len(patch.routings) > 2 and i > 4)
    first, *others = made[routed].routings
    made[routed] = made[routed].changed(
        space, routings=[dataclasses.replace(first, mapping=CURVE, bypass=True), *others]
    )
    made.append(Patch.make(space))
    assert any(routing.target is not None for patch in made for routing in patch.routings)
    return made


def takes(patches: list[Patch]) -> list[Take]:
    rng = np.random.default_rng(0)
    return [
        Take(
            patch=patch,
            performance=PLAN.performances(0, candidate)[0],
            audio=Audio(rng.normal(size=(2, PLAN.n_samples)).astype(np.float32), 44100),
            fingerprint="vital test",
            origin=Origin("synthetic", f"{candidate}", candidate, ("a" * 64,), "1"),
            features={"loudness": -20.5 - candidate},
        )
        for candidate, patch in enumerate(patches)
    ]


@pytest.mark.parametrize("tier", [1, 2, 3])
def test_a_dataset_gives_back_what_went_in(
    tmp_path: Path, space: Space, patches: list[Patch], tier: int
) -> None:
    path = tmp_path / "data.h5"
    wanted = takes(patches)
    with Writer.open(path, recipe(tier), space) as writer:
        for candidate, take in enumerate(wanted):
            writer.add(candidate, KEPT, [Entry(take, "preset", take.patch.name)])
            if candidate == 6:
                writer.commit()
        writer.seal()
    with Dataset(path) as dataset:
        assert dataset.verify() == []
        assert len(dataset.columns.values) == len(space.views[f"tier{tier}"])
        for row, take in zip(dataset, wanted, strict=True):
            assert row.take.id == take.id
            assert row.patch.canonical == take.patch.canonical
            assert row.patch.info == take.patch.info
            assert row.patch.assets == take.patch.assets
            assert row.routings == take.patch.routings
            assert row.take.features == take.features
            assert row.take.origin.parents == take.origin.parents
            assert row.audio.samples.tobytes() == take.audio.samples.tobytes()
            told = dict(zip(dataset.columns.values, row.values.tolist(), strict=True))
            assert all(told[name] == value for name, value in take.patch.values.items() if name in told)
            for p in dataset.parameters:
                assert told[p.name] == np.float32(take.patch.values.get(p.name, p.default))
            if tier == 3:
                slots = row.slot_of_route
                sounding = [r for r in take.patch.routings if not r.bypass]
                assert (slots >= 0).sum() == len(sounding)
                for routing in sounding:
                    at = (
                        dataset.sources.index(routing.source),
                        dataset.destinations.index(routing.destination),
                    )
                    assert row.modulation[0][at] == np.float32(routing.amount)
                    assert take.patch.routings[slots[at]] == routing


def test_labels_can_be_turned_back_into_values(space: Space, patches: list[Patch]) -> None:
    encoder = Encoder.of(space, 2)
    labels = encoder.labels(patches)
    assert labels.continuous.min() >= 0.0
    assert labels.continuous.max() <= 1.0
    assert labels.categorical.min() >= 0
    continuous = [p for p in encoder.parameters if not p.is_categorical]
    categorical = [p for p in encoder.parameters if p.is_categorical]
    assert (len(continuous), len(categorical)) == (labels.continuous.shape[1], labels.categorical.shape[1])
    for patch, real, whole in zip(patches, labels.continuous, labels.categorical, strict=True):
        values = space.decode(space.encode(patch.values))
        for p, norm in zip(continuous, real.tolist(), strict=True):
            assert p.value(norm) == pytest.approx(values[p.name], abs=1e-5 * (p.maximum - p.minimum))
        for p, place in zip(categorical, whole.tolist(), strict=True):
            assert p.minimum + place == values[p.name]
            assert place < p.n_categories


def test_parameters_are_read_back_without_an_engine(space: Space) -> None:
    for tier in (1, 2, 3):
        encoder = Encoder.of(space, tier)
        assert Encoder.from_json(encoder.to_json()) == encoder
