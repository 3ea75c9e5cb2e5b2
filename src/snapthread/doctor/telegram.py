"""Telegram: the token, how updates come, and what the bot may do."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from snapthread.doctor.chats import ChatWishes, check_chats
from snapthread.doctor.check import Check, broken, good, warning
from snapthread.doctor.clocks import check_clock
from snapthread.doctor.service import Reply, Service

PENDING_MANY: Final = 100
HOOK_FAILED_S: Final = 3600
TOKEN: Final = "telegram.token"
PLAIN: Final = re.compile(r"[^\w .,:;'/()-]")

CommandMenu = Sequence[tuple[str, str]]


async def check_telegram(
    service: Service,
    now: datetime,
    *,
    commands: CommandMenu,
    webhook_url: str | None,
    bot_runs: bool,
    listen_s: int,
    wishes: ChatWishes,
) -> list[Check]:
    """`service`: of this bot, its token in the address. `bot_runs`: ours polls, so we do not."""
    me = await service.ask("GET", "/getMe")
    token = _token(me)
    if not token.ok:
        return [token, *([check_clock("telegram", me, now)] if me.status else [])]
    hook = _result(await service.ask("GET", "/getWebhookInfo"))
    published = _result(await service.ask("GET", "/getMyCommands"), [])
    return [
        token,
        check_clock("telegram", me, now),
        _webhook(hook, webhook_url, now),
        await _poller(service, hook, webhook_url, bot_runs, listen_s),
        _pending(hook),
        *await check_chats(service, _result(me), wishes),
        _commands(published, commands),
    ]


def _result(reply: Reply, otherwise: Any = None) -> Any:
    return reply.body.get("result", {} if otherwise is None else otherwise)


def _token(me: Reply) -> Check:
    username = _result(me).get("username") if isinstance(_result(me), dict) else None
    match me.status:
        case 0:
            return broken(TOKEN, f"Telegram: {me.why}. TELEGRAM_PROXY is for where it is blocked.")
        case 200 if username:
            return good(TOKEN, f"@{PLAIN.sub('', str(username))}")
        case 401 | 404:
            return broken(
                TOKEN, "Telegram does not know this bot: set TELEGRAM_BOT_TOKEN as @BotFather says."
            )
        case status if 200 <= status < 400:  # another server, or the way to one
            why = "What answers is no Bot API: check TELEGRAM_API_BASE_URL."
            return broken(TOKEN, why)
    return broken(TOKEN, f"Telegram answers {me.status}: try again in a minute.")


def _webhook(hook: Mapping[str, Any], wanted: str | None, now: datetime) -> Check:
    name, url = "telegram.webhook", str(hook.get("url") or "")
    host = urlsplit(url).hostname or ""
    if url and url == wanted:
        return _delivery(hook, now)
    if url:
        return warning(
            name,
            f"A webhook leads to {host}, so nobody can poll. `snapthread run` changes that; if it"
            " is another bot's, give this one a token of its own.",
        )
    if wanted:
        return warning(name, "It is not set yet: `snapthread run` sets it.")
    return good(name, "None is set: the bot polls.")


def _delivery(hook: Mapping[str, Any], now: datetime) -> Check:
    name = "telegram.webhook"
    failed_at = hook.get("last_error_date")
    is_new = isinstance(failed_at, int) and now.timestamp() - failed_at < HOOK_FAILED_S
    if is_new and hook.get("pending_update_count"):
        said = PLAIN.sub("", str(hook.get("last_error_message", "")))[:100]
        return broken(name, f"Telegram cannot deliver ({said}): does the address reach HTTP_PORT?")
    return good(name, "It is set, and Telegram can deliver.")


async def _poller(
    service: Service, hook: Mapping[str, Any], wanted: str | None, bot_runs: bool, listen_s: int
) -> Check:
    """Ask for updates without confirming any: one poller ends the poll of another."""
    name = "telegram.poller"
    if bot_runs:
        return good(name, "This bot runs, so nobody else was looked for.")
    if wanted or hook.get("url"):
        return good(name, "Updates come by a webhook: nobody polls.")
    if hook.get("pending_update_count"):
        return warning(name, "Updates wait, so it cannot be told whether anybody else polls.")
    reply = await service.ask("GET", "/getUpdates", params={"timeout": listen_s, "limit": 1})
    if reply.status == 409:
        return broken(
            name, "Another process polls with this token: stop it, or get a token of its own."
        )
    return good(name, "Nobody else polls.")


def _pending(hook: Mapping[str, Any]) -> Check:
    count = hook.get("pending_update_count", 0)
    if isinstance(count, int) and count > PENDING_MANY:
        return warning("telegram.pending", f"{count} updates wait: does the bot run, and keep up?")
    return good("telegram.pending", f"{count} updates wait.")


def _commands(published: object, wanted: CommandMenu) -> Check:
    name = "telegram.commands"
    known = (
        [c.get("command") for c in published if isinstance(c, dict)]
        if isinstance(published, list)
        else []
    )
    missing = [command for command, _ in wanted if command not in known]
    if missing:
        return warning(
            name, f"{len(missing)} are not in the menu: `snapthread run` registers them."
        )
    return good(name, f"{len(wanted)} are in the menu.")
