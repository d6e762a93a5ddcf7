"""What the tests serve: modules that a server's process can import, and an instrument that plays in its thread."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from patchpilot.audio import Audio
from patchpilot.errors import PatchError
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.remote.serving import Server
from patchpilot.modules import knob, module
from patchpilot.modules.base import Context, Signal
from patchpilot.space import Asset, Note, Parameter, Patch, Performance, Prior, Space
from patchpilot.space.prior import Mix, Peaked, Uniform, choice
from tests.toy import Toy

ROOT = Path(__file__).parents[3]
RATE = 8000
SHORT = Performance((Note(69, 1.0, 0.0, 0.2),), length_s=0.25, sample_rate=RATE)
SHAPES = {name: Asset("lfo", f'{{"lift":{lift}}}') for name, lift in (("flat", 0.0), ("high", 0.25))}


@module(level=knob(0.5, 0.0, 1.0), varying=("level",))
def far_tone(pitch: Signal, gate: Signal, *, level: float, context: Context) -> Signal:
    """A sine."""
    phase = 2.0 * np.pi * np.cumsum(pitch[0]) / context.sample_rate
    return np.asarray(np.sin(phase) * gate[0] * level, np.float32)


@module(at=knob(0.5, 0.0, 1.0), nap_s=knob(0.0, 0.0, 10.0, "s"))
def far_shaky(audio: Signal, *, at: float, nap_s: float) -> Signal:
    """Takes its time, and divides by nothing above 0.9."""
    time.sleep(nap_s)
    return audio / (0.0 if at > 0.9 else 1.0)


def far_rack(**options: Any) -> Rack:
    return Rack("far", far_tone >> far_shaky, **options)


class FarToy(Toy):
    """A toy with an asset slot, that hears audio, counts what it plays at once, and may be held up."""

    name = "toy"

    def __init__(self, nap_s: float = 0.0) -> None:
        super().__init__()
        self.nap_s = nap_s
        self.go_on = threading.Event()
        self.go_on.set()
        self.space = Space(
            instrument="toy",
            version="1",
            parameters=(
                Parameter("level", 0.0, 1.0, 0.5, is_categorical=False, unit="dB", options=("a", "b")),
                Parameter("transpose", -24.0, 24.0, 0.0, is_categorical=True, group="pitch"),
            ),
            assets={"shape": SHAPES["flat"]},
            views={"core": ("level", "transpose")},
            unused=("zoom",),
        )
        mixed = Mix(((0.25, Uniform(0.1, 0.9)), (0.75, Peaked(0.0, 1 / 3, 0.9))))
        self.priors = {
            "toy-v1": Prior(
                "toy-v1",
                {"transpose": choice({-12.0: 1.0, 7.0: 2.0}), "level": mixed},
                assets={"shape": {"flat": 1.0, "high": 2.0}},
                asset=SHAPES.__getitem__,
                cutoffs={"transpose": None},
                reasons={"level": "never louder than it plays"},
            )
        }

    def render(self, patch: Patch, performance: Performance) -> Audio:
        assert self.go_on.wait(30.0)
        time.sleep(self.nap_s)
        audio = super().render(patch, performance)
        lift = float(patch.assets.get("shape", SHAPES["flat"]).header.partition(":")[2][:-1])
        heard = sum(np.frombuffer(i.asset.blobs[0], "<f4").sum() for i in performance.inputs)
        return Audio(audio.samples + np.float32(lift + heard), audio.sample_rate)

    def asset(self, digest: str) -> Asset:
        for asset in SHAPES.values():
            if asset.sha256 == digest:
                return asset
        raise PatchError(f"the toy has no asset {digest}")

    def is_built_in(self, asset: Asset) -> bool:
        return asset in SHAPES.values()

    def export(self, patch: Patch, path: Path | str) -> None:
        Path(path).write_text(f"{Path(path).suffix} {patch.values.get('level', 0.5)} {patch.name}")

    def load(self, path: Path | str) -> Patch:
        ending, level, *name = Path(path).read_text().split(" ", 2)
        if ending != self.suffix:
            raise PatchError(f"{path}: is no preset of the toy")
        return Patch.make(
            self.space, {"level": float(level)}, assets={"shape": SHAPES["high"]}, info={"name": name}
        )


@contextmanager
def served(instrument: Any, **options: Any) -> Iterator[str]:
    """The address of an instrument that a thread of this process serves."""
    with Server(instrument, port=options.pop("port", 0), **options) as server:
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            yield server.url
        finally:
            server.stop()
            thread.join(20.0)
            assert not thread.is_alive()


@contextmanager
def process(name: str, *options: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address of an instrument that a process of its own serves, by the command line."""
    code = "from patchpilot.cli import main; main()"
    command = [sys.executable, "-c", code, "instrument", "serve", name, "--port", "0", *options]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "default"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as server:
        assert server.stdout is not None
        try:
            line = server.stdout.readline()
            assert line, server.communicate(timeout=20)[1]
            yield line.split()[-1], server
        finally:
            server.terminate()
            try:
                server.communicate(timeout=20)
            finally:
                server.kill()


def said(
    url: str, method: str, path: str, headers: Mapping[str, str], body: bytes = b""
) -> tuple[int, bytes]:
    """What a server answers to a request that nobody made properly."""
    host, _, port = url.removeprefix("http://").rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=20)
    try:
        connection.request(method, path, body, dict(headers))
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()
