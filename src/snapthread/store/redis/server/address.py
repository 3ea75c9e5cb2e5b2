"""STORE_URL read: where the server is, how many replicas are to have each write, and the client."""

from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from snapthread.errors import StoreDenied

CONNECT_S: Final = 2.0
VERBS_AT_ONCE: Final = 16  # each on a connection
IMAGES_AT_ONCE: Final = 4  # which are large: they are in no verb's way
SCHEMES: Final = {"valkey": "redis", "valkeys": "rediss"}


def make_client(url: str) -> Any:
    """A client of redis-py, which connects when it is asked. Its types do not know that replies are
    texts."""
    try:
        client = Redis.from_url(
            url,
            socket_connect_timeout=CONNECT_S,
            socket_keepalive=True,
            decode_responses=True,
            protocol=2,
            driver_info=None,  # it would search the installed packages at each start
            retry=Retry(NoBackoff(), 0),  # a verb whose reply was lost may have been done
        )
        pool: Any = client.connection_pool
        pool.make_connection()  # refuses an option that it does not know
    except (ValueError, TypeError):
        raise StoreDenied("STORE_URL has an option or a number that cannot be used") from None
    pool.max_connections = VERBS_AT_ONCE + IMAGES_AT_ONCE
    pool.connection_kwargs["socket_timeout"] = None  # in Python 3.11 it can lose a cancellation
    return client


def read_address(url: str) -> tuple[str, int]:
    """The address in redis-py's words, and how many replicas are to have each write."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    replicas = options.pop("wait_replicas", "0")
    if options.get("protocol") in ("2", "3"):
        del options["protocol"]  # no reply differs
    if not replicas.isdecimal():
        raise StoreDenied("wait_replicas in STORE_URL must be a number of replicas")
    scheme = SCHEMES.get(parts.scheme, parts.scheme)
    return parts._replace(scheme=scheme, query=urlencode(options)).geturl(), int(replicas)
