"""Experiments in the page: a file that is opened and turned by hand, runs side by side, replayed, gone on with."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server
from tests.studio.browser.waiting import player, until

Open = Callable[[str], Page]
SOON_MS = 120_000.0
RENDERS = 24
MODULES, WIRES, HEARD = 7, 6, 2
_PROGRAM = '''"""A pluck into a hall: which room suits it?"""

import patchpilot as pp
from patchpilot.modules import adsr, hall, ladder, lfo, node, saw, vca

filter_, amp = node(ladder, "filter"), node(vca, "amp")
rack = pp.Rack("pluck", saw >> filter_ >> amp, lfo >> filter_["cutoff"], adsr >> amp["control"], sends={"space": hall})
'''


@pytest.fixture(scope="module")
def studio(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:  # noqa: ARG001
    """One that was started with a file, in a program that leaves a rack."""
    pytest.importorskip("dawdreamer")
    folder = tmp_path_factory.mktemp("experiments")
    (folder / "pluck.py").write_text(_PROGRAM, encoding="utf-8")
    server = Server(folder / "workspace", str(folder / "pluck.py"))
    server.url, _, view = server.url.partition("#")
    assert view == f"/experiments/{_by_hand(server)}"  # it opens straight into it
    yield server
    server.close()


@pytest.fixture(scope="module")
def runs(studio: Server) -> list[str]:
    """Two runs, done: their ids."""
    asked = {"searcher": "drawn", "renders": RENDERS, "held_s": 0.2}
    jobs = [studio.post("/play", {**asked, "seed": seed})["id"] for seed in (1, 2)]
    for job in jobs:
        _until(studio, f"/jobs/{job}", "done")
    return jobs


def test_a_file_is_a_rack_with_its_knobs(open_page: Open, studio: Server) -> None:
    page = _open(open_page, _by_hand(studio))
    expect(page.locator(".rack rect.module")).to_have_count(MODULES)
    expect(page.locator(".rack path.wire")).to_have_count(WIRES + HEARD)
    expect(page.locator(".rack path.wire.control")).to_have_count(2)
    expect(page.locator("aside dl")).to_contain_text("C4")  # what is played
    expect(page.locator(".turning .face").first).to_be_visible(timeout=SOON_MS)
    assert serious(page) == []


def test_a_turned_knob_changes_what_is_after(open_page: Open, studio: Server) -> None:
    page = _open(open_page, _by_hand(studio))
    before, after = _spectra(page)
    knob = page.locator(".turning").get_by_role("slider", name=re.compile("cutoff", re.IGNORECASE)).first
    knob.scroll_into_view_if_needed()
    knob.focus()
    for _ in range(3):
        page.keyboard.press("PageDown")
    page.wait_for_function(
        "(path) => document.querySelectorAll('.comparing .line')[1].getAttribute('d') !== path", arg=after
    )
    assert _spectra(page)[0] == before  # what it was is as it was
    shown = page.locator(".rack").get_by_text(re.compile("Cutoff")).locator("xpath=..").locator(".value")
    assert shown.text_content() == knob.get_attribute("aria-valuetext")  # the rack shows it as it is turned
    knob.blur()
    page.keyboard.press("Space")
    until(page, player("p.playing.value"))
    heard = page.evaluate(player("p.current.value"))
    page.keyboard.press("Space")
    until(page, player(f"p.current.value !== '{heard}'"))


def test_keys_keep_the_best_moments(open_page: Open, studio: Server) -> None:
    experiment = _by_hand(studio)
    page = _open(open_page, experiment)
    for key, vote in (("g", "yes"), ("b", "no"), ("k", None)):
        before = {take["number"] for take in studio.get(f"/experiments/{experiment}")["takes"]}
        knob = page.locator(".turning .face").first
        knob.focus()
        page.keyboard.press("ArrowUp" if key != "b" else "PageUp")
        knob.blur()
        page.keyboard.press(key)
        number = _new_moment(studio, experiment, before, vote)
        expect(page.locator("aside .takes li").filter(has_text=f"Take {number}")).to_have_count(
            1, timeout=SOON_MS
        )


def test_runs_are_listed_and_compared(open_page: Open, studio: Server, runs: list[str]) -> None:
    page = open_page("#/experiments")
    rows = page.locator("tbody tr")
    expect(rows).to_have_count(len(studio.get("/experiments")["experiments"]))
    lines = page.locator(".chart .line")
    n = lines.count()
    assert n >= len(runs)
    row = rows.filter(has=page.locator(f"a[href='#/experiments/{runs[0]}']"))
    expect(row).to_contain_text(f"{RENDERS} / {RENDERS}")
    expect(row).to_contain_text("done")
    row.get_by_role("checkbox").uncheck()
    expect(lines).to_have_count(n - 1)
    chart = page.locator(".chart svg")
    chart.hover(position={"x": 400, "y": 100})
    expect(page.locator(".chart figcaption")).to_contain_text("renders: Self-play")
    assert serious(page) == []


def test_one_run_in_full(open_page: Open, studio: Server, runs: list[str]) -> None:
    page = _open(open_page, runs[0])
    told = studio.get(f"/experiments/{runs[0]}")
    expect(page.locator("aside .takes li")).to_have_count(len(told["takes"]))
    expect(page.locator(".standing summary")).to_have_text(f"{len(told['knobs'])} parameters")
    page.get_by_text("As a file").click()
    expect(page.locator("pre")).to_contain_text('searcher = "drawn"')
    best = told["takes"][0]["number"]
    page.get_by_role("button", name=f"Good: take {best}", exact=True).click()
    expect(page.get_by_role("button", name=f"Good: take {best}", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    assert studio.get(f"/takes/{best}")["vote"] == "yes"
    assert serious(page) == []


def test_a_replay_says_whether_it_is_the_same(open_page: Open, runs: list[str]) -> None:
    page = _open(open_page, runs[1])
    page.get_by_role("button", name="Replay").click()
    expect(page.locator(".toast")).to_contain_text(["takes sound the same to the bit"], timeout=SOON_MS)
    same, _, all_of_them = page.locator(".toast").inner_text().partition(" takes")[0].partition(" of ")
    assert int(same) == int(all_of_them) > 0


def test_what_was_stopped_goes_on(open_page: Open, studio: Server) -> None:
    job = studio.post("/play", {"searcher": "drawn", "renders": 400, "held_s": 0.2, "seed": 3})["id"]
    while not studio.get(f"/jobs/{job}")["progress"]["done"]:
        time.sleep(0.2)
    studio.post(f"/jobs/{job}/cancel")
    _until(studio, f"/jobs/{job}", "cancelled")
    done = studio.get(f"/experiments/{job}")["renders"]
    page = _open(open_page, job)
    page.get_by_role("button", name="Go on").click()
    expect(page.locator(".toast")).to_contain_text(["goes on"])
    until(
        page,
        f"fetch('/api/v1/experiments/{job}').then((said) => said.json()).then((it) => it.renders > {done})",
    )
    for one in studio.get("/jobs")["jobs"]:
        if one["state"] == "running":
            studio.post(f"/jobs/{one['id']}/cancel")


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (1024, 768)])
def test_it_fits(open_page: Open, studio: Server, width: int, height: int) -> None:
    page = _open(open_page, _by_hand(studio))
    page.set_viewport_size({"width": width, "height": height})
    expect(page.locator(".turning .face").first).to_be_attached(timeout=SOON_MS)
    for view in ("one", "all"):
        assert page.evaluate(
            "document.querySelector('main').scrollWidth <= document.querySelector('main').clientWidth"
        )
        if view == "one":
            page.get_by_role("link", name="All experiments").click()
            expect(page.locator("tbody tr").first).to_be_attached()


def test_what_is_not_there_is_said_so(bare_page: Page, studio: Server) -> None:
    bare_page.goto(f"{studio.url}#/experiments/nothing")
    expect(bare_page.locator("main")).to_contain_text("nothing")
    expect(bare_page.get_by_role("link", name="All experiments")).to_have_count(1)


def test_racks_are_laid_out_without_overlaps(open_page: Open) -> None:
    """Of any rack: modules lie apart, audio goes from left to right, and no wire runs behind a module."""
    page = open_page("#/experiments")
    assert (
        page.evaluate(
            """async () => {
          const { layout, WIDE } = await import("/parts/experiments/layout.js");
          const names = Array.from({ length: 12 }, (_, i) => `m${i}`);
          const nodes = names.map((name, i) => ({ name, controls: Array(i % 7).fill({}) }));
          const wires = names.flatMap((source, i) => [1, 3, 5].filter((by) => i % by === 0 && i + by < 12)
            .map((by) => ({ source, target: names[i + by] })));
          const { places, lanes, width, height } = layout({ nodes, wires });
          const all = names.map((name) => places.get(name));
          const apart = (a, b) => a.x !== b.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
          const inside = all.every(({ x, y, height: tall }) => x >= 0 && y >= 0 && x + WIDE <= width
            && y + tall <= height);
          const forward = wires.every(({ source, target }) => places.get(source).x < places.get(target).x);
          const beside = (lane) => ({ x, y, height: tall }) => x !== lane.x || lane.y < y || lane.y > y + tall;
          const free = [...lanes.values()].flat().every((lane) => all.every(beside(lane)));
          const alone = all.every((a, i) => all.slice(i + 1).every((b) => apart(a, b)));
          return [alone, inside, forward, free, lanes.size === wires.length];
        }"""
        )
        == [True] * 5
    )


def test_the_spectrum_of_a_sine_is_a_peak(open_page: Open) -> None:
    page = open_page("#/experiments")
    found: Any = page.evaluate(
        """async () => {
          const { spectrum } = await import("/parts/experiments/fft.js");
          const buffer = new AudioBuffer({ length: 44100, sampleRate: 44100 });
          const sine = (_, n) => Math.sin((2 * Math.PI * 1000 * n) / 44100);
          buffer.copyToChannel(Float32Array.from({ length: 44100 }, sine), 0);
          return spectrum(buffer);
        }"""
    )
    top = max(found, key=lambda one: one["db"])
    assert top["db"] == pytest.approx(0.0, abs=1.0)
    assert top["hz"] == pytest.approx(1000.0, rel=0.03)
    assert all(one["db"] < -60.0 for one in found if not 800.0 < one["hz"] < 1250.0)


def _open(open_page: Open, experiment: str) -> Page:
    page = open_page(f"#/experiments/{experiment}")
    expect(page.locator(".comparing .line").last).to_be_attached(timeout=SOON_MS)
    return page


def _spectra(page: Page) -> list[str]:
    """The two lines, before and after."""
    lines = page.locator(".comparing .line")
    expect(lines).to_have_count(2, timeout=SOON_MS)
    return [str(line.get_attribute("d")) for line in lines.all()]


def _by_hand(studio: Server) -> str:
    (found,) = (one for one in studio.get("/experiments")["experiments"] if one["state"] == "by hand")
    return str(found["id"])


def _new_moment(studio: Server, experiment: str, before: set[int], vote: str | None) -> int:
    """Number of a take that was not there before, with a vote."""
    end = time.monotonic() + SOON_MS / 1000.0
    while time.monotonic() < end:
        for take in studio.get(f"/experiments/{experiment}")["takes"]:
            if take["number"] not in before and take["vote"] == vote:
                return int(take["number"])
        time.sleep(0.2)
    raise AssertionError(f"no new take with the vote {vote}")


def _until(studio: Server, path: str, state: str) -> None:
    end = time.monotonic() + SOON_MS / 1000.0
    while (now := studio.get(path)["state"]) != state:
        assert time.monotonic() < end, now
        time.sleep(0.2)
