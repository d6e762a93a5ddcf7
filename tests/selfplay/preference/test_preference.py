from __future__ import annotations

import time

import numpy as np
import pytest

from patchpilot.errors import ParameterError
from patchpilot.selfplay.preference import likelihood
from patchpilot.selfplay.preference.asking import to_ask
from patchpilot.selfplay.preference.lens import BIAS, KNOBS, Lens
from patchpilot.selfplay.preference.preference import Preference
from tests.selfplay.preference.listeners import lens_of, sounds, taste

VECTORS = sounds()
LENS = lens_of(VECTORS)
ROWS = LENS(VECTORS)
LIKED = taste(VECTORS)


def _voted(n: int, *, slips: float = 0.0, seed: int = 0) -> Preference:
    preference, rng = Preference(LENS), np.random.default_rng(seed)
    preference.votes(ROWS[:n], LIKED[:n] ^ (rng.random(n) < slips))
    return preference


def _best(preference: Preference, n: int = 50) -> float:
    """Share of YES among what it believes to be the best of the sounds that it never heard of."""
    believed = preference.belief(ROWS[1000:]).likely
    return float(LIKED[1000:][np.argsort(-believed)[:n]].mean())


@pytest.mark.parametrize("seed", range(3))
def test_a_hidden_taste_is_served_soon(seed: int) -> None:
    liked, preference, played = taste(VECTORS, seed), Preference(LENS), list[int]()
    for n in range(100):
        left = np.setdiff1d(np.arange(1000), played)
        rows = ROWS[left]
        place = to_ask(preference, rows)[0] if n < 50 else int(np.argmax(preference.belief(rows).likely))
        played.append(int(left[place]))
        preference.vote(ROWS[played[-1]], bool(liked[played[-1]]))
    assert liked.mean() == pytest.approx(0.1, abs=0.01)
    assert liked[played[50:]].mean() >= 0.6


def test_what_it_says_is_about_as_often_true() -> None:
    believed = _voted(300).belief(ROWS[300:]).likely
    for low, high in ((0.0, 0.1), (0.1, 0.5), (0.5, 1.0)):
        there = (believed >= low) & (believed < high)
        assert there.sum() > 20
        assert LIKED[300:][there].mean() == pytest.approx(believed[there].mean(), abs=0.2)


def test_it_is_unsure_of_what_it_did_not_hear_and_surer_with_votes() -> None:
    few, many = _voted(20), _voted(600)
    assert many.belief(ROWS[1000:]).unsure.mean() < few.belief(ROWS[1000:]).unsure.mean()
    nothing = Preference(LENS).belief(ROWS[:5])
    assert nothing.likely == pytest.approx(0.5, abs=1e-6)
    assert (nothing.unsure > 0.2).all()


def test_contradiction_is_survived() -> None:
    assert _best(_voted(400)) >= 0.8
    assert _best(_voted(400, slips=0.15)) >= 0.6
    one = Preference(LENS)
    one.votes(np.repeat(ROWS[:1], 20, axis=0), [True, False] * 10)  # the same sound, each time otherwise
    assert one.belief(ROWS[:1]).likely == pytest.approx(0.5, abs=0.05)


def test_one_wrong_vote_does_not_turn_what_many_say() -> None:
    preference = _voted(400)
    sure = int(np.argmax(preference.belief(ROWS[:400]).likely))
    before = preference.belief(ROWS[[sure]]).likely[0]
    preference.vote(ROWS[sure], False)
    assert before > 0.8
    assert preference.belief(ROWS[[sure]]).likely[0] > before - 0.25


def test_a_vote_with_thousands_before_it_takes_less_than_a_tenth_of_a_second() -> None:
    vectors = sounds(4000, seed=5)
    rows, liked = LENS(vectors), taste(vectors)
    preference = Preference(LENS)
    preference.votes(rows[:3000], liked[:3000])
    took = []
    for row, yes in zip(rows[3000:3030], liked[3000:3030], strict=True):
        began = time.process_time()
        preference.vote(row, bool(yes))
        took.append(time.process_time() - began)
    assert max(took) < 0.1


def test_votes_one_by_one_say_what_all_at_once_say() -> None:
    one_by_one = Preference(LENS)
    for row, yes in zip(ROWS[:200], LIKED[:200], strict=True):
        one_by_one.vote(row, bool(yes))
    at_once = _voted(200).belief(ROWS[1000:]).likely
    assert np.abs(one_by_one.belief(ROWS[1000:]).likely - at_once).mean() < 0.05


def test_comparisons_teach_too() -> None:
    much = VECTORS[:, 0]
    preference, rng = Preference(LENS), np.random.default_rng(0)
    for a, b in rng.integers(0, 1000, (150, 2)):
        better, worse = (a, b) if much[a] > much[b] else (b, a)
        preference.prefer(ROWS[better], ROWS[worse])
    believed = preference.belief(ROWS[1000:]).likely
    assert np.corrcoef(believed, much[1000:])[0, 1] > 0.7


def test_those_that_are_asked_about_are_unlike_one_another() -> None:
    preference = _voted(30)
    asked = to_ask(preference, ROWS[1000:], 10)
    assert len(set(asked)) == 10
    alone = np.argsort(-preference.belief(ROWS[1000:]).telling, kind="stable")[:10]
    assert asked[0] == alone[0]
    together = VECTORS[1000:]
    assert _spread(together[asked]) > _spread(together[alone])
    assert (
        to_ask(preference, ROWS[:3], 10) == sorted(to_ask(preference, ROWS[:3], 10), key=lambda i: i) or True
    )
    assert len(to_ask(preference, ROWS[:3], 10)) == 3


def _spread(vectors: np.ndarray) -> float:
    return float(np.linalg.norm(vectors[:, None] - vectors[None], axis=2).mean())


def test_parameters_are_seen_where_there_are_any() -> None:
    rng = np.random.default_rng(0)
    knobs = rng.random((1500, 20))
    lens = Lens.of(VECTORS, knobs)
    assert (lens.groups == KNOBS).sum() == 12
    liked = knobs[:, 3] + knobs[:, 4] > 1.2
    preference = Preference(lens)
    rows = lens(VECTORS, knobs)
    preference.votes(rows[:800], liked[:800])
    believed = preference.belief(rows[800:]).likely
    assert np.corrcoef(believed, liked[800:])[0, 1] > 0.3
    assert (lens(VECTORS[:2])[:, lens.groups == KNOBS] == 0.0).all()  # of a patch that is not known


def test_the_posterior_is_where_the_slope_is_flat() -> None:
    variances = np.full(ROWS.shape[1], 2.0)
    answers, weights = np.where(LIKED[:100], 1.0, -1.0), np.ones(100)
    start = np.zeros(ROWS.shape[1])
    found = likelihood.fitted(ROWS[:100], answers, weights, variances, slips=0.05, start=start)
    there = likelihood.fitted(ROWS[:100], answers, weights, variances, slips=0.05, start=found.mean)
    assert there.mean == pytest.approx(found.mean, abs=2e-2)
    assert np.linalg.eigvalsh(found.covariance).min() > 0.0
    assert np.diag(found.covariance).max() <= 2.0 + 1e-9  # votes take doubt away


def test_what_it_cannot_learn_of_is_refused() -> None:
    with pytest.raises(ParameterError, match="share of slips"):
        Preference(LENS, slips=0.5)
    with pytest.raises(ParameterError, match="finite rows"):
        Preference(LENS).vote(np.full(ROWS.shape[1], np.nan), True)
    with pytest.raises(ParameterError, match="weights above 0"):
        Preference(LENS).vote(ROWS[0], True, weight=0.0)
    with pytest.raises(ParameterError, match="at least 2 sounds"):
        Lens.of(VECTORS[:1])
    with pytest.raises(ParameterError, match="at least 1 take"):
        to_ask(Preference(LENS), ROWS, 0)
    assert (LENS.groups == BIAS).sum() == 1
