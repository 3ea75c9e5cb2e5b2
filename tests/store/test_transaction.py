"""A transaction sees its own writes, also in ranges that are cut; verbs can call verbs."""

from collections.abc import Callable
from typing import Any

import pytest

from snapthread.model import Claim
from snapthread.ports import Arrival
from snapthread.store import Store
from snapthread.store.rules import accepting, claiming, delivering, leases
from snapthread.store.schema.conversations import HISTORY_OF, HistoryRow
from snapthread.store.schema.queues import OUTBOX_OF, OutboxRow
from snapthread.store.schema.usage import TALLIES, TallyRow
from snapthread.store.table import Index
from snapthread.store.transaction import Transaction
from tests.contracts.builders import FULL, QUIET_S, Bench, message, words


@pytest.fixture
def run(bench: Bench) -> Callable[[Callable[[Transaction], Any]], Any]:
    assert isinstance(bench.store, Store)
    backend = bench.store.backend
    return lambda verb: bench.run(backend.write(verb))


def part(id: int) -> OutboxRow:
    return OutboxRow("user:7", id, "{}", "{}", id)


def ids(tx: Transaction, index: Index[Any], **bounds: Any) -> list[int]:
    return [row.id for row in tx.range(index, "user:7", **bounds)]


def test_a_range_has_what_was_just_written(run: Any) -> None:
    run(lambda tx: [tx.insert(part(id)) for id in (1, 2, 4, 5)])

    def verb(tx: Transaction) -> Any:
        rows = tx.range(OUTBOX_OF, "user:7")
        tx.delete(rows[0])
        tx.update(rows[1], rows[1]._replace(at=99))
        tx.insert(part(3))
        return (
            ids(tx, OUTBOX_OF),
            ids(tx, OUTBOX_OF, limit=2),
            ids(tx, OUTBOX_OF, limit=2, is_reversed=True),
            ids(tx, OUTBOX_OF, low=3, high=4),
            tx.count(OUTBOX_OF, "user:7"),
            [row.at for row in tx.range(OUTBOX_OF, "user:7", limit=1)],
        )

    assert run(verb) == ([2, 3, 4, 5], [2, 3], [5, 4], [3, 4], 4, [99])
    assert run(lambda tx: ids(tx, OUTBOX_OF)) == [2, 3, 4, 5]


def test_a_verb_on_a_server_was_run_anew_for_each_row_that_it_had_written(run: Any) -> None:
    """More rows were asked for each time, although none of those stored had left the range."""
    line, runs = HistoryRow("user:7", 0, "user", "words", "[]", 0, 10), []
    run(lambda tx: [tx.insert(line._replace(id=id)) for id in range(1, 41)])

    def verb(tx: Transaction) -> int:
        runs.append(tx)
        for _ in range(20):
            last = tx.first(HISTORY_OF, "user:7", is_reversed=True)
            tx.insert(line._replace(id=1 + last.id if last else 1))
        return max(ids(tx, HISTORY_OF, limit=1, is_reversed=True))

    assert run(verb) == 60
    assert len(runs) <= 3


def test_a_row_that_is_made_and_dropped_was_never_there(run: Any) -> None:
    def verb(tx: Transaction) -> Any:
        tx.delete(tx.insert(part(1)))
        return tx.writes, ids(tx, OUTBOX_OF)

    assert run(verb)[1] == []
    assert run(lambda tx: ids(tx, OUTBOX_OF)) == []


def test_sums_are_added_to_and_seen_at_once(run: Any) -> None:
    def verb(tx: Transaction) -> Any:
        tx.add(TallyRow("ann", "2026-11", messages=2))
        tx.add(TallyRow("ann", "2026-11", images=1))
        tx.add(TallyRow("bob", "2026-11", messages=9), if_there=True)
        return tx.get(TALLIES, "ann", "2026-11")

    assert run(verb) == TallyRow("ann", "2026-11", 2, 1, 0)
    assert run(verb) == TallyRow("ann", "2026-11", 4, 2, 0)
    assert run(lambda tx: tx.get(TALLIES, "bob", "2026-11")) is None


def test_verbs_that_follow_each_other_are_one_transaction(bench: Bench, run: Any) -> None:
    arrivals = [Arrival(message=message(), if_full=FULL)]

    def verb(tx: Transaction) -> Claim | None:
        accepting.accept(tx, arrivals, bench.now, quiet_s=QUIET_S)
        return claiming.claim(tx, bench.now, lease_s=12)

    claim = run(verb)
    (told,) = bench.finish(claim, replies=(words(),))

    def end(tx: Transaction) -> None:
        delivering.mark_sent(tx, claim, told)
        leases.release(tx, claim, bench.now)

    run(end)
    assert bench.next_wake() is None


def test_a_long_conversation_costs_what_a_short_one_does(bench: Bench) -> None:
    """Items that were left out of requests are not read."""
    asked: list[Any] = []

    def written(count: int) -> Callable[[Transaction], None]:
        def verb(tx: Transaction) -> None:
            for id in range(1, count + 1):
                tx.insert(HistoryRow("user:7", id, "user", "words", "[]", 0, 10))

        return verb

    claim = bench.ask()
    bench.run(bench.store.backend.write(written(2000)))
    assert len(bench.compose(claim, max_tokens=400).items) < 40
    bench.answer(claim)

    def rows_read(tx: Transaction) -> None:
        asked.extend(tx.range(HISTORY_OF, "user:7", low=tx_first(tx)))

    def tx_first(tx: Transaction) -> int:
        from snapthread.store.schema.conversations import CONVERSATIONS

        row = tx.get(CONVERSATIONS, "user:7")
        assert row is not None
        return row.history_start

    bench.run(bench.store.backend.read(rows_read))
    assert 0 < len(asked) < 40
