from __future__ import annotations

import numpy as np

from patchpilot.audio.descriptors import NAMES
from patchpilot.selfplay.preference.preference import Preference
from patchpilot.selfplay.preference.words import sentence, words
from tests.selfplay.preference.listeners import lens_of, sounds

VECTORS = sounds()
LENS = lens_of(VECTORS)
ROWS = LENS(VECTORS)
LIKES = np.random.default_rng(3).standard_normal((len(VECTORS), len(NAMES)))
LIKES[:, NAMES.index("attack")] = VECTORS[:, 0]
LIKES[:, NAMES.index("brightness")] = VECTORS[:, 1]
"""What is heard of the attack and of the brightness; the rest has nothing to do with the sounds."""


def test_it_says_what_is_liked_and_nothing_else() -> None:
    preference = Preference(LENS)
    much = VECTORS[:, 0] - VECTORS[:, 1]
    preference.votes(ROWS[:200], much[:200] > np.quantile(much, 0.8))
    found = words(preference, ROWS, LIKES)
    assert {word.word for word in found} == {"slow attack", "dark"}
    assert all(word.sure >= 0.9 for word in found)
    assert sentence(found).startswith("you like: ")


def test_without_votes_it_says_that_it_knows_nothing() -> None:
    assert words(Preference(LENS), ROWS, LIKES) == []
    assert sentence([]) == "nothing is sure yet: vote on more takes"


def test_few_votes_that_agree_on_nothing_say_nothing() -> None:
    preference = Preference(LENS)
    preference.votes(ROWS[:6], [True, False] * 3)
    assert all(word.sure >= 0.9 for word in words(preference, ROWS, LIKES))
    fair = Preference(LENS)
    rng = np.random.default_rng(0)
    fair.votes(ROWS[:300], rng.random(300) < 0.5)
    assert (
        words(fair, ROWS, LIKES[:, ::-1]) == []
        or max(abs(w.strength) for w in words(fair, ROWS, LIKES)) < 0.6
    )
