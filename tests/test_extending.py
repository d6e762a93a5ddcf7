"""docs/extending.md: what it shows of the sample package is its code, and the rest runs with it installed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.test_examples import EXAMPLES, ROOT, SHORT, blocks, environment, plugin, run

__all__ = ["environment", "plugin"]  # fixtures
PAGE = (ROOT / "docs" / "extending.md").read_text("utf-8")
PACKAGE = EXAMPLES / "plugin"
_FILE = re.compile(r"# (\w+\.py)\n")
SHOWN = [block for block in blocks("python", PAGE) if _FILE.match(block)]
RUN = [block for block in blocks("python", PAGE) if not _FILE.match(block)]


@pytest.mark.parametrize("block", SHOWN, ids=lambda block: block.splitlines()[1].strip())
def test_code_of_the_package_is_as_it_is_there(block: str) -> None:
    name, code = block.removeprefix("# ").split("\n", 1)
    (file,) = PACKAGE.rglob(name)
    assert code in file.read_text("utf-8")


def test_the_registration_is_the_packages() -> None:
    (shown,) = blocks("toml", PAGE)
    assert shown in (PACKAGE / "pyproject.toml").read_text("utf-8")
    from patchpilot.registry import GROUPS

    groups = re.findall(r'"patchpilot\.(\w+)"', shown)
    assert set(groups) == set(GROUPS) - {"providers"}  # one of those would need a service
    assert all(f"_luck.{name}:" in shown for name in ("hats", "luck", "hearing"))


def test_the_python_runs(plugin: Mapping[str, str], tmp_path: Path) -> None:
    assert len(RUN) >= 5
    assert run(plugin, "-c", "\n".join(RUN), cwd=tmp_path) == ""


def test_the_commands_run(plugin: Mapping[str, str], tmp_path: Path) -> None:
    shutil.copy(SHORT, tmp_path / "kick.flac")
    lines = [line for block in blocks("sh", PAGE) for line in block.splitlines()]
    assert lines[0] == "pip install ./plugin"  # the fixture did it
    for line in lines[1:]:
        done = subprocess.run(
            shlex.split(line), cwd=tmp_path, env=plugin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout
    assert any((tmp_path / "made").iterdir())


def test_it_points_at_what_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)
    named = re.findall(r"`((?:instruments|engine|search)/[\w/.]*)`", PAGE)
    assert links
    assert named
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
    assert [path for path in named if not (ROOT / "src" / "patchpilot" / path).exists()] == []
