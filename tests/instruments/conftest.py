from __future__ import annotations

from collections.abc import Iterator

import pytest

from patchpilot.engine import Pool
from patchpilot.instruments.rack.rack import PROGRAM


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """One worker that plays all racks of these tests: starting one costs more than playing."""
    with Pool(PROGRAM, workers=1, timeout_s=60.0) as made:
        yield made
