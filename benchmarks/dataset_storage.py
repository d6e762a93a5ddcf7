"""What each way of storing a dataset's audio costs and loses.

    python benchmarks/dataset_storage.py [PATCHES]

Renders patches of the default prior (20, three notes each), writes them in each way, reads them back, and prints a
Markdown table: bytes a row, processor time a row of writing (`add` and `commit`: digests, labels and journal
included) and of reading, and what is lost: signal-to-noise ratio and headline distance between what was rendered and
what is read. The journal is timed alone as well.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio
from patchpilot.datasets.faults import KEPT, Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.journal import Journal
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.datasets.tiers import default_prior
from patchpilot.distance import logmel
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.instruments.take import Origin, Take

TIER = 3
WAYS = (
    ("float32", "lzf"),
    ("float32", "gzip"),
    ("float32", "none"),
    ("float16", "lzf"),
    ("flac", "none"),
    ("none", "lzf"),
)


def main() -> None:
    """Print the table."""
    n_patches = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    with instrument("vital") as vital, tempfile.TemporaryDirectory() as folder:
        heard = rendered(vital, n_patches)
        n_rows = sum(len(takes) for takes in heard)
        print(f"{n_rows} rows of {len(heard)} patches, {Plan().length_s:g} s, stereo\n")
        print(
            "| audio | compression | kB/row | write, ms/row | read, ms/row | SNR, dB: median, worst | logmel: worst |"
        )
        print("|---|---|---:|---:|---:|---:|---:|")
        for audio, compression in WAYS:
            print(row(vital, heard, Path(folder), audio, compression), flush=True)
        print(
            f"\njournal: {journal_ms(vital, heard, Path(folder)):.2f} ms/row, which is in the writing above"
        )


def rendered(vital: Instrument, n_patches: int) -> list[list[Take]]:
    """Takes of the first patches that a dataset would keep."""
    plan, limits = Plan(), Limits()
    sampler = Drawn(vital.space, default_prior(vital, TIER), TIER, 0)
    drafts = [sampler.draft(index) for index in range(n_patches + n_patches // 2)]
    plays = [(d.patch, p) for index, d in enumerate(drafts) for p in plan.performances(0, index)]
    heard = dict(vital.stream(plays))
    made = []
    for start in range(0, len(plays), plan.per_patch):
        sounds = [heard[start + k] for k in range(plan.per_patch)]
        takes = [
            Take(patch, performance, sound, vital.fingerprint, Origin("synthetic"))
            for (patch, performance), sound in zip(plays[start:], sounds, strict=False)
            if isinstance(sound, Audio) and limits.verdict(sound) == KEPT
        ]
        if len(takes) == plan.per_patch:
            made.append(takes)
    return list(islice(made, n_patches))


def recipe_of(vital: Instrument, audio: str) -> Recipe:
    """Of the file that is written."""
    return Recipe(
        vital.name, vital.fingerprint, TIER, 0, "benchmark", "0" * 64, Plan(), Limits(), audio=audio
    )


def row(
    vital: Instrument, heard: Sequence[Sequence[Take]], folder: Path, audio: str, compression: str
) -> str:
    """One line of the table."""
    path, recipe = folder / f"{audio}-{compression}.h5", recipe_of(vital, audio)
    n_rows = sum(len(takes) for takes in heard)

    def write() -> None:
        journal = Journal.open(path, recipe)
        with Writer.open(path, recipe, vital.space, compression=compression) as writer:
            for candidate, takes in enumerate(heard):
                for k, take in enumerate(takes):
                    journal.keep(candidate, k, take.audio)
                writer.add(candidate, KEPT, [Entry(take) for take in takes])
                journal.forget_before(writer.committed)
            writer.seal()
        journal.discard()

    write_ms = cpu_ms(write) / n_rows
    told = f"| {audio} | {compression} | {path.stat().st_size / n_rows / 1000:.0f} | {write_ms:.1f} |"
    if audio == "none":
        return f"{told} – | – | – |"
    with Dataset(path) as dataset:
        read: list[Audio] = []
        read_ms = cpu_ms(lambda: read.extend(stored.audio for stored in dataset)) / n_rows
    takes = [take for takes in heard for take in takes]
    snr = [snr_db(take.audio, stored) for take, stored in zip(takes, read, strict=True)]
    far = max(logmel(take.audio, stored) for take, stored in zip(takes, read, strict=True))
    return f"{told} {read_ms:.1f} | {np.median(snr):.0f}, {min(snr):.0f} | {far:.4f} |"


def snr_db(wanted: Audio, stored: Audio) -> float:
    """Power of what was rendered over that of the difference, in dB; infinite where there is none."""
    noise = float(np.square(wanted.samples.astype(np.float64) - stored.samples).mean())
    signal = float(np.square(wanted.samples.astype(np.float64)).mean())
    return float(10.0 * np.log10(signal / noise)) if noise else float("inf")


def journal_ms(vital: Instrument, heard: Sequence[Sequence[Take]], folder: Path) -> float:
    """Processor time to keep a render."""
    journal = Journal.open(folder / "alone.h5", recipe_of(vital, "float32"))
    sounds = [take.audio for takes in heard for take in takes]

    def keep() -> None:
        for number, sound in enumerate(sounds):
            journal.keep(number, 0, sound)

    spent = cpu_ms(keep) / len(sounds)
    journal.discard()
    return spent


def cpu_ms(what: Callable[[], None]) -> float:
    """Processor time of this process."""
    start = time.process_time()
    what()
    return 1000.0 * (time.process_time() - start)


if __name__ == "__main__":
    main()
