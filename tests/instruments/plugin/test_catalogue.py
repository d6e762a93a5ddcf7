from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from patchpilot.instruments.plugin import catalogue as kept
from patchpilot.instruments.plugin.catalogue import Catalogue, Entry
from patchpilot.instruments.plugin.info import PluginInfo
from patchpilot.modules.hosting.knobs import Description, knobs_of


def info(path: Path) -> PluginInfo:
    said = [Description(0, "Cutoff", "Hz", 0.25, 0, True, ((0.0, "20"), (0.5, "400"), (1.0, "20000")))]
    return PluginInfo(
        str(path),
        "ab" * 32,
        "dawdreamer",
        2,
        False,
        "reproducible",
        True,
        False,
        True,
        knobs_of(said, "x"),
        3,
    )


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "x.so"
    path.write_bytes(b"code")
    return path


def test_an_entry_is_the_same_again(catalogue: Catalogue, plugin: Path) -> None:
    assert catalogue.get(plugin) is None
    entry = Entry(plugin, info(plugin))
    catalogue.put(entry)
    assert catalogue.get(plugin) == entry
    bad = Entry(plugin, None, "crashed (SIGSEGV)")
    catalogue.put(bad)
    assert catalogue.all() == [bad]


def test_a_file_or_host_that_changed_is_unknown(
    catalogue: Catalogue, plugin: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalogue.put(Entry(plugin, info(plugin)))
    with monkeypatch.context() as patch:
        patch.setattr(kept, "host_version", lambda host: f"{host} 99")
        assert catalogue.get(plugin) is None
    assert catalogue.get(plugin) is not None
    plugin.write_bytes(b"other code")
    assert catalogue.get(plugin) is None
    plugin.unlink()
    assert catalogue.all() == []


@pytest.mark.parametrize("content", [b"", b"no database at all, but longer than a header" * 50])
def test_a_damaged_file_is_begun_anew(catalogue: Catalogue, plugin: Path, content: bytes) -> None:
    catalogue.file.parent.mkdir(parents=True)
    catalogue.file.write_bytes(content)
    assert catalogue.get(plugin) is None
    catalogue.put(Entry(plugin, None, "hung"))
    assert catalogue.get(plugin) == Entry(plugin, None, "hung")


def test_what_is_written_survives_a_kill(catalogue: Catalogue, plugin: Path) -> None:
    code = (
        "import os, signal, sys; from pathlib import Path\n"
        "from patchpilot.instruments.plugin.catalogue import Catalogue, Entry\n"
        "made = Catalogue(Path(sys.argv[1])); made.put(Entry(Path(sys.argv[2]), None, 'crashed'))\n"
        "with made._open() as database:\n"
        "    database.execute('DELETE FROM plugins')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    run = subprocess.run([sys.executable, "-c", code, catalogue.file, plugin], check=False)
    assert run.returncode < 0
    assert catalogue.get(plugin) == Entry(plugin, None, "crashed")


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path: Path, plugin: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    hopeless = Catalogue(tmp_path / "file" / "plugins.sqlite")
    hopeless.put(Entry(plugin, None, "crashed"))
    assert hopeless.get(plugin) is None
    assert hopeless.all() == []
