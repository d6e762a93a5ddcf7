"""Errors that only somebody who lets a language model work can cause."""

from __future__ import annotations

from patchpilot.errors import PluginError


class ProviderError(PluginError):
    """The service of a language model cannot be used, does not answer, or refuses."""
