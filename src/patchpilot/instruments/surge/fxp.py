"""The container of Surge's preset files: an FXP header, then a chunk of XML and up to six wavetables.

The chunk begins with "sub3", the length of the XML and six lengths of wavetables (three oscillators of scene A, three
of B; 0 where an oscillator brings none), all little-endian. The FXP header is Steinberg's, big-endian.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from patchpilot.errors import PatchError

MAX_BYTES = 64 << 20
"""Largest preset file that is read."""
OSCILLATORS = ("a_osc1", "a_osc2", "a_osc3", "b_osc1", "b_osc2", "b_osc3")
"""In the order of their wavetables."""

_HEADER = struct.Struct(">4sI4sI4sII28sI")
_CHUNK = struct.Struct("<4s7I")
_MAGIC, _KIND, _SYNTH, _TAG = b"CcnK", b"FPCh", b"cjs3", b"sub3"


@dataclass(frozen=True)
class Fxp:
    """What a preset file holds.

    Attributes:
        xml: the patch.
        tables: wavetables as Surge keeps them (a header and 16-bit or float frames), by oscillator.
        name: in the FXP header, at most 27 bytes of it.
    """

    xml: bytes
    tables: Mapping[str, bytes] = field(default_factory=dict)
    name: str = ""

    def to_bytes(self) -> bytes:
        """The file's content."""
        tables = [self.tables.get(name, b"") for name in OSCILLATORS]
        chunk = _CHUNK.pack(_TAG, len(self.xml), *map(len, tables)) + self.xml + b"".join(tables)
        name = self.name.encode()[:27].decode(errors="ignore").encode()
        return _HEADER.pack(_MAGIC, 0, _KIND, 1, _SYNTH, 1, 1, name, len(chunk)) + chunk

    @classmethod
    def from_bytes(cls, data: bytes) -> Fxp:
        """The inverse of `to_bytes`.

        Raises:
            PatchError: it is no preset of Surge, or cut off.
        """
        if len(data) <= _HEADER.size or data[:4] != _MAGIC:
            raise PatchError(
                "not a Surge preset: expected an FXP file; is it another kind of file, or cut off?"
            )
        _, _, kind, _, synth, _, _, name, _ = _HEADER.unpack_from(data)
        if kind != _KIND or synth != _SYNTH:
            raise PatchError(f"not a Surge preset: it is an FXP file of {synth.decode(errors='replace')!r}")
        if data[_HEADER.size : _HEADER.size + 4] != _TAG:
            return cls(data[_HEADER.size :], {}, _text(name))  # before Surge had wavetables in its presets
        if len(data) < _HEADER.size + _CHUNK.size:
            raise PatchError("a cut-off Surge preset: it ends in its header; copy it again")
        _, xml_size, *sizes = _CHUNK.unpack_from(data, _HEADER.size)
        at = _HEADER.size + _CHUNK.size
        if at + xml_size + sum(sizes) > len(data):
            raise PatchError(
                f"a cut-off Surge preset: expected {at + xml_size + sum(sizes)} bytes, got {len(data)}; copy it again"
            )
        xml, at = data[at : at + xml_size], at + xml_size
        tables = {}
        for oscillator, size in zip(OSCILLATORS, sizes, strict=True):
            if size:
                tables[oscillator] = data[at : at + size]
            at += size
        return cls(xml, tables, _text(name))


def _text(name: bytes) -> str:
    return name.split(b"\0")[0].decode(errors="replace")
