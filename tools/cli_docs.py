"""Writes docs/cli.md, every command's help in one page.

make docs      writes it
make check     complains where it differs from what is committed
"""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path

import click

from patchpilot.cli import _main
from patchpilot.cli._lazy import walked

PAGE = Path(__file__).resolve().parent.parent / "docs" / "cli.md"
HEAD = """\
# The command line

<!-- Written by `make docs` from the commands' own help; do not edit. -->

Data goes to stdout; progress, notes and errors go to stderr. Exit codes: 0 done, 1 something you can mend
(the message says what), 2 a misspelt command or option, 130 interrupted (0 where a match could still
write its best so far).
"""
WIDTH = 100


def page() -> str:
    """The whole page."""
    group = _main._patchpilot
    sections = [HEAD, _section("patchpilot", group)]
    sections += [_section(f"patchpilot {name}", command) for name, command in walked(group)]
    return "\n".join(sections)


def _section(name: str, command: click.Command) -> str:
    context = click.Context(
        command,
        info_name=name,
        terminal_width=WIDTH,
        max_content_width=WIDTH,
        help_option_names=["-h", "--help"],
    )
    return f"## {name}\n\n```text\n{command.get_help(context)}\n```\n"


def main() -> None:
    """Write the page, or with --check compare it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the page is up to date")
    made = page()
    if not parser.parse_args().check:
        PAGE.write_text(made, encoding="utf-8")
        return
    there = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    if there != made:
        lines = difflib.unified_diff(there.splitlines(True), made.splitlines(True), "docs/cli.md", "help")
        sys.stderr.writelines(lines)
        sys.exit("docs/cli.md is not what the commands' help says; run `make docs` and commit it")


if __name__ == "__main__":
    main()
