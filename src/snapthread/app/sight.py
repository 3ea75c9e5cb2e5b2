"""A server that is not OpenAI's: whether it sees, and by which way images reach it."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

from snapthread.concurrency.stopping import ends_before
from snapthread.ports import Way

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.ports import Facts
    from snapthread.settings import Settings
    from snapthread.wiring import Adapters


async def find_way_of_images(adapters: Adapters, settings: Settings, stop: asyncio.Event) -> bool:
    """Set the way by which images travel. False where we are stopped meanwhile; raises
    AssistantDenied of a server that is blind."""
    if not _is_looked_at(settings):
        return True
    from snapthread.doctor.at_start import find_way
    from snapthread.images.file_names import FileNames

    mark = FileNames.of(await adapters.store.installation()).mark
    look = asyncio.create_task(find_way(settings, mark))
    if not await ends_before(stop, look):
        return False
    if way := look.result():
        adapters.transport.way = way
        await adapters.store.remember(way_fact(settings), way)
    return True


def _is_looked_at(settings: Settings) -> bool:
    """Only of a server that is not OpenAI's we have to find out what it can; where its sight is
    believed, by which way."""
    if settings.is_openais_own or settings.openai_sees == "no":
        return False
    return settings.openai_sees == "auto" or len(settings.image_ways) > 1


async def known_way(settings: Settings, facts: Facts) -> Way:
    """As the operator chose, or as the last look at this server found."""
    first, *others = settings.image_ways
    found = await facts.recall(way_fact(settings)) if others else None
    return "inline" if others and found != first else first


def way_fact(settings: Settings) -> str:
    """A name for this server and this model; hashed, as an address may hold a password."""
    asked = f"{settings.openai_url} {settings.openai_model}"
    return f"way {hashlib.sha256(asked.encode()).hexdigest()[:16]}"
