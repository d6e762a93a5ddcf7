"""Where Surge is looked for, and what is said where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from patchpilot.errors import PluginError
from patchpilot.instruments.plugin.plugin import Plugin
from patchpilot.instruments.surge import surge
from patchpilot.modules.hosting import surge as find
from tests.instruments.surge.conftest import STANDIN


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without Surge; its folder of plug-ins."""
    monkeypatch.delenv("PATCHPILOT_SURGE", raising=False)
    monkeypatch.delenv("SURGE_DATA_HOME", raising=False)
    monkeypatch.setattr(find, "_importable", lambda: None)
    monkeypatch.setattr(find, "_installed", list)
    monkeypatch.setattr(find, "standard_folders", lambda: [tmp_path])
    return tmp_path


def test_it_says_what_is_missing_and_how_to_get_it(nowhere: Path) -> None:
    with pytest.raises(PluginError) as raised:
        find.find()
    for part in ("surgepy", "PATCHPILOT_SURGE", "Surge XT.vst3", str(nowhere), "docs/surge.md"):
        assert part in str(raised.value)


def test_the_module_by_its_file_or_its_folder(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    module = nowhere / "build" / "surgepy.cpython-311-x86_64-linux-gnu.so"
    module.parent.mkdir()
    module.touch()
    for named in (module, module.parent):
        monkeypatch.setenv("PATCHPILOT_SURGE", str(named))
        assert find.find().module == module


def test_data_beside_the_source_that_it_was_built_in(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = nowhere / "surge" / "resources" / "data"
    (data / "patches_factory").mkdir(parents=True)
    module = nowhere / "surge" / "build" / "surgepy.so"
    module.parent.mkdir()
    module.touch()
    monkeypatch.setenv("PATCHPILOT_SURGE", str(module))
    assert find.find().data == data
    monkeypatch.setenv("SURGE_DATA_HOME", str(nowhere))
    assert find.find().data == nowhere
    assert find.preset_folders(nowhere / "mine", data) == [data / "patches_factory"]


def test_a_wrong_name_is_told(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATCHPILOT_SURGE", str(nowhere / "no-such-folder"))
    with pytest.raises(PluginError, match=r"PATCHPILOT_SURGE names .*no-such-folder"):
        find.find()


def test_without_the_module_its_plugin_is_taken(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundle = nowhere / "Surge XT.vst3"
    bundle.mkdir()
    asked: list[str] = []
    monkeypatch.setattr(find, "plugin_files", lambda _: [bundle])
    monkeypatch.setattr(Plugin, "__init__", lambda _, argument, **__: asked.append(argument))
    assert isinstance(surge.Surge.open(), Plugin)
    assert asked == [str(bundle)]
    with pytest.raises(PluginError, match="as a plug-in only"):
        surge.Surge()


def test_the_module_is_preferred(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (nowhere / "Surge XT.vst3").mkdir()
    monkeypatch.setenv("PATCHPILOT_SURGE", str(STANDIN))
    assert isinstance(surge.Surge.open(workers=1), surge.Surge)
