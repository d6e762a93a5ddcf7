"""Does a profile know its owner? Tracks that it has not heard should look like the collection, others should not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from patchpilot.errors import ParameterError
from patchpilot.tracks.profile.measuring import Measured
from patchpilot.tracks.profile.profile import Profile

LEAST_TRACKS = 4
_FOLDS = 5


@dataclass(frozen=True)
class Validation:
    """How well a profile tells its own tracks from others.

    Attributes:
        own: likeness of each track to a profile of the collection without it, by name.
        others: likeness of tracks of other people, by name.
        auc: how often a track of the collection is liker than one of the others, 0..1; None without others.
    """

    own: dict[str, float]
    others: dict[str, float]
    auc: float | None

    @property
    def sentence(self) -> str:
        """What came of it, in words."""
        own = float(np.median(list(self.own.values())))
        said = f"Tracks of yours that it had not heard are like you by {own:.2f}"
        if not self.others:
            return f"{said}. Name a folder of other tracks to see whether those are less so."
        others = float(np.median(list(self.others.values())))
        assert self.auc is not None
        verdict = (
            "it knows you"
            if self.auc >= 0.9
            else "it half knows you"
            if self.auc >= 0.7
            else "it does not know you"
        )
        return f"{said}, others by {others:.2f}; {self.auc:.0%} of the pairs are told apart: {verdict}."


def validate(profile: Profile, others: Sequence[Measured] = (), *, seed: int = 0) -> Validation:
    """Hold out parts of the collection in turn, and compare them and others with a profile of the rest.

    Args:
        profile: of four tracks or more.
        others: tracks that are not the owner's taste.
        seed: of how the collection is divided.

    Raises:
        ParameterError: there are too few tracks.
    """
    n = len(profile.used)
    if n < LEAST_TRACKS:
        raise ParameterError(
            f"expected a profile of at least {LEAST_TRACKS} tracks, got {n}: none can be held out"
        )
    order = np.random.default_rng(seed).permutation(n)
    own: dict[str, float] = {}
    for fold in np.array_split(order, min(_FOLDS, n)):
        held = {int(k) for k in fold}
        rest = Profile(tuple(one for k, one in enumerate(profile.used) if k not in held))
        own |= {profile.used[k].name: rest.likeness(profile.used[k]) for k in sorted(held)}
    known = {one.sha256 for one in profile.tracks}
    foreign = {one.name: profile.likeness(one) for one in others if one.sha256 not in known}
    auc = None
    if foreign:
        ours, theirs = (np.array(list(values.values())) for values in (own, foreign))
        more, same = ours[:, None] > theirs, ours[:, None] == theirs
        auc = float((more + 0.5 * same).mean())
    return Validation(own, foreign, auc)
