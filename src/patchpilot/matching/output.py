"""A match as files: presets, previews, `result.json` and a page."""

from __future__ import annotations

import dataclasses
import json
import math
import shutil
import tempfile
from pathlib import Path

from patchpilot import __version__
from patchpilot.audio import save
from patchpilot.errors import OutputError
from patchpilot.files import make_folder, output_error, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.matching.knobs import settings
from patchpilot.matching.report import report_html
from patchpilot.matching.result import Match, MatchResult
from patchpilot.space.canonical import Json


def check_folder(folder: Path, *, force: bool) -> None:
    """Refuse a folder before any work is done for it.

    Raises:
        OutputError: it already holds results and `force` is not set, or it is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: expected a folder to write to; name another with --out")
    if (folder / "result.json").exists() and not force:
        raise OutputError(
            f"{folder} already holds results, which are kept: name another folder with --out, "
            "or replace them with --force"
        )


def write_result(result: MatchResult, instrument: Instrument, folder: Path, *, force: bool = False) -> Json:
    """Write everything, whole or not at all, and return what `result.json` says.

    Args:
        result: of `match`.
        instrument: the one that was matched with.
        folder: where to; made where it is missing.
        force: replace earlier results.

    Raises:
        OutputError: the place cannot be written to, or already holds results.
    """
    check_folder(folder, force=force)
    make_folder(folder.parent)
    try:
        staging = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise output_error(folder, error) from error
    try:
        data = result_json(result, instrument)
        _fill(staging, result, instrument, data)
        _move(staging, folder)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return {**data, "folder": str(folder)}


def _fill(folder: Path, result: MatchResult, instrument: Instrument, data: Json) -> None:
    save(result.target.audio, folder / "target.wav")
    for found, entry in zip(result.matches, data["matches"], strict=True):
        name = f"{result.name} {found.rank}"
        patch = found.take.patch.changed(instrument.space, info={"name": name, "comments": entry["source"]})
        instrument.export(patch, folder / entry["preset"])
        save(found.take.audio, folder / entry["audio"])
    write_text(folder / "report.html", report_html(result, instrument.space, suffix=instrument.suffix))
    write_text(folder / "result.json", json.dumps(data, indent=1) + "\n")


def _move(staging: Path, folder: Path) -> None:
    """Files into place, `result.json` last: where it is, all the others are."""
    make_folder(folder)
    (folder / "result.json").unlink(missing_ok=True)
    try:
        for path in sorted(staging.iterdir(), key=lambda path: path.name == "result.json"):
            path.replace(folder / path.name)
    except OSError as error:
        raise output_error(folder, error) from error


def result_json(result: MatchResult, instrument: Instrument) -> Json:
    """`result.json`: a contract; fields are added, never renamed. File names are relative to its folder."""
    target = result.target
    lufs = target.loudness_lufs
    return {
        "version": __version__,
        "instrument": result.instrument,
        "fingerprint": instrument.fingerprint,
        "target": {
            "name": result.name,
            "source": str(target.source) if target.source else None,
            "audio": "target.wav",
            "f0_hz": target.f0_hz,
            "confidence": target.confidence,
            "tuning_cents": target.tuning_cents,
            "loudness_lufs": lufs if math.isfinite(lufs) else None,
            "peak": target.peak,
            "hold_s": target.hold_s,
            "length_s": target.length_s,
        },
        "note": target.note,
        "performance": result.performance.to_json(),
        "matches": [_match_json(found, instrument) for found in result.matches],
        "rows": {name: dict(row) for name, row in result.rows.items()},
        "remarks": list(result.remarks),
        "seconds": round(result.seconds, 3),
    }


def _match_json(found: Match, instrument: Instrument) -> Json:
    patch = found.take.patch
    return {
        "rank": found.rank,
        "take": found.take.id,
        "patch": {"sha256": patch.sha256, **json.loads(patch.canonical)},
        "preset": f"{found.rank}{instrument.suffix}",
        "audio": f"{found.rank}.wav",
        "distance": dict(found.distance),
        "source": found.take.origin.detail or found.take.origin.searcher,
        "searcher": found.take.origin.searcher,
        "knobs_only": found.knobs_only,
        "remarks": list(found.remarks),
        # `unit` is the stored value's; `text` is what the instrument's window shows
        "parameters": [dataclasses.asdict(s) for s in settings(patch, instrument.space)],
    }
