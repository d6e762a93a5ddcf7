"""What can be done with a workspace: a file for each handful of verbs; `base` has the noun and the list."""

from patchpilot.workspace.verbs.base import Verb, all_verbs, request, verb_of

__all__ = ["Verb", "all_verbs", "request", "verb_of"]
