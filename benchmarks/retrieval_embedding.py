"""Is a patch found again by how it sounds, when it is played on another note and with another strength?

    python benchmarks/retrieval_embedding.py --out FOLDER [--n 10000] [--queries 500] [--embedding NAME|FOLDER …]

A library of core-v1 patches from a seed that nobody trains on, played as libraries are (note 60, velocity 0.8); some
of them, played on another note of 36 to 84 with a velocity of 0.4 to 1, are looked up. Then how well an embedding
keeps the order of tones when a sound is changed: is what was nearer to it still nearer, and is it itself still the
nearest? Renders are kept in FOLDER as datasets, so that another embedding costs none, and a run that was stopped goes
on. A quarter of an hour on two cores for 10,000; with --audio (0.2 MB a patch) for embeddings that hear something else
than the front end.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from patchpilot.audio import F32, Audio, front_end, peak, resample
from patchpilot.datasets.generation import Progress
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.errors import PatchPilotError
from patchpilot.estimators.embedding.measure import ranks, top
from patchpilot.experiment.viability.closed_world import looked_up, played
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.retrieval.embedding import Embedding, quantised, restored
from patchpilot.retrieval.library import embedding_of
from patchpilot.retrieval.local import LocalEmbedding
from patchpilot.retrieval.local_inputs import held
from patchpilot.retrieval.recipe import PERFORMANCE, prior_of

PRIOR, SEED, TONES_SEED = "core-v1", 9100, 9101
NOTE, LENGTH_S = PERFORMANCE.notes[0], PERFORMANCE.length_s
FEATURES = (front_end.NAME, "spectral")
FEWEST_TONES = 120
APART = {"up to 5 semitones": (1, 5), "6 to 12": (6, 12), "more": (13, 127)}
_AT_ONCE = 256


def plan(**changed: Any) -> Plan:
    """What libraries are played with, but for what is changed."""
    usual = {"notes": (NOTE.pitch,), "velocity": (NOTE.velocity, NOTE.velocity), "hold_s": NOTE.hold_s}
    return Plan(**{**usual, "length_s": LENGTH_S, **changed})


def rendered(synth: Instrument, path: Path, rows: int, how: Plan, *, seed: int, audio: str) -> Dataset:
    """A dataset of the prior, made or found."""
    dataset = played(
        synth, prior_of(synth, PRIOR), path, rows, how, seed=seed, audio=audio, features=FEATURES,
        on_progress=partial(_told, path.name),
    )  # fmt: skip
    print("", file=sys.stderr)
    return dataset


def vectors(embedding: Embedding, dataset: Dataset, rows: Sequence[int]) -> F32:
    """Of rows of a dataset, float32 (n, size): of stored features where they do."""
    found = []
    for at in range(0, len(rows), _AT_ONCE):
        some = list(rows[at : at + _AT_ONCE])
        if embedding.name in dataset.features:
            found.append(dataset.batch(some, audio=False)[f"features/{embedding.name}"])
        elif isinstance(embedding, LocalEmbedding) and embedding.description.input.kind == front_end.NAME:
            found.append(_of_pictures(embedding, dataset, some))
        else:
            given = [(dataset[row].audio, dataset[row].performance.notes[0]) for row in some]
            found.append(
                np.stack([embedding(audio, pitch=float(n.pitch), hold_s=n.hold_s) for audio, n in given])
            )
    return np.concatenate(found)


def _of_pictures(embedding: LocalEmbedding, dataset: Dataset, rows: Sequence[int]) -> F32:
    batch = dataset.batch(rows, audio=False)
    pictures = batch[f"features/{front_end.NAME}"]
    if embedding.description.input.planes == "held":
        holds_s = np.array([dataset[row].performance.notes[0].hold_s for row in rows])
        pictures = held(pictures, batch["pitch"], holds_s)
    return embedding.of_input(pictures)


def retrieval(embedding: Embedding, library: Dataset, queries: Dataset, n: int) -> dict[str, Any]:
    """Top-1 and top-10 of one embedding, as float32 and as the int8 of libraries."""
    rows, places = looked_up(library, queries, n)
    asked, there = vectors(embedding, queries, rows), vectors(embedding, library, range(len(library)))
    exact = ranks(asked, there, np.array(places))
    scale = embedding.scale
    coded_asked, coded_there = (restored(quantised(found, scale), scale) for found in (asked, there))
    coded = ranks(coded_asked, coded_there, np.array(places))
    apart = np.abs(queries.column("metadata/pitch")[rows].astype(int) - NOTE.pitch)
    return {
        "patches": len(library),
        "queries": len(rows),
        "top 1": top(exact, 1),
        "top 10": top(exact, 10),
        "int8 top 1": top(coded, 1),
        "int8 top 10": top(coded, 10),
        "median rank": float(np.median(coded)) + 1,
        **{
            f"int8 top 1, {words}": top(coded[mine], 1)
            for words, (low, high) in APART.items()
            if (mine := (apart >= low) & (apart <= high)).any()
        },
    }


def changes(tones: Dataset) -> Iterator[tuple[str, list[tuple[Audio, float, float]]]]:
    """What happens to the tones: sound, pitch and hold of each patch, patch by patch."""
    rows = [tones[row] for row in range(len(tones))]
    notes = {pitch: [(row.audio, row.performance.notes[0]) for row in rows if row.pitch == pitch]
             for pitch in (NOTE.pitch - 3, NOTE.pitch, NOTE.pitch + 3)}  # fmt: skip
    plain = notes[NOTE.pitch]
    yield "as it is", [(audio, note.pitch, note.hold_s) for audio, note in plain]
    for pitch in (NOTE.pitch - 3, NOTE.pitch + 3):
        words = f"played {pitch - NOTE.pitch:+d} semitones"
        yield words, [(audio, note.pitch, note.hold_s) for audio, note in notes[pitch]]
    for semitones in (-3, 3):
        ratio = 2.0 ** (semitones / 12.0)
        yield (
            f"tape at {semitones:+d} semitones",
            [(_faster(audio, ratio), note.pitch + semitones, note.hold_s / ratio) for audio, note in plain],
        )
    for gain_db in (-6.0, 3.0):
        gain = 10.0 ** (gain_db / 20.0)
        yield (
            f"gain {gain_db:+g} dB",
            [
                (Audio(gain * audio.samples, audio.sample_rate), note.pitch, note.hold_s)
                for audio, note in plain
            ],
        )
    for level in (0.001, 0.005, 0.015):
        rng = np.random.default_rng(0)
        yield (
            f"noise of {level:g}",
            [(_noisy(audio, level, rng), note.pitch, note.hold_s) for audio, note in plain],
        )


def invariance(embedding: Embedding, tones: Dataset) -> Iterator[tuple[str, float, float]]:
    """For each change: share of pairs of other tones whose order of distance is kept, and of tones found first."""
    all_changes = changes(tones)
    _, plain = next(all_changes)
    there = _embedded(embedding, plain)
    before = _distances(there, there)
    n = len(there)
    rng = np.random.default_rng(0)
    own, one, other = rng.integers(0, n, (3, 100_000))
    good = (own != one) & (own != other) & (one != other)
    own, one, other = own[good], one[good], other[good]
    for words, changed in all_changes:
        after = _distances(_embedded(embedding, changed), there)
        kept = (before[own, one] < before[own, other]) == (after[own, one] < after[own, other])
        yield words, float(kept.mean()), float((after.argmin(axis=1) == np.arange(n)).mean())


def _embedded(embedding: Embedding, sounds: Sequence[tuple[Audio, float, float]]) -> F32:
    return np.stack([embedding(audio, pitch=float(pitch), hold_s=hold_s) for audio, pitch, hold_s in sounds])


def _distances(a: F32, b: F32) -> npt.NDArray[np.float64]:
    return np.asarray(np.linalg.norm(a[:, np.newaxis].astype(float) - b[np.newaxis], axis=-1))


def _faster(audio: Audio, ratio: float) -> Audio:
    """As from a tape that runs faster: higher and shorter."""
    rate = round(audio.sample_rate * ratio)
    return resample(Audio(audio.samples, rate), audio.sample_rate)


def _noisy(audio: Audio, level: float, rng: np.random.Generator) -> Audio:
    """With normal noise, of a standard deviation relative to the peak."""
    noise = rng.standard_normal(audio.samples.shape) * level * peak(audio)
    return Audio(audio.samples + noise, audio.sample_rate)


def _told(name: str, progress: Progress) -> None:
    print(f"\r{name}: {progress.rows} of {progress.wanted} rows", end="", file=sys.stderr, flush=True)


def main(arguments: Sequence[str]) -> None:
    """Render what is missing, then print a table for each embedding."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder that renders are kept in")
    parser.add_argument("--n", type=int, default=10_000, help="patches of the library")
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument(
        "--tones", type=int, default=FEWEST_TONES, help="patches that the changes are done to"
    )
    parser.add_argument("--embedding", action="append", help="name or folder; spectral and heard by default")
    parser.add_argument("--audio", action="store_true", help="keep the sounds as well")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(arguments)
    asked.out.mkdir(parents=True, exist_ok=True)
    audio, kind = ("flac", "-audio") if asked.audio else ("none", "")
    # Some queries are silent there, or fall on the library's own note.
    n_queries = min(round(1.15 * asked.queries) + 10, asked.n)
    with instrument("vital", **({"workers": asked.workers} if asked.workers else {})) as synth:
        library = rendered(
            synth, asked.out / f"library-{asked.n}{kind}.h5", asked.n, plan(), seed=SEED, audio=audio
        )
        queries = rendered(
            synth, asked.out / f"queries-{n_queries}{kind}.h5", n_queries,
            plan(notes=(), drawn=1, velocity=(0.4, 1.0)), seed=SEED, audio=audio,
        )  # fmt: skip
        tones = rendered(
            synth, asked.out / f"tones-{asked.tones}.h5", 3 * asked.tones,
            plan(notes=(NOTE.pitch - 3, NOTE.pitch, NOTE.pitch + 3)), seed=TONES_SEED, audio="flac",
        )  # fmt: skip
    for name in asked.embedding or ["spectral", "heard"]:
        try:
            embedding = embedding_of(name)
            said = retrieval(embedding, library, queries, asked.queries)
        except PatchPilotError as error:
            print(f"{name}: {error}", file=sys.stderr)
            continue
        kept = list(invariance(embedding, tones))
        if asked.json:
            print(json.dumps({"embedding": name, "version": embedding.version, **said, "changes": kept}))
            continue
        print(f"{name} (version {embedding.version})")
        for words, value in said.items():
            print(f"  {words:<32} {value:.3f}" if isinstance(value, float) else f"  {words:<32} {value}")
        print(f"  {'when the sound is changed':<32} order kept  itself first")
        for words, order, first in kept:
            print(f"    {words:<30} {order:>10.3f}  {first:>12.3f}")


if __name__ == "__main__":
    main(sys.argv[1:])
