"""What an estimator is measured by: on a toy whose answers are known."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.datasets import Dataset
from patchpilot.errors import EngineError, EstimatorError
from patchpilot.estimators import baselines
from patchpilot.estimators.baselines import MEAN, NEAREST, NearestRow, of_rows
from patchpilot.estimators.evaluation import AGAIN, BEST, FIRST, INIT, Heard, Sound, drawn, evaluate, held_out
from patchpilot.estimators.training.batches import is_held_out
from patchpilot.estimators.training.rows import read_rows
from patchpilot.space import Note, Patch, Performance
from tests.datasets.small import PLAN, Buzzing, small

TOY = Buzzing()
HOW = Performance((Note(60, 0.8, 0.0, 0.2),), length_s=0.25, sample_rate=8000)


@dataclass
class Answer:
    patch: Patch


class Knowing:
    """Proposes what it was told to."""

    def __init__(self, *patches: Patch) -> None:
        self._patches = patches
        self.asked: list[tuple[int, int, float, float, float]] = []

    def propose(
        self, audio: Audio, n: int, seed: int, pitch: float, hold_s: float, velocity: float
    ) -> list[Answer]:
        assert len(audio)
        self.asked.append((n, seed, pitch, hold_s, velocity))
        return [Answer(patch) for patch in self._patches]


def patch(**values: float) -> Patch:
    return Patch.make(TOY.space, values)


TRUE = patch(level=0.4, buzz_on=1.0, buzz=0.3)
FAR, FARTHER = patch(level=0.4), patch(level=0.4, transpose=-11.0)


def test_the_first_and_the_best_of_five_are_measured() -> None:
    knowing = Knowing(FAR, FARTHER, FARTHER, TRUE, FARTHER, TRUE)
    found = evaluate(knowing, TOY, [Sound(TRUE, HOW, "it")], proposed=16, seed=3)
    assert found.median(FIRST) > 0.2
    assert found.median(BEST) == found.median(AGAIN) == 0.0
    assert knowing.asked == [(16, 3, 60.0, 0.2, 0.8)]
    sixth = evaluate(Knowing(FAR, *[FARTHER] * 4, TRUE), TOY, [Sound(TRUE, HOW)])
    assert sixth.median(BEST) == min(found.median(FIRST), sixth.median(BEST)) > 0.0  # only five are played


def test_what_was_measured_is_told() -> None:
    found = evaluate(Knowing(TRUE), TOY, [Sound(TRUE, HOW)] * 20, baselines={"far": lambda _: FAR})
    assert list(found.distances) == [FIRST, BEST, "far", INIT, AGAIN]
    assert all(len(row) == 20 for row in found.distances.values())
    said = json.loads(json.dumps(found.to_json()))
    assert said["sounds"] == 20
    assert said["rows"][FIRST]["median"] == 0.0
    assert said["rows"]["far"]["median"] == pytest.approx(found.median("far"), abs=1e-4)
    assert [line.split("  ")[0] for line in found.table().splitlines()[1:]] == list(found.distances)


def test_renders_that_fail_are_left_out_and_counted() -> None:
    crashing = patch(level=0.99)
    found = evaluate(Knowing(crashing, TRUE), TOY, [Sound(TRUE, HOW), Sound(crashing, HOW)])
    assert found.failed == 2
    assert math.isnan(found.median(FIRST))
    assert found.median(BEST) == 0.0
    assert found.to_json()["rows"][FIRST]["distances"] == [None]
    with pytest.raises(EngineError, match="none of 1 sounds"):
        evaluate(Knowing(TRUE), TOY, [Sound(crashing, HOW)])


def test_as_heard_nothing_but_the_sound_is_told() -> None:
    plain, higher = patch(level=0.4), patch(level=0.4, transpose=5.0)
    knowing = Knowing(FARTHER, plain)
    found = evaluate(
        knowing, TOY, [Sound(plain, HOW), Sound(higher, HOW), Sound(patch(), HOW)], as_heard=True
    )
    assert found.keys == [(60, 60), (60, 65), (60, 60)]
    assert found.right_keys == 2
    assert found.hold_error_s == np.median([abs(0.2 - told) for _, told in found.holds_s]) > 0.0
    (_, _, first, hold_s, velocity), (_, _, second, _, _), _ = knowing.asked
    assert [first, second] == pytest.approx([60.0, 65.0], abs=0.2)
    assert (hold_s, velocity) == (found.holds_s[0][1], 0.8)
    # What is played is played on the key that was heard, so the true patch is not the closest of what was misheard.
    right, wrong, _ = found.distances[AGAIN]
    assert right < 0.7 * wrong
    assert max(found.distances[BEST][:2]) < 0.7 * wrong


def test_a_note_that_is_told_is_right() -> None:
    found = evaluate(Knowing(TRUE), TOY, [Sound(TRUE, HOW)])
    assert (found.keys, found.holds_s, found.right_keys) == ([(60, 60)], [(0.2, 0.2)], 1)
    assert found.hold_error_s == 0.0


def test_a_sound_that_cannot_be_heard_is_left_out_and_counted() -> None:
    silent = patch(level=0.0)
    found = evaluate(Knowing(TRUE), TOY, [Sound(TRUE, HOW), Sound(silent, HOW)], as_heard=True)
    assert (len(found.names), found.unheard, found.failed) == (1, 1, 0)
    assert found.to_json()["unheard"] == 1
    with pytest.raises(EngineError, match="none of 1 sounds could be rendered and heard"):
        evaluate(Knowing(TRUE), TOY, [Sound(silent, HOW)], as_heard=True)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evaluated") / "toy.h5"
    small(path, 60, features=("front_end",), audio="none").close()
    return path


def test_held_out_sounds_are_those_that_training_never_sees(file: Path) -> None:
    with Dataset(file) as dataset:
        sounds = held_out(dataset, 99, share=0.3)
        assert len({sound.patch.sha256 for sound in sounds}) == len(sounds) > 3
        assert all(is_held_out(sound.patch.sha256, 0.3) for sound in sounds)
        assert [sound.name for sound in held_out(dataset, 2, share=0.3)] == [one.name for one in sounds[:2]]
        with pytest.raises(EstimatorError, match="held out"):
            held_out(dataset, 2, share=1e-9)
    train, _ = read_rows([file], TOY.space).rows.split(0.3)
    names = set(read_rows([file], TOY.space).rows.patches[train])
    assert not names & {sound.patch.sha256 for sound in sounds}


def test_drawn_sounds_are_heard() -> None:
    prior = TOY.priors["buzz-v1"]
    sounds = list(drawn(TOY, prior, 4, seed=9, plan=PLAN))
    assert [sound.name for sound in sounds] == [f"buzz-v1 9/{k}" for k in range(4)]
    assert sounds[2].patch.sha256 == prior.draw(TOY.space, 9, 2).sha256


def test_the_nearest_row_of_a_sound_that_is_a_row_is_itself(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baselines, "_SLICE", 7)
    data = read_rows([file, file], TOY.space, rows=70)
    finder = NearestRow([file, file], data, np.arange(60))
    with Dataset(file) as dataset:
        for index in (0, 31, 59):
            row = dataset[index]
            audio = TOY.render(row.patch, row.performance)
            heard = Heard(audio, float(row.pitch), 0.2, 0.8)
            assert finder.row(heard) == index
            assert finder(heard).sha256 == row.patch_sha256
    assert [finder.place(row) for row in (0, 59, 60, 69)] == [(0, 0), (0, 59), (1, 0), (1, 9)]


def test_the_mean_patch_is_in_the_middle(file: Path) -> None:
    data = read_rows([file], TOY.space)
    others = of_rows([file], TOY, data.codec, held_out=0.3)
    assert list(others) == [MEAN, NEAREST]
    silent = Heard(Audio(np.zeros((1, 100), np.float32), 8000), 60.0, 0.1, 0.8)
    mean = others[MEAN](silent)
    assert mean.values["level"] == pytest.approx(0.3, abs=0.05)
    with Dataset(file) as dataset:
        known = {row.patch_sha256 for row in dataset}
    assert mean.sha256 not in known
    assert others[NEAREST](silent).sha256 in known
