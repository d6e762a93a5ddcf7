"""Self-play in the page: begun, voted on with keys and blind, steered, paused, stopped; on the real engine."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server
from tests.studio.browser.waiting import player, until

Open = Callable[[str], Page]
SOON_MS = 120_000.0
"""Until an engine was opened and something was played, on a machine that does other things, too."""
ENOUGH = 30_000


@pytest.fixture(scope="module")
def playing(studio: Server) -> Iterator[str]:
    """A job of self-play that goes on for as long as the tests."""
    asked = {"searcher": "drawn", "renders": ENOUGH, "held_s": 0.3, "objective": {"novel": 0.6, "liked": 0.4}}
    job = studio.post("/play", asked)["id"]
    yield job
    if studio.get(f"/jobs/{job}")["state"] == "running":
        studio.post(f"/jobs/{job}/cancel")


def test_it_is_begun_stopped_and_goes_on(open_page: Open, studio: Server) -> None:
    page = open_page("#/play")
    expect(page.get_by_label("Who chooses")).to_have_value("portfolio")
    assert serious(page) == []
    page.get_by_label("Who chooses").select_option("drawn")
    expect(page.locator("#about-searcher")).not_to_be_empty()
    page.get_by_text("100 renders", exact=True).click()
    page.get_by_role("button", name="Start playing").click()
    page.wait_for_function("() => /play.2/.test(location.hash)")
    job = page.url.rpartition("/")[2]
    asked = studio.get(f"/jobs/{job}")["request"]
    assert (asked["searcher"], asked["renders"]) == ("drawn", 100)
    expect(page.locator(".votes")).to_have_count(1, timeout=SOON_MS)
    expect(page.locator(".far strong")).to_have_text("Playing")
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".far strong")).to_have_text("Stopped", timeout=SOON_MS)
    done = studio.get(f"/jobs/{job}")["progress"]["done"]
    page.goto(f"{page.url.split('#')[0]}#/play")
    page.locator(".earlier li").first.get_by_role("button", name="Go on").click()
    page.wait_for_function("(job) => location.hash.endsWith(job)", arg=job)
    expect(page.locator(".far strong")).to_have_text(re.compile("Playing|Done"), timeout=SOON_MS)
    until(
        page,
        f"fetch('/api/v1/jobs/{job}').then((said) => said.json()).then((it) => it.progress.done > {done})",
    )
    studio.post(f"/jobs/{job}/cancel")


def test_keys_vote_and_take_back(open_page: Open, studio: Server, playing: str) -> None:
    page = _open(open_page, playing)
    until(page, _PLAYS)  # by itself
    first = _asked(page)
    page.keyboard.press("y")
    second = _asked(page, before=first)
    assert studio.get(f"/takes/{first}")["vote"] == "yes"
    expect(page.locator(".last")).to_have_text(f"Yes to take {first}")
    page.keyboard.press("n")
    third = _asked(page, before=second)
    assert studio.get(f"/takes/{second}")["vote"] == "no"
    page.keyboard.press("u")
    assert _asked(page, before=third) == second
    assert studio.get(f"/takes/{second}")["vote"] is None
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    assert studio.get(f"/takes/{second}")["stars"] == 1
    page.keyboard.press("k")
    fourth = _asked(page, before=second)
    assert fourth not in (first, second)
    assert studio.get(f"/takes/{second}")["vote"] is None


def test_it_says_what_it_thinks_and_what_it_made(open_page: Open, studio: Server, playing: str) -> None:
    page = _open(open_page, playing)
    _asked(page)
    page.keyboard.press("y")
    expect(page.locator(".taste")).to_contain_text("votes")
    expect(page.locator(".taste h2")).to_have_text("What it thinks you like")
    made = page.locator(".arrivals li")
    expect(made.first).to_contain_text("Take", timeout=SOON_MS)
    number = int(made.first.locator(".line").inner_text().split()[1])
    made.filter(has_text=f"Take {number}").locator(".line").click()
    expect(page.locator(".transport .label")).to_contain_text(re.compile(f"[Tt]ake {number}"))
    assert serious(page) == []
    assert number in [take["number"] for take in studio.get("/takes?limit=1000")["takes"]]


def test_two_are_compared_blind(open_page: Open, studio: Server, playing: str) -> None:
    page = _open(open_page, playing)
    page.get_by_text("Two, blind").click()
    expect(page.locator(".asked h1")).to_have_text("Which is better?", timeout=SOON_MS)
    assert "ake" not in page.locator(".pair .sides").inner_text()
    expect(page.locator(".transport .label")).to_have_text(re.compile("A|B"))
    page.keyboard.press("b")
    expect(page.get_by_role("button", name="Hear B")).to_have_attribute("aria-pressed", "true")
    assert serious(page) == []
    votes = len(
        [one for one in studio.get("/actions")["actions"] if "better" in str(one) or "prefer" in str(one)]
    )
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".last")).to_contain_text(re.compile("A was .*take [0-9]+", re.IGNORECASE))
    said = [one for one in studio.get("/actions")["actions"] if "better" in str(one) or "prefer" in str(one)]
    assert len(said) == votes + 1
    page.get_by_role("button", name="Undo the vote").click()
    expect(page.locator(".toast")).to_contain_text(["Undone"])


def test_it_pauses_and_is_steered(open_page: Open, studio: Server, playing: str) -> None:
    page = _open(open_page, playing)
    page.keyboard.press("p")
    expect(page.locator(".far strong")).to_have_text("Paused", timeout=SOON_MS)
    page.wait_for_timeout(6000)  # what was begun is played to its end
    done = studio.get(f"/jobs/{playing}")["progress"]["done"]
    page.wait_for_timeout(2000)
    assert studio.get(f"/jobs/{playing}")["progress"]["done"] == done
    page.keyboard.press("p")
    expect(page.locator(".far strong")).to_have_text("Playing")
    with page.expect_response("**/steer") as answered:
        page.get_by_label("New", exact=True).fill("0.2")
    said = answered.value.json()
    assert said.get("objective") == pytest.approx({"novel": 0.2, "golden": 0.0, "liked": 0.4}), said
    page.reload()
    expect(page.get_by_label("New", exact=True)).to_have_value(
        "0.2", timeout=SOON_MS
    )  # it is told what counts now
    until(
        page,
        f"""fetch("/api/v1/experiments").then((said) => said.json()).then((it) => it.experiments
           .some((one) => one.id.startsWith("{playing}") && one.objective.includes("0.2")))""",
    )


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_it_fits(open_page: Open, playing: str, width: int, height: int) -> None:
    page = _open(open_page, playing)
    page.set_viewport_size({"width": width, "height": height})
    for name in ("Yes", "No", "Skip", "Star"):
        button = page.locator(".votes").get_by_role("button", name=name)
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 72.0  # large targets
        assert box["y"] + box["height"] <= height
    assert page.evaluate("document.documentElement.scrollWidth") <= width


_PLAYS = player("p.playing.value")


def _open(open_page: Open, job: str) -> Page:
    page = open_page(f"#/play/{job}")
    expect(page.locator(".asked h1")).to_have_count(1, timeout=SOON_MS)
    return page


def _asked(page: Page, before: int = 0) -> int:
    """Number of the take that is asked about, another one than before."""
    head = page.locator(".asked h1")
    expect(head).to_have_text(re.compile("[0-9]"), timeout=SOON_MS)
    if before:
        expect(head).not_to_have_text(re.compile(rf"ake {before}\b"), timeout=SOON_MS)
        expect(head).to_have_text(re.compile("[0-9]"), timeout=SOON_MS)
    return int(re.findall(r"ake (\d+)", head.inner_text())[0])
