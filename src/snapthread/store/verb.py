"""Verbs, the methods of the store, made of rules: `writes(accept)` runs `accept(tx, ...)` in a
transaction of the backend. And the protocol of a backend."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, Final, NamedTuple, ParamSpec, Protocol, TypeVar

from snapthread.ports import Blobs, Clock
from snapthread.store.transaction import Transaction

P = ParamSpec("P")
T = TypeVar("T")


class Kind(NamedTuple):
    """The ways in which a verb may be run."""

    is_serial: bool = False  # one at a time in a process: two at once would choose the same row
    is_quick: bool = False  # it takes a millisecond or two: it may run on the event loop
    may_lag: bool = False  # a power cut may undo it; the next verb that may not puts both on disk


ANY: Final = Kind()


class Backend(Protocol):
    """A technology that keeps rows.

    A further one is a folder beside sqlite/ and redis/: this protocol, a `Reader` of its rows, a
    writer of what a `Transaction` gathered (`changes`, `sums`, `ceilings`), a migration of older
    ones, its failures as ours, and `Blobs`. CONTRIBUTING.md names what chooses between them.
    """

    async def write(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        """Run a verb and make its writes: all or none, as if nothing else ran meanwhile. It may be
        run more than once."""
        ...

    async def read(self, verb: Callable[[Transaction], T], kind: Kind = ANY) -> T:
        """Run a verb that writes nothing; it waits for nobody who writes."""
        ...

    async def check(self) -> None:
        """Can it be read and written? Writes nothing. Raises StoreBusy, StoreFull."""
        ...

    def blobs(self, clock: Clock) -> Blobs:
        """Images that are kept beside the rows."""
        ...

    async def close(self) -> None: ...


class Verbs:
    """Base of a store: its backend."""

    def __init__(self, backend: Backend) -> None:
        self.backend = backend


def writes(
    function: Callable[Concatenate[Transaction, P], T],
    *,
    is_serial: bool = False,
    is_quick: bool = False,
    may_lag: bool = False,
) -> Callable[Concatenate[Verbs, P], Coroutine[Any, Any, T]]:
    """A verb that may write, as a method."""
    kind = Kind(is_serial=is_serial, is_quick=is_quick, may_lag=may_lag)

    @wraps(function)
    async def method(self: Verbs, /, *args: P.args, **kw: P.kwargs) -> T:
        return await self.backend.write(_bound(function, *args, **kw), kind)

    return method


def reads(
    function: Callable[Concatenate[Transaction, P], T], *, is_quick: bool = False
) -> Callable[Concatenate[Verbs, P], Coroutine[Any, Any, T]]:
    """A verb that writes nothing, as a method."""
    kind = Kind(is_quick=is_quick)

    @wraps(function)
    async def method(self: Verbs, /, *args: P.args, **kw: P.kwargs) -> T:
        return await self.backend.read(_bound(function, *args, **kw), kind)

    return method


def _bound(
    function: Callable[Concatenate[Transaction, P], T], *args: P.args, **kw: P.kwargs
) -> Callable[[Transaction], T]:
    return lambda tx: function(tx, *args, **kw)
