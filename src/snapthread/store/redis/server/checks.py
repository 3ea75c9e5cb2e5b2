"""Is a Redis or Valkey server fit to be the store? Asked of its own INFO, at the start."""

from collections.abc import Mapping
from typing import Final

REDIS_MIN: Final = (7, 0)
VALKEY_MIN: Final = (8, 0)

TOO_OLD: Final = "the store needs Redis 7.0 or Valkey 8, or newer: update the server"
CLUSTER: Final = (
    "STORE_URL leads to a Redis or Valkey Cluster, which cannot be the store:"
    " use one server, with replicas where it must not fail"
)
REPLICA: Final = "STORE_URL leads to a replica, which cannot be written: name its primary"
EVICTS: Final = (
    "the store would lose messages when its memory is full:"
    " set maxmemory-policy noeviction on the server"
)
FORGETS: Final = (
    "the store would forget everything at a restart:"
    " set appendonly yes, and appendfsync always, on the server"
)


def problems(info: Mapping[str, object]) -> list[str]:
    """Problems to mend before this server can be our store; what matters most first."""
    told = {name: str(value) for name, value in info.items()}
    found = {
        TOO_OLD: _is_too_old(told),
        CLUSTER: told.get("cluster_enabled") == "1",
        REPLICA: told.get("role") == "slave",
        EVICTS: told.get("maxmemory_policy") != "noeviction",
        FORGETS: told.get("aof_enabled") != "1",
    }
    return [sentence for sentence, holds in found.items() if holds]


def _is_too_old(told: Mapping[str, str]) -> bool:
    if "valkey_version" in told:
        return _version(told["valkey_version"]) < VALKEY_MIN
    return _version(told.get("redis_version", "0")) < REDIS_MIN


def _version(text: str) -> tuple[int, ...]:
    return tuple(int(number) for number in text.split(".")[:2] if number.isdecimal())
