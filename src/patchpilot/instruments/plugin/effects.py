"""Plug-ins as effects in racks: `saw >> effect_plugin("DragonflyHallReverb")`."""

from __future__ import annotations

import re

from patchpilot.errors import PluginError
from patchpilot.instruments.plugin.find import find
from patchpilot.modules.plugin import PluginModule


def effect_plugin(argument: str, name: str = "") -> PluginModule:
    """A module of a plug-in that hears.

    Args:
        argument: a path, or the name of an installed plug-in.
        name: of the module; by default the plug-in's in lower case.

    Raises:
        PluginError: it is missing, cannot be used, or hears nothing (then it is an instrument).
    """
    info = find(argument)
    if not info.n_inputs:
        raise PluginError(
            f"{info.file} hears nothing: it is an instrument; use instrument('plugin:{argument}')"
        )
    made = name or re.sub(r"\W+", "_", info.name.lower())
    return PluginModule(
        name=made if made.isidentifier() else f"p_{made}",
        summary=f"The {info.kind} {info.name}.",
        path=info.path,
        sha256=info.sha256,
        host=info.host,
        is_forkable=info.is_forkable,
        knobs=info.knobs,
    )
