"""The command line. Data goes to stdout, talk to stderr; errors are one message and exit code 1."""

from patchpilot.cli._main import main

__all__ = ["main"]
