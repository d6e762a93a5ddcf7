"""`patchpilot bank` as its user meets it: exit codes, what is printed where, what is there afterwards."""

from __future__ import annotations

import io
import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import click
import numpy as np
import pytest

from patchpilot import registry
from patchpilot.bank import Bank
from patchpilot.bank.database import FILE
from patchpilot.cli.bank import _COMMANDS, command
from tests.bank.toys import filled, made
from tests.cli.command_line import Cli, Run, one_error, write
from tests.retrieval.fakes import Tiny
from tests.toy import Toy


class Louder(Toy):
    def render(self, *arguments: Any) -> Any:
        audio = super().render(*arguments)
        return type(audio)(1.1 * audio.samples, audio.sample_rate)


@pytest.fixture
def played() -> dict[str, Any]:
    """What the registry gives for "toy"; a test may put another there."""
    return {"toy": Toy, "louder": Louder}


@pytest.fixture(autouse=True)
def place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: dict[str, Any]) -> Path:
    """The user's own bank, with five takes of the toy, heard with "tiny"."""
    real = registry.load

    def load(group: str, name: str) -> Any:
        ours = {"instruments": played, "embeddings": {"tiny": Tiny, "heard": Tiny}}.get(group, {})
        return ours[name] if name in ours else real(group, name)

    monkeypatch.setattr(registry, "load", load)
    monkeypatch.setenv("PATCHPILOT_BANK", str(tmp_path / "own"))
    filled(tmp_path / "own").close()
    return tmp_path / "own"


def said(run: Run) -> Any:
    """The JSON that a command printed, which is all that it printed."""
    assert run.code == 0, run.err
    return json.loads(run.out)


def numbers(run: Run) -> list[int]:
    return [take["number"] for take in said(run)]


def test_takes_are_listed_for_people_and_for_programs(cli: Cli) -> None:
    ran = cli("bank", "list", "-n", "3")
    assert (ran.code, ran.err) == (0, "note: 2 more; -n shows more of them\n")
    head, *lines = ran.out.splitlines()
    assert head.split() == ["take", "score", "name", "made", "by", "made", "said"]
    assert [line.split()[:4] for line in lines] == [
        [str(n), f"{n}.000", "Sound", str(n - 1)] for n in (5, 4, 3)
    ]
    takes = said(cli("bank", "list", "--json", "--order", "oldest"))
    assert [take["number"] for take in takes] == [1, 2, 3, 4, 5]
    first = takes[0]
    assert (first["name"], first["searcher"], first["experiment"]) == ("Sound 0", "drawn", "first")
    assert (first["scores"], first["features"], first["seed"]) == ({"x": 1.0}, {"brightness": 0.0}, 7)
    assert Path(first["audio"]).is_file()
    assert cli("bank", "list", "--tag", "none") == Run(0, "", "no takes\n")
    assert cli("bank", "list", "--tag", "none", "--json") == Run(0, "[]\n", "")


def test_what_is_said_of_takes_is_kept_and_found(cli: Cli) -> None:
    assert said(cli("bank", "vote", "2", "yes", "--json"))[0]["vote"] == 1
    assert said(cli("bank", "vote", "2", "-1", "--json"))[0]["vote"] == -1
    assert said(cli("bank", "vote", "3", "+1", "--json"))[0]["vote"] == 1
    assert [t["golden"] for t in said(cli("bank", "star", "3", "4", "--json"))] == [True, True]
    assert said(cli("bank", "star", "4", "--off", "--json"))[0]["golden"] is False
    assert said(cli("bank", "tag", "2", "dark", "wide pad", "slow", "--json"))[0]["tags"] == [
        "dark",
        "slow",
        "wide pad",
    ]
    assert said(cli("bank", "untag", "2", "slow", "--json"))[0]["tags"] == ["dark", "wide pad"]
    assert said(cli("bank", "pin", "2", "level", "transpose", "--json"))[0]["pinned"] == [
        "level",
        "transpose",
    ]
    assert said(cli("bank", "pin", "2", "level", "--off", "--json"))[0]["pinned"] == ["transpose"]
    assert said(cli("bank", "note", "2", "for the break", "--json"))[0]["note"] == "for the break"
    assert numbers(cli("bank", "search", "break", "dark", "--json")) == [2]
    assert numbers(cli("bank", "search", "sound", "--voted", "yes", "--json")) == [3]
    assert numbers(cli("bank", "list", "--golden", "--json")) == [3]
    assert numbers(cli("bank", "list", "--voted", "no", "--tag", "dark", "--json")) == [2]
    assert numbers(cli("bank", "list", "--since", "2020-01-01", "--searcher", "drawn", "--json")) == [
        5,
        4,
        3,
        2,
        1,
    ]
    assert numbers(cli("bank", "list", "--experiment", "second", "--json")) == []
    (line,) = cli("bank", "search", "break").out.splitlines()[1:]
    assert line.split()[:2] == ["2", "−"]
    assert line.endswith("#dark  #wide pad  pinned: transpose  for the break")
    assert "★+" in cli("bank", "list", "--golden").out
    shown = said(cli("bank", "show", "2", "--json"))
    assert [vote["vote"] for vote in shown["votes"]] == [1, -1]
    assert shown["record"]["patch"]["instrument"] == "toy"
    page = cli("bank", "show", "2").out
    assert "votes         +1, -1\n" in page
    assert "played        note 60, 0.2 s\n" in page
    assert said(cli("bank", "pin", "2", "--off", "--json"))[0]["pinned"] == []
    assert cli("bank", "pin", "2").code == 2


def test_a_note_may_come_through_a_pipe(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("long\nand wide\n"))
    assert said(cli("bank", "note", "1", "--json"))[0]["note"] == "long\nand wide"


def test_a_take_goes_by_its_number_or_its_id(cli: Cli, place: Path) -> None:
    take_id = made(3).id
    assert said(cli("bank", "show", take_id[:8], "--json"))["number"] == 4
    assert said(cli("bank", "show", take_id.upper(), "--json"))["number"] == 4
    with Bank.open(place) as bank:
        bank.append(made(3), experiment="another")
    assert "several takes whose id begins with" in one_error(cli("bank", "show", take_id[:10]))
    assert "no take whose id begins with ffffffffff" in one_error(cli("bank", "show", "f" * 10))
    assert "expected the number of a take" in one_error(cli("bank", "show", "loud"))
    for asked in (
        ("vote", "99", "yes"),
        ("show", "99"),
        ("tag", "99", "x"),
        ("replay", "99"),
        ("like", "99"),
    ):
        assert "has no take 99: it has 6 takes" in one_error(cli("bank", *asked))


def test_takes_are_found_by_how_they_sound(cli: Cli, tmp_path: Path) -> None:
    found = said(cli("bank", "like", "3", "-n", "2", "--json"))
    assert len(found) == 2
    assert 3 not in [take["number"] for take in found]
    assert found[0]["distance"] <= found[1]["distance"]
    t = np.arange(22050) / 44100
    file = write(tmp_path / "tone.wav", (0.4 * np.sin(2 * np.pi * 261.63 * t)).astype(np.float32))
    assert len(said(cli("bank", "like", file, "--json"))) == 5
    assert "no such file" in one_error(cli("bank", "like", tmp_path / "none.wav"))
    silent = write(tmp_path / "silent.wav", np.zeros(44100, np.float32))
    assert "silent" in one_error(cli("bank", "like", silent))
    assert len(said(cli("bank", "far", "--json"))) == 5
    assert cli("bank", "far", "-n", "1").out.splitlines()[0].split()[1] == "distance"


def test_lineage_is_drawn(cli: Cli, place: Path) -> None:
    with Bank.open(place) as bank:
        child = bank.append(made(40, parents=(made(1).id, "f" * 64)))
        bank.append(made(41, parents=(made(40).id,)))
    assert cli("bank", "lineage", str(child)).out.splitlines() == [
        "6  Sound 40  drawn",
        "made from:",
        "  2  Sound 1  drawn",
        f"  (not here) {'f' * 12}",
        "from it came:",
        "  7  Sound 41  drawn",
    ]
    tree = said(cli("bank", "lineage", "6", "--json"))
    assert [r["number"] for r in tree["ancestors"]] == [2, None]
    assert [r["number"] for r in tree["descendants"]] == [7]


def test_a_replay_says_whether_it_is_the_same(cli: Cli, played: dict[str, Any]) -> None:
    again = said(cli("bank", "replay", "3", "--json"))
    assert (again["verdict"], again["max_db"], again["fingerprint"]) == ("identical", None, "toy 1")
    assert cli("bank", "replay", "3") == Run(0, "3  identical\n", "")
    ran = cli("bank", "replay", "--random", "4", "--seed", "1", "--json")
    drawn = [json.loads(line)["number"] for line in ran.out.splitlines()]
    assert len(set(drawn)) == 4
    assert ran.err == "4 identical\n"
    assert cli("bank", "replay", "--random", "4", "--seed", "1", "--json") == ran
    played["toy"] = Louder
    ran = cli("bank", "replay", "3", "--json")
    assert ran.code == 1
    assert json.loads(ran.out)["verdict"] == "different"
    assert json.loads(ran.out)["max_db"] == pytest.approx(-20.0, abs=0.1)
    assert cli("bank", "replay", "3").out == "3  different: -20.0 dB at most\n"
    assert cli("bank", "replay").code == 2
    del played["toy"]
    assert "name what plays them with --instrument" in one_error(cli("bank", "replay", "3"))
    assert cli("bank", "replay", "3", "--instrument", "louder").code == 1


def test_takes_are_exported(cli: Cli, tmp_path: Path) -> None:
    files = said(cli("bank", "export", "1", "2", "-o", tmp_path / "out", "--json"))
    assert [Path(f).name for f in files] == [
        f"00000{n}_Sound_{n - 1}{end}" for n in (1, 2) for end in (".toy", ".wav", ".mid")
    ]
    assert all(Path(file).is_file() for file in files)


def test_lost_audio_is_found_and_repaired(cli: Cli, place: Path, played: dict[str, Any]) -> None:
    assert cli("bank", "check") == Run(0, "whole\n", "")
    assert said(cli("bank", "check", "--listen", "--json")) == []
    for file in sorted((place / "audio").rglob("*.flac"))[:2]:
        file.unlink()
    ran = cli("bank", "check", "--json")
    assert ran.code == 1
    assert [problem["kind"] for problem in json.loads(ran.out)] == ["audio", "audio"]
    assert cli("bank", "check").out.endswith("2 problems\n")
    played["toy"] = Louder
    ran = cli("bank", "repair")
    assert ran.code == 1
    assert ran.out.count("still lost: take") == 2
    del played["toy"]
    ran = cli("bank", "repair")
    assert (ran.code, ran.err) == (1, "")
    assert ran.out.splitlines()[1].startswith("still lost: takes of toy cannot be played")
    played["toy"] = Toy
    assert len(said(cli("bank", "repair", "--json"))["audio"]) == 2
    assert cli("bank", "repair").out == "audio of 0 takes and 0 assets are back\n"
    assert cli("bank", "check").code == 0


def test_room_is_made_only_when_it_is_asked_for(cli: Cli, place: Path) -> None:
    cli("bank", "star", "1")
    ran = cli("bank", "collect")
    assert ran.out.startswith("would clear away: audio of 4 sounds, 0 assets, 0 takes; ")
    assert ran.err == "note: nothing was changed; --apply does it\n"
    assert len(list(place.rglob("*.flac"))) == 5
    assert said(cli("bank", "collect", "--apply", "--keep-best", "1", "--json"))["audio"] == 3
    assert len(list(place.rglob("*.flac"))) == 2
    assert said(cli("bank", "repair", "--cleared", "--json"))["audio"] == [2, 3, 4]
    assert said(cli("bank", "collect", "--takes", "--apply", "--json"))["takes"] == 4
    assert numbers(cli("bank", "list", "--json")) == [1]


def test_banks_are_copied_put_back_and_merged(cli: Cli, tmp_path: Path) -> None:
    copied = said(cli("bank", "backup", tmp_path / "copy", "--json"))
    assert copied["bytes"] > 0
    assert "exists and is kept" in one_error(cli("bank", "backup", tmp_path / "copy"))
    cli("bank", "star", "5")
    assert "exists" in one_error(cli("bank", "restore", tmp_path / "copy"))
    back = said(cli("bank", "restore", tmp_path / "copy", "--replace", "--json"))
    assert said(cli("bank", "list", "--golden", "--json")) == []
    assert numbers(cli("bank", "list", "--golden", "--bank", back["before"], "--json")) == [5]
    filled(tmp_path / "other", 3, start=4).close()
    assert said(cli("bank", "merge", tmp_path / "other", "--json")) == {"added": 2, "known": 1}
    assert cli("bank", "merge", tmp_path / "other").out == "0 takes are new, 3 were here already\n"
    assert cli("bank", "check").code == 0
    assert "there is no bank" in one_error(cli("bank", "merge", tmp_path / "none"))


def test_takes_are_heard_anew(cli: Cli) -> None:
    done = said(cli("bank", "reindex", "--embedding", "spectral", "--json"))
    assert done == {"embedding": "spectral", "heard": 5, "unheard": []}
    assert said(cli("bank", "info", "--json"))["embedding"]["name"] == "spectral"
    assert cli("bank", "reindex").out == "0 takes heard with spectral\n"
    assert "nothing" in one_error(cli("bank", "reindex", "--embedding", "nothing"))


def test_a_bank_says_what_it_holds(cli: Cli, place: Path) -> None:
    cli("bank", "tag", "1", "dark")
    cli("bank", "vote", "1", "no")
    about = said(cli("bank", "info", "--json"))
    assert (about["path"], about["takes"], about["votes"]) == (str(place), 5, {"yes": 0, "no": 1})
    assert (about["tags"], about["instruments"]) == ({"dark": 1}, {"toy": 5})
    assert about["embedding"] == {"name": "tiny", "version": "1", "size": 3, "vectors": 5}
    page = cli("bank", "info").out
    assert page.startswith(f"{place}\n  takes        5, 0 golden; yes to 0, no to 1\n")


def test_the_own_bank_is_made_when_it_is_first_used(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATCHPILOT_BANK", str(tmp_path / "new"))
    assert cli("bank", "list") == Run(0, "", "no takes\n")
    assert (tmp_path / "new" / FILE).is_file()
    assert cli("bank", "info").code == 0
    assert "there is no bank" in one_error(cli("bank", "list", "--bank", tmp_path / "misspelt"))
    assert not (tmp_path / "misspelt").exists()


@pytest.mark.parametrize("name", ["newer", "text", "half", "other", "a file"])
def test_what_is_no_bank_is_one_sentence(cli: Cli, place: Path, name: str) -> None:
    if name == "newer":
        with closing(sqlite3.connect(place / FILE)) as db:
            db.execute("PRAGMA user_version = 99")
    elif name == "text":
        (place / FILE).write_text("no database " * 500)
    elif name == "half":
        (place / FILE).unlink()
    elif name == "other":
        (place / FILE).unlink()
        for part in ("audio", "assets"):
            if (place / part).exists():
                (place / part).rename(place / f"my {part}")
    else:
        place = place / FILE
    told = one_error(cli("bank", "list", "--bank", place))
    expected = {
        "newer": "newer Patch Pilot",
        "text": "damaged, or no bank",
        "half": "half a bank",
        "other": "other things in it",
        "a file": "got a file",
    }
    assert expected[name] in told


def test_every_command_is_where_the_group_says() -> None:
    context = click.Context(command)
    for name in _COMMANDS:
        found = command.get_command(context, name)
        assert found is not None
        assert found.name == name
    assert command.get_command(context, "nothing") is None
