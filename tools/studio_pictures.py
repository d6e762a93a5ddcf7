"""Writes the README's pictures of the studio: a real server, real matches, the system's Chromium.

    python tools/studio_pictures.py [VIEW …]     all views by default; docs/studio/VIEW.png

Not part of `make docs`: they come from real matches, whose last bits depend on the processor.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from patchpilot.files import make_folder, write_bytes  # noqa: E402
from tests.studio.browser.server import Server  # noqa: E402

SOUND = ROOT / "examples" / "sounds" / "tabla_tun1.flac"
FOLDER = ROOT / "docs" / "studio"
SIZE = (1280, 720)
MOST_BYTES = 200_000
RENDERS = 240
"""Of the self-play whose takes the map shows."""


class Scene:
    """A studio in which something was done: a match, and some self-play with votes.

    Args:
        server: that is used.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        with SOUND.open("rb") as file:
            sound = server.api.post("/sounds", files={"file": (SOUND.name, file)}).raise_for_status().json()
        self.match = self._done(server.post("/match", {"sound": sound["id"]}))
        self._play: dict[str, Any] | None = None

    @property
    def take(self) -> int:
        """Number of the closest answer."""
        return int(self.match["result"]["matches"][0]["take"])

    @property
    def play(self) -> dict[str, Any]:
        """Self-play that has come to its end; some of its takes are voted on."""
        if self._play is None:
            asked = {"searcher": "latin-hypercube", "objective": {"novel": 1.0}, "renders": RENDERS}
            self._play = self._done(self.server.post("/play", asked))
            for number in range(1, 40):
                vote = "yes" if number % 3 else "no"
                self.server.api.post(f"/takes/{number}/vote", json={"vote": vote})
        return self._play

    def _done(self, job: dict[str, Any]) -> dict[str, Any]:
        while job["state"] in ("queued", "running"):
            time.sleep(0.5)
            job = self.server.get(f"/jobs/{job['id']}")
        if job["state"] != "done":
            sys.exit(f"{job['kind']} ended as {job['state']}: {job['error']}")
        return job


def match(page: Page, scene: Scene) -> None:
    """An answer beside the sound, playing."""
    _go(page, f"match/{scene.match['id']}", ".distances")
    page.keyboard.press("1")
    page.wait_for_timeout(900)


def patch(page: Page, scene: Scene) -> None:
    """That answer as knobs, playing."""
    draft = scene.server.post("/drafts", {"take": scene.take})["id"]
    _go(page, f"patch/{draft}", ".module")
    page.wait_for_timeout(2500)
    page.keyboard.press("Space")
    page.wait_for_timeout(700)


def play(page: Page, scene: Scene) -> None:
    """What self-play found, to be voted on."""
    _go(page, f"play/{scene.play['id']}", "h1")


def bank(page: Page, scene: Scene) -> None:
    """Everything that was made, as a map."""
    assert scene.play
    _go(page, "map", "canvas")


def experiments(page: Page, scene: Scene) -> None:
    """The runs and their curves."""
    assert scene.play
    _go(page, "experiments", "h1")


VIEWS: Mapping[str, Callable[[Page, Scene], None]] = {
    "match": match,
    "patch": patch,
    "play": play,
    "map": bank,
    "experiments": experiments,
}


def _go(page: Page, view: str, until: str) -> None:
    page.evaluate("(view) => (location.hash = `#/${view}`)", view)
    page.wait_for_selector(until)
    page.wait_for_timeout(1500)


def small(png: bytes) -> bytes:
    """The picture with as many colours as its size allows."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    for colours in (256, 128, 64, 32):
        file = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(file, format="PNG", optimize=True)
        if file.tell() <= MOST_BYTES:
            break
    return file.getvalue()


def main(*names: str) -> None:
    """Match, play, look, write."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium on this machine to take pictures with")
    make_folder(FOLDER)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as started:
        server = Server(Path(folder) / "workspace")
        browser = started.chromium.launch(
            executable_path=chromium, args=["--autoplay-policy=no-user-gesture-required", "--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": SIZE[0], "height": SIZE[1]})
        try:
            scene = Scene(server)
            page.goto(server.url)
            page.wait_for_selector("nav.rail")
            for name in names or VIEWS:
                VIEWS[name](page, scene)
                picture = small(page.screenshot())
                write_bytes(FOLDER / f"{name}.png", picture)
                sys.stdout.write(f"{name}.png: {len(picture) / 1000:.0f} kB\n")
        finally:
            browser.close()
            server.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
