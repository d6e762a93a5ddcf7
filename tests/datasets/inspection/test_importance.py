"""How much a parameter moves the sound, on a toy of which it is known."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets.inspection.importance import Progress, importance, parameters_of
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import EngineError, OutputError, ParameterError, PatchError
from patchpilot.space import Patch, Performance
from tests.datasets.small import Buzzing, small
from tests.toy import Toy


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dataset]:
    with small(tmp_path_factory.mktemp("importance") / "data.h5", 40) as made:
        yield made


class Stopped(Buzzing):
    """One that somebody interrupts after some renders."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if self.rendered >= self._after:
            raise KeyboardInterrupt
        return super().render(patch, performance)


class Dicey(Buzzing):
    """One whose patches draw from the engine's dice."""

    def is_random(self, patch: Patch) -> bool:  # noqa: ARG002
        return True

    def render(self, patch: Patch, performance: Performance) -> Audio:
        noise = np.random.default_rng(performance.engine_seed).standard_normal((2, 2000)) * 0.05
        return Audio(super().render(patch, performance).samples + noise, performance.sample_rate)


class Breaks(Buzzing):
    """One that never plays with the idle knob above its middle."""

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if patch.values.get("idle", 0.0) > 0.0:
            raise EngineError("the toy crashed")
        return super().render(patch, performance)


class Dead(Buzzing):
    """One that plays nothing at all."""

    def render(self, patch: Patch, performance: Performance) -> Audio:  # noqa: ARG002
        raise EngineError("the toy crashed")


def test_what_moves_the_sound_comes_first_and_what_does_nothing_counts_nothing(dataset: Dataset) -> None:
    found = importance(Buzzing(), dataset, n_bases=12)
    assert list(found.effects)[-1] == "idle"
    idle, buzz, level = (found.effects[name] for name in ("idle", "buzz", "level"))
    assert (idle.mean, idle.low, idle.high, idle.heard, idle.weight, idle.sounding) == (0, 0, 0, 0, 0, None)
    assert found.effects["transpose"].heard == 1.0
    assert found.effects["transpose"].mean > 0.2
    on = [dataset[row].patch.values.get("buzz_on", 0.0) for row in found.rows]
    assert 0.0 < sum(on) < len(on)
    assert buzz.heard == np.mean(on)  # off, it counts as the nothing it is
    assert buzz.sounding is not None
    assert buzz.sounding[0] == pytest.approx(buzz.mean / buzz.heard)
    assert level.heard == 1.0  # though the distance is blind to gain
    assert level.level_db > 0.5
    assert np.mean([effect.weight for effect in found.effects.values()]) == pytest.approx(1.0)
    for effect in found.effects.values():
        assert effect.low <= effect.mean <= effect.high


def test_the_confidence_interval_narrows_with_more_bases(dataset: Dataset) -> None:
    few, many = (importance(Buzzing(), dataset, n_bases=n).effects["buzz"] for n in (4, 20))
    assert many.high - many.low < few.high - few.low
    assert (few.bases, many.bases) == (4, 20)


def test_it_depends_on_the_arguments_only(dataset: Dataset) -> None:
    first = importance(Buzzing(), dataset, n_bases=5, seed=2)
    assert importance(Buzzing(), dataset, n_bases=5, seed=2) == first
    assert importance(Buzzing(), dataset, n_bases=5, seed=3).rows != first.rows
    assert len({dataset[row].candidate for row in first.rows}) == 5  # different patches
    chosen = importance(Buzzing(), dataset, n_bases=5, seed=2, parameters=("buzz", "level"))
    assert set(chosen.effects) == {"buzz", "level"}
    assert chosen.effects["buzz"].mean == first.effects["buzz"].mean


def test_a_larger_step_moves_more(dataset: Dataset) -> None:
    near, far = (importance(Buzzing(), dataset, n_bases=6, step=step) for step in (0.05, 0.5))
    assert near.effects["level"].level_db < far.effects["level"].level_db


def test_stopped_it_goes_on_with_the_same_result(dataset: Dataset, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with pytest.raises(KeyboardInterrupt):
        importance(Stopped(after=30), dataset, n_bases=8, kept=kept)
    assert 2 <= len(kept.read_text().splitlines()) <= 5
    told: list[Progress] = []
    toy, whole = Buzzing(), Buzzing()
    found = importance(toy, dataset, n_bases=8, kept=kept, on_progress=told.append)
    assert found == importance(whole, dataset, n_bases=8)
    assert toy.rendered < whole.rendered
    assert told[-1] == Progress(8, 8)
    more = importance(toy, dataset, n_bases=9, kept=kept)  # fewer bases are the beginning of more
    assert more.rows[:8] == found.rows
    assert json.loads(json.dumps(more.to_json()))["bases"] == 9


def test_what_another_measurement_kept_is_not_mixed_in(dataset: Dataset, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    importance(Buzzing(), dataset, n_bases=1, kept=kept)
    with pytest.raises(OutputError, match="another dataset, or with other arguments"):
        importance(Buzzing(), dataset, n_bases=1, step=0.2, kept=kept)
    importance(Buzzing(), dataset, n_bases=1, step=0.2, kept=kept, force=True)
    kept.write_text("something else\n{")
    with pytest.raises(OutputError, match="it holds something else"):
        importance(Buzzing(), dataset, n_bases=1, kept=kept)
    assert kept.read_text() == "something else\n{"


def test_the_engines_dice_are_told_not_counted(dataset: Dataset) -> None:
    toy = Dicey()
    found = importance(toy, dataset, n_bases=4)
    assert len(found.floors) == 4
    assert min(found.floors) > 0.1
    assert found.effects["idle"].mean == 0.0  # both sides throw the same
    said = found.to_json()
    assert said["random_bases"] == 4
    assert said["floor"] == pytest.approx(np.mean(found.floors))


def test_renders_that_fail_are_counted_and_left_out(dataset: Dataset) -> None:
    found = importance(Breaks(), dataset, n_bases=20)
    assert found.failed > 0
    working = [row for row in found.rows if dataset[row].patch.values.get("idle", 0.0) <= 0.0]
    assert found.effects["level"].bases == len(working) < 20

    with pytest.raises(EngineError, match="all 3 patches"):
        importance(Dead(), dataset, n_bases=3)


def test_parameters_are_a_view_or_names() -> None:
    space = Buzzing().space
    assert parameters_of(space, "core") == ("level", "transpose")
    assert parameters_of(space, "buzz, idle") == ("buzz", "idle")
    with pytest.raises(PatchError, match="did you mean buzz"):
        parameters_of(space, "buz")
    for text in ("", "buzz,buzz"):
        with pytest.raises(ParameterError, match="each once, or one of the views core, tier1"):
            parameters_of(space, text)


@pytest.mark.parametrize("wrong", [{"n_bases": 0}, {"seed": -1}, {"step": 0.0}, {"step": 0.6}])
def test_arguments_out_of_range_are_refused(dataset: Dataset, wrong: dict[str, float]) -> None:
    with pytest.raises(ParameterError, match="expected bases >= 1"):
        importance(Buzzing(), dataset, **wrong)  # type: ignore[arg-type]


def test_another_instruments_dataset_is_refused(dataset: Dataset) -> None:
    class Other(Toy):
        name = "other"

    with pytest.raises(ParameterError, match="expected a dataset of other, got one of toy"):
        importance(Other(), dataset)
