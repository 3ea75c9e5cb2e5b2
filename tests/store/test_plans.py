"""What is called for every message walks no whole table, however large the store is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from snapthread.model import Claim, OutboxMessage, private_conversation
from snapthread.store.sqlite import SqliteStore
from tests.contracts.builders import (
    ANN,
    Bench,
    album,
    command,
    cut_text,
    destination,
    message,
    open_sqlite_in_memory,
    photo,
    shown,
    words,
)

# All of what waits to jump the queue is wanted; the inner query of `next_wake` is one row.
WALKS = {"SCAN inbox USING INDEX inbox_jumps", "SCAN (subquery-1)", "SCAN CONSTANT ROW"}
CONTROL = {"BEGIN", "COMMIT", "ROLLBACK"}


def _intend_and_upload(bench: Bench, claim: Claim, part: OutboxMessage) -> object:
    return bench.upload(claim, claim.messages[0], "file-2")


def _finish(bench: Bench, claim: Claim, part: OutboxMessage) -> object:
    file = bench.upload(claim, claim.messages[0], "file-2")
    bench.reserve(claim, bench.record())
    return bench.finish(claim, shown(file), replies=(words(),), record=bench.record())


def _reset(bench: Bench, claim: Claim, part: OutboxMessage) -> object:
    bench.send(asked := command())
    return bench.reset(asked)


HOT: dict[str, Callable[[Bench, Claim, OutboxMessage], object]] = {
    "accept": lambda bench, claim, part: bench.send(message(), *album(2), cut_text(), message()),
    "claim": lambda bench, claim, part: bench.claim(),
    "claim only": lambda bench, claim, part: bench.claim(only=private_conversation(ANN)),
    "renew": lambda bench, claim, part: bench.renew(claim),
    "release": lambda bench, claim, part: bench.release(claim),
    "take_stragglers": lambda bench, claim, part: bench.stragglers(claim),
    "urgent_commands": lambda bench, claim, part: bench.jumpers(),
    "next_wake": lambda bench, claim, part: bench.next_wake(),
    "compose": lambda bench, claim, part: bench.compose(claim),
    "shorten": lambda bench, claim, part: bench.shorten(claim),
    "finish": _finish,
    "reset": _reset,
    "enqueue": lambda bench, claim, part: bench.say(once="a mark", again_after_s=60),
    "mark_sent": lambda bench, claim, part: bench.delivered(claim, part),
    "drop_parts": lambda bench, claim, part: bench.drop_outbox(claim),
    "intend, uploaded": _intend_and_upload,
    "label_of": lambda bench, claim, part: bench.label_of(claim, "unique"),
    "files_by_id": lambda bench, claim, part: bench.named(claim, "file-1"),
    "files_due": lambda bench, claim, part: bench.files_due(),
    "intents_due": lambda bench, claim, part: bench.intents_due(),
    "reserve": lambda bench, claim, part: bench.reserve(claim, bench.record()),
    "revise": lambda bench, claim, part: bench.revise(bench.record()),
    "settle_stale": lambda bench, claim, part: bench.settle_stale(),
    "note_delivered": lambda bench, claim, part: bench.run(bench.store.note_delivered("r1", 1)),
    "usage": lambda bench, claim, part: (bench.usage(), bench.usage(user=ANN)),
    "records_after": lambda bench, claim, part: bench.records(),
    "user_files": lambda bench, claim, part: bench.user_files(),
}


def traced(store: SqliteStore, verb: Callable[[], object]) -> list[str]:
    """The statements that a verb runs."""
    statements: list[str] = []
    store._thread.submit(store._db.set_trace_callback, statements.append).result()
    verb()
    store._thread.submit(store._db.set_trace_callback, None).result()
    return [each for each in statements if each not in CONTROL and not each.startswith("BEGIN")]


def plan(store: SqliteStore, statement: str) -> list[str]:
    query = f"EXPLAIN QUERY PLAN {statement}"
    rows = store._thread.submit(lambda: store._db.execute(query).fetchall()).result()
    return [row["detail"] for row in rows]


@pytest.mark.parametrize("verb", sorted(HOT))
def test_no_table_is_walked(verb: str) -> None:
    bench = Bench(open_sqlite_in_memory, Path())
    assert isinstance(bench.store, SqliteStore)
    bench.show("file-1")
    claim = bench.ask(photo())
    bench.say("A word.")
    part = OutboxMessage(id=1, to=destination(), outgoing=words())

    statements = traced(bench.store, lambda: HOT[verb](bench, claim, part))
    steps = [step for statement in statements for step in plan(bench.store, statement)]

    assert statements != []
    assert {step for step in steps if "SCAN" in step} <= WALKS
    bench.close()
