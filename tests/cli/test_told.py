from __future__ import annotations

import errno
from pathlib import Path

import pytest
from click.testing import CliRunner

from patchpilot.cli._errors import told
from patchpilot.cli.render import command
from patchpilot.errors import AudioError, OutputError


def test_our_own_errors_speak_for_themselves() -> None:
    assert told(AudioError("no such file: a.wav")) == "no such file: a.wav"


def test_the_systems_errors_are_told_in_its_words() -> None:
    assert told(OSError(errno.ENOSPC, "No space left on device")) == "No space left on device"
    assert told(OSError(errno.EACCES, "Permission denied", "x.wav")) == "Permission denied: x.wav"


def test_a_bug_is_called_one_and_shown_on_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PATCHPILOT_DEBUG", raising=False)
    assert told(ZeroDivisionError("by zero")).startswith(
        "unexpected ZeroDivisionError: by zero. This is a bug"
    )
    monkeypatch.setenv("PATCHPILOT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        told(ZeroDivisionError("by zero"))


def test_a_preset_is_never_overwritten_by_its_sound(tmp_path: Path) -> None:
    preset = tmp_path / "lead.vital"
    preset.write_text("{}")
    run = CliRunner().invoke(command, [str(preset), "--out", str(preset), "--force"])
    assert isinstance(run.exception, OutputError)
    assert "would be overwritten by its own sound" in str(run.exception)
    assert preset.read_text() == "{}"
