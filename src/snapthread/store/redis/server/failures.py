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
    theirs.NoScriptError,  # though it was loaded: another server answers by now
)
AWAY_CODES: Final = ("BUSY", "NOREPLICAS")  # BUSY: a script of somebody else runs too long
DENIED: Final = (
    theirs.AuthenticationError,
    theirs.AuthenticationWrongNumberOfArgsError,
    theirs.AuthorizationError,
    theirs.ExternalAuthProviderError,
    theirs.NoPermissionError,
)


def ours(
    error: RedisError, *, server: str = "the store's server", setting: str = "STORE_URL"
) -> SnapthreadError:
    """Each failure of the client or the server; no sentence repeats a password."""
    told = (str(error).splitlines() or [type(error).__name__])[0]
    code = told.partition(" ")[0]
    if isinstance(error, theirs.OutOfMemoryError):
        return StoreFull(f"{server} is at its maxmemory: give it more memory")
    if code == "MISCONF":
        return StoreFull(f"{server} cannot save: {told}")
    if isinstance(error, DENIED):
        return StoreDenied(f"{server} does not let us: {told}; mend {setting} or its user's rights")
    if isinstance(error, AWAY) or code in AWAY_CODES:
        return StoreBusy(f"{server} is away: {told}")
    return StoreDenied(f"{server} refused a request: {told}")
