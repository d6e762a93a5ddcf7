"""Measurements made by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from matchbench.results import Results

MADE = {"engine": "vital 1 / this machine", "library": "small, 10 rows", "version": "0", "code": "c0de"}


def made(**other: str) -> dict[str, str]:
    return {**MADE, **other}


def metrics(distance: float) -> dict[str, float]:
    return {"logmel": distance, "mss": 10 * distance}


def figures(best: float, **other: Any) -> dict[str, Any]:
    """What is measured of one match."""
    plain = {
        "note": 60,
        "note heard": True,
        "length_s": 2.0,
        "seconds": 10.0,
        "comparing_s": 1.0,
        "renders": 100,
        "failed": 0,
        "first": metrics(best + 0.05),
        "best": metrics(best),
        "best by": "resynthesis",
        "knobs": metrics(best + 0.2),
        "methods": {"resynthesis": metrics(best), "retrieval": metrics(best + 0.3)},
        "other dice": {"logmel": best},
        "answers": [],
        "remarks": [],
    }
    return {**plain, **other}


def results(path: Path, **other: str) -> Results:
    return Results(path, made(**other))
