"""A match as files: a contract for programs, whole or not at all, and nothing of the user's lost."""

from __future__ import annotations

import dataclasses
import errno
import json
import math
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from patchpilot.audio import load
from patchpilot.errors import OutputError
from patchpilot.instruments.take import Origin, Take
from patchpilot.matching import output
from patchpilot.matching.output import check_folder, result_json, write_result
from patchpilot.matching.result import Match, MatchResult
from patchpilot.space import Patch, Performance
from tests.matching.test_report import TARGET
from tests.toy import Toy

PLAYED = Performance.one_note(48, hold_s=0.4, length_s=0.7)
SOURCE = Path("folder/lead.wav")


@pytest.fixture(scope="module")
def toy() -> Toy:
    return Toy()


def make_result(toy: Toy, n: int = 2) -> MatchResult:
    def found(rank: int) -> Match:
        patch = Patch.make(toy.space, {"transpose": float(rank)})
        origin = Origin("luck", "a lucky guess", parents=("0123",))
        take = Take(patch, PLAYED, toy.render(patch, PLAYED), toy.fingerprint, origin)
        return Match(rank, take, {"logmel": 0.2 * rank, "rms_cosine": 1.0}, knobs_only=True, remarks=("so",))

    rows = {"silence": {"logmel": 3.5}}
    target = dataclasses.replace(TARGET, source=SOURCE)
    matches = tuple(found(rank) for rank in range(1, n + 1))
    return MatchResult(target, PLAYED, "toy", matches, rows, 1.23456, ("all well",), "quick", 12)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def names(n: int) -> set[str]:
    ranked = {f"{rank}{end}" for rank in range(1, n + 1) for end in (".toy", ".wav")}
    return {"result.json", "report.html", "target.wav"} | ranked


# The contract.


def test_result_json_has_all_that_is_promised(toy: Toy) -> None:
    data = result_json(make_result(toy), toy)
    assert {
        "version", "instrument", "fingerprint", "target", "note", "performance", "matches", "rows", "remarks",
        "seconds", "effort", "renders", "interrupted",
    } <= set(data)  # fmt: skip
    assert {
        "name", "source", "audio", "f0_hz", "confidence", "tuning_cents", "loudness_lufs", "peak", "hold_s",
        "length_s",
    } <= set(data["target"])  # fmt: skip
    assert (data["target"]["name"], data["target"]["source"]) == ("lead", str(SOURCE))
    assert (data["note"], data["seconds"], data["remarks"]) == (48, 1.235, ["all well"])
    assert (data["effort"], data["renders"], data["interrupted"]) == ("quick", 12, False)
    assert Performance.from_json(data["performance"]) == PLAYED
    for rank, found in enumerate(data["matches"], start=1):
        assert {
            "rank", "take", "patch", "preset", "audio", "distance", "source", "searcher", "knobs_only",
            "composite", "parents", "remarks", "parameters",
        } <= set(found)  # fmt: skip
        assert (found["rank"], found["preset"], found["audio"]) == (rank, f"{rank}.toy", f"{rank}.wav")
        assert (found["source"], found["searcher"], found["remarks"]) == ("a lucky guess", "luck", ["so"])
        assert found["parents"] == ["0123"]
        assert [setting["name"] for setting in found["parameters"]] == ["level", "transpose"]
        assert {"name", "norm", "value", "unit", "text", "changed"} <= set(found["parameters"][1])
        assert found["parameters"][1]["value"] == rank


def test_a_patch_in_the_json_is_named_by_its_content(toy: Toy) -> None:
    result = make_result(toy)
    said = result_json(result, toy)["matches"][0]["patch"]
    assert said["sha256"] == result[0].patch.sha256
    assert said["values"] == {"transpose": 1.0}


def test_numbers_that_are_not_finite_are_null(toy: Toy) -> None:
    result = make_result(toy, 1)
    far = dataclasses.replace(result[0], distance={"logmel": 1.0, "spectral_convergence": math.inf})
    quiet = dataclasses.replace(result.target, loudness_lufs=-math.inf)
    rows = {"random patch": {"logmel": math.nan}}
    data = result_json(dataclasses.replace(result, matches=(far,), target=quiet, rows=rows), toy)
    text = json.dumps(data, allow_nan=False)
    assert json.loads(text)["matches"][0]["distance"] == {"logmel": 1.0, "spectral_convergence": None}
    assert data["target"]["loudness_lufs"] is None
    assert data["rows"] == {"random patch": {"logmel": None}}


# The files.


def test_everything_is_written_and_nothing_else(toy: Toy, tmp_path: Path) -> None:
    result, folder = make_result(toy), tmp_path / "new" / "out"
    data = write_result(result, toy, folder)
    assert set(contents(folder)) == names(2)
    assert [path.name for path in folder.parent.iterdir()] == ["out"]
    assert data.pop("folder") == str(folder)
    assert json.loads((folder / "result.json").read_text()) == json.loads(json.dumps(data))
    assert (load(folder / "2.wav").samples == result[1].audio.samples).all()
    assert (load(folder / "target.wav").samples == result.target.audio.samples).all()
    assert (folder / "1.toy").read_text() == result[0].patch.canonical


def test_a_preset_is_called_after_the_sound(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    called: list[str] = []

    def export(patch: Patch, path: Path) -> None:
        called.append(patch.name)
        path.touch()

    monkeypatch.setattr(toy, "export", export)
    write_result(make_result(toy), toy, tmp_path / "out")
    assert called == ["lead 1", "lead 2"]


def test_a_name_of_250_letters_and_one_that_is_no_text(toy: Toy, tmp_path: Path) -> None:
    result = make_result(toy, 1)
    odd = dataclasses.replace(result.target, source=Path(f"{'n' * 240}\udce9.wav"))
    write_result(dataclasses.replace(result, target=odd), toy, tmp_path / ("n" * 250))
    assert set(contents(tmp_path / ("n" * 250))) == names(1)


def test_files_of_ones_own_beside_the_results_stay(toy: Toy, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "1.toys").write_text("mine too")
    (tmp_path / "01.wav").write_text("of a numbered sample pack")
    write_result(make_result(toy, 1), toy, tmp_path)
    write_result(make_result(toy, 1), toy, tmp_path, force=True)
    assert set(contents(tmp_path)) == names(1) | {"notes.txt", "1.toys", "01.wav"}


@pytest.mark.parametrize("name", ["result.json", "report.html", "target.wav", "1.toy", "12.wav", "1.WAV"])
def test_results_that_are_there_are_kept(toy: Toy, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"earlier")
    with pytest.raises(OutputError, match=rf"already holds results \({name}\), which are kept: .*--force"):
        write_result(make_result(toy), toy, tmp_path)
    assert contents(tmp_path) == {name: b"earlier"}


def test_forced_results_replace_all_earlier_ones(toy: Toy, tmp_path: Path) -> None:
    write_result(make_result(toy, 3), toy, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    write_result(make_result(toy, 1), toy, tmp_path, force=True)
    assert set(contents(tmp_path)) == names(1) | {"notes.txt"}


def test_the_sound_itself_is_never_replaced(toy: Toy, tmp_path: Path) -> None:
    sound = tmp_path / "1.wav"
    sound.write_bytes(b"the only recording")
    with pytest.raises(OutputError, match="would be overwritten by its own results"):
        check_folder(tmp_path, ".toy", force=True, sound=sound)
    result = make_result(toy)
    result = dataclasses.replace(result, target=dataclasses.replace(result.target, source=sound))
    with pytest.raises(OutputError, match="would be overwritten by its own results"):
        write_result(result, toy, tmp_path, force=True)
    assert contents(tmp_path) == {"1.wav": b"the only recording"}


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(OutputError, match=r"out is a file: expected a folder"):
        check_folder(tmp_path / "out", ".toy")
    with pytest.raises(OutputError, match=r"cannot write .*: "):
        check_folder(tmp_path / "out" / "below", ".toy")


def test_a_folder_that_cannot_be_looked_into(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(OutputError, match="permission denied; name a folder you may write to"):
        check_folder(tmp_path, ".toy")


def test_a_name_that_no_system_takes(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"cannot write .*[Nn]ame too long"):
        check_folder(tmp_path / ("n" * 3000), ".toy")


def test_checking_leaves_no_trace(tmp_path: Path) -> None:
    check_folder(tmp_path / "out", ".toy")
    assert list(tmp_path.iterdir()) == []


# What may go wrong in between.


def full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("written", range(5))
@pytest.mark.parametrize("earlier", [False, True])
def test_a_disk_that_fills_up_changes_nothing(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int, earlier: bool
) -> None:
    out = tmp_path / "out"
    if earlier:
        write_result(make_result(toy, 3), toy, out)
    before = contents(out) if earlier else None
    _after(monkeypatch, os, "fsync", written, full)
    with pytest.raises(OutputError, match="the disk is full"):
        write_result(make_result(toy), toy, out, force=True)
    assert (contents(out) if out.exists() else None) == before
    assert [path.name for path in tmp_path.iterdir()] == (["out"] if earlier else [])


@pytest.mark.parametrize("moved", range(16))
def test_a_file_that_cannot_be_moved_leaves_all_as_it_was(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: int
) -> None:
    out = tmp_path / "out"
    write_result(make_result(toy, 3), toy, out)
    before = contents(out)
    with monkeypatch.context() as patch:

        def begin(*arguments: object) -> None:
            """From here on one rename, of old or new files, fails: a player has the file open."""
            _after(patch, Path, "replace", moved, _busy, once=True)
            real(*arguments)  # type: ignore[arg-type]

        real = output._move
        patch.setattr(output, "_move", begin)
        with pytest.raises(OutputError, match="cannot write"):
            write_result(make_result(toy), toy, out, force=True)
    assert contents(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def _busy(*_: object) -> None:
    raise PermissionError(errno.EACCES, "a program has it open")


def _after(
    patch: pytest.MonkeyPatch,
    owner: object,
    name: str,
    count: int,
    then: Callable[..., object],
    *,
    once: bool = False,
) -> None:
    """Have `owner.name` work `count` times, and from then on (or once) do `then` instead."""
    real = getattr(owner, name)
    calls = 0

    def counted(*arguments: object) -> object:
        nonlocal calls
        calls += 1
        if calls == count + 1 or (calls > count and not once):
            return then(*arguments)
        return real(*arguments)

    patch.setattr(owner, name, counted)


@pytest.mark.skipif(not hasattr(signal, "raise_signal"), reason="needs signals")
def test_an_interrupt_while_files_are_moved_waits_until_they_are(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = output._move

    def interrupted(*arguments: object) -> None:
        signal.raise_signal(signal.SIGINT)
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(output, "_move", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_result(make_result(toy), toy, tmp_path / "out")
    assert set(contents(tmp_path / "out")) == names(2)
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_interrupt_before_leaves_nothing(
    toy: Toy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(output, "report_html", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_result(make_result(toy), toy, tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
