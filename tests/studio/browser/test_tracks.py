"""Whole tracks in the page: heard, scored, compared with a profile, fixed; and what is said where there is no Live."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from patchpilot.audio import load, loudness_lufs, save
from tests.cli.test_track_gap import song
from tests.studio.browser.accessible import serious
from tests.studio.browser.hearing import heard
from tests.studio.browser.server import Server

Open = Callable[[str], Page]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tracks")
    for k in range(2):
        save(song(k), folder / f"loved {k}.wav")
    save(song(7, hiss=0.1), folder / "wip.wav")
    save(song(7), folder / "lead.wav")
    return folder


@pytest.fixture(scope="module")
def profile(studio: Server, files: Path) -> str:
    sounds = []
    for path in sorted(files.glob("loved*.wav")):
        with path.open("rb") as file:
            sounds.append(studio.api.post("/sounds", files={"file": (path.name, file)}).json()["id"])
    job = studio.post("/track/profile", {"name": "loved", "sounds": sounds})
    assert ended(studio, job)["state"] == "done"
    return "loved"


def ended(studio: Server, job: dict[str, Any]) -> Any:
    import time

    for _ in range(600):
        job = studio.get(f"/jobs/{job['id']}")
        if job["state"] not in ("queued", "running"):
            return job
        time.sleep(0.2)
    raise AssertionError(job)


def test_a_track_from_its_drop_to_its_fixes(open_page: Open, files: Path, profile: str) -> None:
    page = open_page("#/tracks")
    page.set_default_timeout(120_000)
    expect.set_options(timeout=60_000)
    page.get_by_label("Choose a track").last.set_input_files(files / "wip.wav")
    expect(page.locator(".sections li")).not_to_have_count(0)
    expect(page.locator("h1")).to_have_text("wip.wav")
    expect(page.locator("header")).to_contain_text("141.50 BPM")
    expect(page.locator(".score dl > div")).to_have_count(9)
    expect(page.locator(".timeline .ticks")).to_contain_text("bar 1")
    assert serious(page) == []

    stems = page.get_by_role("region", name="Stems")
    stems.get_by_label("Add stems").last.set_input_files(files / "lead.wav")
    expect(stems.locator("li")).to_have_text(["lead"])
    stems.get_by_role("button", name="Take the stem lead away").click()
    expect(stems.locator("li")).to_have_count(0)
    page.get_by_role("region", name="Messages").get_by_role("button", name="Undo").last.click()
    expect(stems.locator("li")).to_have_text(["lead"])

    page.keyboard.press("2")
    page.get_by_label("Beside").select_option(profile)
    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".row-gap")).not_to_have_count(0)
    assert page.locator(".wave-line .span").count() > 0
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row-gap").nth(1)).to_contain_class("shown")
    page.get_by_role("button", name="Yours", exact=True).first.click()
    mine = heard(page, "", 2.0)
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Theirs", exact=True).first).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.locator(".row-gap").first).to_contain_text("The same section of loved")
    theirs = heard(page, "", 2.0)
    assert loudness_lufs(mine) == pytest.approx(loudness_lufs(theirs), abs=1.5)
    assert serious(page) == []

    page.keyboard.press("3")
    page.get_by_role("button", name="Look for fixes").click()
    expect(page.locator(".row-fix")).not_to_have_count(0)
    page.get_by_role("group", name="Hear fix 1").get_by_role("button", name="Before").click()
    before = heard(page, "", 2.0)
    page.keyboard.press("b")
    expect(
        page.get_by_role("group", name="Hear fix 1").get_by_role("button", name="After")
    ).to_have_attribute("aria-pressed", "true")
    after = heard(page, "", 2.0)
    assert loudness_lufs(before) == pytest.approx(loudness_lufs(after), abs=1.5)
    assert side(before) > 1.5 * side(after)  # the hiss is what was wide

    page.get_by_label("Apply fix 1").check()
    expect(page.get_by_role("region", name="Ableton Live")).to_contain_text(
        "Live does not answer: nothing can be turned from here now"
    )
    assert page.get_by_role("button", name="Apply 1 fix to Live").is_disabled()
    expect(page.locator(".moves li")).not_to_have_count(0)
    assert serious(page) == []
    with page.expect_download() as moves:
        page.get_by_role("button", name="Save the moves").click()
    from patchpilot.tracks.moves import read_moves

    assert read_moves(moves.value.path())
    assert load(files / "wip.wav").duration_s > 20


def side(audio: Any) -> float:
    left, right = audio.samples[0], audio.samples[-1]
    return float(np.sqrt(np.mean((left - right) ** 2)) / np.sqrt(np.mean((left + right) ** 2)))


def test_without_a_track_it_says_what_to_do(open_page: Open) -> None:
    page = open_page("#/tracks")
    expect(page.get_by_role("heading", name="Drop a track")).to_be_visible()
    assert page.get_by_role("button", name="Learn it").is_disabled()
    page.get_by_label("Name of the profile").fill("../bad")
    expect(page.get_by_text("Letters, digits, spaces")).to_be_visible()
    assert serious(page) == []
