"""The ports to OpenAI, which wait where any process of ours was asked to wait."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from snapthread.errors import AssistantBusy, FilesBusy, TranscriberBusy
from snapthread.limits import ASK_RETRY_WITHIN_S, DELETION_LEASE_S
from snapthread.model import TelegramSound
from snapthread.ports import (
    AnswerEvent,
    Assistant,
    AssistantRequest,
    Files,
    RemoteFile,
    SpeechHints,
    SpokenText,
    Transcriber,
)
from snapthread.rate_limits.cooldowns import ASSISTANT, FILES, TRANSCRIPTIONS, Cooldowns

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedAssistant:
    """`ports.Assistant`; who is told to wait builds the request again after that, as files that
    it names may have left meanwhile."""

    assistant: Assistant
    cooldowns: Cooldowns

    async def ask(self, ask: AssistantRequest) -> AsyncGenerator[AnswerEvent, None]:
        if left_s := await self.cooldowns.left_s(ASSISTANT):
            raise AssistantBusy("openai asked us to wait", retry_after_s=left_s, is_pause=True)
        try:
            async with aclosing(self.assistant.ask(ask)) as events:
                async for event in events:
                    yield event
        except AssistantBusy as busy:
            await self.cooldowns.keep(ASSISTANT, busy)
            raise


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedFiles:
    """`ports.Files`; what must wait for long is refused, or done later."""

    files: Files
    cooldowns: Cooldowns

    async def upload(self, filename: str, content: bytes, mime: str, *, life_s: int) -> str:
        upload = partial(self.files.upload, filename, content, mime, life_s=life_s)
        return await self._call_files(upload, within_s=ASK_RETRY_WITHIN_S)

    async def delete(self, openai_id: str) -> bool:
        # Within the time that the file was taken for.
        delete = partial(self.files.delete, openai_id)
        return await self._call_files(delete, within_s=DELETION_LEASE_S / 2)

    async def exists(self, openai_id: str) -> bool:
        exists = partial(self.files.exists, openai_id)
        return await self._call_files(exists, within_s=ASK_RETRY_WITHIN_S)

    async def list(self) -> AsyncGenerator[RemoteFile, None]:
        await self.cooldowns.wait(FILES, refusal=FilesBusy, within_s=ASK_RETRY_WITHIN_S)
        try:
            async with aclosing(self.files.list()) as files:
                async for file in files:
                    yield file
        except FilesBusy as busy:
            await self.cooldowns.keep(FILES, busy)
            raise

    async def _call_files(self, call: Callable[[], Awaitable[T]], *, within_s: float) -> T:
        return await self.cooldowns.call(FILES, call, busy=FilesBusy, within_s=within_s)


@dataclass(slots=True, kw_only=True, eq=False)
class RateLimitedTranscriber:
    """`ports.Transcriber`; waits as long as a question does."""

    transcriber: Transcriber
    cooldowns: Cooldowns

    async def transcribe(
        self, sound: TelegramSound, content: bytes, *, hints: SpeechHints
    ) -> SpokenText:
        send = partial(self.transcriber.transcribe, sound, content, hints=hints)
        return await self.cooldowns.call(
            TRANSCRIPTIONS, send, busy=TranscriberBusy, within_s=ASK_RETRY_WITHIN_S
        )
