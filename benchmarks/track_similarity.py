"""How well embeddings put tracks of one sub-style together, and how well the classifier names it.

    python benchmarks/track_similarity.py FOLDER [--train 8] [--test 6] [--copies 2] [--steps 1500] [--json]

Tracks of five sub-styles are made (`tracktruth/styles.py`) into FOLDER/train and FOLDER/test; what is there is kept, so
an interrupted run goes on. A head and a classifier learn from the first; all figures are of the second, which neither
has seen: precision among the nearest five, silhouette, and normalised mutual information of k-means with the labels.
Told for the numbers as they are, for the head trained by folders, and for one trained without labels.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
from tracktruth.styles import STYLES, styled

from patchpilot.audio import F32, save
from patchpilot.tracks.profile.styles import silhouette
from patchpilot.tracks.similarity import Bars, Head, Vectors, embedding, hear, untrained
from patchpilot.tracks.similarity.quality import precision_at
from patchpilot.tracks.similarity.training import Settings, train_head

HELD_OUT = 1000
"""First seed of the tracks that nothing learns from."""


def made(folder: Path, first: int, each: int) -> tuple[list[Path], list[str]]:
    """Tracks of all styles, and their styles."""
    paths, labels = [], []
    for style in STYLES:
        (folder / style).mkdir(parents=True, exist_ok=True)
        for seed in range(first, first + each):
            path = folder / style / f"{style}-{seed}.flac"
            if not path.exists():
                save(styled(style, seed), path)
            paths.append(path)
            labels.append(style)
    return paths, labels


def figures(head: Head, tracks: list[Vectors], labels: list[str]) -> dict[str, float]:
    """Of the tracks' embeddings."""
    from sklearn.cluster import KMeans
    from sklearn.metrics import normalized_mutual_info_score

    vectors: F32 = np.stack([embedding(track, head) for track in tracks])
    found = KMeans(len(STYLES), n_init=10, random_state=0).fit_predict(vectors)
    return {
        "precision_at_5": round(precision_at(vectors, labels), 3),
        "silhouette": round(silhouette(vectors.astype(float), np.array(labels)), 3),
        "nmi": round(float(normalized_mutual_info_score(labels, found)), 3),
    }


def main() -> None:
    """Make, listen, train, judge."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--train", type=int, default=8)
    parser.add_argument("--test", type=int, default=6)
    parser.add_argument("--copies", type=int, default=2)
    parser.add_argument("--steps", type=int, default=1500)
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    base, settings = Bars(), Settings(steps=args.steps)
    paths, labels = made(args.folder / "train", 0, args.train)
    own = [hear(path, base, copies=args.copies) for path in paths]
    paths, asked = made(args.folder / "test", HELD_OUT, args.test)
    held_out = [hear(path, base) for path in paths]
    heads = {
        "as heard": untrained(base, np.concatenate([one.rows[0] for one in own])),
        "by folder": train_head(own, labels, base, settings=settings),
        "without labels": train_head(own, None, base, settings=settings),
    }
    rows = {name: figures(head, held_out, asked) for name, head in heads.items()}
    if args.json:
        print(json.dumps(rows, indent=1))
        return
    for name, row in rows.items():
        print(f"{name:16}" + "".join(f"  {key} {value:.3f}" for key, value in row.items()))


if __name__ == "__main__":
    main()
