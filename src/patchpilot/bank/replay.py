"""Rendering takes again, and whether what comes out is what came out then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from patchpilot.audio import Audio
from patchpilot.audio.lossless import audio_sha256
from patchpilot.bank.audio_files import AudioFiles
from patchpilot.bank.entry import Entry
from patchpilot.errors import BankError, EngineError, PatchError
from patchpilot.instruments.base import Instrument, structure
from patchpilot.space import AssetStore, Patch, Performance
from patchpilot.space.canonical import Json

Verdict = Literal["identical", "equivalent", "different"]

EQUIVALENT_DB = -60.0
"""Nowhere more than that, relative to the peak: nobody hears it."""


@dataclass(frozen=True, eq=False)
class Replay:
    """What came of rendering a take again.

    Attributes:
        number: of the take.
        verdict: "identical" to the bit, "equivalent" to the ear, or "different".
        max_db: largest difference of two samples, in dB relative to the peak; −inf where there is none, None where
            there is nothing to compare with (the preview is gone).
        fingerprint: engine, system and processor here; identity is promised where they are those of the take.
        was: fingerprint of the take.
        sha256: of the samples now.
        was_sha256: of the samples then.
        audio: what came out now; None where the engine failed.
        error: why there is none.
    """

    number: int
    verdict: Verdict
    max_db: float | None
    fingerprint: str
    was: str
    sha256: str
    was_sha256: str
    audio: Audio | None = field(default=None, repr=False)
    error: str = ""

    def to_json(self) -> dict[str, Json]:
        """Plain JSON; "max_db" is null where nothing differs, or nothing could be compared."""
        said = {name: value for name, value in vars(self).items() if name != "audio"}
        said["max_db"] = None if self.max_db in (None, float("-inf")) else self.max_db
        return {**said, "same_fingerprint": self.fingerprint == self.was}


def replays(
    entries: Sequence[Entry], instrument: Instrument, assets: AssetStore, audio: AudioFiles
) -> Iterator[Replay]:
    """Render takes again, in any order; previews that are lost come back where the samples are those of then.

    Raises:
        BankError: a take is of another instrument.
        OutputError: a preview cannot be written.
    """
    jobs: list[tuple[Entry, Patch, Performance]] = []
    for entry in entries:
        if entry.instrument != instrument.space.instrument:
            raise BankError(
                f"take {entry.number} was played by {entry.instrument}, not by {instrument.space.instrument}"
            )
        try:
            jobs.append((entry, entry.record.patch(assets), entry.record.performance(assets)))
        except PatchError as error:
            yield _failed(entry, instrument, str(error))
    jobs.sort(key=lambda job: structure(job[1]))  # engines keep a loaded structure for the next patch
    for i, result in instrument.stream((patch, performance) for _, patch, performance in jobs):
        entry = jobs[i][0]
        if isinstance(result, EngineError):
            yield _failed(entry, instrument, str(result))
        else:
            yield _compared(entry, result, instrument, audio)


def _failed(entry: Entry, instrument: Instrument, why: str) -> Replay:
    return Replay(
        entry.number,
        "different",
        None,
        instrument.fingerprint,
        _was(entry),
        "",
        entry.audio_sha256,
        error=why,
    )


def _was(entry: Entry) -> str:
    return str(entry.json["fingerprint"])


def _compared(entry: Entry, result: Audio, instrument: Instrument, audio: AudioFiles) -> Replay:
    digest, then = audio_sha256(result.samples), entry.audio_sha256
    verdict: Verdict = "identical"
    max_db: float | None = float("-inf")
    if digest != then:
        max_db = _difference_db(entry, result, audio)
        verdict = "equivalent" if max_db is not None and max_db <= EQUIVALENT_DB else "different"
    else:
        audio.put(digest, result)
    return Replay(entry.number, verdict, max_db, instrument.fingerprint, _was(entry), digest, then, result)


def _difference_db(entry: Entry, result: Audio, audio: AudioFiles) -> float | None:
    try:
        then = audio.get(
            entry.audio_sha256, gain=entry.gain, sample_rate=entry.sample_rate, channels=entry.channels
        )
    except BankError:
        return None
    if then.samples.shape != result.samples.shape:
        return 0.0
    apart = float(np.abs(then.samples - result.samples).max(initial=0.0))
    peak = float(np.abs(then.samples).max(initial=0.0))
    if not np.isfinite(apart) or peak == 0.0:
        return 0.0 if apart else float("-inf")
    return float(20.0 * np.log10(max(apart / peak, 1e-12)))
