"""Surge in the tests: the real one where its Python module is, and a stand-in of ours everywhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from patchpilot.errors import PluginError
from patchpilot.instruments.surge.surge import Surge
from patchpilot.space import Patch, Performance

STANDIN = Path(__file__).parent / "standin" / "surgepy.py"


@pytest.fixture(scope="session")
def standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surge]:
    """An instrument on the stand-in."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATCHPILOT_SURGE", str(STANDIN))
        patched.delenv("SURGE_DATA_HOME", raising=False)
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        made = Surge(workers=1)
        made.render(Patch.make(made.space), Performance.one_note(length_s=0.1))  # its process is started here
    with made:
        yield made


@pytest.fixture(scope="session")
def surge() -> Iterator[Surge]:
    """An instrument on the real engine."""
    try:
        made = Surge(workers=1)
    except PluginError as error:
        pytest.skip(f"needs Surge's Python module: {error}")
    if os.environ.get("PATCHPILOT_SURGE", "").endswith(str(STANDIN)):
        pytest.skip("the stand-in is no Surge")
    with made:
        yield made
