"""What a bank holds, counted."""

from __future__ import annotations

from pathlib import Path

from patchpilot.bank.database import FILE, Database
from patchpilot.bank.hearing import recorded
from patchpilot.space.canonical import Json


def info(folder: Path, database: Database) -> dict[str, Json]:
    """How many takes, of what, with which marks, and how large its files are; raises `BankError`."""

    def counted(column: str) -> dict[str, int]:
        sql = f"SELECT {column}, count(*) FROM takes GROUP BY {column} ORDER BY 2 DESC, 1"
        return dict(database.rows(sql))

    ((takes, golden, yes, no, cleared),) = database.rows(
        "SELECT count(*), total(golden), total(vote = 1), total(vote = -1), total(NOT has_audio) FROM takes"
    )
    meta: dict[str, str] = dict(database.rows("SELECT name, value FROM meta"))
    heard = recorded(database)
    vectors = 0
    if heard is not None:
        ((vectors,),) = database.rows("SELECT count(*) FROM vectors WHERE embedding = ?", (heard.id,))
    return {
        "path": str(folder),
        "id": meta["id"],
        "made_at": meta["made_at"],
        "version": database.rows("PRAGMA user_version")[0][0],
        "takes": takes,
        "golden": int(golden),
        "votes": {"yes": int(yes), "no": int(no)},
        "without_audio": int(cleared),
        "experiments": counted("experiment"),
        "searchers": counted("searcher"),
        "instruments": counted("instrument"),
        "tags": dict(database.rows("SELECT tag, count(*) FROM tags GROUP BY tag ORDER BY 2 DESC, 1")),
        "embedding": heard
        and {"name": heard.name, "version": heard.version, "size": heard.size, "vectors": vectors},
        "bytes": {
            "database": sum(path.stat().st_size for path in folder.glob(f"{FILE}*")),
            **{part: _bytes(folder / part) for part in ("audio", "assets", "index")},
        },
    }


def _bytes(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
