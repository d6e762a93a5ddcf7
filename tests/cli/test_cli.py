"""Each command as its user meets it: exit codes, what is printed where, which files are there afterwards."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

import patchpilot
from patchpilot import registry
from patchpilot.cli import main
from patchpilot.search.base import Context, Outcome, Proposal
from patchpilot.space import Patch

DATA = Path(__file__).parent.parent / "data"
SHORT, OTHER = DATA / "elec_ping.flac", DATA / "elec_bell.flac"
RATE = 44100
COMMAND = [sys.executable, "-c", "from patchpilot.cli import main; main()"]
linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, or names files as Linux does")


@dataclass(frozen=True)
class Run:
    """What came of a command line."""

    code: int
    out: str
    err: str


Cli = Callable[..., Run]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cli-cache")


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    """Runs a command line in this process, which is quicker than a new one."""
    before = signal.getsignal(signal.SIGTERM)

    def run(*arguments: str | Path) -> Run:
        capfd.readouterr()
        monkeypatch.setattr(sys, "argv", ["patchpilot", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        assert isinstance(ended.value.code, int)
        return Run(ended.value.code, *capfd.readouterr())

    yield run
    signal.signal(signal.SIGTERM, before)


class Guess:
    """A searcher that takes no time: two patches."""

    name = "guess"

    def start(self, context: Context) -> None:
        space = context.instrument.space
        self._left = [Patch.make(space, {"osc_1_level": level}) for level in (0.4, 0.5)]

    def ask(self, n: int) -> list[Proposal]:
        asked, self._left = self._left[:n], self._left[n:]
        return [Proposal(patch, self.name) for patch in asked]

    def tell(self, outcomes: Sequence[Outcome]) -> None:
        """Two guesses learn nothing."""


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of what happens around a search: the search itself takes no time."""
    real = registry.load

    def load(group: str, name: str) -> Any:
        return Guess if group == "search" else real(group, name)

    monkeypatch.setattr(registry, "load", load)


def one_error(run: Run) -> str:
    """The message of a command that failed as it should: nothing on stdout, one line on stderr, code 1."""
    assert run.code == 1
    assert run.out == ""
    assert run.err.startswith("Error: ")
    assert run.err.count("\n") == 1
    return run.err.removeprefix("Error: ").rstrip("\n")


def write(path: Path, samples: Any, rate: int = RATE, subtype: str = "FLOAT") -> Path:
    soundfile.write(path, samples, rate, subtype=subtype)
    return path


def tone(seconds: float = 0.3, rate: int = RATE, channels: int = 1) -> Any:
    """A decaying 440 Hz tone, float32 (n,) or (n, channels)."""
    t = np.arange(round(seconds * rate)) / rate
    y = (0.5 * np.sin(2 * np.pi * 440 * t) * np.exp(-6 * t)).astype(np.float32)
    return y if channels == 1 else np.stack([y * (1 - 0.1 * c) for c in range(channels)], axis=1)


# The commands that match nothing.


def test_version(cli: Cli) -> None:
    assert cli("--version") == Run(0, f"patchpilot, version {patchpilot.__version__}\n", "")


def test_help_names_every_command(cli: Cli) -> None:
    run = cli("--help")
    assert (run.code, run.err) == (0, "")
    assert re.findall(r"^  ([a-z]+) {2,}\S", run.out, re.MULTILINE) == [
        "match",
        "render",
        "doctor",
        "plugins",
    ]


def test_a_misspelt_command_and_option(cli: Cli) -> None:
    run = cli("mutch")
    assert (run.code, run.out) == (2, "")
    assert "No such command 'mutch'" in run.err
    run = cli("match", SHORT, "--frce")
    assert (run.code, run.out) == (2, "")
    assert "No such option: --frce" in run.err or "No such option '--frce'" in run.err


@pytest.mark.parametrize(
    "arguments", [["match"], ["match", "x.wav", "--top", "0"], ["match", "x", "--note", "200"]]
)
def test_a_wrong_argument_is_a_usage_error(cli: Cli, arguments: list[str]) -> None:
    run = cli(*arguments)
    assert (run.code, run.out) == (2, "")
    assert run.err.startswith("Usage: patchpilot match ")
    assert "Error: " in run.err


def test_plugins(cli: Cli) -> None:
    run = cli("plugins")
    assert (run.code, run.err) == (0, "")
    line = f"{'instruments':<12} {'vital':<16} patchpilot {patchpilot.__version__}"
    assert line in run.out.splitlines()
    rows = json.loads(cli("plugins", "--json").out)
    assert {
        "kind": "instruments",
        "name": "vital",
        "package": f"patchpilot {patchpilot.__version__}",
        "object": "patchpilot.instruments.vital.vital:Vital",
    } in rows
    assert len(rows) == len(run.out.splitlines())


def test_doctor_says_what_is_here(cli: Cli) -> None:
    run = cli("doctor")
    assert (run.code, run.err) == (0, "")
    assert {line[:8] for line in run.out.splitlines()} == {"ok      "}
    assert re.search(r"^ok      vital {9}vital \S+ / .*; \d+ parameters; presets in ", run.out, re.MULTILINE)
    checks = {check["name"]: check for check in json.loads(cli("doctor", "--json").out)["checks"]}
    assert checks["numpy"] == {"name": "numpy", "ok": True, "text": np.__version__}


def test_doctor_says_what_is_missing(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    from patchpilot.cli import doctor

    monkeypatch.setattr(doctor, "_LIBRARIES", ("no-such-library",))
    run = cli("doctor")
    assert run.code == 1
    assert "MISSING no-such-library" in run.out
    assert "pip install no-such-library" in run.out


class Broken:
    """Somebody's instrument, which cannot even be made."""

    def __init__(self, **_: object) -> None:
        raise RuntimeError("no licence")


class Mute:
    """Somebody's instrument that takes no options, as it need not."""


@pytest.mark.parametrize(("made", "told"), [(Broken, "no licence"), (Mute, "takes no arguments")])
def test_doctor_survives_a_strangers_instrument(
    cli: Cli, monkeypatch: pytest.MonkeyPatch, made: type, told: str
) -> None:
    monkeypatch.setattr(registry, "names", lambda _: ["theirs"])
    monkeypatch.setattr(registry, "load", lambda *_: made)
    run = cli("doctor")
    assert (run.code, run.err) == (1, "")
    assert re.search(rf"^MISSING theirs .*{told}", run.out, re.MULTILINE)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes end otherwise there")
def test_a_reader_that_goes_away_is_no_error() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*COMMAND, "plugins"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert run.returncode in (1, 141)  # the command library's own answer, or the shell's
    assert run.stderr == ""


# Bad sounds.


def _sparse_wav(path: Path, seconds: int) -> Path:
    """A WAV of silence that takes no room on the disk: 8 kHz, 8 bits."""
    write(path, np.zeros(8), 8000, "PCM_U8")
    head = bytearray(path.read_bytes()[:44])
    n = seconds * 8000
    head[4:8], head[40:44] = (n + 36).to_bytes(4, "little"), n.to_bytes(4, "little")
    path.write_bytes(head)
    os.truncate(path, 44 + n)
    return path


def _text(path: Path) -> Path:
    path.write_text("This is not a sound.\n" * 9)
    return path


def _noise(path: Path) -> Path:
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    return path


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def _zero_bytes(path: Path) -> Path:
    path.touch()
    return path


def _nan(path: Path) -> Path:
    samples = tone()
    samples[::7] = np.nan
    return write(path, samples)


BAD: dict[str, tuple[Callable[[Path], Path], str]] = {
    "missing": (lambda path: path, r"no such file: .*bad\.wav"),
    "a folder": (_folder, r"expected a sound file, got a folder: .*bad\.wav"),
    "0 bytes": (_zero_bytes, r"expected a sound file, got 0 bytes: .*bad\.wav"),
    "empty": (lambda path: write(path, np.zeros(0)), r"no samples in it: .*bad\.wav"),
    "text": (_text, r"bad\.wav .*Probably it holds text"),
    "garbage": (_noise, r"bad\.wav .*damaged, cut short, or of an unknown format"),
    "NaN": (_nan, r"14\.3% of .*bad\.wav is NaN or infinite"),
    "silent": (lambda path: write(path, np.zeros(RATE)), r"bad\.wav is silent"),
    "10 ms": (lambda path: write(path, tone(0.01)), r"at least 20 ms, but .*bad\.wav lasts 10\.0 ms"),
    "2 hours": (lambda path: _sparse_wav(path, 7200), r"got 2 h 00 min: .*bad\.wav"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_sound_is_told_and_leaves_nothing(cli: Cli, tmp_path: Path, kind: str) -> None:
    make, message = BAD[kind]
    bad = make(tmp_path / "bad.wav")
    told = one_error(cli("match", bad, "--out", tmp_path / "out"))
    assert re.search(message, told)
    assert told.endswith(".")
    assert sorted(path.name for path in tmp_path.iterdir()) in (["bad.wav"], [])


def test_an_instrument_that_nobody_registers(cli: Cli) -> None:
    told = one_error(cli("match", SHORT, "--instrument", "virtal"))
    assert re.match(r"no 'virtal' among the instruments; there are: .*\bvital\b", told)


# Matches.


@pytest.fixture(scope="module")
def matched(tmp_path_factory: pytest.TempPathFactory, cache: Path) -> tuple[Path, Run]:
    """A folder with the results of a real match, made by a process of its own, and what was printed."""
    folder = tmp_path_factory.mktemp("matched") / "made" / "by it"
    run = subprocess.run(
        [*COMMAND, "match", SHORT, "--out", folder, "--json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    return folder, Run(run.returncode, run.stdout, run.stderr)


def result_of(folder: Path) -> Any:
    return json.loads((folder / "result.json").read_text("utf-8"))


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_match_is_files_and_json(matched: tuple[Path, Run]) -> None:
    folder, run = matched
    assert run.code == 0, run.err
    data = result_of(folder)
    printed = json.loads(run.out)
    assert run.out.count("\n") == 1
    assert printed.pop("folder") == str(folder)
    assert printed == data
    n = len(data["matches"])
    assert 1 <= n <= 5
    names = {"result.json", "report.html", "target.wav"}
    names |= {f"{i}{end}" for i in range(1, n + 1) for end in (".vital", ".wav")}
    assert set(contents(folder)) == names
    assert [path.name for path in folder.parent.iterdir()] == ["by it"]
    assert f"page: {folder / 'report.html'}\n" in run.err


def test_result_json_keeps_its_contract(matched: tuple[Path, Run]) -> None:
    data = result_of(matched[0])
    assert {"target", "matches", "note", "seconds"} <= set(data)
    assert (data["target"]["name"], data["target"]["audio"]) == ("elec_ping", "target.wav")
    assert data["note"] == 81
    assert data["seconds"] > 0
    assert [found["rank"] for found in data["matches"]] == list(range(1, len(data["matches"]) + 1))
    closeness = [found["distance"]["logmel"] for found in data["matches"]]
    assert closeness == sorted(closeness)
    for found in data["matches"]:
        assert {"rank", "patch", "preset", "audio", "distance", "source", "knobs_only"} <= set(found)
        assert (found["preset"], found["audio"]) == (f"{found['rank']}.vital", f"{found['rank']}.wav")
        assert isinstance(found["knobs_only"], bool)
        assert found["source"]
        for setting in found["parameters"]:
            assert {"name", "norm", "value", "unit"} <= set(setting)
            assert 0.0 <= setting["norm"] <= 1.0
    assert {"silence", "init patch", "random patch"} <= set(data["rows"])
    assert data["rows"]["silence"]["logmel"] > closeness[0]


def test_the_previews_are_what_the_presets_play(matched: tuple[Path, Run], cli: Cli, tmp_path: Path) -> None:
    data = result_of(matched[0])
    (note,) = data["performance"]["notes"]
    for found in data["matches"][:2]:
        place = tmp_path / found["audio"]
        how = {
            "--note": note["pitch"],
            "--velocity": note["velocity"],
            "--hold": note["hold_s"],
            "--seconds": data["performance"]["length_s"],
        }
        options = [str(word) for pair in how.items() for word in pair]
        run = cli("render", matched[0] / found["preset"], "--out", place, *options)
        assert run == Run(0, f"{place}\n", "")
        assert place.read_bytes() == (matched[0] / found["audio"]).read_bytes()


def test_the_page_is_one_file(matched: tuple[Path, Run]) -> None:
    page = (matched[0] / "report.html").read_text("utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "elec_ping" in page
    loaded = re.findall(r"""(?:\bsrc|<link[^>]*\bhref)=["']?([^"'> ]+)""", page)
    assert all(address.startswith(("data:", "#")) for address in loaded)


@pytest.mark.usefixtures("quick")
def test_a_match_as_a_table(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run = cli("match", SHORT, "--top", "2", "--note", "69")
    folder = tmp_path / "matches" / "elec_ping"
    assert run.code == 0
    first, *rows, page = run.out.splitlines()
    assert re.fullmatch(r"elec_ping: note 69, 0\.\d\d s", first)
    assert re.fullmatch(r"  1 +\d+\.\d{3}  (nearly identical|very close|close|related|far) +\S.*", rows[0])
    assert [row.split()[0] for row in rows].count("-") == len(rows) - len(result_of(folder)["matches"])
    assert page == f"page: {folder / 'report.html'}"
    data = result_of(folder)
    assert len(data["matches"]) <= 2
    assert data["note"] == data["performance"]["notes"][0]["pitch"] == 69


def test_the_same_seed_gives_the_same_presets(matched: tuple[Path, Run], cli: Cli, tmp_path: Path) -> None:
    assert cli("match", SHORT, "--out", tmp_path / "again").code == 0
    ours, theirs = result_of(tmp_path / "again"), result_of(matched[0])
    assert {**ours, "seconds": 0} == {**theirs, "seconds": 0}
    same = {name for name in contents(matched[0]) if name.endswith((".vital", ".wav"))}
    assert {name: contents(tmp_path / "again")[name] for name in same} == {
        name: contents(matched[0])[name] for name in same
    }


@pytest.mark.usefixtures("quick")
def test_earlier_results_are_kept_unless_forced(matched: tuple[Path, Run], cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    shutil.copytree(matched[0], folder)
    (folder / "my notes.txt").write_text("keep me")
    before = contents(folder)
    told = one_error(cli("match", OTHER, "--out", folder))
    assert told == (
        f"{folder} already holds results (1.vital, 1.wav, 2.vital …), which are kept: "
        "name another folder with --out, or replace them with --force"
    )
    assert contents(folder) == before
    assert cli("match", OTHER, "--out", folder, "--force", "--top", "1").code == 0
    after = contents(folder)
    assert after["my notes.txt"] == b"keep me"
    assert result_of(folder)["target"]["name"] == "elec_bell"
    assert after["1.vital"] != before["1.vital"]
    # No preset of the earlier sound stays behind among the new ones.
    assert set(after) == {"1.vital", "1.wav", "target.wav", "report.html", "result.json", "my notes.txt"}


@pytest.mark.usefixtures("quick")
def test_files_of_ones_own_are_kept_unless_forced(cli: Cli, tmp_path: Path) -> None:
    sound = Path(shutil.copy(SHORT, tmp_path / "target.wav"))  # its own name is one that a match writes
    before = contents(tmp_path)
    told = one_error(cli("match", sound, "--out", tmp_path))
    assert "target.wav" in told
    assert "name another folder with --out" in told
    assert one_error(cli("match", sound, "--out", tmp_path, "--force")) == told
    assert contents(tmp_path) == before


def test_earlier_results_are_kept_when_the_forced_match_fails(
    matched: tuple[Path, Run], cli: Cli, tmp_path: Path
) -> None:
    folder = tmp_path / "out"
    shutil.copytree(matched[0], folder)
    one_error(cli("match", tmp_path / "missing.wav", "--out", folder, "--force"))
    assert contents(folder) == contents(matched[0])


@pytest.mark.usefixtures("quick")
def test_one_bad_file_of_many_stops_no_other(cli: Cli, tmp_path: Path) -> None:
    bad = _text(tmp_path / "bad.wav")
    out = tmp_path / "out"
    run = cli("match", SHORT, bad, OTHER, "--out", out, "--json", "--top", "1")
    assert run.code == 1
    assert [json.loads(line)["target"]["name"] for line in run.out.splitlines()] == ["elec_ping", "elec_bell"]
    assert run.err.count("Error: ") == 1
    assert "bad.wav" in run.err
    assert run.err.endswith("\n1 of 3 sounds failed.\n")
    assert sorted(path.name for path in out.iterdir()) == ["elec_bell", "elec_ping"]


@pytest.mark.usefixtures("quick")
def test_two_sounds_of_one_name_do_not_overwrite_each_other(cli: Cli, tmp_path: Path) -> None:
    for name, sound in (("a", SHORT), ("b", OTHER)):
        (tmp_path / name).mkdir()
        shutil.copy(sound, tmp_path / name / "hit.flac")
    out = tmp_path / "out"
    run = cli("match", tmp_path / "a" / "hit.flac", tmp_path / "b" / "hit.flac", "--out", out, "--force")
    sources = {result_of(path.parent)["target"]["source"] for path in out.rglob("result.json")}
    kept_both = sources == {str(tmp_path / name / "hit.flac") for name in "ab"}
    assert kept_both or (run.code == 1 and sources == {str(tmp_path / "a" / "hit.flac")})


def test_no_two_sounds_share_a_folder() -> None:
    from patchpilot.cli.match import _folders

    sounds = [Path(name) for name in ("hit.wav", "hit-2.wav", "a/hit.wav", "HIT.flac")]
    names = [folder.name for folder in _folders(sounds, Path("out"))]
    assert names == ["hit", "hit-2", "hit-3", "HIT-4"]


@linux
@pytest.mark.usefixtures("quick")
def test_a_name_that_is_no_text(tmp_path: Path, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux names files by bytes: an old archive may bring some in Latin-1."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(SHORT, "caf\udce9.flac")
    run = cli("match", "caf\udce9.flac", "--top", "1")
    assert (run.code, run.err) == (0, "")
    folder = tmp_path / "matches" / "caf\udce9"
    assert result_of(folder)["target"]["name"] == "caf?"
    assert cli("render", folder / "1.vital", "--out", tmp_path / "\udce9.wav", "--seconds", "0.1").code == 0


ODD = {
    "8 channels": (tone(channels=8), RATE, "8 channels were folded to stereo"),
    "8 kHz": (tone(rate=8000), 8000, "there is nothing above 4 kHz to match"),
    "192 kHz": (tone(rate=192000), 192000, ""),
}


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("kind", ODD)
def test_an_odd_sound_is_matched_and_remarked_on(cli: Cli, tmp_path: Path, kind: str) -> None:
    samples, rate, remark = ODD[kind]
    run = cli("match", write(tmp_path / "odd.wav", samples, rate), "--out", tmp_path / "out", "--top", "1")
    assert run.code == 0
    assert result_of(tmp_path / "out")["note"] == 69
    assert (remark in run.err) if remark else ("samples a second" not in run.err)


@pytest.mark.usefixtures("quick")
def test_installed_presets_lie_where_the_synth_looks(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATCHPILOT_VITAL_PRESETS", str(tmp_path / "presets"))
    run = cli("match", SHORT, "--out", tmp_path / "out", "--top", "1", "--install")
    assert run.code == 0
    place = tmp_path / "presets" / "Patch Pilot" / "elec_ping 1.vital"
    assert f"install: {place}\n" in run.err
    assert place.read_bytes() == (tmp_path / "out" / "1.vital").read_bytes()


# Bad places.


@pytest.mark.usefixtures("quick")
def test_a_file_in_the_way_of_the_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    for place in (tmp_path / "out", tmp_path / "out" / "deeper"):
        told = one_error(cli("match", SHORT, "--out", place))
        assert re.search(r"is a file|is not a folder|a file, not a folder|a file of that name", told)
    assert contents(tmp_path) == {"out": b"mine"}


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not Path("/proc/version").exists(), reason="needs /proc, which nobody may write to")
def test_a_place_nobody_may_write_to(cli: Cli) -> None:
    assert one_error(cli("match", SHORT, "--out", "/proc/patchpilot/out")).startswith(
        "cannot write /proc/patchpilot"
    )


@pytest.mark.usefixtures("quick")
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_folder(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "locked").mkdir(mode=0o500)
    told = one_error(cli("match", SHORT, "--out", tmp_path / "locked" / "out"))
    assert "permission denied; name a folder you may write to" in told


@pytest.mark.usefixtures("quick")
def test_a_full_disk_leaves_no_half_result(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, left = os.fsync, iter(range(3))

    def full(file: int) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file)

    monkeypatch.setattr(os, "fsync", full)
    told = one_error(cli("match", SHORT, "--out", tmp_path / "out"))
    assert "the disk is full; make room or name another folder" in told
    assert not (tmp_path / "out" / "result.json").exists()
    assert not list(tmp_path.rglob("*.part"))
    assert not list(tmp_path.rglob("*.vital"))


# Rendering.


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with patchpilot.instrument("vital", workers=1) as vital:
        patch = Patch.make(vital.space, {"osc_1_level": 0.5})
        vital.export(patch, tmp_path_factory.mktemp("presets") / "init.vital")
    return tmp_path_factory.getbasetemp() / "presets0" / "init.vital"


def test_render_writes_beside_the_preset(cli: Cli, preset: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copy(preset, tmp_path / "lead.vital"))
    assert cli("render", mine) == Run(0, f"{tmp_path / 'lead.wav'}\n", "")
    samples, rate = soundfile.read(tmp_path / "lead.wav")
    assert (samples.shape, rate) == ((2 * RATE, 2), RATE)
    assert np.abs(samples).max() > 0.01


def test_render_keeps_an_earlier_file(cli: Cli, preset: Path, tmp_path: Path) -> None:
    place = tmp_path / "a.wav"
    place.write_text("mine")
    assert one_error(cli("render", preset, "--out", place)).startswith(f"{place} exists and is kept: ")
    assert place.read_text() == "mine"
    assert cli("render", preset, "--out", place, "--force", "--seconds", "0.1").code == 0
    assert soundfile.info(place).frames == RATE // 10


def test_render_to_a_folder_that_is_not_there(cli: Cli, preset: Path, tmp_path: Path) -> None:
    told = one_error(cli("render", preset, "--out", tmp_path / "there" / "a.wav"))
    assert told.endswith("its folder does not exist; make it first.")


def _settings(change: Callable[[Any], None]) -> Callable[[Path], bytes]:
    def made(preset: Path) -> bytes:
        data = json.loads(preset.read_bytes())
        change(data["settings"])
        return json.dumps(data).encode()

    return made


def _unknown_component(settings: Any) -> None:
    settings["wavetables"][0]["groups"] = [{"components": [{"type": "Death Ray", "keyframes": []}]}]


BAD_PRESETS: dict[str, tuple[Callable[[Path], bytes], str]] = {
    "0 bytes": (lambda _: b"", "expected JSON"),
    "binary": (lambda _: bytes(range(256)) * 9, "it is not text"),
    "text": (lambda _: b"This is not a preset.", "expected JSON"),
    "cut off": (lambda preset: preset.read_bytes()[:5000], "was the file cut off"),
    "a list": (lambda _: b"[]", "expected a JSON object with 'settings'"),
    "settings are a number": (lambda _: b'{"settings": 3}', "expected a JSON object with 'settings'"),
    "deep nesting": (lambda _: b"[" * 200_000, "not a Vital preset"),
    "a value is text": (_settings(lambda s: s.update(osc_1_level="loud")), "osc_1_level: expected a number"),
    "a value is infinite": (_settings(lambda s: s.update(osc_1_level=float("inf"))), "Infinity|finite"),
    "4 wavetables": (
        _settings(lambda s: s["wavetables"].append(s["wavetables"][0])),
        "expected at most 3 wavetables, got 4",
    ),
    "65 modulations": (
        _settings(lambda s: s.update(modulations=[{"source": "lfo_1", "destination": "volume"}] * 65)),
        "expected at most 64 modulations, got 65",
    ),
    "an unknown component": (_settings(_unknown_component), "unknown wavetable component 'Death Ray'"),
}


@pytest.mark.parametrize("kind", BAD_PRESETS)
def test_a_bad_preset_is_told_and_leaves_nothing(cli: Cli, tmp_path: Path, preset: Path, kind: str) -> None:
    make, message = BAD_PRESETS[kind]
    bad = tmp_path / "bad.vital"
    bad.write_bytes(make(preset))
    told = one_error(cli("render", bad))
    assert told.startswith(f"{bad}: ")
    assert re.search(message, told)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.vital"]


@pytest.mark.parametrize(
    ("name", "message"), [("missing.vital", "No such file"), ("", "directory|folder|no file")]
)
def test_a_preset_that_is_no_file(cli: Cli, tmp_path: Path, name: str, message: str) -> None:
    told = one_error(cli("render", tmp_path / name, "--out", tmp_path / "a.wav"))
    assert re.search(message, told)


@pytest.mark.parametrize("name", [".", "/"])
def test_a_preset_without_a_name(cli: Cli, name: str) -> None:
    assert "cannot be read as a preset: it is no file" in one_error(cli("render", name))


# Interrupts. Linux tells us which processes are left; the engine's are marked with their owner's number.


def workers_of(owner: int) -> list[int]:
    """Numbers of the engine processes that a process has started and that still run."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            if f'"owner": {owner}' in (folder / "cmdline").read_text():
                found.append(int(folder.name))
        except (OSError, UnicodeDecodeError, ValueError):
            continue
    return found


def until(condition: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def start_match(out: Path, cache: Path) -> subprocess.Popen[str]:
    """A match of a longer sound in a process of its own, once its engine has been started."""
    process = subprocess.Popen(
        [*COMMAND, "match", DATA / "bass_trance_c.flac", "--out", out],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
    )
    assert until(lambda: bool(workers_of(process.pid)) or process.poll() is not None)
    return process


def assert_nothing_half(process: subprocess.Popen[str], out: Path) -> None:
    assert until(lambda: not workers_of(process.pid), 10.0), "engine processes outlive their owner"
    if out.exists():  # it was quicker than the interrupt
        made = set(contents(out))
        assert "result.json" in made
        assert {found["preset"] for found in result_of(out)["matches"]} <= made


@linux
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("delay_s", [0.0, 0.4, 1.0])
def test_an_interrupted_match_leaves_nothing_half(
    tmp_path: Path, cache: Path, number: signal.Signals, delay_s: float
) -> None:
    process = start_match(tmp_path / "out", cache)
    time.sleep(delay_s)
    process.send_signal(number)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130 or (process.returncode == 0 and (tmp_path / "out").exists())
    assert "Traceback" not in said
    if process.returncode == 130:
        assert said.endswith("Interrupted; nothing half-written was left.\n")
        assert list(tmp_path.iterdir()) == []
    assert_nothing_half(process, tmp_path / "out")


@linux
def test_a_killed_match_leaves_no_process_and_no_half_result(tmp_path: Path, cache: Path) -> None:
    process = start_match(tmp_path / "out", cache)
    time.sleep(0.3)
    process.kill()
    process.communicate(timeout=30)
    assert_nothing_half(process, tmp_path / "out")
