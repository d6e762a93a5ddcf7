"""A match as files: presets, previews, `result.json` and a page."""

from __future__ import annotations

import dataclasses
import json
import math
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from patchpilot import __version__
from patchpilot.audio import save
from patchpilot.errors import OutputError
from patchpilot.files import make_folder, output_error, uninterrupted, write_text
from patchpilot.instruments.base import Instrument
from patchpilot.matching.knobs import settings
from patchpilot.matching.report import report_html
from patchpilot.matching.result import Match, MatchResult
from patchpilot.space.canonical import Json


def check_folder(folder: Path, suffix: str, *, force: bool = False, sound: Path | None = None) -> None:
    """Refuse a place before any work is done for it.

    Args:
        folder: where results are to go.
        suffix: file ending of the instrument's presets.
        force: whether earlier results there may be replaced.
        sound: the file that is matched, which is never overwritten.

    Raises:
        OutputError: it is a file, cannot be read or written to, holds the sound under a name of ours, or already
            holds results (or files of their names) and `force` is not set.
    """
    try:
        _check_content(folder, suffix, force, sound)
    except OSError as error:
        raise output_error(folder, error) from error
    with _staging(folder):
        pass


def _check_content(folder: Path, suffix: str, force: bool, sound: Path | None) -> None:
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder} is a file: expected a folder to write to; name another with --out")
    # In lower case: where the system does not tell "1.WAV" from "1.wav", one would replace the other.
    if (
        sound is not None
        and _is_ours(sound.name.lower(), suffix)
        and sound.resolve().parent == folder.resolve()
    ):
        raise OutputError(f"{sound} would be overwritten by its own results: name another folder with --out")
    found = (
        sorted(path.name for path in folder.iterdir() if _is_ours(path.name.lower(), suffix))
        if folder.exists()
        else []
    )
    if found and not force:
        raise OutputError(
            f"{folder} already holds results ({', '.join(found[:3])}{' …' if found[3:] else ''}), which are kept: "
            "name another folder with --out, or replace them with --force"
        )


def _is_ours(name: str, suffix: str) -> bool:
    """Whether a file of that name may be written: results, and presets and previews by rank."""
    return name in ("result.json", "report.html", "target.wav") or bool(
        re.fullmatch(rf"[1-9][0-9]*(\.wav|{re.escape(suffix)})", name)
    )


def write_result(result: MatchResult, instrument: Instrument, folder: Path, *, force: bool = False) -> Json:
    """Write everything, whole or not at all, and return what `result.json` says, and the folder.

    Args:
        result: of `match`.
        instrument: the one that was matched with.
        folder: where to; made where it is missing.
        force: replace earlier results.

    Raises:
        OutputError: the place cannot be written to, or already holds results.
    """
    check_folder(folder, instrument.suffix, force=force, sound=result.target.source)
    data = result_json(result, instrument)
    with _staging(folder) as staging:
        try:
            _fill(staging, result, instrument, data)
        except OutputError as error:
            raise OutputError(str(error).replace(str(staging), str(folder))) from error
        with uninterrupted():
            _move(staging, folder)
    return {**data, "folder": str(folder)}


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder inside `folder`, so on the same disk, that is gone afterwards.

    `folder` is made where it is missing, and gone too if nothing was put into it.
    """
    is_new = not folder.exists()
    make_folder(folder)
    try:
        staging = Path(tempfile.mkdtemp(prefix=".", suffix=".part", dir=folder))
        try:
            yield staging
        finally:
            shutil.rmtree(staging, ignore_errors=True)
    except OSError as error:
        raise output_error(folder, error) from error
    finally:
        if is_new:
            with suppress(OSError):  # it holds results now
                folder.rmdir()


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
    """Files into place and earlier results away; `result.json` last: where it is, all the others are.

    If one of them cannot be moved (a player holds it open, on Windows), everything is as it was before.
    """
    new = sorted(staging.iterdir(), key=lambda path: path.name == "result.json")
    moved: list[tuple[Path, Path]] = []
    try:
        aside = staging / "earlier"
        aside.mkdir()
        replaced = _listed(folder) | {path.name for path in new}
        old = [path for path in folder.iterdir() if path.name in replaced and path.is_file()]
        places = [*((path, aside) for path in old), *((path, folder) for path in new)]
        for path, place in places:
            path.replace(place / path.name)
            moved.append((path, place / path.name))
    except OSError as error:
        for path, now in reversed(moved):
            with suppress(OSError):
                now.replace(path)
        raise output_error(folder, error) from error


def _listed(folder: Path) -> set[str]:
    """Names of the files that an earlier match wrote, as its `result.json` says; none where there is none."""
    try:
        matches = json.loads((folder / "result.json").read_text(encoding="utf-8"))["matches"]
        ranked = {str(found[key]) for found in matches for key in ("preset", "audio")}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
    return ranked | {"target.wav", "report.html", "result.json"}


def result_json(result: MatchResult, instrument: Instrument) -> Json:
    """`result.json`: a contract; fields are added, never renamed. File names are relative to its folder.

    Numbers that are not finite are null, for JSON has no word for them.
    """
    target = result.target
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
            "loudness_lufs": _finite(target.loudness_lufs),
            "peak": target.peak,
            "hold_s": target.hold_s,
            "length_s": target.length_s,
        },
        "note": target.note,
        "performance": result.performance.to_json(),
        "matches": [_match_json(found, instrument) for found in result.matches],
        "rows": {name: _all_finite(row) for name, row in result.rows.items()},
        "remarks": list(result.remarks),
        "seconds": round(result.seconds, 3),
        "effort": result.effort,
        "renders": result.n_renders,
        "interrupted": result.interrupted,
    }


def _finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


def _all_finite(numbers: Mapping[str, float]) -> dict[str, float | None]:
    return {name: _finite(number) for name, number in numbers.items()}


def _match_json(found: Match, instrument: Instrument) -> Json:
    patch = found.take.patch
    return {
        "rank": found.rank,
        "take": found.take.id,
        "patch": {"sha256": patch.sha256, **json.loads(patch.canonical)},
        "preset": f"{found.rank}{instrument.suffix}",
        "audio": f"{found.rank}.wav",
        "distance": _all_finite(found.distance),
        "composite": _finite(found.composite),
        "source": found.detail,
        "searcher": found.searcher,
        "parents": list(found.take.origin.parents),
        "knobs_only": found.knobs_only,
        "remarks": list(found.remarks),
        # `unit` is the stored value's; `text` is what the instrument's window shows
        "parameters": [dataclasses.asdict(s) for s in settings(patch, instrument.space)],
    }
