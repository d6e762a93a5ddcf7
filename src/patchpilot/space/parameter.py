"""One control of an instrument: its real range, how it is encoded, how it is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from patchpilot.space.canonical import float32

Curve = Literal["linear", "quadratic", "quartic", "square_root", "exponential", "indexed"]
"""How the quantity a user reads follows from the stored value."""


@dataclass(frozen=True)
class Parameter:
    """A control with a real range, linearly encoded.

    The encoding is linear over the stored values whatever the curve, so it can be inverted for every
    control. (An engine's own normalisation may not be: Vital's leaves the range for 13 of them.)

    Attributes:
        name: the instrument's own name of the control.
        minimum: lowest stored value.
        maximum: highest stored value, above `minimum`.
        default: the stored value in the init patch.
        is_categorical: whether only whole numbers mean something.
        curve: how the shown quantity follows from the stored value.
        unit: unit of the *shown* quantity ("s", "Hz", "dB", "semitones", "%", "").
        multiply: factor of the shown quantity.
        offset: added to the shown quantity.
        options: names of the categories, the first for `minimum`; may be shorter than the range.
        group: the module it belongs to ("osc_1", "filter_fx", "reverb", …).
    """

    name: str
    minimum: float
    maximum: float
    default: float
    is_categorical: bool
    curve: Curve = "linear"
    unit: str = ""
    multiply: float = 1.0
    offset: float = 0.0
    options: tuple[str, ...] = ()
    group: str = ""

    @property
    def n_categories(self) -> int:
        """How many whole numbers the range holds; 0 for a continuous parameter."""
        return round(self.maximum - self.minimum) + 1 if self.is_categorical else 0

    @property
    def ends(self) -> tuple[float, float]:
        """Lowest and highest stored value."""
        return self.minimum, self.maximum

    def norm(self, value: float) -> float:
        """Encode a stored value linearly to [0, 1]; what lies outside the range is clipped."""
        norm = (value - self.minimum) / (self.maximum - self.minimum)
        return min(1.0, max(0.0, norm))

    def value(self, norm: float) -> float:
        """Decode [0, 1] (clipped) to the nearest stored value: float32, whole where categorical."""
        value = self.minimum + min(1.0, max(0.0, norm)) * (self.maximum - self.minimum)
        return float32(float(round(value)) if self.is_categorical else value, name=self.name)

    def shown(self, value: float) -> float:
        """The quantity a user reads, in `unit`, for a stored value."""
        match self.curve:
            case "quadratic":
                value = value**2
            case "quartic":
                value = value**4
            case "square_root":
                value = math.sqrt(max(value, 0.0))
            case "exponential":
                value = 2.0**value
            case _:
                pass
        return value * self.multiply + self.offset

    def text(self, value: float) -> str:
        """A stored value as a user reads it: an option's name, or a number with its unit."""
        index = round(value - self.minimum)
        if self.is_categorical and 0 <= index < len(self.options):
            return self.options[index]
        shown, unit = self.shown(value), self.unit
        if abs(shown) < 1e-5 * abs(self.shown(self.maximum)):
            shown = 0.0  # float32 dust, or less than anybody hears
        if unit == "s" and abs(shown) < 1.0:
            shown, unit = shown * 1000.0, "ms"
        number = f"{shown:.0f}" if abs(shown) >= 1000.0 else f"{shown:.4g}"
        return f"{number} {unit}".rstrip()

    @property
    def stored_unit(self) -> str:
        """Unit of the *stored* value, "" where it is a plain number or an index."""
        if self.unit and self.curve == "exponential":
            return f"log2 {self.unit}"
        if self.unit and self.curve == "quartic":
            return f"{self.unit}^(1/4)"
        plain = self.curve in ("linear", "indexed") and self.multiply == 1.0 and self.offset == 0.0
        return self.unit if plain else ""
