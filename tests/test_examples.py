"""The programs in examples/, the sample plug-in, and README's code, run as a reader would run them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
import soundfile

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples"
SHORT = ROOT / "tests" / "data" / "elec_bell.flac"
README = (ROOT / "README.md").read_text("utf-8")
NUMBER = re.compile(r"\d+(\.\d+)?")


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """This one's, with a cache of its own and our commands first in the path."""
    scripts = str(Path(sys.executable).parent)
    cache = str(tmp_path_factory.mktemp("cache"))
    return {**os.environ, "XDG_CACHE_HOME": cache, "PATH": scripts + os.pathsep + os.environ.get("PATH", "")}


def run(environment: Mapping[str, str], *command: str | Path, cwd: Path) -> str:
    """What a program prints; it must end well and say nothing on stderr."""
    done = subprocess.run(
        [sys.executable, "-W", "error", *command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_every_example_is_run_here() -> None:
    names = {path.name for path in EXAMPLES.iterdir() if path.suffix == ".py" or path.name == "plugin"}
    assert names == {
        "match_a_sound.py",
        "look_up_a_sound.py",
        "refine_a_preset.py",
        "render_a_preset.py",
        "make_a_patch.py",
        "hear_three_parameters.py",  # tests/datasets/test_torch.py
        "studio_client.py",  # tests/cli/test_studio.py
        "plugin",
    }


def test_match_a_sound(environment: Mapping[str, str], tmp_path: Path) -> None:
    said = run(environment, EXAMPLES / "match_a_sound.py", SHORT, "made", cwd=tmp_path).splitlines()
    assert re.fullmatch(r"heard note 60, held 0\.\d\d s of 0\.\d\d s", said[0])
    assert 1 <= len(said[1:]) <= 3
    assert min(float(line.split()[1]) for line in said[1:]) < 0.5
    files = {path.name for path in (tmp_path / "made").iterdir()}
    assert files == {f"{i}{end}" for i in range(1, len(said)) for end in (".vital", ".wav")}


def test_look_up_a_sound(environment: Mapping[str, str], tmp_path: Path) -> None:
    said = run(environment, EXAMPLES / "look_up_a_sound.py", SHORT, cwd=tmp_path).splitlines()
    assert said[0] == "core-v1, seed 0, index 17: a911b167b29a, 3 modulations"  # drawn once, drawn for ever
    assert re.fullmatch(r"vital-core-v1: \d+ rows of \d+ patches", said[1])
    assert all(re.fullmatch(r"\d  \d\.\d{3}  library vital-core-v1, row \d+", line) for line in said[2:])
    assert 1 <= len(said[2:]) <= 3


def test_make_a_patch_and_render_it(environment: Mapping[str, str], tmp_path: Path) -> None:
    said = run(environment, EXAMPLES / "make_a_patch.py", "made", cwd=tmp_path)
    assert re.match(r"vital \S+: \d+ parameters\nenv_1_decay: 0 ms to 32 s\npluck: [0-9a-f]{12}\n", said)
    assert said.count("\n") == 6
    assert said == run(environment, EXAMPLES / "make_a_patch.py", "again", cwd=tmp_path)
    preset = tmp_path / "made" / "pluck.vital"
    said = run(environment, EXAMPLES / "render_a_preset.py", preset, "phrase.wav", cwd=tmp_path)
    assert said == "Pluck: 3 s, 1 modulations -> phrase.wav\n"
    assert soundfile.info(tmp_path / "phrase.wav").frames == 3 * 44100


def test_refine_a_preset(environment: Mapping[str, str], tmp_path: Path) -> None:
    run(environment, EXAMPLES / "make_a_patch.py", "made", cwd=tmp_path)
    preset = tmp_path / "made" / "pluck.vital"
    said = run(environment, EXAMPLES / "refine_a_preset.py", preset, SHORT, cwd=tmp_path).splitlines()
    assert said[0].endswith("  my preset (mine)")
    assert any("refined" in line and line.endswith(" (mine, then refinement)") for line in said[1:])
    before, *after = [float(line.split()[0]) for line in said]
    assert min(after) <= before
    assert (tmp_path / "closer.vital").is_file()


@pytest.fixture(scope="module")
def plugin(environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, str]:
    """An environment in which the sample plug-in is installed, by pip, in a folder of its own."""
    folder = tmp_path_factory.mktemp("plugin")
    source = shutil.copytree(EXAMPLES / "plugin", folder / "source")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "--quiet"]
    options: list[str | Path] = [
        "--no-deps",
        "--no-build-isolation",
        "--no-index",
        "--target",
        folder / "installed",
    ]
    subprocess.run([*pip, *options, source], check=True, env=environment)
    return {**environment, "PYTHONPATH": str(folder / "installed")}


def test_the_plugin_is_found(plugin: Mapping[str, str], tmp_path: Path) -> None:
    code = "from patchpilot.cli import main; main()"
    rows = json.loads(run(plugin, "-c", code, "plugins", "--json", cwd=tmp_path))
    mine = [row for row in rows if row["package"] == "patchpilot-luck 1.0.0"]
    assert [(row["kind"], row["name"]) for row in mine] == [
        ("instruments", "hats"),
        ("modules", "air"),
        ("modules", "hat_haas"),
        ("search", "luck"),
        ("objectives", "punchy"),
        ("distances", "loudness"),
        ("embeddings", "envelope"),
    ]


def test_the_plugins_own_tests_pass(plugin: Mapping[str, str], tmp_path: Path) -> None:
    tests = EXAMPLES / "plugin" / "tests"
    said = run(
        plugin, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", tests, tests, cwd=tmp_path
    )
    assert "5 passed" in said


def test_the_plugins_instrument_is_matched_with(plugin: Mapping[str, str], tmp_path: Path) -> None:
    code = """
import sys
import patchpilot as pp
with pp.instrument("hats", workers=1) as hats:
    print(", ".join(parameter.name for parameter in hats.space))
    result = pp.match(sys.argv[1], hats, using=["luck"], effort="quick", top=1, seed=3)
    hats.export(result.matches[0].take.patch, "mine.rack.json")
    print(hats.load("mine.rack.json") == result.matches[0].take.patch)
"""
    said = run(plugin, "-c", code, SHORT, cwd=tmp_path)
    assert (
        said
        == "tick_decay_ms, tick_level, air_gain_db, air_above_hz, hat_haas_delay_ms, hat_haas_later\nTrue\n"
    )


def test_the_plugin_works_like_one_of_ours(plugin: Mapping[str, str], tmp_path: Path) -> None:
    code = """
import sys
import patchpilot as pp
from patchpilot import registry
with pp.instrument("vital") as vital:
    result = pp.match(sys.argv[1], vital, using=["luck"], effort="quick", top=2, seed=3)
    far = registry.load("distances", "loudness")
    print([m.take.origin.searcher for m in result.matches])
    print(result.matches[0].distance["logmel"] <= result.matches[1].distance["logmel"])
    target = result.target.audio
    print(far(target, target), far(target, result.matches[0].take.audio) > 0)
"""
    said = run(plugin, "-c", code, SHORT, cwd=tmp_path)
    assert said == "['luck', 'luck']\nTrue\n0.0 True\n"


# README: what it shows is run, and what it shows as output is what comes out, but for the numbers.


def blocks(language: str, page: str = README) -> list[str]:
    """Code blocks of README.md, or of another page, in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def shape(text: str) -> str:
    """A text without what depends on the machine: numbers, and the words for a distance and its patch."""
    rows = re.sub(r"^( +\d+ +\d+\.\d+) .*$", r"\1", text, flags=re.MULTILINE)
    return re.sub(r" +", " ", NUMBER.sub("0", rows)).strip()


def test_the_technique_in_readme_passes_its_test(environment: Mapping[str, str], tmp_path: Path) -> None:
    (code,), (project,) = blocks("py"), blocks("toml")
    assert len([line for line in (code + project).splitlines() if line.strip()]) <= 25
    (tmp_path / "wide.py").write_text(code)
    (tmp_path / "pyproject.toml").write_text(project)
    said = run(environment, "-m", "pytest", "-q", "-p", "no:cacheprovider", "wide.py", cwd=tmp_path)
    assert "1 passed" in said


def test_the_python_in_datasets_prints_what_it_shows(environment: Mapping[str, str], tmp_path: Path) -> None:
    page = (ROOT / "docs" / "datasets.md").read_text("utf-8")
    (code,), (shown,) = blocks("python", page), blocks("text", page)
    assert run(environment, "-c", code, cwd=tmp_path) == shown


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """The folder a reader is in: the sounds where README says they are."""
    shutil.copytree(EXAMPLES / "sounds", tmp_path / "examples" / "sounds")
    return tmp_path


def test_the_python_in_readme_prints_what_it_shows(environment: Mapping[str, str], reader: Path) -> None:
    code, _ = blocks("python")
    (shown,) = blocks("text")
    assert len(code.splitlines()) <= 14
    assert shape(run(environment, "-c", code, cwd=reader)) == shape(shown)


@pytest.mark.parametrize("place", ["README.md", "docs/racks.md"])
def test_the_racks_that_are_shown_play(environment: Mapping[str, str], tmp_path: Path, place: str) -> None:
    page = (ROOT / place).read_text("utf-8")
    code = next(block for block in blocks("python", page) if "pp.Rack(" in block)
    code += """
with acid:
    played = acid.render(pp.Patch.make(acid.space), pp.Performance.one_note(36))
    print(played.samples.shape, bool(played.samples.any()))
"""
    assert run(environment, "-c", code, cwd=tmp_path) == "(2, 88200) True\n"


def test_the_session_in_readme_goes_as_shown(environment: Mapping[str, str], reader: Path) -> None:
    (session,) = blocks("console")
    steps = re.findall(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", session, re.MULTILINE)
    assert steps
    for command, shown in steps:
        done = subprocess.run(
            command, shell=True, cwd=reader, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert shape(done.stdout.replace(f"{reader}{os.sep}", "")) == shape(shown)


def test_the_library_commands_in_readme_run(environment: Mapping[str, str], reader: Path) -> None:
    lines = [
        line for block in blocks("sh") for line in block.splitlines() if line.startswith("patchpilot library")
    ]
    assert [line.split()[2] for line in lines] == ["build", "list", "info", "prior"]
    for line in lines:
        command = line.replace("-n 200000", "-n 200000 --help")  # which takes four hours; its own tests build
        done = subprocess.run(
            command, shell=True, cwd=reader, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout


def test_readme_points_at_what_is_there() -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", README)
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []
