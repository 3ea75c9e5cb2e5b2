"""The answer shown while it grows: by paced edits of its messages, or by drafts.

Nothing here is durable but the ids of edited messages, and nothing here may hold up or fail an
answer: the turn writes down the newest text, and a task of its own shows it when it can.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

import structlog

from snapthread.clock import now_s
from snapthread.errors import (
    ChatBusy,
    ChatRefused,
    ChatUnreachable,
    DraftsUnknown,
    LeaseLost,
    SnapthreadError,
)
from snapthread.formatting import format_draft, format_growing
from snapthread.limits import (
    DRAFT_ALIVE_S,
    DRAFT_PACE_S,
    EDIT_PACE_GROUP_S,
    EDIT_PACE_S,
)
from snapthread.model import Claim, Destination, OutgoingMessage
from snapthread.ports import Chat, StreamedMessages
from snapthread.reply.growing import GrowingMessages, StreamTexts
from snapthread.reply.pace import EditPaces
from snapthread.reply.preview import Preview, PreviewMessages
from snapthread.reply.reply import typing
from snapthread.reply.shown import ShownMessages

log = structlog.get_logger()

UNKNOWN_S = 3600.0  # until a server that knew no drafts is asked for one again
# What is on its way at the end is waited for, lest it come after the answer itself. A draft that
# does is gone in 30 s, so the answer hardly waits for it; an edit would stand for ever.
LAST_DRAFT_S = 0.3
LAST_EDIT_S = 10.0

Streaming = Literal["edit", "draft", "off"]


@dataclass(slots=True, kw_only=True, eq=False)
class Drafts:
    """Shows each turn as it grows; remembers where this Telegram has no drafts."""

    store: StreamedMessages
    chat: Chat
    shown: ShownMessages
    mode: Streaming = "edit"
    paces: EditPaces = field(default_factory=EditPaces, init=False)
    rendering: asyncio.Lock = field(default_factory=asyncio.Lock, init=False)
    _unknown_until_s: float = field(default=float("-inf"), init=False)

    @property
    def are_known(self) -> bool:
        """Ask again later for drafts: the server may learn them."""
        return now_s() >= self._unknown_until_s

    def note_unknown(self) -> None:
        self._unknown_until_s = now_s() + UNKNOWN_S

    @asynccontextmanager
    async def open(
        self, claim: Claim, to: Destination, texts: StreamTexts, *, private: bool
    ) -> AsyncIterator["Draft"]:
        """Wait for what is on its way, however the turn ends: else a message whose id nobody
        knows would stay."""
        draft = Draft(drafts=self, claim=claim, to=to, texts=texts, private=private)
        showing = asyncio.create_task(draft.run())
        try:
            yield draft
        except (asyncio.CancelledError, LeaseLost):
            await draft.end()
            await draft.messages.let_go()
            raise
        else:
            await draft.end()
            self.shown.note(claim, draft.messages.finished)
        finally:
            try:
                await draft.end()
            finally:
                showing.cancel()
                await asyncio.wait({showing})


@dataclass(slots=True, kw_only=True, eq=False)
class Draft:
    """One answer that grows. `begin` and `show` are all that the turn needs."""

    drafts: Drafts
    claim: Claim
    to: Destination
    texts: StreamTexts
    private: bool
    messages: GrowingMessages = field(init=False)
    preview: Preview = field(init=False)
    before: PreviewMessages = field(default=(), init=False)
    _has_ended: bool = field(default=False, init=False)
    _last_s: float = field(default=LAST_DRAFT_S, init=False)

    def __post_init__(self) -> None:
        drafts = self.drafts
        self.preview = Preview(rendering=drafts.rendering)
        self.messages = GrowingMessages(
            store=drafts.store,
            chat=drafts.chat,
            claim=self.claim,
            to=self.to,
            texts=self.texts,
        )

    def begin(self, before: PreviewMessages) -> None:
        """Our own messages stand before the answer's."""
        self.before = before

    def show(self, text: str, *, is_thinking: bool = False) -> None:
        """The newest text; what was not shown of the older ones never will be."""
        self.preview.set(text, is_thinking=is_thinking)

    async def end(self) -> None:
        """From here on nothing more goes out."""
        if not self._has_ended:
            self._has_ended = True
            await self.preview.stop(within_s=self._last_s)

    async def run(self) -> None:
        """Until cancelled. Typing… stays for what is not drafted."""
        is_edited = await self._show_drafts()
        async with typing(self.drafts.chat, self.to):
            if is_edited:
                await self._by_edits()
            await asyncio.Event().wait()

    async def _show_drafts(self) -> bool:
        """Drafts where they are wanted, until they do not work; whether edits may show it then."""
        if self.drafts.mode != "draft":
            return self.drafts.mode == "edit"
        if self.messages.is_begun or not self.private or not self.drafts.are_known:
            return True
        return await self._by_drafts()

    async def _by_drafts(self) -> bool:
        """Returns only where drafts do not work; True: edits may."""
        try:
            await self.preview.keep_showing(
                self._end_of_text, self._draft, lambda: DRAFT_PACE_S, alive_s=DRAFT_ALIVE_S
            )
        except DraftsUnknown as unknown:
            self.drafts.note_unknown()
            log.warning("drafts.unknown", why=str(unknown), again_in_s=UNKNOWN_S)
            return True
        except ChatUnreachable as unreachable:
            _gave_up(unreachable)
        except ChatRefused as refused:  # this draft, and nobody else's
            _gave_up(refused)
            return True
        except Exception as error:  # noqa: BLE001 - a preview: the answer itself goes on
            _gave_up(error)
        return False

    async def _by_edits(self) -> None:
        self._last_s = LAST_EDIT_S
        try:
            await self.preview.wait_for_words()
            with self.drafts.paces.share(self.to.chat_id):
                await self.preview.keep_showing(self._messages_so_far, self._edit, self._pace_s)
        except Exception as error:  # noqa: BLE001 - as above
            _gave_up(error)

    async def _draft(self, shown: PreviewMessages) -> bool:
        (outgoing,) = shown
        await self.drafts.chat.draft(self.to, self.claim.turn, outgoing)
        return True

    async def _edit(self, messages: PreviewMessages) -> bool:
        try:
            return await self.messages.show(messages)
        except ChatBusy as busy:
            if busy.retry_after_s is not None:
                self.drafts.paces.slow_down(self.to.chat_id, self._usual_pace_s)
            raise

    def _end_of_text(self) -> PreviewMessages:
        return (format_draft(self.preview.text),)

    def _messages_so_far(self) -> PreviewMessages:
        """Never takes words back: what was said stands until there is more."""
        text, is_thinking = self.preview.text, self.preview.is_thinking
        if text or not is_thinking or self.messages.has_words:
            messages = format_growing(text)
            self.messages.has_words |= bool(messages)
            return (*self.before, *messages) if messages else ()
        return (*self.before, OutgoingMessage(text=self.texts.thinking))

    def _pace_s(self) -> float:
        return self.drafts.paces.pace_s(self.to.chat_id, self._usual_pace_s)

    @property
    def _usual_pace_s(self) -> float:
        return EDIT_PACE_S if self.private else EDIT_PACE_GROUP_S


def _gave_up(error: Exception) -> None:
    if isinstance(error, SnapthreadError):
        log.info("draft.given_up", why=str(error))
    else:
        log.error("draft.broke", exc_info=error)
