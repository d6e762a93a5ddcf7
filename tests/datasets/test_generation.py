"""The loop that makes datasets, on a toy that renders in milliseconds."""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.generation import estimated_bytes, generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.base import Draft
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import DatasetError, EngineError, OutputError, ParameterError
from patchpilot.instruments.base import structure
from patchpilot.space import Asset, Patch, Performance, Prior
from patchpilot.space.prior import Uniform
from tests.retrieval.fakes import Forward, Odd
from tests.toy import Toy

PLAN = Plan(notes=(48, 60), hold_s=0.05, length_s=0.1, sample_rate=8000)


def made(path: Path, rows: int = 40, toy: Toy | None = None, **options: Any) -> Dataset:
    """A dataset of a toy, of which some patches are silent, fail or blow up."""
    usual: dict[str, Any] = {"tier": 1, "seed": 3, "plan": PLAN}
    return generate(toy or Odd(), path, rows, **usual | options)


class Remembers(Odd):
    """One that remembers what it played."""

    def __init__(self) -> None:
        super().__init__()
        self.played: set[tuple[str, str]] = set()

    def render(self, patch: Patch, performance: Performance) -> Audio:
        audio = super().render(patch, performance)
        self.played.add((patch.sha256, performance.sha256))
        return audio


class Dies(Remembers):
    """One that is interrupted after some answers, of each of which it was asked before it gave the last."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        for i, pair in enumerate(pairs):
            if i == self._after:
                raise KeyboardInterrupt
            yield from ((i, answer) for _, answer in super().stream([pair]))


class Hiccups(Odd):
    """One that fails at each thing once."""

    def __init__(self) -> None:
        super().__init__()
        self._seen: set[tuple[str, str]] = set()

    def render(self, patch: Patch, performance: Performance) -> Audio:
        key = (patch.sha256, performance.sha256)
        if key not in self._seen:
            self._seen.add(key)
            raise EngineError("a hiccup")
        return super().render(patch, performance)


def test_rows_are_what_the_instrument_plays(tmp_path: Path) -> None:
    toy = Odd()
    with made(tmp_path / "a.h5") as dataset:
        assert len(dataset) == 40
        assert dataset.is_sealed
        for row in dataset:
            take = row.take
            assert np.array_equal(toy.render(take.patch, take.performance).samples[0], row.audio.samples[0])
        assert [row.pitch for row in dataset][:4] == [48, 60, 48, 60]


def test_what_is_left_out_is_counted_by_reason(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5") as dataset:
        assert set(dataset.rejected) == {"silent", "failed", "not finite"}
        assert dataset.tried == sum(dataset.rejected.values()) + len(dataset) // 2
        verdicts = dataset.column("candidates/verdict")
        assert len(verdicts) == dataset.tried
        assert np.count_nonzero(verdicts == 0) == len(dataset) // 2


def test_rows_do_not_depend_on_the_order_of_the_answers(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5") as one, made(tmp_path / "b.h5", toy=Forward()) as other:
        assert one.content_hash == other.content_hash


@pytest.mark.parametrize("after", [0, 1, 7, 30, 61])
def test_a_run_that_was_stopped_ends_the_same(tmp_path: Path, after: int) -> None:
    path = tmp_path / "a.h5"
    with pytest.raises(KeyboardInterrupt):
        made(path, toy=Dies(after))
    with Dataset(path) as before:
        assert not before.is_sealed
        n_before = len(before)
    toy = Odd()
    with made(path, toy=toy) as dataset, made(tmp_path / "b.h5") as through:
        assert dataset.content_hash == through.content_hash
        assert len(dataset) >= n_before
    assert sorted(file.name for file in tmp_path.iterdir() if file.name.startswith("a.")) == ["a.h5"]


def test_what_came_back_is_not_rendered_again(tmp_path: Path) -> None:
    before, after = Dies(51), Remembers()
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "a.h5", toy=before)
    made(tmp_path / "a.h5", toy=after).close()
    assert len(before.played) > 30
    assert not before.played & after.played


def test_a_bad_moment_of_the_machine_decides_nothing(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5", toy=Hiccups()) as dataset, made(tmp_path / "b.h5") as other:
        assert dataset.content_hash == other.content_hash


def test_a_finished_file_is_not_made_again_and_never_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    made(path).close()
    data, toy = path.read_bytes(), Odd()
    made(path, toy=toy).close()
    assert toy.rendered == 0
    for other in ({"rows": 42}, {"seed": 4}, {"plan": Plan(notes=(60,))}):
        with pytest.raises(DatasetError, match="sealed, and another dataset"):
            made(path, **other)
    assert path.read_bytes() == data


def test_an_unfinished_file_of_another_recipe_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.h5"
    with pytest.raises(KeyboardInterrupt):
        made(path, toy=Dies(30))
    other = Dies(30)
    other.fingerprint = "toy 2"
    with pytest.raises(DatasetError, match=r"toy 2.*toy 1"):
        made(path, toy=other)
    made(path).close()


def test_an_odd_number_of_rows_is_kept_exactly(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5", rows=7) as few, made(tmp_path / "b.h5", rows=8) as more:
        assert len(few) == 7
        assert [row.take.id for row in few] == [row.take.id for row in more][:7]


class Few:
    """Two patches, one of them twice."""

    n_patches = 3
    text = "two patches"

    def draft(self, index: int) -> Draft:
        level = (0.5, 0.6, 0.5)[index]
        return Draft(Patch.make(Toy().space, {"level": level}), "preset", f"{index}.toy")


def test_a_finite_sampler_ends_and_duplicates_are_left_out(tmp_path: Path) -> None:
    for _ in range(2):
        with made(tmp_path / "a.h5", sampler=Few()) as dataset:
            assert (len(dataset), dataset.tried, dataset.rejected) == (4, 3, {"duplicate": 1})
            assert [row.name for row in dataset] == ["0.toy", "0.toy", "1.toy", "1.toy"]


class Quiet:
    """Patches that nobody hears."""

    n_patches = None
    text = "quiet"

    def draft(self, index: int) -> Draft:
        return Draft(Patch.make(Toy().space, {"level": 1e-5 * (1 + index % 1000)}), "synthetic")


def test_a_sampler_that_never_sounds_is_given_up(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not one of 300 patches can be used: 300 silent"):
        made(tmp_path / "a.h5", sampler=Quiet())


def test_features_are_stored_and_audio_left_out(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5", rows=4, audio="none", features=("logmel",)) as dataset:
        features = dataset[1].features
        assert features["logmel"].shape[0] == 128
        assert np.isfinite(features["logmel"]).all()
        with pytest.raises(DatasetError):
            _ = dataset[0].audio


@pytest.mark.parametrize("rows", [0, -1, 10**9 + 1])
def test_a_number_of_rows_out_of_range_is_refused(tmp_path: Path, rows: int) -> None:
    with pytest.raises(ParameterError, match="expected 1 to 1000000000 rows"):
        made(tmp_path / "a.h5", rows=rows)


def test_too_little_room_is_told_before_anything_is_rendered(tmp_path: Path) -> None:
    toy = Odd()
    with pytest.raises(OutputError, match=r"1000000000 rows need about [\d,.]+ GB"):
        made(tmp_path / "a.h5", rows=10**9, toy=toy, plan=Plan())
    assert toy.rendered == 0
    assert not list(tmp_path.iterdir())


def test_the_estimate_is_enough(tmp_path: Path) -> None:
    plan = Plan(notes=(48, 60), hold_s=0.5, length_s=1.0)
    with made(tmp_path / "a.h5", rows=20, plan=plan) as dataset:
        estimate = estimated_bytes(dataset.recipe, 20)
    assert 0.1 < (tmp_path / "a.h5").stat().st_size / estimate < 1.0  # a toy's sines are mono, and pack well


def test_the_default_sampler_is_the_instruments_prior(tmp_path: Path) -> None:
    toy = Odd()
    sampler = Drawn(toy.space, toy.priors["toy-v1"], 1, 3)
    with made(tmp_path / "a.h5", rows=4) as dataset:
        assert dataset.recipe.sampler == sampler.text


class Sticks(Odd):
    """One whose first sound comes when no more are asked for; it counts how many came before."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = 0

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        answers = super().stream(pairs)
        late = [] if self.ahead else [next(answers)]
        for answer in answers:
            self.ahead += bool(late)
            assert self.ahead <= 4 * 64  # two notes each, and all may be played twice
            yield answer
        yield from late


def test_what_waits_for_a_sound_that_is_late_is_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("patchpilot.datasets.rendering.MOST_BYTES", 0)
    toy = Sticks()
    with made(tmp_path / "a.h5", 300, toy=toy) as late, made(tmp_path / "b.h5", 300) as usual:
        assert late.content_hash == usual.content_hash
    assert toy.ahead >= 2 * 64 - 1


class Sorted(Odd):
    """One that remembers in which order it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[object, ...]] = []

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        def heard() -> Iterator[tuple[Patch, Performance]]:
            for patch, performance in pairs:
                self.asked.append(structure(patch))
                yield patch, performance

        yield from super().stream(heard())


class Wired:
    """Patches of three structures, in turns."""

    n_patches = 30
    text = "wired"

    def __init__(self, toy: Toy) -> None:
        self._drawn = Drawn(toy.space, toy.priors["toy-v1"], 1, 3)

    def draft(self, index: int) -> Draft:
        draft = self._drawn.draft(index)
        assets = {"wavetable_1": Asset("wavetable", str(index % 3))}
        return dataclasses.replace(draft, patch=dataclasses.replace(draft.patch, assets=assets))


def test_patches_of_one_structure_are_played_one_after_another_and_stored_as_drawn(tmp_path: Path) -> None:
    toy = Sorted()
    with made(tmp_path / "a.h5", 60, toy=toy, sampler=Wired(toy)) as dataset:
        candidates = dataset.column("metadata/candidate")
        assert (np.diff(candidates) >= 0).all()
    changes = sum(one != other for one, other in itertools.pairwise(toy.asked))
    assert len(set(toy.asked)) == 3
    assert changes < 10


def test_holds_are_drawn_from_a_range_and_other_draws_stay(tmp_path: Path) -> None:
    drawn = dataclasses.replace(PLAN, hold_s=(0.02, 0.08))
    (a, b), (c, d) = drawn.performances(3, 7), PLAN.performances(3, 7)
    assert [p.notes[0].velocity for p in (a, b)] == [p.notes[0].velocity for p in (c, d)]
    assert a.notes[0].hold_s != b.notes[0].hold_s
    assert all(0.02 <= p.notes[0].hold_s <= 0.08 for p in (a, b))
    assert Plan.from_json(json.loads(json.dumps(drawn.to_json()))) == drawn
    with made(tmp_path / "a.h5", 20, plan=drawn) as dataset:
        assert len(np.unique(dataset.column("metadata/hold_s"))) > 10
    with pytest.raises(ParameterError, match="the shorter time first"):
        dataclasses.replace(PLAN, hold_s=(0.08, 0.02))


def test_what_estimators_hear_can_be_stored(tmp_path: Path) -> None:
    with made(tmp_path / "a.h5", 4, audio="none", features=("front_end",)) as dataset:
        pictures = dataset.column("features/front_end")
        assert pictures.shape == (4, 4, 96, 64)
        assert pictures[:, :3].max() == 1.0


def test_a_few_rows_cost_a_few_renders(tmp_path: Path) -> None:
    toy = Odd()
    made(tmp_path / "a.h5", 4, toy=toy).close()
    assert toy.rendered < 200  # this toy takes 64 at a time


def test_an_instrument_without_options_has_columns_of_nothing(tmp_path: Path) -> None:
    toy = Toy()
    only = toy.space.by_name["level"]
    toy.space = dataclasses.replace(toy.space, parameters=(only,), views={"core": ("level",)})
    prior = Prior("level-v1", {"level": Uniform(0.2, 0.8)})
    sampler = Drawn(toy.space, prior, 1, 0)
    with made(tmp_path / "a.h5", 4, toy, sampler=sampler) as dataset:
        assert len(dataset) == 4
        assert np.asarray(dataset.read("params/categorical", slice(0, 4))).shape == (4, 0)
    with Dataset(tmp_path / "a.h5") as again:
        assert again[3].patch.values.keys() <= {"level"}
