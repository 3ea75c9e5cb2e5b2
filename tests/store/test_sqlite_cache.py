"""Items of a conversation are read once; what changed is known, whoever changed it."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from snapthread.store.schema.conversations import HISTORY, HISTORY_OF, HistoryRow
from snapthread.store.sqlite.connections import connect_writer
from snapthread.store.sqlite.transactions import Connection
from snapthread.store.transaction import Transaction

ACTS = st.lists(
    st.tuples(st.sampled_from("add take undone theirs asked first".split()), st.integers(1, 6)),
    max_size=12,
)


@pytest.fixture(scope="module")
def writer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    path = tmp_path_factory.mktemp("lasting") / "store.db"
    with closing(connect_writer(path, create=True)) as db:
        db.execute("PRAGMA synchronous = OFF")
        yield Connection(db)


def other(writer: Connection) -> sqlite3.Connection:
    """Another process."""
    (_, _, path) = writer.db.execute("PRAGMA database_list").fetchone()
    return sqlite3.connect(Path(path), isolation_level=None)


def item(id: int) -> HistoryRow:
    return HistoryRow("user:7", id, "user", f"item {id}", "[]", id, 10)


def items(low: int = 0) -> Callable[[Transaction], list[int]]:
    return lambda tx: [row.id for row in tx.range(HISTORY_OF, "user:7", low=low)]


def change(id: int) -> Callable[[Transaction], object]:
    """Add it, or take it away."""

    def verb(tx: Transaction) -> object:
        row = tx.get(HISTORY, "user:7", id)
        return tx.insert(item(id)) if row is None else tx.delete_all([row])

    return verb


def decided(writer: Connection, verb: Callable[[Transaction], Any]) -> Any:
    [(result, error)] = writer.decide([verb])
    assert error is None
    return result


def act(writer: Connection, theirs: sqlite3.Connection, name: str, id: int) -> None:
    match name:
        case "undone":
            too_large = item(id)._replace(id=2**70)
            writer.decide([lambda tx: [change(id)(tx), tx.insert(too_large)]])
        case "theirs":
            theirs.execute("DELETE FROM history WHERE id = ?", (id,))
            theirs.execute("INSERT INTO history SELECT * FROM history WHERE 0")
        case "asked":
            decided(writer, items(low=id))
        case "first":
            decided(writer, items())
        case _:
            decided(writer, change(id))


@given(acts=ACTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_kept_is_what_the_store_has(
    writer: Connection, acts: list[tuple[str, int]]
) -> None:
    with closing(other(writer)) as theirs:
        theirs.execute("DELETE FROM history")
        for name, id in acts:
            act(writer, theirs, name, id)
            there = [id for (id,) in theirs.execute("SELECT id FROM history ORDER BY id")]
            assert decided(writer, items()) == there
            assert decided(writer, items(low=3)) == [id for id in there if id >= 3]


def test_all_items_were_asked_for_again_with_each_question(writer: Connection) -> None:
    decided(writer, lambda tx: tx.delete_all(tx.range(HISTORY_OF, "user:7")))
    statements: list[str] = []
    for id in (1, 2, 3):
        decided(writer, change(id))
        decided(writer, items())
        writer.db.set_trace_callback(statements.append)
    decided(writer, items())
    decided(writer, items(low=2))
    writer.db.set_trace_callback(None)
    assert not [each for each in statements if "FROM history" in each and "id >=" in each]


def test_when_too_many_items_are_kept_they_are_all_forgotten(
    writer: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("snapthread.store.sqlite.cache.ITEMS_KEPT", 3)
    decided(writer, lambda tx: tx.delete_all(tx.range(HISTORY_OF, "user:7")))
    fresh, statements = Connection(writer.db), list[str]()
    writer.db.set_trace_callback(statements.append)
    for id in (1, 2, 3, 4):
        decided(fresh, change(id))
        assert decided(fresh, items()) == list(range(1, id + 1))
    writer.db.set_trace_callback(None)
    assert len([each for each in statements if "FROM history" in each and "id >=" in each]) == 2
