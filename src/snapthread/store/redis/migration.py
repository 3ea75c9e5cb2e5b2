"""Migration of a Redis store of version 1, whose rules were scripts, to rows.

Piece by piece: what is written as rows is taken away in the same commit, so who is killed goes on
where it was. One process does it; the others wait. Older versions must not run meanwhile.
"""

import asyncio
import json
import re
import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

import structlog
from pydantic import TypeAdapter

from snapthread.errors import StoreTooNew
from snapthread.model import HistoryItem
from snapthread.store.codec import dump_destination, dump_images, load_destination, micros
from snapthread.store.redis.names import PREFIX, VERSION_KEY
from snapthread.store.redis.reading import Reading
from snapthread.store.redis.server.server import Server
from snapthread.store.redis.steps import ScriptStep
from snapthread.store.redis.writes import writes
from snapthread.store.schema import VERSION
from snapthread.store.schema.conversations import CONVERSATIONS, ConversationRow, HistoryRow
from snapthread.store.schema.files import FILES
from snapthread.store.schema.processes import (
    BlockedUserRow,
    CooldownRow,
    JobRow,
    MarkRow,
    MetaRow,
    SeenRow,
)
from snapthread.store.schema.queues import DEAD_LETTERS, QUEUED, OutboxRow
from snapthread.store.schema.usage import DAYS, RECORDS, ReservationRow, TallyRow
from snapthread.store.table import Table
from snapthread.store.transaction import Transaction

log = structlog.get_logger()

LEASE_KEY: Final = f"{PREFIX}migrating"
LEASE_MS: Final = 30_000
AT_ONCE: Final = 500
NEVER: Final = 2**53 - 1
ANSWERED: Final = re.compile(r"answered:(.+):\d+:(?:album|text):")
LEFT: Final = (  # lists of what was moved, and what is made anew
    *("checked", "last_id", "mark_names", "ready", "held", "messages", "jumps", "aside"),
    *("retired", "due", "intents", "leaving", "uploaded", "shown_names", "reservations"),
    *("reserved_for", "periods", "records", "days"),
)
LEFT_OF: Final = ("records_of", "days_of", "files", "owner_files")
RENAMED: Final = {"last_label": "labels", "history_start": "first_line"}
_ITEM = TypeAdapter(HistoryItem)

Hash = Mapping[str, str]
OF_ROWS = 4  # the first version whose rules are Python over rows


async def bring_to_version(server: Server) -> None:
    """Raises StoreTooNew where a newer version wrote the store."""
    client: Any = server.client
    while True:
        await client.set(VERSION_KEY, VERSION, nx=True)
        version = int(await client.get(VERSION_KEY))
        if version > VERSION:
            raise StoreTooNew(
                f"the store has version {version}, this Snapthread knows up to {VERSION}:"
                " run the newer Snapthread again, or restore a backup"
            )
        if version >= OF_ROWS:  # a newer column is read with its default
            if version < VERSION:
                await client.set(VERSION_KEY, VERSION)
            return
        if await client.set(LEASE_KEY, "1", nx=True, px=LEASE_MS):
            await _Migration(server).run()
            return
        await asyncio.sleep(0.2)


class _Migration:
    def __init__(self, server: Server) -> None:
        self._server = server
        self._client: Any = server.client  # whose replies are text, which its types do not know
        self._moved = 0

    async def run(self) -> None:
        log.info("store.migrating", to=VERSION)
        for move in (
            self._installation,
            self._conversations,
            self._marks,
            self._lists,
            self._jobs,
            self._files,
            self._tallies,
            self._records,
            self._days,
        ):
            await move()
        await self._clear()
        await self._client.set(VERSION_KEY, VERSION)
        await self._client.delete(LEASE_KEY)
        log.info("store.migrated", rows=self._moved)

    async def _move(self, rows: Iterable[Any], *gone: str, also: Iterable[ScriptStep] = ()) -> None:
        """Write these rows, and take away the keys that they were, in one commit."""
        tx = Transaction(Reading())
        for row in rows:
            tx.insert(row)
            self._moved += 1
        steps = [*writes(tx, secrets.token_hex(6)), *also]
        steps += [["call", "DEL", key] for key in gone]
        await self._client.pexpire(LEASE_KEY, LEASE_MS)
        await self._server.run("commit", steps)

    async def _named(self, kind: str) -> AsyncIterator[tuple[str, str]]:
        """Every key of a kind, with what follows the kind."""
        prefix = f"{PREFIX}{kind}:"
        found = [key async for key in self._client.scan_iter(match=f"{prefix}*", count=AT_ONCE)]
        for key in found:
            yield key, key.removeprefix(prefix)

    # ------------------------------------------------------------ conversations

    async def _installation(self) -> None:
        key = f"{PREFIX}installation"
        known = await self._client.hgetall(key)
        names = {"installation": "id", "secret": "secret"}
        rows = [MetaRow(name, known[field]) for name, field in names.items() if known]
        await self._move(rows, key)

    async def _conversations(self) -> None:
        async for key, name in self._named("conversation"):
            await self._conversation(key, name)
        async for key, _ in self._named("aside_message"):  # of one that was erased
            await self._move([_dead_letter(await self._client.hgetall(key))], key)

    async def _conversation(self, key: str, name: str) -> None:
        talk = await self._client.hgetall(key)
        queues = [f"{PREFIX}{kind}:{name}" for kind in ("inbox", "commands")]
        ids = [await self._client.zrange(queue, 0, -1) for queue in queues]
        messages = [f"{PREFIX}message:{id}" for each in ids for id in each]
        dead = [
            f"{PREFIX}aside_message:{id}"
            for id in await self._client.zrange(f"{PREFIX}aside_of:{name}", 0, -1)
        ]
        parts = await self._client.zrange(f"{PREFIX}parts:{name}", 0, -1)
        lines = await self._client.lrange(f"{PREFIX}lines:{name}", 0, -1)
        reserved = await self._client.hgetall(f"{PREFIX}reservation:{name}")
        is_full = await self._client.zscore(f"{PREFIX}marks", f"full:{name}") is not None
        rows = [
            _talk(name, talk)._replace(
                is_told_full=int(is_full),
                queued=len(ids[0]),
                urgent=len(ids[1]),
                undelivered=len(parts),
            ),
            *[
                _queued(await self._client.hgetall(each), each in messages[len(ids[0]) :])
                for each in messages
            ],
            *[_dead_letter(await self._client.hgetall(each)) for each in dead],
            *[_part(name, json.loads(each)) for each in parts],
            *[_item(name, number, each) for number, each in enumerate(lines, start=1)],
            *([_reservation(name, reserved)] if reserved else []),
        ]
        kinds = ("inbox", "commands", "aside_of", "parts", "lines", "reservation")
        gone = [f"{PREFIX}{kind}:{name}" for kind in kinds]
        await self._move(rows, key, *messages, *dead, *gone)

    # ------------------------------------------------------------ the rest

    async def _marks(self) -> None:
        key = f"{PREFIX}marks"
        while found := await self._client.zrange(key, 0, AT_ONCE - 1, withscores=True):
            rows = [_mark(name, int(at)) for name, at in found if not name.startswith("full:")]
            await self._move(rows, also=[["call", "ZREM", key, *[name for name, _ in found]]])

    async def _lists(self) -> None:
        await self._list("seen", lambda name, at: SeenRow(int(name), at))
        await self._list("pauses", CooldownRow)
        await self._list("blocked", lambda name, at: BlockedUserRow(int(name), at))

    async def _list(self, kind: str, row: Any) -> None:
        key = f"{PREFIX}{kind}"
        while found := await self._client.zrange(key, 0, AT_ONCE - 1, withscores=True):
            rows = [row(name, int(at)) for name, at in found]
            await self._move(rows, also=[["call", "ZREM", key, *[name for name, _ in found]]])

    async def _jobs(self) -> None:
        async for key, name in self._named("job"):
            job = await self._client.hgetall(key)
            await self._move([JobRow(name, job["owner_name"], int(job["ends_at"]))], key)

    async def _files(self) -> None:
        async for key, _ in self._named("file"):
            file = await self._client.hgetall(key)
            await self._move([_row(FILES, {**file, "image_key": file["stands_for"]})], key)

    async def _tallies(self) -> None:
        async for key, period in self._named("tally"):
            sums: dict[str, dict[str, int]] = {}
            for name, amount in (await self._client.hgetall(key)).items():
                payer, _, unit = name.rpartition(" ")
                sums.setdefault(payer, {})[unit] = int(amount)
            rows = [TallyRow(payer, period, **units) for payer, units in sums.items()]
            await self._move(rows, key)

    async def _records(self) -> None:
        async for key, name in self._named("record"):
            record = {**await self._client.hgetall(key), "id": name}
            await self._move([_row(RECORDS, record)], key)

    async def _days(self) -> None:
        async for key, _ in self._named("daily"):
            await self._move([_row(DAYS, await self._client.hgetall(key))], key)

    async def _clear(self) -> None:
        keys = [f"{PREFIX}{name}" for name in LEFT]
        keys += [key for kind in LEFT_OF async for key, _ in self._named(kind)]
        for first in range(0, len(keys), AT_ONCE):
            await self._client.delete(*keys[first : first + AT_ONCE])


# ---------------------------------------------------------------- rows of what was


def _row(table: Table[Any], known: Hash) -> Any:
    """Columns whose field had the same name."""
    values = {}
    for column in table.columns:
        text = known.get(column)
        is_text = table.types[column] in (str, str | None)
        values[column] = (
            table.defaults.get(column) if text is None else text if is_text else int(text)
        )
    return table.row(**values)


def _talk(name: str, known: Hash) -> ConversationRow:
    new = {new: known[old] for new, old in RENAMED.items() if old in known}
    row: ConversationRow = _row(CONVERSATIONS, {**known, **new, "key": name})
    return row._replace(lease_until=row.lease_until or None, history_start=row.history_start + 1)


def _queued(known: Hash, is_urgent: bool) -> Any:
    return _row(QUEUED, {**known, "is_urgent": str(int(is_urgent))})


def _dead_letter(known: Hash) -> Any:
    return _row(DEAD_LETTERS, {**known, "at": known["put_aside_at"]})


def _part(name: str, part: Mapping[str, Any]) -> OutboxRow:
    known: dict[str, Any] = {
        field: int(part[field]) for field in ("reply_to", "replaces") if part.get(field)
    }
    to = replace(load_destination(part["to"]), **known)
    return OutboxRow(name, int(part["id"]), dump_destination(to), part["say"], int(part["at"]))


def _item(name: str, number: int, text: str) -> HistoryRow:
    item = _ITEM.validate_json(text.split(" ", 3)[3].replace('"photos":', '"images":'))
    images, at = dump_images(item.images), micros(item.at)
    return HistoryRow(name, number, item.role, item.text, images, at, item.tokens)


def _reservation(name: str, known: Hash) -> ReservationRow:
    record = json.loads(known["note"])["record"]
    at = int(known["reserved_at"])
    return ReservationRow(name, known["record_id"], known["payer"], at, record)


def _mark(name: str, until: int) -> MarkRow:
    answered = ANSWERED.match(name)
    return MarkRow(name, None if until >= NEVER else until, answered.group(1) if answered else None)
