"""How fast are datasets made, in how much memory, and does anything get lost?

    python benchmarks/dataset_generation.py speed [--rows 5000] [--slices 5] [--tier 3]
    python benchmarks/dataset_generation.py kills [--rows 120] [--times 20]
    python benchmarks/dataset_generation.py crashes [--patches 10000]

`speed`: rows a second, storage included, against two *bare loops*: processes that re-use one Vital synth, load the
preset of each patch and render its three notes, one after another, and keep nothing. Both render the same patches,
taking turns, so that a busy machine slows both; what is told is the ratio, and the most memory that all processes of
the run had together (their proportional set size).

`kills`: a run is killed (SIGKILL, its workers left to find out) at random moments and begun again, until it is done;
told are finished rows that were lost, and whether the content is that of a run that was never stopped.

`crashes`: random patches of the raw space, every parameter and many routings; told is what became of each.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from patchpilot.datasets.generation import generate
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.samplers.drawn import Drawn
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.datasets.tiers import default_prior, raw_prior
from patchpilot.errors import DatasetError
from patchpilot.instruments.vital.preset import document
from patchpilot.instruments.vital.vital import Vital

CLI = [sys.executable, "-c", "from patchpilot.cli import main; main()"]
Work = list[tuple[str, list[tuple[int, float]]]]
"""Preset JSON, and the notes and velocities it is played with."""


def speed(rows: int, slices: int, tier: int) -> dict[str, Any]:
    """Seconds that we and two bare loops take for the same patches, slice by slice."""
    ours = bare = renders = 0.0
    crashes = 0
    most = [0]
    with tempfile.TemporaryDirectory() as folder, Vital(workers=2) as vital:
        vital.render_many([])
        for number in range(slices):
            out = Path(folder) / f"{number}.h5"
            with watched(most):
                began = time.perf_counter()
                dataset = generate(vital, out, rows // slices, tier=tier, seed=number)
                ours += time.perf_counter() - began
            tried = dataset.tried
            dataset.close()
            work = _work(vital, tier, number, tried)
            seconds, crashed = _bare(work, Path(folder))
            bare += seconds
            crashes += crashed
            renders += sum(len(notes) for _, notes in work)
            out.unlink()
            print(f"slice {number + 1} of {slices}: ratio so far {bare / ours:.3f}", file=sys.stderr)
    return {
        "rows": rows // slices * slices,
        "renders": renders,
        "rows a second": rows // slices * slices / ours,
        "renders a second": renders / ours,
        "renders a second, two bare loops": renders / bare,
        "crashes of the bare loops": crashes,
        "ratio": bare / ours,
        "most memory, MB": most[0] / 1e6,
    }


def _work(vital: Vital, tier: int, seed: int, tried: int) -> Work:
    sampler, plan = Drawn(vital.space, default_prior(vital, tier), tier, seed), Plan()
    work: Work = []
    for index in range(tried):
        text = json.dumps(document(vital.space, sampler.draft(index).patch))
        notes = [(p.notes[0].pitch, p.notes[0].velocity) for p in plan.performances(seed, index)]
        work.append((text, notes))
    return work


def _bare(work: Work, folder: Path) -> tuple[float, int]:
    """Seconds that two processes take, beginning together with all in memory; and how often they crashed."""
    loops = []
    for half in (0, 1):
        path = folder / f"bare{half}.json"
        path.write_text(json.dumps(work[half::2]))
        loop = subprocess.Popen(
            [sys.executable, __file__, "loop", str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        loops.append(loop)
    for loop in loops:
        assert loop.stdout is not None
        assert loop.stdout.readline() == "ready\n"
    began, crashes = time.perf_counter(), 0
    for loop in loops:
        assert loop.stdin is not None
        loop.stdin.write("go\n")
        loop.stdin.close()
    for loop in loops:
        assert loop.stdout is not None
        done, count = loop.stdout.readline().split()
        assert done == "done"
        crashes += int(count)
    seconds = time.perf_counter() - began
    for loop in loops:
        assert loop.stdout is not None
        loop.stdout.close()
        loop.wait()
    return seconds, crashes


def bare_loop(path: str) -> None:
    """One of the two. Where the engine crashes, it begins anew with the next patch."""
    import vita  # noqa: F401

    work: Work = json.loads(Path(path).read_text())
    print("ready", flush=True)
    sys.stdin.readline()
    at = crashes = 0
    while at < len(work):
        rendered, is_whole = _until_a_crash(work[at:])
        crashes += not is_whole
        at += rendered + (not is_whole)
    print(f"done {crashes}", flush=True)


def _until_a_crash(work: Work) -> tuple[int, bool]:
    """Render in a process of its own; how many patches it rendered, and whether it lived."""
    import vita

    ours, theirs = os.pipe()
    pid = os.fork()
    if not pid:
        synth = vita.Synth()
        for text, notes in work:
            synth.load_json(text)
            for pitch, velocity in notes:
                synth.render(pitch, velocity, 1.5, 2.0)
            os.write(theirs, b".")
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        rendered = len(pipe.read())
    return rendered, os.waitpid(pid, 0)[1] == 0


@contextmanager
def watched(most: list[int]) -> Iterator[None]:
    """Keep in `most[0]` the largest sum of memory of this process and all its descendants, in bytes."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.5):
            most[0] = max(most[0], sum(_memory(pid) for pid in _tree(os.getpid())))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _tree(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        found.append(at := todo.pop())
        for task in Path(f"/proc/{at}/task").glob("*/children"):
            try:
                todo += [int(child) for child in task.read_text().split()]
            except OSError:  # it ended meanwhile
                continue
    return found


def _memory(pid: int) -> int:
    """Proportional set size in bytes: shared pages count once in all."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def kills(rows: int, times: int, seed: int) -> dict[str, Any]:
    """Kill a run at random moments; what is lost, and whether the end is the same."""
    rng = random.Random(seed)
    lost, killed, seen = 0, 0, list[int]()
    with tempfile.TemporaryDirectory() as folder:
        through, killed_file = Path(folder) / "through.h5", Path(folder) / "killed.h5"
        _command(through, rows).check_returncode()
        while True:
            run = subprocess.Popen([*CLI, *_arguments(killed_file, rows)], stdout=subprocess.DEVNULL)
            before = _rows(killed_file)
            try:
                wait = rng.uniform(1.5, 9.0) if killed < times else None
                run.wait(wait)
                break
            except subprocess.TimeoutExpired:
                there = _rows(killed_file)
                run.send_signal(signal.SIGKILL)
                run.wait()
                after = _rows(killed_file)
                lost += max(0, max(before, there) - after)
                killed += 1
                seen.append(after)
        with Dataset(through) as one, Dataset(killed_file) as other:
            same = one.content_hash == other.content_hash
            damaged = other.verify()
    return {
        "killed": killed,
        "rows at each": seen,
        "rows lost": lost,
        "same content": same,
        "damaged": damaged,
    }


def _arguments(out: Path, rows: int) -> list[str]:
    return ["dataset", "generate", "--tier", "3", "-n", str(rows), "-o", str(out), "--seed", "5"]


def _command(out: Path, rows: int) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([*CLI, *_arguments(out, rows)], stdout=subprocess.DEVNULL, check=False)


def _rows(path: Path) -> int:
    """As a stranger reads them."""
    try:
        with Dataset(path) as dataset:
            return len(dataset)
    except DatasetError:
        assert not path.exists(), f"{path} does not open"
        return 0


def crashes(patches: int) -> dict[str, Any]:
    """What becomes of patches of the raw space, each played on one short note."""
    plan = Plan(notes=(60,), hold_s=0.5, length_s=0.7)
    with tempfile.TemporaryDirectory() as folder, Vital(workers=2) as vital:
        sampler = Limited(Drawn(vital.space, raw_prior(vital.space, 3), 3, 0), patches)
        with generate(
            vital, Path(folder) / "raw.h5", 10**6, sampler=sampler, plan=plan, audio="none"
        ) as dataset:
            return {"tried": dataset.tried, "rows": len(dataset), "rejected": dataset.rejected}


class Limited:
    """The first patches of a sampler.

    Args:
        sampler: endless.
        n_patches: how many.
    """

    def __init__(self, sampler: Drawn, n_patches: int) -> None:
        self._sampler, self.n_patches = sampler, n_patches
        self.text = f"the first {n_patches} of {sampler.text}"
        self.draft = sampler.draft


def main(arguments: Sequence[str]) -> None:
    """Run what was asked for, and print it."""
    if arguments[:1] == ["loop"]:
        bare_loop(arguments[1])
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    for name, options in {
        "speed": {"rows": 5000, "slices": 5, "tier": 3},
        "kills": {"rows": 120, "times": 20, "seed": 0},
        "crashes": {"patches": 10_000},
    }.items():
        command = commands.add_parser(name)
        for option, default in options.items():
            command.add_argument(f"--{option}", type=int, default=default)
    asked = vars(parser.parse_args(arguments))
    functions: dict[str, Callable[..., dict[str, Any]]] = {"speed": speed, "kills": kills, "crashes": crashes}
    function = functions[asked.pop("command")]
    for name, value in function(**asked).items():
        print(f"{name:<36} {value:.2f}" if isinstance(value, float) else f"{name:<36} {value}")


if __name__ == "__main__":
    main(sys.argv[1:])
