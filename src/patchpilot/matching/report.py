"""The page to look at and listen to: one HTML file that needs nothing else and asks nobody for anything.

Everything on the page, pictures and sounds, is brought to one loudness first, so that neither the eye nor
the ear takes louder for better; the files beside the page keep their own levels. The same result gives the
same bytes.

The page itself is `templates/report.html.j2`; its script plays all sounds at once and fades between them,
and without it there are plain players. A content security policy forbids the page every connection and every
script but its own, whatever a file may be called.
"""

from __future__ import annotations

import base64
import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from patchpilot.audio import (
    F32,
    Audio,
    Target,
    flac_preview,
    hz_to_note,
    loudness_lufs,
    note_name,
    peak,
    pictures,
    rms,
)
from patchpilot.distance import wording
from patchpilot.matching.composite import HIGHER_IS_CLOSER
from patchpilot.matching.knobs import assets, capitalised, modulations, modules, settings
from patchpilot.matching.result import Match, MatchResult
from patchpilot.space import Performance, Space

if TYPE_CHECKING:
    from jinja2 import Template

HEADLINE = "logmel"
"""The metric that is shown."""
LOUDEST_LUFS = -16.0
_PEAK = 10 ** (-1 / 20)
_METRICS = {
    "logmel": (
        "log-mel",
        "average difference of what sounds in 96 mel bands, in nepers; the distance that is shown above",
    ),
    "mss": ("MSS", "mel spectra at three time scales, in dB"),
    "wmfcc": ("wMFCC", "timbre, with time warped for the best fit"),
    "sot": ("SOT", "how far the energy has to move along the frequency axis"),
    "rms_cosine": ("RMS cosine", "likeness of the two volume envelopes: 1 is identical, higher is closer"),
    "spectral_convergence": ("SC", "difference of the spectra, relative to your sound's; hears volume"),
    "log_stft_mae": ("log STFT", "average difference of the logarithmic spectra; hears volume"),
    "mfcc13_mae": ("MFCC 13", "average difference of 13 timbre coefficients; hears volume"),
    "mfcc40_mae": ("MFCC 40", "the same of 40 coefficients"),
}
"""What a column is called, and what it says."""


@dataclass(frozen=True)
class Sound:
    """One sound of the page: picture, outline and player, all at the page's common loudness.

    Attributes:
        key: the number to press, 0 for the target.
        png: data URI of the spectrogram.
        outline: SVG path of the waveform, 320 by 100.
        flac: data URI of the sound.
    """

    key: int
    png: str
    outline: str
    flac: str


def report_html(result: MatchResult, space: Space, *, suffix: str = ".vital") -> str:
    """The whole page.

    Args:
        result: what was found. The page links to "N.wav" and "N" + `suffix` beside it, for each rank N.
        space: the space of the instrument of all patches.
        suffix: file ending of the instrument's presets.

    Returns:
        HTML of one file, with pictures, sounds, style and script inside.
    """
    takes = [match.take for match in result.matches]
    frame = pictures.Frame(max(s.duration_s for s in [result.target.audio, *(take.audio for take in takes)]))
    target, *sounds = page_sounds([result.target.audio, *(take.audio for take in takes)], frame)
    return rendered(
        _text("report.html.j2"),
        result=result,
        name=result.name,
        facts=facts(result.target),
        remarks=tuple(dict.fromkeys((*result.target.notes, *result.remarks))),
        played=played(result.performance),
        how=how(result),
        frame=frame,
        range_db=pictures.RANGE_DB,
        key_up_s=_key_up_s(result.performance, frame),
        target=target,
        matches=[
            _match_view(match, sound, space, suffix)
            for match, sound in zip(result.matches, sounds, strict=True)
        ],
        init_distance=result.rows.get("init patch", {}).get(HEADLINE),
        metrics=_metrics(result),
    )


def rendered(template: str, **said: object) -> str:
    """A page of one file, with the style and the script of all our pages.

    Args:
        template: its text. It may import "sounds.html.j2", and finds `style`, `script` and `script_hash`.
        said: what else it speaks of.
    """
    script = _text("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return _template(template).render(style=_text("report.css"), script=script, script_hash=digest, **said)


def page_sounds(sounds: Sequence[Audio], frame: pictures.Frame) -> list[Sound]:
    """Pictures and players of sounds, the target first: one time axis, one loudness and one dB scale.

    The brightest colour is the target's highest level: a louder peak elsewhere dims no other picture.
    """
    equal = equally_loud(sounds)
    levels = [pictures.spectrogram(sound, frame) for sound in equal]
    top_db = float(levels[0].max())
    highest = max(float(np.abs(sound.mono()).max(initial=0.0)) for sound in equal) or 1.0
    return [
        Sound(
            key=key,
            png=_data_uri("image/png", pictures.spectrogram_png(picture, top_db=top_db)),
            outline=pictures.waveform_path(sound, frame, peak=highest),
            flac=_data_uri("audio/flac", flac_preview(sound).data),
        )
        for key, (sound, picture) in enumerate(zip(equal, levels, strict=True))
    ]


def equally_loud(sounds: Sequence[Audio]) -> list[Audio]:
    """The sounds at one loudness: the highest at which none passes −1 dBFS, but at most −16 LUFS.

    Loudness is BS.1770's, or the RMS level where one of them is too short or too quiet for that. Silence
    stays silence.
    """
    loudness_db = [loudness_lufs(sound) for sound in sounds]
    if not all(map(math.isfinite, loudness_db)):
        loudness_db = [20 * math.log10(max(rms(sound), 1e-9)) for sound in sounds]
    headroom_db = [20 * math.log10(_PEAK / max(peak(sound), 1e-9)) for sound in sounds]
    common_db = min(LOUDEST_LUFS, *(own + room for own, room in zip(loudness_db, headroom_db, strict=True)))
    return [
        Audio(_times(sound.samples, common_db - own), sound.sample_rate)
        for sound, own in zip(sounds, loudness_db, strict=True)
    ]


def _times(samples: F32, gain_db: float) -> F32:
    return samples * np.float32(10 ** (gain_db / 20))


def facts(target: Target) -> tuple[str, ...]:
    """Pitch, length and loudness, one phrase each."""
    return (
        pitch_words(target),
        f"{target.length_s:.2f} s long",
        f"{target.loudness_lufs:.1f} LUFS".replace("-", "−")
        if math.isfinite(target.loudness_lufs)
        else "too quiet for a loudness",
    )


def pitch_words(target: Target) -> str:
    """Note, frequency and tuning: "C3, 130.9 Hz, 4 cents sharp"."""
    if target.f0_hz is None:
        return f"no clear pitch, played as {note_name(target.note)}"
    nearest = round(hz_to_note(target.f0_hz))
    if nearest != target.note:
        return f"{note_name(target.note)} as you asked, heard as {note_name(nearest)}, {target.f0_hz:.1f} Hz"
    cents = round(100 * (hz_to_note(target.f0_hz) - nearest))
    tuning = (
        f"{abs(cents)} cent{'s' * (abs(cents) != 1)} {'sharp' if cents > 0 else 'flat'}"
        if cents
        else "in tune"
    )
    return f"{note_name(target.note)}, {target.f0_hz:.1f} Hz, {tuning}"


def played(performance: Performance) -> str:
    """What the matches were played with, in one sentence."""
    first = performance.notes[0]
    more = f" and {len(performance.notes) - 1} more notes" if len(performance.notes) > 1 else ""
    return (
        f"{note_name(first.pitch)}{more}, velocity {100 * first.velocity:.0f} %, "
        f"held {first.hold_s:.2f} s of {performance.length_s:.2f} s"
    )


def how(result: MatchResult) -> str:
    """What work the match was, in a few words."""
    effort = f" with {result.effort} effort" if result.effort else ""
    renders = f" and {result.n_renders} renders" if result.n_renders else ""
    return f"{result.seconds:.1f} s{renders}{effort}"


def _key_up_s(performance: Performance, frame: pictures.Frame) -> float | None:
    """When the key is let go, where that is inside the pictures."""
    at_s = performance.notes[0].start_s + performance.notes[0].hold_s
    return at_s if at_s < 0.98 * frame.length_s else None


def _match_view(match: Match, sound: Sound, space: Space, suffix: str) -> Mapping[str, object]:
    patch = match.take.patch
    distance = match.distance[HEADLINE]
    return {
        "rank": match.rank,
        "sound": sound,
        "words": capitalised(wording(distance)),
        "distance": distance,
        "source": capitalised(match.detail),
        "found_by": match.found_by,
        "knobs_only": match.knobs_only,
        "remarks": match.remarks,
        "preset": f"{match.rank}{suffix}",
        "wav": f"{match.rank}.wav",
        "patch_name": patch.name,
        "modules": modules(patch, space),
        "modulations": modulations(patch),
        "assets": assets(patch),
        "settings": settings(patch, space),
    }


def _metrics(result: MatchResult) -> Mapping[str, object]:
    """The table of all distances: a column a metric, a row a sound."""
    rows = {f"Match {match.rank}": match.distance for match in result.matches}
    names = list(dict.fromkeys(name for row in [*rows.values(), *result.rows.values()] for name in row))
    best = {name: _best(name, [row[name] for row in rows.values() if name in row]) for name in names}
    return {
        "columns": [_METRICS.get(name, (name.replace("_", " "), "")) for name in names],
        "matches": [(row, _cells(distance, names, best)) for row, distance in rows.items()],
        "has_gaps": any(name not in row for row in result.rows.values() for name in names),
        "references": [(row, _cells(distance, names, {})) for row, distance in result.rows.items()],
    }


def _best(metric: str, distances: Sequence[float]) -> float:
    choose = max if metric in HIGHER_IS_CLOSER else min
    return choose(distances, default=math.nan)


def _cells(
    distance: Mapping[str, float], names: Sequence[str], best: Mapping[str, float]
) -> list[tuple[str, bool]]:
    """Each number as text, and whether it is the best of its column."""
    return [
        (f"{distance[name]:.3g}", distance[name] == best.get(name)) if name in distance else ("–", False)
        for name in names
    ]


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def _text(name: str) -> str:
    package = __name__.rpartition(".")[0]
    return (files(package) / "templates" / name).read_text(encoding="utf-8")


@cache
def _template(text: str) -> Template:
    import jinja2

    environment = jinja2.Environment(
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=jinja2.FunctionLoader(_text),
    )
    return environment.from_string(text)
