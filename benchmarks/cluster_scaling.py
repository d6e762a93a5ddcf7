"""How much faster are two workers of a Dask cluster than one?

    python benchmarks/cluster_scaling.py [--patches 120] [--rounds 5] [--prior core-v1]

Two schedulers on this machine, one with one worker process and one with two, render the same patches of Vital, taking
turns within one run, so that a busy machine slows both. Clients, schedulers and workers share the cores, and all audio
goes over TCP. Beside them, for what this machine can give at all, a local pool with one worker process and with two.
Goal: two workers against one >= 0.85 of linear, that is 1.7 times the renders, on two cores.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from statistics import median

from patchpilot.errors import EngineError
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space.patch import Patch
from patchpilot.space.performance import Performance

WAYS = ("dask 1", "dask 2", "local 1", "local 2")
"""What takes turns."""


@contextlib.contextmanager
def cluster(workers: int) -> Iterator[str]:
    """A scheduler and its worker processes with a thread each; gives the address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    port = address.rpartition(":")[2]
    with tempfile.TemporaryDirectory() as scratch, contextlib.ExitStack() as ends:
        commands = [["scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"]]
        commands += [
            ["worker", address, "--nthreads", "1", "--no-dashboard", "--local-directory", scratch]
        ] * workers
        for command in commands:
            process = subprocess.Popen([sys.executable, "-m", "dask", *command], stderr=subprocess.DEVNULL)
            ends.callback(process.wait)
            ends.callback(process.terminate)
        yield address


def connected(address: str, workers: int) -> Vital:
    """A Vital on a cluster that is just starting, once all its workers are there."""
    until = time.monotonic() + 60.0
    while True:
        try:
            vital = Vital(cluster=address)
            if vital._pool.workers == workers:
                return vital
            vital.close()
        except EngineError:
            if time.monotonic() > until:
                raise
        time.sleep(0.5)


def render(vital: Vital, patches: Sequence[Patch]) -> tuple[float, str]:
    """Renders per second, and a hash of all audio."""
    start = time.perf_counter()
    found = vital.render_many([(patch, Performance()) for patch in patches])
    rate = len(patches) / (time.perf_counter() - start)
    digest = hashlib.sha256()
    for audio in found:
        digest.update(str(audio).encode() if isinstance(audio, EngineError) else audio.samples.tobytes())
    return rate, digest.hexdigest()


def main() -> None:
    """Print a line for each round, and the medians."""
    plain = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=plain)
    parser.add_argument("--patches", type=int, default=120)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--prior", default="core-v1")
    options = parser.parse_args()
    with contextlib.ExitStack() as ends:
        addresses = [ends.enter_context(cluster(count)) for count in (1, 2)]
        made = [connected(address, count) for count, address in enumerate(addresses, 1)]
        made += [Vital(workers=count) for count in (1, 2)]
        vitals = {way: ends.enter_context(vital) for way, vital in zip(WAYS, made, strict=True)}
        space, prior = made[0].space, made[0].priors[options.prior]
        patches = [prior.draw(space, seed=0, index=i) for i in range(options.patches)]
        for vital in made:
            render(vital, patches[:24])  # what is loaded once
        print(f"{len(patches)} patches of {prior.name}, {Performance().length_s:g} s each; renders/s")
        print("round" + "".join(f"{way:>10}" for way in WAYS) + "   dask 2:1   local 2:1   same bytes")
        dask, local = [], []
        for i in range(options.rounds):
            order = WAYS if i % 2 == 0 else WAYS[::-1]
            found = {way: render(vitals[way], patches) for way in order}
            rates = [found[way][0] for way in WAYS]
            dask.append(rates[1] / rates[0])
            local.append(rates[3] / rates[2])
            same = len({digest for _, digest in found.values()}) == 1
            line = "".join(f"{rate:10.2f}" for rate in rates)
            print(f"{i:5}{line}{dask[-1]:11.2f}{local[-1]:12.2f}   {same}", flush=True)
        print(
            f"median: two Dask workers {median(dask):.2f} times one ({median(dask) / 2:.2f} of linear), ",
            end="",
        )
        print(f"two local ones {median(local):.2f} times one")


if __name__ == "__main__":
    main()
