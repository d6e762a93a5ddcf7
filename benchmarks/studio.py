"""How quick the studio is: a server of its own in a process, and clients that speak HTTP with it.

    python benchmarks/studio.py                prints a table
    python benchmarks/studio.py --json         the same as JSON

Beside it stands what it would be without the studio: a match through the command line, and a render on an instrument
that is open already.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "examples"))
from studio_client import Client

ROOT = Path(__file__).resolve().parent.parent

SOUNDS = sorted((ROOT / "tests" / "data").glob("*.flac"))
PAGE = ROOT / "src" / "patchpilot" / "studio" / "page"
_RUN = "from patchpilot.cli import main; main()"
KNOB = "filter_1_cutoff"


@contextmanager
def studio(folder: Path) -> Iterator[Client]:
    """A server that has been started just now, and a client."""
    command = [
        sys.executable,
        "-c",
        _RUN,
        "studio",
        "--port",
        "0",
        "--no-browser",
        "--workspace",
        str(folder),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield Client(process.stdout.readline().strip())
        finally:
            process.terminate()


def first_candidate(client: Client, sound: Path, seed: int) -> dict[str, float]:
    """Seconds from the start of the upload to the first candidate's audio, and to the end of a quick match."""
    events = client.events()
    next(events)
    began = time.monotonic()
    brought = client.upload(sound)
    uploaded = time.monotonic() - began
    job = client.post("/match", {"sound": brought["id"], "effort": "quick", "seed": seed})
    heard = None
    for kind, data in events:
        if kind == "candidate" and data["job"] == job["id"] and heard is None:
            client.get_bytes(f"/takes/{data['take']}/audio")
            heard = time.monotonic() - began
        if kind == "job" and data["id"] == job["id"] and data["state"] not in ("queued", "running"):
            assert data["state"] == "done", data
            return {"upload": uploaded, "first": heard or 0.0, "all": time.monotonic() - began}
    raise ConnectionError("the studio has ended")


def knob_changes(client: Client, times: int) -> list[float]:
    """Seconds from a changed knob to its audio."""
    draft = client.post("/drafts", {"init": "vital"})
    found = []
    for step in range(times):
        began = time.monotonic()
        values = {KNOB: 30.0 + 60.0 * step / times, "filter_1_on": 1.0}
        changed = client.patch(f"/drafts/{draft['id']}", {"values": values, "drag": None})
        client.get_bytes(f"/drafts/{draft['id']}/audio?version={changed['version']}")
        found.append(time.monotonic() - began)
    return found


def listeners(client: Client, sound: Path, n: int) -> dict[str, float]:
    """So many clients hear a match: whether all hear the same, and how much later the last of them does."""
    heard: list[list[tuple[str, str, float]]] = [[] for _ in range(n)]
    ready = threading.Barrier(n + 1)

    def listen(mine: list[tuple[str, str, float]]) -> None:
        events = client.events()
        next(events)
        ready.wait()
        with suppress(OSError):
            for kind, data in events:
                if kind in ("job", "candidate"):
                    mine.append((kind, json.dumps(data), time.monotonic()))
                if kind == "job" and data["state"] == "done":
                    return

    threads = [threading.Thread(target=listen, args=(mine,), daemon=True) for mine in heard]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.monotonic()
    brought = client.upload(sound)
    client.post("/match", {"sound": brought["id"], "effort": "quick", "seed": 1000})
    for thread in threads:
        thread.join(120.0)
    whole = [[one[:2] for one in mine] for mine in heard]
    late = [
        max(times) - min(times) for times in zip(*([one[2] for one in mine] for mine in heard), strict=False)
    ]
    return {
        "clients": n,
        "all_hear_the_same": float(all(mine == whole[0] for mine in whole)),
        "events": len(whole[0]),
        "spread_s": max(late),
        "match_s": time.monotonic() - began,
    }


def command_line_s(sound: Path) -> float:
    """The same match through the command line, which has to start first: the baseline."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.monotonic()
        command = [
            sys.executable,
            "-c",
            _RUN,
            "match",
            str(sound),
            "--effort",
            "quick",
            "--out",
            f"{folder}/out",
        ]
        subprocess.run(command, check=True, capture_output=True)
        return time.monotonic() - began


def render_s(times: int) -> float:
    """A render alone, on an open instrument with one worker, of a knob that has been turned: the baseline."""
    from patchpilot.instruments.base import instrument
    from patchpilot.space import Patch, Performance

    found = []
    with instrument("vital", workers=1) as synth:
        for step in range(times + 1):
            patch = Patch.make(synth.space, {KNOB: 30.0 + 60.0 * step / times, "filter_1_on": 1.0})
            began = time.monotonic()
            synth.render(patch, Performance.one_note(60))
            found.append(time.monotonic() - began)
    return statistics.median(found[1:])


def page_bytes() -> dict[str, int]:
    """What the first load of the page may need: all of its files, as they are and compressed."""
    files = [
        path.read_bytes()
        for path in PAGE.rglob("*")
        if path.is_file() and path.suffix in (".html", ".js", ".css")
    ]
    return {"bytes": sum(map(len, files)), "gzip": sum(len(gzip.compress(data, 5)) for data in files)}


def measured(n_sounds: int, n_knobs: int, n_clients: int) -> dict[str, Any]:
    """All of it."""
    sounds = SOUNDS[:n_sounds]
    with tempfile.TemporaryDirectory() as folder, studio(Path(folder) / "studio") as client:
        first_candidate(client, sounds[0], 999)  # the engine starts
        matches = [first_candidate(client, sound, seed) for seed, sound in enumerate(sounds)]
        knobs = knob_changes(client, n_knobs + 1)[1:]
        crowd = listeners(client, sounds[0], n_clients)
    return {
        "upload to first candidate, s": median(one["first"] for one in matches),
        "upload to all of a quick match, s": median(one["all"] for one in matches),
        "the same by the command line, s": command_line_s(sounds[0]),
        "knob to audio, ms": 1000.0 * median(knobs),
        "a render alone, ms": 1000.0 * render_s(n_knobs),
        "clients": crowd,
        "page": page_bytes(),
    }


def median(numbers: Iterable[float]) -> float:
    """Of some numbers."""
    return statistics.median(numbers)


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sounds", type=int, default=5)
    parser.add_argument("--knobs", type=int, default=20)
    parser.add_argument("--clients", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = measured(options.sounds, options.knobs, options.clients)
    if options.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        rows = value.items() if isinstance(value, dict) else [("", value)]
        for part, number in rows:
            print(f"{f'{name} {part}'.strip():<40} {number:12.2f}")


if __name__ == "__main__":
    main()
