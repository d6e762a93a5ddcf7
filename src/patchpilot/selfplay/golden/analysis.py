"""Listening to a file of a golden set: how long, how loud, how fast, in which key, and what it is like."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from patchpilot.audio import Audio, faults, loudness_lufs, onsets_s
from patchpilot.audio.chroma import estimated_key
from patchpilot.audio.descriptors import NAMES, described
from patchpilot.errors import AudioError
from patchpilot.instruments.rack.material import Material, loop_material
from patchpilot.selfplay.golden.alike import content_id, fingerprint
from patchpilot.selfplay.golden.item import Item
from patchpilot.selfplay.golden.parts import NO_PITCH, parts_of

SHORTEST_S = 0.02
_LEAST_SURE = 0.3
"""Of a tempo that was heard: below it there is none."""


def analysed(path: Path) -> tuple[Item, Audio]:
    """What a file sounds like, and the sound.

    Raises:
        AudioError: it cannot be read, or is silent or shorter than 20 ms.
    """
    material = _trusted(loop_material(path))
    audio = material.audio
    if audio.duration_s < SHORTEST_S:
        raise AudioError(
            f"expected a sound of at least {SHORTEST_S * 1000:.0f} ms, got {audio.duration_s * 1000:.1f} ms"
        )
    if faults.is_silent(audio):
        raise AudioError("expected a sound, but it is silent")
    parts = parts_of(material)
    single = len(parts["hit"]) == 1
    key, key_source, key_confidence = (material.key, str(material.key_source), 1.0 if material.key else 0.0)
    if not key and not single and (found := estimated_key(audio)) is not None:
        key, key_source, key_confidence = found.name, "analysis", round(found.confidence, 3)
    pitched = single and parts["whole"][0].pitch != NO_PITCH
    onsets = onsets_s(audio)
    loudness = loudness_lufs(audio)
    tempo = None if single else material.tempo_bpm
    return Item(
        id=content_id(audio),
        name=path.name,
        suffix=path.suffix.lower(),
        added_at=datetime.now(UTC).isoformat(timespec="seconds"),
        duration_s=round(audio.duration_s, 4),
        sample_rate=audio.sample_rate,
        channels=audio.channels,
        loudness_lufs=round(loudness, 2) if math.isfinite(loudness) else -70.0,
        tempo_bpm=None if tempo is None else round(tempo, 3),
        tempo_source=str(material.source) if tempo is not None else "",
        tempo_confidence=round(material.confidence, 3) if tempo is not None else 0.0,
        first_beat_s=round(material.first_beat_s, 4),
        key=key,
        key_source=key_source,
        key_confidence=key_confidence,
        note=round(parts["whole"][0].pitch) if pitched else None,
        onsets_per_s=round((len(onsets) + 1) / audio.duration_s, 3),
        offbeat=_offbeat(onsets, tempo, material.first_beat_s),
        descriptors={
            name: round(float(value), 5) for name, value in zip(NAMES, described(audio), strict=True)
        },
        fingerprint=fingerprint(audio),
        parts=parts,
    ), audio


def _trusted(material: Material) -> Material:
    """Without a tempo that was hardly heard."""
    if material.source == "analysis" and material.confidence < _LEAST_SURE:
        return Material(material.audio, None, material.key, "", material.key_source)
    return material


def _offbeat(onsets: tuple[float, ...], tempo: float | None, first_beat_s: float) -> float:
    """Share of onsets nearer to the middle between two beats than to a beat."""
    if tempo is None or not onsets:
        return 0.0
    beats = (np.asarray(onsets) - first_beat_s) * tempo / 60.0
    return round(float(np.mean(np.abs(beats % 1.0 - 0.5) < 0.25)), 3)
