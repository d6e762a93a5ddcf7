"""A real browser for the page that is sent."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of Chromium that plays sounds without being asked first; whatever goes wrong in it fails the test."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not here")
    from playwright.sync_api import sync_playwright

    arguments = ["--autoplay-policy=no-user-gesture-required", "--no-sandbox"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        try:
            made = browser.new_page(viewport={"width": 1280, "height": 720})
            wrong: list[str] = []
            made.on("pageerror", lambda error: wrong.append(str(error)))
            made.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
            yield made
            assert wrong == []
        finally:
            browser.close()
