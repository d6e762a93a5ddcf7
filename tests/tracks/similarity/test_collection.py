from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.tracks.similarity import Bars, Collection, embedding, untrained
from patchpilot.tracks.similarity.labels import labels_by
from patchpilot.tracks.similarity.quality import precision_at
from tests.tracks.similarity.making import tracks_of

LABELS = ["acid", "psy"] * 4


@pytest.fixture(scope="module")
def collection() -> Collection:
    tracks = tracks_of(LABELS)
    return Collection(tracks, untrained(Bars(), np.concatenate([track.rows[0] for track in tracks])))


def test_likest_first_and_not_itself(collection: Collection) -> None:
    asked = tracks_of(LABELS)[1]
    found = collection.similar(asked, 7)
    assert len(found) == 7
    assert asked.path not in [one.path for one in found]
    assert [one.path.parent.name for one in found[:3]] == ["psy"] * 3
    likes = [one.similarity for one in found]
    assert likes == sorted(likes, reverse=True)
    assert found[0].similarity == pytest.approx(
        float(collection.vectors[1] @ collection.vectors[int(found[0].path.stem)]), abs=1e-6
    )


def test_a_stranger_gets_as_many_as_there_are(collection: Collection) -> None:
    assert len(collection.similar(tracks_of(["acid"], seed=3)[0], 100)) == len(LABELS)
    with pytest.raises(ParameterError, match="at least 1"):
        collection.similar(tracks_of(["acid"])[0], 0)


def test_sections_are_compared_with_their_like() -> None:
    tracks = tracks_of(LABELS)
    head = untrained(Bars(), np.concatenate([track.rows[0] for track in tracks]))
    drops = Collection(tracks, head, "drop")
    assert drops.similar(tracks[0], 1)[0].sections == ((10.0, 20.0), (20.0, 30.0))
    with pytest.raises(ParameterError, match="a section 'outro'"):
        Collection(tracks, head, "outro")
    with pytest.raises(ParameterError, match="its sections are: intro, drop"):
        embedding(tracks[0], head, "outro")


def test_labels_of_folders() -> None:
    assert labels_by("folder", [Path("x/psy/a.wav"), Path("x/acid/b.wav")]) == ["psy", "acid"]


def test_precision_counts_neighbours() -> None:
    vectors = np.array([[0.0], [0.1], [0.2], [9.0], [9.1]], np.float32)
    assert precision_at(vectors, ["a", "a", "b", "b", "b"], n=1) == pytest.approx(4 / 5)
    assert precision_at(vectors, ["a", "a", "b", "b", "b"], n=1, queries=[2]) == 0.0
