"""The store on SQLite: one file, one writer thread, each verb one transaction (decision 0002)."""

import asyncio
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from snapthread.errors import StoreBusy, StoreFull
from snapthread.limits import SEEN_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Deletion,
    Destination,
    Erased,
    FileName,
    Installation,
    IntendedFile,
    LedgerFile,
    Line,
    Message,
    News,
    Part,
    Say,
    Transcript,
    Waiting,
)
from snapthread.ports import Arrival, ResetWords
from snapthread.store import conversation as talk
from snapthread.store import inbox, leaving, ledger, mailbox, people, quotas, records
from snapthread.store.codec import seconds
from snapthread.store.schema import migrate
from snapthread.usage import DailyUsage, Limits, Over, Spent, TurnRecord

BUSY_TIMEOUT_S = 5.0  # commands run beside the bot; their transactions are short

P = ParamSpec("P")
T = TypeVar("T")


class SqliteStore:
    """`ports.Store` on one SQLite file, or in memory with the path ":memory:"."""

    def __init__(self, db: sqlite3.Connection, thread: ThreadPoolExecutor) -> None:
        self._db = db
        self._thread = thread

    @classmethod
    async def open(cls, path: Path | str) -> Self:
        """Open or make the store; raises StoreBusy, StoreFull, StoreTooNew."""
        thread = ThreadPoolExecutor(1, thread_name_prefix="store")
        loop = asyncio.get_running_loop()
        try:
            db = await loop.run_in_executor(thread, _connect, path)
        except BaseException:
            thread.shutdown()
            raise
        return cls(db, thread)

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._db.close)
        self._thread.shutdown()

    async def _do(
        self, verb: Callable[Concatenate[sqlite3.Connection, P], T], *args: P.args, **kw: P.kwargs
    ) -> T:
        call = partial(_transaction, self._db, partial(verb, self._db, *args, **kw))
        return await asyncio.get_running_loop().run_in_executor(self._thread, call)

    # ------------------------------------------------------------ the store itself

    async def installation(self) -> Installation:
        return await self._do(_installation)

    async def take_job(self, job: str, owner: str, now: datetime, *, lease_s: float) -> bool:
        return await self._do(leaving.take_job, job, owner, now, lease_s=lease_s)

    async def pause(self, service: str, until: datetime) -> None:
        await self._do(inbox.pause, service, until)

    async def tidy(self, now: datetime) -> int:
        return await self._do(_tidy, now)

    async def check(self) -> None:
        await self._do(_check)

    # ------------------------------------------------------------ mailboxes

    async def accept(
        self, arrivals: Sequence[Arrival], now: datetime, *, quiet_s: float
    ) -> frozenset[ConversationKey]:
        return await self._do(mailbox.accept, arrivals, now, quiet_s=quiet_s)

    async def claim(
        self, now: datetime, *, lease_s: float, only: ConversationKey | None = None
    ) -> Claim | None:
        return await self._do(mailbox.claim, now, lease_s=lease_s, only=only)

    async def renew(self, claim: Claim, now: datetime, *, lease_s: float) -> bool:
        return await self._do(mailbox.renew, claim, now, lease_s=lease_s)

    async def release(
        self,
        claim: Claim,
        now: datetime,
        *,
        not_before: datetime | None = None,
        uncount: bool = False,
    ) -> None:
        await self._do(mailbox.release, claim, now, not_before=not_before, uncount=uncount)

    async def take_stragglers(self, claim: Claim) -> tuple[Message, ...]:
        return await self._do(mailbox.take_stragglers, claim)

    async def jumpers(self) -> tuple[Message, ...]:
        return await self._do(mailbox.jumpers)

    async def next_wake(self, now: datetime) -> datetime | None:
        return await self._do(mailbox.next_wake, now)

    async def news(self, claims: Sequence[Claim], now: datetime) -> News:
        return await self._do(inbox.news, claims, now)

    async def waiting(self, *, limit: int) -> tuple[Waiting, ...]:
        return await self._do(inbox.waiting, limit=limit)

    async def aside(self, *, limit: int) -> tuple[Waiting, ...]:
        return await self._do(inbox.aside, limit=limit)

    async def replay(self, update_id: int, now: datetime) -> bool:
        return await self._do(inbox.replay, update_id, now)

    async def count_waiting(self) -> int:
        return await self._do(mailbox.count_waiting)

    # ------------------------------------------------------------ conversations

    async def compose(
        self,
        claim: Claim,
        now: datetime,
        *,
        max_tokens: int,
        question_tokens: int,
        max_images: int = 0,
        question_files: Sequence[FileName] = (),
    ) -> Transcript:
        return await self._do(
            talk.compose,
            claim,
            now,
            max_tokens=max_tokens,
            question_tokens=question_tokens,
            max_images=max_images,
            question_files=question_files,
        )

    async def shorten(self, claim: Claim) -> bool:
        return await self._do(talk.shorten, claim)

    async def finish(
        self,
        claim: Claim,
        now: datetime,
        *,
        lines: Sequence[Line] = (),
        says: Sequence[Say] = (),
        to: Destination,
        put_aside: bool = False,
        record: TurnRecord | None = None,
    ) -> tuple[Part, ...]:
        return await self._do(
            talk.finish,
            claim,
            now,
            lines=lines,
            says=says,
            to=to,
            put_aside=put_aside,
            record=record,
        )

    async def reset(self, command: Message, now: datetime, *, render: ResetWords) -> int | None:
        return await self._do(talk.reset, command, now, render=render)

    async def jumped(self, command: Message, now: datetime, *, says: Sequence[Say]) -> bool:
        return await self._do(talk.jumped, command, now, says=says)

    async def note_stream(self, claim: Claim, message_id: int) -> None:
        await self._do(talk.note_stream, claim, message_id)

    async def stop(
        self, command: Message, now: datetime, *, if_nothing: Sequence[Say]
    ) -> int | None:
        return await self._do(talk.stop, command, now, if_nothing=if_nothing)

    async def say(
        self,
        conversation: ConversationKey,
        to: Destination,
        say: Say,
        now: datetime,
        *,
        once: str | None = None,
        again_after_s: float | None = None,
    ) -> bool:
        return await self._do(
            talk.say,
            conversation,
            to,
            say,
            now,
            once=once,
            again_after_s=again_after_s,
        )

    async def delivered(self, claim: Claim, part: Part) -> None:
        await self._do(talk.delivered, claim, part)

    async def drop_parts(self, claim: Claim) -> int:
        return await self._do(talk.drop_parts, claim)

    # ------------------------------------------------------------ the ledger

    async def intend(self, claim: Claim, file: IntendedFile, now: datetime) -> LedgerFile:
        return await self._do(ledger.intend, claim, file, now)

    async def uploaded(
        self,
        name: FileName,
        openai_id: str,
        now: datetime,
        *,
        leaves_at: datetime,
        expires_at: datetime,
    ) -> bool:
        return await self._do(
            ledger.uploaded, name, openai_id, now, leaves_at=leaves_at, expires_at=expires_at
        )

    async def give_up(self, name: FileName, now: datetime, *, unknown: bool) -> None:
        await self._do(ledger.give_up, name, now, unknown=unknown)

    async def label_of(self, claim: Claim, unique_id: str) -> int | None:
        return await self._do(ledger.label_of, claim, unique_id)

    async def files_due(self, now: datetime, *, limit: int, lease_s: float) -> tuple[Deletion, ...]:
        return await self._do(ledger.files_due, now, limit=limit, lease_s=lease_s)

    async def intents_due(self, now: datetime, *, limit: int) -> tuple[Deletion, ...]:
        return await self._do(ledger.intents_due, now, limit=limit)

    async def retire(
        self, claim: Claim, names: Sequence[FileName], now: datetime, *, reason: str
    ) -> int:
        return await self._do(ledger.retire, claim, names, now, reason=reason)

    async def named(self, claim: Claim, openai_ids: Sequence[str]) -> tuple[LedgerFile, ...]:
        return await self._do(ledger.named, claim, openai_ids)

    async def restored(self, claim: Claim, name: FileName, now: datetime) -> bool:
        return await self._do(ledger.restored, claim, name, now)

    async def gone(self, name: FileName) -> None:
        await self._do(ledger.gone, name)

    async def try_later(self, name: FileName, at: datetime) -> None:
        await self._do(ledger.try_later, name, at)

    async def retire_leaving(self, now: datetime, *, limit: int) -> int:
        return await self._do(leaving.retire_leaving, now, limit=limit)

    async def count_remaining(self, now: datetime) -> int:
        return await self._do(leaving.count_remaining, now)

    async def make_room(
        self, claim: Claim, size_bytes: int, now: datetime, *, room_bytes: int
    ) -> int:
        return await self._do(leaving.make_room, claim, size_bytes, now, room_bytes=room_bytes)

    async def forget(self, claim: Claim, unique_id: str, now: datetime) -> tuple[int, ...]:
        return await self._do(leaving.forget, claim, unique_id, now)

    async def borrow(self, key: ConversationKey, now: datetime, *, lease_s: float) -> Claim | None:
        return await self._do(leaving.borrow, key, now, lease_s=lease_s)

    async def unknown(self, files: Sequence[tuple[FileName, str]]) -> tuple[str, ...]:
        return await self._do(leaving.unknown, files)

    async def retire_stranded(self, now: datetime) -> int:
        return await self._do(leaving.retire_stranded, now)

    async def count_unsettled(self, now: datetime) -> int:
        return await self._do(leaving.count_unsettled, now)

    async def live_after(self, name: FileName | None, *, limit: int) -> tuple[LedgerFile, ...]:
        return await self._do(leaving.live_after, name, limit=limit)

    # ------------------------------------------------------------ people

    async def erase(
        self,
        user_id: int,
        now: datetime,
        *,
        last_words: tuple[Destination, Say] | None = None,
        asked_by: Message | None = None,
    ) -> Erased:
        return await self._do(people.erase, user_id, now, last_words=last_words, asked_by=asked_by)

    async def files_of(self, user_id: int) -> int:
        return await self._do(people.files_of, user_id)

    async def bytes_of(self, user_id: int) -> int:
        return await self._do(people.bytes_of, user_id)

    async def export(self, user_id: int) -> dict[str, Any]:
        return await self._do(people.export, user_id)

    async def adopt(
        self,
        user_id: int,
        openai_ids: Sequence[str],
        now: datetime,
        *,
        due_at: datetime,
        say: Say,
    ) -> int:
        return await self._do(people.adopt, user_id, openai_ids, now, due_at=due_at, say=say)

    async def note_blocked(self, user_id: int, blocked_at: datetime | None) -> None:
        await self._do(people.note_blocked, user_id, blocked_at)

    async def blocked_before(self, before: datetime, *, limit: int) -> tuple[int, ...]:
        return await self._do(people.blocked_before, before, limit=limit)

    async def user_files(self, owner: int) -> frozenset[str]:
        return await self._do(ledger.user_files, owner)

    # ------------------------------------------------------------ quotas and records

    async def reserve(
        self, claim: Claim, now: datetime, *, payer: str, estimate: TurnRecord, limits: Limits
    ) -> Over | None:
        return await self._do(
            quotas.reserve, claim, now, payer=payer, estimate=estimate, limits=limits
        )

    async def revise(self, record: TurnRecord) -> bool:
        return await self._do(quotas.revise, record)

    async def settle_stale(self, now: datetime, *, limit: int) -> int:
        return await self._do(quotas.settle_stale, now, limit=limit)

    async def spent(self, payer: str, now: datetime) -> Spent:
        return await self._do(quotas.spent, payer, now)

    async def note_delivered(self, record_id: str, delivered_ms: int) -> None:
        await self._do(records.note_delivered, record_id, delivered_ms)

    async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
        return await self._do(records.usage, since, user_id=user_id)

    async def records_after(
        self, at: datetime, record_id: str, *, limit: int
    ) -> tuple[TurnRecord, ...]:
        return await self._do(records.records_after, at, record_id, limit=limit)


def _connect(path: Path | str) -> sqlite3.Connection:
    with _our_errors():
        if isinstance(path, Path):
            path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(
            path, timeout=BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False
        )
    try:
        _prepare(db)
    except BaseException:
        db.close()
        raise
    return db


def _prepare(db: sqlite3.Connection) -> None:
    db.row_factory = sqlite3.Row
    with _our_errors():
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")  # NORMAL can lose hours at a power cut
        db.execute("PRAGMA foreign_keys = ON")
    _transaction(db, partial(migrate, db))


def _transaction(db: sqlite3.Connection, verb: Callable[[], T]) -> T:
    with _our_errors():
        db.execute("BEGIN IMMEDIATE")
        try:
            result = verb()
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        return result


@contextmanager
def _our_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreFull(f"the store cannot be made: {error}") from error
    except sqlite3.OperationalError as error:
        code = error.sqlite_errorcode & 0xFF
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise StoreBusy("the store is locked by another process") from error
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            raise StoreFull(f"the store cannot be written: {error}; free some disk") from error
        if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise StoreFull(f"the store cannot be opened for writing: {error}") from error
        raise


def _installation(db: sqlite3.Connection) -> Installation:
    db.executemany(
        "INSERT OR IGNORE INTO meta (key, value) VALUES (?, ?)",
        [("installation", secrets.token_hex(4)), ("secret", secrets.token_bytes(32))],
    )
    rows = db.execute("SELECT key, value FROM meta WHERE key IN ('installation', 'secret')")
    meta = {row["key"]: row["value"] for row in rows}
    return Installation(id=meta["installation"], secret=meta["secret"])


def _tidy(db: sqlite3.Connection, now: datetime) -> int:
    old = db.execute("DELETE FROM seen WHERE at <= ?", (seconds(now) - SEEN_S,)).rowcount
    db.execute("DELETE FROM pauses WHERE until <= ?", (seconds(now),))
    old += db.execute("DELETE FROM marks WHERE until <= ?", (seconds(now),)).rowcount
    return old + quotas.tidy(db, now) + records.tidy(db, now)


def _check(db: sqlite3.Connection) -> None:
    db.execute("INSERT OR REPLACE INTO meta (key, value) VALUES ('checked', 1)")
