"""What opens over the browser: its help, and the question where exported rows go."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Input, Static

_KEYS = {
    "↑ ↓  j k  n p": "next and previous row",
    "page ↑ ↓  home  end": "further",
    "shift ↑ ↓": "more of the patch; ~ marks what is modulated",
    "space  s": "play the row; stop",
    "/": "filter; enter: back to the table; escape: no filter",
    "a": "all values of the patch, or those that are heard",
    "e": "export as a preset and a WAV; replaces nothing",
    "q": "quit",
}
_FILTERS = {
    "glass pad": "both words are in name, source or note",
    "!preset": "the word is not",
    "note=C4 velocity>0.8": "of the table; also row, source, name",
    "osc_1_level>0.5": "a parameter's stored value, as in the labels",
    "env_1_attack<50ms": "with a unit: as the instrument shows it",
    'filter_1_model="dirty"': "an option by its name",
    "routings>=3": "how many modulations the patch has",
}


class Help(ModalScreen[None]):
    """Keys and filters; any of a few keys closes it."""

    DEFAULT_CSS = """
    Help { align: center middle; }
    Help > VerticalScroll { width: 78; max-width: 98%; height: auto; max-height: 98%; padding: 0 2;
        background: $surface; border: round $primary; border-title-color: $text; scrollbar-size-vertical: 1; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark,f1,enter,space", "dismiss", "Close", show=False)
    ]

    def compose(self) -> ComposeResult:
        """Two lists."""
        with VerticalScroll():
            yield Static(_list({"Keys": _KEYS, "Filters": _FILTERS}), markup=False)


class FolderDialog(ModalScreen[Path | None]):
    """Asks for a folder; None where nobody wants one.

    Args:
        proposed: what stands there at first.
    """

    DEFAULT_CSS = """
    FolderDialog { align: center middle; }
    FolderDialog Input { margin-top: 1; background: $boost; }
    FolderDialog > Vertical { width: 70; max-width: 96%; height: auto; padding: 1 2; background: $surface;
        border: round $primary; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "dismiss(None)", "Cancel", show=False)]

    def __init__(self, proposed: Path) -> None:
        super().__init__()
        self._proposed = proposed

    def compose(self) -> ComposeResult:
        """A line to type in."""
        with Vertical():
            yield Static("Folder to export to (enter writes, escape does not)", markup=False)
            yield Input(str(self._proposed), id="folder", compact=True)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter: this folder."""
        event.stop()
        self.dismiss(Path(event.value).expanduser() if event.value.strip() else None)


def _list(lists: Mapping[str, Mapping[str, str]]) -> Table:
    """Lists below one another, their columns aligned."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column()
    for title, lines in lists.items():
        table.add_row(Text(title, style="bold default"), "")
        for left, right in lines.items():
            table.add_row(f"  {left}", right)
    return table
