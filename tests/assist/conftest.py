from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.workspace import Workspace
from tests.toy import Toy
from tests.workspace.toys import a_take, sound_file, workspace_of


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with workspace_of(tmp_path / "ws") as made:
        yield made


@pytest.fixture
def sound(workspace: Workspace, tmp_path: Path) -> str:
    """Id of a sound that was brought."""
    found: str = workspace.sounds.add(sound_file(tmp_path / "lead.wav"), name="lead.wav")["id"]
    return found


@pytest.fixture
def take(workspace: Workspace) -> int:
    """Number of a take."""
    number = workspace.keep(a_take(Toy()), scores={})
    workspace.bank.flush()
    return number
