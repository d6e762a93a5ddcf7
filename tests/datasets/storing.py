"""What the tests of storage share: small datasets of the toy, quickly rendered."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from patchpilot.datasets.faults import FAILED, KEPT, SILENT, Limits
from patchpilot.datasets.plan import Plan
from patchpilot.datasets.recipe import Recipe
from patchpilot.datasets.storage.writer import Entry, Writer
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch
from tests.toy import Toy

TOY = Toy()
PLAN = Plan(length_s=0.02, hold_s=0.01)


def recipe(*, tier: int = 1, audio: str = "float32", features: tuple[str, ...] = (), seed: int = 0) -> Recipe:
    return Recipe("toy", TOY.fingerprint, tier, seed, "toys", "0" * 64, PLAN, Limits(), audio, features)


def takes(candidate: int) -> list[Take]:
    rng = np.random.default_rng(candidate)
    values = {"level": float(rng.uniform(0.1, 0.9)), "transpose": float(rng.integers(-24, 25))}
    patch = Patch.make(TOY.space, values, info={"name": f"toy {candidate}"})
    return [
        Take(patch, performance, TOY.render(patch, performance), TOY.fingerprint, Origin("synthetic", seed=1))
        for performance in PLAN.performances(0, candidate)
    ]


def entries(candidate: int, features: tuple[str, ...] = ()) -> list[Entry]:
    return [
        Entry(
            take,
            "synthetic",
            f"tøy {candidate}",
            {name: np.full((2, 3), candidate + k, np.float32) for name in features},
        )
        for k, take in enumerate(takes(candidate))
    ]


def verdict(candidate: int) -> int:
    return {3: SILENT, 5: FAILED}.get(candidate % 7, KEPT)


def add(writer: Writer, upto: int, *, commit_every: int = 0) -> None:
    """Add what became of candidates, from the writer's next up to (not with) one."""
    for candidate in range(writer.tried, upto):
        kept = verdict(candidate) == KEPT
        detail = f"boom {candidate}" if verdict(candidate) == FAILED else ""
        rows = entries(candidate, writer.recipe.features) if kept else []
        writer.add(candidate, verdict(candidate), rows, detail=detail)
        if commit_every and (candidate + 1) % commit_every == 0:
            writer.commit()


def made(path: Path, upto: int, of: Recipe | None = None, *, compression: str = "lzf") -> str:
    """A sealed dataset of that many candidates; its content hash."""
    with Writer.open(path, of or recipe(), TOY.space, compression=compression) as writer:
        add(writer, upto)
        return writer.seal()
