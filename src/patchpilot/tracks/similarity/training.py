"""Training a head on somebody's own collection: tracks of one label are drawn together, those of others apart.

The loss is the triplet margin loss with semi-hard negatives (Schroff et al., CVPR 2015, "FaceNet"): farther than the
positive, but within the margin. Harder ones are never taken: with them a network learns to put all into one place.
Losses, miner and sampler are pytorch-metric-learning's (Musgrave et al., 2020). Nothing below the head is trained.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from patchpilot.audio import F32
from patchpilot.errors import EstimatorError, PluginError
from patchpilot.tracks.similarity.head import HIDDEN, SIZE, Head, untrained
from patchpilot.tracks.similarity.hearing import Base
from patchpilot.tracks.similarity.quality import precision_at
from patchpilot.tracks.similarity.vectors import Vectors

_LEAST_CLASSES, _HELD_OUT = 2, 5
"""Of a label's tracks every fifth is held out to judge by."""


@dataclass(frozen=True)
class Settings:
    """How a head is trained.

    Attributes:
        seed: of all draws.
        steps: batches.
        batch: at most so many stretches in one: 64 to 128.
        each: of one label in a batch: 4 to 8.
        margin: of the triplets: 0.2 to 0.3.
        rate: learning rate of AdamW.
        decay: its weight decay.
        dropout: share of the hidden values left out.
    """

    seed: int = 0
    steps: int = 1500
    batch: int = 96
    each: int = 8
    margin: float = 0.25
    rate: float = 1e-4
    decay: float = 0.01
    dropout: float = 0.1

    def __post_init__(self) -> None:
        if (
            self.steps < 1
            or self.seed < 0
            or self.each < 2
            or self.batch < 2 * self.each
            or self.margin <= 0.0
        ):
            raise EstimatorError(
                f"expected steps >= 1, seed >= 0, two or more of a label and two labels in a batch, got {self}"
            )


def train_head(
    tracks: Sequence[Vectors],
    labels: Sequence[str] | None,
    base: Base,
    *,
    settings: Settings | None = None,
    on_step: Callable[[int, int], None] = lambda *_: None,
) -> Head:
    """A head for a collection.

    Where labels have five tracks or more, it is first trained without every fifth of them, and judged on those
    (precision among the nearest five, `facts["held_out"]`); what is returned has learned from all.

    Args:
        tracks: with changed copies.
        labels: of the tracks; where None, the stretches of one track belong together.
        base: that heard them.
        settings: of the training.
        on_step: called with steps done and of how many.

    Returns:
        The same for the same tracks, labels and settings on one machine.

    Raises:
        EstimatorError: there are fewer than two labels with two stretches or more.
        PluginError: the extra `train` is missing.
    """
    chosen = settings or Settings()
    named = list(labels) if labels is not None else [track.sha256 for track in tracks]
    out = _held_out(named) if labels is not None else set()
    total = chosen.steps * (2 if out else 1)
    facts: dict[str, Any] = {"settings": asdict(chosen), "tracks": len(tracks), "labels": sorted(set(named))}
    if labels is None:
        facts["labels"] = None
    if out:
        inside = [k for k in range(len(tracks)) if k not in out]
        part = _trained(
            [tracks[k] for k in inside], [named[k] for k in inside], base, chosen, lambda k: on_step(k, total)
        )
        whole = np.stack([part(track.rows[0]).mean(axis=0) for track in tracks])
        facts["held_out"] = {
            "tracks": len(out),
            "precision_at_5": round(precision_at(whole, named, queries=sorted(out)), 4),
        }
    begun = chosen.steps if out else 0
    head = _trained(tracks, named, base, chosen, lambda k: on_step(begun + k, total))
    return Head(head.base, head.middle, head.spread, head.layers, facts)


def _held_out(labels: Sequence[str]) -> set[int]:
    """Every fifth track of each label that has five."""
    out: set[int] = set()
    for label in set(labels):
        own = [k for k, other in enumerate(labels) if other == label]
        out |= set(own[_HELD_OUT - 1 :: _HELD_OUT])
    return out


def _trained(
    tracks: Sequence[Vectors],
    labels: Sequence[str],
    base: Base,
    settings: Settings,
    on_step: Callable[[int], None],
) -> Head:
    """A trained head; each class of the training is a label, each example a stretch or a copy of one."""
    torch = torch_module()

    scale = untrained(base, np.concatenate([track.rows[0] for track in tracks]))
    rows = [track.rows.reshape(-1, track.rows.shape[-1]) for track in tracks]
    names = sorted(set(labels))
    classes = np.repeat([names.index(label) for label in labels], [len(own) for own in rows])
    counts = np.bincount(classes)
    usable = [int(k) for k in np.flatnonzero(counts >= 2)]
    if len(usable) < _LEAST_CLASSES:
        raise EstimatorError(
            "expected two labels or more with two stretches each, got "
            f"{len(usable)}. Put tracks into folders by style, or name more tracks."
        )
    x = torch.from_numpy(scale.scaled(np.concatenate(rows)))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        network = _network(x.shape[1], settings)
        _descend(network, x, torch.from_numpy(classes), usable, settings, on_step)
    return Head(scale.base, scale.middle, scale.spread, _arrays(network))


def _network(size: int, settings: Settings) -> Any:
    nn = torch_module().nn

    return nn.Sequential(
        nn.Linear(size, HIDDEN),
        nn.LayerNorm(HIDDEN),
        nn.GELU(),
        nn.Dropout(settings.dropout),
        nn.Linear(HIDDEN, SIZE),
    )


def _descend(
    network: Any,
    x: Any,
    classes: Any,
    usable: Sequence[int],
    settings: Settings,
    on_step: Callable[[int], None],
) -> None:
    torch = torch_module()

    losses, miners, distances = _metric_learning()
    near = distances.LpDistance(normalize_embeddings=True)
    loss_of = losses.TripletMarginLoss(margin=settings.margin, distance=near)
    mine = miners.TripletMarginMiner(margin=settings.margin, type_of_triplets="semihard", distance=near)
    adam = torch.optim.AdamW(network.parameters(), lr=settings.rate, weight_decay=settings.decay)
    rng = np.random.default_rng(settings.seed)
    own = {k: np.flatnonzero(classes.numpy() == k) for k in usable}
    network.train()
    for step in range(settings.steps):
        at = torch.from_numpy(_batch(own, settings, rng))
        embedded = torch.nn.functional.normalize(network(x[at]), dim=1)
        loss = loss_of(embedded, classes[at], mine(embedded, classes[at]))
        adam.zero_grad()
        loss.backward()
        adam.step()
        on_step(step + 1)
    network.eval()


def _batch(own: dict[int, np.ndarray], settings: Settings, rng: np.random.Generator) -> np.ndarray:
    """Rows of a batch: `each` of as many labels as it holds."""
    most = min(len(own), settings.batch // settings.each)
    chosen = rng.choice(sorted(own), most, replace=False)
    drawn = [rng.choice(own[int(k)], settings.each, replace=len(own[int(k)]) < settings.each) for k in chosen]
    return np.concatenate(drawn)


def _arrays(network: Any) -> dict[str, F32]:
    first, norm, _, _, last = network
    tensors = {
        "w1": first.weight, "b1": first.bias, "gain": norm.weight, "shift": norm.bias,
        "w2": last.weight, "b2": last.bias,
    }  # fmt: skip
    return {name: np.array(tensor.detach().numpy(), np.float32) for name, tensor in tensors.items()}


def _metric_learning() -> tuple[Any, Any, Any]:
    try:
        return (
            importlib.import_module("pytorch_metric_learning.losses"),
            importlib.import_module("pytorch_metric_learning.miners"),
            importlib.import_module("pytorch_metric_learning.distances"),
        )
    except ImportError as error:
        raise PluginError(
            f"training a head needs pytorch-metric-learning ({error}): pip install 'patchpilot[train]'"
        ) from None


def torch_module() -> Any:
    """PyTorch; raises `PluginError` where it is missing."""
    try:
        return importlib.import_module("torch")
    except ImportError as error:
        raise PluginError(
            f"training a head needs PyTorch ({error}): pip install 'patchpilot[train]'"
        ) from None
