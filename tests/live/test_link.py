"""Nothing is believed that was not asked for, and nothing that was asked for is lost."""

from __future__ import annotations

import socket
from collections.abc import Callable

import pytest

from patchpilot.errors import LiveError
from patchpilot.live.answers import Refusal
from patchpilot.live.connection import connect
from patchpilot.live.link import Link
from patchpilot.live.session import read_session
from patchpilot.live.wire import Message, encode, get, tell
from tests.live import addresses
from tests.live.conftest import Opened, connected
from tests.live.liveset import demo
from tests.live.standin import StandIn, wait_for


def test_the_stand_in_has_the_whole_address_space() -> None:
    server = StandIn(demo())
    assert len(addresses.ALL) == 494
    assert server.addresses == addresses.ALL
    server.close()


def test_many_questions_take_few_looks(opened: Opened) -> None:
    server, live = opened(tick_s=0.1)
    answers = live.link.ask([get("/live/track/get/name", k % 4) for k in range(200)])
    assert [a[0] for a in answers[:4] if not isinstance(a, Refusal)] == ["Lead", "Bass", "Drums", "Pad"]
    assert len([m for m in server.received if m[0] == "/live/track/get/name"]) == 4  # the same is asked once


def test_an_error_belongs_to_the_question_that_it_is_of(opened: Opened) -> None:
    _, live = opened()
    answers = live.link.ask(
        [
            get("/live/song/get/tempo"),
            get("/live/track/get/name", 77),
            get("/live/nothing"),
            get("/live/track/get/name", 1),
        ]
    )
    assert answers[0] == (138.0,)
    assert answers[1] == Refusal("Error handling OSC message: list index out of range")
    assert answers[2] == Refusal("Unknown OSC address: /live/nothing")
    assert answers[3] == ("Bass",)


def test_a_setter_that_is_refused_says_why(opened: Opened) -> None:
    _, live = opened()
    (said,) = live.link.tell([tell("/live/device/set/parameter/value", 0, 1, 2, 99.0)])
    assert "range" in said


def test_half_of_all_datagrams_may_be_lost(opened: Opened) -> None:
    _, live = opened(drop=0.3, seed=1, timeout_s=0.05)
    live.link.tries = 60
    assert read_session(live).names == ("Lead", "Bass", "Drums", "Pad")


def test_late_answers_are_not_answers(opened: Opened) -> None:
    server, live = opened()
    server.send("/live/song/get/tempo", (11.0,))  # of a question that was given up
    server.send("/live/track/get/name", (0, "stale"))
    assert live.link.ask([get("/live/song/get/tempo"), get("/live/track/get/name", 0)]) == [
        (138.0,),
        ("Lead",),
    ]


def _from_elsewhere(data: bytes) -> Callable[[int], None]:
    def send(port: int) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(data, ("127.0.0.1", port))

    return send


def test_answers_of_somebody_else_are_passed_over(opened: Opened) -> None:
    server, live = opened(tick_s=0.1)
    send = _from_elsewhere(encode(Message("/live/song/get/tempo", (666.0,))))
    server.before_message = lambda _address, _params: send(server.reply_port)
    assert live.link.ask([get("/live/song/get/tempo")]) == [(138.0,)]
    wait_for(
        lambda: live.link.ask([get("/live/song/get/tempo")]) == [(138.0,)] and live.link.ignored.strangers > 0
    )


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"garbage", b"/live/x\0,s\0\0\xff\xff", b"/a\0\0,i\0\0", b"#bundle\0" + b"\xff" * 99]
)
def test_garbage_is_passed_over(opened: Opened, data: bytes) -> None:
    server, live = opened()
    for k in range(3):
        server.socket.sendto(data, ("127.0.0.1", server.reply_port))
        assert live.link.ask([get("/live/track/get/name", k)]) == [(("Lead", "Bass", "Drums")[k],)]


def test_two_different_answers_are_two_lives(opened: Opened) -> None:
    server, live = opened()

    def twice(address: str, _params: object) -> None:
        if address == "/live/song/get/tempo":
            server.send(address, (90.0,))

    server.before_message = twice
    with pytest.raises(LiveError, match="two Lives, or another program"):
        live.link.ask([get("/live/song/get/tempo")])


def test_a_second_live_finds_its_port_taken(opened: Opened) -> None:
    server, live = opened()
    with pytest.raises(OSError, match="in use"):
        StandIn(demo(), port=server.port)  # so it is silent, as AbletonOSC is then
    assert live.link.ask([get("/live/song/get/num_tracks")]) == [(4,)]


def test_nobody_answers() -> None:
    server = StandIn(demo())
    server.close()
    with pytest.raises(LiveError, match=r"does not answer \(asked 2 times for 0.05 s\): is Live running"):
        connected(server, 0.05, 2)


def test_what_answers_is_another_program() -> None:
    with StandIn(demo(), tick_s=0.01) as server:
        server._handlers.pop("/live/song/get/is_playing")
        with pytest.raises(LiveError, match="answers, but not as AbletonOSC does: Unknown OSC address"):
            connected(server)


def test_the_reply_port_is_taken() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        with pytest.raises(LiveError, match=f"cannot listen on port {port}.*another Patch Pilot"):
            connect(reply_port=port)


def test_only_this_machine_unless_asked() -> None:
    with pytest.raises(LiveError, match=r"another machine, and OSC has no password.*--beyond"):
        Link("192.0.2.1", reply_port=0)
    with Link("192.0.2.1", reply_port=0, beyond=True) as link:
        assert link.ignored.strangers == 0
    with pytest.raises(LiveError, match="there is no machine called"):
        Link("no such machine.invalid", reply_port=0)
