"""Stores that older versions wrote: opened, brought to this version, and gone on with."""

import asyncio
import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from snapthread.errors import StoreDenied
from snapthread.limits import LEASE_S
from snapthread.model import Cooldown, Destination, private_conversation
from snapthread.model.quotas import Amounts
from snapthread.store import Store
from snapthread.store.schema import VERSION
from snapthread.store.sqlite.migrations import RENAMED
from tests.contracts.builders import ANN, BOB, Bench, command, message, openai_ids, texts, words
from tests.servers import own_server, redis_program, valkey_program

FIXTURES = Path(__file__).parent / "fixtures"
MADE_AT = datetime(2026, 11, 12, 14, 2, 6, 550_000, tzinfo=UTC)
CY, DEE, EVE, FAY, GUS = 9, 10, 11, 12, 13


def unpacked(folder: Path) -> Path:
    path = folder / "snapthread.db"
    path.write_bytes(gzip.decompress((FIXTURES / "version-3.db.gz").read_bytes()))
    return path


def filled(client: Any) -> None:
    """The database of version 1, as it was."""
    for key, (kind, value) in json.loads((FIXTURES / "version-1.json").read_text("utf-8")).items():
        match kind:
            case "string":
                client.set(key, value)
            case "hash":
                client.hset(key, mapping=value)
            case "list":
                client.rpush(key, *value)
            case "set":
                client.sadd(key, *value)
            case "zset":
                client.zadd(key, {member: int(score) for member, score in value})


@pytest.fixture(params=["sqlite", "valkey", "redis"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path | str]:
    if request.param == "sqlite":
        yield unpacked(tmp_path)
        return
    program = redis_program() if request.param == "redis" else valkey_program()
    with own_server(tmp_path, program=program) as server:
        with server.client() as client:
            filled(client)
        yield server.url


@pytest.fixture
def bench(where: Path | str) -> Iterator[Bench]:
    async def opened(_: Path) -> Store:
        return await Store.open(where)

    bench = Bench(opened, Path())
    bench.now = MADE_AT
    yield bench
    bench.close()


def test_what_waits_is_asked_on_what_was_said(bench: Bench) -> None:
    bench.wait(1)
    claim = bench.take(only=private_conversation(ANN))

    assert [each.album_id for each in claim.messages] == ["waiting", "waiting"]
    assert [each.image and each.image.kind for each in claim.messages] == ["photo", "photo"]
    transcript = bench.compose(claim)
    said = [line.text for line in transcript.items]
    assert said == ["words", "two cats", "shortened", "shortened"]
    live = bench.run(bench.store.live_after(None, limit=9))
    assert {"file-ann-1", "file-ann-3"} <= {file.openai_id for file in live}
    assert set(transcript.live.values()) == {"file-ann-3"}  # of what is in the request
    assert (transcript.next_label, transcript.turn) == (4, 8)
    bench.answer(claim)
    assert bench.take(only=private_conversation(ANN)).messages[0].text == "and then?"


def test_all_lines_are_there_still(bench: Bench) -> None:
    lines = bench.run(bench.store.export(ANN))["conversation"]

    told = [line["text"] for line in lines]
    assert told[:4] == ["question 0", "answer 0", "question 1", "answer 1"]
    assert told[-2:] == ["shortened", "shortened"]
    assert [photo["label"] for line in lines for photo in line["photos"]] == [1, 2, 3]


def test_an_album_that_was_answered_is_known(bench: Bench) -> None:
    bench.wait(1)
    for _ in range(2):
        bench.answer(bench.take(only=private_conversation(ANN)))
    bench.send(message(album="past", update_id=5000))
    bench.wait(1)

    assert bench.take(only=private_conversation(ANN)).is_late


def test_an_urgent_command_waits_and_nothing_is_asked_before_it(bench: Bench) -> None:
    (stop,) = bench.jumpers()

    assert (stop.word, stop.user_id) == ("stop", BOB)
    assert bench.stop(stop, words("nothing")) == 1
    bench.wait(LEASE_S)
    claim = bench.take(only=private_conversation(BOB))
    assert (claim.is_stopped, claim.stream, claim.attempt) == (True, (555,), 2)


def test_who_holds_a_conversation_holds_it_still(bench: Bench) -> None:
    assert bench.claim(only=private_conversation(BOB)) is None


def test_a_reservation_is_charged_when_its_turn_ends(bench: Bench) -> None:
    assert bench.spent("bob").day == Amounts(messages=1, images=1, cost_micros=700)
    assert bench.run(bench.store.revise(bench.record("bob-1", user=BOB, cost_micros=50)))

    assert bench.spent("bob").day == Amounts(messages=1, images=0, cost_micros=50)


WITHOUT_GROUPS = """
    DROP INDEX history_owned;
    ALTER TABLE history DROP COLUMN owner;
    DROP TABLE group_conversations;
    DROP TABLE group_daily;
"""

WITHOUT_DOCUMENTS = """
    ALTER TABLE files DROP COLUMN kind;
    ALTER TABLE files DROP COLUMN document;
    ALTER TABLE tallies DROP COLUMN documents;
    ALTER TABLE daily DROP COLUMN documents;
"""


def test_what_version_4_counted_is_counted_on_with_seconds_of_voice(tmp_path: Path) -> None:
    path = unpacked(tmp_path)
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as db:
        for table in ("tallies", "daily"):
            db.execute(f"ALTER TABLE {table} DROP COLUMN voice_s")
        db.executescript(WITHOUT_GROUPS + WITHOUT_DOCUMENTS)
        db.execute("PRAGMA user_version = 4")

    async def opened(_: Path) -> Store:
        return await Store.open(path)

    bench = Bench(opened, Path())
    bench.now = MADE_AT
    record = bench.record("bob-1", user=BOB, cost_micros=50, voice_s=7)
    assert bench.run(bench.store.revise(record))
    assert bench.spent("bob").day == Amounts(messages=1, cost_micros=50, voice_s=7)
    bench.close()


def test_files_in_every_state_go_on(bench: Bench) -> None:
    assert openai_ids(bench.files_due()) == {"file-ann-2"}
    bench.wait(400)
    looked_for = {each.name for each in bench.intents_due(limit=9)}
    assert looked_for == {"intent-bob", "unknown-bob"}
    assert bench.user_files(BOB) == {"file-bob-1"}
    assert bench.user_files(GUS) == {"file-old-1", "file-old-2"}


def test_a_dead_letter_and_its_parts_are_there(bench: Bench) -> None:
    claim = bench.take(only=private_conversation(CY))

    assert texts(claim.outbox) == ["It broke.", "Twice."]
    assert claim.outbox[0].to == Destination(chat_id=7, reply_to=42, replaces=777)
    assert claim.outbox[1].outgoing.buttons[0].press == "ok"
    for part in claim.outbox:
        bench.delivered(claim, part)
    bench.release(claim)
    assert bench.take(only=private_conversation(CY)).messages[0].text == "behind"
    (dead,) = bench.run(bench.store.waiting(limit=9, dead=True))
    assert bench.run(bench.store.replay(dead.update_id, bench.now))


def test_pauses_marks_and_jobs_hold(bench: Bench) -> None:
    assert bench.claim(only=private_conversation(DEE)) is None
    assert not bench.say(user=EVE, once="alert", again_after_s=3600)
    assert not bench.say(user=EVE, once="storage:11")
    assert not bench.run(bench.store.take_job("sweep", "another", bench.now, lease_s=180))
    news = bench.run(bench.store.poll_changes((), bench.now))
    until = MADE_AT + timedelta(seconds=60)
    assert news.cooldowns == {"openai": Cooldown(until=until, wait_s=None)}
    bench.wait(300)
    assert bench.take(only=private_conversation(DEE)).attempt == 1


def test_an_update_that_came_before_comes_once(bench: Bench) -> None:
    assert bench.send(message(update_id=24, user=CY)) == frozenset()


def test_what_was_used_is_known(bench: Bench) -> None:
    ids = [record.id for record in bench.records()]
    (day,) = bench.usage(user=ANN)

    assert ids == ["ann-0", "ann-1", "ann-2", "ann-3", "cy-1"]
    assert bench.records()[0].stages.delivered == 1234
    assert (day.messages, day.cost_micros, day.input_tokens) == (4, 400, 40)


def test_who_blocked_the_bot_is_known(bench: Bench) -> None:
    assert bench.run(bench.store.blocked_before(MADE_AT, limit=9)) == (FAY,)


def test_a_reset_and_an_erasure_find_everything(bench: Bench) -> None:
    bench.wait(1)
    asked = command(user=ANN)
    bench.send(replaced(asked, 6000))
    assert bench.reset(replaced(asked, 6000)) == 3

    erased = bench.erase(BOB)
    assert (erased.files, erased.messages) == (2, 2)


def replaced(asked: Any, update_id: int) -> Any:
    return replace(asked, update_id=update_id)


def test_the_installation_stays_what_it_was(where: Path | str, bench: Bench) -> None:
    installation = bench.run(bench.store.installation())

    if isinstance(where, Path):
        with closing(sqlite3.connect(f"{where}.before-v{VERSION}")) as db:
            (id,) = db.execute("SELECT value FROM meta WHERE key = 'installation'").fetchone()
            (secret,) = db.execute("SELECT value FROM meta WHERE key = 'secret'").fetchone()
    else:
        known = json.loads((FIXTURES / "version-1.json").read_text("utf-8"))
        told = known["snapthread:installation"][1]
        id, secret = told["id"], bytes.fromhex(told["secret"])
    assert (installation.id, installation.secret) == (id, secret)


def test_the_older_file_is_kept_for_a_downgrade(tmp_path: Path) -> None:
    path = unpacked(tmp_path)
    before = _dumped(path)
    asyncio.run(_opened_and_closed(path))
    kept = tmp_path / f"snapthread.db.before-v{VERSION}"

    assert kept.stat().st_mode & 0o777 == 0o600
    assert _dumped(kept) == before


def test_a_command_of_a_newer_version_changed_the_store_beneath_the_older_bot(
    tmp_path: Path,
) -> None:
    path = unpacked(tmp_path)
    with closing(sqlite3.connect(path)) as bot:
        bot.execute("PRAGMA journal_mode = WAL")
        bot.execute("SELECT count(*) FROM meta").fetchone()
        with pytest.raises(StoreDenied, match="restart the bot with this one first"):
            asyncio.run(_opened_and_closed(path, create=False))
        assert bot.execute("PRAGMA user_version").fetchone() == (3,)
    asyncio.run(_opened_and_closed(path, create=False))  # where no bot runs
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def _dumped(path: Path) -> list[str]:
    with closing(sqlite3.connect(path)) as db:
        return list(db.iterdump())


async def _opened_and_closed(where: Path | str, *, create: bool = True) -> None:
    store = await Store.open(where, create=create)
    await store.close()


def test_nothing_of_the_older_database_is_left(tmp_path: Path) -> None:
    with own_server(tmp_path, program=valkey_program()) as server, server.client() as client:
        filled(client)
        asyncio.run(_opened_and_closed(server.url))
        kinds = {str(key).split(":")[1] for key in client.scan_iter("snapthread:*")}

        assert kinds == {"row", "index", "scope", "version"}


def test_a_store_of_version_5_gets_what_groups_need(tmp_path: Path) -> None:
    path = tmp_path / "snapthread.db"
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(WITHOUT_GROUPS + WITHOUT_DOCUMENTS)
        db.execute("PRAGMA user_version = 5")

    asyncio.run(_opened_and_closed(path))

    with closing(sqlite3.connect(path)) as db:
        columns = [row[1] for row in db.execute("PRAGMA table_info(history)")]
        tables = {row[0] for row in db.execute("SELECT name FROM sqlite_master")}
    assert columns[-1] == "owner"
    assert {"group_conversations", "history_owned"} <= tables


def test_a_file_of_version_7_is_an_image_and_documents_are_counted_from_now_on(
    tmp_path: Path,
) -> None:
    path = unpacked(tmp_path)
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(WITHOUT_DOCUMENTS)
        db.execute("PRAGMA user_version = 7")

    async def opened(_: Path) -> Store:
        return await Store.open(path)

    bench = Bench(opened, Path())
    bench.now = MADE_AT
    kinds = {file.kind for file in bench.run(bench.store.live_after(None, limit=9))}
    record = bench.record("bob-1", user=BOB, cost_micros=50, documents=2)
    assert kinds == {"image"}
    assert bench.run(bench.store.revise(record))
    assert bench.spent("bob").day.documents == 2
    bench.close()


def test_a_server_of_version_5_goes_on_with_what_it_has(tmp_path: Path) -> None:
    with own_server(tmp_path, program=valkey_program()) as server:
        url = server.url

        async def opened(_: Path) -> Store:
            return await Store.open(url)

        bench = Bench(opened, Path())
        bench.show("file-1")
        bench.close()
        with server.client() as client:
            client.set("snapthread:version", 5)

        bench = Bench(opened, Path())
        claim = bench.ask(message())
        assert list(bench.compose(claim).live.values()) == ["file-1"]
        bench.close()


def test_a_store_of_version_6_gets_topics(tmp_path: Path) -> None:
    path = tmp_path / "snapthread.db"
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            INSERT INTO group_conversations (conversation, chat_id) VALUES ('group:-5:0', -5);
            ALTER TABLE group_conversations DROP COLUMN is_unnamed;
            DROP TABLE group_daily;
            PRAGMA user_version = 6;
        """)

    asyncio.run(_opened_and_closed(path))

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM group_conversations").fetchall() == [
            ("group:-5:0", -5, None, 0)
        ]
        assert db.execute("SELECT * FROM group_daily").fetchall() == []


def test_a_store_of_version_11_can_ask_anew_from_now_on(tmp_path: Path) -> None:
    path = tmp_path / "snapthread.db"
    asyncio.run(_opened_and_closed(path))
    with closing(sqlite3.connect(path)) as db:
        db.executescript("""
            DROP TABLE exchanges;
            ALTER TABLE messages DROP COLUMN again;
            ALTER TABLE outbox DROP COLUMN turn;
            PRAGMA user_version = 11;
        """)

    asyncio.run(_opened_and_closed(path))

    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT * FROM exchanges").fetchall() == []
        assert db.execute("SELECT again FROM messages").fetchall() == []
        assert db.execute("SELECT turn FROM outbox").fetchall() == []


def test_columns_of_version_14_get_the_names_of_today(tmp_path: Path) -> None:
    path = tmp_path / "snapthread.db"

    async def opened(_: Path) -> Store:
        return await Store.open(path)

    bench = Bench(opened, Path())
    bench.show("file-1")
    bench.say(user=EVE)
    held = bench.run(bench.store.export(ANN))
    bench.close()
    with closing(sqlite3.connect(path)) as db:
        for table, names in RENAMED.items():
            for new, old in names.items():
                db.execute(f"ALTER TABLE {table} RENAME COLUMN {new} TO {old}")
        db.execute("PRAGMA user_version = 14")

    bench = Bench(opened, Path())
    assert bench.run(bench.store.export(ANN)) == held
    claim = bench.ask(message())
    transcript = bench.compose(claim)
    assert (list(transcript.live.values()), transcript.next_label) == (["file-1"], 2)
    assert texts(bench.take(only=private_conversation(EVE)).outbox) == ["A word."]
    bench.close()
