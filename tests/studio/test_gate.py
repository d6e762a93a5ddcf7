"""Strangers: without the token, from another site, under another name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from patchpilot.workspace import Workspace
from tests.studio.clients import BASE, BEARER, TOKEN, client_of, error_of
from tests.workspace.toys import workspace_of

STATUS = "/api/v1/status"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with workspace_of(tmp_path_factory.mktemp("ws")) as made:
        yield made


@pytest.fixture
def stranger(workspace: Workspace) -> TestClient:
    return client_of(workspace, headers={})


@pytest.mark.parametrize(
    "path", [STATUS, "/api/v1/events", "/api/v1/openapi.json", "/app.js", "/no/such", "/../x"]
)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Authorization": "Bearer ü"},
        {"Cookie": "patchpilot_session_8137=x"},
        {"Cookie": "\x00;=;;"},
    ],
)
def test_who_has_no_token_is_told_nothing(stranger: TestClient, path: str, headers: dict[str, str]) -> None:
    raw = {name: text.encode("latin-1") for name, text in headers.items()}
    kind, message = error_of(stranger.get(path, headers=raw), 401)  # type: ignore[arg-type]
    assert (kind, "open the address that the studio printed" in message) == ("TokenError", True)


def test_a_token_is_known_as_a_bearer(stranger: TestClient) -> None:
    assert stranger.get(STATUS, headers=BEARER).json()["instrument"] == "toy"


def test_a_browser_that_brings_it_gets_a_cookie(stranger: TestClient) -> None:
    answer = stranger.get(f"/?token={TOKEN}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert TOKEN not in cookie
    assert stranger.get(STATUS).status_code == 200  # the client sends the cookie now
    assert stranger.post("/api/v1/undo").status_code == 409


def test_a_wrong_token_gets_none(stranger: TestClient) -> None:
    for wrong in ("nonsense", "", "%00", "%C3%BC"):
        answer = stranger.get(f"/?token={wrong}", follow_redirects=False)
        assert answer.status_code == 401
        assert "set-cookie" not in answer.headers
    assert "address that" in stranger.get("/").text


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "evil.example:8137", "192.168.0.5", "", "[::"]
)
def test_a_name_that_was_made_to_point_here_is_refused(stranger: TestClient, host: str) -> None:
    kind, _ = error_of(stranger.get(STATUS, headers={**BEARER, "Host": host}), 403)
    assert kind == "ForbiddenError"


@pytest.mark.parametrize("host", ["localhost:8137", "127.0.0.1:8137", "[::1]:8137", "LOCALHOST"])
def test_this_machine_has_several_names(stranger: TestClient, host: str) -> None:
    assert stranger.get(STATUS, headers={**BEARER, "Host": host}).status_code == 200


def test_beyond_loopback_addresses_and_its_own_name_pass(workspace: Workspace) -> None:
    wide = client_of(workspace, host="0.0.0.0")
    assert wide.get(STATUS, headers={"Host": "192.168.0.5:8137"}).status_code == 200
    assert wide.get(STATUS, headers={"Host": "evil.example"}).status_code == 403
    named = client_of(workspace, host="studio.local")
    assert named.get(STATUS, headers={"Host": "studio.local:8137"}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8137"]
)
def test_a_page_of_another_site_is_refused_though_it_has_the_cookie(
    workspace: Workspace, origin: str
) -> None:
    client = client_of(workspace)
    error_of(client.post("/api/v1/undo", headers={"Origin": origin}), 403)
    error_of(client.get(STATUS, headers={"Origin": origin}), 403)


def test_its_own_page_passes(workspace: Workspace) -> None:
    own = {
        "Origin": BASE,
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "cors",
        "Sec-Fetch-Dest": "empty",
    }
    assert client_of(workspace).get(STATUS, headers=own).status_code == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_browser_says_who_asks(workspace: Workspace, site: str) -> None:
    client = client_of(workspace)
    image = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "image"}
    error_of(client.get(STATUS, headers=image), 403)
    framed = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}
    error_of(client.get("/", headers=framed), 403)
    link = {"Sec-Fetch-Site": site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    assert client.get(f"/?token={TOKEN}", headers=link, follow_redirects=False).status_code == 303


def test_guests_come_with_a_secret_of_their_own_and_read_only(stranger: TestClient) -> None:
    secret = f"/api/v1/listen/{'0' * 32}"
    assert stranger.get(secret).status_code == 404  # it would be let in
    for path in ("/api/v1/listen/nonsense", "/api/v1/listen/%2e%2e/status", f"{secret}/%2e%2e/%2e%2e/status"):
        error_of(stranger.get(path), 401)
    error_of(stranger.post("/api/v1/listen/x"), 401)
    error_of(stranger.get("/api/v1/listen/x", headers={"Host": "evil.example"}), 403)


def test_every_answer_says_what_a_page_may_do(stranger: TestClient) -> None:
    for path in (STATUS, "/", f"/?token={TOKEN}", "/nothing"):
        headers = stranger.get(path, follow_redirects=False).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self';" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-eval" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert "server" not in headers


@pytest.mark.parametrize(
    "path", ["/..%2f..%2ftoken", "/%2e%2e/token", "/../token", "/....//token", "/%5c..%5ctoken"]
)
def test_no_path_leaves_the_page(workspace: Workspace, path: str) -> None:
    (workspace.path / "token").write_text(TOKEN)
    answer = client_of(workspace).get(path)
    assert answer.status_code == 404
    assert TOKEN not in answer.text


def test_the_page_is_asked_for_each_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text("<!doctype html>the page")
    monkeypatch.setattr("patchpilot.studio.app.PAGE", tmp_path)
    answer = client_of(workspace).get("/")
    assert answer.text.endswith("the page")
    assert answer.headers["cache-control"] == "no-cache"
    known = {"If-None-Match": answer.headers["etag"]}
    assert client_of(workspace).get("/", headers=known).status_code == 304
