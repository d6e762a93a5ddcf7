"""examples/dataset_pipeline: its commands are ours, and run one after the other. DVC itself is not needed."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from patchpilot.cli._main import _patchpilot

FOLDER = Path(__file__).parents[2] / "examples" / "dataset_pipeline"


def parameters() -> dict[str, str]:
    """What params.yaml says, as "section.name"."""
    found, section = {}, ""
    for line in (FOLDER / "params.yaml").read_text("utf-8").splitlines():
        name, _, value = line.partition(":")
        if value.strip():
            found[f"{section}.{name.strip()}"] = value.strip()
        else:
            section = name or section
    return found


def commands(**changed: str) -> list[str]:
    """The commands of dvc.yaml in order, filled in."""
    known = parameters() | {name.replace("__", "."): value for name, value in changed.items()}
    text = (FOLDER / "dvc.yaml").read_text("utf-8")
    folded = re.findall(r"^    cmd: >-\n((?:      .*\n)+)", text, re.MULTILINE)
    lines = [" ".join(line.strip() for line in block.splitlines()) for block in folded]
    return [re.sub(r"\$\{([\w.]+)\}", lambda match: known[match[1]], line) for line in lines]


def test_its_commands_are_ours() -> None:
    said = [shlex.split(line) for line in commands()]
    assert [words[:3] for words in said] == [
        ["patchpilot", "dataset", verb] for verb in ("generate", "inspect", "sheet", "export")
    ]
    for words in said:
        arguments = words[1 : words.index(">")] if ">" in words else words[1:]
        command: click.Command | None = _patchpilot
        context = click.Context(_patchpilot)
        while isinstance(command, click.Group):
            command = command.get_command(context, arguments.pop(0))
        assert command is not None
        command.make_context(str(command.name), arguments)  # raises where an option is not known


@pytest.mark.slow
def test_its_commands_run(tmp_path: Path) -> None:
    scripts = Path(sys.executable).parent
    for line in commands(generate__rows="4"):
        ours = line.replace("patchpilot", str(scripts / "patchpilot"), 1)
        subprocess.run(ours, shell=True, cwd=tmp_path, check=True)
    said = json.loads((tmp_path / "inspect.json").read_text("utf-8"))
    manifest = json.loads((tmp_path / "shards" / "export.json").read_text("utf-8"))
    assert said["rows"] == 4
    assert manifest["identity"]["dataset"] == said["content_hash"]
    assert (tmp_path / "sheet.png").stat().st_size > 1000
