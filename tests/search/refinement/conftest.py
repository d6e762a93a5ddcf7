from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    """As in a match: threads of the linear algebra only fight over the processor."""
    with threadpool_limits(1):
        yield
