"""The page as a browser sees it: strict headers, whole charts, nothing from elsewhere."""

import asyncio
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapthread.adapters.web.admin.charts import top_of
from snapthread.adapters.web.admin.formats import duration, format_cell, short, size
from snapthread.adapters.web.admin.page import PERIODS
from snapthread.adapters.web.admin.reading import read_report
from snapthread.adapters.web.admin.tables import ROWS_MAX
from snapthread.errors import StoreBusy
from snapthread.model.usage import DailyFeedback, DailyUsage, TurnRecord
from snapthread.store import Store
from tests.web.admin import BEARER, NOW, Client, Held, Page, log_in

FIGURES = "cost messages users images image_tokens latency outcomes files waiting models people"
ALL_FIGURES = f"{FIGURES} documents voice feedback"  # these have a card only where there is any
EVIL = "<script>alert(1)</script>"
BUSY = Held(
    daily=[
        DailyUsage(user_id=user, day="2026-11-22", model="luna", messages=user, cost_micros=user)
        for user in range(1, ROWS_MAX + 3)
    ],
    records=[TurnRecord(id="1", at=NOW, user_id=1, model="luna", outcome="answered")],
)


class Whole(HTMLParser):
    """Fails where an element is not closed; gathers what a page refers to."""

    VOID = frozenset({"meta", "link", "input"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), (tag, attrs)
        assert not [name for name in names if name == "style" or name.startswith("on")]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def _parsed(page: str) -> Whole:
    parser = Whole()
    parser.feed(page)
    assert not parser.open
    return parser


@pytest.mark.parametrize("held", [Held(), BUSY], ids=["empty", "busy"])
def test_the_page_is_whole_and_refers_to_nothing_elsewhere(held: Held) -> None:
    parsed = _parsed(Page(held).read())

    assert all(link.startswith(("/admin", "/metrics", "/readyz")) for link in parsed.links)
    assert "script" not in parsed.tags
    assert {f"/admin?days={days}" for days in PERIODS} <= set(parsed.links)
    assert {f"/admin/{key}.csv?days=30" for key in FIGURES.split()} <= set(parsed.links)


@pytest.mark.parametrize(
    "path", ["/admin", "/admin/cost.csv", "/admin/nothing.csv", "/admin/style.css"]
)
@pytest.mark.parametrize("headers", [{}, BEARER, {"Authorization": "Bearer wrong"}])
def test_every_answer_has_strict_headers(path: str, headers: dict[str, str]) -> None:
    async def story(client: Client) -> None:
        told = (await client.get(path, headers=headers)).headers
        policy = told["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; style-src 'self'; form-action 'self';")
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert told["Cache-Control"] == "no-store"
        assert told["X-Content-Type-Options"] == "nosniff"
        assert told["Referrer-Policy"] == "no-referrer"

    Page().visit(story)


def test_a_login_has_strict_headers_too() -> None:
    async def story(client: Client) -> None:
        for response in (await log_in(client), await log_in(client, "wrong")):
            assert "default-src 'none'" in response.headers["Content-Security-Policy"]
            assert response.headers["Cache-Control"] == "no-store"

    Page().visit(story)


def test_a_csv_is_saved_under_a_name_of_its_own() -> None:
    async def story(client: Client) -> None:
        told = (await client.get("/admin/cost.csv?days=7", headers=BEARER)).headers
        assert told["Content-Type"] == "text/csv; charset=utf-8"
        assert told["Content-Disposition"] == 'attachment; filename="snapthread-cost-7-days.csv"'

    Page().visit(story)


def test_a_busy_store_is_told_in_a_sentence() -> None:
    class Busy(Held):
        async def usage(self, since: str, *, user_id: int | None = None) -> tuple[DailyUsage, ...]:
            raise StoreBusy("locked: /secret/path")

    async def story(client: Client) -> None:
        response = await client.get("/admin", headers=BEARER)
        assert response.status == 503
        assert await response.text() == "The store is busy. Try again in a moment."

    Page(Busy()).visit(story)


def test_a_slash_at_its_end_leads_to_the_page() -> None:
    async def story(client: Client) -> None:
        response = await client.get("/admin/", allow_redirects=False)
        assert (response.status, response.headers["Location"]) == (303, "/admin")

    Page().visit(story)


def test_there_is_no_other_figure() -> None:
    async def story(client: Client) -> None:
        assert (await client.get("/admin/secrets.csv", headers=BEARER)).status == 404

    Page().visit(story)


def test_a_new_store_has_a_page_that_says_so() -> None:
    page = Page().read()
    assert page.count("Nothing yet.") == 10  # all but what waits
    assert "<dd>$0.00</dd>" in page


async def _report_of_a_new_store() -> int:
    store = await Store.open(":memory:")
    try:
        return len((await read_report(store, lambda: NOW, 90)).figures)
    finally:
        await store.close()


def test_the_page_asks_the_store_only_for_what_it_has() -> None:
    assert asyncio.run(_report_of_a_new_store()) == len(ALL_FIGURES.split())


def test_what_people_think_of_each_model_is_told_where_anybody_said_so() -> None:
    thought = [
        DailyFeedback(day="2026-11-21", model="luna", good=2, bad=1),
        DailyFeedback(day="2026-11-22", model="luna", good=1),
        DailyFeedback(day="2026-11-22", model="terra", good=4),
    ]
    page = Page(Held(thought=thought)).read()
    assert "What people think of answers" in page
    assert page.index(">terra<") < page.index(">luna<")
    assert "What people think of answers" not in Page().read()


def test_names_from_outside_are_text() -> None:
    held = Held(
        daily=[DailyUsage(user_id=1, day="2026-11-22", model=EVIL, messages=1)],
        records=[
            TurnRecord(id="1", at=NOW, user_id=1, model="m", outcome="failed", reason=EVIL),
        ],
    )
    page = Page(held).read()
    assert EVIL not in page
    assert page.count("&lt;script&gt;") == 2


def test_a_chart_tells_its_days_by_title_and_in_words() -> None:
    page = Page(BUSY).read()
    assert "<title>22 Nov: 253</title>" in page
    assert 'aria-label="Messages per day. Highest: 22 Nov: 253. Last: 22 Nov: 253."' in page
    assert page.count("<g><title>") == 30 * 3  # cost, messages, users; images have none


def test_the_highest_bar_is_as_high_as_its_part_of_the_scale() -> None:
    page = Page(BUSY).read("/admin?days=7")
    tops = re.findall(r'class="bar" x="[\d.]+%" y="[\d.]+" width="[\d.]+%" height="([\d.]+)"', page)
    assert f"{148 * 253 / 300:.1f}" in tops


def test_a_long_table_is_cut_and_says_so() -> None:
    page = Page(BUSY).read()
    assert "More in the CSV: 2" in page
    assert len(Page(BUSY).read("/admin/people.csv").splitlines()) == ROWS_MAX + 3


@pytest.mark.parametrize(
    ("highest", "top"),
    [
        (0, 2),
        (1, 2),
        (2, 2),
        (3, 4),
        (9, 10),
        (10, 10),
        (11, 12),
        (21, 24),
        (253, 300),
        (999, 1000),
    ],
)
def test_a_scale_ends_at_a_round_number_with_a_whole_half(highest: int, top: int) -> None:
    assert top_of(highest) == top


@given(st.integers(0, 10**12))
def test_no_bar_leaves_its_scale(highest: int) -> None:
    assert highest <= top_of(highest) <= max(2, highest * 1.5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (format_cell(0, "micros"), "$0.00"),
        (format_cell(52_300, "micros"), "$0.0523"),
        (format_cell(1_234_567_890, "micros"), "$1,234.56"),
        (short(0, "micros"), "$0"),
        (short(400_000, "micros"), "$0.40"),
        (short(2500, "micros"), "$0.0025"),
        (short(1_200_000_000, "micros"), "$1,200"),
        (short(950, "count"), "950"),
        (short(120_000, "count"), "120k"),
        (short(2_500_000, "count"), "2.5M"),
        (duration(999), "999 ms"),
        (duration(1400), "1.4 s"),
        (duration(90_000), "1.5 min"),
        (size(12), "12 B"),
        (size(1536), "1.5 KB"),
        (size(3 * 1024**3), "3.0 GB"),
        (format_cell(None, "micros"), "unknown"),
        (format_cell(0, "user"), "erased"),
        (format_cell(1_234_567, "count"), "1,234,567"),
        (format_cell("2026-11-02", "day"), "2 Nov"),
        (format_cell("user_daily_images", "text"), "user daily images"),
    ],
)
def test_numbers_are_written_as_people_read_them(text: str, expected: str) -> None:
    assert text == expected
