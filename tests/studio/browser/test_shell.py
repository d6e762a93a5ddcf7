"""The frame of the page: signing in, weight, views, keys, several tabs, a server that is started anew."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server

Open = Callable[[str], Page]
VIEWS = ("match", "patch", "tracks", "tests")


def test_first_load_is_light(open_page: Open, studio: Server) -> None:
    page = open_page("")
    page.wait_for_load_state("networkidle")
    sizes = page.evaluate(
        "performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))"
        ".map(e => [new URL(e.name).pathname, e.decodedBodySize])"
    )
    page_files = [size for path, size in sizes if not path.startswith("/api/")]
    assert len(page_files) > 10
    assert sum(page_files) <= 1_000_000
    assert all(path.startswith("/") for path, _ in sizes)
    hosts = page.evaluate("performance.getEntriesByType('resource').map(e => new URL(e.name).host)")
    assert set(hosts) == {studio.address.removeprefix("http://")}  # nothing comes from elsewhere


def test_a_stranger_is_told_what_to_do(bare_page: Page, studio: Server) -> None:
    bare_page.goto(studio.address)
    expect(bare_page.locator("body")).to_contain_text("patchpilot studio")
    assert bare_page.locator("nav.rail").count() == 0


def test_the_address_keeps_no_token(open_page: Open) -> None:
    assert "token" not in open_page("#/patch").url


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_a_view_is_accessible_and_fits(open_page: Open, view: str, width: int, height: int) -> None:
    page = open_page(f"#/{view}")
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_selector("main h1")
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
    )


def test_keys_change_the_view_and_explain_themselves(open_page: Open) -> None:
    page = open_page("#/match")
    page.wait_for_selector("main h1")
    page.keyboard.press("Alt+2")
    expect(page.locator("nav [aria-current=page]")).to_have_text("Patch")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("Undo the last action")
    assert serious(page) == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_tabs_share_one_connection(open_page: Open, studio: Server) -> None:
    pages = [open_page("#/match") for _ in range(8)]  # more than the six that a browser allows to a server
    for page in pages:
        expect(page.locator(".link-state.live")).to_have_count(1)
    pages[0].close()  # the one that listened: another takes over
    for page in pages[1:]:
        page.evaluate(_LISTEN)
    draft = studio.post("/drafts", {"init": "vital"})["id"]
    for page in pages[1:]:
        page.wait_for_function("(id) => window.heard.includes(id)", arg=draft)


_LISTEN = """import("/parts/events.js").then(({ on }) => {
  window.heard = [];
  on("draft", (event) => window.heard.push(event.id));
})"""


def test_the_page_comes_back_when_the_server_does(open_page: Open, studio: Server) -> None:
    page = open_page("#/patch")
    page.wait_for_selector("main h1")
    expect(page.locator(".link-state.live")).to_have_count(1)
    page.evaluate(
        "import('/parts/events.js').then(({ on }) => { window.seen = []; on('restart', () => window.seen.push(1)); })"
    )
    studio.restart(signal.SIGKILL)
    page.wait_for_function("window.seen.length === 1", timeout=30_000)
    expect(page.locator(".link-state.live")).to_have_count(1)
    assert page.evaluate("fetch('/api/v1/status').then(r => r.status)") == 200  # the session is still known


def test_a_view_that_could_not_be_loaded_comes_with_the_server(bare_page: Page, studio: Server) -> None:
    bare_page.goto(f"{studio.url}#/match")
    bare_page.wait_for_selector("main h1")
    studio.stop()
    bare_page.locator("nav.rail").get_by_text("Patch", exact=True).click()
    expect(bare_page.locator("main")).to_contain_text("could not be loaded")
    studio.start()
    expect(bare_page.locator("main h1")).to_contain_text("What do you want to turn?", timeout=60_000)


def test_a_lost_session_is_said(bare_page: Page, studio: Server) -> None:
    bare_page.goto(f"{studio.url}#/patch")
    bare_page.wait_for_selector("main h1")
    bare_page.context.clear_cookies()
    bare_page.locator("nav.rail").get_by_text("Match").click()
    bare_page.get_by_role("button", name="Undo").click()
    expect(bare_page.locator("main")).to_contain_text("patchpilot studio")


def test_what_is_vendored_is_what_is_written_down() -> None:
    program = Path(__file__).resolve().parents[3] / "tools" / "vendor.py"
    subprocess.run([sys.executable, program, "--check"], check=True)


def test_an_error_is_said_in_words(bare_page: Page, studio: Server) -> None:
    bare_page.goto(f"{studio.url}#/match")
    bare_page.set_input_files(
        "input[type=file]", FilePayload(name="notes.wav", mimeType="audio/wav", buffer=b"not a sound")
    )
    alert = bare_page.get_by_role("alert")
    expect(alert).to_contain_text("Expected a sound file")
    alert.get_by_label("Close this message").click()
    expect(alert).to_have_count(0)
