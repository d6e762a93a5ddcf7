"""The instrument that an estimator has learned, for commands that are given an estimator and no instrument."""

from __future__ import annotations

from typing import TYPE_CHECKING

from patchpilot.errors import PluginError

if TYPE_CHECKING:
    from patchpilot.instruments.base import Instrument


def learned_instrument(learner: object, name: str, workers: int | None) -> Instrument:
    """The instrument, opened.

    Args:
        learner: name or folder of what has learned it, for a message.
        name: of the instrument.
        workers: processes that render; as many as usual by default.

    Raises:
        PluginError: it is not here, or what it needs is missing.
    """
    from patchpilot.instruments.base import instrument

    try:
        return instrument(name, **({"workers": workers} if workers else {}))
    except PluginError as error:
        raise PluginError(f"{learner} has learned {name}, which cannot be played here: {error}") from None
