"""Listening tests in the page: made of sounds, sent, voted on by somebody else, told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from playwright.sync_api import BrowserContext, Page, expect

from patchpilot.listening import ListeningTest, read_test
from tests.listening.sounds import ballot, csv_of
from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server

Open = Callable[[str], Page]


def brought(studio: Server, folder: Path, name: str, hz: float) -> str:
    t = np.arange(22050) / 44100
    soundfile.write(folder / f"{name}.wav", 0.3 * np.sign(np.sin(2 * np.pi * hz * t)) * np.exp(-3 * t), 44100)
    with (folder / f"{name}.wav").open("rb") as file:
        said: dict[str, Any] = studio.api.post("/sounds", files={"file": (f"{name}.wav", file)}).json()
    return str(said["id"])


def key_of(studio: Server, test_id: str) -> ListeningTest:
    """What its maker alone knows."""
    return read_test(studio._workspace / "tests" / test_id)


def voted(studio: Server, folder: Path, test_id: str, who: str, better: str) -> Path:
    test = key_of(studio, test_id)
    path = folder / f"votes-{who}.csv"
    path.write_text(
        csv_of(test, ballot(test, who, {name: float(name == better) for name in test.conditions}))
    )
    return path


def test_a_test_is_made_heard_by_a_guest_and_told(
    open_page: Open, bare_page: Page, context: BrowserContext, studio: Server, tmp_path: Path
) -> None:
    for name, hz in (("warm", 150.0), ("bright", 600.0), ("asked for", 140.0)):
        brought(studio, tmp_path, name, hz)
    page = open_page("#/tests")
    expect(page.get_by_role("heading", name="New listening test")).to_be_visible()
    assert page.get_by_role("button", name="Make the test").is_disabled()
    page.get_by_role("checkbox", name="warm.wav").check()
    page.get_by_role("checkbox", name="bright.wav").check()
    page.get_by_label("They are to be like").select_option(label="asked for.wav")
    page.get_by_label("Title").fill("Warm or bright?")
    assert serious(page) == []
    page.get_by_role("button", name="Make the test").click()
    expect(page.get_by_role("heading", name="Warm or bright?")).to_be_visible()
    test_id = page.url.rpartition("/")[2]

    with page.expect_download() as got:
        page.get_by_role("button", name="Save the page to send").click()
    sent = tmp_path / got.value.suggested_filename
    got.value.save_as(sent)
    votes = heard_and_voted(bare_page, sent, tmp_path)
    page.get_by_label("Files of votes").set_input_files(votes)
    expect(page.locator(".votes li")).to_contain_text("Anna")
    files = [
        voted(studio, tmp_path, test_id, who, "warm") for who in ("Ben", "Cleo", "Dan", "Eva", "Finn", "Gil")
    ]
    page.get_by_label("Files of votes").set_input_files(files)
    expect(page.locator(".votes li")).to_have_count(7)
    expect(page.locator(".conclusions")).to_contain_text("warm")
    expect(page.get_by_role("row", name="over")).to_have_count(1)
    assert serious(page) == []

    page.get_by_label("Files of votes").set_input_files(files[0])
    expect(page.get_by_role("alert")).to_contain_text("'Ben' are here already")
    page.get_by_role("button", name="Close this message").first.click()
    page.get_by_label("Take out votes-Finn.csv").click()
    expect(page.locator(".votes li")).to_have_count(6)
    page.keyboard.press("Control+z")
    expect(page.locator(".votes li")).to_have_count(7)
    with page.expect_download() as table:
        page.get_by_role("button", name="Save the table").click()
    assert "warm" in Path(table.value.path()).read_text("utf-8")
    page.get_by_role("button", name="Put away").click()
    expect(page.get_by_role("heading", name="New listening test")).to_be_visible()
    assert context.pages


def heard_and_voted(page: Page, sent: Path, folder: Path) -> Path:
    """What a friend does with the page, who has no studio."""
    page.goto(sent.as_uri())
    page.fill("#who", "Anna")
    page.keyboard.press("Enter")
    page.locator("[data-page=trial]").wait_for()
    for key in "012":
        page.keyboard.press(key)
        page.locator(".listen[aria-pressed=true] .state", has_text="heard").wait_for()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    with page.expect_download() as got:
        page.locator("[data-save]").click()
    votes = folder / got.value.suggested_filename
    got.value.save_as(votes)
    return votes


def test_the_guests_address_opens_the_page_in_the_studio(
    bare_page: Page, studio: Server, tmp_path: Path
) -> None:
    sounds = [brought(studio, tmp_path, name, hz) for name, hz in (("low", 150.0), ("high", 600.0))]
    test = studio.post("/tests", {"sounds": sounds, "name": "For guests"})
    bare_page.goto(f"{studio.address}/api/v1/listen/{test['guest']}")
    bare_page.fill("#who", "Anna")
    bare_page.keyboard.press("Enter")
    expect(bare_page.locator("[data-page=trial]")).to_be_visible()
    assert bare_page.goto(f"{studio.address}/api/v1/tests").status == 401  # type: ignore[union-attr]


def test_ratings_and_searchers_ask_for_what_they_need(open_page: Open) -> None:
    page = open_page("#/tests?takes=1,2")
    page.get_by_text("Ratings beside a reference").click()
    expect(page.get_by_text("Ratings need a sound that the others are to be like.")).to_be_visible()
    page.get_by_text("Two searchers").click()
    expect(page.get_by_text("Choose sounds to be matched.")).to_be_visible()
    page.locator(".ways select").first.select_option("retrieval+refinement")
    expect(page.get_by_text("Choose two different searchers.")).to_be_visible()
    assert serious(page) == []
