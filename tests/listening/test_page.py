"""The page in a real browser: heard, voted on with the keyboard, saved, and read back."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from patchpilot.listening import Bundle, evaluated, parsed, write
from tests.listening.sounds import mushra, pairwise

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.slow


def opened(page: Page, folder: Path, bundle: Bundle) -> None:
    if not (folder / "test.json").exists():
        write(bundle, folder)
    page.goto((folder / "page.html").as_uri())
    page.locator("[data-page=welcome]").wait_for()


def begun(page: Page, folder: Path, bundle: Bundle, who: str = "anna") -> None:
    opened(page, folder, bundle)
    page.fill("#who", who)
    page.keyboard.press("Enter")
    page.locator("[data-page=trial]").wait_for()


def listen_to_all(page: Page) -> None:
    """By the keyboard: 0 is the reference."""
    for key in range(page.locator("[data-listen]").count()):
        page.keyboard.press(str(key))
        page.locator(".listen[aria-pressed=true] .state", has_text="heard").wait_for()


def order(page: Page) -> list[str]:
    return [one.get_attribute("data-listen") or "" for one in page.locator("[data-listen]").all()]


def saved(page: Page) -> str:
    with page.expect_download() as got:
        page.locator("[data-save]").click()
    assert re.fullmatch(r"votes-[0-9a-f]{16}-\w+\.csv", got.value.suggested_filename)
    return Path(got.value.path()).read_text("utf-8")


def no_serious_faults(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    found = Axe().run(page).response["violations"]
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def test_pairs_from_the_first_page_to_the_results(page: Page, tmp_path: Path) -> None:
    bundle = pairwise(2, 2)
    opened(page, tmp_path, bundle)
    no_serious_faults(page)
    page.fill("#who", " =Ann,a<b> ")
    page.keyboard.press("Enter")
    page.locator("[data-page=trial]").wait_for()
    assert page.locator("[data-choices] input").first.is_disabled()
    page.keyboard.press("a")  # before all was heard
    assert page.locator("[data-next]").is_disabled()
    votes: dict[str, float] = {}
    for trial in range(2):
        page.locator("[data-count]", has_text=f"Trial {trial + 1} of 2").wait_for()
        _, first, second = order(page)
        listen_to_all(page)
        page.keyboard.press("b" if trial == 0 else "n")
        votes |= {first: 0.0, second: 1.0} if trial == 0 else {first: 0.5, second: 0.5}
        no_serious_faults(page)
        page.keyboard.press("Enter")
    page.locator("[data-page=end]").wait_for()
    no_serious_faults(page)
    (ballot,) = parsed(saved(page), bundle.test)
    assert ballot.participant == "Annab"
    assert {code: vote for said in ballot.votes.values() for code, vote in said.items()} == votes
    assert evaluated(bundle.test, [ballot]).duels[0].undecided == 1


def test_ratings_by_keyboard_come_back_after_a_reload(page: Page, tmp_path: Path) -> None:
    bundle = mushra(1, 1)
    begun(page, tmp_path, bundle)
    before = order(page)
    assert page.locator("[data-rating]").first.is_disabled()
    listen_to_all(page)
    rated = {}
    for index, code in enumerate(before[1:]):
        page.keyboard.press(str(index + 1))
        page.keyboard.press("Home")
        for _ in range(index):
            page.keyboard.press("PageUp")
        page.keyboard.press("ArrowRight")
        rated[code] = 10.0 * index + 1.0
    no_serious_faults(page)
    page.reload()
    assert page.input_value("#who") == "anna"
    page.keyboard.press("Tab")
    page.fill("#who", "anna")
    page.keyboard.press("Enter")
    page.locator("[data-page=trial]").wait_for()
    assert order(page) == before
    assert [one.input_value() for one in page.locator("[data-rating]").all()] == ["1", "11", "21"]
    page.locator("[data-next]").click()
    (ballot,) = parsed(saved(page), bundle.test)
    assert ballot.votes[bundle.test.trials[0].code] == rated


def test_everybody_has_an_order_of_their_own_that_is_the_same_again(page: Page, tmp_path: Path) -> None:
    bundle = mushra(6, 1)
    orders = []
    for who in ("anna", "ben", "cleo", "anna"):
        begun(page, tmp_path, bundle, who)
        orders.append(tuple(order(page)))
    assert orders[0] == orders[3]
    assert len(set(orders)) == 3
    assert len({one[0] for one in orders}) == 1  # the reference is first
    assert {frozenset(one) for one in orders} == {frozenset(orders[0])}


def test_changing_over_is_gapless_and_only_one_is_heard(page: Page, tmp_path: Path) -> None:
    """What the speakers get, rendered offline: never silent for a moment, and as loud as one sound."""
    page.add_init_script(
        """const make = AudioContext;
        window.made = [];
        window.AudioContext = class extends make {
          constructor(...some) {
            super(...some);
            made.push(this);
            this.meter = new AnalyserNode(this, { fftSize: 2048 });
          }
          get destination() { return this.meter ?? super.destination; }
        };"""
    )
    begun(page, tmp_path, pairwise(2, 1))
    page.keyboard.press("1")
    levels = page.evaluate(
        """async () => { const out = new Float32Array(2048), levels = []; const until = performance.now() + 900;
        let turn = 0;
        while (performance.now() < until) {
          document.querySelectorAll('[data-listen]')[1 + (turn++ % 2)].click(); // the other one: A, B, A, …
          if (document.querySelectorAll('.listen[aria-pressed=true]').length > 1) throw new Error('two at once');
          await new Promise((next) => setTimeout(next, 40));
          made[0].meter.getFloatTimeDomainData(out);
          levels.push(Math.hypot(...out) / Math.sqrt(out.length));
        } return levels; }"""
    )
    heard = sorted(levels[3:])
    assert heard[0] > 0.01
    assert heard[-1] < 0.5
