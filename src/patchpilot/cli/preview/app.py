"""The terminal browser: a table of rows, a filter, and the row under the cursor to be seen and heard."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.timer import Timer
from textual.widgets import Footer, Input, Static

from patchpilot.cli._errors import told
from patchpilot.cli.preview.detail import Sound, facts, patch_page, space_of
from patchpilot.cli.preview.dialogs import FolderDialog, Help
from patchpilot.cli.preview.export import export
from patchpilot.cli.preview.index import Index
from patchpilot.cli.preview.player import Player
from patchpilot.cli.preview.table import RowTable
from patchpilot.errors import PatchPilotError
from patchpilot.instruments.base import Instrument, instrument

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.datasets.storage.reader import Dataset, Row
    from patchpilot.space import Patch

_REST_S = 0.06
"""The cursor rests on a row for so long before the row is drawn, so that holding a key down stays quick."""
_AT_ONCE = 4
"""Levels that are measured between two keys."""


class Preview(App[None]):
    """Look at the rows of a dataset.

    Args:
        dataset: open; it stays the caller's.
        name: of the file, for the title and the names of exported files.
        out: folder for exported rows; asked for where it is None.
    """

    CSS_PATH = "app.tcss"
    TITLE = "Patch Pilot"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "play", "Play"),
        Binding("s", "stop", "Stop", show=False),
        Binding("n,right", "step(1)", "Next", key_display="n"),
        Binding("p,left", "step(-1)", "Prev", key_display="p"),
        Binding("slash", "search", "Filter", key_display="/"),
        Binding("a", "everything", "All"),
        Binding("e", "export", "Export"),
        Binding("question_mark,f1", "help", "Help", key_display="?"),
        Binding("q", "quit", "Quit"),
        Binding("escape", "leave", "Back", show=False),
        Binding("shift+down", "scroll_values(1)", "Values down", show=False),
        Binding("shift+up", "scroll_values(-1)", "Values up", show=False),
    ]

    def __init__(self, dataset: Dataset, *, name: str, out: Path | None = None) -> None:
        super().__init__()
        self._dataset = dataset
        self._file_name = name
        self._out = out
        self._index = Index(dataset)
        self._table = RowTable(self._index, self._index.rows(""), id="rows")
        self._box = Input(
            placeholder="/ to filter: words, note=60, osc_1_level>0.5", id="filter", compact=True
        )
        self._said = Static(id="said", markup=False)
        self._facts = Static(id="facts", markup=False)
        self._sound = Sound(id="sound")
        self._page = Static(id="patch", markup=False)
        self._pane = VerticalScroll(self._page, id="scroll", can_focus=False)
        self._space = space_of(dataset)
        self._player = Player()
        self._instrument: Instrument | None = None
        self._everything = False
        self._resting: Timer | None = None
        self._row: Row | None = None
        self._audio: Audio | None = None

    def compose(self) -> ComposeResult:
        """A title, the table with its filter, the row, the keys."""
        recipe = self._dataset.recipe
        state = "sealed" if self._dataset.is_sealed else "still being written"
        yield Static(
            f"{self._file_name}   {recipe.instrument}, tier {recipe.tier}   {len(self._index):,} rows, {state}",
            id="title",
            markup=False,
        )
        with Horizontal():
            yield Vertical(self._box, self._table, self._said, id="left")
            yield Vertical(self._facts, self._sound, self._pane, id="right")
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        """Begin with the first row."""
        self._table.focus()
        self._say(f"{len(self._index):,} rows")
        self._look(self._table.row)
        self.set_interval(0.05, self._measure)

    def on_unmount(self) -> None:
        """Leave nothing running."""
        self._player.close()
        if self._instrument is not None:
            self._instrument.close()

    # What is looked at

    def on_row_table_moved(self, event: RowTable.Moved) -> None:
        """The cursor moved: show the row as soon as it rests."""
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_S, lambda: self._look(event.row))

    @on(Input.Changed, "#filter")
    def _filter(self, event: Input.Changed) -> None:
        """Filter while it is typed."""
        try:
            rows = self._index.rows(event.value)
        except PatchPilotError as error:
            self._say(told(error), wrong=True)
            return
        self._say(f"{len(rows):,} of {len(self._index):,} rows" if event.value else f"{len(rows):,} rows")
        self._table.show(rows)

    @on(Input.Submitted, "#filter")
    def _filtered(self) -> None:
        """Enter goes from the filter to the table."""
        self._table.focus()

    def _look(self, number: int | None) -> None:
        """Show a row; nothing where none suits the filter, or where it cannot be read."""
        self._row = self._audio = None
        if number is not None:
            try:
                row = self._dataset[number]
                self._audio = row.audio if self._dataset.recipe.audio != "none" else None
                about, page = (
                    facts(row, self._audio),
                    patch_page(row.patch, self._space, everything=self._everything),
                )
                self._row = row
            except PatchPilotError as error:
                self._say(told(error), wrong=True)
        is_shown = self._row is not None
        self._facts.update(about if is_shown else "")
        self._page.update(page if is_shown else "")
        self._pane.scroll_home(animate=False)
        self._sound.visible = is_shown
        self._sound.audio = self._audio

    def _measure(self) -> None:
        """Listen to a few of the rows in sight whose level is not known."""
        unknown = [row for row in self._table.in_sight() if row not in self._index.levels][:_AT_ONCE]
        for row in unknown:
            self._index.listen(row)
        if unknown:
            self._table.refresh()

    # What keys do

    def action_step(self, by: int) -> None:
        """Go to the next or the previous row."""
        self._table.action_move(by)

    def action_search(self) -> None:
        """Type a filter."""
        self._box.focus()

    def action_leave(self) -> None:
        """From the filter to the table; from the table to no filter."""
        if self._table.has_focus:
            self._box.value = ""
        self._table.focus()

    def action_everything(self) -> None:
        """Show all values of the patch, or those that are heard."""
        self._everything = not self._everything
        self._look(self._table.row)

    def action_scroll_values(self, by: int) -> None:
        """Show more of the patch."""
        self._pane.scroll_relative(y=by * max(self._pane.size.height // 2, 1), animate=False)

    def action_help(self) -> None:
        """What the keys and the filter can do."""
        self.push_screen(Help())

    def action_play(self) -> None:
        """Play the row."""
        if self._audio is None:
            self._say("this row has no audio", wrong=True)
            return
        try:
            by = self._player.play(self._audio)
        except PatchPilotError as error:
            self.notify(told(error), title="Not played", severity="warning", markup=False)
            return
        self._say(f"playing ({by})")

    def action_stop(self) -> None:
        """Play no more."""
        self._player.stop()

    def action_export(self) -> None:
        """Write the row as a preset and a WAV file."""
        row = self._row
        if row is None:
            return
        patch, audio = row.patch, self._audio
        stem = f"{Path(self._file_name).stem}-row-{row.index}"

        def write(folder: Path | None) -> None:
            if folder is not None:
                self._say("exporting…")
                self._export(patch, audio, folder, stem)

        if self._out is not None:
            write(self._out)
        else:
            self.push_screen(FolderDialog(Path.cwd() / "exported"), write)

    @work(thread=True, exclusive=True, group="export")
    def _export(self, patch: Patch, audio: Audio | None, folder: Path, stem: str) -> None:
        """In a thread: the first export starts the engine."""
        try:
            if self._instrument is None:
                self._instrument = instrument(self._dataset.recipe.instrument)
            files = export(patch, audio, self._instrument, folder, stem)
        except PatchPilotError as error:
            self.call_from_thread(
                self.notify, told(error), title="Not exported", severity="error", markup=False
            )
            return
        names = " and ".join(file.name for file in files)
        self.call_from_thread(self._say, f"wrote {names}")
        self.call_from_thread(self.notify, f"{names}\nin {folder}", title="Exported", markup=False)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        """One line below the table."""
        self._said.update(text)
        self._said.set_class(wrong, "wrong")
