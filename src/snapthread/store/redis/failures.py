"""The failures of redis-py and of the server in our words: one table."""

from typing import Final

from redis import exceptions as theirs
from redis.exceptions import RedisError

from snapthread.errors import SnapthreadError, StoreBusy, StoreDenied, StoreFull

AWAY: Final = (
    theirs.ConnectionError,
    theirs.TimeoutError,
    theirs.ReadOnlyError,  # the address leads to a replica: a failover is under way
    theirs.ClusterDownError,  # and MASTERDOWN, of a replica
    theirs.TryAgainError,
)
DENIED: Final = (
    theirs.AuthenticationError,
    theirs.AuthenticationWrongNumberOfArgsError,
    theirs.AuthorizationError,
    theirs.ExternalAuthProviderError,
    theirs.NoPermissionError,
)
# The first word of an answer. BUSY: a script of somebody else runs too long.
BUSY_CODES: Final = ("BUSY", "NOREPLICAS")
FULL_CODES: Final = ("MISCONF",)


def ours(
    error: RedisError, *, server: str = "the store's server", setting: str = "STORE_URL"
) -> SnapthreadError:
    """Each failure of the client or the server; no sentence repeats a password."""
    code = str(error).partition(" ")[0]
    match error:
        case theirs.OutOfMemoryError():
            return StoreFull(f"{server} is at its maxmemory: give it more memory")
        case _ if isinstance(error, DENIED):
            return StoreDenied(
                f"{server} does not let us: {error}; mend {setting} or its user's rights"
            )
        case _ if isinstance(error, AWAY) or code in BUSY_CODES:
            return StoreBusy(f"{server} is away: {_first_line(error)}")
        case _ if code in FULL_CODES:
            return StoreFull(f"{server} cannot save: {_first_line(error)}")
        case _:
            return StoreDenied(f"{server} refused a request: {_first_line(error)}")


def _first_line(error: RedisError) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
