"""What `play run`, `play resume` and `play serve` share: experiments run, are listened to, and end in a report."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from patchpilot.cli import _line
from patchpilot.selfplay.provided import Provided

if TYPE_CHECKING:
    from patchpilot.experiment.console import Console
    from patchpilot.experiment.queue import Place, Queue
    from patchpilot.experiment.session import Session
    from patchpilot.experiment.sounding import Sounding
    from patchpilot.search.base import Outcome

_F = TypeVar("_F", bound=Callable[..., Any])
HELP_KEYS = "y yes, n no, space neither, * golden, p pause, q end"


@dataclass(frozen=True)
class Options:
    """How experiments are run.

    Attributes:
        minutes: of this part; None for no limit.
        workers: processes that render; None for the instrument's own choice.
        listen: whether takes are heard, and keys say what they are worth.
        serve: whether an editor can drive it.
        mlflow: whether the runs are logged.
        top: takes in each list of the report; 0 for none.
        as_json: whether JSON is printed.
        ask: which take sounds next, "best" or "uncertain".
    """

    minutes: float | None
    workers: int | None
    listen: bool
    serve: bool
    mlflow: bool
    top: int
    as_json: bool
    ask: str = "best"


def options(function: _F) -> _F:
    """The options of commands that run experiments."""
    for option in (
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
        click.option(
            "--top", default=10, show_default=True, type=click.IntRange(0, 100), help="Takes in the report."
        ),
        click.option("--mlflow", is_flag=True, help="Log the runs to an MLflow store in the folder."),
        click.option("--workers", type=click.IntRange(1, 1024), help="Processes that render."),
        click.option(
            "--minutes",
            type=click.FloatRange(0, min_open=True),
            help="End after so long; go on whenever you like.",
        ),
        click.option(
            "--ask",
            default="best",
            show_default=True,
            type=click.Choice(["best", "uncertain"]),
            help="Which take is heard next: the best, or the one whose vote would tell most about your taste.",
        ),
        click.option("--listen", is_flag=True, help=f"Hear takes as they are made; {HELP_KEYS}."),
    ):
        function = option(function)
    return function


def run(queue: Queue, given: Options) -> int:
    """Run what is left of a queue, and report; the exit code."""
    provided = Provided()
    with ExitStack() as stack:
        attend = _attendant(queue, given, provided, stack)
        finished = queue.run(
            minutes=given.minutes,
            workers=given.workers,
            tracker=_tracker(queue, given),
            providers=provided.providers,
            on_session=attend,
            on_end=lambda place: _told(place, given),
        )
        _line.clear()
    runs = [place.folder for place in queue.places if place.progress is not None and place.progress.n_steps]
    said = _reported(queue, runs, given) if runs and given.top else {}
    if given.as_json:
        failed = {place.experiment.name: place.failed for place in queue.places if place.failed}
        click.echo(json.dumps({"folder": str(queue.folder), "finished": finished, "failed": failed, **said}))
    elif not finished:
        click.echo(f"Stopped; go on with: patchpilot play resume {queue.folder}")
    if queue.was_interrupted:
        return 130
    return 1 if any(place.failed for place in queue.places) else 0


def _reported(queue: Queue, runs: list[Path], given: Options) -> dict[str, Any]:
    from patchpilot.cli._play_page import write_report

    _line.show("writing the report…")
    said = write_report(
        queue.folder, runs, top=given.top, workers=given.workers, providers=Provided().providers
    )
    _line.clear()
    if not given.as_json:
        click.echo(f"report: {said['report']}")
    return said


def _attendant(
    queue: Queue, given: Options, provided: Provided, stack: ExitStack
) -> Callable[[Session], Callable[[Outcome], None]]:
    """Who hears of outcomes: the line of progress, and whoever listens."""
    if not (given.listen or given.serve):
        if given.ask != "best":
            raise click.UsageError("--ask says which take is heard next: say --listen or --serve, too")
        return _progress
    from patchpilot.cli.preview.player import Player
    from patchpilot.experiment.console import Console
    from patchpilot.experiment.server import Server
    from patchpilot.experiment.sounding import Sounding as Takes

    player = Player() if given.listen else None
    choose = {"choose": provided.chosen} if given.ask == "uncertain" else {}
    takes = Takes(player, lambda why: click.echo(f"nothing is heard: {why}", err=True), **choose)
    console = Console(takes, provided.voted)
    if player is not None:
        stack.callback(player.close)
    stack.callback(console.sounding.close)
    server = stack.enter_context(Server(queue.folder, console.do))
    click.echo(
        f"listening on 127.0.0.1:{server.port}; say something with: patchpilot play send {queue.folder} …",
        err=True,
    )
    if given.listen:
        stack.enter_context(_keys(console))

    def attend(session: Session) -> Callable[[Outcome], None]:
        if choose:
            provided.ask_in(session)
        heard, shown = console.attend(session, queue.stop), _progress(session, console.sounding)

        def both(outcome: Outcome) -> None:
            heard(outcome)
            shown(outcome)

        return both

    return attend


def _keys(console: Console) -> Any:
    from patchpilot.cli._play_keys import listening
    from patchpilot.errors import PatchPilotError

    def pressed(key: str) -> None:
        try:
            said = console.do({"do": "key", "key": key})
        except PatchPilotError as error:
            click.echo(f"\r{error}", err=True)
            return
        word = {1: "yes", -1: "no"}.get(said.get("vote", 0), "")
        star = " golden" if said.get("golden") else ""
        if word or star:
            click.echo(f"\rtake {said['number']}: {word}{star}\r", err=True)

    click.echo(HELP_KEYS, err=True)
    return listening(pressed)


def _progress(session: Session, sounding: Sounding | None = None) -> Callable[[Outcome], None]:
    """A line that counts, and says what sounds."""
    name, wanted = session.experiment.name, session.experiment.budget.renders
    state = {"n": session.progress.n_renders, "best": float("-inf")}

    def heard(outcome: Outcome) -> None:
        state["n"] += 1
        state["best"] = max(state["best"], outcome.score)
        best = f", best {state['best']:.3f}" if state["best"] > float("-inf") else ""
        now = None if sounding is None else sounding.now
        sounds = "" if now is None else f" ♪ take {now.number}, {now.outcome.score:.3f}"
        _line.show(f"{name}: {state['n']:,.0f} of {wanted:,} renders{best}{sounds}")

    return heard


def _told(place: Place, given: Options) -> None:
    if place.failed:
        click.echo(f"Error: {place.experiment.name}: {place.failed}", err=True)
    elif place.progress is not None and not given.as_json:
        at = place.progress
        how = {"done": "nothing left to try", "budget": "done"}.get(at.ended, "stopped")
        _line.clear()
        click.echo(f"{place.experiment.name}: {how}, {at.n_renders:,} renders, {len(at.kept)} takes kept")


def _tracker(queue: Queue, given: Options) -> Any:
    if not given.mlflow:
        return None
    from patchpilot.estimators.training.tracking import MlFlow

    return MlFlow(queue.folder)
