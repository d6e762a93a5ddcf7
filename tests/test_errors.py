"""The tree of errors is as it is drawn, and everything a user can cause is in it."""

from __future__ import annotations

import inspect
import re

import pytest

from patchpilot import errors
from patchpilot.errors import ParameterError, PatchPilotError

CLASSES: dict[str, type[Exception]] = dict(inspect.getmembers(errors, inspect.isclass))


def test_the_drawn_tree_is_the_tree() -> None:
    assert errors.__doc__ is not None
    drawn = set(re.findall(r"[├└]── (\w+)", errors.__doc__))
    assert drawn == {name for name, cls in CLASSES.items() if cls.__base__ is not Exception}


@pytest.mark.parametrize("name", sorted(CLASSES))
def test_one_root_catches_all(name: str) -> None:
    with pytest.raises(PatchPilotError, match=r"^what came of it$"):
        raise CLASSES[name]("what came of it")


def test_a_wrong_argument_is_a_value_error_too() -> None:
    assert issubclass(ParameterError, ValueError)
