"""Verbs called for every message walk no whole table, however large the store is."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from snapthread.model import Claim, OutboxMessage, private_conversation
from snapthread.store import Store
from snapthread.store.sqlite import SqliteBackend
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
WALKS = {
    "SCAN messages USING INDEX messages_urgent",
    "SCAN conversations USING INDEX conversations_ready",
    "SCAN conversations USING INDEX conversations_held",
}
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
    "accept_and_claim": lambda bench, claim, part: bench.send_and_claim(message(user=9), claims=2),
    "claim": lambda bench, claim, part: bench.claim(),
    "claim only": lambda bench, claim, part: bench.claim(only=private_conversation(ANN)),
    "renew": lambda bench, claim, part: bench.renew(claim),
    "release": lambda bench, claim, part: bench.release(claim),
    "take_stragglers": lambda bench, claim, part: bench.stragglers(claim),
    "urgent_commands": lambda bench, claim, part: bench.jumpers(),
    "next_wake": lambda bench, claim, part: bench.next_wake(),
    "compose": lambda bench, claim, part: bench.compose(claim),
    "finish": _finish,
    "reset": _reset,
    "enqueue": lambda bench, claim, part: bench.say(once="a mark", again_after_s=60),
    "mark_sent": lambda bench, claim, part: bench.delivered(claim, part),
    "drop_parts": lambda bench, claim, part: bench.drop_outbox(claim),
    "intend, uploaded": _intend_and_upload,
    "image_of": lambda bench, claim, part: bench.label_of(claim, "unique"),
    "files_by_id": lambda bench, claim, part: bench.named(claim, "file-1"),
    "files_due": lambda bench, claim, part: bench.files_due(),
    "intents_due": lambda bench, claim, part: bench.intents_due(),
    "reserve": lambda bench, claim, part: bench.reserve(claim, bench.record()),
    "revise": lambda bench, claim, part: bench.revise(bench.record()),
    "settle_stale": lambda bench, claim, part: bench.settle_stale(),
    "conclude": lambda bench, claim, part: bench.conclude(claim, part),
    "usage": lambda bench, claim, part: (bench.usage(), bench.usage(user=ANN)),
    "records_after": lambda bench, claim, part: bench.records(),
}


def traced(store: Store, verb: Callable[[], object]) -> list[str]:
    """The statements that a verb runs."""
    statements: list[str] = []
    writer = thread_of(store)
    writer.db.set_trace_callback(statements.append)
    verb()
    writer.db.set_trace_callback(None)
    return [each for each in statements if each not in CONTROL and not each.startswith("BEGIN")]


def plan(store: Store, statement: str) -> list[str]:
    query = f"EXPLAIN QUERY PLAN {statement}"
    writer = thread_of(store)
    rows = writer.db.execute(query).fetchall()
    return [detail for *_, detail in rows]


def thread_of(store: Store) -> Any:
    assert isinstance(store.backend, SqliteBackend)
    return store.backend._writer


@pytest.mark.parametrize("verb", sorted(HOT))
def test_no_table_is_walked(verb: str) -> None:
    bench = Bench(open_sqlite_in_memory, Path())
    assert isinstance(bench.store, Store)
    bench.show("file-1")
    claim = bench.ask(photo())
    bench.say("A word.")
    part = OutboxMessage(id=1, to=destination(), outgoing=words())

    statements = traced(bench.store, lambda: HOT[verb](bench, claim, part))
    steps = [step for statement in statements for step in plan(bench.store, statement)]

    assert statements != []
    assert {step for step in steps if "SCAN" in step} <= WALKS
    bench.close()
