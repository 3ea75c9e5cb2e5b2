"""The admin page in Russian: whole, as the browser asks for it; CSV files stay as they are."""

import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import get_args

import pytest

from snapthread.adapters.web.admin.language import preferred_language, texts
from snapthread.model import ConversationKey
from snapthread.model.people import OPERATOR, Broadcast, BroadcastState, Decided, Decision, Invite
from snapthread.model.quotas import Limits
from snapthread.model.usage import DailyUsage, Stages, TurnRecord
from snapthread.ports.operation import ActiveTurn
from tests.web.admin import BEARER, NOW, TOKEN, Client, Held, Page, Running, a_dead_letter

# Names, units, and what is told as the code or a service says it.
LATIN = set(
    "Snapthread OpenAI UTC CSV readyz metrics luna host process user question"
    " GB MB KB p50 p95 messages cost".split()
)


class Words(HTMLParser):
    """Everything that a person reads or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""

    def handle_data(self, data: str) -> None:
        self.text += f" {data}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.text += " ".join(value or "" for name, value in attrs if name == "aria-label")


def busy() -> Page:
    record = TurnRecord(
        id="a",
        at=NOW,
        user_id=1,
        model="luna",
        outcome="answered",
        stages=Stages(
            waited=1, downloaded=2, prepared=3, uploaded=4, first_token=5, finished=6, delivered=7
        ),
    )
    days = [DailyUsage(user_id=user, day="2026-11-22", model="luna", messages=3) for user in (0, 1)]
    unpriced = DailyUsage(
        user_id=2, day="2026-11-21", model="luna", messages=1, cost_micros=None,
        turns_without_price=2,
    )  # fmt: skip
    turn = ActiveTurn(conversation=ConversationKey("user:5"), attempt=2, messages=3)
    held = Held(daily=[*days, unpriced], records=[record], dead=[a_dead_letter()])
    return Page(held=held, operation=Running(turns=(turn,)))


def visited(page: Page, path: str, **headers: str) -> str:
    read: list[str] = []

    async def look(client: Client) -> None:
        response = await client.get(path, headers={"Accept-Language": "ru-RU, en;q=0.5"} | headers)
        read.append(await response.text())

    page.visit(look)
    return read[0]


def latin(page: str) -> set[str]:
    words = Words()
    words.feed(page)
    return set(re.findall(r"[A-Za-z][A-Za-z0-9]{2,}", words.text)) - LATIN


def test_a_russian_browser_reads_no_english() -> None:
    page = visited(busy(), "/admin", **BEARER)

    assert '<html lang="ru">' in page
    assert "22 ноя" in page
    assert latin(page) == set()


def test_the_login_speaks_russian_too() -> None:
    assert latin(visited(Page(), "/admin")) == set()


def test_another_browser_reads_english() -> None:
    assert '<html lang="en">' in busy().read()
    assert "Who used it" in busy().read()


def test_a_csv_is_the_same_in_every_language() -> None:
    page = busy()
    assert visited(page, "/admin/latency.csv", **BEARER) == page.read("/admin/latency.csv")


def test_no_request_changes_the_language_of_the_next() -> None:
    async def look(client: Client) -> None:
        russian = {"Accept-Language": "ru", **BEARER}
        assert "Выйти" in await (await client.get("/admin", headers=russian)).text()
        assert "Log out" in await (await client.get("/admin", headers=BEARER)).text()

    busy().visit(look)
    assert TOKEN


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("de, ru;q=0.8", "ru"),
        ("en-GB,en", "en"),
        ("*", "en"),
        (";;", "en"),
    ],
)
def test_the_first_language_that_we_have_is_taken(accepted: str, language: str) -> None:
    assert preferred_language(accepted) == language


def test_no_translation_is_blank_and_each_has_the_fields_of_its_text() -> None:
    for text, told in texts("ru").items():
        assert told.strip()
        assert sorted(re.findall(r"\{[^}]*\}", text)) == sorted(re.findall(r"\{[^}]*\}", told))


def test_the_page_of_a_person_speaks_russian_too() -> None:
    page = busy()
    assert isinstance(page.operation, Running)
    page.operation.limits = Limits(user_daily_messages=3, user_monthly_cost_micros=1)
    page.held.decided = [
        Decision(at=NOW, by=OPERATOR, action=action, user_id=1) for action in get_args(Decided)
    ]
    assert latin(visited(page, "/admin/person?id=1", **BEARER)) == set()
    assert latin(visited(page, "/admin", **BEARER)) == set()


def test_the_pages_of_invitations_and_broadcasts_speak_russian_too() -> None:
    page = busy()
    page.held.invites = [
        Invite(
            id="01234567",
            made_at=NOW,
            made_by=OPERATOR,
            ends_at=NOW + timedelta(days=7),
            uses=5,
            used=2,
        )
    ]
    for state in get_args(BroadcastState):
        page.held.told_to_all[state] = Broadcast(id=state, at=NOW, by=OPERATOR, state=state)
    for path in ("invites", "broadcasts", "broadcast?id=draft"):
        assert latin(visited(page, f"/admin/{path}", **BEARER)) == set(), path
