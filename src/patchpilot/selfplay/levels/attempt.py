"""An attempt at a level: a patch is found for each part, the loop is played again, and scored.

What is finished of it stays: an attempt that was stopped goes on with the parts that are missing, to the same end.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, Target, listen, save
from patchpilot.errors import PluginError
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.instruments.take import Take
from patchpilot.matching.match import match
from patchpilot.search.base import Searcher
from patchpilot.selfplay.levels import document
from patchpilot.selfplay.levels.analysis import Taken
from patchpilot.selfplay.levels.choosing import chosen
from patchpilot.selfplay.levels.document import Template
from patchpilot.selfplay.levels.level import ATTEMPT, ATTEMPTS, Level
from patchpilot.selfplay.levels.names import part_names
from patchpilot.selfplay.levels.pattern import Part, Score, score_of
from patchpilot.selfplay.levels.playing import SAMPLE_RATE, Voice, mix
from patchpilot.selfplay.levels.scoring import LoopScore
from patchpilot.space import Pattern
from patchpilot.space.canonical import Json
from patchpilot.space.hit import Hit

TEMPLATE, LOOP, NOTES = "template.toml", "loop.wav", "pattern.mid"
FOUND = "found"
"""Folder of all patches that were found for the parts."""
_TOP, _WORSE = 5, 0.5
"""Patches of each part that are tried in the loop, at most; and how much farther than the closest one may be."""
_SHORTEST_S = 0.08
"""Of what a patch is looked for; shorter hits get silence behind them."""


@dataclasses.dataclass(frozen=True, eq=False)
class Attempt:
    """What came of one.

    Attributes:
        folder: of its files.
        score: how close the loop comes.
        parts: headline distance of each part's patch to the hit that stands for it, by name.
        n_renders: that its searches took.
        takes: of the patches that were chosen; none of those that an earlier run found.
    """

    folder: Path
    score: LoopScore
    parts: dict[str, float]
    n_renders: int
    takes: tuple[tuple[str, Take], ...]


def attempt(
    level: Level,
    instrument: Instrument,
    *,
    effort: str = "default",
    seed: int = 0,
    using: Callable[[], Sequence[str | Searcher]] | None = None,
    on_part: Callable[[str, int, int], None] = lambda _name, _done, _of: None,
) -> Attempt:
    """Try to make a level's loop.

    Args:
        level: the loop.
        instrument: that is to play it.
        effort: of the match of each part.
        seed: >= 0.
        using: gives the searchers of a match; the effort's own by default.
        on_part: called before each part with its name, how many are done, and of how many.

    Raises:
        EngineError: not one patch of a part could be rendered.
        KeyboardInterrupt: it was interrupted; the same again goes on.
        OutputError: its folder cannot be written.
    """
    taken = level.taken()
    names = part_names(taken)
    folder = make_folder(level.folder / ATTEMPTS / f"{instrument.name} {effort} {seed}".replace("/", "_"))
    heard = score_of(taken, names)
    make_folder(folder / FOUND)
    parts, found, takes = [], [], []
    for number, part in enumerate(heard.parts):
        on_part(part.name, number, len(names))
        known = _known(folder / FOUND, part.name, instrument.suffix)
        if known is None:
            known, some = _searched(part, taken, number, instrument, folder / FOUND, effort, seed, using)
            takes.append((number, some))
        parts.append(dataclasses.replace(part, note=known["note"], hold_s=known["hold_s"]))
        found.append(known)
    on_part("", len(names), len(names))
    voices = [
        [
            Voice(instrument.load(path), known["velocity"])
            for path in _presets(folder / FOUND, part.name, known, instrument.suffix)
        ]
        for part, known in zip(parts, found, strict=True)
    ]
    made = chosen(dataclasses.replace(heard, parts=tuple(parts)), taken, voices, instrument)
    for number, part in enumerate(made.score.parts):
        instrument.export(
            voices[number][made.places[number]].patch, folder / f"{part.name}{instrument.suffix}"
        )
    template = Template(
        made.score,
        instrument.name,
        {part.name: f"{part.name}{instrument.suffix}" for part in parts},
        {part.name: known["velocity"] for part, known in zip(parts, found, strict=True)},
    )
    distances = {
        part.name: known["distances"][place]
        for part, known, place in zip(parts, found, made.places, strict=True)
    }
    n_renders = sum(known["n_renders"] for known in found)
    _write(folder, template, made.stems, made.result, distances, n_renders, seed, effort)
    best = tuple((parts[number].name, some[made.places[number]]) for number, some in takes)
    return Attempt(folder, made.result, distances, n_renders, best)


def write_notes(score: Score, path: Path) -> None:
    """The notes of all parts as a MIDI file; raises `OutputError` and `PluginError` (the extra is missing)."""
    from patchpilot.space.midi import write_midi

    hits = tuple(
        Hit(max(0.0, strike.beat), (min(127, max(0, part.note + strike.semitones)),), max(strike.beats, 0.01))
        for part in score.parts
        for strike in part.strikes
    )
    write_midi(Pattern(hits, float(score.bars)), path, score.tempo_bpm)


def _searched(
    part: Part,
    taken: Taken,
    number: int,
    instrument: Instrument,
    folder: Path,
    effort: str,
    seed: int,
    using: Callable[[], Sequence[str | Searcher]] | None,
) -> tuple[dict[str, Json], list[Take]]:
    """Patches for a part; their presets and what is known of them are written."""
    standing = taken.hits[taken.parts[number]]
    note = part.note if standing.pitch is not None else None
    result = match(
        mixture(standing.audio, note),
        instrument,
        top=_TOP,
        effort=effort,
        seed=seed,
        using=using() if using else None,
    )
    if result.interrupted:
        raise KeyboardInterrupt
    closest = min(one.distance["logmel"] for one in result.matches)
    best = sorted(
        (one for one in result.matches if one.distance["logmel"] <= closest + _WORSE),
        key=lambda one: one.distance["logmel"],
    )
    played = result.performance.notes[0]
    known = {
        "note": played.pitch,
        "hold_s": played.hold_s,
        "velocity": played.velocity,
        "distances": [one.distance["logmel"] for one in best],
        "n_renders": result.n_renders,
    }
    for one, path in zip(best, _presets(folder, part.name, known, instrument.suffix), strict=True):
        instrument.export(one.take.patch, path)
    write_text(folder / f"{part.name}.json", json.dumps(known) + "\n")  # last: where it is, the presets are
    return known, [one.take for one in best]


def _presets(folder: Path, name: str, known: Mapping[str, Json], suffix: str) -> list[Path]:
    """Of all patches that were found for a part, the closest first."""
    return [folder / f"{name} {place}{suffix}" for place in range(1, len(known["distances"]) + 1)]


def _known(folder: Path, name: str, suffix: str) -> dict[str, Json] | None:
    """What an earlier run found of a part."""
    try:
        said = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    keys = {"note", "hold_s", "velocity", "distances", "n_renders"}
    if not isinstance(said, dict) or not keys <= said.keys():
        return None
    return said if all(path.exists() for path in _presets(folder, name, said, suffix)) else None


def mixture(audio: Audio, note: int | None) -> Target:
    """A hit as something to match: whatever pitch it has, other sounds of the loop may be in it.

    So no searcher is told that it is one tone, which would leave the others out.
    """
    target = listen(_long_enough(audio), note=note)
    return dataclasses.replace(target, f0_hz=None, confidence=0.0)


def _long_enough(audio: Audio) -> Audio:
    short = round(_SHORTEST_S * audio.sample_rate) - len(audio)
    return audio if short <= 0 else Audio(np.pad(audio.samples, ((0, 0), (0, short))), audio.sample_rate)


def _write(
    folder: Path,
    template: Template,
    played: dict[str, Audio],
    result: LoopScore,
    distances: dict[str, float],
    n_renders: int,
    seed: int,
    effort: str,
) -> None:
    make_folder(folder / "stems")
    for name, stem in played.items():
        save(stem, folder / "stems" / f"{name}.wav")
    save(mix(played), folder / LOOP)
    document.write(template, folder / TEMPLATE)
    with contextlib.suppress(PluginError):  # without the extra that writes MIDI the template says the same
        write_notes(template.score, folder / NOTES)
    said = {
        **dataclasses.asdict(result),
        "total": result.total,
        "parts": distances,
        "n_renders": n_renders,
        "seed": seed,
        "effort": effort,
        "instrument": template.instrument,
        "sample_rate": SAMPLE_RATE,
    }
    write_text(folder / ATTEMPT, json.dumps(said, indent=2) + "\n")
