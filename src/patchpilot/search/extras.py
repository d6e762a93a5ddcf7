"""Packages that only some techniques need."""

from __future__ import annotations

import importlib.util

from patchpilot.errors import PluginError


def needed(package: str, extra: str) -> None:
    """Refuse to begin without a package.

    Args:
        package: the module that is imported later.
        extra: of Patch Pilot, that brings it.

    Raises:
        PluginError: it is not installed.
    """
    if importlib.util.find_spec(package) is None:
        raise PluginError(
            f"this technique needs the package {package!r}, which is not installed: "
            f"pip install 'patchpilot[{extra}]'"
        )
