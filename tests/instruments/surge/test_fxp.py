"""The container of presets."""

from __future__ import annotations

import pytest

from patchpilot.errors import PatchError
from patchpilot.instruments.surge.fxp import Fxp
from patchpilot.instruments.surge.markup import parse

WHOLE = Fxp(b"<patch/>", {"a_osc1": b"first", "b_osc3": b"last table"}, "Büß")


def test_a_file_reads_as_it_was_written() -> None:
    assert Fxp.from_bytes(WHOLE.to_bytes()) == WHOLE


def test_a_long_name_is_cut_between_letters() -> None:
    name = Fxp.from_bytes(Fxp(b"", {}, "ü" * 40).to_bytes()).name
    assert name == "ü" * 13


@pytest.mark.parametrize("length", [0, 3, 59, 60, 90, len(WHOLE.to_bytes()) - 1])
def test_a_file_that_is_cut_off_is_refused(length: int) -> None:
    with pytest.raises(PatchError, match="Surge preset"):
        Fxp.from_bytes(WHOLE.to_bytes()[:length])


def test_another_synthesizers_file_is_refused() -> None:
    data = WHOLE.to_bytes().replace(b"cjs3", b"Xfer", 1)
    with pytest.raises(PatchError, match="an FXP file of 'Xfer'"):
        Fxp.from_bytes(data)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<patch>",
        b"<other/>",
        b"<patch/>",
        b'<!DOCTYPE patch [<!ENTITY a "a">]><patch><parameters>&a;</parameters></patch>',
        b"<a>" * 100_000,
    ],
)
def test_what_is_no_patch_is_refused(xml: bytes) -> None:
    with pytest.raises(PatchError, match="not a Surge preset"):
        parse(xml)


def test_old_files_with_letters_of_windows_and_control_characters_are_read() -> None:
    tree = parse(b'<?xml version="1.0"?><patch><meta name="\xe9\x01&#x02;"/><parameters/></patch>\0')
    meta = tree.find("meta")
    assert meta is not None
    assert meta.get("name") == "é"
