"""The report of runs: a page to listen to, its takes as presets and sounds, and the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from patchpilot.experiment.building import Providers
    from patchpilot.experiment.ranking import Candidate, Ranking
    from patchpilot.instruments.base import Instrument

PAGE, DATA, TAKES = "report.html", "report.json", "report"
_BEST = (
    "The best takes",
    "Judged by one objective that heard all of them; runs with different objectives take turns.",
)
_DIFFERENT = (
    "The most different takes",
    "Each as far as can be from those before it, to the ear of an embedding.",
)


def write_report(
    folder: Path, runs: Sequence[Path], *, top: int, workers: int | None, providers: Providers
) -> dict[str, Any]:
    """Rank the takes of runs, and write the page and its files into a folder.

    Args:
        folder: where the page goes; earlier pages of ours are replaced.
        runs: folders of runs.
        top: >= 1, of each list.
        workers: processes that render.
        providers: of what the experiments' parts ask for.

    Returns:
        What `report.json` says, and where the page is.

    Raises:
        OutputError: the folder cannot be written to.
        PatchPilotError: a run cannot be read or played.
    """
    from patchpilot.experiment.ranking import ranking
    from patchpilot.files import make_folder, write_text

    with ranking(runs, top=top, workers=workers, providers=providers) as (ranked, instruments):
        takes = [*ranked.best, *ranked.different]
        make_folder(folder / TAKES)
        names = [_write_take(folder / TAKES, i, one, instruments[one.run]) for i, one in enumerate(takes, 1)]
        said = ranked.to_json()
        for one, (preset, wav) in zip([*said["best"], *said["different"]], names, strict=True):
            one["preset"], one["audio"] = f"{TAKES}/{preset}", f"{TAKES}/{wav}"
        write_text(folder / DATA, json.dumps(said, indent=1))
        write_text(
            folder / PAGE,
            page(ranked.runs[0].run if len(runs) == 1 else folder.resolve().name, ranked, names),
        )
    return {**said, "report": str(folder / PAGE)}


def page(name: str, ranked: Ranking, names: Sequence[tuple[str, str]]) -> str:
    """The HTML, with pictures and sounds inside.

    Args:
        name: its headline.
        ranked: what it shows.
        names: of the preset and the sound of each take, the best ones first.
    """
    from patchpilot.audio import pictures
    from patchpilot.matching.report import page_sounds, rendered

    takes = [*ranked.best, *ranked.different]
    frame = pictures.Frame(max((one.take.audio.duration_s for one in takes), default=1.0))
    sounds = page_sounds([one.take.audio for one in takes], frame) if takes else []
    views = [
        {
            **one.to_json(),
            "sound": sound,
            "number": number,
            "label": f"take {number}",
            "patch_name": one.take.patch.name,
            "preset": f"{TAKES}/{preset}",
            "wav": f"{TAKES}/{wav}",
        }
        for number, (one, sound, (preset, wav)) in enumerate(zip(takes, sounds, names, strict=True), 1)
    ]
    n = len(ranked.best)
    return rendered(
        (files(__name__.rpartition(".")[0]) / "templates" / "play.html.j2").read_text(encoding="utf-8"),
        name=name,
        frame=frame,
        key_up_s=None,
        lists=[(*_BEST, views[:n]), (*_DIFFERENT, views[n:])],
        runs=ranked.runs,
        equal_steps=ranked.equal_steps,
    )


def _write_take(folder: Path, number: int, one: Candidate, instrument: Instrument) -> tuple[str, str]:
    from patchpilot.audio import save

    preset, wav = f"{number}{instrument.suffix}", f"{number}.wav"
    instrument.export(one.take.patch, folder / preset)
    save(one.take.audio, folder / wav)
    return preset, wav
