"""Plug-ins: ours and a stranger's are found alike, and a bad one is told by its name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot import registry
from patchpilot.errors import PluginError

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Put a package's metadata (and a module of its code) where Python finds installed packages."""

    def _install(package: str, entry_points: str, *, code: str | None = None) -> None:
        place = tmp_path / package
        info = place / f"{package}-2.5.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 2.5\n")
        (info / "entry_points.txt").write_text(entry_points)
        if code is not None:
            (place / f"{package}.py").write_text(code)
        monkeypatch.syspath_prepend(place)
        monkeypatch.delitem(sys.modules, package, raising=False)

    return _install


def test_names_are_sorted_and_import_nothing(install: Install) -> None:
    install("zither", "[patchpilot.instruments]\nzither = zither:make\naeolian = zither:make\n")
    names = registry.names("instruments")
    assert names == sorted(names)
    assert {"aeolian", "vital", "zither"} <= set(names)
    assert "zither" not in sys.modules


def test_a_strangers_plugin_loads_like_ours(install: Install) -> None:
    install("zither", "[patchpilot.distances]\nzither = zither:far\n", code="def far(a, b): return 7.0\n")
    assert registry.load("distances", "zither")(None, None) == 7.0


def test_an_unknown_name_is_told_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match=r"^no 'virtal' among the instruments; there are: .*\bvital\b"):
        registry.load("instruments", "virtal")


def test_two_packages_with_one_name_are_both_named(install: Install) -> None:
    install("zither", "[patchpilot.search]\nluck = zither:Luck\n")
    install("koto", "[patchpilot.search]\nluck = koto:Luck\n")
    with pytest.raises(PluginError) as caught:
        registry.names("search")
    for word in ("'luck'", "search", "zither", "koto", "uninstall one"):
        assert word in str(caught.value)
    with pytest.raises(PluginError, match="two plug-ins call themselves 'luck'"):
        registry.load("search", "luck")


def test_one_name_for_two_kinds_is_no_clash(install: Install) -> None:
    install("zither", "[patchpilot.search]\nluck = zither:a\n[patchpilot.objectives]\nluck = zither:b\n")
    assert "luck" in registry.names("search")
    assert "luck" in registry.names("objectives")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import module_that_is_not_there", "module_that_is_not_there"),
        ("raise RuntimeError('out of tune')", "out of tune"),
        ("Lucky = 1", "Luck"),
        ("def", "invalid syntax"),
        (None, "No module named 'zither'"),
    ],
)
def test_a_broken_plugin_says_why_and_harms_no_other(install: Install, code: str | None, reason: str) -> None:
    install("zither", "[patchpilot.instruments]\nzither = zither:Luck\n", code=code)
    with pytest.raises(PluginError, match=rf"^'zither' \(zither:Luck\) cannot be loaded: .*{reason}"):
        registry.load("instruments", "zither")
    assert registry.load("instruments", "vital").name == "vital"
