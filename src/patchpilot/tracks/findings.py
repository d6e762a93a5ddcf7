"""What the detectors say of a track and of its stems, and the score that is made of it, as plain JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

from patchpilot.audio import Audio
from patchpilot.space.canonical import Json
from patchpilot.tracks.detectors import DETECTORS
from patchpilot.tracks.energy import Energy
from patchpilot.tracks.features import Listened
from patchpilot.tracks.grid import Grid
from patchpilot.tracks.score import trance_score
from patchpilot.tracks.section import Section

_AT_ONCE = 2
"""Detectors that listen at once."""


def detected(
    listened: Listened, grid: Grid | None, sections: Sequence[Section], stems: Mapping[str, Audio]
) -> dict[str, dict[str, Json]]:
    """What each detector says, by its name; of a stem as "STEM/NAME". Nothing without a grid: all of them need one.

    Silent stems say nothing.
    """
    if grid is None:
        return {}
    heard = {
        "": listened,
        **{f"{name}/": Listened(stem) for name, stem in stems.items() if stem.samples.any()},
    }
    tasks = {f"{of}{name}": (run, sound) for of, sound in heard.items() for name, run in DETECTORS.items()}
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        found = [pool.submit(run, sound, grid, sections) for run, sound in tasks.values()]
        findings = dict(zip(tasks, [one.result() for one in found], strict=True))
    return {
        name: {"sentence": finding.sentence, "score": finding.score, **finding.to_json()}
        for name, finding in findings.items()
    }


def scored(
    grid: Grid | None,
    energy: Energy,
    sections: Sequence[Section],
    findings: Mapping[str, Mapping[str, Json]],
) -> dict[str, Json] | None:
    """The trance score with its parts; None where there is no beat."""
    if grid is None:
        return None
    return trance_score(grid.bpm, grid.stability, energy, sections, findings).to_json()
