"""Which construction is tried when, and what becomes of its drafts, with constructions that only keep count."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import cast

import numpy as np
import pytest

from patchpilot.audio import F32, Audio, Target
from patchpilot.errors import ParameterError
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Origin, Take
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.search.resynthesis import searcher as module
from patchpilot.search.resynthesis.draft import Draft
from patchpilot.search.resynthesis.searcher import CONFIDENT, ENOUGH, GOOD, MOST_ROUNDS, Resynthesis
from patchpilot.search.resynthesis.sketch import Sketch
from patchpilot.space import Parameter, Performance, Space
from tests.matching.test_report import TARGET
from tests.toy import Toy

SPACE = Space("vital", "1", (Parameter("level", 0.0, 1000.0, 0.0, is_categorical=False),))
PLAYED = Performance.one_note(48, hold_s=0.4, length_s=0.5)
PITCHED = dataclasses.replace(TARGET, f0_hz=131.1, confidence=CONFIDENT)
UNSURE = dataclasses.replace(TARGET, f0_hz=131.1, confidence=CONFIDENT - 0.01)
NO_PITCH = dataclasses.replace(TARGET, f0_hz=None, confidence=CONFIDENT)

BAD, FINE = GOOD - 0.5, GOOD + 0.1


@dataclass(frozen=True, eq=False)
class Stub:
    """A draft that is its level; corrected, it gives drafts at the next levels, as often as it may."""

    kind: str
    level: float
    corrections: int = 1
    heard: list[F32] = field(default_factory=list)

    @property
    def detail(self) -> str:
        return f"{self.kind} {self.level:g}"

    def sketch(self) -> Sketch:
        return Sketch({"level": self.level})

    def corrected(self, rendered: F32) -> Sequence[Draft]:
        self.heard.append(rendered)
        return [Stub(self.kind, self.level + 0.1 * i) for i in range(1, self.corrections + 1)]


class Vitalish(Toy):
    """A toy that passes for Vital."""

    name = "vital"

    def __init__(self) -> None:
        super().__init__()
        self.space = SPACE


Build = Callable[[Target], Sequence[Draft]]


def started(
    monkeypatch: pytest.MonkeyPatch, target: Target, harmonic: Sequence[Draft], dense: Sequence[Draft]
) -> tuple[Resynthesis, list[str]]:
    """A searcher over two stub constructions, and the log of those that were asked for drafts."""
    asked: list[str] = []

    def construction(name: str, drafts: Sequence[Draft]) -> Build:
        def build(heard: Target) -> Sequence[Draft]:
            assert heard is target
            asked.append(name)
            return drafts

        return build

    monkeypatch.setattr(module, "harmonic_drafts", construction("harmonic", harmonic))
    monkeypatch.setattr(module, "dense_drafts", construction("dense", dense))
    searcher = Resynthesis()
    searcher.start(Context(Vitalish(), PLAYED, target))
    return searcher, asked


def outcome(proposal: Proposal, score: float | None) -> Outcome:
    """What the loop tells: a take with a score, or a failed render for None."""
    if score is None:
        return Outcome(proposal, error="crashed")
    audio = Audio(np.stack([np.full(100, 0.2), np.full(100, 0.4)]), 44100)
    take = Take(proposal.patch, PLAYED, audio, "x", Origin("resynthesis"))
    return Outcome(proposal, take, {"close_to": score})


def play(searcher: Resynthesis, score: Callable[[str], float | None], n: int = 8) -> list[list[str]]:
    """Run a search to its end: the details of each batch."""
    batches: list[list[str]] = []
    for _ in range(100):
        proposals = searcher.ask(n)
        if not proposals:
            return batches
        assert len(proposals) <= n
        batches.append([proposal.detail for proposal in proposals])
        searcher.tell([outcome(proposal, score(proposal.detail)) for proposal in proposals])
    raise AssertionError("it never ends")


def kinds(batches: list[list[str]]) -> list[str]:
    return [detail.split()[0] for batch in batches for detail in batch]


# Order of the constructions.


def test_a_sound_with_a_pitch_is_taken_for_harmonic_first(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    assert [p.detail for p in searcher.ask(8)] == ["harmonic 1"]
    assert asked == ["harmonic"]


@pytest.mark.parametrize("target", [UNSURE, NO_PITCH])
def test_without_a_sure_pitch_both_are_tried_at_once(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    searcher, asked = started(monkeypatch, target, [Stub("harmonic", 1)], [Stub("dense", 2)])
    assert [p.detail for p in searcher.ask(8)] == ["dense 2", "harmonic 1"]
    assert asked == ["dense", "harmonic"]


def test_a_good_match_needs_no_other_construction(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    assert set(kinds(play(searcher, lambda _: FINE))) == {"harmonic"}
    assert asked == ["harmonic"]


def test_a_match_that_only_correction_made_good_needs_none_either(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    play(searcher, lambda detail: FINE if "corrected" in detail else BAD)
    assert asked == ["harmonic"]


def test_a_bad_match_has_the_other_construction_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    told = kinds(play(searcher, lambda _: BAD))
    assert asked == ["harmonic", "dense"]
    assert told == sorted(told, reverse=True)  # never a draft of the first again
    assert "dense" in told


# Corrections.


def test_the_best_draft_is_corrected_by_its_own_render(monkeypatch: pytest.MonkeyPatch) -> None:
    worse, best = Stub("harmonic", 1), Stub("harmonic", 5, corrections=2)
    searcher, _ = started(monkeypatch, PITCHED, [worse, best], [])
    scores = {"harmonic 1": BAD, "harmonic 5": FINE}
    searcher.tell([outcome(p, scores[p.detail]) for p in searcher.ask(8)])
    assert [p.detail for p in searcher.ask(8)] == [
        "harmonic 5.1, corrected",
        "harmonic 5.2, corrected",
    ]
    assert worse.heard == []
    (rendered,) = best.heard
    assert rendered.shape == (100,)
    assert np.allclose(rendered, 0.3)  # the mean of both channels


def test_one_that_cannot_be_bettered_leaves_its_turn_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    best, second = Stub("harmonic", 5, corrections=0), Stub("harmonic", 1)
    searcher, _ = started(monkeypatch, PITCHED, [best, second], [])
    scores = {"harmonic 5": FINE, "harmonic 1": BAD}
    searcher.tell([outcome(p, scores[p.detail]) for p in searcher.ask(8)])
    assert [p.detail for p in searcher.ask(8)] == ["harmonic 1.1, corrected"]


def test_many_takes_end_corrections_after_one_round(monkeypatch: pytest.MonkeyPatch) -> None:
    drafts = [Stub("harmonic", i) for i in range(ENOUGH)]
    searcher, _ = started(monkeypatch, PITCHED, drafts, [])
    batches = play(searcher, lambda _: FINE)
    assert [len(batch) for batch in batches] == [ENOUGH, 1]


def test_few_takes_are_corrected_again_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, _ = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [])
    batches = play(searcher, lambda _: FINE)
    assert [len(batch) for batch in batches] == [1] * (1 + MOST_ROUNDS)


def test_no_draft_is_corrected_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    draft = Stub("harmonic", 1)
    searcher, _ = started(monkeypatch, PITCHED, [draft], [])
    play(searcher, lambda detail: BAD if "corrected" in detail else FINE)  # it stays the best
    assert len(draft.heard) == 1


def test_the_second_construction_is_corrected_by_its_own_best(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = Stub("harmonic", 1), Stub("dense", 7)
    searcher, _ = started(monkeypatch, PITCHED, [first], [second])
    play(searcher, lambda detail: BAD - 1.0 if "dense" in detail else BAD)
    assert (len(first.heard), len(second.heard)) == (1, 1)


# Batches and failures.


def test_batches_are_no_larger_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, _ = started(monkeypatch, NO_PITCH, [Stub("harmonic", i) for i in (1, 2)], [Stub("dense", 3)])
    batches = play(searcher, lambda _: FINE, n=1)
    assert [batch[0].split(",")[0] for batch in batches[:3]] == ["dense 3", "harmonic 1", "harmonic 2"]
    assert all(len(batch) == 1 for batch in batches)


def test_a_failed_render_is_not_corrected(monkeypatch: pytest.MonkeyPatch) -> None:
    failed, heard = Stub("harmonic", 1), Stub("harmonic", 2)
    searcher, _ = started(monkeypatch, PITCHED, [failed, heard], [])
    batches = play(searcher, lambda detail: None if detail == "harmonic 1" else FINE)
    assert (failed.heard, len(heard.heard)) == ([], 1)
    assert batches[1] == ["harmonic 2.1, corrected"]


def test_when_all_renders_fail_the_other_construction_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    assert play(searcher, lambda detail: FINE if "dense" in detail else None)[:2] == [
        ["harmonic 1"],
        ["dense 2"],
    ]
    assert asked == ["harmonic", "dense"]


def test_a_search_in_which_everything_fails_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, _ = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    assert play(searcher, lambda _: None) == [["harmonic 1"], ["dense 2"]]


def test_a_construction_that_proposes_nothing_leaves_it_to_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [], [Stub("dense", 2)])
    assert play(searcher, lambda _: FINE)[0] == ["dense 2"]
    assert asked == ["harmonic", "dense"]


@pytest.mark.parametrize("target", [PITCHED, NO_PITCH])
def test_nothing_at_all_to_propose_ends_the_search(monkeypatch: pytest.MonkeyPatch, target: Target) -> None:
    searcher, asked = started(monkeypatch, target, [], [])
    assert play(searcher, lambda _: FINE) == []
    assert sorted(asked) == ["dense", "harmonic"]


def test_two_drafts_that_are_one_patch_are_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, _ = started(monkeypatch, PITCHED, [Stub("harmonic", 1), Stub("harmonic", 1)], [])
    assert play(searcher, lambda _: FINE)[0] == ["harmonic 1", "harmonic 1"]


def test_a_start_forgets_the_last_search(monkeypatch: pytest.MonkeyPatch) -> None:
    searcher, asked = started(monkeypatch, PITCHED, [Stub("harmonic", 1)], [Stub("dense", 2)])
    first = play(searcher, lambda _: BAD)
    searcher.start(Context(Vitalish(), PLAYED, PITCHED))
    assert play(searcher, lambda _: BAD) == first
    assert asked == ["harmonic", "dense"] * 2


# What it cannot do.


def test_it_needs_a_target() -> None:
    with pytest.raises(ParameterError, match="resynthesis needs a target sound"):
        Resynthesis().start(Context(cast(Instrument, Vitalish()), PLAYED))


def test_it_writes_vital_patches_only() -> None:
    with pytest.raises(ParameterError, match="resynthesis writes Vital patches, not those of toy"):
        Resynthesis().start(Context(Toy(), PLAYED, PITCHED))
