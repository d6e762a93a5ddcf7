"""One studio and one Chromium for all tests of the page; a context of its own (cookies, storage) for each."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.studio.browser.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_FLAGS = (
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
)
SOUND = Path(__file__).resolve().parents[3] / "examples" / "sounds" / "tabla_tun1.flac"
PATIENCE_MS = 30_000.0


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for each file: while it is open, no other event loop can run in this process."""
    playwright = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine: the page is not tested")
    playwright.expect.set_options(timeout=PATIENCE_MS)
    flags = [*_FLAGS, *(["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else [])]
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def studio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: ARG001
    """Started after the browser, so that nothing is where no browser is."""
    server = Server(tmp_path_factory.mktemp("studio") / "workspace")
    yield server
    server.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """1280 × 720, as a small laptop."""
    made = browser.new_context(
        viewport={"width": 1280, "height": 720}, permissions=["microphone"], accept_downloads=True
    )
    made.set_default_timeout(PATIENCE_MS)
    yield made
    made.close()


@pytest.fixture
def bare_page(context: BrowserContext) -> Page:
    """A page for what is refused: nobody looks at what goes wrong but the test."""
    return context.new_page()


@pytest.fixture
def open_page(context: BrowserContext, studio: Server) -> Iterator[Callable[[str], Page]]:
    """Opens a view by its hash, signed in. A test fails where the page logs an error, or is refused something."""
    wrong: list[str] = []

    def opened(view: str = "") -> Page:
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda message: wrong.extend(_complaint(message)))
        page.on("response", lambda response: wrong.extend(_refusal(response)))
        page.goto(f"{studio.url}{view}")
        page.wait_for_selector("nav.rail")
        return page

    yield opened
    assert wrong == []


def _complaint(message: ConsoleMessage) -> list[str]:
    is_network = message.text.startswith("Failed to load resource")  # the answer itself is looked at
    return [message.text] if message.type == "error" and not is_network else []


def _refusal(response: Response) -> list[str]:
    return [f"{response.status} {response.url}"] if response.status >= 400 and response.status != 409 else []
