"""The store on a real server that is killed, away, full, or used by others too."""

import asyncio
import inspect
import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest
import redis
from redis import exceptions as theirs

from snapthread.errors import LeaseLost, SnapthreadError, StoreBusy, StoreDenied, StoreFull
from snapthread.limits import LEASE_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Message,
    OutboxMessage,
    PageChoice,
    Replica,
    group_conversation,
    private_conversation,
)
from snapthread.model.quotas import Amounts, LimitExceeded, Limits
from snapthread.ports import Arrival
from snapthread.store import Store
from snapthread.store.redis.server import server as redis_server
from snapthread.store.redis.server.failures import ours
from tests.contracts.builders import (
    ANN,
    BOB,
    FULL,
    QUIET_S,
    Bench,
    album,
    command,
    destination,
    message,
    photo,
    reset_words,
    turn,
    words,
)
from tests.servers import Server, own_server, redis_program, valkey_program
from tests.store.lossy import Lossy

KEYS_PAGE: Final = Path(__file__).parents[2] / "docs" / "store-keys.md"


@pytest.fixture(params=["redis", "valkey"])
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    program = redis_program() if request.param == "redis" else valkey_program()
    with own_server(tmp_path, program=program) as server:
        yield server


def bench_on(server: Server, options: str = "") -> Bench:
    async def opened(_: Path) -> Store:
        return await Store.open(server.url + options)

    return Bench(opened, Path())


@contextmanager
def bench_on_a_way(server: Server, options: str = "") -> Iterator[tuple[Lossy, Bench]]:
    way = Lossy(server.port)

    async def opened(_: Path) -> Store:
        await way.open()
        return await Store.open(f"redis://127.0.0.1:{way.port}{options}")

    bench = Bench(opened, Path())
    try:
        yield way, bench
    finally:
        bench.run(bench.store.close())
        bench.run(way.close())
        bench.close()


@contextmanager
def replica_of(server: Server, folder: Path) -> Iterator[Server]:
    """A replica that has all that its primary has."""
    folder.mkdir()
    with server.client() as client:
        client.config_set("repl-diskless-sync-delay", 0)
    primary = f"127.0.0.1 {server.port}"
    with own_server(folder, "--replicaof", primary, program=server.program) as replica:
        with replica.client() as client:
            while client.info("replication")["master_link_status"] != "up":
                time.sleep(0.01)
        yield replica


@pytest.fixture
def bench(server: Server) -> Iterator[Bench]:
    bench = bench_on(server)
    yield bench
    bench.close()


def asked(bench: Bench) -> list[int]:
    """Every update that waits, each claimed now."""
    bench.wait(QUIET_S)
    update_ids = []
    while claim := bench.claim():
        update_ids += [question.update_id for question in claim.messages]
    return update_ids


# ---------------------------------------------------------------- killed, away, started anew


@pytest.mark.parametrize("after", [10, 37, 80])
def test_a_killed_server_loses_nothing_that_was_acknowledged(
    server: Server, bench: Bench, after: int
) -> None:
    taken = sent_until_killed(server, bench, after=after)
    server.start()

    assert set(taken) <= set(asked(bench))


def sent_until_killed(server: Server, bench: Bench, *, after: int) -> list[int]:
    """Send for ever; the server dies some time after so many. What was acknowledged."""
    taken: list[int] = []

    async def send_for_ever() -> None:
        while True:
            question = message(user=len(taken) + 1)
            arrival = Arrival(message=question, if_full=FULL)
            await bench.store.accept([arrival], bench.now, quiet_s=QUIET_S)
            taken.append(question.update_id)
            if len(taken) == after:
                threading.Thread(target=server.kill).start()

    with pytest.raises(StoreBusy):
        bench.run(send_for_ever())
    server.kill()
    return taken


def test_a_reservation_survives_a_killed_server(server: Server, bench: Bench) -> None:
    claim, estimate = bench.ask(), bench.record(images=2, cost_micros=900)
    bench.reserve(claim, estimate)
    server.kill()
    with pytest.raises(StoreBusy):
        bench.spent()
    server.start()

    assert bench.spent().day == Amounts(messages=1, images=2, cost_micros=900)
    bench.finish(claim)
    assert bench.records() == (estimate,)


def test_a_server_that_comes_back_is_used_without_opening_anew(
    server: Server, bench: Bench
) -> None:
    bench.send(question := message())
    server.kill()
    for _ in range(3):
        with pytest.raises(StoreBusy, match="away"):
            bench.run(bench.store.check())
    server.start()

    assert asked(bench) == [question.update_id]


def test_many_connections_that_broke_are_replaced_at_once(server: Server, bench: Bench) -> None:
    async def all_at_once() -> None:
        await asyncio.gather(*(bench.store.check() for _ in range(50)))

    bench.run(all_at_once())
    server.kill()
    server.start()

    bench.run(all_at_once())


def test_a_verb_that_is_cancelled_leaves_its_answer_to_nobody(bench: Bench) -> None:
    async def cancelled(after_s: float) -> None:
        verb = asyncio.ensure_future(bench.store.blocked_before(bench.now, limit=9))
        await asyncio.sleep(after_s)
        verb.cancel()

    async def story() -> None:
        await asyncio.gather(*(cancelled(number / 20_000) for number in range(100)))
        first = await bench.store.installation()
        for _ in range(20):
            assert await bench.store.installation() == first

    bench.run(story())


def test_no_cancellation_is_lost(bench: Bench) -> None:
    """Else a bot that is asked to stop would wait for ever for what it ended."""

    async def ask_for_ever() -> None:
        while True:
            await bench.store.blocked_before(bench.now, limit=9)

    async def story() -> None:
        for steps in range(200):
            asking = asyncio.ensure_future(ask_for_ever())
            for _ in range(steps % 50):
                await asyncio.sleep(0)
            asking.cancel()
            assert await asyncio.wait({asking}, timeout=5) == ({asking}, set())

    bench.run(story())


def test_a_server_that_forgot_our_script_is_told_again(server: Server, bench: Bench) -> None:
    bench.send(message())
    with server.client() as client:
        client.script_flush()

    assert len(asked(bench)) == 1


def test_a_server_that_hangs_is_given_up(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redis_server, "ANSWER_S", 0.3)
    bench = bench_on(server)
    with server.hanging(), pytest.raises(StoreBusy, match="away: Timeout"):
        bench.run(asyncio.wait_for(bench.store.check(), 5))

    bench.run(bench.store.check())
    bench.close()


def test_a_server_that_hangs_holds_up_no_end(server: Server, bench: Bench) -> None:
    bench.send(message())
    with server.hanging():
        bench.run(asyncio.wait_for(bench.store.close(), 5))


def test_a_server_that_became_a_replica_is_left(server: Server, bench: Bench) -> None:
    bench.run(bench.store.check())
    with server.client() as client:
        client.replicaof("127.0.0.1", "1")
        with pytest.raises(StoreBusy, match="read only"):
            bench.run(bench.store.check())
        assert len(client.client_list()) == 1  # the address may lead elsewhere by now
        client.replicaof("NO", "ONE")

    bench.run(bench.store.check())


# ---------------------------------------------------------------- full


def test_a_full_server_is_told_and_nothing_was_written(server: Server, bench: Bench) -> None:
    bench.send(message())
    with server.client() as client:
        before = everything(client)
        client.config_set("maxmemory", "1mb")
        with pytest.raises(StoreFull, match="maxmemory"):
            bench.send(message(), *album(3), message(user=BOB))
        assert everything(client) == before
        client.config_set("maxmemory", "0")

    assert len(asked(bench)) == 1


def everything(client: "redis.Redis") -> dict[str, object]:
    return {key: client.dump(key) for key in _keys(client)}


def _keys(client: "redis.Redis") -> list[str]:
    return [str(key) for key in client.scan_iter()]


# ---------------------------------------------------------------- replicas


def test_a_write_waits_for_the_replicas_that_are_asked_for(server: Server, tmp_path: Path) -> None:
    with replica_of(server, tmp_path / "replica") as replica:
        bench = bench_on(server, "?wait_replicas=1")
        bench.send(message())
        with replica.client() as client:
            assert client.exists("snapthread:row:conversations:user:7")

        with replica.hanging(), pytest.raises(StoreBusy, match="0 of 1 replicas"):
            bench.send(message())
        bench.close()


def test_a_write_that_reached_too_few_replicas_is_not_acknowledged_when_it_is_tried_again(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_server, "WAIT_MS", 50)
    with replica_of(server, tmp_path / "replica") as replica:
        bench, elsewhere = (bench_on(server, "?wait_replicas=1") for _ in range(2))
        asked = message()
        with replica.hanging():
            for each in (bench, bench, elsewhere):
                with pytest.raises(StoreBusy, match="0 of 1 replicas"):
                    each.send(asked)
        monkeypatch.setattr(redis_server, "WAIT_MS", 10_000)
        for each in (bench, elsewhere):
            each.send(asked)
            each.close()


def test_a_refusal_keeps_its_meaning_where_replicas_are_waited_for(
    server: Server, tmp_path: Path
) -> None:
    with replica_of(server, tmp_path / "replica"):
        bench = bench_on(server, "?wait_replicas=1")
        claim = bench.ask(message())
        bench.release(claim)
        with pytest.raises(LeaseLost, match="user:7"):
            bench.compose(claim)
        bench.close()


def test_a_failover_loses_nothing_that_was_acknowledged(server: Server, tmp_path: Path) -> None:
    with (
        replica_of(server, tmp_path / "replica") as replica,
        bench_on_a_way(server, "?wait_replicas=1") as (way, bench),
    ):
        taken = sent_until_killed(server, bench, after=40)
        with replica.client() as client:
            client.replicaof("NO", "ONE")
        way.leads_to = replica.port
        with replica_of(replica, tmp_path / "next"):
            assert set(taken) <= set(asked(bench))


# ---------------------------------------------------------------- several of us


def test_two_processes_never_hold_one_conversation(server: Server, bench: Bench) -> None:
    other = bench_on(server)
    bench.send(*(message(user=user) for user in range(1, 201)))
    bench.wait(QUIET_S)

    async def claim_all(store: Store) -> list[ConversationKey]:
        keys = []
        while claim := await store.claim(bench.now, lease_s=12):
            keys.append(claim.conversation)
        return keys

    async def both() -> list[ConversationKey]:
        second = await Store.open(server.url)
        one, two = await asyncio.gather(claim_all(bench.store), claim_all(second))
        await second.close()
        assert one
        assert two
        return one + two

    assert sorted(bench.run(both())) == sorted(map(private_conversation, range(1, 201)))
    other.close()


@pytest.mark.parametrize("model", ["openai/gpt-6-luna", "m" * 80, "\u00fc\x7f"])
def test_an_erasure_takes_the_sums_of_a_model_of_any_name(bench: Bench, model: str) -> None:
    """The server writes a slash, and the fields of a long hash, in its own way."""
    claim = bench.ask(message())
    bench.finish(claim, record=bench.record("one", model=model, messages=1))
    bench.release(claim)

    bench.run(bench.store.erase(ANN, bench.now))

    (day,) = bench.run(bench.store.usage("2026-11-01"))
    assert (day.user_id, day.model, day.messages) == (0, model, 1)


def test_sums_that_were_written_without_the_newest_columns_are_read(
    server: Server, bench: Bench
) -> None:
    claim = bench.ask(message())
    bench.finish(claim, record=bench.record("one", messages=1))
    bench.release(claim)
    with server.client() as client:
        (key,) = client.scan_iter("snapthread:row:daily:*")
        client.hdel(str(key), "documents")

    (day,) = bench.run(bench.store.usage("2026-11-01"))
    assert (day.messages, day.documents) == (1, 0)
    bench.run(bench.store.erase(ANN, bench.now))


def test_two_processes_never_reserve_more_than_the_limit(server: Server, bench: Bench) -> None:
    limits = Limits(user_daily_images=10)
    bench.send(*(message(user=user) for user in range(1, 51)))
    bench.wait(QUIET_S)
    claims = [bench.take() for _ in range(50)]

    async def reserve(store: Store, claim: Claim) -> LimitExceeded | None:
        estimate = bench.record(claim.conversation, images=1)
        return await store.reserve(claim, bench.now, payer="ann", estimate=estimate, limits=limits)

    async def both() -> list[LimitExceeded | None]:
        second = await Store.open(server.url)
        stores = itertools.cycle([bench.store, second])
        overs = await asyncio.gather(*map(reserve, stores, claims))
        await second.close()
        return overs

    overs = bench.run(both())

    assert Counter(over and over.limit for over in overs) == {None: 10, "user_daily_images": 40}
    assert bench.spent().day.images == 10


def test_a_clock_that_is_behind_takes_no_conversation_that_is_held(
    server: Server, bench: Bench
) -> None:
    ann, bob = private_conversation(ANN), private_conversation(BOB)
    bench.send(message(user=BOB))
    bench.wait(1)
    bench.send(message(user=ANN))
    bench.take(only=ann)
    ahead = bench_on(server)
    ahead.now = bench.now + timedelta(seconds=LEASE_S)
    assert ahead.take().conversation == bob  # for this one, the lease of the other is over
    ahead.close()

    assert bench.next_wake() == ahead.now
    assert bench.claim() is None
    bench.now = ahead.now
    assert bench.take().conversation == ann


def test_a_reset_tells_the_right_number_where_it_changed_meanwhile(
    server: Server, bench: Bench
) -> None:
    first, second = bench.show("file-1"), bench.show("file-2")
    claim = bench.ask(message())
    bench.retire(claim, first.name, second.name)
    bench.files_due()
    bench.send(reset := command())
    asked_with: list[int] = []

    async def another_deletes() -> None:
        other = await Store.open(server.url)
        await other.delete_file(first.name)
        await other.close()

    def render(files: int) -> object:
        if not asked_with:
            meanwhile = threading.Thread(target=lambda: asyncio.run(another_deletes()))
            meanwhile.start()
            meanwhile.join()
        asked_with.append(files)
        return reset_words(files)

    files = bench.run(bench.store.reset(reset, bench.now, render=render))  # type: ignore[arg-type]

    assert (files, asked_with) == (1, [2, 1])
    (part,) = bench.take().outbox
    assert part.outgoing == reset_words(1)


def test_a_conversation_of_many_thousand_lines_is_asked_on(bench: Bench) -> None:
    """Lua hands over no more than some thousand values at once."""
    lines = [each for _ in range(9000) for each in turn(tokens=1)]
    bench.answer(bench.ask(), *lines)

    asked_on = bench.compose(bench.ask(), max_tokens=17_000).items

    assert len(asked_on) == 8490


# ---------------------------------------------------------------- a reply that was lost


@pytest.fixture
def lossy(server: Server) -> Iterator[tuple[Lossy, Bench]]:
    """A bench that reaches the server on a way that loses replies."""
    with bench_on_a_way(server) as both:
        yield both


def test_what_was_sent_is_not_sent_again(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.say("Good morning.")

    assert len(bench.take().outbox) == 1


def test_a_batch_whose_reply_was_lost_is_taken_once(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    question = message()
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.send(question)
    bench.send(question)

    (one,) = bench.run(bench.store.waiting(limit=10))
    assert one.update_id == question.update_id


def test_an_upload_whose_replies_were_lost_is_one(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    question = photo()
    claim = bench.ask(question)
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.intend(claim, question, name="one")
    file = bench.intend(claim, question, name="one")
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.uploaded(file.name, "file-1")

    assert bench.uploaded(file.name, "file-1")
    assert bench.intend(claim, question, name="two").name == "one"
    assert bench.user_files() == {"file-1"}


def test_a_turn_whose_end_was_lost_is_ended_once(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    claim = bench.ask()
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.finish(claim, *turn(), replies=(words(),))
    with pytest.raises(LeaseLost):
        bench.finish(claim, *turn(), replies=(words(),))

    bench.wait(LEASE_S)
    assert len(bench.take().outbox) == 1


def test_a_reservation_whose_replies_were_lost_counts_once(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    claim, estimate = bench.ask(), bench.record(cost_micros=900)
    limits = Limits(user_daily_messages=1)
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.reserve(claim, estimate, limits=limits)
    assert bench.reserve(claim, estimate, limits=limits) is None
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.revise(replace(estimate, cost_micros=70))
    assert bench.revise(replace(estimate, cost_micros=70))

    assert bench.spent().day == Amounts(messages=1, cost_micros=70)


def test_a_claim_whose_reply_was_lost_is_free_with_its_lease(lossy: tuple[Lossy, Bench]) -> None:
    way, bench = lossy
    bench.send(message())
    way.loses = True
    with pytest.raises(StoreBusy):
        bench.claim()

    assert bench.claim() is None
    bench.wait(LEASE_S)
    assert (again := bench.take()).attempt == 1
    assert again.is_suspect


# ---------------------------------------------------------------- the keys


def test_user_files_is_a_set_that_may_hold_more_than_ours(server: Server, bench: Bench) -> None:
    with server.client() as client:
        client.sadd(f"user_files:{ANN}", "of-the-first-generation")
        file = bench.show("file-1")
        assert client.smembers(f"user_files:{ANN}") == {"of-the-first-generation", "file-1"}
        assert bench.user_files() == {"file-1"}

        claim = bench.ask(message())
        bench.retire(claim, file.name)
        bench.files_due()
        bench.gone(file.name)

        assert client.smembers(f"user_files:{ANN}") == {"of-the-first-generation"}
        assert bench.user_files() == frozenset()


def test_where_user_files_is_something_else_nothing_is_written(
    server: Server, bench: Bench
) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    with server.client() as client:
        client.set(f"user_files:{ANN}", "a text")
        before = everything(client)

        with pytest.raises(StoreDenied, match="refused"):
            bench.uploaded(file.name, "file-1")

        assert everything(client) == before


def test_every_key_is_documented_and_none_runs_out_but_images(server: Server, bench: Bench) -> None:
    live_a_long_life(bench)
    with server.client() as client:
        kinds = {_kind(key): client.type(key) for key in _keys(client)}
        running_out = [_kind(key) for key in _keys(client) if client.ttl(key) != -1]

    assert kinds == documented()
    assert running_out == ["snapthread:blob:*"]  # which has no other net


def live_a_long_life(bench: Bench) -> None:
    """Leaves something behind under every key."""
    bench.run(bench.store.installation())
    bench.run(bench.store.check())
    bench.run(bench.store.take_job("housekeeping", "me", bench.now, lease_s=60))
    bench.run(bench.store.note_blocked(BOB, bench.now))
    bench.run(bench.store.start_cooldown("openai", bench.now, bench.now))
    process = Replica(
        name="host:1",
        version="0.1.0",
        began_at=bench.now,
        seen_at=bench.now,
        is_polling=True,
        active_turns=0,
    )
    bench.run(bench.store.note_replica(process))
    bench.say(once="alert", again_after_s=60)
    told = bench.take()
    bench.delivered(told, told.outbox[0])
    bench.release(told)
    bench.answer(bench.ask(*album(2)))
    shown_file, retired = bench.show("file-1"), bench.show("file-2")
    question = photo()
    claim = bench.ask(question)
    bench.retire(claim, retired.name)
    bench.upload(claim, question, "file-3")
    bench.intend(claim, photo(), image_key=shown_file.name)
    bench.reserve(claim, bench.record("reserved"))
    failed = bench.ask(message(user=BOB))
    bench.finish(failed, replies=(words(),), dead_letter=True, record=bench.record("charged"))
    served = bench.ask(in_group())
    bench.finish(served, *turn(), ending="answered", record=bench.record("grouped"))
    bench.release(served)
    bench.run(bench.store.choose("user:8", "length", "brief"))
    bench.run(bench.store.ban(BOB, bench.now, by=ANN))
    liked(bench)
    blobs = bench.store.blobs(lambda: bench.now)
    bench.run(blobs.put("image", b"bytes", expires_at=bench.now.replace(year=2100)))
    bench.run(bench.store.make_invite(bench.now, by=ANN, uses=1, ends_at=bench.now))
    bench.run(bench.store.draft_broadcast("Hello", bench.now, by=ANN))
    waits_for_pages(bench)
    bench.send(command(user=BOB), message(user=9), *album(2, user=10))


def liked(bench: Bench) -> None:
    """An answer that somebody thinks well of."""
    claim = bench.ask(message(user=11))
    (part,) = bench.finish(claim, replies=(words(),), record=bench.record("liked", user=11))
    bench.conclude(claim, part, record_id="liked", message_ids=(5,))
    bench.run(bench.store.note_reaction(part.to.chat_id, 5, 11, 1))


def waits_for_pages(bench: Bench) -> None:
    asked = message(user=12)
    claim, choice = bench.ask(asked), PageChoice(300, 50, "u", asked.update_id)
    bench.run(bench.store.finish(claim, bench.now, to=asked.destination, choice=choice))
    bench.release(claim)


def in_group() -> Message:
    asked = message(conversation=group_conversation(-5, None))
    return replace(asked, chat_id=-5)


def _kind(key: str) -> str:
    """With a name of its own after it, a star."""
    first, kind, *name = key.split(":")
    if first == "user_files":
        return "user_files:*"
    if kind in ("row", "index"):
        table, *rest = name
        return f"{first}:{kind}:{table}:*" if rest else f"{first}:{kind}:{table}"
    return f"{first}:{kind}:*" if name else key


def documented() -> dict[str, str]:
    """Each key of the page with its type."""
    rows = [line.split("|") for line in KEYS_PAGE.read_text("utf-8").splitlines()]
    cells = [[cell.strip() for cell in row[1:3]] for row in rows if len(row) > 3]
    return {
        _starred(key.strip("`")): type_
        for key, type_ in cells
        if key.startswith(("`snapthread:", "`user_files:"))
    }


def _starred(key: str) -> str:
    return key.partition("<")[0] + "*" if "<" in key else key


def test_an_erased_person_leaves_only_files_that_are_to_be_deleted(
    server: Server, bench: Bench
) -> None:
    bench.show("file-1")
    bench.answer(bench.ask(*album(2)), *turn())
    dead = bench.ask()
    bench.finish(dead, dead_letter=True, record=bench.record("charged"))
    bench.release(dead)
    bench.reserve(bench.ask(), bench.record("reserved"))
    bench.send(message(), command())

    erased = bench.run(bench.store.erase(ANN, bench.now))
    gone = OutboxMessage(id=1, to=destination(), outgoing=words())
    bench.conclude(dead, gone, record_id="charged")

    assert (erased.files, erased.messages) == (1, 4)
    with server.client() as client:
        left = {_kind(key) for key in _keys(client)} - OF_EVERYBODY
        assert left == {
            "snapthread:row:files:*",
            "snapthread:index:files.of:*",
            "snapthread:index:files.owned:*",
        }
        named = "snapthread:row:daily:0000000000000000 2026-11-12 gpt-6-luna"
        assert list(client.scan_iter("snapthread:row:daily:*")) == [named]
        assert list(client.scan_iter("snapthread:index:daily.of:*")) == [
            "snapthread:index:daily.of:0"
        ]
        assert list(client.scan_iter("snapthread:index:files.of:*")) == [
            "snapthread:index:files.of:user:7 retired"
        ]


OF_EVERYBODY: Final = {
    "snapthread:version",
    "snapthread:row:seen:*",
    "snapthread:index:seen.at",
    "snapthread:index:files.retired",
    "snapthread:index:files.due",
    "snapthread:row:tallies:*",
    "snapthread:index:tallies.period",
    "snapthread:row:daily:*",
    "snapthread:index:daily.on",
    "snapthread:index:daily.of:*",
    "user_files:*",
}


# ---------------------------------------------------------------- failures in our words

OURS: Final[dict[str, type[SnapthreadError]]] = {
    "AskError": StoreDenied,
    "AuthenticationError": StoreDenied,
    "AuthenticationWrongNumberOfArgsError": StoreDenied,
    "AuthorizationError": StoreDenied,
    "BusyLoadingError": StoreBusy,
    "ClusterCrossSlotError": StoreDenied,
    "ClusterDownError": StoreBusy,
    "ClusterError": StoreDenied,
    "ConnectionError": StoreBusy,
    "DataError": StoreDenied,
    "ExecAbortError": StoreDenied,
    "ExternalAuthProviderError": StoreDenied,
    "InvalidResponse": StoreDenied,
    "LockError": StoreDenied,
    "LockNotOwnedError": StoreDenied,
    "MasterDownError": StoreBusy,
    "MaxConnectionsError": StoreBusy,
    "ModuleError": StoreDenied,
    "MovedError": StoreDenied,
    "NoPermissionError": StoreDenied,
    "NoScriptError": StoreBusy,
    "NoSuchFieldsetError": StoreDenied,
    "OutOfMemoryError": StoreFull,
    "PubSubError": StoreDenied,
    "ReadOnlyError": StoreBusy,
    "RedisError": StoreDenied,
    "ResponseError": StoreDenied,
    "TimeoutError": StoreBusy,
    "TryAgainError": StoreBusy,
    "WatchError": StoreDenied,
}


def test_every_failure_of_the_client_has_its_place() -> None:
    found = {
        name: each
        for name, each in inspect.getmembers(theirs, inspect.isclass)
        if issubclass(each, theirs.RedisError)
    }
    placed = {name: type(ours(_raised(each))) for name, each in found.items()}

    assert placed == OURS


def _raised(kind: type[theirs.RedisError]) -> theirs.RedisError:
    return kind("0 somewhere:1")


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("MISCONF Errors writing to the AOF file: No space left on device", StoreFull),
        ("BUSY Redis is busy running a script.", StoreBusy),
        ("NOREPLICAS Not enough good replicas to write.", StoreBusy),
        ("ERR unknown command", StoreDenied),
    ],
)
def test_an_answer_of_the_server_has_its_place(answer: str, kind: type[SnapthreadError]) -> None:
    assert type(ours(theirs.ResponseError(answer))) is kind
