from __future__ import annotations

import numpy as np

from patchpilot.estimators.codec import said
from patchpilot.estimators.fitting import fitted
from patchpilot.estimators.symmetry import orders, symmetric_modules
from patchpilot.space import Patch, Routing
from tests.estimators import words

CODEC = words.codec()


def test_oscillators_that_say_the_same_things_are_alike() -> None:
    assert symmetric_modules(CODEC) == [("osc_1", "osc_2")]
    by_name = {token.name: token for token in CODEC.tokens}
    assert (by_name["osc_1_tune"].low, by_name["osc_1_tune"].high) == (
        by_name["osc_2_tune"].low,
        by_name["osc_2_tune"].high,
    )


def test_an_order_moves_every_token_of_a_module_to_the_other() -> None:
    found = orders(CODEC)
    assert found.shape == (2, len(CODEC.tokens))
    np.testing.assert_array_equal(found[0], np.arange(len(CODEC.tokens)))
    names = [token.name for token in CODEC.tokens]
    swapped = [names[place] for place in found[1]]
    assert swapped == [
        name.replace("osc_1", "osc_?").replace("osc_2", "osc_1").replace("osc_?", "osc_2") for name in names
    ]
    np.testing.assert_array_equal(found[1][found[1]], found[0])


def test_a_module_that_a_routing_names_is_not_like_another() -> None:
    space = words.SPACE
    import dataclasses

    from patchpilot.space.routing import RoutingSpace

    space = dataclasses.replace(space, routing=RoutingSpace(("env_1",), ("osc_1_level",), 4, ()))
    patches = [
        Patch.make(space, words.patch(k).values, routings=[Routing("env_1", "osc_1_level", 0.001 * k)])
        for k in range(100)
    ]
    assert symmetric_modules(fitted(space, [said(patch) for patch in patches])) == []


def test_modules_of_different_options_are_not_alike() -> None:
    rows = [{key: value for key, value in row.items() if key[1] != "osc_2_shape"} for row in words.rows(100)]
    assert symmetric_modules(fitted(words.SPACE, rows)) == []
