"""Pictures of the admin page: `python bench/screens.py FOLDER`, with data and without it.

Light and dark, wide and as on a phone; two of them are those of the README.
"""

import asyncio
import random
import sys
from base64 import b64decode
from datetime import timedelta
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from aiohttp.test_utils import TestServer  # noqa: E402
from tests.demo.browser import Tab, chromium, find_chromium  # noqa: E402
from tests.web.admin import NOW, TOKEN, Held, Page, Running, a_dead_letter, ready  # noqa: E402

from snapthread.adapters.telemetry.metrics import Metrics  # noqa: E402
from snapthread.adapters.web.pages import application  # noqa: E402
from snapthread.model import ConversationKey, FileName, LedgerFile, Replica  # noqa: E402
from snapthread.model.quotas import Amounts, Limits, Spending  # noqa: E402
from snapthread.model.usage import DailyUsage, Stages, TurnOutcome, TurnRecord  # noqa: E402
from snapthread.ports.operation import ActiveTurn, Problem  # noqa: E402

WIDTHS: Final = (1280, 390)
SCHEMES: Final = ("light", "dark")
SOMEBODY: Final = 481_516_234
PEOPLE: Final = (SOMEBODY, 5_023_117_840, 77_204_331, 6_111_904_552, 915_440_017, 302_118_845)
PAGES: Final = {"page": "/admin", "person": f"/admin/person?id={SOMEBODY}"}
PROCESSES: Final = (("a", 12, True, 2), ("b", 25, False, 1), ("c", 400, False, 0))
ANSWERED: Final[tuple[TurnOutcome, str]] = ("answered", "")
ENDS: Final[list[tuple[TurnOutcome, str]]] = [
    *[ANSWERED] * 16,
    ("answered", "stopped"),
    ("refused", "user_daily_images"),
    ("failed", "AssistantBusy"),
    ("interrupted", "broke_off"),
]
TALL: Final = 6000  # pixels: more than any page of ours has

_chance = random.Random(4)


def busy() -> Page:
    return Page(held=_held(), operation=_running())


def _held() -> Held:
    days = [NOW - timedelta(days=back) for back in range(90)]
    return Held(
        daily=[_day(user, day.date().isoformat()) for day in days for user in PEOPLE if _often()],
        records=[_turn(place) for place in range(900)],
        files=[_file(place) for place in range(260)],
        queued=3,
        remaining=12,
        dead=[a_dead_letter()],
        processes=_processes(),
    )


def _often() -> bool:
    return _chance.random() < 0.7


def _day(user_id: int, day: str) -> DailyUsage:
    messages = _chance.randrange(1, 40)
    images = _chance.randrange(messages)
    return DailyUsage(
        user_id=user_id,
        day=day,
        model=_chance.choice(("gpt-6-luna", "gpt-6-luna", "gpt-6.1-sol")),
        messages=messages,
        images=images,
        image_tokens=images * 1440,
        input_tokens=messages * 2100,
        cached_tokens=messages * 900,
        output_tokens=messages * 240,
        bytes_uploaded=images * 310_000,
        voice_s=_chance.choice((0, 0, 45, 130)),
        cost_micros=messages * 1700 + images * 2900,
    )


def _turn(place: int) -> TurnRecord:
    outcome, reason = _chance.choice(ENDS)
    first = _chance.randrange(400, 2600)
    finished = first + _chance.randrange(800, 9000)
    is_answer = outcome == "answered"
    return TurnRecord(
        id=f"turn-{place:04}",
        at=NOW - timedelta(minutes=31 * place),
        user_id=_chance.choice(PEOPLE),
        model="gpt-6-luna",
        outcome=outcome,
        reason=reason,
        images=_chance.choice((0, 0, 1, 3)),
        cost_micros=_chance.randrange(600, 24_000),
        stages=Stages(
            waited=_chance.randrange(20, 300),
            downloaded=_chance.randrange(90, 700),
            prepared=_chance.randrange(15, 240),
            uploaded=_chance.randrange(300, 1500),
            first_token=first if is_answer else None,
            finished=finished,
            delivered=finished + 90 if is_answer else None,
        ),
    )


def _file(place: int) -> LedgerFile:
    owner = _chance.choice(PEOPLE)
    name = FileName(f"file-{place:04}")
    return LedgerFile(
        name=name,
        conversation=ConversationKey(f"user:{owner}"),
        epoch=0,
        owner=owner,
        state="live",
        image_key=name,
        telegram_id="",
        unique_id="",
        size_bytes=_chance.randrange(90_000, 600_000),
        created_at=NOW - timedelta(days=_chance.random() * 29),
    )


def _processes() -> list[Replica]:
    return [
        Replica(
            name=f"bot-{name}:1",
            version="0.1.0",
            began_at=NOW - timedelta(days=2, hours=3),
            seen_at=NOW - timedelta(seconds=seen_s),
            is_polling=polls,
            active_turns=turns,
        )
        for name, seen_s, polls, turns in (
            ("a", 12, True, 2),
            ("b", 25, False, 1),
            ("c", 400, False, 0),
        )
    ]


def _running() -> Running:
    limits = Limits(
        user_daily_messages=50,
        user_daily_images=30,
        user_daily_voice_s=1800,
        user_monthly_cost_micros=5_000_000,
        bot_monthly_cost_micros=60_000_000,
    )
    all_of_it = Amounts(cost_micros=21_400_000)
    spendings = {
        user: Spending(
            day=Amounts(messages=12 * place, images=6 * place, voice_s=200 * place),
            month=Amounts(cost_micros=900_000 * place),
            bot_month=all_of_it,
        )
        for place, user in enumerate(reversed(PEOPLE))
    }
    turn = ActiveTurn(conversation=ConversationKey(f"user:{SOMEBODY}"), attempt=1, messages=2)
    return Running(
        version="0.1.0",
        name="bot-a:1",
        turns=(turn,),
        met=(
            _problem(4, "trouble", "AssistantBusy", "HTTP 503: overloaded", turn="91ab04c2"),
            _problem(40, "turn.broke", "KeyError", "", turn="0d77e1f0", number="c0ffee"),
            _problem(55, "trouble", "intake", "a poll did not come back"),
        ),
        limits=limits,
        spendings=spendings | {0: Spending(bot_month=all_of_it)},
    )


def _problem(minutes: int, event: str, kind: str, why: str, **more: str) -> Problem:
    return Problem(at=NOW - timedelta(minutes=minutes), event=event, kind=kind, why=why, **more)


async def _shoot(tab: Tab, folder: Path, name: str) -> None:
    for scheme in SCHEMES:
        await tab.prefer(scheme)
        for width in WIDTHS:
            await tab.size(width, TALL)
            height = await tab.run("document.querySelector('main').getBoundingClientRect().bottom")
            clip = {"x": 0, "y": 0, "width": width, "height": int(height) + 8, "scale": 1}
            shot = await tab.call("Page.captureScreenshot", format="png", clip=clip)
            path = folder / f"{name}-{scheme}-{width}.png"
            await asyncio.to_thread(path.write_bytes, b64decode(shot["data"]))


async def _look(folder: Path, prefix: str, page: Page) -> None:
    program = find_chromium()
    assert program is not None, "there is no Chromium here"
    app = application(reasons=ready, registry=Metrics().registry, admin=page.admin())
    async with TestServer(app) as server, chromium(program) as tab:
        await tab.open(str(server.make_url("/admin")))
        await tab.until("document.querySelector('#token')")
        await _shoot(tab, folder, f"{prefix}-login")
        await tab.click("#token")
        await tab.type(TOKEN)
        await tab.enter()
        for name, path in PAGES.items():
            await tab.until("document.querySelector('header')")
            await tab.call("Page.navigate", url=str(server.make_url(path)))
            await tab.until(f"location.href.endsWith({path!r}) && document.querySelector('header')")
            await _shoot(tab, folder, f"{prefix}-{name}")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(_look(folder, "busy", busy()))
    asyncio.run(
        _look(folder, "new", Page(operation=Running(why=["telegram: no poll has succeeded yet"])))
    )


if __name__ == "__main__":
    main()
