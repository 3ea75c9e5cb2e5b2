"""The admin page in a real browser: its policy lets it be, and it fits a phone."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestServer

from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.adapters.web.pages import application
from snapthread.model.usage import DailyUsage, Stages, TurnRecord
from tests.demo.browser import Tab, chromium, find_chromium
from tests.web.admin import NOW, TOKEN, Held, Page, ready

BACKS = [NOW - timedelta(days=back) for back in range(90)]
BUSY = Held(
    daily=[
        DailyUsage(
            user_id=1_234_567_890 + at.day,
            day=at.date().isoformat(),
            model="gpt-6-luna",
            messages=at.day,
            images=3,
            image_tokens=4320,
            cost_micros=1000 * at.day,
        )
        for at in BACKS
    ],
    records=[
        TurnRecord(
            id=str(at),
            at=at,
            user_id=1,
            model="gpt-6-luna",
            outcome="refused",
            reason="unsupported_type",
            stages=Stages(waited=40, first_token=900, finished=4000, delivered=4100),
        )
        for at in BACKS
    ],
)
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OVERLAPS = """[...document.querySelectorAll('.plot')].some((plot) => {
  const boxes = [...plot.querySelectorAll('text')].map((text) => text.getBoundingClientRect());
  return boxes.some((box, place) => place && boxes[place - 1].right > box.left);
})"""
PAINTED = "getComputedStyle(document.querySelector('.bar')).fill + getComputedStyle(document.body)"


async def _look(tab: Tab, address: str) -> None:
    await tab.open(address)
    await tab.until("document.querySelector('#token')")
    await tab.click("#token")
    await tab.type(TOKEN)
    await tab.enter()
    await tab.until("document.querySelectorAll('.plot .bar').length == 30 * 5")
    for days in (7, 30, 90):
        await tab.click(f"nav a[href$='={days}']")
        await tab.until(f"document.querySelectorAll('.plot .bar').length == {days} * 5")
        for width in (1280, 390):
            await tab.size(width, 800)
            assert await tab.run(WIDER) == 0, (days, width)
            assert not await tab.run(OVERLAPS), (days, width)


async def _schemes(tab: Tab) -> set[str]:
    seen = set()
    for scheme in ("light", "dark"):
        await tab.prefer(scheme)
        seen.add(await tab.run(f"{PAINTED}.backgroundColor"))
    return seen


def test_the_page_in_a_browser() -> None:
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium here")

    async def look() -> None:
        admin = Page(BUSY).admin()
        app = application(reasons=ready, registry=Metrics().registry, admin=admin)
        async with TestServer(app) as server, chromium(program) as tab:
            await _look(tab, str(server.make_url("/admin")))
            assert len(await _schemes(tab)) == 2
            assert [trouble for trouble in tab.troubles if "401" not in trouble] == []

    asyncio.run(look())
