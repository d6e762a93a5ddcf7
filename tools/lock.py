"""Writes constraints.txt: one version of every package that Patch Pilot or its tests install.

    make lock                      after a change of pyproject.toml: what is pinned stays pinned
    make lock UPGRADE=--upgrade    the newest versions

The versions hold for Linux, macOS and Windows and for every supported Python (3.11 and newer). The resolver
(uv, from PyPI) runs in a throwaway environment; pip alone installs what it found.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "constraints.txt"
HEAD = """\
# Every version that Patch Pilot and its tests are run with. Written by `make lock`; do not edit.
# Use: pip install -c constraints.txt -e .
"""
BUILD = "hatchling\n"
"""What the tests build the sample plug-in with."""
PINNED = "torch==2.13.0\n"
"""Stays at this version, with `--upgrade` too: an open range makes pip take the newest build, whatever it pulls."""
CUDA = ("cuda-", "nvidia-", "triton")
"""Beginnings of packages that only torch's builds for GPUs ask for, and whose versions those builds choose."""


def resolve(uv: Path, into: Path, options: list[str]) -> str:
    """The pinned versions of all requirements, extras included, one a line."""
    build, pinned = into / "build.in", into / "pinned.in"
    build.write_text(BUILD)
    pinned.write_text(PINNED)
    found = into / "found.txt"
    if LOCK.exists():  # uv keeps the versions it finds in the output file
        found.write_text(LOCK.read_text())
    command: list[str | Path] = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    command += ["--fork-strategy", "fewest", "--no-header", "--no-annotate", "--no-config", "--all-extras"]
    subprocess.run(
        [*command, *options, "-c", pinned, "-o", found, ROOT / "pyproject.toml", build], cwd=ROOT, check=True
    )
    lines = found.read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(CUDA))


def main() -> None:
    """Resolve in a throwaway environment and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions")
    options = ["--upgrade"] if parser.parse_args().upgrade else []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        venv.create(folder / "venv", with_pip=True)
        bin_folder = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        subprocess.run([bin_folder / "python", "-m", "pip", "install", "--quiet", "uv"], check=True)
        LOCK.write_text(HEAD + resolve(bin_folder / "uv", folder, options))
    sys.stdout.write(f"{LOCK.relative_to(ROOT)} written\n")


if __name__ == "__main__":
    main()
