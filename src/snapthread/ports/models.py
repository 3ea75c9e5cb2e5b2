"""The server's models, and the days on which it switches some of them off."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedModel:
    """`ends_at`: the day on which it is switched off, where one is announced."""

    id: str
    ends_at: date | None = None


class ModelCatalog(Protocol):
    async def models(self) -> tuple[ListedModel, ...]:
        """All that the key may use. Raises AssistantBusy and the Denied family."""
        ...


@dataclass(frozen=True, slots=True)
class FixedCatalog:
    """A list that is known; empty where nobody tells one."""

    known: tuple[ListedModel, ...] = ()

    async def models(self) -> tuple[ListedModel, ...]:
        return self.known
