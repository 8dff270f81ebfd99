"""The engine's durable rows: one SQLite file, written before each answer leaves.

Runs inside the engine's own environment, so it knows the standard library only.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

# A commit is a write to the log file without waiting for the disk: it survives the death of any
# process. The log is synced when it is folded into the file, so a power cut loses the newest
# moments and never breaks the file (https://sqlite.org/pragma.html#pragma_synchronous).
SETTINGS = (
    "PRAGMA locking_mode = EXCLUSIVE",
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = NORMAL",
    "CREATE TABLE IF NOT EXISTS rows (space TEXT, key TEXT, value TEXT, UNIQUE (space, key))",
)
WITHIN = "WHERE space >= ? AND space < ? || char(1114111)"  # all spaces with a prefix
LOCK_SECONDS = 10.0  # the engine of a killed world needs a moment to notice and let go


class Row(NamedTuple):
    """One thing worth keeping. A value of None takes it away."""

    space: str
    key: str
    value: str | None


class Rows:
    """A file of rows. One process holds it at a time; sqlite3.OperationalError if another does."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(
            path, timeout=LOCK_SECONDS, isolation_level=None, check_same_thread=False
        )
        for statement in SETTINGS:
            self._connection.execute(statement)

    def read(self, prefix: str) -> Iterator[tuple[str, str, str]]:
        """All rows whose space starts with the prefix, as (space, key, value), in key order."""
        yield from self._connection.execute(
            f"SELECT space, key, value FROM rows {WITHIN} ORDER BY space, key",  # noqa: S608  WITHIN is a constant
            (prefix, prefix),
        )

    def keys(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The (space, key) of all those rows, in the same order."""
        yield from self._connection.execute(
            f"SELECT space, key FROM rows {WITHIN} ORDER BY space, key",  # noqa: S608  the same
            (prefix, prefix),
        )

    def between(self, space: str, first: str, last: str) -> list[str]:
        """The values of a space whose keys lie between the two, ends included, in key order."""
        found = self._connection.execute(
            "SELECT value FROM rows WHERE space = ? AND key BETWEEN ? AND ? ORDER BY key",
            (space, first, last),
        )
        return [value for (value,) in found]

    def write(self, rows: Iterable[Row], cleared: Iterable[str] = ()) -> None:
        """Empty the spaces with the cleared prefixes, then keep the rows: all of it or nothing."""
        changes = list(rows)
        execute = self._connection.execute
        execute("BEGIN")
        try:
            for prefix in cleared:
                execute(f"DELETE FROM rows {WITHIN}", (prefix, prefix))  # noqa: S608  the same
            self._connection.executemany(
                "INSERT INTO rows VALUES (?, ?, ?)"
                " ON CONFLICT (space, key) DO UPDATE SET value = excluded.value",
                [row for row in changes if row.value is not None],
            )
            self._connection.executemany(
                "DELETE FROM rows WHERE space = ? AND key = ?",
                [row[:2] for row in changes if row.value is None],
            )
        except sqlite3.Error:
            execute("ROLLBACK")
            raise
        execute("COMMIT")

    def trim(self, space: str, before: str) -> None:
        """Drop the rows of a space whose key is below the one given."""
        self._connection.execute("DELETE FROM rows WHERE space = ? AND key < ?", (space, before))

    def close(self) -> None:
        """Fold the log into the file and let go of it."""
        self._connection.close()
