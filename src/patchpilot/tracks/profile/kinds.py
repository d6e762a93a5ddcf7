"""The features that tracks are compared by: what each is called, its unit, and how much of it anybody hears.

A feature belongs to the sections of a label or to all of a track, and to the mix or to a stem:

    >>> feature = Feature("band 320", "drop", "lead")
    >>> str(feature), feature.kind.unit, feature.hz
    ('drop/lead/band 320', 'dB', 320.0)
    >>> Feature.of("drop/lead/band 320") == feature
    True
"""

from __future__ import annotations

from dataclasses import dataclass

from patchpilot.errors import ParameterError
from patchpilot.tracks.section import LABELS

WHOLE = "whole"
"""In place of a section's label: all of a track."""
MIX = "mix"
"""In place of a stem's name."""


@dataclass(frozen=True)
class Kind:
    """What features of a kind have in common.

    Attributes:
        group: colour, width, level, pumping, drums, dynamics, notes, tempo or form: what tells of one thing.
        words: what it is, to be followed by where it is.
        unit: of its values.
        usual: spread among the tracks of a usual collection: what is believed before a collection is heard.
        audible: a difference that is just heard.
    """

    group: str
    words: str
    unit: str
    usual: float
    audible: float


KINDS = {
    "band": Kind("colour", "level of the band", "dB", 2.5, 1.0),
    "width": Kind("width", "side against the middle", "dB", 3.0, 2.0),
    "level": Kind("level", "level", "dB", 2.0, 1.0),
    "kicks": Kind("drums", "share of the beats with a kick", "", 0.15, 0.1),
    "rise": Kind("level", "rise from start to end", "dB", 2.5, 1.5),
    "bars": Kind("form", "length", "bars", 6.0, 4.0),
    "share": Kind("form", "share of the track", "", 0.1, 0.1),
    "tempo": Kind("tempo", "tempo", "BPM", 2.0, 0.5),
    "loudness": Kind("dynamics", "loudness", "LUFS", 1.5, 1.0),
    "psr": Kind("dynamics", "peaks above the loudness of 3 s", "dB", 1.2, 1.0),
    "range": Kind("dynamics", "loudness range", "LU", 2.0, 1.5),
    "pumping": Kind("pumping", "depth of the pumping", "dB", 2.0, 1.0),
    "recovery": Kind("pumping", "time in which the pumping comes back", "ms", 40.0, 20.0),
    "detune": Kind("notes", "detune of the widest voices", "cents", 6.0, 4.0),
    "hats": Kind("drums", "level of the off-beat hats", "dB", 2.0, 1.0),
    "offbeat": Kind("drums", "how far the hats favour the off-beats", "dB", 5.0, 3.0),
    "floor": Kind("drums", "share of the beats with a kick where the drums play", "", 0.1, 0.1),
    "acid": Kind("notes", "acid", "", 0.15, 0.15),
}
REGIONS = {
    "bass": (0.0, 150.0),
    "low mids": (150.0, 800.0),
    "mids": (800.0, 5000.0),
    "highs": (5000.0, 20_000.0),
}
"""Where widths are measured, Hz."""


@dataclass(frozen=True, order=True)
class Feature:
    """A feature and where it is measured.

    Attributes:
        name: a key of `KINDS`, and where there are several a blank and which: "band 320", "width mids".
        section: one of `LABELS`, or `WHOLE`.
        stem: its name, or `MIX`.

    Raises:
        ParameterError: there is no such kind or section.
    """

    name: str
    section: str = WHOLE
    stem: str = MIX

    def __post_init__(self) -> None:
        if self.name.partition(" ")[0] not in KINDS:
            raise ParameterError(f"expected a feature of {', '.join(KINDS)}, got {self.name!r}")
        if self.section not in (*LABELS, WHOLE):
            raise ParameterError(f"expected a section of {', '.join((*LABELS, WHOLE))}, got {self.section!r}")

    @classmethod
    def of(cls, text: str) -> Feature:
        """The inverse of `str`; raises `ParameterError`."""
        parts = text.split("/")
        if len(parts) != 3:
            raise ParameterError(f'expected a feature like "drop/mix/band 320", got {text!r}')
        return cls(parts[2], parts[0], parts[1])

    def __str__(self) -> str:
        return f"{self.section}/{self.stem}/{self.name}"

    @property
    def kind(self) -> Kind:
        """Of `KINDS`."""
        return KINDS[self.name.partition(" ")[0]]

    @property
    def which(self) -> str:
        """Which of its kind: "320", "low mids"; "" where there is one."""
        return self.name.partition(" ")[2]

    @property
    def hz(self) -> float | None:
        """The middle of its band, Hz; None of all but bands."""
        return float(self.which) if self.kind is KINDS["band"] else None

    @property
    def words(self) -> str:
        """What and where: "level of the band at 320 Hz in the drops of lead"."""
        what = self.kind.words
        if self.hz is not None:
            what = f"{what} at {hertz(self.hz)}"
        elif self.which:
            what = f"{what} in the {self.which}"
        where = "" if self.section == WHOLE else f" in the {sections_called(self.section)}"
        return f"{what}{where}{'' if self.stem == MIX else f' of {self.stem}'}"


def sections_called(label: str) -> str:
    """All sections of a label: "drops"."""
    return f"{label}s"


def hertz(hz: float) -> str:
    """A frequency as one says it: "320 Hz", "2.5 kHz"."""
    return f"{hz / 1000.0:.2g} kHz" if hz >= 995.0 else f"{hz:.3g} Hz"


def amount(value: float, unit: str, *, signed: bool = False) -> str:
    """A value with its unit, as precise as it is worth: "−2.5 dB"."""
    digits = 0 if unit in ("ms", "cents", "bars") else 2 if unit == "" else 1
    return f"{value:{'+' if signed else ''}.{digits}f} {unit}".rstrip().replace("-", "−")


def tracks_of_yours(n: int) -> str:
    """How many tracks something rests on, in words."""
    return f"{n} track{'s' * (n != 1)} of yours"
