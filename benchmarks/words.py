"""Do words do what they say? Twenty words on patches of the prior, each found by search and measured on its render.

    python benchmarks/words.py [--patches 30] [--renders 96] [--seed 2026] [--words darker,wider]
    python benchmarks/words.py --table     what was measured so far

A word counts as done where every feature that it is about moved the asked way by a clear step: two just-noticeable
differences or more. Of the features that it is not about, those count as held that moved by two at most; once without
and once with those that hear much the same ("low" and "presence" beside "brightness"). "at its end" are patches whose
feature cannot be heard to go further, as the width of one in mono; they count as not done.

Beside it are two that do not listen: "random", knobs of the patch turned at random as far as the search turned its own,
and "usual", the one knob that a manual would name ("darker": the filter's cutoff), turned by a quarter of its range.
Each measurement is written as soon as it is made, and not made again: stop with Ctrl-C and start again at will. The
goals are 90 % done and 80 % held.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from matchbench.measure import Record
from matchbench.results import Results, made_with
from matchbench.sets import BENCHMARKS

from patchpilot.audio import F64, Audio
from patchpilot.audio.faults import is_silent
from patchpilot.errors import EngineError
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.space import Patch, Performance
from patchpilot.words import Moved, move, understand
from patchpilot.words.ear import Ear
from patchpilot.words.features import BY_NAME, NAMES, TOLERANCE, heard_steps
from patchpilot.words.handles import Handles

FILE = BENCHMARKS / "results" / "words.jsonl"
FROZEN = 2026
"""Seed of the patches that figures are told of; others are for development."""
PERFORMANCE = Performance.one_note(60, hold_s=1.0, length_s=1.6)
WORDS = (
    "darker", "more movement", "pluckier", "wider", "narrower", "less harsh", "softer attack", "warmer", "longer",
    "shorter", "thinner", "fatter", "noisier", "cleaner", "hollower", "buzzier", "roomier", "drier", "punchier",
    "smoother",
)  # fmt: skip
USUAL = {
    "darker": ("filter_1_cutoff", -1), "more movement": ("chorus_mod_depth", 1), "pluckier": ("env_1_sustain", -1),
    "wider": ("osc_1_stereo_spread", 1), "narrower": ("osc_1_stereo_spread", -1), "less harsh": ("filter_1_cutoff", -1),
    "softer attack": ("env_1_attack", 1), "warmer": ("filter_1_cutoff", -1), "longer": ("env_1_release", 1),
    "shorter": ("env_1_decay", -1), "thinner": ("filter_1_blend", 1), "fatter": ("osc_2_level", 1),
    "noisier": ("sample_level", 1), "cleaner": ("sample_level", -1), "hollower": ("osc_1_wave_frame", 1),
    "buzzier": ("distortion_drive", 1), "roomier": ("reverb_dry_wet", 1), "drier": ("reverb_dry_wet", -1),
    "punchier": ("env_1_decay", -1), "smoother": ("osc_1_unison_detune", -1),
}  # fmt: skip
WAYS = ("words", "random", "usual")


class Remembering:
    """An instrument that plays nothing twice: the same knobs are turned for every word."""

    def __init__(self, inner: Instrument) -> None:
        self._inner = inner
        self._heard: dict[tuple[str, str], Audio | EngineError] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def forget(self) -> None:
        """Another patch is next."""
        self._heard.clear()

    def stream(self, pairs: Iterable[tuple[Patch, Performance]]) -> Iterator[tuple[int, Audio | EngineError]]:
        """As of an instrument, for a finite list."""
        asked = list(pairs)
        keys = [(patch.sha256, performance.sha256) for patch, performance in asked]
        new = [i for i, key in enumerate(keys) if key not in self._heard]
        for k, heard in self._inner.stream(asked[i] for i in new):
            self._heard[keys[new[k]]] = heard
        yield from ((i, self._heard[key]) for i, key in enumerate(keys))

    def render(self, patch: Patch, performance: Performance) -> Audio:
        """As of an instrument."""
        (_, heard), *_ = self.stream([(patch, performance)])
        if isinstance(heard, EngineError):
            raise heard
        return heard


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patches", type=int, default=30, help="how many patches of the prior")
    parser.add_argument("--renders", type=int, default=96, help="for each word on each patch")
    parser.add_argument("--seed", type=int, default=FROZEN, help="of the patches")
    parser.add_argument("--words", type=lambda text: text.split(","), default=list(WORDS), help="only these")
    parser.add_argument("--instrument", default="vital")
    parser.add_argument("--workers", type=int, help="processes that render")
    parser.add_argument("--out", type=Path, default=FILE, help="the results file")
    parser.add_argument("--table", action="store_true", help="print the summary, and measure nothing")
    return parser.parse_args()


def patches(synth: Instrument, seed: int, n: int) -> Iterator[tuple[int, Patch]]:
    """The first patches of the first prior that are heard, with their places in it."""
    prior, found, index = next(iter(synth.priors.values())), 0, 0
    while found < n:
        patch = prior.draw(synth.space, seed, index)
        if not is_silent(synth.render(patch, PERFORMANCE)):
            yield index, patch
            found += 1
        index += 1


def judged(asked: dict[str, float], free: set[str], steps: F64) -> Record:
    """Whether the asked features moved clearly, and the shares of the others that held."""
    by_name = dict(zip(NAMES, steps.tolist(), strict=True))
    others = [name for name in NAMES if name not in asked]
    not_alike = [name for name in others if name not in free]
    return {
        "done": all(by_name[name] * np.sign(way) >= TOLERANCE - 1e-9 for name, way in asked.items()),
        "held": float(np.mean([abs(by_name[name]) <= TOLERANCE for name in not_alike])),
        "held_all": float(np.mean([abs(by_name[name]) <= TOLERANCE for name in others])),
        "steps": {name: round(value, 2) for name, value in by_name.items()},
    }


def heard(moved: Moved) -> Record:
    """What came of the search."""
    asked = dict(moved.wish.changes)
    steps = np.array([one.steps for one in moved.felt])
    at_end = any(one.verdict == "at its end" for one in moved.felt)
    return {
        **judged(asked, _free(asked), steps), "at_end": at_end, "ok": moved.ok, "renders": moved.renders,
        "turned": len(moved.turned),
    }  # fmt: skip


def deaf(word: str, way: str, patch: Patch, synth: Instrument, size: float, seed: int) -> Record:
    """What comes of turning knobs without listening."""
    asked = dict(understand(word).changes)
    handles = Handles.of(synth, patch)
    if way == "random":
        random = np.random.default_rng((seed, len(word), *word.encode()))
        at = random.standard_normal(len(handles)) * (random.random(len(handles)) < 0.15)
        other = handles.patch(handles.kept(at * size / max(float(np.abs(at).sum()), 1e-9)))
    else:
        name, sign = USUAL[word]
        p = synth.space[name]
        value = patch.values.get(name, p.default) + sign * 0.25 * (p.maximum - p.minimum)
        other = patch.changed(synth.space, {name: float(np.clip(value, p.minimum, p.maximum))})
    before, after = (synth.render(one, PERFORMANCE) for one in (patch, other))
    ear = Ear(before, PERFORMANCE)
    return judged(asked, _free(asked), heard_steps(ear(after)) - heard_steps(ear(before)))


def _free(asked: Iterable[str]) -> set[str]:
    return {other for name in asked for other in BY_NAME[name].companions}


def measure(asked: argparse.Namespace, synth: Instrument, results: Results) -> None:
    """Measure what is missing."""
    remembering = Remembering(synth)
    player: Instrument = remembering  # all else is passed on
    for index, patch in patches(player, asked.seed, asked.patches):
        for word in asked.words:
            for way in WAYS:
                key = (way, f"{asked.seed}/{index}", f"{word}, {asked.renders} renders")
                if key in results or (way == "usual" and USUAL[word][0] not in synth.space.by_name):
                    continue
                began = time.monotonic()
                about = {"way": way, "word": word, "patch": index, "seed": asked.seed}
                if way == "words":
                    record = heard(move(understand(word), patch, player, PERFORMANCE, renders=asked.renders))
                else:
                    record = deaf(word, way, patch, player, 8.0, asked.seed + index)
                results.add(key, {**about, **record, "seconds": time.monotonic() - began})
            print(asked.seed, index, word, results_line(results, asked, index, word), flush=True)
        remembering.forget()


def results_line(results: Iterable[Record], asked: argparse.Namespace, index: int, word: str) -> str:
    """What came of one word on one patch."""
    for record in results:
        if (record["way"], record["word"], record["patch"], record["seed"]) == (
            "words",
            word,
            index,
            asked.seed,
        ):
            how = "done" if record["done"] else "at its end" if record["at_end"] else "not done"
            return f"{how}, {record['held']:.0%} held, {record['turned']} turned, {record['seconds']:.1f} s"
    return ""


def table(results: Iterable[Record], seed: int) -> str:
    """Shares by word and by way."""
    records = [record for record in results if record["seed"] == seed]
    columns: tuple[str, ...] = (
        "word",
        "patches",
        "done",
        "done, where there is room",
        "others held",
        "with those alike",
        "turned",
    )
    columns += ("random: done, held", "usual knob: done, held")
    lines = [f"| {' | '.join(columns)} |", "| --- " * len(columns) + "|"]
    for word in [*dict.fromkeys(record["word"] for record in records), None]:
        by_way = {
            way: [one for one in records if one["way"] == way and word in (None, one["word"])] for way in WAYS
        }
        mine = by_way["words"]
        if not mine:
            continue
        room = [one["done"] for one in mine if not one["at_end"]]
        cells = [
            word or "**all**", str(len(mine)), _share(mine, "done"), f"{np.mean(room):.0%}" if room else "",
            _share(mine, "held"), _share(mine, "held_all"), f"{np.median([one['turned'] for one in mine]):.0f}",
            *(f"{_share(by_way[way], 'done')}, {_share(by_way[way], 'held')}" for way in WAYS[1:]),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) if records else "Nothing was measured yet."


def _share(records: list[Record], name: str) -> str:
    return f"{np.mean([float(one[name]) for one in records]):.0%}" if records else ""


def main() -> None:
    """Measure what is missing, then print the summary."""
    asked = arguments()
    if asked.table:
        print(table(Results(asked.out), asked.seed))
        return
    options: dict[str, Any] = {} if asked.workers is None else {"workers": asked.workers}
    with instrument(asked.instrument, **options) as synth:
        results = Results(asked.out, made_with(synth))
        measure(asked, synth, results)
        print(table(results, asked.seed))


if __name__ == "__main__":
    main()
