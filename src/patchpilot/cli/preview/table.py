"""A table of any number of rows, of which only those on the screen are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from rich.segment import Segment
from rich.text import Text
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

_WIDTHS = {"row": 8, "source": 10, "note": 5, "velocity": 5, "level": 7}
"""Cells of each column; the name has the rest."""
_HEADS = {"row": "row", "source": "source", "name": "name", "note": "note", "velocity": "vel.", "level": "dB"}
_LEFT = ("source", "name")
_WIDE_ENOUGH = {"source": 52, "velocity": 44}
"""Below this many cells a column is left out."""


class Cells(Protocol):
    """Where the table has its texts from."""

    def cells(self, row: int) -> Mapping[str, str]:
        """The text of each column ("row", "source", "name", "note", "velocity", "level") of a row."""


class RowTable(ScrollView, can_focus=True):
    """Rows of a dataset; the cursor is on one of them.

    Args:
        source: where the texts are from.
        rows: numbers of the rows to be shown, int (n,).
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {"table--head", "table--cursor", "table--even", "table--odd"}
    DEFAULT_CSS = """
    RowTable { background: $surface; scrollbar-size-vertical: 1; }
    RowTable .table--head { color: $text-muted; text-style: bold; background: $panel; }
    RowTable .table--cursor { background: $primary; color: $text; text-style: bold; }
    RowTable .table--even { background: $surface; color: $foreground; }
    RowTable .table--odd { background: $surface-lighten-1; color: $foreground; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "move(-1)", "Up", show=False),
        Binding("down,j", "move(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "end(-1)", "First", show=False),
        Binding("end,G", "end(1)", "Last", show=False),
    ]
    place: reactive[int] = reactive(0)
    """Where the cursor is, counted from 0 among the rows that are shown."""

    class Moved(Message):
        """The cursor is on another row, or on none where `row` is None."""

        def __init__(self, row: int | None) -> None:
            super().__init__()
            self.row = row

    def __init__(self, source: Cells, rows: npt.NDArray[np.int64], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._source = source
        self._rows = rows
        self.virtual_size = Size(0, len(rows) + 1)

    @property
    def row(self) -> int | None:
        """The number of the row that the cursor is on; None where none is shown."""
        return int(self._rows[self.place]) if len(self._rows) else None

    def show(self, rows: npt.NDArray[np.int64]) -> None:
        """Show other rows; the cursor stays on its row where that is among them."""
        before = self.row
        self._rows = rows
        self.virtual_size = Size(0, len(rows) + 1)
        found = np.flatnonzero(rows == before)
        self.set_reactive(RowTable.place, int(found[0]) if len(found) else 0)
        self._keep_in_sight()
        self.refresh()
        self.post_message(self.Moved(self.row))

    def in_sight(self) -> list[int]:
        """Numbers of the rows that are on the screen."""
        top = int(self.scroll_offset.y)
        return [int(row) for row in self._rows[top : top + max(self.size.height - 1, 0)]]

    def validate_place(self, place: int) -> int:
        """The nearest place that there is."""
        return max(0, min(place, len(self._rows) - 1))

    def watch_place(self, before: int, now: int) -> None:
        """Tell, and scroll so that the cursor is seen."""
        if before != now:
            self._keep_in_sight()
            self.post_message(self.Moved(self.row))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.place += by

    def action_page(self, by: int) -> None:
        """Move the cursor by what is on the screen."""
        self.place += by * max(self.size.height - 2, 1)

    def action_end(self, which: int) -> None:
        """Move the cursor to the first or the last row."""
        self.place = 0 if which < 0 else len(self._rows) - 1

    def on_click(self, event: events.Click) -> None:
        """The cursor goes where somebody clicks."""
        if event.y >= 1 and int(self.scroll_offset.y) + event.y - 1 < len(self._rows):
            self.place = int(self.scroll_offset.y) + event.y - 1

    def render_line(self, y: int) -> Strip:
        """A line of the screen; the first is the head of the table."""
        width = self.scrollable_content_region.width
        if y == 0:
            return self._strip(_HEADS, "table--head", width)
        place = int(self.scroll_offset.y) + y - 1
        if place >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        kind = "cursor" if place == self.place else ("odd" if place % 2 else "even")
        return self._strip(self._source.cells(int(self._rows[place])), f"table--{kind}", width)

    def _strip(self, cells: Mapping[str, str], kind: str, width: int) -> Strip:
        style = self.get_component_rich_style(kind)
        return Strip([Segment(_line(cells, width), style)]).adjust_cell_length(width, style)

    def _keep_in_sight(self) -> None:
        height = max(self.size.height - 1, 1)
        top = int(self.scroll_offset.y)
        aim = min(max(top, self.place - height + 1), self.place)
        self.scroll_to(y=aim, animate=False, force=True)
        self.refresh()


def _line(cells: Mapping[str, str], width: int) -> str:
    """The texts of a row in columns."""
    widths = {name: cut for name, cut in _WIDTHS.items() if width >= _WIDE_ENOUGH.get(name, 0)}
    rest = max(width - sum(widths.values()) - 2 * len(widths) - 2, 4)
    parts = []
    for name in _HEADS:
        if name == "name" or name in widths:
            text = Text(cells[name], end="")
            text.truncate(widths.get(name, rest), overflow="ellipsis")
            text.align("left" if name in _LEFT else "right", widths.get(name, rest))
            parts.append(text.plain)
    return " " + "  ".join(parts) + " "
