"""The patch view: knobs, pins, dice, words, notes, votes; what is done to a draft is heard, and can be undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.studio.browser.accessible import serious
from tests.studio.browser.server import Server
from tests.studio.browser.waiting import player, until

Open = Callable[[str], Page]
READY = player("p.deck.value.entries.some((one) => one.key === 'draft' && one.buffer)")


class Editor:
    """The patch view on a new draft of Vital's first patch."""

    def __init__(self, open_page: Open, studio: Server) -> None:
        self.studio = studio
        self.id: str = studio.post("/drafts", {"init": "vital"})["id"]
        self.page = open_page(f"#/patch/{self.id}")
        self.page.wait_for_selector(".editor .module")
        until(self.page, READY)

    def module(self, name: str) -> Locator:
        return self.page.locator(".module", has=self.page.get_by_role("heading", name=name, exact=True))

    def knob(self, module: str, name: str) -> Locator:
        return self.module(module).get_by_role("slider", name=name, exact=True)

    @property
    def draft(self) -> dict[str, Any]:
        return dict(self.studio.get(f"/drafts/{self.id}"))

    def value(self, name: str) -> float:
        return float(self.draft["values"][name])

    def until(self, name: str, is_right: Callable[[float], bool]) -> float:
        """The server's value of a parameter, once it is right; what is turned arrives a moment later."""
        for _ in range(100):
            if is_right(value := self.value(name)):
                return value
            self.page.wait_for_timeout(100)
        raise AssertionError(f"{name} is {self.value(name)}")

    def until_drawn(self, is_right: Callable[[Any], bool]) -> Any:
        """The server's points of LFO 1, once they are right."""
        for _ in range(100):
            if is_right(points := self.draft["lfos"][0]["points"]):
                return points
            self.page.wait_for_timeout(100)
        raise AssertionError(f"LFO 1 is {points}")


@pytest.fixture
def editor(open_page: Open, studio: Server) -> Editor:
    return Editor(open_page, studio)


def dragged(page: Page, what: Locator, right: float, down: float) -> None:
    """Drag something by so many pixels, in ten moves."""
    what.scroll_into_view_if_needed()
    box = what.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    for step in range(1, 11):
        page.mouse.move(x + right * step / 10, y + down * step / 10)
    page.mouse.up()


def test_a_drag_is_one_step_and_is_heard(editor: Editor) -> None:
    page, knob = editor.page, editor.knob("Oscillator 1", "Level")
    before = editor.value("osc_1_level")
    page.evaluate(_WATCH)
    dragged(page, knob, 0, 60)
    assert int(knob.get_attribute("aria-valuenow") or 0) < 100 * before - 25
    shown = knob.get_attribute("aria-valuenow")
    turned = editor.until("osc_1_level", lambda value: str(round(100 * value)) == shown)
    until(page, "window.changed && window.played")  # a change is heard at once
    page.keyboard.press("Control+z")
    editor.until("osc_1_level", lambda value: value == before)
    expect(
        page.get_by_role("button", name="Undo", exact=True).first
    ).to_be_disabled()  # all of the drag was one step
    page.keyboard.press("Control+Shift+z")
    editor.until("osc_1_level", lambda value: value == turned)


_WATCH = """async () => {
  const { effect } = await import("/parts/html.js");
  const player = await import("/parts/player.js");
  const first = player.heard.value.buffer;
  effect(() => {
    window.played ||= player.playing.value;
    window.changed ||= player.heard.value.buffer !== first;
  });
}"""


def test_a_knob_obeys_keys_wheel_and_words(editor: Editor) -> None:
    page, knob = editor.page, editor.knob("Envelope 1", "Attack")
    default = editor.value("env_1_attack")
    knob.focus()
    page.keyboard.press("ArrowUp")
    coarse = editor.until("env_1_attack", lambda value: value > default) - default
    page.keyboard.press("Shift+ArrowUp")
    fine = editor.until("env_1_attack", lambda value: value > default + coarse) - default - coarse
    assert fine == pytest.approx(coarse / 10, rel=0.01)
    knob.hover()
    page.mouse.wheel(0, -100)
    editor.until("env_1_attack", lambda value: value > default + 1.5 * coarse)
    page.keyboard.press("Enter")
    page.keyboard.type("350 ms")
    page.keyboard.press("Enter")
    seconds = editor.until("env_1_attack", lambda value: 0.34 < value**4 < 0.36) ** 4
    assert seconds == pytest.approx(0.35, rel=1e-3)
    expect(knob).to_have_attribute("aria-valuetext", "350 ms")
    knob.dblclick()
    editor.until("env_1_attack", lambda value: value == default)


def test_menus_and_switches(editor: Editor) -> None:
    editor.module("Filter 1").get_by_label("Model", exact=True).select_option("Ladder")
    editor.until("filter_1_model", lambda value: value == 2)
    editor.module("Filter 1").get_by_role("switch", name="Filter 1 on").click()
    editor.until("filter_1_on", lambda value: value == 1)


def test_what_is_pinned_stays_when_the_rest_is_randomised(editor: Editor) -> None:
    module = editor.module("Filter 1")
    before = editor.draft["values"]
    module.get_by_role("button", name="Pin Cutoff").click()
    expect(module.get_by_role("button", name="Pin Cutoff")).to_have_attribute("aria-pressed", "true")
    module.get_by_role("button", name="Randomise Filter 1").click()
    expect(editor.page.get_by_role("button", name="Undo", exact=True).first).to_be_enabled()
    after = editor.draft["values"]
    changed = {name for name in after if after[name] != before[name]}
    assert changed
    assert all(name.startswith("filter_1_") for name in changed)
    assert "filter_1_cutoff" not in changed
    module.get_by_role("button", name="Pin all of Filter 1").click()
    expect(module.get_by_role("button", name="Randomise Filter 1")).to_be_disabled()


def test_everything_else_is_one_click_away(editor: Editor) -> None:
    assert serious(editor.page) == []
    editor.module("Filter 1").get_by_role("button", name="All controls of Filter 1").click()
    everything = [name for name in editor.draft["values"] if name.startswith("filter_1_")]
    shown = editor.module("Filter 1").locator(".knob").count() + 1  # and the switch
    assert shown == len(everything)
    editor.page.get_by_role("group", name="Other modules").get_by_role("button", name="LFO 3").click()
    expect(editor.module("LFO 3").get_by_role("group", name="LFO 3, drawn")).to_be_visible()
    assert serious(editor.page) == []


@pytest.mark.slow
def test_envelopes_and_lfos_are_drawn_by_hand(editor: Editor) -> None:
    page, before = editor.page, editor.draft
    envelope = editor.module("Envelope 1")
    page.evaluate(_WATCH)
    dragged(page, envelope.get_by_role("slider", name="Envelope 1, attack"), 40, 0)
    editor.until("env_1_attack", lambda value: value > before["values"]["env_1_attack"] + 0.1)
    dragged(page, envelope.get_by_role("slider", name="Envelope 1, decay and sustain"), 0, 40)
    editor.until("env_1_sustain", lambda value: 0.4 < value < 0.6)
    assert editor.draft["values"]["env_1_decay"] == pytest.approx(before["values"]["env_1_decay"], rel=1e-3)
    until(page, "window.changed && window.played")
    page.get_by_role("group", name="Other modules").get_by_role("button", name="LFO 1").click()
    module, first = editor.module("LFO 1"), before["lfos"][0]["points"]
    picture = module.get_by_role("group", name="LFO 1, drawn")
    picture.dblclick(position={"x": 75, "y": 24})  # one point more, near a quarter of the period
    n = len(first) + 1
    dragged(page, module.get_by_role("slider", name=f"LFO 1, point 2 of {n}"), 15, 24)
    points = editor.until_drawn(lambda drawn: len(drawn) == n and drawn[1][1] < 0.6)
    assert points[1] == pytest.approx([67 / 284 + 15 / 284, 1 - (16 + 24) / 80], abs=0.02)
    page.keyboard.press("ArrowUp")
    raised = editor.until_drawn(lambda drawn: drawn[1][1] > points[1][1])
    assert raised[1] == pytest.approx([points[1][0], points[1][1] + 0.02])
    page.keyboard.press("Alt+ArrowUp")
    page.keyboard.press("Delete")
    assert editor.until_drawn(lambda drawn: len(drawn) == n - 1) == first
    page.keyboard.press("Control+z")
    assert editor.until_drawn(lambda drawn: len(drawn) == n) == raised
    assert editor.draft["lfos"][0]["powers"][1] == 1.0
    assert editor.draft["done"] == f"lfo_1 drawn with {n} points"


def test_notes_are_played(editor: Editor) -> None:
    editor.page.keyboard.press("d")
    until(editor.page, player("p.playing.value"))
    assert editor.draft["note"] == 64
    editor.page.keyboard.press("x")
    editor.page.keyboard.press("a")
    expect(editor.page.locator(".piano .current")).to_have_attribute("aria-label", "C5")
    assert editor.draft["note"] == 72
    editor.page.get_by_role("group", name="Piano keys").get_by_label("G4").click()
    expect(editor.page.locator(".piano .current")).to_have_attribute("aria-label", "G4")
    assert editor.draft["note"] == 67


def test_keep_vote_and_undo(editor: Editor) -> None:
    editor.knob("Filter 1", "Cutoff").focus()
    editor.page.keyboard.press("PageUp")
    editor.page.keyboard.press("Shift+Y")
    message = editor.page.get_by_role("region", name="Messages")
    expect(message).to_contain_text("Voted yes")
    take = editor.draft["take"]
    assert editor.studio.get(f"/takes/{take}")["vote"] == "yes"
    message.get_by_role("button", name="Undo").click()
    expect(message).to_contain_text("Undone")
    assert editor.studio.get(f"/takes/{take}")["vote"] is None
    with editor.page.expect_download() as download:
        editor.page.get_by_role("button", name="Save preset").click()
    assert download.value.suggested_filename.endswith(".vital")


def test_two_tabs_show_the_same(editor: Editor, open_page: Open) -> None:
    other = open_page(f"#/patch/{editor.id}")
    other.wait_for_selector(".editor .module")
    knob = other.locator(".module", has=other.get_by_role("heading", name="Filter 1")).get_by_role(
        "slider", name="Cutoff"
    )
    before = knob.get_attribute("aria-valuenow")
    editor.knob("Filter 1", "Cutoff").focus()
    editor.page.keyboard.press("PageUp")
    expect(knob).not_to_have_attribute("aria-valuenow", before or "")


@pytest.mark.slow
def test_words_move_the_patch(editor: Editor) -> None:
    page = editor.page
    page.keyboard.press("/")
    page.keyboard.type("darker")
    page.keyboard.press("Enter")
    expect(page.locator(".heard-as")).to_contain_text("darker", timeout=120_000)
    expect(page.locator(".heard-as")).to_contain_text("turned")
    assert editor.draft["asked"] == ["darker"]
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Undo", exact=True).first).to_be_disabled()


def test_nonsense_is_answered_with_what_is_known(bare_page: Page, studio: Server) -> None:
    draft = studio.post("/drafts", {"init": "vital"})["id"]
    bare_page.goto(f"{studio.url}#/patch/{draft}")
    bare_page.locator("#ask").fill("make it more Tuesday")
    bare_page.keyboard.press("Enter")
    expect(bare_page.get_by_role("alert")).to_contain_text("darker", timeout=60_000)


def test_what_is_not_there_is_said(bare_page: Page, studio: Server) -> None:
    bare_page.goto(f"{studio.url}#/patch/nothing")
    expect(bare_page.get_by_role("heading")).to_contain_text("This patch cannot be opened")
    bare_page.goto(f"{studio.url}#/match/nothing")
    expect(bare_page.get_by_role("heading")).to_contain_text("This match cannot be shown")


def test_a_server_that_is_started_anew_still_has_the_patch(editor: Editor) -> None:
    editor.knob("Filter 1", "Cutoff").focus()
    editor.page.keyboard.press("PageUp")
    turned = editor.until("filter_1_cutoff", lambda value: value > 60)
    editor.studio.restart()
    expect(editor.page.locator(".link-state.live")).to_have_count(1, timeout=60_000)
    assert editor.value("filter_1_cutoff") == turned
    editor.page.keyboard.press("PageUp")
    editor.until("filter_1_cutoff", lambda value: value > turned)
