"""The terminal browser, driven by keys; Textual runs it without a terminal."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
import soundfile
from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.widgets import Input, Static

from patchpilot.cli.preview import app as browser
from patchpilot.cli.preview import player
from patchpilot.cli.preview.app import Preview
from patchpilot.cli.preview.detail import Sound
from patchpilot.cli.preview.dialogs import FolderDialog, Help
from patchpilot.cli.preview.table import RowTable
from patchpilot.datasets.storage.reader import Dataset
from patchpilot.instruments.vital.vital import Vital
from tests.datasets.looked_at import entries, made, patch
from tests.toy import Toy

Steps = Callable[[Preview, Pilot[None]], Awaitable[None]]
linux = pytest.mark.skipif(sys.platform != "linux", reason="a shell script plays the sound")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("browser") / "data.h5")


@pytest.fixture(autouse=True)
def _mute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test makes a noise: there is neither a sound library nor a player."""
    monkeypatch.setattr(player, "_sound_device", lambda **_: (None, "sounddevice is not installed"))
    monkeypatch.setattr(player, "_COMMANDS", (("no-such-player",),))


def browse(file: Path, steps: Steps, *, size: tuple[int, int] = (110, 20), out: Path | None = None) -> None:
    """Open a file in a terminal of some cells, and do something there."""

    async def run() -> None:
        with Dataset(file) as dataset:
            app = Preview(dataset, name=file.name, out=out)
            async with app.run_test(size=size) as pilot:
                await pilot.pause()
                await steps(app, pilot)

    asyncio.run(run())


def text(app: Preview, name: str) -> str:
    """What a widget shows."""
    return str(app.screen_stack[0].query_one(f"#{name}", Static).render())


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait for what happens a moment later."""
    for _ in range(200):
        if true():
            return
        await pilot.pause(0.05)
    raise AssertionError("it never came true")


async def typed(pilot: Pilot[None], words: str) -> None:
    """A filter, typed and confirmed."""
    await pilot.press("slash")
    pilot.app.query_one("#filter", Input).value = words
    await pilot.press("enter")


def patch_text(app: Preview) -> str:
    """The patch pane as plain text."""
    from rich.console import Console

    console = Console(width=90)
    with console.capture() as said:
        console.print(app.screen_stack[0].query_one("#patch", Static).content)
    return said.get()


def test_the_first_row_is_shown(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        assert "toy, tier 3   30 rows, sealed" in text(app, "title")
        assert text(app, "said") == "30 rows"
        await until(pilot, lambda: "row 0" in text(app, "facts"))
        assert text(app, "facts").startswith("Glass Pad 0\nrow 0, patch 0, synthetic; −")
        assert "C3 (48), velocity 0.50, held 0.2 s of 0.25 s" in text(app, "facts")
        assert app.query_one(Sound).audio is not None

    browse(file, steps)


def test_keys_go_from_row_to_row(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        table = app.query_one(RowTable)
        for key, row in (
            ("down", 1),
            ("n", 2),
            ("j", 3),
            ("up", 2),
            ("p", 1),
            ("end", 29),
            ("n", 29),
            ("home", 0),
        ):
            await pilot.press(key)
            assert table.row == row, key
        await pilot.press("pagedown")
        assert 10 < (table.row or 0) <= 29
        assert table.row in table.in_sight()
        row = table.row
        await until(pilot, lambda: f"row {row}," in text(app, "facts"))
        await pilot.press("up")
        await pilot.click(RowTable, offset=(5, 1))
        assert table.row == table.in_sight()[0]

    browse(file, steps)


def test_the_patch_is_told_in_the_instruments_units(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await typed(pilot, "row=6")  # patch 2: routed
        await until(pilot, lambda: "row 6" in text(app, "facts"))
        heard = patch_text(app)
        assert "Oscillator 1" in heard
        assert "LFO 1 → Filter 1 cutoff, 50 %" in heard
        assert "Velocity → amount of modulation" in heard
        await typed(pilot, "row=12")  # patch 5: an attack
        await until(pilot, lambda: "row 12" in text(app, "facts"))
        assert "8.1 ms" in patch_text(app)
        await pilot.press("a")
        assert "env_1_attack" in patch_text(app)
        assert "All 4 values that differ" in patch_text(app)

    browse(file, steps)


def test_a_filter_chooses_rows_while_it_is_typed(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        table = app.query_one(RowTable)
        await pilot.press("slash", *"brass")
        assert text(app, "said") == "12 of 30 rows"
        assert table.row == 3
        await until(pilot, lambda: "row 3" in text(app, "facts"))
        await pilot.press("enter", "n")
        assert table.row == 4
        await typed(pilot, "brass note=C5")
        assert text(app, "said") == "4 of 30 rows"
        await typed(pilot, "nonsense=3")
        assert "no 'nonsense' here" in text(app, "said")
        assert app.screen_stack[0].query_one("#said").has_class("wrong")
        assert len(table.in_sight()) == 4  # those of before
        await typed(pilot, "zzz")
        assert table.row is None
        await until(pilot, lambda: text(app, "facts") == "")
        await pilot.press("space", "e", "n", "pagedown", "end")
        assert table.row is None
        await pilot.press("escape")
        assert text(app, "said") == "30 rows"
        assert table.row == 0

    browse(file, steps)


def test_the_cursor_stays_on_its_row_where_the_filter_leaves_it(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("down", "down", "down", "down")
        await typed(pilot, "brass")
        assert app.query_one(RowTable).row == 4
        await pilot.press("escape")
        assert app.query_one(RowTable).row == 4

    browse(file, steps)


def test_levels_of_the_rows_in_sight_are_measured(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        table = app.query_one(RowTable)
        sight = table.in_sight()
        await until(pilot, lambda: all(app._index.cells(row)["level"] != "·" for row in sight))
        assert app._index.cells(29)["level"] == ("·" if 29 not in sight else app._index.cells(29)["level"])

    browse(file, steps, size=(100, 14))


def test_a_row_is_exported_and_nothing_is_replaced(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(browser, "instrument", lambda _: Toy())
    out = tmp_path / "new" / "folder"

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await typed(pilot, "row=7")
        await until(pilot, lambda: "row 7" in text(app, "facts"))
        await pilot.press("e")
        await until(pilot, lambda: (out / "data-row-7.wav").exists())
        await until(pilot, lambda: "wrote data-row-7.toy and data-row-7.wav" in text(app, "said"))
        await pilot.press("e")
        await until(pilot, lambda: "wrote data-row-7-2.toy" in text(app, "said"))

    browse(file, steps, out=out)
    assert len(list(out.iterdir())) == 4
    assert (out / "data-row-7.toy").read_text() == patch(2).canonical
    samples, rate = soundfile.read(out / "data-row-7.wav", dtype="float32")
    heard = entries(2)[1].take.audio
    assert rate == heard.sample_rate
    assert (heard.samples == samples.T).all()


def test_the_folder_is_asked_for(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "instrument", lambda _: Toy())
    monkeypatch.chdir(tmp_path)

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        await pilot.press("escape")
        assert text(app, "said") == "30 rows"
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, FolderDialog))
        app.screen.query_one(Input).value = str(tmp_path / "there")
        await pilot.press("enter")
        await until(pilot, lambda: "wrote" in text(app, "said"))

    browse(file, steps)
    assert {path.name for path in (tmp_path / "there").iterdir()} == {"data-row-0.toy", "data-row-0.wav"}


def notices(app: Preview) -> list[str]:
    """The notices that are shown."""
    return [notice.message for notice in app._notifications]


def test_an_instrument_that_is_not_here_is_told(file: Path, tmp_path: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("e")
        await until(pilot, lambda: bool(notices(app)))
        assert "'toy'" in notices(app)[0]

    browse(file, steps, out=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_without_a_player_a_notice_says_what_to_install(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        assert "pip install 'patchpilot[sound]'" in notices(app)[0]

    browse(file, steps)


@linux
def test_a_player_of_the_system_plays_the_row(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = tmp_path / "played.wav"
    script = tmp_path / "aplay"
    script.write_text(f'#!/bin/sh\ncp "$2" {played}.part && mv {played}.part {played}\nexec sleep 60\n')
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(player, "_COMMANDS", (("no-such-player",), ("aplay", "-q")))
    running: list[Any] = []

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await typed(pilot, "row=28")  # louder than full scale
        await until(pilot, lambda: "row 28" in text(app, "facts"))
        await pilot.press("space")
        await until(pilot, played.exists)
        assert text(app, "said") == "playing (aplay)"
        running.append(app._player._process)
        await pilot.press("space")
        assert running[0].returncode is not None  # one at a time
        running.append(app._player._process)

    browse(file, steps)
    assert running[1].returncode is not None  # none is left
    samples, _ = soundfile.read(played)
    assert np.abs(samples).max() == pytest.approx(1.0, abs=1e-6)


def test_the_sound_library_comes_first(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Device:
        heard: list[tuple[tuple[int, ...], int]] = []  # noqa: RUF012
        stopped = 0

        def play(self, samples: Any, rate: int) -> None:
            self.heard.append((samples.shape, rate))

        def stop(self) -> None:
            Device.stopped += 1

    monkeypatch.setattr(player, "_sound_device", lambda **_: (Device(), ""))

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("space")
        assert text(app, "said") == "playing (sounddevice)"
        before = Device.stopped
        await pilot.press("s")
        assert Device.stopped == before + 1

    browse(file, steps)
    assert Device.heard == [((2000, 2), 8000)]


def test_help_opens_and_closes(file: Path) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("question_mark")
        assert isinstance(app.screen, Help)
        await pilot.pause(0.1)  # levels are measured below it
        await pilot.press("escape")
        assert not isinstance(app.screen, Help)

    browse(file, steps)


@pytest.mark.parametrize(
    "size",
    [(12, 5), *(pytest.param(size, marks=pytest.mark.slow) for size in ((30, 9), (80, 24), (200, 60)))],
)
def test_any_terminal_will_do(file: Path, size: tuple[int, int]) -> None:
    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("down", "end", "a", "shift+down")
        await pilot.resize_terminal(100, 30)
        await pilot.pause(0.1)
        assert app.query_one(RowTable).row == 29

    browse(file, steps, size=size)


def test_a_dataset_without_audio_or_rows(tmp_path: Path) -> None:
    async def mute(app: Preview, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: "row 0" in text(app, "facts"))
        await pilot.press("space")
        assert text(app, "said") == "this row has no audio"

    async def empty(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("down", "space", "e", "a", "end")
        assert text(app, "facts") == ""
        assert "0 rows, still being written" in text(app, "title")

    browse(made(tmp_path / "mute.h5", audio="none"), mute)
    browse(made(tmp_path / "empty.h5", n_patches=0, seal=False), empty)


def test_a_damaged_row_is_told_and_the_others_are_shown(tmp_path: Path) -> None:
    path = made(tmp_path / "data.h5")
    with h5py.File(path, "r+") as file:
        end = int(file["metadata/take/end"][1])
        file["metadata/take/data"][int(file["metadata/take/end"][0]) : end] = 0

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await pilot.press("down")
        await until(pilot, lambda: "damaged" in text(app, "said"))
        await pilot.press("down")
        await until(pilot, lambda: "row 2" in text(app, "facts"))

    browse(path, steps)


def test_damaged_audio_is_told_where_somebody_looks(tmp_path: Path) -> None:
    path = made(tmp_path / "data.h5", audio="flac")
    with h5py.File(path, "r+") as file:
        ends = file["audio/flac/end"]
        file["audio/flac/data"][int(ends[1]) : int(ends[2])] = 0

    async def steps(app: Preview, pilot: Pilot[None]) -> None:
        await until(pilot, lambda: 5 in app._index.levels)
        assert app._index.levels[2] is None
        await pilot.press("down", "down")
        await until(pilot, lambda: "FLAC is damaged" in text(app, "said"))

    browse(path, steps)


class Counting:
    """A hundred thousand rows that count how often they are looked at."""

    def __init__(self) -> None:
        self.asked: set[int] = set()

    def cells(self, row: int) -> Mapping[str, str]:
        self.asked.add(row)
        return dict.fromkeys(("row", "source", "name", "note", "velocity", "level"), str(row))


def test_of_many_rows_only_those_in_sight_are_looked_at() -> None:
    counting = Counting()

    class Big(App[None]):
        def compose(self) -> ComposeResult:
            yield RowTable(counting, np.arange(100_000))

    async def run() -> None:
        app = Big()
        async with app.run_test(size=(80, 24)) as pilot:
            await pilot.press("end")
            await pilot.pause()
            assert 99_999 in counting.asked
            assert 99_999 in app.query_one(RowTable).in_sight()

    asyncio.run(run())
    assert 23 <= len(counting.asked) <= 80


def test_a_real_patch_is_exported_as_a_preset_that_reads_back(
    vital: Vital, random_patch: Callable[[int], Any], tmp_path: Path
) -> None:
    from patchpilot.cli.preview.export import export

    whole = random_patch(3)
    preset, wav = export(whole, entries(0)[0].take.audio, vital, tmp_path, "row-1")
    assert vital.load(preset) == whole
    assert wav.name == "row-1.wav"
    preset_2, *rest = export(whole, None, vital, tmp_path, "row-1")
    assert (preset_2.name, rest) == ("row-1-2.vital", [])
