"""The terminal browser of `patchpilot dataset preview`."""
