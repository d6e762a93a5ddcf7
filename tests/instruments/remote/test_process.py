"""A real server: a process of its own, started by the command line, killed and interrupted."""

from __future__ import annotations

import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import EngineError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.rack.rack import Rack
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.instruments.vital.vital import Vital
from patchpilot.space import Arc, Patch, Performance
from tests.instruments.remote.far_toys import RATE, SHORT, far_rack, process


@pytest.fixture(scope="module")
def near() -> Iterator[Rack]:
    with far_rack(workers=1) as rack:
        yield rack


@pytest.fixture(scope="module")
def file(near: Rack, tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("racks") / "far.rack.json"
    near.export(Patch.make(near.space), path)
    return f"rack:{path}"


def ended(pids: list[int]) -> bool:
    return not any(Path(f"/proc/{pid}").exists() for pid in pids)


def below(pid: int) -> list[int]:
    """Process ids of all that a process started."""
    lists = [task.read_text() for task in Path(f"/proc/{pid}/task").glob("*/children")]
    found = [int(child) for text in lists for child in text.split()]
    return [*found, *(deeper for child in found for deeper in below(child))]


def test_a_rack_is_played_in_another_process(near: Rack, file: str) -> None:
    with process(file, "--workers", "1", "--in-flight", "8") as (url, _), instrument(url) as far:
        assert (far.name, far.suffix, far.space) == ("far", ".rack.json", near.space)
        assert far.fingerprint == near.fingerprint
        levels = [0.2, 0.5, 0.8, 0.9]
        pairs = [(Patch.make(far.space, {"far_tone_level": level}), SHORT) for level in levels]
        arc = Arc("far_tone_level", ((0.0, 0.0), (0.1, 1.0)))
        pairs.append((Patch.make(far.space), Performance(SHORT.notes, 0.25, RATE, arcs=(arc,))))
        nan = Patch.make(far.space, {"far_shaky_at": 1.0})
        pairs.insert(2, (nan, SHORT))
        heard, wanted = dict(far.stream(pairs)), dict(near.stream(pairs))
        assert sorted(heard) == list(range(6))
        assert isinstance(heard[2], EngineError)
        assert str(heard[2]) == str(wanted[2])
        assert re.search(r"rack far: .*far_shaky.*NaN", str(heard[2]))
        for at in (0, 1, 3, 4, 5):
            one, other = heard[at], wanted[at]
            assert isinstance(one, Audio)
            assert isinstance(other, Audio)
            assert one.samples.any()
            assert np.array_equal(one.samples, other.samples)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_that_is_killed_is_one_clear_error(file: str) -> None:
    with process(file, "--workers", "1", "--in-flight", "4") as (url, server), RemoteInstrument(url) as far:
        patch = Patch.make(far.space, {"far_shaky_nap_s": 0.1})
        stream = far.stream((patch, SHORT) for _ in range(1000))
        assert isinstance(next(stream)[1], Audio)
        engines = below(server.pid)
        assert engines
        server.kill()
        began = time.monotonic()
        with pytest.raises(
            EngineError, match=r"is gone \(.*\): what had come back is kept\. .* start it again"
        ):
            list(stream)
        assert time.monotonic() - began < 10.0
        with pytest.raises(EngineError, match="nobody answers at"):
            far.render(patch, SHORT)
        while not ended(engines) and time.monotonic() - began < 20.0:
            time.sleep(0.05)
        assert ended(engines)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_server_that_is_interrupted_ends_in_order(file: str) -> None:
    with process(file, "--workers", "1") as (url, server), RemoteInstrument(url) as far:
        stream = far.stream((Patch.make(far.space, {"far_shaky_nap_s": 0.05}), SHORT) for _ in range(1000))
        next(stream)
        engines = below(server.pid)
        server.send_signal(signal.SIGINT)
        with pytest.raises(EngineError, match=r"is gone|nobody answers"):
            list(stream)
        _, errors = server.communicate(timeout=20)
        assert server.returncode == 130
        assert "Traceback" not in errors
        assert "note: no token" in errors
        assert ended(engines)


@pytest.mark.slow
def test_vital_is_played_in_another_process(vital: Vital) -> None:
    performance = Performance(length_s=0.5)
    with process("vital", "--workers", "1") as (url, _), RemoteInstrument(url) as far:
        assert far.space == vital.space
        patch = far.priors["core-v1"].draw(far.space, 0, 3)
        assert np.array_equal(
            far.render(patch, performance).samples, vital.render(patch, performance).samples
        )
