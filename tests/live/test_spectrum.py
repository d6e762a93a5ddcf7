"""Spectra over UDP: what is sent arrives, what is not asked for does not, and hints are right."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import numpy as np
import pytest

from patchpilot.audio import Audio
from patchpilot.errors import LiveError
from patchpilot.live.spectrum import device
from patchpilot.live.spectrum.bands import CENTRES_HZ, N_BANDS, WINDOW, bands_of, levels, powers
from patchpilot.live.spectrum.guidance import hints, moves
from patchpilot.live.spectrum.latency import measure
from patchpilot.live.spectrum.protocol import Frame, decoded, encoded
from patchpilot.live.spectrum.receiver import Receiver
from patchpilot.live.wire import Message, Value, encode

RATE = 44_100
NOISE = np.random.Generator(np.random.PCG64(1)).standard_normal(2 * RATE) * 0.1


def _frame(sequence: int, level: float = -30.0, name: str = "Lead") -> Frame:
    return Frame(sequence, RATE, name, (level,) * N_BANDS)


def test_bands_are_those_of_the_protocol() -> None:
    assert CENTRES_HZ[17] == 1000.0
    assert CENTRES_HZ[0] == pytest.approx(19.7, abs=0.1)
    assert CENTRES_HZ[-1] == pytest.approx(20_159, abs=1.0)


@pytest.mark.parametrize("hertz", [100.0, 1000.0, 5000.0])
def test_a_sine_of_full_scale_is_0_db_in_its_band(hertz: float) -> None:
    time_s = np.arange(WINDOW) / RATE
    found = levels(powers(np.sin(2.0 * np.pi * hertz * time_s)), RATE)
    around = np.argsort(found)[-3:]  # a window smears it
    assert 10.0 * np.log10(np.sum(10.0 ** (found[around] / 10.0))) == pytest.approx(0.0, abs=0.6)
    assert CENTRES_HZ[int(found.argmax())] / hertz == pytest.approx(1.0, rel=0.15)


def test_frames_are_the_same_again() -> None:
    frame = Frame(7, RATE, "Läd", tuple(float(-k) for k in range(N_BANDS)))
    assert decoded(encoded(frame)) == frame
    assert len(encoded(frame)) < 400


@pytest.mark.parametrize(
    "args",
    [
        (2, 0, RATE, "x", *[-10.0] * 31),
        (1, 0, RATE, "x", *[-10.0] * 30),
        (1, 0, RATE, 5, *[-10.0] * 31),
        (1, -1, RATE, "x", *[-10.0] * 31),
        (1, 0, 5, "x", *[-10.0] * 31),
        (1, 0, RATE, "x", *[float("nan")] * 31),
        (1, 0, RATE, "x", *[99.0] * 31),
        (1, 0, RATE, "x", *["loud"] * 31),
        (),
    ],
)
def test_what_is_no_spectrum(args: tuple[Value, ...]) -> None:
    assert decoded(encode(Message("/patchpilot/spectrum", args))) is None


def test_a_receiver_counts_what_is_lost_and_what_is_garbage() -> None:
    with Receiver(0) as receiver, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        to = ("127.0.0.1", receiver.port)
        for sequence in (0, 1, 4, 3, 4, 5):
            out.sendto(encoded(_frame(sequence)), to)
        out.sendto(b"garbage", to)
        out.sendto(encoded(_frame(0, -50.0, "Bass")), to)
        found = list(receiver.frames(0.3))
        assert [f.sequence for f in found] == [0, 1, 4, 3, 4, 5, 0]
        lead = receiver.senders["Lead"]
        assert (lead.frames, lead.lost, receiver.garbage) == (4, 2, 1)
        assert lead.levels_db == pytest.approx(np.full(N_BANDS, -30.0))
        assert receiver.senders["Bass"].levels_db == pytest.approx(np.full(N_BANDS, -50.0))
        with pytest.raises(LiveError, match=f"cannot listen on port {receiver.port}"):
            Receiver(receiver.port)


def test_a_bump_is_found_where_it_is() -> None:
    flat = bands_of(Audio(np.stack([NOISE, NOISE]), RATE))
    bumped = flat.copy()
    bumped[15:18] += (5.0, 8.0, 5.0)
    (found, *others) = hints(bumped - 12.0, flat)  # 12 dB softer: levels are matched first
    assert not others
    assert found.centre_hz == pytest.approx(CENTRES_HZ[16], rel=0.05)
    assert found.difference_db == pytest.approx(8.0, abs=0.5)
    assert found.gain_db == pytest.approx(-4.0, abs=0.3)
    assert "8.0 dB more around 794 Hz" in found.text
    assert hints(flat, flat) == []


def test_without_a_reference_only_what_sticks_out_is_named() -> None:
    tilted = np.linspace(-20.0, -60.0, N_BANDS)
    assert hints(tilted) == []
    tilted[10] += 12.0
    (found,) = hints(tilted)
    assert found.centre_hz == pytest.approx(CENTRES_HZ[10], rel=0.01)
    assert hints(np.full(N_BANDS, -120.0)) == []


def test_hints_become_moves() -> None:
    flat = np.full(N_BANDS, -30.0)
    bumped = flat.copy()
    bumped[20] += 6.0
    made = moves(hints(bumped, flat), "Lead")
    assert [move.parameter for move in made] == [
        "2 Filter Type A", "2 Filter On A", "2 Frequency A", "2 Gain A", "2 Q A",
    ]  # fmt: skip
    assert made[3].value == -3.0
    assert made[2].value == pytest.approx(2000.0)


def test_the_software_is_quick() -> None:
    found = measure(40, 100.0)
    assert found.frames + found.lost == 40
    assert found.frames >= 38
    assert found.median_ms < 30.0


def test_the_device_is_whole(tmp_path: Path) -> None:
    paths = device.write(tmp_path / "device")
    assert [path.name for path in paths] == [
        "patchpilot_spectrum.maxpat",
        "patchpilot_bins.maxpat",
        "patchpilot_bands.js",
    ]
    for path in paths[:2]:
        patch = json.loads(path.read_text())["patcher"]
        ids = {box["box"]["id"] for box in patch["boxes"]}
        for line in patch["lines"]:
            assert {line["patchline"]["source"][0], line["patchline"]["destination"][0]} <= ids
    script = paths[2].read_text()
    assert "/patchpilot/spectrum" in script
    assert "Untried" in script
