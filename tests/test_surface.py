"""What a user sees: names, versions, commands and their help, and what starting up costs."""

from __future__ import annotations

import ast
import importlib
import importlib.metadata
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import tomllib
import types
import zipfile
from itertools import chain
from pathlib import Path

import click
import pytest

import patchpilot
from patchpilot import registry
from patchpilot.cli._lazy import walked
from patchpilot.cli._main import _patchpilot

ROOT = Path(__file__).parent.parent
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
HEAVY = {
    "torch",
    "onnxruntime",
    "librosa",
    "scipy",
    "soundfile",
    "soxr",
    "pyloudnorm",
    "vita",
    "numba",
    "sklearn",
}
NOT_FOR_HELP = HEAVY | {"numpy", "PIL", "jinja2"}


def packages() -> list[str]:
    """Every package below the root that says in `__all__` what is its own."""
    found = []
    for info in pkgutil.walk_packages(patchpilot.__path__, "patchpilot."):
        if info.ispkg and hasattr(importlib.import_module(info.name), "__all__"):
            found.append(info.name)
    return found


def own_names(module: types.ModuleType) -> set[str]:
    """Names without a leading underscore that are neither modules nor `from __future__`; those found late too."""
    late = getattr(module, "_HOMES", None)
    if late is not None:
        return {name for name in late if getattr(module, name) is not None}
    return {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType) and name != "annotations"
    }


@pytest.mark.parametrize("name", packages())
def test_a_package_offers_what_it_says(name: str) -> None:
    module = importlib.import_module(name)
    assert set(module.__all__) == own_names(module)
    assert len(module.__all__) == len(set(module.__all__))
    assert module.__doc__


def test_the_root_offers_what_it_says() -> None:
    for name in patchpilot.__all__:
        assert getattr(patchpilot, name).__doc__, name
    assert dir(patchpilot) == sorted([*patchpilot.__all__, "__version__"])
    with pytest.raises(AttributeError, match="has no attribute 'mutch'"):
        _ = patchpilot.mutch


def test_the_root_tells_type_checkers_the_same_names() -> None:
    tree = ast.parse(inspect.getsource(patchpilot))
    (block,) = (n for n in tree.body if isinstance(n, ast.If))
    told = {
        (alias.name, node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    homes = {(name, home) for home, names in patchpilot._HOMES.items() for name in names}
    assert told == homes | {(name, "patchpilot") for name in patchpilot._PACKAGES}
    assert {name for name, _ in homes} == set(patchpilot.__all__)


def test_a_name_is_never_a_module_as_well() -> None:
    modules = {info.name for info in pkgutil.iter_modules(patchpilot.__path__)}
    assert not modules & set(patchpilot.__all__)  # importing patchpilot.matching would hide pp.match


def test_the_version_is_one() -> None:
    version = PROJECT["version"]
    assert patchpilot.__version__ == version
    assert importlib.metadata.version("patchpilot") == version, "install again: pip install -e ."
    assert re.search(
        rf"^## \[{re.escape(version)}\]", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE
    )


def test_the_installed_entry_points_are_those_of_the_project() -> None:
    """They are written when the package is installed, so a new one needs `pip install -e .` again."""
    declared = {
        (group, name, value)
        for group, entries in PROJECT["entry-points"].items()
        for name, value in entries.items()
    }
    found = importlib.metadata.distribution("patchpilot").entry_points
    assert {(e.group, e.name, e.value) for e in found if e.group != "console_scripts"} == declared
    assert {group.removeprefix("patchpilot.") for group, _, _ in declared} <= set(registry.GROUPS)


@pytest.mark.parametrize("group", registry.GROUPS)
def test_every_registered_thing_loads(group: str) -> None:
    for name in registry.names(group):
        thing = registry.load(group, name)
        if group == "modules":  # objects, whose summary is what is said of them
            assert thing.summary
            assert callable(thing.prepare)
            continue
        assert callable(thing)
        assert thing.__doc__, f"{group} {name} has no docstring"


@pytest.mark.parametrize(("name", "command"), list(walked(_patchpilot)))
def test_every_command_and_option_has_help_and_a_line_in_the_docs(name: str, command: click.Command) -> None:
    page = (ROOT / "docs" / "cli.md").read_text("utf-8")
    assert command.help
    assert command.name == name.split()[-1]
    _, _, section = page.partition(f"\n## patchpilot {name}\n")
    section = section.partition("\n## ")[0]
    assert section, f"docs/cli.md has no section for {name}; run `make docs`"
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert parameter.opts[-1] in section


def test_a_command_that_does_not_exist_is_told() -> None:
    assert _patchpilot.get_command(click.Context(_patchpilot), "mutch") is None


def loaded_by(code: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded when `code` is done."""
    tell = (
        "import atexit, json, sys; atexit.register(lambda: sys.stderr.write(json.dumps(list(sys.modules))))\n"
    )
    run = subprocess.run([sys.executable, "-c", tell + code], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(run.stderr)}


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["--version"], ["match", "--help"], ["render", "--help"], ["library", "build", "--help"]],
)
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"import sys; sys.argv = ['patchpilot', *{arguments!r}]\nfrom patchpilot.cli import main; main()"
    assert not loaded_by(code) & NOT_FOR_HELP


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert not loaded_by("import patchpilot") & NOT_FOR_HELP


def test_listing_plugins_loads_none() -> None:
    code = "import sys; sys.argv = ['patchpilot', 'plugins']\nfrom patchpilot.cli import main; main()"
    assert not loaded_by(code) & NOT_FOR_HELP


def test_the_engine_runs_in_other_processes_only() -> None:
    code = """
import patchpilot as pp
with pp.instrument("vital", workers=1) as vital:
    vital.render(pp.Patch.make(vital.space), pp.Performance())
"""
    assert "vita" not in loaded_by(code)


def test_the_wheel_holds_what_the_source_holds(tmp_path: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "wheel", "--quiet"]
    options: list[str | Path] = [
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--wheel-dir",
        tmp_path,
        ROOT,
    ]
    subprocess.run([*pip, *options], check=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("patchpilot/")}
    source = Path(patchpilot.__file__).parent
    files = {path for path in source.rglob("*") if path.is_file() and "__pycache__" not in path.parts}
    assert held == {path.relative_to(source.parent).as_posix() for path in files}
    assert "patchpilot/py.typed" in held


def test_the_lock_pins_every_requirement_and_knows_no_place() -> None:
    lock = (ROOT / "constraints.txt").read_text("utf-8")
    lines = [line for line in lock.splitlines() if line and not line.startswith("#")]
    assert all(re.match(r"^[a-z0-9-]+==[^ /]+( ; .+)?$", line) for line in lines)
    assert "://" not in lock
    pinned = {line.split("==")[0] for line in lines}
    wanted = [*PROJECT["dependencies"], *chain(*PROJECT["optional-dependencies"].values())]
    names = {re.split(r"[<>=!~ ;\[]", w)[0].lower().replace("_", "-") for w in wanted}
    assert names - {"patchpilot"} <= pinned  # an extra may be part of another
    assert "torch==2.13.0" in lines


def test_every_command_for_contributors_is_run_by_ci() -> None:
    told = set(re.findall(r"\bmake [a-z-]+", "".join(re.findall(r"`[^`]+`", CONTRIBUTING))))
    run = set(
        re.findall(r"^section (make [a-z-]+)$", (ROOT / ".ci" / "run").read_text("utf-8"), re.MULTILINE)
    )
    assert told == run
    assert len(CONTRIBUTING.splitlines()) <= 40
