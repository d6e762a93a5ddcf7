"""What the commands of `patchpilot live` share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from patchpilot.live.connection import Live
    from patchpilot.live.transaction import Applied
    from patchpilot.live.undoing import Undone
    from patchpilot.space.canonical import Json

FAILED = 1
_OPTIONS = (
    click.option("--host", default="127.0.0.1", show_default=True, help="Where Live runs."),
    click.option(
        "--port", default=11_000, show_default=True, type=click.IntRange(1, 65_535), help="Of AbletonOSC."
    ),
    click.option(
        "--reply-port",
        default=11_001,
        show_default=True,
        type=click.IntRange(1, 65_535),
        help="Where AbletonOSC answers to.",
    ),
    click.option(
        "--timeout",
        default=1.0,
        show_default=True,
        type=click.FloatRange(0.05, 60.0),
        help="Longest silence in seconds before a question is repeated.",
    ),
    click.option("--beyond", is_flag=True, help="Let --host be another machine: OSC has no password."),
    click.option(
        "--journal",
        type=click.Path(path_type=Path, file_okay=False),
        help="Folder of what can be undone; your own by default.",
    ),
)


def live_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--host`, `--port`, `--reply-port`, `--timeout`, `--beyond` and `--journal`."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def json_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """`--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(function)


@contextmanager
def connected(options: dict[str, Any]) -> Iterator[Live]:
    """Live, by the options of `live_options`; raises `LiveError`."""
    from patchpilot.live.connection import connect

    with connect(
        options["host"],
        options["port"],
        options["reply_port"],
        timeout_s=options["timeout"],
        beyond=options["beyond"],
    ) as live:
        yield live


def applied_json(done: Applied) -> Json:
    """What a transaction did."""
    return {
        "transaction": done.journal.number,
        "state": done.journal.state,
        "changed": [
            {
                "place": entry.spot.title,
                "before": entry.before,
                "before_text": entry.before_text,
                "after": entry.after,
                "after_text": entry.after_text,
                "asked": not entry.is_side,
            }
            for entry in done.journal.entries
        ],
        "clips": [
            {"track": clip.track, "slot": clip.ids[1] + 1, "name": clip.name} for clip in done.journal.clips
        ],
        "skipped": [{"move": move.to_json(), "reason": reason} for move, reason in done.skipped],
        "remarks": list(done.remarks),
    }


def show_applied(done: Applied) -> None:
    """The same for a reader."""
    for entry in done.journal.entries:
        if not entry.is_side:
            before, after = entry.before_text or f"{entry.before:g}", entry.after_text or f"{entry.after:g}"
            click.echo(f"{entry.spot.title}: {before} → {after}")
    for clip in done.journal.clips:
        click.echo(f"{clip.track}: clip {clip.name!r} in slot {clip.ids[1] + 1}")
    for move, reason in done.skipped:
        click.echo(f"left out: {move.title}: {reason}", err=True)
    for remark in done.remarks:
        click.echo(f"note: {remark}", err=True)
    if done.journal.number:
        click.echo(f"transaction {done.journal.number}; `patchpilot live undo` sets it back", err=True)


def show_undone(reports: Iterable[Undone]) -> bool:
    """What was set back, for a reader; returns whether all of it was."""
    whole = True
    for report in reports:
        click.echo(f"transaction {report.number}: {report.restored} set back")
        for text in report.overwritten:
            click.echo(f"note: changed since, and set back too: {text}", err=True)
        for reason in report.failed:
            click.echo(f"not set back: {reason}", err=True)
        whole = whole and not report.failed
    return whole
