"""`patchpilot bank replay|export|repair`: takes sound again."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from patchpilot.cli import _line
from patchpilot.cli._bank import BANK, INSTRUMENT, JSON, TAKES, by_instrument, number_of, opened, player_of

if TYPE_CHECKING:
    from patchpilot.bank import Bank
    from patchpilot.bank.replay import Replay


@click.command("replay", short_help="Render takes again, and say whether they sound as they did.")
@click.argument("takes", nargs=-1, metavar="[TAKE]...")
@click.option("--random", "n_random", type=click.IntRange(1), help="So many takes, drawn from all.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0), help="Of which are drawn.")
@INSTRUMENT
@BANK
@JSON
def replay_command(
    takes: tuple[str, ...],
    n_random: int | None,
    seed: int,
    instrument_name: str | None,
    place: Path | None,
    as_json: bool,
) -> None:
    """Render each TAKE again and compare it with what it was; audio that is gone comes back.

    "identical": the same to the bit, which is promised on the same engine, system and processor; "equivalent": 60 dB
    below its peak or more; "different". --json prints a line for each. Exit code 1 where one is different.
    """
    if bool(takes) == (n_random is not None):
        raise click.UsageError("name takes, or say --random N")
    counts = {"identical": 0, "equivalent": 0, "different": 0}
    with opened(place) as bank:
        numbers = [number_of(bank, take) for take in takes] if takes else _drawn(bank, n_random or 0, seed)
        for name, mine in by_instrument(bank[number] for number in numbers).items():
            with player_of(name, instrument_name) as synth:
                for again in bank.replays(mine, synth):
                    counts[again.verdict] += 1
                    click.echo(json.dumps(again.to_json()) if as_json else _sentence(again))
    if sum(counts.values()) > 1:
        click.echo(", ".join(f"{n} {verdict}" for verdict, n in counts.items() if n), err=True)
    if counts["different"]:
        sys.exit(1)


@click.command("export", short_help="Write preset, audio and MIDI of takes.")
@TAKES
@click.option(
    "-o",
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder to write them into.",
)
@INSTRUMENT
@BANK
@JSON
def export_command(
    takes: tuple[str, ...], out: Path, instrument_name: str | None, place: Path | None, as_json: bool
) -> None:
    """Write of each TAKE the preset, the audio (float32 WAV, rendered again) and what was played (MIDI)."""
    files: list[Path] = []
    with opened(place) as bank:
        entries = [bank[number_of(bank, take)] for take in takes]
        for name, numbers in by_instrument(entries).items():
            with player_of(name, instrument_name) as synth:
                for number in numbers:
                    files += bank.export(number, out, synth)
    if not any(path.suffix == ".mid" for path in files):
        click.echo("note: no MIDI, for which mido is needed: pip install 'patchpilot[racks]'", err=True)
    if as_json:
        click.echo(json.dumps([str(path) for path in files]))
    else:
        for path in files:
            click.echo(click.format_filename(path))


@click.command("repair", short_help="Render audio that is lost again.")
@click.option("--listen", is_flag=True, help="Read every preview, to find damaged ones.")
@click.option("--cleared", is_flag=True, help="Bring back what `collect` cleared away, too.")
@INSTRUMENT
@BANK
@JSON
def repair_command(
    listen: bool, cleared: bool, instrument_name: str | None, place: Path | None, as_json: bool
) -> None:
    """Render audio that is lost again, and keep it where it is the same to the bit.

    Assets that come with the instrument are put back, too. Exit code 1 where something is still lost.
    """
    from patchpilot.errors import PluginError

    audio: list[int] = []
    assets: list[str] = []
    failed: list[tuple[int, str]] = []

    def show(again: Replay) -> None:
        _line.show(f"take {again.number}: {again.verdict}")

    with opened(place) as bank:
        for name in bank.to_repair(listen=listen, cleared=cleared):
            try:
                with player_of(name, instrument_name) as synth:
                    done = bank.repair(synth, listen=listen, cleared=cleared, on_replay=show)
            except PluginError as error:  # the others may be here
                failed.append((0, str(error)))
                continue
            finally:
                _line.clear()
            audio += done.audio
            assets += done.assets
            failed += done.failed
    if as_json:
        told = [{"number": number, "text": text} for number, text in failed]
        click.echo(json.dumps({"audio": audio, "assets": assets, "failed": told}))
    else:
        click.echo(f"audio of {len(audio)} takes and {len(assets)} assets are back")
        for _, text in failed:
            click.echo(f"still lost: {text}")
    if failed:
        sys.exit(1)


def _drawn(bank: Bank, n: int, seed: int) -> list[int]:
    numbers = bank.numbers()
    return sorted(random.Random(seed).sample(numbers, min(n, len(numbers))))


def _sentence(again: Replay) -> str:
    if again.error:
        return f"{again.number}  {again.verdict}: {again.error}"
    if again.verdict == "identical":
        return f"{again.number}  identical"
    apart = "nothing to compare with" if again.max_db is None else f"{again.max_db:.1f} dB at most"
    where = "" if again.fingerprint == again.was else f"; here {again.fingerprint}, then {again.was}"
    return f"{again.number}  {again.verdict}: {apart}{where}"
