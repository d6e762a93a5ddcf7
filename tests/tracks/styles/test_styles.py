from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import EstimatorError
from patchpilot.tracks.styles import StyleClassifier, load_styles, train_styles
from patchpilot.tracks.styles.classifier import BOOSTING, FOREST, SUPPORT, features
from tests.tracks.similarity.making import tracks_of

pytest.importorskip("sklearn")

LABELS = ["acid", "psy", "uplifting"] * 5


@pytest.fixture(scope="module")
def classifier() -> StyleClassifier:
    return train_styles(tracks_of(LABELS), LABELS)


def test_it_tells_tracks_that_it_has_not_heard(classifier: StyleClassifier) -> None:
    said = [classifier(track) for track in tracks_of(LABELS, seed=4)]
    assert [next(iter(shares)) for shares in said] == LABELS
    assert all(sum(shares.values()) == pytest.approx(1.0) for shares in said)
    assert list(said[0].values()) == sorted(said[0].values(), reverse=True)


def test_the_report_is_of_all_tracks_and_adds_up(classifier: StyleClassifier) -> None:
    report = classifier.report
    assert report.folds == 5
    assert report.tracks == len(LABELS)
    assert report.accuracy == report.balanced == 1.0
    assert set(report.members) == {FOREST, BOOSTING, SUPPORT}
    assert report.table().splitlines()[1].split() == ["acid", "5", "0", "0"]


def test_labels_that_say_nothing_are_told_no_better_than_by_chance() -> None:
    labels = [str(name) for name in np.random.default_rng(1).permutation(["a", "b"] * 9)]
    report = train_styles(tracks_of(["same"] * 18, apart=0.0), labels).report
    assert report.accuracy < 0.8


@pytest.mark.parametrize("n", [2, 3])
def test_arrays_say_what_scikit_learn_says(n: int) -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")

    from patchpilot.tracks.styles.trees import Trees

    rng = np.random.default_rng(n)
    x, y = rng.standard_normal((40, 6)).astype(np.float32), np.arange(40) % n
    forest = ensemble.RandomForestClassifier(10, random_state=0).fit(x, y)
    boosting = ensemble.GradientBoostingClassifier(n_estimators=10, random_state=0).fit(x, y)
    ours, ups = (
        Trees.of(forest.estimators_, shares=True),
        Trees.of(boosting.estimators_.ravel(), shares=False),
    )
    prior = np.log(np.bincount(y) / len(y)) if n > 2 else np.zeros(1)
    for row in rng.standard_normal((10, 6)).astype(np.float32):
        np.testing.assert_allclose(ours(row).mean(axis=0), forest.predict_proba(row[None])[0], atol=1e-9)
        raw = prior + 0.1 * ups(row).reshape(-1, len(prior)).sum(axis=0)
        raw = raw if n > 2 else np.array([0.0, raw[0]])
        shares = np.exp(raw) / np.exp(raw).sum()
        np.testing.assert_allclose(shares, boosting.predict_proba(row[None])[0], atol=1e-9)


def test_support_vectors_say_what_scikit_learn_says(classifier: StyleClassifier) -> None:
    svc = pytest.importorskip("sklearn.svm").SVC

    x = np.stack([classifier.scaled(features(track)) for track in tracks_of(LABELS)])
    y = np.array([classifier.styles.index(label) for label in LABELS])
    gamma = classifier.gamma
    raw = [
        svc(C=3.0, gamma=gamma, class_weight="balanced").fit(x, y == k).decision_function(x[:1])[0]
        for k in range(3)
    ]
    shares = np.exp(2.0 * np.array(raw)) / np.exp(2.0 * np.array(raw)).sum()
    np.testing.assert_allclose(classifier.members(features(tracks_of(LABELS)[0]))[SUPPORT], shares, atol=1e-4)


def test_a_file_says_the_same_and_training_makes_the_same_bytes(
    classifier: StyleClassifier, tmp_path: Path
) -> None:
    classifier.save(tmp_path / "a.npz")
    train_styles(tracks_of(LABELS), LABELS).save(tmp_path / "b.npz")
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()
    loaded = load_styles(tmp_path / "a.npz")
    track = tracks_of(["psy"], seed=2)[0]
    assert loaded(track) == classifier(track)
    assert loaded.report == classifier.report


def test_two_styles(tmp_path: Path) -> None:
    labels = ["acid", "psy"] * 4
    classifier = train_styles(tracks_of(labels), labels)
    classifier.save(tmp_path / "two.npz")
    loaded = load_styles(tmp_path / "two.npz")
    assert [next(iter(loaded(track))) for track in tracks_of(labels, seed=3)] == labels


def test_too_few_tracks_are_told() -> None:
    with pytest.raises(EstimatorError, match="psy 2"):
        train_styles(tracks_of(["acid"] * 4 + ["psy"] * 2), ["acid"] * 4 + ["psy"] * 2)
    with pytest.raises(EstimatorError, match="two styles or more"):
        train_styles(tracks_of(["acid"] * 4), ["acid"] * 4)


@pytest.mark.parametrize("damage", ["none", "pickle", "cut", "tree"])
def test_what_is_no_classifier_is_refused(classifier: StyleClassifier, tmp_path: Path, damage: str) -> None:
    import dataclasses
    import pickle

    path = tmp_path / "styles.npz"
    if damage == "tree":  # one whose nodes lead round in a circle
        looped = dataclasses.replace(classifier.forest, left=np.zeros_like(classifier.forest.left))
        dataclasses.replace(classifier, forest=looped).save(path)
    elif damage == "pickle":
        path.write_bytes(pickle.dumps({"a": 1}))
    elif damage == "cut":
        classifier.save(path)
        path.write_bytes(path.read_bytes()[:3000])
    with pytest.raises(EstimatorError, match="track styles train"):
        load_styles(path)
