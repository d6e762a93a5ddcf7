"""The modules that come with Patch Pilot, one idea a file; `from patchpilot.modules import saw` finds them by name."""
