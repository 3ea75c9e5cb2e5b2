"""`snapthread run`: the adapters opened, the pages served, the bot running until it is stopped."""

from __future__ import annotations

import asyncio
import gc
import signal
import socket
import sys
from contextlib import AsyncExitStack, suppress
from math import nan
from typing import TYPE_CHECKING

import structlog

from snapthread.errors import ChatBusy, SnapthreadError

# What takes long to import, each function imports that needs it: a command that reads the store
# waits for none of it.
if TYPE_CHECKING:
    from snapthread.adapters.prices import Prices
    from snapthread.adapters.telemetry.gauges import StoreGauges
    from snapthread.adapters.telemetry.metrics import Metrics
    from snapthread.adapters.telemetry.telemetry import Telemetry
    from snapthread.adapters.web.admin import Admin
    from snapthread.adapters.web.webhook import Webhook
    from snapthread.bot import Bot
    from snapthread.ports import Chat
    from snapthread.settings import Settings
    from snapthread.wiring import Adapters
from snapthread.app import opening
from snapthread.app.opening import webhook_secret
from snapthread.app.operation import RunningProcess
from snapthread.app.prices import refuse_limits_without_price, too_low
from snapthread.app.sight import find_way_of_images
from snapthread.concurrency.stopping import ends_before

log = structlog.get_logger()

TELEGRAM_AWAY_S = 1.0  # then twice as long each time
TELEGRAM_AWAY_MAX_S = 60.0
DONE, COULD_NOT = 0, 1
GARBAGE_EVERY = 700, 10, 10  # Python's own
TOO_LOW = "an answer of OPENAI_MAX_OUTPUT_TOKENS may cost more, so every question is refused"


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
    from snapthread.wiring import build_bot

    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opening.open_adapters(settings) as adapters, AsyncExitStack() as stack:
        await refuse_limits_without_price(adapters.store, settings, prices)
        bot = await build_bot(adapters, settings, prices)
        process = RunningProcess(
            bot,
            adapters.store,
            telemetry,
            adapters.clock(),
            lets_in=settings.access_mode == "invite",
        )
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
        if await find_way_of_images(adapters, settings, stop) and await _start_chat(
            adapters.chat, stop
        ):
            _keep_what_is_there()
            await bot.run(stop)
    log.info("bot.stopped")


def _keep_what_is_there() -> None:
    """Nobody looks for garbage any more in what the start has made, which is for good."""
    gc.freeze()
    gc.set_threshold(*GARBAGE_EVERY)


def _gauges(metrics: Metrics, bot: Bot, adapters: Adapters) -> StoreGauges:
    from snapthread.adapters.telemetry.gauges import StoreGauges

    metrics.gauge("active_turns", lambda: bot.worker.active)
    metrics.gauge("last_poll_age_seconds", lambda: _or_nan(bot.health.poll_age_s))
    return StoreGauges(metrics, adapters.store, adapters.clock, bot.reasons)


def _or_nan(value: float | None) -> float:
    return nan if value is None else value


async def _webhook(adapters: Adapters, settings: Settings, bot: Bot) -> Webhook | None:
    from snapthread.adapters.web.webhook import Webhook

    if settings.telegram_webhook_url is None:
        return None
    secret = webhook_secret(settings, await adapters.store.installation())
    return Webhook(path=settings.webhook_path, secret=secret, receive=bot.intake.receive)


async def _admin(adapters: Adapters, settings: Settings, operation: RunningProcess) -> Admin | None:
    """The admin page, where it has a token."""
    from snapthread.adapters.web.admin import Admin
    from snapthread.adapters.web.admin.login import Login

    token = settings.admin_token.get_secret_value()
    if not token:
        return None
    login = Login(token, (await adapters.store.installation()).secret)
    return Admin(store=adapters.store, clock=adapters.clock, login=login, operation=operation)


async def _start_chat(chat: Chat, stop: asyncio.Event) -> bool:
    """Telegram may be away at the start: wait for it. False where we are stopped meanwhile."""
    away_s = TELEGRAM_AWAY_S
    while not stop.is_set():
        start = asyncio.create_task(chat.start())
        if not await ends_before(stop, start):
            return False
        try:
            log.info("bot.started", username=start.result())
            return True
        except ChatBusy as busy:
            wait_s = busy.retry_after_s or away_s
            log.warning("trouble", kind="telegram", why=str(busy), again_in_s=wait_s)
            with suppress(TimeoutError):
                async with asyncio.timeout(wait_s):
                    await stop.wait()
        away_s = min(2 * away_s, TELEGRAM_AWAY_MAX_S)
    return False
