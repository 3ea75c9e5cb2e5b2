"""The adapters to the real world and the store: opened, and closed again in reverse order."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

from snapthread.clock import utc_now
from snapthread.model import Installation
from snapthread.ports import Assistant, Blobs, Files, ImageTransport
from snapthread.texts import Texts

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.bot_api.chat import TelegramChat
    from snapthread.adapters.openai_api.client import OpenAIClient
    from snapthread.settings import Settings
    from snapthread.store import Store
    from snapthread.wiring import Adapters, FileComponents
from snapthread.app.sight import known_way


@asynccontextmanager
async def open_maintenance(settings: Settings) -> AsyncIterator[FileComponents]:
    """For the commands that mend and clean beside the bot."""
    from snapthread.wiring import build_file_components, with_rate_limits

    async with open_adapters(settings, creates_store=False) as adapters:
        yield await build_file_components(with_rate_limits(adapters), settings)


@asynccontextmanager
async def open_store(settings: Settings, *, create: bool = False) -> AsyncIterator[Store]:
    """For the commands that only read; only the bot makes a store where there is none."""
    from snapthread.store import Store

    where = settings.store_url if settings.has_store_server else settings.sqlite_path
    store = await Store.open(where, create=create)
    try:
        yield store
    finally:
        await store.close()


@asynccontextmanager
async def open_adapters(
    settings: Settings, *, creates_store: bool = True
) -> AsyncIterator[Adapters]:
    """Each is closed again, in reverse order."""
    from snapthread.adapters.media import Documents, Images, Sight, Sounds
    from snapthread.adapters.openai_api.catalog import OpenAICatalog
    from snapthread.adapters.openai_api.client import make_client
    from snapthread.adapters.openai_api.transcriptions import OpenAITranscriber
    from snapthread.wiring import Adapters

    texts = Texts.load()
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(open_store(settings, create=creates_store))
        client = make_client(
            settings.openai_api_key.get_secret_value(),
            settings.openai_base_url,
            proxy=settings.way_to_openai,
        )
        stack.push_async_callback(client.close)
        chat = await _chat(settings, store, texts)
        stack.push_async_callback(chat.close)
        transport = ImageTransport(await known_way(settings, store))
        blobs = store.blobs(utc_now)
        yield Adapters(
            store=store,
            chat=chat,
            assistant=_assistant(settings, texts, client, transport, blobs),
            files=_files(settings, client, transport, blobs),
            transport=transport,
            transcriber=OpenAITranscriber(client, model=settings.transcription_model),
            catalog=OpenAICatalog(client),
            documents=Documents(),
            sounds=Sounds(),
            codec=Images(
                max_side=settings.image_max_side,
                sight=Sight(model=settings.openai_model, detail=settings.image_detail),
            ),
        )


def _assistant(
    settings: Settings, texts: Texts, client: OpenAIClient, transport: ImageTransport, blobs: Blobs
) -> Assistant:
    from snapthread.adapters.openai_api.assistant import OpenAIAssistant
    from snapthread.adapters.openai_api.inline import InlineImages
    from snapthread.wiring import instructions_of

    return OpenAIAssistant(
        client,
        model=settings.openai_model,
        instructions=instructions_of(settings, texts),
        reasoning_effort=settings.openai_reasoning_effort or "",
        max_output_tokens=settings.openai_max_output_tokens,
        image_detail=settings.image_detail,
        inline=InlineImages(transport=transport, blobs=blobs),
    )


def _files(
    settings: Settings, client: OpenAIClient, transport: ImageTransport, blobs: Blobs
) -> Files:
    from snapthread.adapters.openai_api.files import OpenAIFiles
    from snapthread.images.transport import FilesOfBothWays, InlineFiles

    return FilesOfBothWays(
        transport=transport,
        remote=OpenAIFiles(client),
        inline=InlineFiles(blobs=blobs, clock=utc_now),
        has_remote=settings.is_openais_own,
    )


async def _chat(settings: Settings, store: Store, texts: Texts) -> TelegramChat:
    from snapthread.adapters.bot_api.chat import Hook, TelegramChat

    hook = None
    if settings.telegram_webhook_url is not None:
        secret = webhook_secret(settings, await store.installation())
        hook = Hook(url=settings.telegram_webhook_url, secret=secret)
    return TelegramChat(
        settings.telegram_bot_token.get_secret_value(),
        base_url=settings.telegram_api_base_url,
        commands=texts.menus(settings.bot_language),
        hook=hook,
        proxy=settings.way_to_telegram,
        is_guest=settings.guest_mode == "yes",
    )


def webhook_secret(settings: Settings, installation: Installation) -> str:
    """The webhook's secret; where none is set, one that all processes here can work out."""
    told = settings.telegram_webhook_secret.get_secret_value()
    return told or installation.hash_name("webhook")
