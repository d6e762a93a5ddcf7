"""The XML of Surge's presets: read from bytes, and what both ways need of it."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree as ET  # what it parses has no doctype, so there are no entities

from patchpilot.errors import PatchError

ILLEGAL = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]|&#x?0*(?:[0-8bcef]|1[0-9a-f]);", re.IGNORECASE
)
"""What no XML may hold, and old presets do."""
INFO = ("name", "category", "author", "comment", "license")
"""What a preset says about itself."""
SCENES = {"a_": "0", "b_": "1"}
"""The file's numbers of the scenes, by what their parameters begin with; those of no scene have 0, too."""


def parse(xml: bytes) -> ET.Element:
    """The tree of a preset's XML.

    Raises:
        PatchError: it is none.
    """
    try:
        text = xml.rstrip(b"\0").decode("utf-8")
    except UnicodeDecodeError:
        text = xml.rstrip(b"\0").decode("latin-1")
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise PatchError("not a Surge preset: its XML has a doctype, which Surge never writes")
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", ILLEGAL.sub("", text))
    try:
        tree = ET.fromstring(text)
    except (ET.ParseError, RecursionError, ValueError) as error:
        raise PatchError(
            f"not a Surge preset: its XML cannot be read ({error}); is the file damaged?"
        ) from None
    if tree.tag != "patch" or tree.find("parameters") is None:
        raise PatchError("not a Surge preset: expected XML of a patch with parameters")
    return tree


def float_of(text: str | None, name: str) -> float:
    """A number of the file; raises `PatchError` where it is none."""
    try:
        value = float(text or 0.0)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PatchError(f"{name}: expected a number, got {text!r}; is the preset damaged?")
    return value
