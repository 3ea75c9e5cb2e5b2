"""Adapters: the ports of the whole bot, each with what stands behind it."""

from dataclasses import dataclass, field

from snapthread.clock import utc_now
from snapthread.ports import (
    Assistant,
    Chat,
    Clock,
    Codec,
    DocumentReader,
    Files,
    FixedCatalog,
    ImageTransport,
    ModelCatalog,
    SoundMeter,
    Store,
    Transcriber,
)
from snapthread.rate_limits.cooldowns import Cooldowns
from snapthread.rate_limits.openai import (
    RateLimitedAssistant,
    RateLimitedFiles,
    RateLimitedTranscriber,
)
from snapthread.rate_limits.telegram import KeyedCooldowns, RateLimitedChat

NO_LIST = FixedCatalog()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapters:
    """The world, as the bot needs it."""

    store: Store
    chat: Chat
    assistant: Assistant
    files: Files
    transcriber: Transcriber
    codec: Codec
    documents: DocumentReader
    sounds: SoundMeter
    catalog: ModelCatalog = NO_LIST
    transport: ImageTransport = field(default_factory=ImageTransport)
    clock: Clock = utc_now


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitedAdapters(Adapters):
    """The same, which wait where a service asked any process of ours to wait."""

    cooldowns: Cooldowns


def with_rate_limits(adapters: Adapters) -> LimitedAdapters:
    cooldowns = Cooldowns(store=adapters.store, clock=adapters.clock)
    keyed = KeyedCooldowns(cooldowns=cooldowns)
    return LimitedAdapters(
        store=adapters.store,
        chat=RateLimitedChat(chat=adapters.chat, cooldowns=cooldowns, keyed=keyed),
        assistant=RateLimitedAssistant(assistant=adapters.assistant, cooldowns=cooldowns),
        files=RateLimitedFiles(files=adapters.files, cooldowns=cooldowns),
        transcriber=RateLimitedTranscriber(transcriber=adapters.transcriber, cooldowns=cooldowns),
        codec=adapters.codec,
        documents=adapters.documents,
        sounds=adapters.sounds,
        catalog=adapters.catalog,
        transport=adapters.transport,
        clock=adapters.clock,
        cooldowns=cooldowns,
    )
