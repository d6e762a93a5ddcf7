from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot.instruments.plugin import scan as scanning
from patchpilot.instruments.plugin.catalogue import Catalogue
from patchpilot.instruments.plugin.scan import scan

pytest.importorskip("dawdreamer", reason="plug-ins need DawDreamer: pip install 'patchpilot[racks]'")


def no_pool(*_: object) -> None:
    raise AssertionError("nothing was to be loaded")


def test_plugins_that_crash_hang_leave_or_babble_cost_a_line_each(
    faulty: Callable[[str], Path],
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    reasons = {
        "crashes": "crashed (SIGSEGV) when it was loaded",
        "hangs": "timed out after 3 s when it was loaded",
        "leaves": "crashed (exit status 3) when it was loaded",
        "babbles": "dawdreamer cannot load it: Unable to load plugin.",
        "is_empty": "dawdreamer cannot load it: Unable to load plugin.",
    }
    files = [faulty(fault) for fault in reasons]
    found = {e.path.stem: e for e in scan(files, timeout_s=3.0, catalogue=catalogue)}
    assert {name: entry.reason for name, entry in found.items()} == reasons
    assert all(entry.info is None for entry in found.values())
    assert capfd.readouterr().out == ""  # what they print is theirs

    monkeypatch.setattr(scanning, "opened", no_pool)
    again = {e.path.stem: e.reason for e in scan(files, catalogue=catalogue)}
    assert again == reasons  # known, and not tried again
    with pytest.raises(AssertionError, match="nothing was to be loaded"):
        list(scan(files, catalogue=catalogue, rescan=True))


def test_one_that_is_junk_is_told_in_a_line(faulty: Callable[[str], Path], catalogue: Catalogue) -> None:
    (entry,) = scan([faulty("is_junk")], timeout_s=5.0, catalogue=catalogue)
    assert entry.info is None
    assert entry.reason
    assert "\n" not in entry.reason


def test_what_is_no_plugin_for_this_machine_is_never_loaded(
    faulty: Callable[[str], Path], tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scanning, "opened", no_pool)
    text = tmp_path / "text.so"
    text.write_text("I am a text.\n")
    foreign = tmp_path / "foreign.so"
    code = bytearray(faulty("is_empty").read_bytes())
    code[18:20] = (8).to_bytes(2, "little")  # MIPS
    foreign.write_bytes(code)
    windows = tmp_path / "windows.vst3"
    windows.write_bytes(b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0\x64\x86" + bytes(100))
    bundle = tmp_path / "empty.vst3"
    bundle.mkdir(exist_ok=True)
    gone = tmp_path / "gone.so"
    found = {e.path.name: e.reason for e in scan([text, foreign, windows, bundle, gone], catalogue=catalogue)}
    assert "no program" in found["text.so"]
    assert "is a plug-in for MIPS" in found["foreign.so"]
    assert "is a plug-in for Windows" in found["windows.vst3"]
    assert "a folder without one" in found["empty.vst3"]
    assert found["gone.so"] == "there is no such file"


def test_a_plugin_that_works_is_known_after_bad_ones_and_until_it_changes(
    faulty: Callable[[str], Path],
    amsynth: Path,
    tmp_path: Path,
    catalogue: Catalogue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "vst"
    folder.mkdir()
    shutil.copy(faulty("crashes"), folder / "a.so")
    shutil.copy(amsynth, folder / "b.so")
    bad, good = scan([folder], catalogue=catalogue)
    assert "SIGSEGV" in bad.reason
    info = good.info
    assert info is not None
    assert (info.kind, info.host, info.n_inputs, len(info.knobs)) == ("VST2 instrument", "dawdreamer", 0, 41)
    assert info.reproducibility == "reproducible when fresh"
    assert info.is_forkable
    assert info.rolls_dice  # its oscillators run free
    knobs = {knob.parameter.name: knob for knob in info.knobs}
    assert knobs["osc1_waveform"].parameter.options == ("0", "1", "2", "3", "4")
    assert knobs["filter_cutoff"].texts[0] == "0.25"
    assert knobs["amp_release"].unit == "s"

    monkeypatch.setattr(scanning, "opened", no_pool)
    assert [e.info for e in scan([folder], catalogue=catalogue)] == [None, info]
    with (folder / "b.so").open("ab") as file:
        file.write(b"\0")
    with pytest.raises(AssertionError, match="nothing was to be loaded"):
        list(scan([folder], catalogue=catalogue))
