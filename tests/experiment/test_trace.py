from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from patchpilot.errors import OutputError, ParameterError
from patchpilot.experiment import trace
from patchpilot.experiment.trace import NAME, TraceWriter, read
from patchpilot.instruments.base import Instrument
from patchpilot.search.base import Outcome, Proposal
from patchpilot.space import Performance

PERFORMANCES = (Performance.one_note(48), Performance.one_note(60, hold_s=0.5))


def outcomes(synth: Instrument, n: int) -> list[Outcome]:
    """Failures, since what sounds is not at issue: patches of every structure, and turned ones of some."""
    prior = next(iter(synth.priors.values()))
    drawn = [prior.draw(synth.space, 0, i) for i in range(n)]
    turned = [patch.changed(synth.space, {"osc_1_level": 0.3 + i / 100}) for i, patch in enumerate(drawn)]
    return [
        Outcome(
            Proposal(patch, "test", f"{i}", performance=PERFORMANCES[1] if i % 3 else None),
            error="not played",
        )
        for i, patch in enumerate([*drawn, *turned, *reversed(drawn)])
    ]


def written(folder: Path, made: list[Outcome], size: int = 0) -> int:
    writer = TraceWriter(folder, size)
    for outcome in made:
        writer.add(outcome, outcome.proposal.performance or PERFORMANCES[0])
    return writer.flush()


def test_every_patch_is_had_again_however_often_the_writing_was_stopped(
    vital: Instrument, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trace, "_BASES", 4)  # so that some are forgotten
    made = outcomes(vital, 8)
    size = 0
    for start in range(0, len(made), 5):
        size = written(tmp_path, made[start : start + 5], size)
        with (tmp_path / NAME).open("ab") as file:
            file.write(b"what a crash left")
    found = list(read(tmp_path, size))
    assert [one.patch for one in found] == [one.proposal.patch for one in made]
    assert [one.performance for one in found] == [one.proposal.performance or PERFORMANCES[0] for one in made]
    assert [one.step.detail for one in found] == [one.proposal.detail for one in made]
    whole = tmp_path / "whole"
    whole.mkdir()
    written(whole, made)
    assert gzip.decompress((whole / NAME).read_bytes()) == gzip.decompress(
        (tmp_path / NAME).read_bytes()[:size]
    )


def test_turned_patches_take_little_room(vital: Instrument, tmp_path: Path) -> None:
    prior = next(iter(vital.priors.values()))
    base = prior.draw(vital.space, 0, 1)
    made = [
        Outcome(Proposal(base.changed(vital.space, {"osc_1_level": i / 500}), "test"), error="x")
        for i in range(400)
    ]
    assert written(tmp_path, made) < 400 * 60
    lines = gzip.decompress((tmp_path / NAME).read_bytes()).decode().splitlines()
    assert sum("base" in json.loads(line) for line in lines) == 1


def test_damage_is_told(vital: Instrument, tmp_path: Path) -> None:
    size = written(tmp_path, outcomes(vital, 2))
    with pytest.raises(ParameterError, match="is damaged"):
        list(read(tmp_path, size + 1))
    (tmp_path / NAME).write_bytes((tmp_path / NAME).read_bytes()[:-10])
    with pytest.raises((OutputError, ParameterError), match=r"damaged|cut off"):
        TraceWriter(tmp_path, size)
