"""The first generation's rows in its Redis: a set `user_files:<user id>` for each user.

Read only, one user at a time, so that also a large server is not held up.
"""

import re
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from snapthread.errors import StoreDenied
from snapthread.store.redis.server.address import CONNECT_S, SCHEMES
from snapthread.store.redis.server.failures import ours
from snapthread.store.redis.server.server import ANSWER_S

PREFIX: Final = "user_files:"
USER_ID: Final = re.compile(r"[1-9]\d{0,15}", re.ASCII)
# OpenAI's ids are such; anything else is not asked to be deleted.
FILE_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,200}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class OldFiles:
    """One user's files; without a user where the key is none of the first generation's."""

    user_id: int | None
    openai_ids: tuple[str, ...] = ()
    malformed: tuple[str, ...] = field(default=(), repr=False)


@asynccontextmanager
async def old_files(url: str) -> AsyncIterator[AsyncGenerator[OldFiles, None]]:
    """The files of all users, in no order; a key may come twice. Raises the Store failures."""
    async with connect_to(url) as redis:
        yield _read(redis)


def connect_to(url: str) -> Redis:
    """A client, which has reached nothing yet. Raises StoreDenied of an address that cannot be
    used."""
    parts = urlsplit(url)
    if parts.scheme not in {"redis", "rediss", *SCHEMES}:
        raise StoreDenied("--redis takes an address such as redis://host:6379/0")
    address = parts._replace(scheme=SCHEMES.get(parts.scheme, parts.scheme)).geturl()
    try:
        redis = Redis.from_url(
            address,
            decode_responses=True,
            encoding_errors="replace",
            socket_connect_timeout=CONNECT_S,
            socket_timeout=ANSWER_S,
            protocol=2,
        )
        # Connects to nothing yet, but refuses an option that it does not know.
        redis.connection_pool.make_connection()  # type: ignore[no-untyped-call]
    except (ValueError, TypeError):
        raise StoreDenied("--redis has an option or a number that cannot be used") from None
    return redis


async def _read(redis: Redis) -> AsyncGenerator[OldFiles, None]:
    try:
        async for key in redis.scan_iter(match=f"{PREFIX}*", count=500):
            yield await _of(redis, str(key))
    except RedisError as error:
        raise ours(error, server="the server of --redis", setting="--redis") from error


async def _of(redis: Redis, key: str) -> OldFiles:
    user_id = key.removeprefix(PREFIX)
    if not USER_ID.fullmatch(user_id):
        return OldFiles(user_id=None)
    try:
        members: Any = await redis.smembers(key)
    except ResponseError as error:
        if not str(error).startswith("WRONGTYPE"):
            raise
        return OldFiles(user_id=None)
    well = sorted(one for one in members if FILE_ID.fullmatch(one))
    return OldFiles(
        user_id=int(user_id),
        openai_ids=tuple(well),
        malformed=tuple(one for one in members if one not in well),
    )
