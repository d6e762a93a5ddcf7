from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot import registry
from patchpilot.retrieval import places
from tests.retrieval.fakes import Tiny


@pytest.fixture
def own_libraries(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The tiny embedding is registered, and the libraries folders ("shipped", "mine") are the test's own."""
    real = registry.load
    monkeypatch.setattr(
        registry,
        "load",
        lambda group, name: Tiny if (group, name) == ("embeddings", "tiny") else real(group, name),
    )
    monkeypatch.setattr(places, "SHIPPED", tmp_path / "shipped")
    monkeypatch.setenv("PATCHPILOT_LIBRARIES", str(tmp_path / "mine"))
