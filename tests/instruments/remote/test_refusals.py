"""Who may play, and what is told where something is not right."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from patchpilot.errors import EngineError, ParameterError, PluginError
from patchpilot.instruments.base import instrument
from patchpilot.instruments.remote import answer, link
from patchpilot.instruments.remote.client import RemoteInstrument
from patchpilot.instruments.remote.priors import UnknownDistributionError, prior_json
from patchpilot.instruments.remote.serving import Server, read_token
from patchpilot.instruments.remote.wire import (
    ABOUT_HEADER,
    MOST_HEAD,
    PROTOCOL,
    PROTOCOL_HEADER,
    Frame,
    WireError,
    frames,
)
from patchpilot.space import Patch, Prior
from tests.instruments.remote.far_toys import SHORT, FarToy, said, served

TOKEN = "correct-horse-battery"
OURS = {PROTOCOL_HEADER: str(PROTOCOL)}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with served(FarToy(), token=TOKEN, in_flight=4) as address:
        yield address


def test_the_token_opens(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with RemoteInstrument(url, token=TOKEN) as far:
        assert far.render(Patch.make(far.space), SHORT).samples.any()
    monkeypatch.setenv("PATCHPILOT_TOKEN", TOKEN)
    with instrument(url) as far:
        assert far.name == "toy"
    monkeypatch.delenv("PATCHPILOT_TOKEN")
    (tmp_path / "token.txt").write_text(f"{TOKEN}\n")
    monkeypatch.setenv("PATCHPILOT_TOKEN_FILE", str(tmp_path / "token.txt"))
    with instrument(url) as far:
        assert far.name == "toy"


@pytest.mark.parametrize("token", [None, "", "wrong-horse-battery", TOKEN[:-1], f"{TOKEN}é"])
def test_no_other_does(url: str, token: str | None) -> None:
    with (
        RemoteInstrument(url, token=token) as far,
        pytest.raises(EngineError, match=r"refuses: the token is missing or wrong\. Put .* PATCHPILOT_TOKEN"),
    ):
        _ = far.space


def test_every_path_wants_the_token(url: str) -> None:
    for method, path in (
        ("GET", "/v1/about"),
        ("GET", "/v1/status"),
        ("POST", "/v1/play"),
        ("POST", "/v1/keep"),
        ("GET", "/docs"),
        ("GET", "/openapi.json"),
    ):
        assert said(url, method, path, OURS)[0] == 401
    assert said(url, "GET", "/openapi.json", {"Authorization": f"Bearer {TOKEN}", **OURS})[0] == 404


@pytest.mark.parametrize("version", ["0", "99", "one", ""])
def test_another_protocol_is_refused(url: str, version: str) -> None:
    status, answer = said(
        url, "GET", "/v1/about", {"Authorization": f"Bearer {TOKEN}", PROTOCOL_HEADER: version}
    )
    assert status == 400
    assert f"this server speaks protocol {PROTOCOL}, the client {version}".encode() in answer


def test_a_server_of_another_version_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (link, answer):
        monkeypatch.setattr(module, "PROTOCOL", 2)
    with (
        RemoteInstrument(url, token=TOKEN) as far,
        pytest.raises(
            EngineError, match="speaks protocol 1, and here it is 2: install the same version of Patch"
        ),
    ):
        _ = far.name


def test_without_a_token_only_this_machine_is_answered() -> None:
    with served(FarToy()) as address:
        assert said(address, "GET", "/v1/status", OURS)[0] == 200
        assert said(address, "GET", "/v1/status", {"Host": "evil.example:8080", **OURS})[0] == 403
        assert said(address, "GET", "/v1/status", {})[0] == 400  # as a page of another origin would ask


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "localhost.example"])
def test_beyond_this_machine_a_token_is_needed(host: str) -> None:
    with pytest.raises(
        ParameterError, match=r"lets other machines play .* needs a token: python -c .* --token-file"
    ):
        Server(FarToy(), host=host, port=0)
    with pytest.raises(ParameterError, match="at least 16 characters, got 5"):
        Server(FarToy(), host=host, port=0, token="short")


def test_a_port_that_is_taken_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(EngineError, match=rf"cannot listen on 127\.0\.0\.1, port {port}: .*--port"):
            Server(FarToy(), port=port)


def test_an_engine_that_does_not_start_is_told_and_leaves_nothing() -> None:
    class Dead(FarToy):
        @property
        def fingerprint(self) -> str:  # type: ignore[override]
            raise EngineError("no engine here")

    before = threading.active_count()
    with pytest.raises(EngineError, match=r"^no engine here$"):
        Server(Dead(), port=0)
    assert threading.active_count() == before


@pytest.mark.parametrize(
    ("text", "reason"), [("", "expected a token"), ("a b", "expected a token"), ("é", "expected a token")]
)
def test_a_file_that_holds_no_token(tmp_path: Path, text: str, reason: str) -> None:
    (tmp_path / "token.txt").write_text(text, "utf-8")
    with pytest.raises(ParameterError, match=reason):
        read_token(tmp_path / "token.txt")
    with pytest.raises(ParameterError, match="the token cannot be read: No such file"):
        read_token(tmp_path / "none.txt")


def test_too_much_and_nonsense_are_refused(url: str) -> None:
    with RemoteInstrument(url, token=TOKEN) as far:
        headers = {**OURS, "Authorization": f"Bearer {TOKEN}", **far._headers}
        for path, body, status in (
            ("play", bytes(MOST_HEAD + 1000), 413),
            ("play", b"nonsense", 400),
            ("play", Frame({}).pack()[:-1], 400),
            ("play", Frame({}).pack() * 2, 400),
            ("play", Frame({"renders": []}).pack(), 422),
            ("play", Frame({"renders": [{}, {}]}).pack(), 422),  # one is the most of this server
            ("play", Frame({"renders": [{}]}).pack(), 422),
            ("play", Frame({"renders": [{"patch": {"assets": {"shape": "0" * 64}}}]}).pack(), 409),
            ("keep", Frame({"sha256": "0" * 64}, b"abc").pack(), 422),
            ("fetch", Frame({"sha256": ["../../etc/passwd"]}).pack(), 422),
            ("ask", Frame({"what": "knobs"}).pack(), 422),
            ("export", Frame({}).pack(), 422),
            ("load", Frame({"name": "../../x.toy"}, b"\xff").pack(), 422),
        ):
            try:
                found, answer = said(url, "POST", f"/v1/{path}", headers, body)
            except ConnectionError:  # it was closed before all was sent
                assert status == 413
                continue
            assert found == status, (path, body[:60], answer)
        assert said(url, "POST", "/v1/play", {**headers, ABOUT_HEADER: "other"}, Frame({}).pack())[0] == 412
        assert far.render(Patch.make(far.space), SHORT).samples.any()


@pytest.mark.parametrize(
    "address",
    ["http://", "ftp://host:1", "http://host:port", "http://me:you@host:1", "http://host:1/there", "host:1"],
)
def test_what_is_no_address(address: str) -> None:
    with pytest.raises(
        ParameterError, match=r"expected the address of an instrument, like http://127\.0\.0\.1"
    ):
        RemoteInstrument(address)


def test_workers_are_said_over_there() -> None:
    with pytest.raises(ParameterError, match=r"workers can only be chosen where the instrument is"):
        instrument("http://127.0.0.1:1", workers=2)
    with pytest.raises(PluginError, match=r"'remote' alone is no instrument: say which"):
        instrument("remote")


def test_nobody_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        RemoteInstrument(f"http://127.0.0.1:{port}") as far,
        pytest.raises(EngineError, match=rf"nobody answers at http://127\.0\.0\.1:{port} .*instrument serve"),
    ):
        _ = far.space


def test_somebody_else_answers() -> None:
    class Other(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None: ...  # noqa: A002 (as it is called there)

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with (
                RemoteInstrument(f"http://127.0.0.1:{server.server_port}") as far,
                pytest.raises(EngineError, match=r"\(HTTP 200\) is not `patchpilot instrument serve`"),
            ):
                _ = far.name
        finally:
            server.shutdown()
            thread.join()


def test_another_instrument_at_the_same_address_is_not_played() -> None:
    with served(FarToy(), in_flight=4) as address:
        far = RemoteInstrument(address)
        patch = Patch.make(far.space)
        assert far.render(patch, SHORT).samples.any()
    toy = FarToy()
    toy.fingerprint = "toy 2"
    with far, served(toy, in_flight=4, port=int(address.rpartition(":")[2])):
        with pytest.raises(EngineError, match="is another one than it was: it was started again"):
            far.render(patch, SHORT)
        assert toy.rendered == 0


def test_frames_are_whole_or_refused() -> None:
    packed = Frame({"a": [1.1, "é"]}, b"body").pack()
    assert list(frames(packed * 2)) == [Frame({"a": [1.1, "é"]}, b"body")] * 2
    for end in range(1, len(packed)):
        with pytest.raises(WireError):
            list(frames(packed[:end]))
    for broken in (
        b"X" + packed[1:],
        packed.replace(b'{"a"', b'["a"'),
        packed[:4] + b"\xff" * 12 + packed[16:],
    ):
        with pytest.raises(WireError):
            list(frames(broken))


def test_a_strangers_distribution_does_not_travel() -> None:
    class Own:
        def value(self, u: float, v: float) -> float:
            return u + v

    with pytest.raises(UnknownDistributionError, match=re.escape("Own is no distribution of Patch Pilot's")):
        prior_json(Prior("own-v1", {"level": Own()}), {})
