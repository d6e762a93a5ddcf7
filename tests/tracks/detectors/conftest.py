"""What is detected is made by the programs in benchmarks/, which are no package."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

pytest.importorskip("numba")

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "benchmarks"))
