"""Does it get better over time? What a bank that filled itself, and `play learn`, are worth on the real synth.

    python benchmarks/experience.py --out FOLDER [--banked 0,1000,5000] [--sounds 20] [--loops LOOPS…]
    python benchmarks/experience.py --out FOLDER --table       what was measured so far

*Matching*: a bank is filled by playing for itself (the portfolio, after what is new), and learned from; how close do
matches come to sounds that it never heard, the bank among their searchers? *Levels*: how many renders until each hit of
a new loop is close, from scratch, and with the bank and what was found for the other loops? *Novelty*: how far are
renders from the nearest of one frozen archive of random patches, at the beginning of a search and after so much
experience? An unusable sound counts 0.

What is learned lies in the folder, not in the user's. Each measurement is written as soon as it is made, and not made
again: stop with Ctrl-C and start again at will.
"""

from __future__ import annotations

import argparse
import os
import statistics
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from matchbench.measure import Record
from matchbench.results import Results, code_digest
from matchbench.sets import PERFORMANCE, sounds

from patchpilot import registry
from patchpilot.audio import Audio, Target, listen
from patchpilot.audio.faults import Limits
from patchpilot.bank import Bank
from patchpilot.bank.searcher import Remembered
from patchpilot.estimators.estimator import Estimator
from patchpilot.experiment.budget import Budget
from patchpilot.experiment.experiment import Experiment, Goal, Named
from patchpilot.experiment.keeping import Keep
from patchpilot.experiment.run import run
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.instruments.take import Take
from patchpilot.matching.effort import effort_of, searchers_of
from patchpilot.matching.match import match
from patchpilot.objectives.archive import Memory
from patchpilot.objectives.closeness import CloseTo, performance_of
from patchpilot.objectives.novelty import Novel
from patchpilot.objectives.validity import Valid
from patchpilot.retrieval.recipe import first_prior
from patchpilot.retrieval.spectral import Spectral
from patchpilot.search.base import Context, Outcome, Searcher
from patchpilot.selfplay.learning.estimator_learner import EstimatorLearner
from patchpilot.selfplay.learning.learn import learn
from patchpilot.selfplay.learning.learners import EmbeddingLearner, Learner
from patchpilot.selfplay.learning.library_learner import LibraryLearner
from patchpilot.selfplay.levels.attempt import mixture
from patchpilot.selfplay.levels.level import add

WHAT = ("embedding", "library", "estimator")
"""What a match makes use of."""
GOALS = {"renders": 0.6, "novelty": 1.5}
ARCHIVE_SEED, PLAY_SEED = 41_000, 7


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, default=Path("experience"), help="folder of all that is made")
    parser.add_argument("--banked", type=_numbers, default=[0, 1000, 5000], help="takes, rising")
    parser.add_argument("--sounds", type=int, default=20, help="to match, in turns of patches and recordings")
    parser.add_argument("--effort", default="quick", help="of a match")
    parser.add_argument(
        "--learn", type=lambda text: text.split(","), default=list(WHAT), help="what is learned"
    )
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--size", default="small", help="of a network")
    parser.add_argument("--rows", type=int, default=5000, help="of the library")
    parser.add_argument("--loops", type=Path, nargs="*", default=[])
    parser.add_argument("--searcher", default="portfolio", help="that masters levels")
    parser.add_argument(
        "--close", type=float, default=0.6, help="headline distance at which a hit is mastered"
    )
    parser.add_argument("--most", type=int, default=300, help="renders for a hit, at most")
    parser.add_argument("--archive", type=int, default=5000, help="random patches; 0 for no novelty")
    parser.add_argument(
        "--experience", type=int, default=2000, help="renders before novelty is measured again"
    )
    parser.add_argument("--window", type=int, default=200, help="renders that it is measured on")
    parser.add_argument("--seeds", type=int, default=1, help="how often novelty is measured")
    parser.add_argument("--table", action="store_true", help="print what was measured, and measure nothing")
    return parser.parse_args()


def _numbers(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(","))


def filled(bank: Path, synth: Instrument, n: int, folder: Path) -> None:
    """Let it play until a bank holds `n` takes; stopped, it goes on."""
    renders = n
    while True:
        with Bank.open(bank) as here:
            if (missing := n - len(here)) <= 0:
                return
        renders += missing
        experiment = Experiment(
            name="experience",
            instrument=Named(synth.name),
            objective=(Goal(Named("novel"), 0.7), Goal(Named("valid"))),
            bank=str(bank.resolve()),
            seed=PLAY_SEED,
            budget=Budget(renders=renders),
            keep=Keep(best=10**6, different=0),
        )
        experiment.run(folder)


def learned(bank: Path, synth: Instrument, asked: argparse.Namespace) -> list[str]:
    """Learn from a bank; what came of it, a line for each."""
    known: dict[str, Learner] = {
        "embedding": EmbeddingLearner(),
        "library": LibraryLearner(synth, asked.rows),
        "estimator": EstimatorLearner(synth, None, asked.size),
    }
    with Bank.open(bank) as here:
        chosen = [known[name] for name in WHAT if name in asked.learn]
        found = learn(here, synth, chosen, epochs=asked.epochs)
    return [
        f"{one.learner}: {one.reason or f'{one.before:.3f} before, {one.after:.3f} now'}"
        + (", in use" if one.is_promoted else "")
        for one in found
    ]


def targets(synth: Instrument, n: int) -> list[tuple[str, Target]]:
    """The first sounds of the frozen sets, in turns."""
    pairs = zip(sounds("a", synth.space), sounds("b", synth.space), strict=False)
    chosen = [sound for pair in pairs for sound in pair][:n]
    return [(f"{sound.set}/{sound.name}", listen(sound.played(synth))) for sound in chosen]


def matched(target: Target, synth: Instrument, bank: Path, effort: str) -> Record:
    """How close a match comes that may look into a bank."""
    with Bank.open(bank) as here:
        using: list[str | Searcher | Estimator] = [*searchers_of(effort_of(effort), synth.name)]
        using += [Remembered(here)] if len(here) else []
        found = match(target, synth, top=1, effort=effort, using=using)
    best = found[0]
    return {"distance": best.distance["logmel"], "by": best.take.origin.searcher, "renders": found.n_renders}


def mastered(
    hits: Sequence[Target], synth: Instrument, banks: Sequence[Bank], asked: argparse.Namespace
) -> Record:
    """Renders until each hit is close, with the banks first; and the best takes."""
    renders, reached, takes = 0, 0, list[Take]()
    for target in hits:
        heard = list[Outcome]()
        searchers = [*(Remembered(bank) for bank in banks), registry.load("search", asked.searcher)()]
        for searcher in searchers:
            if len(heard) < asked.most and not _is_close(heard, asked.close):
                run(
                    searcher,
                    CloseTo(target.audio),
                    Context(synth, performance_of(target), target, seed=PLAY_SEED),
                    budget=Budget(asked.most - len(heard)),
                    batch=1,
                    keep=1,
                    on_outcome=heard.append,
                    stop=partial(_is_close, heard, asked.close),
                )
        first = next((n for n, one in enumerate(heard, 1) if _is_close([one], asked.close)), None)
        renders += len(heard) if first is None else first
        reached += first is not None
        takes += [one.take for one in sorted(heard, key=lambda one: -one.score)[:1] if one.take is not None]
    return {"renders": renders, "reached": reached, "hits": len(hits), "takes": takes}


def _is_close(heard: Sequence[Outcome], distance: float) -> bool:
    return any(one.take is not None and one.score >= -distance for one in heard)


def hits_of(path: Path, folder: Path) -> list[Target]:
    """Of each sound of a loop the hit that stands for it."""
    taken = add(path, folder)[0].taken()
    standing = [taken.hits[place] for place in taken.parts]
    return [mixture(hit.audio, None if hit.pitch is None else round(hit.pitch)) for hit in standing]


def archive_of(synth: Instrument, n: int) -> Memory:
    """Random patches as "spectral" hears them, which never learns."""
    prior, ear, limits = first_prior(synth), Spectral(), Limits()
    note = PERFORMANCE.notes[0]
    pairs = [(prior.draw(synth.space, ARCHIVE_SEED, index), PERFORMANCE) for index in range(n)]
    rows = []
    for _, sound in synth.stream(pairs):
        if isinstance(sound, Audio) and not limits.fault(sound):
            rows.append(ear(sound, pitch=float(note.pitch), hold_s=note.hold_s))
    return Memory(np.stack(rows))


def novelty(synth: Instrument, archive: Memory, asked: argparse.Namespace, seed: int) -> Record:
    """How new renders are at the beginning, and after so much experience."""
    ear, limits = Spectral(), Limits()
    frozen = Novel(ear, archive)
    new: list[float] = []

    def hear(outcome: Outcome) -> None:
        take = outcome.take
        usable = take is not None and not limits.fault(take.audio)
        new.append(frozen.score(take)["novel"] if take is not None and usable else 0.0)

    run(
        registry.load("search", "portfolio")(),
        0.7 * Novel(ear, archive) + Valid(),
        Context(synth, PERFORMANCE, seed=seed),
        budget=Budget(asked.experience + asked.window),
        keep=1,
        on_outcome=hear,
    )
    cold, after = np.mean(new[: asked.window]), np.mean(new[-asked.window :])
    return {"cold": float(cold), "after": float(after), "archive": len(archive)}


def table(results: Results) -> str:
    """What was measured."""
    rows = list(results)
    lines = []
    matches = [row for row in rows if row["set"] == "match"]
    if matches:
        lines += [
            "| takes banked, learned from | sounds | log-mel distance, median | mean |",
            "|---|---|---|---|",
        ]
        for n in sorted({row["banked"] for row in matches}):
            found = [row["distance"] for row in matches if row["banked"] == n]
            lines.append(f"| {n} | {len(found)} | {statistics.median(found):.3f} | {np.mean(found):.3f} |")
        lines += [f"{row['sound']}: {line}" for row in rows if row["set"] == "learn" for line in row["came"]]
    levels = [row for row in rows if row["set"] == "level"]
    if levels:
        lines += ["", "| loop | fresh: renders, hits | experienced: renders, hits |", "|---|---|---|"]
        by = {(row["sound"], row["effort"]): row for row in levels}
        both = [name for name in dict.fromkeys(row["sound"] for row in levels) if (name, "experienced") in by]
        for name in both:
            cells = [by[name, how] for how in ("fresh", "experienced")]
            told = [f"{one['renders']}, {one['reached']} of {one['hits']}" for one in cells]
            lines.append(f"| {name} | {' | '.join(told)} |")
        totals = [sum(by[name, how]["renders"] for name in both) for how in ("fresh", "experienced")]
        if totals[0]:
            lines.append(
                f"renders, experienced to fresh: {totals[1] / totals[0]:.2f} (goal {GOALS['renders']})"
            )
    news = [row for row in rows if row["set"] == "novelty"]
    if news:
        lines += ["", "| seed | cold | after experience | ratio |", "|---|---|---|---|"]
        lines += [
            f"| {row['sound']} | {row['cold']:.3f} | {row['after']:.3f} | {row['after'] / row['cold']:.2f} |"
            for row in news
        ]
        lines.append(f"goal {GOALS['novelty']}")
    return "\n".join(lines) or "Nothing was measured yet."


def main() -> None:
    """Measure what is missing, then print."""
    asked = arguments()
    file = asked.out / "experience.jsonl"
    if asked.table:
        print(table(Results(file)))
        return
    for name in ("EMBEDDINGS", "ESTIMATORS", "LIBRARIES"):
        os.environ[f"PATCHPILOT_{name}"] = str((asked.out / "learned" / name.lower()).resolve())
    bank = asked.out / "own.bank"
    with instrument("vital") as synth:
        made_with = {"engine": synth.fingerprint, "library": "as learned", "code": code_digest()}
        results = Results(file, made_with)
        measured_matches(results, synth, bank, asked)
        measured_levels(results, synth, bank, asked)
        if asked.archive:
            archive = None
            for seed in range(asked.seeds):
                key = ("novelty", str(seed), f"{asked.archive} {asked.experience} {asked.window}")
                if key not in results:
                    archive = archive or archive_of(synth, asked.archive)
                    results.add(key, novelty(synth, archive, asked, seed))
    print(table(results))


def measured_matches(results: Results, synth: Instrument, bank: Path, asked: argparse.Namespace) -> None:
    """Matches at each size of the bank."""
    wanted = targets(synth, asked.sounds)
    for n in asked.banked:
        keys = {name: ("match", name, f"{asked.effort}, {n} takes") for name, _ in wanted}
        if all(key in results for key in keys.values()):
            continue
        if n:
            filled(bank, synth, n, asked.out / "play")
            key = ("learn", f"{n} takes", "")
            came = learned(bank, synth, asked)
            if key not in results:
                results.add(key, {"came": came})
        for name, target in wanted:
            if keys[name] not in results:
                results.add(keys[name], {"banked": n, **matched(target, synth, bank, asked.effort)})


def measured_levels(results: Results, synth: Instrument, bank: Path, asked: argparse.Namespace) -> None:
    """Each loop from scratch; then again, with the bank and what was found for the others."""
    loops = {path.stem: hits_of(path, asked.out / "levels") for path in asked.loops}
    for name, hits in loops.items():
        place = asked.out / "found" / name
        if ("level", name, "fresh") not in results:
            found: dict[str, Any] = mastered(hits, synth, [], asked)
            with Bank.open(place) as here:
                for take in found.pop("takes"):
                    here.append(take)
            results.add(("level", name, "fresh"), found)
    for name, hits in loops.items():
        if ("level", name, "experienced") in results:
            continue
        with Bank.open(asked.out / "found" / f"all but {name}") as others:
            for other in loops:
                if other != name:
                    others.merge(asked.out / "found" / other)
            with Bank.open(bank) as own:
                found = mastered(hits, synth, [one for one in (others, own) if len(one)], asked)
        found.pop("takes")
        results.add(("level", name, "experienced"), found)


if __name__ == "__main__":
    main()
