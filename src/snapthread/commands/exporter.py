"""/export: everything stored about a person, as JSON and as a page with the pictures that Telegram
still has, small and so many."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import structlog

from snapthread.commands.export_page import Picture, export_page
from snapthread.commands.replies import reply_with
from snapthread.errors import SnapthreadError
from snapthread.model import Message, OutgoingMessage, TextFile
from snapthread.ports import Chat, Codec, PersonalData
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.vision_tokens import ANYBODY, Sight

log = structlog.get_logger()

PICTURES_MAX: Final = 30  # the newest
PICTURES_BYTES: Final = 3 * 1024 * 1024  # in a page; its message waits in the store
WITHIN_S: Final = 30.0
AT_ONCE: Final = 2  # in this process
SMALL: Final = Sight(model=ANYBODY.model, detail="low")


@dataclass(slots=True, kw_only=True, eq=False)
class Exporter:
    """Nothing of it is kept."""

    store: PersonalData
    chat: Chat
    codec: Codec
    max_bytes: int
    _slots: asyncio.Semaphore = field(
        default_factory=lambda: asyncio.Semaphore(AT_ONCE), init=False
    )

    async def answer(self, message: Message, t: Localizer) -> Outcome:
        held = await self.store.export(message.user_id)
        page = export_page(held, await self._pictures(held), t)
        content = json.dumps(held, ensure_ascii=False, indent=2)
        documents = (
            OutgoingMessage(
                text=t("export_page_caption"),
                document=TextFile(name="snapthread.html", content=page),
            ),
            OutgoingMessage(
                text=t("export_caption"),
                document=TextFile(name="snapthread.json", content=content),
            ),
        )
        return replace(reply_with(), more=documents)

    async def _pictures(self, held: Mapping[str, Any]) -> dict[str, Picture]:
        """The newest first, until there are enough, or it takes too long."""
        wanted = sorted(held["files"], key=lambda file: str(file["uploaded_at"]), reverse=True)
        found: dict[str, Picture] = {}
        try:
            async with asyncio.timeout(WITHIN_S):
                for file in wanted[:PICTURES_MAX]:
                    if not file["telegram_file_id"] or file.get("part", 1) > 1:
                        continue
                    picture = await self._picture(file["telegram_file_id"])
                    room = PICTURES_BYTES - sum(len(each.content) for each in found.values())
                    if picture is not None and len(picture.content) <= room:
                        found[file["image"]] = picture
        except TimeoutError:
            log.info("export.cut", count=len(found))
        return found

    async def _picture(self, telegram_id: str) -> Picture | None:
        async with self._slots:
            try:
                content = await self.chat.download(telegram_id, max_bytes=self.max_bytes)
                image = await self.codec.prepare(content, sight=SMALL)
            except SnapthreadError:
                return None  # told in the page
        return Picture(content=image.content, mime=image.mime)
