"""`snapthread doctor`: what is wrong with this set-up, and how to mend it."""

import os
from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from snapthread.cli.common import COULD_NOT, AsJson, tell

if TYPE_CHECKING:
    from datetime import datetime

    from snapthread.doctor.bot import Inside
    from snapthread.doctor.check import Check
    from snapthread.ports import UsageRecords
    from snapthread.settings import Settings

PAGE = 1000
SIGNS = {True: "✓", False: "✗", None: "!"}


def doctor(as_json: AsJson = False) -> None:
    """Look at settings, machine, store, Telegram, OpenAI and proxies, and say what is wrong."""
    from snapthread.doctor.check import broken
    from snapthread.settings import SettingsError, load_settings

    try:
        settings = load_settings(os.environ, env_file=Path(".env"), needs=())
    except SettingsError as error:
        checks: Sequence[Check] = [broken("settings", problem) for problem in error.problems]
    else:
        checks = _run_checks(settings)
    _show(checks, as_json)
    if any(check.ok is False for check in checks):
        raise typer.Exit(COULD_NOT)


def _run_checks(settings: "Settings") -> "Sequence[Check]":
    import asyncio

    from snapthread.adapters.telemetry.logs import set_up

    set_up(log_format=settings.log_format, log_level="CRITICAL", secrets=settings.secrets)
    return asyncio.run(_examine(settings))


async def _examine(settings: "Settings") -> "Sequence[Check]":
    from snapthread.adapters.prices import Prices, PricesError
    from snapthread.app.opening import open_store
    from snapthread.doctor.check import broken
    from snapthread.doctor.examine import Case, examine
    from snapthread.store.schema import VERSION
    from snapthread.texts import Texts

    problems: list[Check] = []
    try:
        prices = Prices.load(settings.prices_file)
    except PricesError as error:
        problems = [broken("prices", problem) for problem in error.problems]
        prices = Prices.load(None)
    case = Case(
        commands=Texts.load().commands("en"),
        knows_price=lambda model: prices.knows(model) or prices.speech_micros(model, 1) is not None,
        store_version=VERSION,
        open_store=lambda: open_store(settings),
        look_inside=lambda: _look_inside(settings),
    )
    return [*problems, *await examine(settings, case)]


async def _look_inside(settings: "Settings") -> "Inside":
    from snapthread.app.opening import open_store
    from snapthread.app.prices import limited_in_dollars
    from snapthread.clock import utc_now
    from snapthread.doctor.bot import Inside
    from snapthread.intake.heartbeat import is_alive

    async with open_store(settings) as store:
        now = utc_now()
        return Inside(
            bot_is_alive=await is_alive(store, now),
            last_answer=await _last_answer(store, now - timedelta(days=1)),
            failing_deletions=await store.failing_deletions(),
            limits_money=bool(await limited_in_dollars(store, settings)),
        )


async def _last_answer(store: "UsageRecords", since: "datetime") -> "datetime | None":
    """The records come in their order, so the last page has it."""
    at, last_id, answered_at = since, "", None
    while page := await store.records_after(at, last_id, limit=PAGE):
        answered = [record.at for record in page if record.outcome == "answered"]
        answered_at = answered[-1] if answered else answered_at
        at, last_id = page[-1].at, page[-1].id
    return answered_at


def _show(checks: "Sequence[Check]", as_json: bool) -> None:
    if as_json:
        tell({"checks": [asdict(check) for check in checks]}, as_json=True)
        return
    width = max(len(check.name) for check in checks)
    for check in checks:
        print(f"{SIGNS[check.ok]} {check.name:{width}}  {check.say}")
