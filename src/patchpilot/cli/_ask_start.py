"""What `patchpilot ask` starts from: a preset file, or a take of a bank."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from patchpilot.audio import Audio
    from patchpilot.instruments.base import Instrument
    from patchpilot.instruments.take import Take
    from patchpilot.space import Patch, Performance

SOUNDS = (".wav", ".flac", ".aif", ".aiff", ".ogg", ".mp3")


@dataclass(frozen=True)
class Start:
    """A patch, and where it is.

    Attributes:
        patch: what to start from.
        path: the preset; None for a take.
        take: number of the take; None for a preset.
        performance: what the take played; None for a preset.
    """

    patch: Patch
    path: Path | None = None
    take: int | None = None
    performance: Performance | None = None

    def free_place(self, suffix: str) -> Path:
        """The first free name for what comes of it: lead-2.vital beside lead.vital."""
        path = self.path or Path(f"take-{self.take}{suffix}")
        stem, _, number = path.stem.rpartition("-")
        first = int(number) + 1 if stem and number.isdecimal() and self.path else 2
        stem = stem if stem and number.isdecimal() and self.path else path.stem
        return next(
            place
            for n in range(first, first + 100_000)
            if not (place := path.with_name(f"{stem}-{n}{suffix}")).exists()
        )

    def named_from(self, folder: Path) -> str:
        """How a history in a folder names it."""
        import os

        return f"take {self.take}" if self.path is None else os.path.relpath(self.path, folder)


def is_take(text: str) -> bool:
    """Whether somebody means a take of a bank, and no file."""
    return not Path(text).suffix and not Path(text).is_file()


@contextmanager
def opened_instrument(text: str, named: str | None, bank: Path | None) -> Iterator[Instrument]:
    """What plays a preset or a take."""
    from patchpilot.cli._bank import number_of, opened, player_of
    from patchpilot.instruments.base import instrument

    if is_take(text):
        with opened(bank) as store:
            name = store[number_of(store, text)].instrument
        with player_of(name, named) as synth:
            yield synth
    else:
        with instrument(named or "vital") as synth:
            yield synth


def started(text: str, synth: Instrument, bank: Path | None) -> Start:
    """The patch of a preset or of a take; raises `PatchError`, `BankError`."""
    if not is_take(text):
        return Start(synth.load(text), path=Path(text))
    take, number = _take(text, bank)
    return Start(take.patch, take=number, performance=take.performance)


def other_sound(text: str, synth: Instrument, bank: Path | None) -> Audio | Patch | Take:
    """The sound that --like names: a recording, a take, or a preset."""
    from patchpilot.audio import listen

    if is_take(text):
        return _take(text, bank)[0]
    if Path(text).suffix.lower() in SOUNDS:
        return listen(text).audio
    return synth.load(text)


def _take(text: str, bank: Path | None) -> tuple[Take, int]:
    from patchpilot.cli._bank import number_of, opened

    with opened(bank) as store:
        number = number_of(store, text)
        return store.take(number), number
