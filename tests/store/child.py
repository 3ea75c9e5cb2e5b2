"""A process of its own that works on a store until it is killed; it says what was acknowledged."""

import asyncio
import itertools
import os
import sys
from datetime import UTC, datetime
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from typing import Any

from snapthread.limits import LEASE_S
from snapthread.model import (
    Destination,
    HistoryItem,
    Message,
    OutgoingMessage,
    private_conversation,
)
from snapthread.model.quotas import Limits
from snapthread.model.usage import TurnRecord
from snapthread.ports import Arrival
from snapthread.store import Store
from tests.contracts.builders import open_sqlite
from tests.process.warm import context

USERS = 3
IMAGES = 10  # a day


def now() -> datetime:
    return datetime.now(UTC)


def arrival(update_id: int) -> Arrival:
    user = update_id % USERS + 1
    message = Message(
        update_id=update_id,
        conversation=private_conversation(user),
        chat_id=user,
        message_id=update_id,
        user_id=user,
        sent_at=now(),
        text=f"question {update_id}",
    )
    return Arrival(message=message, if_full=OutgoingMessage(text="full"))


async def open_store(where: str) -> Store:
    """A folder, or the address of a server."""
    return await (Store.open(where) if "://" in where else open_sqlite(Path(where)))


async def accept_and_answer(where: str, first: int) -> None:
    """Say each update once its acceptance, and once its answer, was acknowledged."""
    store = await open_store(where)
    for update_id in itertools.count(first):
        await store.accept([arrival(update_id)], now(), quiet_s=0.9)
        print(f"accepted {update_id}", flush=True)  # noqa: T201
        if update_id % 2:
            await answer_one(store)


async def answer_one(store: Store) -> None:
    claim = await store.claim(now(), lease_s=0.01)
    if claim is None or not claim.messages:
        return
    asked = claim.messages[0]
    line = HistoryItem(role="user", text=asked.text, at=now())
    await store.finish(claim, now(), items=[line], to=Destination(chat_id=asked.chat_id))
    print(f"finished {asked.update_id}", flush=True)  # noqa: T201
    await store.release(claim, now())


async def claim_all(where: str, told: "Connection[Any, Any]") -> None:
    """When told to begin, say each claim, until nothing is left."""
    store = await open_store(where)
    print("ready", flush=True)  # noqa: T201
    told.recv_bytes()
    began = now()  # its time stands still: no lease ends, however slow the machine is
    while claim := await store.claim(began, lease_s=LEASE_S):
        print(claim.conversation, flush=True)  # noqa: T201
    await store.close()


async def reserve_all(where: str, told: "Connection[Any, Any]") -> None:
    """When told to begin, ask a question of each conversation, all for one payer; say what was
    refused."""
    store = await open_store(where)
    print("ready", flush=True)  # noqa: T201
    told.recv_bytes()
    began = now()  # its time stands still: no lease ends, however slow the machine is
    while claim := await store.claim(began, lease_s=LEASE_S):
        record = TurnRecord(
            id=claim.conversation, at=began, user_id=1, model="m", outcome="answered", images=1
        )
        limits = Limits(user_daily_images=IMAGES)
        over = await store.reserve(claim, began, payer="ann", estimate=record, limits=limits)
        print(over.limit if over else "reserved", flush=True)  # noqa: T201
    await store.close()


class Child:
    """The process, forked from where everything is imported."""

    def __init__(self, arguments: tuple[str, ...]) -> None:
        heard, told = Pipe(duplex=False)
        said, says = Pipe(duplex=False)
        self._told = told
        self._process = context.Process(target=_work, args=(arguments, heard, says))
        self._process.start()
        heard.close()
        says.close()
        self.said = os.fdopen(os.dup(said.fileno()))
        said.close()

    def begin(self) -> None:
        self._told.send_bytes(b"go")

    def kill(self) -> None:
        """`kill -9`."""
        self._process.kill()
        self._process.join()
        self._told.close()


def _work(
    arguments: tuple[str, ...], heard: "Connection[Any, Any]", says: "Connection[Any, Any]"
) -> None:
    os.dup2(says.fileno(), 1)
    sys.stdout = os.fdopen(1, "w")
    match arguments:
        case ["work", where, first]:
            asyncio.run(accept_and_answer(where, int(first)))
        case ["claim", where]:
            asyncio.run(claim_all(where, heard))
        case ["reserve", where]:
            asyncio.run(reserve_all(where, heard))
