"""Twenty moves in Live and back, against a stand-in that looks ten times a second as AbletonOSC does.

    python benchmarks/live.py                 prints a table, and writes benchmarks/results/live.json

For each share of lost datagrams: how long a transaction and its undo take, and whether all is as it was. Then deaths:
this process's twin is killed after some of its setters have arrived, and Live is closed after some; each time the next
process undoes what was begun, and everything in the set is compared.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from patchpilot.errors import LiveError
from patchpilot.live.connection import connect
from patchpilot.live.spectrum.latency import measure
from patchpilot.live.transaction import apply
from patchpilot.live.undoing import undo
from patchpilot.tracks.moves import write_moves

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from tests.live.conftest import MOVES
from tests.live.liveset import LiveSet, demo
from tests.live.standin import StandIn

RESULTS = Path(__file__).parent / "results" / "live.json"
_RUN = "from patchpilot.cli import main; main()"


@dataclass(frozen=True)
class Death:
    """When it comes: after so many setters, or after so many that came alone (what is tried comes in bundles)."""

    after: int
    only_alone: bool = False


def timed(drop: float, times: int) -> dict[str, float]:
    """Transactions with a share of datagrams lost each way."""
    applied, undone, exact = [], [], 0
    for seed in range(times):
        song = demo()
        before = song.state()
        with (
            tempfile.TemporaryDirectory() as folder,
            StandIn(song, drop=drop, seed=seed) as server,
            connect(port=server.port, reply_port=server.reply_port, timeout_s=0.5, tries=8) as live,
        ):
            start = time.monotonic()
            apply(live, MOVES, place=Path(folder))
            middle = time.monotonic()
            undo(live, place=Path(folder))
            applied.append(middle - start)
            undone.append(time.monotonic() - middle)
        exact += song.state() == before
    return {
        "drop": drop,
        "runs": times,
        "apply_s": round(statistics.median(applied), 2),
        "undo_s": round(statistics.median(undone), 2),
        "exact": exact,
    }


def deaths(times: int, *, of_live: bool) -> dict[str, float]:
    """Either side dies after a setter that is drawn, of a search or of the knobs' turns; then undo, and compare."""
    rng = random.Random(0)
    exact = midway = 0
    for k in range(times):
        after = Death(rng.randrange(1, 400)) if k % 2 else Death(rng.randrange(1, 20), only_alone=True)
        song = demo()
        before = song.state()
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (_live_dies if of_live else _process_dies)(song, folder, after)
            midway += song.state() != before
            with (
                StandIn(song, tick_s=0.02) as server,
                connect(port=server.port, reply_port=server.reply_port) as live,
                contextlib.suppress(LiveError),  # it died before anything was to be undone
            ):
                undo(live, place=folder)
        exact += song.state() == before
    return {"deaths": times, "changed_when_it_died": midway, "exact": exact}


def _process_dies(song: LiveSet, folder: Path, after: Death) -> None:
    write_moves(MOVES, folder / "moves.json")
    with StandIn(song, tick_s=0.02) as server:
        ports = ["--port", str(server.port), "--reply-port", str(server.reply_port)]
        command = [sys.executable, "-c", _RUN, "live", "apply", str(folder / "moves.json"), *ports]
        child = subprocess.Popen(
            [*command, "--journal", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _after(server, after, lambda: os.kill(child.pid, signal.SIGKILL))
        child.wait(120)


def _live_dies(song: LiveSet, folder: Path, after: Death) -> None:
    with (
        StandIn(song, tick_s=0.02) as server,
        connect(port=server.port, reply_port=server.reply_port, timeout_s=0.1, tries=2) as live,
        contextlib.suppress(LiveError),
    ):
        _after(server, after, server._stop.set)
        apply(live, MOVES, place=folder)


def _after(server: StandIn, death: Death, do: Callable[[], object]) -> None:
    seen = 0

    def before(address: str, _params: object) -> None:
        nonlocal seen
        seen += "/set/" in address and not (death.only_alone and server.in_bundle)
        if seen == death.after + 1:
            do()

    server.before_message = before


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--runs", type=int, default=10, help="transactions for each share of losses")
    parser.add_argument("--deaths", type=int, default=20, help="of either side")
    options = parser.parse_args()
    losses = [timed(drop, options.runs) for drop in (0.0, 0.02, 0.05)]
    said = {
        "moves": len(MOVES),
        "losses": losses,
        "process_killed": deaths(options.deaths, of_live=False),
        "live_closed": deaths(options.deaths, of_live=True),
        "listen": {name: round(value, 2) for name, value in vars(measure()).items()},
    }
    for row in losses:
        print(
            f"{row['drop']:5.0%} lost   apply {row['apply_s']:6.2f} s   undo {row['undo_s']:5.2f} s   "
            f"exact {row['exact']} of {row['runs']}"
        )
    for name in ("process_killed", "live_closed"):
        print(f"{name}: {said[name]}")
    print(f"from a window of samples to hints: {said['listen']}")
    RESULTS.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
