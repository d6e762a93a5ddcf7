"""`patchpilot match` as its user meets it: exit codes, what is printed where, which files are there."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from patchpilot import registry
from patchpilot.matching.effort import EFFORTS
from tests.cli.command_line import (
    FEW,
    OTHER,
    RATE,
    SHORT,
    Cli,
    Guess,
    Run,
    contents,
    linux,
    one_error,
    result_of,
    text_file,
    tone,
    write,
)


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
    order = [found["composite"] for found in data["matches"]]
    assert order == sorted(order)
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
    assert cli("match", SHORT, "--out", tmp_path / "again", *FEW).code == 0
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
    bad = text_file(tmp_path / "bad.wav")
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
    assert run.code == 0
    assert "Error" not in run.err
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


def test_how_hard_to_look_is_said_in_the_result(matched: tuple[Path, Run]) -> None:
    data = result_of(matched[0])
    assert (data["effort"], data["interrupted"]) == ("default", False)
    assert data["renders"] >= len(data["matches"])
    for found in data["matches"]:
        assert found["searcher"].split("+")[0] in ("resynthesis", "subtractive", "retrieval", "estimator")


@pytest.mark.usefixtures("quick")
def test_the_table_says_how_each_was_found(cli: Cli, tmp_path: Path) -> None:
    run = cli("match", SHORT, "--out", tmp_path / "out", "--effort", "quick")
    row = run.out.splitlines()[1]
    assert re.fullmatch(r"  1 +\d\.\d{3}  [a-z ]+ knobs only: guess \(guess\)", row)
    assert result_of(tmp_path / "out")["effort"] == "quick"


NOTHING = {
    "--seconds": "expected a budget of more than 0 seconds, got 0; for no refinement, use the effort 'quick'",
    "--renders": "expected a budget of at least 1 render, got 0; for no refinement, use the effort 'quick'",
}


@pytest.mark.parametrize("option", NOTHING)
def test_a_budget_of_nothing(cli: Cli, tmp_path: Path, option: str) -> None:
    assert one_error(cli("match", SHORT, "--out", tmp_path / "out", option, "0")) == NOTHING[option]
    assert list(tmp_path.iterdir()) == []


def test_searchers_may_be_named(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = registry.load, list[tuple[str, object]]()

    def load(group: str, name: str) -> Any:
        if group != "search":
            return real(group, name)

        def make(**options: object) -> Guess:
            asked.append((name, options))
            return Guess()

        return make

    monkeypatch.setattr(registry, "load", load)
    quick = ("--effort", "quick", "--force", "--out", tmp_path / "out")
    assert cli("match", SHORT, *quick).code == 0
    assert cli("match", SHORT, *quick, "--using", "luck, dowsing", "--using", "retrieval").code == 0
    assert cli("match", SHORT, *quick, "--library", "mine.npz").code == 0
    options = dict(EFFORTS["quick"].options("retrieval"))
    assert asked[:3] == [("resynthesis", {}), ("retrieval", options), ("estimator", {"n": 8})]
    assert asked[3:6] == [("luck", {}), ("dowsing", {}), ("retrieval", options)]
    rest = [("resynthesis", {}), ("estimator", {"n": 8})]
    assert asked[6:] == [("retrieval", {"library": "mine.npz", **options}), *rest]


def test_what_is_served_is_searched_by_what_suits_it(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, asked = registry.load, list[str]()

    def load(group: str, name: str) -> Any:
        if (group, name) == ("instruments", "remote"):
            return lambda _: real("instruments", "vital")()
        if group != "search":
            return real(group, name)
        asked.append(name)
        return lambda **_: Guess()

    monkeypatch.setattr(registry, "load", load)
    far = ("--instrument", "http://127.0.0.1:9", "--effort", "quick")
    assert cli("match", SHORT, *far, "--out", tmp_path / "out").code == 0
    assert asked == ["resynthesis", "retrieval", "estimator"]


def test_a_library_without_retrieval(cli: Cli) -> None:
    told = one_error(cli("match", SHORT, "--library", "mine", "--using", "resynthesis"))
    assert told == "--library is what retrieval looks in, and --using leaves it out: resynthesis"


def test_a_searcher_that_nobody_registers(cli: Cli, tmp_path: Path) -> None:
    told = one_error(cli("match", SHORT, "--using", "dowsing", "--out", tmp_path / "out"))
    assert told.startswith("no 'dowsing' among the search; there are: ")
    assert list(tmp_path.iterdir()) == []
