"""The match view: a sound in, progress, answers heard against it at equal loudness, and what is done with them."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.studio.browser.accessible import serious
from tests.studio.browser.conftest import SOUND
from tests.studio.browser.hearing import heard
from tests.studio.browser.server import Server
from tests.studio.browser.waiting import player, until

Open = Callable[[str], Page]
MATCH_S = 240.0
ANSWERS = ".row-sound.answer"
_DROP = """([name, text]) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  for (const type of ["dragenter", "dragover", "drop"])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
}"""


@pytest.fixture(scope="module")
def matched(studio: Server) -> dict[str, Any]:
    """A quick match of the bundled sound, done: the job."""
    with SOUND.open("rb") as file:
        sound = studio.api.post("/sounds", files={"file": ("tabla.flac", file)}).raise_for_status().json()
    job = studio.post("/match", {"sound": sound["id"], "effort": "quick", "top": 3})
    until = time.monotonic() + MATCH_S
    while job["state"] in ("queued", "running") and time.monotonic() < until:
        time.sleep(0.2)
        job = studio.get(f"/jobs/{job['id']}")
    assert job["state"] == "done", job
    return dict(job)


@pytest.fixture
def result_page(open_page: Open, matched: dict[str, Any]) -> Page:
    page = open_page(f"#/match/{matched['id']}")
    expect(page.locator(ANSWERS)).to_have_count(len(matched["result"]["matches"]))
    until(page, player("p.deck.value.entries.filter((one) => one.buffer).length === 4"))
    return page


def current(page: Page) -> str:
    return str(page.evaluate(player("p.current.value")))


@pytest.mark.slow
def test_from_a_dropped_sound_to_a_preset(open_page: Open) -> None:
    page = open_page("#/match")
    page.get_by_text("Quick").click()
    page.evaluate(_DROP, ["my tabla.flac", base64.b64encode(SOUND.read_bytes()).decode()])
    page.wait_for_url("**/#/match/*")
    expect(page.get_by_role("status").filter(has_text="Stop")).to_be_visible()
    page.wait_for_selector(ANSWERS, timeout=1000 * MATCH_S)  # the best so far, before the end
    expect(page.locator(".distances")).to_be_visible(timeout=1000 * MATCH_S)
    expect(page.locator(ANSWERS)).to_have_count(5)
    expect(page.locator("figcaption").first).to_contain_text("my tabla.flac")
    with page.expect_download() as download:
        page.get_by_text("Save preset").click()
    assert download.value.suggested_filename.endswith(".vital")
    assert download.value.path().stat().st_size > 1000
    page.get_by_text("Another sound").click()
    expect(page.locator(".history li").first).to_contain_text("my tabla.flac")


@pytest.mark.slow
def test_keys_switch_without_a_stop(result_page: Page, matched: dict[str, Any]) -> None:
    first, second = (f"take-{one['take']}" for one in matched["result"]["matches"][:2])
    page = result_page
    page.keyboard.press("2")
    until(page, player("p.playing.value"))
    assert current(page) == second
    chosen = []
    for key in ("Space", "Space", "0", "1", "ArrowUp", "ArrowDown"):
        page.keyboard.press(key)
        chosen.append(current(page))
    assert chosen == ["target", second, "target", first, "target", first]
    assert page.evaluate(player("p.playing.value"))
    page.keyboard.press("Escape")
    assert not page.evaluate(player("p.playing.value"))


@pytest.mark.slow
def test_all_sound_equally_loud(result_page: Page) -> None:
    """What comes out has, by its energy, the gain that brings each sound's loudness to one level."""
    sounds = result_page.evaluate(_SOUNDS)
    assert len(sounds) == 4
    longest = max(sound["seconds"] for sound in sounds)

    def gain_db(sound: dict[str, Any], equal: str) -> float:
        once = f"await player.play({{ key: '{sound['key']}', from: 0, once: true }})"
        out = heard(
            result_page, f"player.equal.value = {equal}; player.volume.value = 1; {once}", longest + 0.3
        )
        return float(10.0 * np.log10(np.sum(out.samples.astype(float) ** 2) / sound["energy"]))

    levels = [sound["lufs"] + gain_db(sound, "true") for sound in sounds]
    assert max(levels) - min(levels) < 0.2
    assert max(abs(gain_db(sound, "false")) for sound in sounds) < 0.2  # and without it, as they are


_SOUNDS = """async () => {
  const { deck } = await import("/parts/player.js");
  return deck.value.entries.map(({ key, lufs, buffer }) => {
    const two = [0, buffer.numberOfChannels - 1]; // one channel goes to both sides
    const sides = two.map((side) => buffer.getChannelData(side));
    const energy = sides.reduce((sum, samples) => samples.reduce((all, sample) => all + sample * sample, sum), 0);
    return { key, energy, seconds: buffer.duration, lufs: lufs + (buffer.numberOfChannels === 1 ? 3.01 : 0) };
  });
}"""


@pytest.mark.slow
def test_more_like_this_and_back(result_page: Page, matched: dict[str, Any]) -> None:
    assert serious(result_page) == []
    result_page.get_by_text("More like this").click()
    first = matched["result"]["matches"][0]["take"]
    expect(result_page.locator(".between")).to_contain_text(f"Like take {first}")
    expect(result_page.locator(ANSWERS).first).to_contain_text("Take")
    result_page.get_by_text("Back to the answers").click()
    expect(result_page.locator(ANSWERS)).to_have_count(len(matched["result"]["matches"]))


@pytest.mark.slow
def test_refine_once_more_starts_from_the_answer(
    result_page: Page, studio: Server, matched: dict[str, Any]
) -> None:
    before = result_page.url
    result_page.get_by_text("Refine once more").click()
    result_page.wait_for_function("(url) => location.href !== url", arg=before)
    number = result_page.url.rpartition("/")[2]
    assert studio.get(f"/jobs/{number}")["request"]["start_from"] == [matched["result"]["matches"][0]["take"]]
    result_page.get_by_role("button", name="Stop", exact=True).click()
    expect(result_page.locator(".ended")).to_be_visible(timeout=60_000)
    assert studio.get(f"/jobs/{number}")["state"] in ("cancelled", "done")  # it may have been quicker


@pytest.mark.slow
def test_an_answer_opens_in_the_patch_view(result_page: Page) -> None:
    result_page.get_by_role("button", name="Edit").click()
    expect(result_page.locator(".editor h1")).to_be_visible()
    result_page.get_by_text("Compare", exact=True).click()
    assert current(result_page) == "before"


def test_a_recording_begins_a_match(open_page: Open, studio: Server) -> None:
    page = open_page("#/match")
    page.get_by_text("Quick").click()
    page.get_by_role("button", name="Record").click()
    expect(page.get_by_role("button", name="Stop")).to_contain_text("1.")
    page.get_by_role("button", name="Stop").click()
    page.wait_for_url("**/#/match/*")
    job = studio.get(f"/jobs/{page.url.rpartition('/')[2]}")
    sound = studio.get(f"/sounds/{job['request']['sound']}")
    assert sound["name"].startswith("recording")
    assert 0.8 < sound["seconds"] < 5.0
    assert sound["lufs"] is not None  # the fake microphone beeps
    studio.post(f"/jobs/{job['id']}/cancel")


@pytest.mark.parametrize(
    "change",
    ["player.select(n % 2 ? 'a' : 'b')", "player.swap('a', player.deck.value.entries[n % 2].buffer, -10)"],
)
def test_a_change_has_neither_a_gap_nor_a_click(open_page: Open, change: str) -> None:
    """Two sounds that are one sine: at the same sample, crossfaded, nobody can tell when they are changed."""
    page = open_page("#/match")
    page.evaluate(_TWO_SINES)
    doing = f"""
      await player.play({{ key: "a", from: 0 }});
      for (let n = 0; n < 12; n++) {{
        await pass(0.137);
        {change};
      }}"""
    y = heard(page, doing, 0.3).samples[0]
    sounding = y[np.flatnonzero(np.abs(y) > 1e-3)[0] + 2000 : np.flatnonzero(np.abs(y) > 1e-3)[-1] - 2000]
    blocks = sounding[: len(sounding) // 256 * 256].reshape(-1, 256)
    levels = np.sqrt(np.mean(blocks**2, axis=1))
    assert len(blocks) > 200
    assert levels.min() > 0.85 * np.median(levels)  # no gap
    steps = np.abs(np.diff(sounding, 2))
    assert steps.max() < 2.0 * np.percentile(steps, 99)  # no click


_TWO_SINES = """async () => {
  const player = await import("/parts/player.js");
  const { audio } = await import("/parts/sounds.js");
  const rate = audio().sampleRate;
  const sine = Float32Array.from({ length: rate }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 441 * i) / rate));
  const made = () => {
    const buffer = new AudioBuffer({ length: rate, numberOfChannels: 1, sampleRate: rate });
    buffer.copyToChannel(sine, 0);
    return buffer;
  };
  player.open("sines", ["a", "b"].map((key) => ({ key, label: key, lufs: -10, buffer: made() })));
  player.volume.value = 1;
}"""
