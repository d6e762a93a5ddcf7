from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import OutputError
from patchpilot.workspace.lines import Lines


def test_what_was_appended_is_read_and_a_torn_line_costs_itself_only(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    log = Lines(path)
    assert log.read() == []
    log.append({"id": 1, "text": "Größe"})
    path.write_text(path.read_text("utf-8") + '{"id": 2, "te', "utf-8")  # the power went
    after = Lines(path)
    assert after.read() == [{"id": 1, "text": "Größe"}]
    after.append({"id": 3})
    after.append({"id": 4})
    assert [line["id"] for line in Lines(path).read()] == [1, 3, 4]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputError):
        Lines(tmp_path / "none" / "log.jsonl").append({})
