"""Plug-ins that the tests use: Debian's, where they are installed, and faulty ones that a C compiler makes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot.instruments.plugin.catalogue import Catalogue

AMSYNTH = Path("/usr/lib/vst/amsynth_vst.so")
HALL = Path("/usr/lib/lxvst/DragonflyHallReverb-vst.so")
FAULTS = {
    "crashes": "void* VSTPluginMain(void* host) { *(volatile int*)0 = 1; return host; }",
    "hangs": "void* VSTPluginMain(void* host) { for (;;) ; return host; }",
    "leaves": "#include <stdlib.h>\nvoid* VSTPluginMain(void* host) { _Exit(3); return host; }",
    "babbles": """
        #include <stdio.h>
        void* VSTPluginMain(void* host) {
            for (int i = 0; i < 100000; ++i) {
                printf("\\x1b[2J\\xff%d", i);
                fprintf(stderr, "\\n\\r{\\"error\\":%d", i);
            }
            fflush(stdout);
            return host == 0 ? host : (void*)0;
        }
    """,
    "is_junk": "static char junk[4096]; void* VSTPluginMain(void* host) { return host ? junk : 0; }",
    "is_empty": "int nothing;",
}
"""C of plug-ins that are no good, by what they do when they are loaded."""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue(tmp_path / "cache" / "plugins.sqlite")


@pytest.fixture(scope="session")
def faulty(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Name of a fault -> a plug-in that has it."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no C compiler here (or no Linux), so there are no faulty plug-ins to scan")
    folder = tmp_path_factory.mktemp("faulty")

    def made(fault: str) -> Path:
        path = folder / f"{fault}.so"
        if not path.exists():
            source = folder / f"{fault}.c"
            source.write_text(FAULTS[fault])
            subprocess.run([compiler, "-O0", "-shared", "-fPIC", "-o", path, source], check=True)
        return path

    return made


@pytest.fixture(scope="session")
def amsynth() -> Path:
    return _installed(AMSYNTH, "amsynth")


@pytest.fixture(scope="session")
def hall() -> Path:
    return _installed(HALL, "dragonfly-reverb-vst")


def _installed(path: Path, package: str) -> Path:
    pytest.importorskip("dawdreamer", reason="plug-ins need DawDreamer: pip install 'patchpilot[racks]'")
    if not path.exists():
        pytest.skip(f"{path} is not here: apt-get install {package}")
    return path
