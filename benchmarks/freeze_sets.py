"""Writes the frozen sets of patches, `benchmarks/sets/*.jsonl`. Done once: the files are what counts.

    python benchmarks/freeze_sets.py

Draws from each prior's sequence, in order, and keeps the patches that sound: whose mono mix has an RMS of at least
−60 dBFS when they play the set's note. Some minutes.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from matchbench import sets

from patchpilot.audio import Audio
from patchpilot.files import make_folder, write_text
from patchpilot.instruments.base import Instrument, instrument
from patchpilot.space import Patch

WANTED = {"a": ("core-v1", 200), "a2": ("tier3-v1", 100)}
QUIETEST_DBFS = -60.0
BATCH = 20


def audible(synth: Instrument, prior: str) -> Iterator[tuple[int, Patch]]:
    """The patches of a prior's sequence that sound, without end."""
    start = 0
    while True:
        batch = range(start, start + BATCH)
        patches = [synth.priors[prior].draw(synth.space, sets.SEED, index) for index in batch]
        heard = dict(synth.stream([(patch, sets.PERFORMANCE) for patch in patches]))
        for i, index in enumerate(batch):
            if isinstance(audio := heard[i], Audio) and _is_audible(audio):
                yield index, patches[i]
        start += BATCH


def _is_audible(audio: Audio) -> bool:
    power = float(np.mean(np.square(audio.mono(), dtype=np.float64)))
    return bool(np.isfinite(audio.samples).all()) and power >= 10.0 ** (QUIETEST_DBFS / 10.0)


def main() -> None:
    """Draw, play, write."""
    with instrument("vital") as synth:
        for name, (prior, wanted) in WANTED.items():
            kept = [pair for pair, _ in zip(audible(synth, prior), range(wanted), strict=False)]
            head = {
                "prior": prior,
                "prior_sha256": synth.priors[prior].sha256,
                "seed": sets.SEED,
                "quietest_dbfs": QUIETEST_DBFS,
                "performance": sets.PERFORMANCE.to_json(),
                "engine": synth.space.version,
                "tried": kept[-1][0] + 1,
            }
            path = sets.FILES[name]
            make_folder(path.parent)
            write_text(path, "\n".join(sets.lines(head, kept)) + "\n")
            print(f"{path.name}: {wanted} of {head['tried']} patches")


if __name__ == "__main__":
    main()
