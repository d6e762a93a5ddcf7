"""What is told of a training afterwards: a line for each epoch, and how the network of a checkpoint was trained."""

from __future__ import annotations

from collections.abc import Mapping

from patchpilot.estimators.training.source import Source
from patchpilot.estimators.training.state import Position
from patchpilot.space.canonical import Json


def line_of(position: Position, stage: str, lr: float, held: Mapping[str, float]) -> dict[str, Json]:
    """What is told of the epoch at hand; nothing in it depends on how often it was stopped, but the seconds.

    Args:
        position: at its end.
        stage: of the curriculum.
        lr: learning rate of the next step.
        held: losses of held-out rows, by name.
    """
    n = position.sums.get("n", 0.0)
    losses = {name: total / n if n else None for name, total in sorted(position.sums.items()) if name != "n"}
    return {
        "epoch": position.epoch + 1,
        "stage": stage,
        "step": position.step,
        "lr": lr,
        **{f"loss/{name}": loss for name, loss in losses.items()},
        **{f"held_out/{name}": loss for name, loss in sorted(held.items())},
        "skipped": position.skipped,
        "seconds": round(position.seconds, 1),
    }


def trained_so_far(position: Position, source: Source) -> dict[str, Json]:
    """Rows, epochs, and how well the network does after the last of them.

    Args:
        position: with at least one line of history.
        source: of the rows.
    """
    rows, held = source.held
    return {
        "rows": len(rows),
        "held_out_rows": len(held),
        "patches": len(set(rows.patches.tolist())),
        "epochs": position.epoch,
        "steps": position.step,
        "metrics": {name: value for name, value in position.history[-1].items() if "/" in name},
    }
