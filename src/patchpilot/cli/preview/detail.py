"""What is told of one row: its sound as pictures, its patch in the instrument's own units."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text
from textual.reactive import reactive
from textual.widget import Widget

from patchpilot.audio import Audio, db, note_name, peak
from patchpilot.cli.preview.pictures import GUTTER, spectrogram_lines, time_axis, waveform
from patchpilot.datasets.inspection.levels import level
from patchpilot.matching.knobs import assets, modulations, modules
from patchpilot.space import Patch, RoutingSpace, Space

if TYPE_CHECKING:
    from patchpilot.datasets.storage.reader import Dataset, Row

_N_SLOTS = 64
_HEAD, _FAINT = "bold", "dim"


class Sound(Widget):
    """A waveform above a spectrogram, as large as there is room; nothing without a sound."""

    audio: reactive[Audio | None] = reactive(None, always_update=True)
    """What is drawn."""

    def render(self) -> RenderableType:
        """The pictures at the size of now."""
        width, height = self.size.width - GUTTER, self.size.height
        if self.audio is None:
            return Text("no audio in this dataset", style=_FAINT, justify="center")
        if width < 8 or height < 5 or not len(self.audio):
            return Text("")
        above = max(2, height // 4)
        wave = [
            Text(" " * GUTTER).append_text(line) for line in waveform(self.audio, width, above).split("\n")
        ]
        picture = spectrogram_lines(self.audio, width, height - above - 1)
        return Text("\n").join([*wave, picture, time_axis(self.audio.duration_s, width)])


def space_of(dataset: Dataset) -> Space:
    """As much of the instrument's space as the file tells: enough to show values, without the engine."""
    return Space(
        instrument=dataset.recipe.instrument,
        version=dataset.recipe.fingerprint,
        parameters=dataset.parameters,
        routing=RoutingSpace(tuple(dataset.sources), tuple(dataset.destinations), _N_SLOTS, ()),
    )


def facts(row: Row, audio: Audio | None) -> Text:
    """Where a row comes from, how it was played, how loud it is: three lines."""
    note = row.performance.notes[0]
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(row.name or row.source, _HEAD)
    text.append(f"\nrow {row.index}, patch {row.candidate}, {row.source}", _FAINT)
    if audio is not None:
        text.append(f"; {_db(level(audio))}, peak {_db(peak(audio))}", _FAINT)
    text.append(
        f"\n{note_name(note.pitch)} ({note.pitch}), velocity {note.velocity:.2f}, "
        f"held {note.hold_s:g} s of {row.performance.length_s:g} s"
    )
    return text


def patch_page(patch: Patch, space: Space, *, everything: bool) -> RenderableType:
    """What a patch sets, module by module, and its routings.

    Args:
        patch: of the space.
        space: of the dataset.
        everything: also what cannot be heard, by the instrument's own names.
    """
    table = Table.grid(padding=(0, 1, 0, 0), expand=True)
    for ratio, style in ((6, ""), (4, ""), (4, _FAINT)):
        table.add_column(ratio=ratio, style=style, no_wrap=True, overflow="ellipsis")
    n_shown = _add_all(table, patch, space) if everything else _add_modules(table, patch, space)
    if patch.assets:
        table.add_row(Text("Own assets", style=_HEAD), assets(patch), "")
    page = Table.grid(expand=True)
    if everything:
        page.add_row(Text(f"All {n_shown} values that differ from the init patch", style=_HEAD))
    page.add_row(table)
    if patch.routings:
        page.add_row(Text(f"\nModulations ({len(patch.routings)})", style=_HEAD))
        for sentence in modulations(patch):
            page.add_row(Text(f"  {sentence}"))
    more = len(patch.values) - n_shown
    if more > 0 and not everything:
        page.add_row(Text(f"\n{more} more that are not heard or not named here: a shows all", style=_FAINT))
    return page


def _add_modules(table: Table, patch: Patch, space: Space) -> int:
    """What is heard; returns how many settings are shown."""
    shown = 0
    for module in modules(patch, space):
        table.add_row(Text(module.title, style=_HEAD), "", "")
        for knob in module.knobs:
            mark = " ~" if knob.modulated else ""
            table.add_row(f"  {knob.label}{mark}", knob.text, f"init {knob.init_text}")
        shown += len(module.knobs) + 1
    return shown


def _add_all(table: Table, patch: Patch, space: Space) -> int:
    for name, value in patch.values.items():
        parameter = space.by_name.get(name)
        if parameter is None:
            table.add_row(f"  {name}", f"{value:.6g}", "stored")
        else:
            init = parameter.text(parameter.default)
            table.add_row(f"  {name}", parameter.text(value), f"init {init}")
    return len(patch.values)


def _db(amplitude: float) -> str:
    found = db(amplitude)
    return f"{found:.1f} dB".replace("-", "−") if found > -200 else "−∞ dB"
