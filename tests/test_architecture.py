"""Imports point one way, so that any part can be read without what lies above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import patchpilot

SOURCE = Path(patchpilot.__file__).parent

LAYERS = (
    ("errors",),
    ("files", "registry"),
    ("audio", "space", "engine"),
    ("modules",),
    ("distance", "instruments"),
    ("objectives",),
    ("search",),
    ("retrieval",),
    ("bank",),
    ("datasets",),
    ("estimators",),
    ("experiment",),
    ("matching",),
    ("selfplay", "tracks", "listening"),
    ("live",),
    ("words",),
    ("workspace",),
    ("assist", "studio"),
    ("cli",),
)
"""Each may import those above it in this list, and nothing beside or below it."""
HEIGHT = {name: height for height, names in enumerate(LAYERS) for name in names}


def imported(code: str, package: str) -> Iterator[str]:
    """Names of the modules of ours that a module imports anywhere in it, `TYPE_CHECKING` or not.

    Args:
        code: of the module.
        package: dotted name of the package it is in, for relative imports.
    """
    for node in ast.walk(ast.parse(code)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            module = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{module}.{alias.name}" for alias in node.names]
        yield from (name for name in names if name.startswith("patchpilot."))


def violations(code: str, module: str) -> list[str]:
    """What a module imports that it must not.

    Args:
        code: of the module.
        module: its dotted name ("patchpilot.space.view").
    """
    home = module.split(".")[1]
    package = module.rpartition(".")[0]
    wrong = []
    for name in imported(code, package):
        part = name.split(".")[1]
        if part == home or part == "__version__":
            continue
        if part not in HEIGHT or HEIGHT[part] >= HEIGHT[home]:
            wrong.append(f"{module} imports {name}")
    return wrong


def modules() -> dict[str, Path]:
    """Dotted name -> file of every module but the root, whose job is to name what is below it."""
    found = {}
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        if parts != ("__init__",):
            found[".".join(("patchpilot", *parts))] = path
    return found


def test_every_part_has_its_place_in_the_order() -> None:
    assert {name.split(".")[1] for name in modules()} == set(HEIGHT)


@pytest.mark.parametrize("name", sorted(HEIGHT))
def test_imports_point_one_way(name: str) -> None:
    mine = {module: path for module, path in modules().items() if module.split(".")[1] == name}
    assert mine
    assert [
        wrong for module, path in mine.items() for wrong in violations(path.read_text("utf-8"), module)
    ] == []


@pytest.mark.parametrize(
    "code",
    [
        "from patchpilot.matching import match",
        "import patchpilot.matching.match",
        "from patchpilot import matching",
        "def late():\n    from patchpilot.cli import main",
        "if TYPE_CHECKING:\n    from patchpilot.instruments.base import Instrument",
        "from ..instruments import base",
        "from patchpilot.audio import Audio",  # beside, not below
        "from patchpilot import Audio",  # through the root, which imports everything
        "from patchpilot.unheard_of import thing",
    ],
)
def test_the_check_sees_an_arrow_that_points_up(code: str) -> None:
    assert len(violations(code, "patchpilot.space.view")) == 1


@pytest.mark.parametrize(
    "code",
    [
        "import numpy as np",
        "from patchpilot import __version__",
        "from patchpilot import registry",
        "from patchpilot.errors import PatchError",
        "from patchpilot.space.patch import Patch",
        "from . import patch",
        "from .patch import Patch",
        "from ..errors import PatchError",
    ],
)
def test_the_check_lets_the_others_pass(code: str) -> None:
    assert violations(code, "patchpilot.space.view") == []


def intrusions(code: str, module: str) -> list[str]:
    """Private modules of other folders that a module imports."""
    package = module.rpartition(".")[0]
    wrong = []
    for name in imported(code, package):
        *folder, last = name.split(".")
        hidden = next(
            (i for i, part in enumerate([*folder, last]) if part.startswith("_") and part[1] != "_"), None
        )
        if hidden is not None and not f"{package}.".startswith(f"{'.'.join(name.split('.')[:hidden])}."):
            wrong.append(f"{module} imports {name}")
    return wrong


def test_private_modules_are_imported_in_their_own_folder_only() -> None:
    assert [
        wrong for module, path in modules().items() for wrong in intrusions(path.read_text("utf-8"), module)
    ] == []


def test_the_check_sees_a_private_module_of_another_folder() -> None:
    code = "from patchpilot.distance._logmel import logmel"
    assert len(intrusions(code, "patchpilot.search.resynthesis.dense.loop")) == 1
    assert intrusions(code, "patchpilot.distance._compare") == []
    assert intrusions("from patchpilot import __version__", "patchpilot.cli.match") == []


def test_engine_knows_callables_not_instruments() -> None:
    code = "from patchpilot.instruments.vital.vital import Vital"
    assert violations(code, "patchpilot.engine.pool") == [
        "patchpilot.engine.pool imports patchpilot.instruments.vital.vital.Vital"
    ]
    assert HEIGHT["engine"] < HEIGHT["instruments"]


def test_no_module_of_ours_imports_what_only_the_tests_compare_with() -> None:
    foreign = {"librosa", "dtw", "hypothesis", "pytest", "torch"}
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            roots: set[str] = set()
            if isinstance(node, ast.Import):
                roots = {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                roots = {node.module.split(".")[0]}
            assert not roots & foreign, module
