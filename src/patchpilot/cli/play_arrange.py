"""`patchpilot play arrange`: golden takes to a song."""

from __future__ import annotations

import json
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument
    from patchpilot.selfplay.arrangement.measures import Measures


@click.command("arrange")
@click.argument(
    "text", required=False, metavar="[FILE]", type=click.Path(path_type=Path, exists=True, dir_okay=False)
)
@click.option(
    "-o", "--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder of the song."
)
@click.option("--bank", type=click.Path(path_type=Path), help="Whose takes; your default bank by default.")
@click.option(
    "--tempo", default=128.0, show_default=True, type=click.FloatRange(20.0, 300.0), help="Beats a minute."
)
@click.option(
    "--minutes",
    default=4.0,
    show_default=True,
    type=click.FloatRange(0.0, 60.0, min_open=True),
    help="Length.",
)
@click.option("--key", help='As "A minor"; that in which the takes move least by default.')
@click.option(
    "--seed", default=0, show_default=True, type=click.IntRange(0), help="Another one is another song."
)
@click.option("--force", is_flag=True, help="Replace an earlier song.")
@click.option("--json", "as_json", is_flag=True, help="Print paths and measures as JSON.")
def command(
    text: Path | None,
    out: Path,
    bank: Path | None,
    tempo: float,
    minutes: float,
    key: str | None,
    seed: int,
    force: bool,
    as_json: bool,
) -> None:
    """Make a song of a bank's golden takes: each is framed once, where key and energy suit it.

    Takes with a star or with pins are framed; those you said yes to lie under them as loops. Written are the song as
    text (arrangement.toml), the mix, stems, notes as MIDI, and a .dawproject for music programs. Edit the text and
    give it as FILE: it is played again as it says.
    """
    from patchpilot.bank import Bank
    from patchpilot.files import check_free
    from patchpilot.instruments.base import instrument
    from patchpilot.selfplay.arrangement import document
    from patchpilot.selfplay.arrangement.from_bank import moments_of
    from patchpilot.selfplay.arrangement.measures import measured
    from patchpilot.selfplay.arrangement.mixing import mixed
    from patchpilot.selfplay.arrangement.planning import arrange
    from patchpilot.selfplay.arrangement.writing import TEXT, write_song
    from patchpilot.space.key import Key

    check_free(out / TEXT, force=force)
    with ExitStack() as stack:
        here = stack.enter_context(Bank.open(bank, create=False))
        instruments: dict[str, Instrument] = {}

        def opened(name: str) -> Instrument:
            if name not in instruments:
                instruments[name] = stack.enter_context(instrument(name))
            return instruments[name]

        moments = moments_of(here, opened)
        if text is not None:
            made = document.read(text)
        else:
            made = arrange(
                list(moments.values()),
                tempo_bpm=tempo,
                minutes=minutes,
                key=Key.parse(key) if key else None,
                seed=seed,
            )
        try:
            song = mixed(made, moments, lambda done, of: _line.show(f"clip {done} of {of}"))
        finally:
            _line.clear()
        found = measured(made, moments, song)
        said = write_song(out, made, moments, song, found, force=force)
    click.echo(json.dumps(said) if as_json else _told(found, out))


def _told(found: Measures, out: Path) -> str:
    silent = f"; silent: {', '.join(found.silent)}" if found.silent else ""
    return (
        f"{click.format_filename(out)}: {found.framed} of {found.golden} golden takes framed once, {found.exposed} "
        f"louder than all else, {found.in_key:.0%} in key, energy {found.energy:.2f} as planned{silent}"
    )
