from __future__ import annotations

from itertools import pairwise

import numpy as np

from patchpilot.selfplay.golden.clusters import clustered
from tests.objectives.takes import clusters


def test_as_many_clusters_as_there_are() -> None:
    for sizes in ([20, 10], [12, 12, 12], [15, 5, 9, 11]):
        labels = clustered(clusters(sizes, spread=0.1))
        assert len(np.unique(labels)) == len(sizes)
        starts = np.cumsum([0, *sizes])
        for a, b in pairwise(starts.tolist()):
            assert len(np.unique(labels[a:b])) == 1


def test_what_is_all_alike_is_one_and_one_alone_is_one() -> None:
    assert set(clustered(clusters([1])).tolist()) == {0}
    assert set(clustered(np.repeat(clusters([1]), 6, axis=0)).tolist()) == {0}
