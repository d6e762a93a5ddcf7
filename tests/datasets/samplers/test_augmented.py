"""Patches made of presets: new, valid, the same every time, and mostly heard."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.faults import KEPT, Limits
from patchpilot.datasets.samplers.augmented import Augmented
from patchpilot.datasets.tiers import reduced
from patchpilot.errors import ParameterError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Patch, Performance, Space
from patchpilot.space.canonical import sha256
from tests.datasets.presets.shelf import Listed, Shelf

N = 150


@pytest.fixture(scope="module")
def parents(vital: Vital, space: Space) -> Listed:
    drawn = [vital.priors[name].draw(space, 3, i) for i in range(5) for name in ("core-v1", "tier3-v1")]
    return Listed(drawn, "Pads/Preset {}.vital".format)


@pytest.fixture
def shelf(space: Space, tmp_path: Path) -> Shelf:
    return Shelf(space, tmp_path)


def test_children_are_new_and_each_another(shelf: Shelf, parents: Listed) -> None:
    drafts = [Augmented(shelf, parents, 3, 7).draft(i) for i in range(N)]
    hashes = {draft.patch.sha256 for draft in drafts}
    assert len(hashes) >= 0.98 * N
    assert not hashes & {patch.sha256 for patch in parents.patches}
    assert all(draft.source == "augmented" for draft in drafts)
    assert all(draft.name.startswith("Preset ") and ": " in draft.name for draft in drafts)
    crossed = [draft for draft in drafts if " × " in draft.name]
    assert 0.5 * N < len(crossed) < 0.9 * N


def test_children_are_patches_that_the_engine_takes(shelf: Shelf, parents: Listed, space: Space) -> None:
    assert space.routing is not None
    for i in range(N):
        patch = Augmented(shelf, parents, 3, 1).draft(i).patch
        again = Patch.make(space, patch.values, routings=patch.routings, assets=patch.assets)
        assert again == patch, "all names, values and routings are the space's, and in order"
        for name, value in patch.values.items():
            assert space[name].minimum <= value <= space[name].maximum, name
        targets = [routing.target for routing in patch.routings if routing.target is not None]
        assert all(target < len(patch.routings) for target in targets)


@pytest.mark.parametrize(("n_parents", "n"), [(4, 8), pytest.param(20, 200, marks=pytest.mark.slow)])
def test_most_children_are_heard(vital: Vital, space: Space, n_parents: int, n: int) -> None:
    performance = Performance.one_note(60, hold_s=0.5, length_s=0.6)
    names = ("core-v1", "tier3-v1")
    drawn = [vital.priors[names[i % 2]].draw(space, 3, i) for i in range(n_parents)]
    parents = [patch for patch in drawn if _is_heard(vital.render(patch, performance))]
    sampler = Augmented(vital, Listed(parents), 3, 2)
    results = vital.render_many((sampler.draft(i).patch, performance) for i in range(n))
    assert np.mean([_is_heard(result) for result in results]) >= 0.8


def _is_heard(audio: object) -> bool:
    return isinstance(audio, Audio) and Limits().verdict(audio) == KEPT


def test_a_child_follows_from_seed_and_index_alone(shelf: Shelf, parents: Listed) -> None:
    one, other = Augmented(shelf, parents, 3, 5), Augmented(shelf, parents, 3, 5)
    forwards = [one.draft(i).patch for i in range(12)]
    assert [other.draft(i).patch for i in reversed(range(12))] == forwards[::-1]
    assert [Augmented(shelf, parents, 3, 6).draft(i).patch for i in range(12)] != forwards


@pytest.mark.parametrize("tier", [1, 2])
def test_children_are_reduced_to_the_tier(shelf: Shelf, parents: Listed, space: Space, tier: int) -> None:
    ours = Listed([reduced(space, patch, tier) for patch in parents.patches])
    for i in range(30):
        patch = Augmented(shelf, ours, tier, 0).draft(i).patch
        assert reduced(space, patch, tier) == patch


def test_one_preset_is_enough(shelf: Shelf, parents: Listed) -> None:
    sampler = Augmented(shelf, Listed(parents.patches[:1]), 3, 0)
    drafts = [sampler.draft(i) for i in range(20)]
    assert len({draft.patch for draft in drafts}) == 20
    assert all("×" not in draft.name for draft in drafts)


@pytest.mark.parametrize("patches", [[], None])
def test_without_parents_there_are_no_children(shelf: Shelf, patches: Sequence[Patch] | None) -> None:
    endless = Listed([])
    endless.n_patches = None if patches is None else 0  # type: ignore[assignment]
    with pytest.raises(ParameterError, match="presets to make patches of"):
        Augmented(shelf, endless, 3, 0)


def test_its_text_names_the_parents_and_negative_places_are_refused(shelf: Shelf, parents: Listed) -> None:
    sampler = Augmented(shelf, parents, 3, 0)
    assert sampler.text.endswith(f"made of 10 presets, sha256 {sha256(parents.text.encode())}")
    with pytest.raises(ParameterError, match="index"):
        sampler.draft(-1)
    with pytest.raises(ParameterError, match="seed"):
        Augmented(shelf, parents, 3, -1)
