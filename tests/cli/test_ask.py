"""`patchpilot ask` as its user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import soundfile

from patchpilot import registry
from patchpilot.bank import Bank
from patchpilot.errors import PatchError
from patchpilot.instruments.take import Origin, Take
from patchpilot.space import Patch
from tests.cli.command_line import Cli, one_error
from tests.words.toys import PERFORMANCE, Organ

FEW = ("--renders", "24", "--seconds", "1", "--instrument", "organ")


class FileOrgan(Organ):
    """With preset files."""

    suffix = ".organ"

    def export(self, patch: Patch, path: Path | str) -> None:
        Path(path).write_text(json.dumps(dict(patch.values)))

    def load(self, path: Path | str) -> Patch:
        try:
            return Patch.make(self.space, json.loads(Path(path).read_text()))
        except (OSError, ValueError) as error:
            raise PatchError(f"{path}: cannot be read as an organ preset: {error}") from None


@pytest.fixture(autouse=True)
def organ(monkeypatch: pytest.MonkeyPatch) -> None:
    """The instrument "organ" is one that is quick."""
    real = registry.load

    def load(group: str, name: str) -> Any:
        return (lambda **_: FileOrgan()) if (group, name) == ("instruments", "organ") else real(group, name)

    monkeypatch.setattr(registry, "load", load)


@pytest.fixture
def lead(tmp_path: Path) -> Path:
    path = tmp_path / "lead.organ"
    path.write_text(json.dumps({"attack": 0.3}))
    return path


def test_it_writes_a_changed_preset_and_both_sounds(cli: Cli, lead: Path, tmp_path: Path) -> None:
    run = cli("ask", "make it darker", lead, *FEW)
    assert (run.code, run.err) == (0, "")
    assert "understood: clearly darker" in run.out
    assert "tilt" in run.out
    assert "It is darker: brightness down by" in run.out
    names = ("lead-2.organ", "lead-2.wav", "lead-2.before.wav", "lead-2.ask.json")
    assert all((tmp_path / name).is_file() for name in names)
    assert run.out.endswith(f"wrote {', '.join(str(tmp_path / name) for name in names)}\n")
    sounds = [soundfile.read(tmp_path / name)[0] for name in names[1:3]]
    assert sounds[0].shape == sounds[1].shape
    assert not (sounds[0] == sounds[1]).all()
    assert json.loads(lead.read_text()) == {"attack": 0.3}


def test_json_says_all_of_it(cli: Cli, lead: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine.organ"
    said = json.loads(cli("ask", "darker", lead, "--out", out, "--json", *FEW).out)
    assert said["ok"] is True
    assert said["understood"] == "clearly darker"
    assert said["features"]["brightness"]["verdict"] == "moved"
    assert said["features"]["brightness"]["after"] < said["features"]["brightness"]["before"]
    assert "tilt" in {one["name"] for one in said["turned"]}
    assert said["files"][0] == str(out)


def test_more_again_and_undo_go_on_from_a_preset(cli: Cli, lead: Path, tmp_path: Path) -> None:
    assert cli("ask", "darker", lead, *FEW).code == 0
    more = json.loads(cli("ask", "a bit more", tmp_path / "lead-2.organ", "--json", *FEW).out)
    assert more["features"]["brightness"]["asked"] == pytest.approx(-2.4)
    back = cli("ask", "undo", tmp_path / "lead-3.organ", *FEW)
    assert back.out.startswith("taken back: darker, a bit more\n")
    assert (tmp_path / "lead-4.organ").read_text() == (tmp_path / "lead-2.organ").read_text()
    assert cli("ask", "undo", tmp_path / "lead-4.organ", *FEW).code == 0
    assert json.loads((tmp_path / "lead-5.organ").read_text()) == {"attack": pytest.approx(0.3)}
    assert "nothing to undo" in one_error(cli("ask", "undo", tmp_path / "lead-5.organ", *FEW))


def test_a_history_is_that_of_one_patch(cli: Cli, lead: Path, tmp_path: Path) -> None:
    assert cli("ask", "darker", lead, *FEW).code == 0
    changed = tmp_path / "lead-2.organ"
    before = changed.read_text()
    changed.write_text(json.dumps({"tilt": 0.1}))
    assert "there is none: say what" in one_error(cli("ask", "again", changed, *FEW))
    changed.write_text(before)
    lead.write_text(json.dumps({"tilt": 0.2}))
    assert "is no longer what it was" in one_error(cli("ask", "undo", changed, *FEW))
    lead.unlink()
    assert "cannot be read" in one_error(cli("ask", "undo", changed, *FEW))
    (tmp_path / "lead-2.ask.json").write_text("{")
    assert "lead-2.ask.json is damaged" in one_error(cli("ask", "again", changed, *FEW))


def test_a_take_of_a_bank_is_asked_for_by_its_number(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synth = FileOrgan()
    patch = Patch.make(synth.space, {"tilt": 0.3})
    take = Take(patch, PERFORMANCE, synth.render(patch, PERFORMANCE), synth.fingerprint, Origin("test"))
    with Bank.open(tmp_path / "bank") as bank:
        bank.append(take)
    monkeypatch.chdir(tmp_path)
    run = cli("ask", "darker", "1", "--bank", tmp_path / "bank", "--renders", "24")
    assert (run.code, run.err) == (0, "")
    assert Path("take-1-2.organ").is_file()
    assert cli("ask", "undo", "take-1-2.organ", "--bank", tmp_path / "bank", *FEW).code == 0
    assert json.loads(Path("take-1-3.organ").read_text()) == pytest.approx(dict(patch.values))
    assert "no take 7" in one_error(cli("ask", "darker", "7", "--bank", tmp_path / "bank", "--renders", "24"))


def test_like_another_sound(cli: Cli, lead: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.organ"
    other.write_text(json.dumps({"tilt": 0.8}))
    said = json.loads(cli("ask", "like that but a softer attack", lead, "--like", other, "--json", *FEW).out)
    assert said["features"]["brightness"]["steps"] < -1.0
    assert "say which (--like FILE" in one_error(cli("ask", "like that but softer", lead, *FEW))


def test_what_cannot_be_done_writes_nothing(cli: Cli, lead: Path, tmp_path: Path) -> None:
    lead.write_text(json.dumps({"width": 0.0}))
    run = cli("ask", "narrower", lead, *FEW)
    assert run.code == 1
    assert "cannot be heard to get narrower" in run.out
    assert [path.name for path in tmp_path.iterdir()] == ["lead.organ"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ("make it more Tuesday", "lead.organ"),
            "no meaning is known for 'Tuesday'; what can be asked for: darker",
        ),
        (("darkr", "lead.organ"), "did you mean dark"),
        (("", "lead.organ"), "asks for no change"),
        (("darker", "nothing.organ"), "cannot be read"),
        (("darker", "lead.organ", "--out", "lead.organ"), "would be overwritten"),
        (("darker", "lead.organ", "--out", "there.organ"), "exists and is kept"),
        (("undo", "lead.organ"), "nothing to undo"),
        (("darker", "lead.organ", "--instrument", "tuba"), "tuba"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    cli: Cli, lead: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], words: str
) -> None:
    monkeypatch.chdir(lead.parent)
    Path("there.organ").write_text("mine")
    assert words in one_error(cli("ask", *arguments[:2], *FEW, *arguments[2:]))
    assert Path("there.organ").read_text() == "mine"
