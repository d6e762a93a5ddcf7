"""How long the software takes from a window of samples to a hint, measured over the real socket.

What no program here can measure is added in the docs: the audio interface's buffer, and that a spectrum is about the
middle of its window.
"""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass

import numpy as np

from patchpilot.live.spectrum.bands import WINDOW, levels, powers
from patchpilot.live.spectrum.guidance import hints
from patchpilot.live.spectrum.protocol import Frame, encoded
from patchpilot.live.spectrum.receiver import Receiver


@dataclass(frozen=True)
class Latency:
    """In milliseconds, from the last sample of a window to the hints.

    Attributes:
        median_ms: of all frames.
        p95_ms: 95 of 100 are quicker.
        worst_ms: the slowest.
        frames: how many arrived.
        lost: how many did not.
    """

    median_ms: float
    p95_ms: float
    worst_ms: float
    frames: int
    lost: int


def measure(n_frames: int = 200, rate_hz: float = 43.0, sample_rate: int = 44_100) -> Latency:
    """Send spectra of noise to a receiver as a device would, and take the time until hints are there.

    Args:
        n_frames: how many.
        rate_hz: how many a second.
        sample_rate: Hz.
    """
    begun: dict[int, float] = {}
    took: list[float] = []
    noise = np.random.Generator(np.random.PCG64(0)).standard_normal((n_frames, WINDOW)) * 0.1
    with Receiver(0) as receiver:

        def play() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
                for k in range(n_frames):
                    begun[k] = time.monotonic()
                    found = levels(powers(noise[k]), sample_rate)
                    out.sendto(
                        encoded(Frame(k, sample_rate, "test", tuple(found))), ("127.0.0.1", receiver.port)
                    )
                    time.sleep(1.0 / rate_hz)

        thread = threading.Thread(target=play, daemon=True)
        thread.start()
        for frame in receiver.frames(n_frames / rate_hz + 5.0):
            hints(receiver.senders[frame.name].levels_db)
            took.append(1000.0 * (time.monotonic() - begun[frame.sequence]))
            if frame.sequence == n_frames - 1:
                break
        thread.join()
    median, p95, worst = np.percentile(took, [50.0, 95.0, 100.0]).tolist()
    return Latency(median, p95, worst, len(took), n_frames - len(took))
