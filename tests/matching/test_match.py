"""The main job, with a toy instrument and a searcher whose proposals are known beforehand."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import numpy as np
import pytest
import soundfile
from threadpoolctl import threadpool_info

from patchpilot import registry
from patchpilot.audio import Audio, Target
from patchpilot.errors import AudioError, EngineError, ParameterError, PluginError
from patchpilot.matching.match import match
from patchpilot.objectives.closeness import performance_of
from patchpilot.search.base import Proposal
from patchpilot.space import Patch, Performance
from tests.matching.searchers import Fixed, Tabled, heard, up, use
from tests.toy import Toy


@pytest.fixture
def toy() -> Toy:
    return Tabled()


@pytest.fixture
def target(toy: Toy) -> Target:
    return heard(toy)


def test_the_closest_is_first_and_ranks_count_from_one(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(-12, 7, 9)))
    result = match(target, toy, using=["fixed"], effort="quick")
    assert [found.rank for found in result.matches] == [1, 2, 3]
    assert result.matches[0].patch.values == {"transpose": 7.0}
    closeness = [found.distance["logmel"] for found in result.matches]
    assert closeness == sorted(closeness)
    assert closeness[0] < 0.5 * closeness[1]
    assert [found.remarks for found in result.matches] == [("hm",)] * 3
    assert result.matches[0].take.origin.detail == "7 up"


def test_all_metrics_are_told_of_each_match(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    (found,) = match(target, toy, using=["fixed"], effort="quick").matches
    assert {"logmel", "mss", "wmfcc", "sot", "rms_cosine"} <= set(found.distance)
    assert all(math.isfinite(value) for value in found.distance.values())


def test_a_patch_that_was_proposed_twice_is_one_match(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, one=Fixed(up(7, 3, 7)), other=Fixed(up(3, 7, -5)))
    result = match(target, toy, using=["one", "other"], effort="quick")
    assert result[0].patch.values == {"transpose": 7.0}
    assert len({found.patch.sha256 for found in result.matches}) == len(result.matches) == 3


def test_no_more_than_wanted_are_given(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(*range(-6, 8))))
    result = match(target, toy, using=["fixed"], effort="quick", top=2)
    assert len(result) == 2
    assert result[0].patch.values == {"transpose": 7.0}


@pytest.mark.parametrize("wrong", [{"top": 0}, {"top": -1}, {"seed": -1}])
def test_numbers_out_of_range_are_refused_before_anything_is_rendered(
    toy: Toy, target: Target, wrong: dict[str, int]
) -> None:
    before = toy.rendered
    with pytest.raises(ParameterError, match="expected top >= 1 and seed >= 0"):
        match(target, toy, **wrong)  # type: ignore[arg-type]
    assert toy.rendered == before


def test_the_rows_say_what_a_number_means(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    result = match(target, toy, using=["fixed"], effort="quick")
    assert list(result.rows) == ["silence", "init patch", "random patch", "best match, other engine seed"]
    far = {name: row["logmel"] for name, row in result.rows.items()}
    assert far["silence"] > far["init patch"] > result[0].distance["logmel"]
    assert far["best match, other engine seed"] == result[0].distance["logmel"]


def test_the_random_row_depends_on_the_seed_alone(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = []
    for seed in (1, 1, 2):
        use(monkeypatch, fixed=Fixed(up(7)))
        rows.append(match(target, toy, using=["fixed"], effort="quick", seed=seed).rows["random patch"])
    assert rows[0] == rows[1] != rows[2]


class Dicey(Toy):
    """Draws its level from the engine's dice; with other dice it may crash."""

    crashes = False

    def is_random(self, patch: Patch) -> bool:  # noqa: ARG002
        return True

    def render(self, patch: Patch, performance: Performance) -> Audio:
        if performance.engine_seed and self.crashes:
            raise EngineError("the dice fell off the table")
        higher = performance.notes[0].pitch + performance.engine_seed
        return super().render(patch, Performance.one_note(higher, hold_s=0.4, length_s=performance.length_s))


def test_the_floor_is_the_best_match_with_other_dice(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    result = match(target, Dicey(), using=["fixed"], effort="quick")
    assert result.rows["best match, other engine seed"]["logmel"] > result[0].distance["logmel"] + 0.1


def test_a_floor_that_cannot_be_rendered_costs_its_row_and_no_more(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    toy = Dicey()
    toy.crashes = True
    result = match(target, toy, using=["fixed"], effort="quick")
    assert len(result) == 1
    assert "best match, other engine seed" not in result.rows


def test_failed_renders_are_no_matches(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed([{"level": 0.995}, {"transpose": 7.0}]))
    assert len(match(target, toy, using=["fixed"], effort="quick")) == 1


def test_renders_that_are_not_finite_are_no_matches(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    class Blown(Toy):
        def render(self, patch: Patch, performance: Performance) -> Audio:
            audio = super().render(patch, performance)
            if patch.values.get("transpose") == -12.0:
                return Audio(np.full_like(audio.samples, np.nan), audio.sample_rate)
            return audio

    use(monkeypatch, fixed=Fixed(up(-12, 7)))
    result = match(target, Blown(), using=["fixed"], effort="quick")
    assert [found.patch.values["transpose"] for found in result.matches] == [7.0]


def test_nothing_that_renders_is_an_error_that_says_why(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed([{"level": 0.995}, {"level": 0.999}]))
    with pytest.raises(EngineError, match="not one patch could be rendered: the toy crashed"):
        match(target, toy, using=["fixed"], effort="quick")


@pytest.mark.parametrize("using", [[], ["fixed"]])
def test_nothing_proposed_is_an_error(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch, using: list[str]
) -> None:
    use(monkeypatch, fixed=Fixed([]))
    with pytest.raises(EngineError, match="not one patch could be rendered: nothing was proposed"):
        match(target, toy, using=using, effort="quick")


def test_a_searcher_that_nobody_registers(toy: Toy, target: Target) -> None:
    with pytest.raises(PluginError, match="no 'dowsing' among the search; there are: "):
        match(target, toy, using=["dowsing"], effort="quick")


def test_searchers_are_told_what_it_is_about(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Fixed(up(7))
    use(monkeypatch, fixed=searcher)
    result = match(target, toy, using=["fixed"], effort="quick", seed=5)
    (context,) = searcher.started
    assert (context.seed, context.target, context.performance) == (5, target, result.performance)
    assert result.matches[0].take.origin.seed == 5


def test_a_performance_plays_the_targets_note_a_little_longer(target: Target) -> None:
    (note,) = performance_of(target).notes
    assert (note.pitch, note.velocity, note.hold_s) == (target.note, target.velocity, target.hold_s)
    assert performance_of(target).length_s == pytest.approx(target.length_s + 0.2)


def test_a_file_is_listened_to_and_gives_its_name(
    toy: Toy, target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a lead.wav"
    soundfile.write(path, target.audio.samples.T, target.audio.sample_rate)
    use(monkeypatch, fixed=Fixed(up(7)))
    result = match(path, toy, using=["fixed"], effort="quick", note=61)
    assert (result.name, result.target.note, result.instrument) == ("a lead", 61, "toy")
    assert result.seconds > 0


def test_a_name_that_is_no_text_is_made_one(
    target: Target, toy: Toy, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    odd = dataclasses.replace(target, source=Path("caf\udce9.wav"))  # "café" in Latin-1, as Linux names it
    assert match(odd, toy, using=["fixed"], effort="quick").name == "caf?"


def test_a_target_has_its_own_note(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    with pytest.raises(
        ParameterError, match="was listened to as note 60 already; got 62: say the note to `listen`"
    ):
        match(target, toy, using=["fixed"], effort="quick", note=62)
    assert len(match(target, toy, using=["fixed"], effort="quick", note=60)) == 1


def test_a_sound_that_nothing_resembles_is_told_so(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fixed=Fixed(up(-20)))
    result = match(target, toy, using=["fixed"], effort="quick")
    (remark,) = result.remarks
    nearest = f"{result[0].distance['logmel']:.2f}"
    assert remark.startswith("nothing that was tried resembles this sound: even the closest is far from it")
    assert f"({nearest})" in remark
    use(monkeypatch, fixed=Fixed(up(7)))
    assert match(target, toy, using=["fixed"], effort="quick").remarks == ()


def test_an_answer_says_how_it_was_found(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7), own=True, name="fixed+refinement"))
    (found,) = match(target, toy, using=["fixed"], effort="quick").matches
    assert (found.searcher, found.found_by) == ("fixed+refinement", "fixed, then refinement")
    assert (found.detail, found.knobs_only) == ("7 up", False)


def test_the_phases_are_told(toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fixed=Fixed(up(7)))
    phases: list[str] = []
    match(target, toy, using=["fixed"], effort="quick", on_phase=phases.append)
    assert phases == ["listening", "searching", "comparing"]


def test_silence_is_refused(toy: Toy) -> None:
    with pytest.raises(AudioError, match="silent"):
        match(Audio(np.zeros(22050), 44100), toy)


def test_opposite_channels_are_matched_by_one_of_them(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    mono = target.audio.mono()
    near = []
    for samples in (mono, np.stack([mono, -mono])):
        use(monkeypatch, fixed=Fixed(up(7)))
        result = match(Audio(samples, 44100), toy, using=["fixed"], effort="quick", note=60)
        near.append(result[0].distance["logmel"])
    assert near[0] == near[1] < result.rows["init patch"]["logmel"]
    assert result.remarks == ("left and right cancel each other: only the louder of them was used",)


def test_linear_algebra_has_one_thread_also_where_a_searcher_brings_a_library(
    toy: Toy, target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    class Counting(Fixed):
        def ask(self, n: int) -> list[Proposal]:
            seen.extend(found["num_threads"] for found in threadpool_info())
            return super().ask(n)

    def load(*_: str) -> object:
        import scipy.linalg  # noqa: F401

        return lambda: Counting(up(7))

    monkeypatch.setattr(registry, "load", load)
    match(target, toy, using=["fixed"], effort="quick")
    assert seen
    assert set(seen) == {1}
