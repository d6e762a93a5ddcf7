"""Which tracks sound alike: embeddings of tracks and of their sections, and a head that learns from a collection.

    base = Bars()
    heard = [hear(path, base) for path in paths]
    head = untrained(base, numpy.concatenate([one.rows[0] for one in heard]))   # or Head.load, or training.train_head
    Collection(heard, head, section="drop").similar(hear(wip, base))

`training` needs the extra `train`; all else runs without it.
"""

from patchpilot.tracks.similarity.collection import Collection, Similar, embedding
from patchpilot.tracks.similarity.head import Head, untrained
from patchpilot.tracks.similarity.hearing import Bars, Base, Clapped
from patchpilot.tracks.similarity.vectors import Vectors, hear

__all__ = [
    "Bars",
    "Base",
    "Clapped",
    "Collection",
    "Head",
    "Similar",
    "Vectors",
    "embedding",
    "hear",
    "untrained",
]
