"""Adapters to the real world are opened, run, and closed in reverse order."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import datetime
from decimal import Decimal
from math import nan
from typing import TYPE_CHECKING

import structlog

from snapthread import __version__
from snapthread.clock import utc_now
from snapthread.errors import ChatBusy, SnapthreadError
from snapthread.model import Installation, Usage
from snapthread.model.people import NO_OWN_LIMITS, OPERATOR, read_limits, written_limits
from snapthread.ports import ImageTransport, Way
from snapthread.ports.operation import ActiveTurn, PersonState
from snapthread.texts import Texts

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.bot_api.chat import TelegramChat
    from snapthread.adapters.prices import Prices
    from snapthread.adapters.telemetry import Metrics, StoreGauges, Telemetry
    from snapthread.adapters.web.admin import Admin
    from snapthread.adapters.web.webhook import Webhook
    from snapthread.bot import Bot
    from snapthread.build import Adapters, Maintenance
    from snapthread.ports import Chat, Standings
    from snapthread.settings import Settings
    from snapthread.store import Store

log = structlog.get_logger()

TELEGRAM_AWAY_S = 1.0  # then twice as long each time
TELEGRAM_AWAY_MAX_S = 60.0
DONE, COULD_NOT = 0, 1
TOO_LOW = "an answer of OPENAI_MAX_OUTPUT_TOKENS may cost more, so every question is refused"


def load_prices(settings: Settings) -> Prices:
    """Raises SettingsError: a limit of money needs a price."""
    from snapthread.adapters.prices import Prices, PricesError
    from snapthread.settings import SettingsError

    try:
        prices = Prices.load(settings.prices_file)
    except PricesError as error:
        raise SettingsError(error.problems) from None
    for model in settings.offer.every_model:
        if not prices.knows(model) and settings.money_limits:
            whose = _setting_of(model, settings)
            needs = f"is set, but {whose} has no price: name it in PRICES_FILE."
            raise SettingsError([f"{name} {needs}" for name in settings.money_limits])
    speech = settings.transcription_model
    if speech and prices.speech_micros(speech, 1) is None and settings.money_limits:
        needs = "is set, but TRANSCRIPTION_MODEL has no price: name it in PRICES_FILE."
        raise SettingsError([f"{name} {needs}" for name in settings.money_limits])
    return prices


def _setting_of(model: str, settings: Settings) -> str:
    """The setting that names a model, and which of its models."""
    if model == settings.openai_model:
        return "OPENAI_MODEL"
    if model in settings.models:
        return f"model {settings.models.index(model) + 1} of MODELS"
    return "a model of PERSONAS_FILE"


def too_low(settings: Settings, prices: Prices) -> tuple[str, ...]:
    """The limits of money that not even one longest answer fits in."""
    longest = Usage(output_tokens=settings.openai_max_output_tokens)
    most = Decimal(prices.cost_micros(settings.openai_model, longest) or 0) / 1_000_000
    names = settings.money_limits
    return tuple(name for name in names if getattr(settings, name.lower()) < most)


def run(
    settings: Settings, telemetry: Telemetry, prices: Prices, listening: socket.socket | None = None
) -> int:
    """`snapthread run`: the exit status. `listening`: where the pages are served."""
    for name in too_low(settings, prices):
        log.warning("limit.too_low", setting=name, why=TOO_LOW)
    status = DONE
    try:
        asyncio.run(_run(settings, telemetry, prices, listening))
    except* SnapthreadError as group:
        for error in _leaves(group):
            print(f"snapthread: {error}", file=sys.stderr)
        status = COULD_NOT
    return status


def _leaves(group: BaseExceptionGroup[SnapthreadError]) -> list[BaseException]:
    leaves: list[BaseException] = []
    for error in group.exceptions:
        leaves += _leaves(error) if isinstance(error, BaseExceptionGroup) else [error]
    return leaves


async def _run(
    settings: Settings, telemetry: Telemetry, prices: Prices, listening: socket.socket | None
) -> None:
    from snapthread.adapters.web.server import serve as serve_pages
    from snapthread.build import build_bot

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_adapters(settings) as adapters, AsyncExitStack() as stack:
        bot = await build_bot(adapters, settings, prices)
        process = RunningProcess(bot, adapters.store, telemetry, adapters.clock())
        gauges = _gauges(telemetry.metrics, bot, adapters)
        await stack.enter_async_context(
            serve_pages(
                listening,
                reasons=bot.reasons,
                registry=telemetry.metrics.registry,
                refresh=gauges.refresh,
                last_poll_s=lambda: bot.health.poll_age_s,
                webhook=await _webhook(adapters, settings, bot),
                admin=await _admin(adapters, settings, process),
            )
        )
        if await _sees(adapters, settings, stop) and await _started(adapters.chat, stop):
            await bot.run(stop)
    log.info("bot.stopped")


def _gauges(metrics: Metrics, bot: Bot, adapters: Adapters) -> StoreGauges:
    from snapthread.adapters.telemetry import StoreGauges

    metrics.gauge("active_turns", lambda: bot.worker.active)
    metrics.gauge("last_poll_age_seconds", lambda: _or_nan(bot.health.poll_age_s))
    return StoreGauges(metrics, adapters.store, adapters.clock, bot.reasons)


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


class RunningProcess:
    """`ports.operation.Operation`: this one."""

    def __init__(
        self, bot: Bot, people: Standings, telemetry: Telemetry, began_at: datetime
    ) -> None:
        self.version = __version__
        self.name = bot.presence.name
        self.began_at = began_at
        self.problems = telemetry.problems
        self.reasons = bot.reasons
        self.limits = bot.quotas.limits
        self.limits_of = bot.quotas.limits_of
        self.spent = bot.quotas.spent
        self._bot = bot
        self._people = people

    async def erase(self, user_id: int) -> None:
        await self._bot.eraser.begin(user_id)
        self._bot.housekeeping.wake()

    async def state_of(self, user_id: int) -> PersonState:
        known = await self._people.person(user_id)
        return PersonState(
            is_admin=user_id in self._bot.settings.admin_user_ids,
            is_banned=known is not None and known.is_banned,
            own_limits=written_limits(known.limits) if known else "",
        )

    async def ban(self, user_id: int) -> bool:
        if user_id in self._bot.settings.admin_user_ids:
            return False
        await self._people.ban(user_id, self._bot.quotas.clock(), by=OPERATOR)
        return True

    async def unban(self, user_id: int) -> None:
        await self._people.unban(user_id, self._bot.quotas.clock(), by=OPERATOR)

    async def set_limits(self, user_id: int, written: str) -> str:
        try:
            limits = read_limits(written.split(), NO_OWN_LIMITS)
        except ValueError as error:
            return str(error)
        if limits.of_money and not self._bot.quotas.has_price:
            return "cost"
        await self._people.set_limits(user_id, self._bot.quotas.clock(), by=OPERATOR, limits=limits)
        return ""

    def active_turns(self) -> tuple[ActiveTurn, ...]:
        return tuple(
            ActiveTurn(
                conversation=claim.conversation,
                attempt=claim.attempt,
                messages=len(claim.messages),
            )
            for claim in self._bot.worker.claims
        )


async def _webhook(adapters: Adapters, settings: Settings, bot: Bot) -> Webhook | None:
    from snapthread.adapters.web.webhook import Webhook

    if settings.telegram_webhook_url is None:
        return None
    secret = _webhook_secret(settings, await adapters.store.installation())
    return Webhook(path=settings.webhook_path, secret=secret, receive=bot.intake.receive)


def _webhook_secret(settings: Settings, installation: Installation) -> str:
    """The webhook's secret; where none is set, one that all processes here can work out."""
    told = settings.telegram_webhook_secret.get_secret_value()
    return told or hmac.new(installation.secret, b"webhook", hashlib.sha256).hexdigest()


async def _admin(adapters: Adapters, settings: Settings, operation: RunningProcess) -> Admin | None:
    """The admin page, where it has a token."""
    from snapthread.adapters.web.admin import Admin
    from snapthread.adapters.web.admin.login import Login

    token = settings.admin_token.get_secret_value()
    if not token:
        return None
    login = Login(token, (await adapters.store.installation()).secret)
    return Admin(store=adapters.store, clock=adapters.clock, login=login, operation=operation)


async def _sees(adapters: Adapters, settings: Settings, stop: asyncio.Event) -> bool:
    """False where we are stopped meanwhile; raises AssistantDenied of a server that is blind."""
    if not _is_looked_at(settings):
        return True
    from snapthread.doctor.at_start import find_way
    from snapthread.images.file_service import file_mark

    mark = file_mark(await adapters.store.installation())
    look = asyncio.create_task(find_way(settings, mark))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({look, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if look.done() and (way := look.result()):
            adapters.transport.way = way
            await adapters.store.remember(_way_fact(settings), way)
        return look.done()
    finally:
        look.cancel()
        stopped.cancel()
        await asyncio.wait({look, stopped})


def _is_looked_at(settings: Settings) -> bool:
    """Only of a server that is not OpenAI's we have to find out what it can; where its sight is
    believed, by which way."""
    if settings.is_openais_own or settings.openai_sees == "no":
        return False
    return settings.openai_sees == "auto" or len(settings.image_ways) > 1


async def _known_way(settings: Settings, store: Store) -> Way:
    """As the operator chose, or as the last look at this server found."""
    first, *others = settings.image_ways
    found = await store.recall(_way_fact(settings)) if others else None
    return "inline" if others and found != first else first


def _way_fact(settings: Settings) -> str:
    """Of this server and this model; an address may hold a password."""
    asked = f"{settings.openai_url} {settings.openai_model}"
    return f"way {hashlib.sha256(asked.encode()).hexdigest()[:16]}"


async def _started(chat: Chat, stop: asyncio.Event) -> bool:
    """Telegram may be away at the start: wait for it. False where we are stopped meanwhile."""
    away_s = TELEGRAM_AWAY_S
    while not stop.is_set():
        try:
            log.info("bot.started", username=await chat.start())
            return True
        except ChatBusy as busy:
            wait_s = busy.retry_after_s or away_s
            log.warning("trouble", kind="telegram", why=str(busy), again_in_s=wait_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await stop.wait()
        away_s = min(2 * away_s, TELEGRAM_AWAY_MAX_S)
    return False


@asynccontextmanager
async def open_maintenance(settings: Settings) -> AsyncIterator[Maintenance]:
    """For the commands that mend and clean beside the bot."""
    from snapthread.build import build_maintenance

    async with open_adapters(settings, creates_store=False) as adapters:
        yield await build_maintenance(adapters, settings)


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
    from snapthread.adapters.media import Documents, Images, Sight
    from snapthread.adapters.openai_api.assistant import OpenAIAssistant
    from snapthread.adapters.openai_api.catalog import OpenAICatalog
    from snapthread.adapters.openai_api.client import make_client
    from snapthread.adapters.openai_api.files import OpenAIFiles
    from snapthread.adapters.openai_api.inline import InlineImages
    from snapthread.adapters.openai_api.transcriptions import OpenAITranscriber
    from snapthread.build import Adapters, instructions_of
    from snapthread.images.transport import FilesOfBothWays, InlineFiles

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
        transport = ImageTransport(await _known_way(settings, store))
        blobs = store.blobs(utc_now)
        assistant = OpenAIAssistant(
            client,
            model=settings.openai_model,
            instructions=instructions_of(settings, texts),
            reasoning_effort=settings.openai_reasoning_effort or "",
            max_output_tokens=settings.openai_max_output_tokens,
            image_detail=settings.image_detail,
            inline=InlineImages(transport=transport, blobs=blobs),
        )
        yield Adapters(
            store=store,
            chat=chat,
            assistant=assistant,
            files=FilesOfBothWays(
                transport=transport,
                remote=OpenAIFiles(client),
                inline=InlineFiles(blobs=blobs, clock=utc_now),
                has_remote=settings.is_openais_own,
            ),
            transport=transport,
            transcriber=OpenAITranscriber(client, model=settings.transcription_model),
            catalog=OpenAICatalog(client),
            documents=Documents(),
            codec=Images(
                max_side=settings.image_max_side,
                sight=Sight(model=settings.openai_model, detail=settings.image_detail),
            ),
        )


async def _chat(settings: Settings, store: Store, texts: Texts) -> TelegramChat:
    from snapthread.adapters.bot_api.chat import Hook, TelegramChat

    hook = None
    if settings.telegram_webhook_url is not None:
        secret = _webhook_secret(settings, await store.installation())
        hook = Hook(url=settings.telegram_webhook_url, secret=secret)
    return TelegramChat(
        settings.telegram_bot_token.get_secret_value(),
        base_url=settings.telegram_api_base_url,
        commands=texts.menus(settings.bot_language),
        hook=hook,
        proxy=settings.way_to_telegram,
        is_guest=settings.guest_mode == "yes",
    )
