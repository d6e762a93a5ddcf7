"""A note in the presets that we write, so that they read back as the very same patch.

Surge keeps numbers of a preset with a few digits; a patch has all of them. So a preset that we write says the patch
itself too, beside a hash of all else. Surge passes the note over, and drops it when a user saves the preset: then, and
if anything else was changed, what the engine reads counts.
"""

from __future__ import annotations

import dataclasses
import json
import re
from xml.sax.saxutils import quoteattr, unescape

from patchpilot.errors import PatchError
from patchpilot.instruments.surge.document import table
from patchpilot.instruments.surge.fxp import OSCILLATORS, Fxp
from patchpilot.space.canonical import canonical_json, sha256
from patchpilot.space.patch import Patch
from patchpilot.space.routing import Routing
from patchpilot.space.space import Space

_END = b"</patch>"
_NOTE = re.compile(rb'<patchpilot patch=("[^"]*"|\'[^\']*\') digest="([0-9a-f]{64})"/>')
_QUOTES = {"&quot;": '"', "&#10;": "\n", "&#13;": "\r", "&#9;": "\t"}


def marked(fxp: Fxp, patch: Patch) -> Fxp:
    """The preset, with the note."""
    said = {
        "values": dict(patch.values),
        "routings": [dict(vars(routing)) for routing in patch.routings],
        "extra": patch.extra,
        "info": dict(patch.info),
    }
    note = f'<patchpilot patch={quoteattr(canonical_json(said))} digest="{_digest(fxp)}"/>'
    return dataclasses.replace(fxp, xml=fxp.xml.removesuffix(_END) + note.encode() + _END)


def patch_said(space: Space, fxp: Fxp) -> Patch | None:
    """The patch of the note; None where there is none, or it no longer fits the preset, or this version of Surge."""
    match = _NOTE.search(fxp.xml)
    if match is None:
        return None
    rest = dataclasses.replace(fxp, xml=fxp.xml[: match.start()] + fxp.xml[match.end() :])
    if _digest(rest) != match[2].decode():
        return None
    try:
        said = json.loads(unescape(match[1].decode()[1:-1], _QUOTES))
        return Patch.make(
            space,
            said["values"],
            routings=[Routing(**routing) for routing in said["routings"]],
            assets={
                f"{name}_wavetable": table(fxp.tables[name]) for name in OSCILLATORS if name in fxp.tables
            },
            extra=json.loads(said["extra"]),
            info=said["info"],
        )
    except (ValueError, KeyError, TypeError, PatchError):
        return None


def _digest(fxp: Fxp) -> str:
    return sha256(fxp.xml, *(fxp.tables.get(name, b"") for name in OSCILLATORS))
