from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import EstimatorError
from patchpilot.tracks.similarity import Bars, Head, embedding, untrained
from patchpilot.tracks.similarity.head import SIZE
from patchpilot.tracks.similarity.quality import precision_at
from tests.tracks.similarity.making import tracks_of

pytest.importorskip("torch")
pytest.importorskip("pytorch_metric_learning")

from patchpilot.tracks.similarity.training import Settings, train_head

BASE = Bars()
LABELS = ["acid", "psy", "uplifting"] * 6
QUICK = Settings(steps=40, rate=1e-3)


@pytest.fixture(scope="module")
def head() -> Head:
    return train_head(tracks_of(LABELS, apart=0.7), LABELS, BASE, settings=QUICK)


def test_training_draws_labels_together(head: Head) -> None:
    others = tracks_of(LABELS, apart=0.7, seed=5)
    raw = untrained(BASE, np.concatenate([track.rows[0] for track in others]))
    spread = {}
    for name, chosen in (("raw", raw), ("trained", head)):
        vectors = np.stack([embedding(track, chosen) for track in others])
        named = np.array(LABELS)
        apart = np.linalg.norm(vectors[:, None] - vectors[None], axis=2)
        same = (named[:, None] == named[None]) & ~np.eye(len(named), dtype=bool)
        spread[name] = apart[same].mean() / apart[named[:, None] != named[None]].mean()
        if name == "trained":
            assert vectors.shape == (len(others), SIZE)
            assert precision_at(vectors, LABELS) > 0.9
    assert spread["trained"] < 0.8 * spread["raw"]
    assert head.facts["held_out"]["precision_at_5"] > 0.8


def test_it_runs_in_numpy_as_in_torch(head: Head) -> None:
    import torch

    x = torch.from_numpy(head.scaled(tracks_of(["acid"])[0].rows[0]))
    layers = {name: torch.from_numpy(np.array(layer)) for name, layer in head.layers.items()}
    hidden = torch.nn.functional.linear(x, layers["w1"], layers["b1"])
    hidden = torch.nn.functional.layer_norm(hidden, hidden.shape[-1:], layers["gain"], layers["shift"])
    said = torch.nn.functional.linear(torch.nn.functional.gelu(hidden), layers["w2"], layers["b2"])
    said = torch.nn.functional.normalize(said, dim=-1)
    np.testing.assert_allclose(head(tracks_of(["acid"])[0].rows[0]), said.numpy(), atol=2e-6)


def test_the_same_seed_gives_the_same_file(head: Head, tmp_path: Path) -> None:
    again = train_head(tracks_of(LABELS, apart=0.7), LABELS, BASE, settings=QUICK)
    head.save(tmp_path / "a.npz")
    again.save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    loaded = Head.load(tmp_path / "a.npz")
    loaded.check(BASE)
    row = tracks_of(["psy"])[0].rows[0]
    np.testing.assert_array_equal(loaded(row), head(row))
    assert loaded.facts == head.facts


def test_without_labels_the_parts_of_a_track_belong_together() -> None:
    tracks = tracks_of(["same"] * 6, apart=0.0)
    head = train_head(tracks, None, BASE, settings=QUICK)
    assert "held_out" not in head.facts
    rows = np.concatenate([head(track.rows[0]) for track in tracks])
    assert precision_at(rows, [str(k // 3) for k in range(len(rows))], n=2) > 0.9


def test_one_label_teaches_nothing() -> None:
    with pytest.raises(EstimatorError, match="two labels or more"):
        train_head(tracks_of(["same"] * 3), ["same"] * 3, BASE, settings=QUICK)
    with pytest.raises(EstimatorError, match="steps >= 1"):
        Settings(steps=0)


def test_missing_numbers_count_as_the_middle(head: Head) -> None:
    rows = tracks_of(["psy"])[0].rows[0].copy()
    rows[:, 5] = np.nan
    said = head(rows)
    rows[:, 5] = head.middle[5]
    np.testing.assert_allclose(said, head(rows), atol=1e-6)


@pytest.mark.parametrize("damage", ["none", "text", "cut", "layer"])
def test_what_is_no_head_is_refused(head: Head, tmp_path: Path, damage: str) -> None:
    path = tmp_path / "head.npz"
    if damage == "layer":
        Head(head.base, head.middle[:-1], head.spread, head.layers).save(path)
    elif damage != "none":
        head.save(path)
        path.write_bytes(b"words" if damage == "text" else path.read_bytes()[:5000])
    with pytest.raises(EstimatorError, match="train DIR -o"):
        Head.load(path)


def test_a_head_of_another_base_is_refused(head: Head) -> None:
    with pytest.raises(EstimatorError, match="train it again"):
        Head(("clap", "1"), head.middle, head.spread, head.layers).check(BASE)
