"""The whole examination: what is set is looked at, one part after the other."""

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from snapthread.adapters.openai_api.key import is_azure, key_headers
from snapthread.clock import utc_now
from snapthread.concurrency.gather import gather_all
from snapthread.doctor.bot import NOTHING_INSIDE, Inside, Signs, check_bot
from snapthread.doctor.chats import ChatWishes
from snapthread.doctor.check import Check, broken, good
from snapthread.doctor.machine import check_disk, check_python
from snapthread.doctor.openai import check_openai
from snapthread.doctor.proxies import check_proxy
from snapthread.doctor.service import Service
from snapthread.doctor.store import (
    Opened,
    check_backup,
    check_deletions,
    check_file,
    check_server,
    last_backup,
)
from snapthread.doctor.telegram import CommandMenu, check_telegram
from snapthread.ports import Clock
from snapthread.settings import RUN_NEEDS, Settings

SHORTEST_SECRET: Final = 4
STORE_IS_FIT: Final = frozenset({"store.durability", "store.version"})
ANYWHERE: Final = frozenset({"0.0.0.0", "::"})  # noqa: S104 - asked for, not listened on


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Facts that the examination needs besides the settings."""

    commands: CommandMenu
    knows_price: Callable[[str], bool]
    store_version: int
    open_store: Callable[[], AbstractAsyncContextManager[Opened]]
    look_inside: Callable[[], Awaitable[Inside]]
    clock: Clock = utc_now
    timeout_s: float = 20.0  # of one request
    listen_s: int = 4  # another poller that was cut off comes back within that


async def examine(settings: Settings, case: Case) -> list[Check]:
    """Every check in the order in which it is shown; no secret in any."""
    now = case.clock()
    store = await _store(settings, case)
    inside = await _inside(case, store)
    signs = await _signs(settings, inside)
    here = [
        *_settings(settings),
        check_python(),
        check_disk(settings.data_dir),
        *store,
        *check_deletions(inside.failing_deletions),
        *check_bot(signs, now),
    ]
    there = await gather_all(
        (
            _telegram(settings, case, now, signs.runs),
            _openai(settings, case, now, limits_money=inside.limits_money),
        )
    )
    return [_without(settings.secrets, check) for check in (*here, *there[0], *there[1])]


def _settings(settings: Settings) -> list[Check]:
    missing = [name for name in RUN_NEEDS if not getattr(settings, name.lower())]
    if not missing:
        return [good("settings", "Every value can be meant.")]
    return [broken("settings", f"{' and '.join(missing)}: required by `snapthread run`.")]


async def _store(settings: Settings, case: Case) -> list[Check]:
    if settings.has_store_server:
        return await check_server(case.open_store)
    checks = await check_file(settings.sqlite_path, version=case.store_version)
    return [*checks, check_backup(await last_backup(settings.sqlite_path), case.clock())]


async def _inside(case: Case, store: list[Check]) -> Inside:
    """A store that is not as it should be is not opened: that might change it."""
    is_fit = all(check.ok for check in store if check.name in STORE_IS_FIT)
    return await case.look_inside() if is_fit else NOTHING_INSIDE


async def _signs(settings: Settings, inside: Inside) -> Signs:
    ready = None
    if settings.http_port:
        host = "127.0.0.1" if settings.http_host in ANYWHERE else settings.http_host
        async with Service(f"http://{host}:{settings.http_port}", is_near=True) as page:
            ready = await page.ask("GET", "/readyz")
    return Signs(ready=ready, is_alive=inside.bot_is_alive, last_answer=inside.last_answer)


async def _telegram(settings: Settings, case: Case, now: datetime, runs: bool) -> list[Check]:
    token, proxy = settings.telegram_bot_token.get_secret_value(), settings.way_to_telegram
    if not token:
        return []
    on_the_way = await _proxy("telegram", proxy, settings.telegram_url)
    if any(check.ok is False for check in on_the_way):
        return on_the_way
    async with Service(
        f"{settings.telegram_url}/bot{token}", proxy=proxy, timeout_s=case.timeout_s
    ) as service:
        found = await check_telegram(
            service,
            now,
            commands=case.commands,
            webhook_url=settings.telegram_webhook_url,
            bot_runs=runs,
            listen_s=case.listen_s,
            wishes=ChatWishes.of(settings),
        )
    return [*on_the_way, *found]


async def _openai(
    settings: Settings, case: Case, now: datetime, *, limits_money: bool
) -> list[Check]:
    key, proxy = settings.openai_api_key.get_secret_value(), settings.way_to_openai
    if not key:
        return []
    on_the_way = await _proxy("openai", proxy, settings.openai_url)
    if any(check.ok is False for check in on_the_way):
        return on_the_way
    headers = key_headers(key, settings.openai_url)
    async with Service(
        settings.openai_url, proxy=proxy, headers=headers, timeout_s=case.timeout_s
    ) as service:
        found = await check_openai(
            service,
            now,
            offer=settings.offer,
            effort=settings.openai_reasoning_effort or "",
            sees=settings.openai_sees,
            ways=settings.image_ways,
            lists_deployments=not is_azure(settings.openai_url),
            knows_price=case.knows_price,
            speech=settings.transcription_model or "",
            needs_price=limits_money or bool(settings.money_limits),
        )
    return [*on_the_way, *found]


async def _proxy(service: str, proxy: str | None, url: str) -> list[Check]:
    """Without token or key: a proxy is tried before it carries one."""
    if proxy is None:
        return []
    async with Service(url, proxy=proxy) as bare:
        setting = f"{service.upper()}_PROXY"
        return [await check_proxy(f"proxy.{service}", setting, proxy, bare)]


def _without(secrets: Collection[str], check: Check) -> Check:
    say = check.say
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= SHORTEST_SECRET:
            say = say.replace(secret, "***")
    return replace(check, say=say)
