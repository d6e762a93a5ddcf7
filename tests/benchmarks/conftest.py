"""The programs in benchmarks/ are no package: they find their parts beside themselves, and so do these tests."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
