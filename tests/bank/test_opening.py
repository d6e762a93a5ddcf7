"""Opening: new banks, old ones, newer ones, and what is none."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from patchpilot.bank import Bank
from patchpilot.bank.database import FILE, Database
from patchpilot.bank.migrations import migrate, steps
from patchpilot.errors import BankError, OutputError, PluginError
from tests.bank.toys import filled, made
from tests.retrieval.fakes import Tiny


class Other(Tiny):
    version = "2"


def execute(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path / FILE, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)


def test_the_default_bank_is_the_users_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path / "data")
    monkeypatch.delenv("PATCHPILOT_BANK", raising=False)
    assert Bank.default_path() == tmp_path / "data" / "default.bank"
    monkeypatch.setenv("PATCHPILOT_BANK", str(tmp_path / "named"))
    with Bank.open() as bank:
        assert bank.path == tmp_path / "named"
        assert len(bank) == 0
        assert bank.near(Tiny()(made(1).audio, pitch=60.0, hold_s=0.1)) == []
    assert (tmp_path / "named" / FILE).is_file()


def test_what_is_no_bank_is_told(tmp_path: Path) -> None:
    with pytest.raises(BankError, match="there is no bank"):
        Bank.open(tmp_path / "b", create=False)
    assert not (tmp_path / "b").exists()
    (tmp_path / "file").write_text("x")
    with pytest.raises(BankError, match="which is a folder, got a file"):
        Bank.open(tmp_path / "file")
    with pytest.raises(BankError, match=r"other things in it \(file, …\)"):
        Bank.open(tmp_path)
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / FILE).write_text("This is no database. " * 100)
    with pytest.raises(BankError, match="damaged, or no bank"):
        Bank.open(tmp_path / "text")
    (tmp_path / "other").mkdir()
    execute(tmp_path / "other", "CREATE TABLE songs (name)")
    with pytest.raises(BankError, match="database of another program"):
        Bank.open(tmp_path / "other")


def test_half_a_bank_is_told(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (tmp_path / FILE).unlink()
    with pytest.raises(BankError, match=r"half a bank: its bank.sqlite is gone"):
        Bank.open(tmp_path)
    (tmp_path / FILE).write_bytes(b"")
    with pytest.raises(BankError, match=r"half a bank"):
        Bank.open(tmp_path)


def test_a_newer_bank_is_left_alone(tmp_path: Path) -> None:
    filled(tmp_path).close()
    execute(tmp_path, f"PRAGMA user_version = {len(steps()) + 1}")
    held = (tmp_path / FILE).read_bytes()
    with pytest.raises(BankError, match="written by a newer Patch Pilot"):
        Bank.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == held


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    with filled(tmp_path, 60):
        pass
    data = bytearray((tmp_path / FILE).read_bytes())
    data[8192:] = b"\x55" * (len(data) - 8192)
    (tmp_path / FILE).write_bytes(data)
    with pytest.raises(BankError, match="restore a backup"):  # noqa: SIM117
        with Bank.open(tmp_path) as bank:
            bank.entries()


def test_a_bank_that_another_holds_is_waited_for_and_told(tmp_path: Path) -> None:
    with filled(tmp_path), closing(sqlite3.connect(tmp_path / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        database = Database(tmp_path / FILE, wait_s=0.05)
        with pytest.raises(BankError, match="another process has been holding"), database.writing():
            pass
        assert database.rows("SELECT count(*) FROM takes") == [(5,)]  # reading does not wait
        other.execute("COMMIT")
        with database.writing() as db:
            db.execute("UPDATE takes SET note = 'x'")
        database.close()
        with pytest.raises(BankError, match="closed"):
            database.rows("SELECT 1")


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="cannot write"):
        Bank.open(tmp_path / "file" / "bank")


def test_steps_are_done_once_and_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "steps"
    folder.mkdir()
    (folder / "0001_a.sql").write_text("CREATE TABLE a (x); -- a; comment\nINSERT INTO a VALUES (';');")
    path = tmp_path / "x.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        migrate(db, path, folder)
        migrate(db, path, folder)
        assert db.execute("SELECT x FROM a").fetchall() == [(";",)]
        (folder / "0002_b.sql").write_text("ALTER TABLE a ADD COLUMN y DEFAULT 5;")
        migrate(db, path, folder)
        assert db.execute("SELECT x, y FROM a").fetchall() == [(";", 5)]
        assert db.execute("PRAGMA user_version").fetchone() == (2,)
        (folder / "0003_c.sql").write_text("CREATE TABLE c (x);\nINSERT INTO nowhere VALUES (1);")
        with pytest.raises(sqlite3.OperationalError):
            migrate(db, path, folder)
        assert db.execute("PRAGMA user_version").fetchone() == (2,)  # nothing of it was done
        assert db.execute("SELECT name FROM sqlite_schema WHERE name = 'c'").fetchall() == []


def test_a_new_bank_is_of_the_newest_version(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / FILE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(steps()),)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_bank_of_another_embedding_is_told_when_it_is_to_hear(tmp_path: Path) -> None:
    filled(tmp_path).close()
    bank = Bank.open(tmp_path, embedding=Other())
    assert bank[1].name == "Sound 0"
    with pytest.raises(
        BankError, match=r"embedding tiny 1, and tiny 2 was asked for: `patchpilot bank reindex"
    ):
        bank.near(made(1).audio)
    bank.append(made(20))
    with pytest.raises(BankError, match="bank reindex"):
        bank.flush()
    bank.close()
    with Bank.open(tmp_path, embedding=Tiny()) as bank:
        assert len(bank) == 6  # what could not be heard is there


def test_a_bank_whose_embedding_is_missing_can_be_looked_at(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with Bank.open(tmp_path) as bank:  # "tiny" is registered nowhere
        assert [entry.number for entry, _ in bank.like(2, 2)] != []
        with pytest.raises(PluginError, match="tiny"):
            bank.near(made(1).audio)
