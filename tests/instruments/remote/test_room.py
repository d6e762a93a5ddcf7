"""Back-pressure: neither side ever holds more renders than was said, whoever reads, leaves or waits."""

from __future__ import annotations

import itertools
import json
import socket
import threading
import time
from collections.abc import Iterator

import numpy as np

from patchpilot.audio import Audio
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.instruments.remote.nouns import render_json
from patchpilot.instruments.remote.wire import ABOUT_HEADER, PROTOCOL, PROTOCOL_HEADER, Frame
from patchpilot.space import Note, Patch, Performance
from patchpilot.space.assets import Bag
from tests.instruments.remote.far_toys import SHORT, FarToy, said, served

LONG = Performance((Note(69, 1.0, 0.0, 1.0),), length_s=60.0, sample_rate=44100)


def status(url: str) -> dict[str, int]:
    code, answer = said(url, "GET", "/v1/status", {PROTOCOL_HEADER: str(PROTOCOL)})
    assert code == 200
    numbers: dict[str, int] = json.loads(answer)
    return numbers


def until_nothing_is_held(url: str) -> dict[str, int]:
    deadline = time.monotonic() + 20.0
    while (now := status(url))["held"] and time.monotonic() < deadline:
        time.sleep(0.02)
    assert now["held"] == 0
    return now


def test_clients_together_have_no_more_room_than_there_is() -> None:
    heard: list[dict[int, Audio]] = [{}, {}, {}]
    with served(FarToy(nap_s=0.005), in_flight=6) as url:

        def play(which: int) -> None:
            with RemoteInstrument(url) as far:
                for at, audio in far.stream(
                    (Patch.make(far.space, {"level": 0.02 * i}), SHORT) for i in range(20)
                ):
                    assert isinstance(audio, Audio)
                    heard[which][at] = audio

        threads = [threading.Thread(target=play, args=(which,)) for which in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60.0)
        now = until_nothing_is_held(url)
    assert now["rendered"] == 60
    assert 2 <= now["most_held"] <= 6
    toy = FarToy()
    for found in heard:
        assert sorted(found) == list(range(20))
        wanted = toy.render(Patch.make(toy.space, {"level": 0.02 * 19}), SHORT)
        assert np.array_equal(found[19].samples, wanted.samples)


def test_an_endless_stream_is_drawn_as_there_is_room_and_may_be_left() -> None:
    toy = FarToy(nap_s=0.005)
    drawn = 0

    def pairs(patch: Patch) -> Iterator[tuple[Patch, Performance]]:
        nonlocal drawn
        for _ in itertools.count():
            drawn += 1
            yield patch, SHORT

    with served(toy, in_flight=8) as url, RemoteInstrument(url) as far:
        stream = far.stream(pairs(Patch.make(far.space)))
        for got in range(1, 30):
            next(stream)
            assert drawn <= got + 8
        stream.close()  # type: ignore[attr-defined]  # it is a generator
        until_nothing_is_held(url)
        assert toy.rendered <= drawn
        assert far.render(Patch.make(far.space), SHORT).samples.any()  # it serves on
        assert not [t for t in threading.enumerate() if t.name == "patchpilot renders"]


def test_results_that_nobody_reads_stop_the_renders() -> None:
    toy = FarToy()
    with served(toy, in_flight=4) as url:  # so one a request
        host, _, port = url.removeprefix("http://").rpartition(":")
        with RemoteInstrument(url) as far:
            render = render_json(Patch.make(far.space), LONG, Bag())
            about = far._headers[ABOUT_HEADER]
        body = Frame({"renders": [render]}).pack()
        head = (
            f"POST /v1/play HTTP/1.1\r\nHost: {host}:{port}\r\n{PROTOCOL_HEADER}: {PROTOCOL}\r\n"
            f"{ABOUT_HEADER}: {about}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        idle = [socket.create_connection((host, int(port)), timeout=20) for _ in range(6)]
        for sock in idle:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(head.encode() + body)
        deadline = time.monotonic() + 20.0
        while toy.rendered < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        time.sleep(0.3)
        now = status(url)
        assert (now["held"], now["most_held"], toy.rendered) == (4, 4, 4)  # of six that are wanted
        for sock in idle[:4]:
            sock.close()
        while toy.rendered < 6 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert toy.rendered == 6
        for sock in idle[4:]:
            sock.close()
        assert until_nothing_is_held(url)["most_held"] == 4


def test_who_leaves_gives_the_room_back() -> None:
    toy = FarToy()
    with served(toy, in_flight=4) as url, RemoteInstrument(url) as far, RemoteInstrument(url) as other:
        patch = Patch.make(far.space)
        toy.go_on.clear()
        left = far.stream((patch, SHORT) for _ in range(4))
        waiting = threading.Thread(target=lambda: next(left, None))
        waiting.start()
        deadline = time.monotonic() + 20.0
        while status(url)["held"] < 4 and time.monotonic() < deadline:
            time.sleep(0.02)
        far._link.close()
        heard: list[bool] = []
        playing = threading.Thread(
            target=lambda: heard.extend(isinstance(a, Audio) for _, a in other.stream([(patch, SHORT)] * 4))
        )
        playing.start()
        toy.go_on.set()
        waiting.join(20.0)
        left.close()  # type: ignore[attr-defined]  # it is a generator
        playing.join(20.0)
        assert heard == [True] * 4
        until_nothing_is_held(url)
