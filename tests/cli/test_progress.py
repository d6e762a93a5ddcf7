"""The line that is shown while a sound is matched."""

from __future__ import annotations

import sys

import pytest

from patchpilot.cli._progress import Progress
from patchpilot.search.base import Outcome, Proposal
from patchpilot.space import Patch
from tests.toy import Toy


def outcome(score: float | None) -> Outcome:
    toy = Toy()
    patch = Patch.make(toy.space)
    if score is None:
        return Outcome(Proposal(patch, "luck"), error="crashed")
    take = object()  # only whether there is one matters
    return Outcome(Proposal(patch, "luck"), take, {"close_to": score})  # type: ignore[arg-type]


def test_it_says_what_is_done_and_how_close_it_is(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress("a.wav") as progress:
        progress.phase("searching")
        for score in (None, -0.5, -0.25, -0.75):
            progress.heard(outcome(score))
        progress.phase("refining")
    lines = capsys.readouterr().err.replace("\x1b[K", "").split("\r")
    assert lines == [
        "",
        "a.wav: listening…",
        "a.wav: searching…",
        "a.wav: searching… 1 tried",
        "a.wav: searching… 2 tried, closest 0.500",
        "a.wav: searching… 3 tried, closest 0.250",
        "a.wav: searching… 4 tried, closest 0.250",
        "a.wav: refining… 4 tried, closest 0.250",
        "",
    ]


def test_a_log_has_none_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress("a.wav") as progress:
        progress.heard(outcome(-0.5))
    assert capsys.readouterr().err == ""
