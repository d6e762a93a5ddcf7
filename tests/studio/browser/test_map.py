"""The map of 1,000 takes: walked, pointed at, ringed, coloured, voted on, and as lists for whom it is no picture."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from patchpilot.audio import F32
from patchpilot.bank import Bank
from patchpilot.bank.sound_map import map_of
from tests.bank.toys import made
from tests.retrieval.fakes import Tiny
from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server
from tests.studio.browser.waiting import player, until

Open = Callable[[str], Page]
TAKES = 1000
TAGGED = 100
SEARCHERS = ("portfolio", "genetic", "cma-es")
CHILD, PARENT = 500, 400
_NO_WORKER = "delete HTMLCanvasElement.prototype.transferControlToOffscreen;"
_NO_WEBGL = """const get = HTMLCanvasElement.prototype.getContext;
HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
  return kind.startsWith("webgl") ? null : get.call(this, kind, ...rest);
};"""


class Spread(Tiny):
    """Hears sounds as points all over a square, whatever they are."""

    name = "spread"

    def __init__(self) -> None:
        self._rng = np.random.default_rng(1)

    def __call__(self, audio: Any, *, pitch: float, hold_s: float) -> F32:  # noqa: ARG002
        return np.append(self._rng.uniform(-1.0, 1.0, 2), 0.0).astype(np.float32)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("map") / "workspace"


@pytest.fixture(scope="module")
def studio(browser: Browser, folder: Path) -> Iterator[Server]:  # noqa: ARG001
    """One whose bank has a thousand takes of the toy."""
    ids: dict[int, str] = {}
    with Bank.open(folder / "bank", embedding=Spread()) as bank:
        for i in range(TAKES):
            parents = [ids[PARENT]] if i + 1 == CHILD else []
            take = made(i, searcher=SEARCHERS[i % 3], parents=parents)
            ids[bank.append(take, tags=("bass",) if i < TAGGED else ())] = take.id
    server = Server(folder)
    yield server
    server.close()


def test_arrows_walk_to_what_is_heard(open_page: Open, studio: Server) -> None:
    page, told = _open(open_page), studio.get("/map")
    assert told["count"] == TAKES
    # They are short: by the time that somebody asks, they may have ended.
    page.evaluate(player("{ window.begun = 0; p.playing.subscribe((is) => { window.begun += is; }); }"))
    page.keyboard.press("ArrowRight")
    first = _focus(page)
    page.keyboard.press("ArrowRight")
    second = _focus(page, before=first)
    places = {number: (x, y) for number, x, y in zip(told["numbers"], told["x"], told["y"], strict=True)}
    assert places[second][0] > places[first][0]
    expect(page.locator("main [role=status]").first).to_contain_text(f"Take {second}")
    expect(page.locator(".transport .label")).to_contain_text(f"take {second}")
    until(page, "window.begun > 0")
    expect(page.locator(".card h2")).to_contain_text(f"take {second}")


def test_pointing_is_hearing_and_a_click_looks(open_page: Open) -> None:
    number = 77
    page = _open(open_page, number)
    _look_at(page)
    page.mouse.move(*_middle(page))
    expect(page.locator(".transport .label")).to_contain_text(f"take {number}")
    until(page, _PLAYS)
    expect(page.locator(".pointed")).to_contain_text(f"Take {number} ")
    page.mouse.click(*_middle(page))
    page.wait_for_function(f"() => location.hash === '#/map/{number}'")
    expect(page.locator(".card h2")).to_contain_text(f"take {number}")


@pytest.mark.slow
def test_neighbours_are_laid_out_by_a_job_and_kept(
    open_page: Open, studio: Server, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("umap")
    page = _open(open_page)
    at_first = _shot(page)
    neighbours = page.get_by_role("radio", name="Neighbours")
    neighbours.check()
    page.get_by_text("Laying out neighbours").wait_for()
    page.get_by_role("button", name="Stop", exact=True).last.click()
    expect(page.get_by_text("Laying out neighbours")).to_have_count(0, timeout=5000)
    expect(page.get_by_role("radio", name="Axes")).to_be_checked()
    assert studio.get("/jobs?kind=map_draw")["jobs"][0]["state"] == "cancelled"

    # What takes a minute is done here in no time; what is kept is what the studio shows.
    monkeypatch.setattr("patchpilot.bank.sound_map.neighbourly", squeezed)
    with Bank.open(folder / "bank", embedding=Spread()) as bank:
        map_of(bank, "umap")
    neighbours.check()
    page.wait_for_timeout(1500)
    assert np.abs(_shot(page) - at_first).max() > 50
    assert len(studio.get("/jobs?kind=map_draw")["jobs"]) == 1
    page.reload()
    page.wait_for_selector(".plane canvas")
    expect(page.get_by_role("radio", name="Neighbours")).to_be_checked()
    assert serious(page) == []


def squeezed(vectors: Any, first: Any, seed: int) -> Any:  # noqa: ARG001
    """Other places than the axes': those near the middle nearer to it."""
    return first * np.abs(first)


def test_all_are_heard_equally_loud(open_page: Open) -> None:
    page = _open(open_page)
    levels = []
    for number in (3, 60):
        page.goto(f"{page.url.split('#')[0]}#/match")
        page.goto(f"{page.url.split('#')[0]}#/map/{number}")
        page.get_by_role("button", name=f"Hear take {number}").click()
        expect(page.locator(".transport .label")).to_contain_text(f"take {number}")
        levels.append(
            page.evaluate(
                """async () => {
                  const player = await import("/parts/player.js");
                  const one = player.heard.value;
                  return [one.lufs, one.lufs + player.gains_db.value[one.key]];
                }"""
            )
        )
    (quiet, first), (loud, second) = levels
    assert abs(quiet - loud) > 3.0
    assert first == pytest.approx(second, abs=0.01)


def test_a_ring_chooses_what_is_in_it(open_page: Open) -> None:
    page = _open(open_page)
    box = _plane(page)
    corners = [(4, 4), (box["width"] - 4, 4), (box["width"] - 4, box["height"] - 4), (4, box["height"] - 4)]
    page.keyboard.down("Shift")
    _drawn(page, corners)
    page.keyboard.up("Shift")
    expect(page.locator(".chosen h2")).to_have_text("1,000 chosen")
    page.get_by_role("button", name="Clear").click()
    page.keyboard.press("r")
    _drawn(page, [(x / 2 if x > 4 else x, y) for x, y in corners])
    some = int(page.locator(".chosen h2").inner_text().split()[0].replace(",", ""))
    assert 0 < some < TAKES
    expect(page.locator(".chosen .takes li")).to_have_count(min(some, 200))


def test_the_legend_says_hides_and_chooses(open_page: Open, studio: Server) -> None:
    page = _open(open_page)
    page.get_by_text("Searcher", exact=True).click()
    rows = page.locator(".legend .row")
    expect(rows).to_have_count(3)
    expect(rows.first).to_contain_text("334")
    page.get_by_text("Tag", exact=True).click()
    page.get_by_role("button", name=f"Choose the {TAGGED} takes of “bass”").click()
    expect(page.locator(".chosen h2")).to_have_text(f"{TAGGED} chosen")
    page.get_by_role("button", name="Clear").click()
    rows.filter(has_text="none").click()  # the others are as good as not there
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    number = _focus(page)
    assert studio.get(f"/takes/{number}")["tags"] == ["bass"]


def test_a_vote_is_seen_and_undone(open_page: Open, studio: Server) -> None:
    page = _open(open_page, 42)
    yes = page.locator(".legend .row").filter(has_text="yes")
    page.keyboard.press("y")
    expect(yes).to_contain_text("1")
    expect(page.get_by_role("button", name="Yes", exact=True)).to_have_attribute("aria-pressed", "true")
    assert studio.get("/takes/42")["vote"] == "yes"
    page.keyboard.press("Control+z")
    expect(yes).to_have_count(0)
    assert studio.get("/takes/42")["vote"] is None
    page.keyboard.press("s")
    expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "true")
    studio.post("/takes/42/star", {"stars": 0})  # in another tab, say
    expect(page.get_by_role("button", name="Star")).to_have_attribute("aria-pressed", "false")


def test_what_is_found_by_words_is_chosen_and_tagged(open_page: Open, studio: Server) -> None:
    page = _open(open_page)
    _find(page, "Sound 77")
    expect(page.locator(".chosen h2")).not_to_have_text("Nothing chosen")
    numbers = [int(text.split()[1]) for text in page.locator(".chosen .line").all_inner_texts()]
    assert 78 in numbers
    page.get_by_label("Tag for the chosen takes").fill("found")
    page.get_by_role("button", name="Tag", exact=True).click()
    expect(page.locator(".toast")).to_contain_text([f"Tagged {len(numbers)} takes"])
    assert studio.get("/takes?tag=found")["count"] == len(numbers)


def test_lineage_is_lines_and_a_list(open_page: Open) -> None:
    page = _open(open_page, CHILD)
    page.wait_for_timeout(500)
    before = _colours(page)
    page.keyboard.press("l")
    line = page.locator(".lineage .line")
    expect(line).to_have_count(1)
    expect(line).to_contain_text(f"Take {PARENT}")
    page.wait_for_timeout(500)
    assert _colours(page).get((255, 212, 121), 0) > before.get((255, 212, 121), 0) + 20
    line.click()
    page.wait_for_function(f"() => location.hash === '#/map/{PARENT}'")
    expect(page.locator(".lineage .line")).to_contain_text(f"Take {CHILD}")


@pytest.mark.parametrize("without", [_NO_WORKER, _NO_WORKER + _NO_WEBGL])
def test_any_browser_draws_the_same(open_page: Open, without: str) -> None:
    drawn = _shot(_open(open_page))
    page = open_page("#/match")
    page.add_init_script(without)
    page.goto(f"{page.url.split('#')[0]}?#/map")
    page.wait_for_selector(".plane canvas")
    page.wait_for_timeout(1500)
    difference = np.abs(_shot(page) - drawn).mean()
    empty = np.abs(drawn - drawn[0, 0]).mean()
    assert empty > 1.0  # there is something to see
    assert difference < 0.15 * empty


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_it_is_accessible_and_fits(open_page: Open, width: int, height: int) -> None:
    page = _open(open_page, CHILD)
    page.set_viewport_size({"width": width, "height": height})
    page.keyboard.press("l")
    _find(page, "Sound 7")
    expect(page.locator(".lineage")).to_have_count(1)
    assert serious(page) == []
    assert page.evaluate(
        "document.querySelector('.side').scrollWidth <= document.querySelector('.side').clientWidth"
    )
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_places_are_found_as_by_looking_at_all(open_page: Open) -> None:
    page = _open(open_page)
    assert page.evaluate(
        """async () => {
          const { Places } = await import("/parts/map/places.js");
          const { Camera } = await import("/parts/map/camera.js");
          let seed = 1;
          const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647;
          const n = 3000;
          const x = Float32Array.from({ length: n }, random);
          const y = Float32Array.from({ length: n }, random);
          x.fill(0.5, 0, 40); // forty at the very same place
          y.fill(0.5, 0, 40);
          const places = new Places(x, y);
          const far = (i, a, b) => Math.hypot(x[i] - a, y[i] - b);
          const all = [...x.keys()];
          const spots = Array.from({ length: 300 }, () => [random() * 1.2 - 0.1, random() * 1.2 - 0.1]);
          const nearest = spots.every(([a, b]) => {
            const least = Math.min(...all.map((i) => far(i, a, b)));
            const found = places.nearest(a, b, 0.02);
            return found < 0 ? least >= 0.02 : far(found, a, b) === least;
          });
          const seen = new Set([0]); // walked to from the first, whatever the way
          for (const i of seen) {
            for (const [right, up] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
              const to = places.towards(i, right, up);
              if (to >= 0) seen.add(to);
            }
          }
          const square = places.inside([[0.2, 0.2], [0.8, 0.2], [0.8, 0.4], [0.2, 0.4]]);
          const ringed = all.filter((i) => x[i] > 0.2 && x[i] < 0.8 && y[i] > 0.2 && y[i] < 0.4);
          const camera = new Camera();
          camera.resize(800, 600);
          camera.zoomAt(3, 100, 450);
          const there = camera.toMap(100, 450);
          camera.zoomAt(2, 100, 450);
          const [left, top] = camera.toScreen(...there);
          return {
            nearest,
            walked: seen.size / n,
            ring: square.length > 0 && square.join() === ringed.join(),
            zoom: Math.hypot(left - 100, top - 450) < 1e-6,
          };
        }"""
    ) == {"nearest": True, "walked": pytest.approx(1.0, abs=0.01), "ring": True, "zoom": True}


def test_an_empty_bank_is_explained(browser: Browser, tmp_path: Path) -> None:
    server = Server(tmp_path / "empty")
    page = browser.new_page()
    page.goto(f"{server.url}#/map")
    expect(page.locator("main")).to_contain_text("The map is empty")
    expect(page.get_by_role("link", name="Let it play")).to_have_count(1)
    assert serious(page) == []
    page.close()
    server.close()


_PLAYS = player("p.playing.value")


def _open(open_page: Open, number: int = 0) -> Page:
    page = open_page(f"#/map/{number}" if number else "#/map")
    page.wait_for_selector(".plane canvas")
    page.wait_for_timeout(1000)  # until it is drawn
    return page


def _focus(page: Page, before: int = 0) -> int:
    """Number of the take that is looked at, another one than before."""
    page.wait_for_function(f"() => /map.[0-9]+$/.test(location.hash) && !location.hash.endsWith('/{before}')")
    return int(page.url.rpartition("/")[2])


def _find(page: Page, words: str) -> None:
    page.get_by_label("Find takes by words").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator(".chosen h2")).to_contain_text(re.compile("[0-9] chosen"))
    page.get_by_label("Find takes by words").blur()


def _look_at(page: Page) -> None:
    """Bring the take that is looked at to the middle of the plane."""
    page.keyboard.press("Enter")
    expect(page.locator(".chosen h2")).to_have_text("1 chosen")
    page.get_by_role("button", name="Look at them").click()
    page.wait_for_timeout(300)


def _plane(page: Page) -> dict[str, float]:
    box = page.locator(".plane").bounding_box()
    assert box is not None
    return {name: float(box[name]) for name in ("x", "y", "width", "height")}


def _middle(page: Page) -> tuple[float, float]:
    box = _plane(page)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def _drawn(page: Page, ring: list[tuple[float, float]]) -> None:
    """Draw with the pointer; where the plane is covered, its edge is drawn on."""
    page.evaluate(
        """(ring) => {
          const canvas = document.querySelector(".plane canvas:last-of-type");
          const box = canvas.getBoundingClientRect();
          canvas.setPointerCapture = () => {}; // there is no real pointer
          const send = (type, [x, y]) => canvas.dispatchEvent(new PointerEvent(type, {
            clientX: box.left + x, clientY: box.top + y, pointerId: 9, button: 0, bubbles: true, shiftKey: true,
          }));
          send("pointerdown", ring[0]);
          for (const point of ring.slice(1)) send("pointermove", point);
          send("pointerup", ring.at(-1));
        }""",
        [list(point) for point in ring],
    )


def _shot(page: Page) -> Any:
    """The plane's picture, float (height, width, 3)."""
    image = Image.open(io.BytesIO(page.locator(".plane").screenshot())).convert("RGB")
    return np.asarray(image, float)[80:200, 420:700]  # nothing lies over it here


def _colours(page: Page) -> dict[tuple[int, int, int], int]:
    """How many pixels of the plane have each colour."""
    image = Image.open(io.BytesIO(page.locator(".plane").screenshot())).convert("RGB")
    colours, counts = np.unique(np.asarray(image).reshape(-1, 3), axis=0, return_counts=True)
    return {(int(r), int(g), int(b)): int(n) for (r, g, b), n in zip(colours, counts, strict=True)}
