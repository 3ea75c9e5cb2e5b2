"""A process's knowledge of the store on a server, while others change it."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import group_conversation
from snapthread.store import Store
from snapthread.store.redis import RedisBackend, cache
from snapthread.store.redis.reading import Reading
from snapthread.store.redis.steps import Version
from snapthread.store.requests import Request
from snapthread.store.rules.marks import bars, has_mark, set_mark
from snapthread.store.schema.conversations import CONVERSATIONS
from snapthread.store.schema.files import FILES_OF, UPLOADED
from snapthread.store.schema.people import PEOPLE, PEOPLE_SEEN
from snapthread.store.schema.processes import MARKS, SEEN, SeenRow
from snapthread.store.schema.queues import (
    ALL_QUEUED,
    PAGE_QUESTIONS,
    PAGE_QUESTIONS_AT,
    PageQuestionRow,
)
from snapthread.store.table import Index, Table
from snapthread.store.transaction import Transaction
from tests.contracts.builders import ANN, QUIET_S, Bench, message, photo, shown, turn, words
from tests.servers import Server, own_server


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with own_server(tmp_path_factory.mktemp("valkey")) as started:
        yield started


@pytest.fixture
def server(program: Server) -> Server:
    with program.client() as client:
        client.flushdb()
    return program


@pytest.fixture
def both(server: Server) -> Iterator[tuple[Bench, Bench]]:
    """Two processes."""

    async def opened(_: Path) -> Store:
        return await Store.open(server.url)

    one, other = Bench(opened, Path()), Bench(opened, Path())
    yield one, other
    one.close()
    other.close()


def scripts(server: Server) -> int:
    with server.client() as client:
        stats: Any = client.info("commandstats")
        return int(stats["cmdstat_evalsha"]["calls"])


def one_turn(bench: Bench, number: int) -> None:
    asked = message()
    bench.send(asked)
    bench.wait(QUIET_S)
    claim = bench.take(only=asked.conversation)
    record = bench.record(f"r{number}")
    bench.reserve_and_compose(claim, record)
    (part,) = bench.finish(claim, *turn(), replies=(words(),), record=record, ending="answered")
    bench.conclude(claim, part, record_id=record.id, message_ids=(number,))


def test_a_turn_of_a_known_conversation_is_its_commits_alone(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, _ = both
    one_turn(one, 1)
    before = scripts(server)

    one_turn(one, 2)

    assert scripts(server) - before == 5  # put in, claimed, reserved, finished, concluded


def test_two_processes_take_turns_in_one_conversation_and_each_knows_all_of_it(
    both: tuple[Bench, Bench],
) -> None:
    asked_on = []
    for number in range(6):
        bench, waiting = both[number % 2], both[1 - number % 2]
        claim = bench.ask()
        asked_on.append(len(bench.compose(claim).items))
        bench.answer(claim, *turn())
        waiting.now = bench.now

    assert asked_on == [0, 2, 4, 6, 8, 10]


def test_a_row_that_another_process_changed_is_read_before_it_is_believed(
    both: tuple[Bench, Bench],
) -> None:
    def mark(tx: Transaction) -> bool:
        return set_mark(tx, "told", 0, wait=1)

    def is_set(tx: Transaction) -> bool:
        return bars(tx, "told", 0, wait=1)

    one, other = both
    assert isinstance(one.store, Store)
    assert isinstance(other.store, Store)
    write, elsewhere = one.store.backend.write, other.store.backend.write
    one.run(write(is_set))  # there is none: known from here on
    assert other.run(elsewhere(mark))

    assert one.run(write(mark)) is False
    assert one.run(write(is_set)) is True


def test_a_row_that_was_taken_for_new_is_looked_for_before_that_is_believed(
    both: tuple[Bench, Bench],
) -> None:
    one, other = both
    assert isinstance(one.store, Store)
    assert isinstance(other.store, Store)
    other.run(other.store.backend.write(lambda tx: tx.insert(SeenRow(7, 1))))

    assert one.run(one.store.backend.write(lambda tx: tx.get(SEEN, 7))) == SeenRow(7, 1)


def test_an_error_that_rests_on_what_was_known_is_looked_for_before_it_is_told(
    both: tuple[Bench, Bench],
) -> None:
    def needs_the_mark(tx: Transaction) -> bool:
        if not has_mark(tx, "told"):
            raise LeaseLost("user:7")
        return True

    one, other = both
    assert isinstance(one.store, Store)
    assert isinstance(other.store, Store)
    with pytest.raises(LeaseLost):
        one.run(one.store.backend.write(needs_the_mark))
    other.run(other.store.backend.write(lambda tx: set_mark(tx, "told", 0, wait=None)))

    assert one.run(one.store.backend.write(needs_the_mark))


def test_a_claim_that_was_taken_over_is_known_to_be_lost(both: tuple[Bench, Bench]) -> None:
    one, other = both
    claim = one.ask()
    other.now = one.now
    other.wait(LEASE_S)
    other.take()

    assert one.renew(claim) is False


def test_a_verb_that_fails_before_it_reads_says_so_at_once(both: tuple[Bench, Bench]) -> None:
    runs = []

    def lost(_: Transaction) -> None:
        runs.append(1)
        raise LeaseLost("user:7")

    one, _ = both
    assert isinstance(one.store, Store)
    with pytest.raises(LeaseLost):
        one.run(one.store.backend.write(lost))

    assert len(runs) == 1


def test_what_is_kept_has_an_end(
    both: tuple[Bench, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "ITEMS_KEPT", 150)
    one, _ = both
    for user in range(1, 9):
        claim = one.ask(message(user=user))
        one.answer(claim, *turn(), replies=(words(),))
    assert isinstance(one.store, Store)
    backend = one.store.backend
    assert isinstance(backend, RedisBackend)

    there = [each for each, _ in backend.cache._known.values()]
    assert 100 < backend.cache.size <= 150
    assert backend.cache.size == sum(each.size for each in there)


def test_a_long_conversation_is_read_each_time(
    both: tuple[Bench, Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "GUARDED_MOST", 28)
    one, _ = both
    for _ in range(12):
        one.answer(one.ask(), *turn())

    assert len(one.compose(one.ask()).items) == 24
    assert isinstance(one.store, Store)
    assert isinstance(one.store.backend, RedisBackend)
    assert all(each.size <= 28 for each, _ in one.store.backend.cache._known.values())


def test_two_verbs_of_one_process_on_one_conversation_wait_for_each_other(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, _ = both
    one_turn(one, 1)
    before = scripts(server)

    async def say() -> None:
        to = message().destination
        await one.store.enqueue(message().conversation, to, words(), one.now)

    async def at_once() -> None:
        await asyncio.gather(*(say() for _ in range(10)))

    one.run(at_once())

    assert scripts(server) - before == 10  # and none in vain
    assert len(one.take().outbox) == 10


# ---------------------------------------------------------------- what is proved by the commit


def by_its_key(tx: Transaction) -> None:
    row = tx.get(PEOPLE, ANN)
    assert row is not None
    tx.update(row, row._replace(banned_at=1))


def in_a_range_of_no_conversation(tx: Transaction) -> None:
    (row,) = tx.range(PEOPLE_SEEN)
    tx.update(row, row._replace(banned_at=1))


@pytest.mark.parametrize("change", [by_its_key, in_a_range_of_no_conversation])
def test_a_row_from_before_its_last_columns_can_be_changed(
    server: Server, both: tuple[Bench, Bench], change: Callable[[Transaction], None]
) -> None:
    one, newer = both
    one_turn(one, 1)
    with server.client() as client:
        (key,) = client.scan_iter("snapthread:row:people:*")
        row = json.loads(str(client.get(str(key))))
        client.set(str(key), json.dumps(row[:-2], separators=(",", ":")))

    assert isinstance(newer.store, Store)
    newer.run(newer.store.backend.write(change))

    with server.client() as client:
        assert len(json.loads(str(client.get(str(key))))) == len(row)


def test_a_message_that_was_answered_during_an_erasure_is_not_taken_from_the_queue_twice(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, other = both
    group = group_conversation(-100, None)
    claim = other.ask(replace(message(conversation=group), chat_id=-100))
    one.now = other.now

    async def meanwhile(there: Store) -> None:
        await there.finish(claim, one.now, to=claim.messages[0].destination)
        await there.release(claim, one.now)

    happens_after_the_read_of(ALL_QUEUED, one, server, meanwhile)
    one.run(one.store.erase(ANN, one.now))

    other.send(replace(message("And now?", conversation=group), chat_id=-100))
    other.wait(QUIET_S)
    assert [each.text for each in other.take(only=group).messages] == ["And now?"]
    assert other.claim() is None


def test_a_photo_that_was_shown_during_a_retirement_of_the_stranded_stays(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, other = both
    claim = other.ask(photo())
    file = other.upload(claim, claim.messages[0], "file-1")
    one.now = other.now

    async def meanwhile(there: Store) -> None:
        await there.finish(claim, one.now, items=[shown(file)], to=claim.messages[0].destination)
        await there.release(claim, one.now)

    happens_after_the_read_of(UPLOADED, one, server, meanwhile)
    one.run(one.store.retire_stranded(one.now))

    assert isinstance(one.store, Store)
    states = one.run(
        one.store.backend.read(
            lambda tx: [
                row.state
                for state in ("uploaded", "live", "retired")
                for row in tx.range(FILES_OF, claim.conversation, state)
            ]
        )
    )
    assert states == ["live"]


def test_a_row_that_was_taken_for_new_is_not_put_twice(both: tuple[Bench, Bench]) -> None:
    one, other = both
    key = one.ask().conversation

    async def put(bench: Bench, at: int) -> None:
        assert isinstance(bench.store, Store)

        def verb(tx: Transaction) -> None:
            tx.get(CONVERSATIONS, key)  # so its version is known
            tx.put(PAGE_QUESTIONS, PageQuestionRow(key, 5, at, "document", "[]"))

        await bench.store.backend.write(verb)

    one.run(put(one, 1000))
    other.run(put(other, 2000))

    assert isinstance(one.store, Store)
    found = one.run(one.store.backend.read(lambda tx: tx.range(PAGE_QUESTIONS_AT)))
    assert [each.at for each in found] == [2000]


def test_rows_of_two_moments_are_not_taken_for_one(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    def marks(tx: Transaction) -> tuple[bool, bool]:
        return has_mark(tx, "a"), has_mark(tx, "b")

    async def meanwhile(there: Store) -> None:
        await there.backend.write(
            lambda tx: [set_mark(tx, name, 0, wait=None) for name in ("a", "b")]
        )

    one, _ = both
    assert isinstance(one.store, Store)
    happens_after_the_read_of(MARKS, one, server, meanwhile)

    assert one.run(one.store.backend.write(marks)) == (True, True)


def test_a_file_whose_conversation_is_gone_is_changed_by_two_one_after_the_other(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, _ = both
    file = one.show("file-1")
    one.run(one.store.erase(ANN, one.now))

    def try_once_more(tx: Transaction) -> None:
        (row,) = tx.range(FILES_OF, file.conversation, "retired")
        tx.update(row, row._replace(attempts=row.attempts + 1))

    async def meanwhile(there: Store) -> None:
        await there.backend.write(try_once_more)

    happens_after_the_read_of(FILES_OF, one, server, meanwhile)
    assert isinstance(one.store, Store)
    one.run(one.store.backend.write(try_once_more))

    rows = one.run(
        one.store.backend.read(lambda tx: tx.range(FILES_OF, file.conversation, "retired"))
    )
    assert [row.attempts for row in rows] == [2]


def test_a_place_in_a_conversation_that_is_gone_is_taken_by_one_alone(
    server: Server, both: tuple[Bench, Bench]
) -> None:
    one, _ = both

    def take(tx: Transaction) -> bool:
        is_free = tx.get(PAGE_QUESTIONS, "gone", 1) is None
        if is_free:
            tx.insert(PageQuestionRow("gone", 1, 0, "", ""))
        return is_free

    async def meanwhile(there: Store) -> None:
        await there.backend.write(take)

    happens_after_the_read_of(PAGE_QUESTIONS, one, server, meanwhile)

    assert not one.run(one.store.backend.write(take))


def test_a_row_that_is_asked_for_twice_at_once_is_told_twice(both: tuple[Bench, Bench]) -> None:
    one, _ = both
    assert isinstance(one.store, Store)
    one.run(one.store.backend.write(lambda tx: set_mark(tx, "a", 0, wait=None)))

    for run in (one.store.backend.read, one.store.backend.write):
        rows = one.run(run(lambda tx: tx.get_all(MARKS, ["a", "b", "a"])))
        assert [row is None for row in rows] == [False, True, False]


def happens_after_the_read_of(
    of: Index[Any] | Table[Any],
    bench: Bench,
    server: Server,
    meanwhile: Callable[[Store], Awaitable[None]],
) -> None:
    """Another process does something between this one's first read of these rows and its next."""
    assert isinstance(bench.store, Store)
    backend = bench.store.backend
    assert isinstance(backend, RedisBackend)
    fetch, is_to_come = backend.fetch, True

    async def then_meanwhile(reading: Reading, requests: Sequence[Request | Version]) -> None:
        nonlocal is_to_come
        await fetch(reading, requests)
        if is_to_come and any(each[0] is of for each in requests):
            is_to_come = False
            there = await Store.open(server.url)
            await meanwhile(there)
            await there.close()

    backend.fetch = then_meanwhile  # type: ignore[method-assign]
