"""The page of one person: use, limits, files by age, what waits; nothing of another person."""

import re
from datetime import timedelta

import pytest

from snapthread.model import ConversationKey, FileName, LedgerFile, QueuedMessage
from snapthread.model.people import OPERATOR, Decision
from snapthread.model.quotas import Amounts, Limits, Spending
from snapthread.model.usage import DailyUsage, Stages, TurnOutcome, TurnRecord
from tests.web.admin import AT, BEARER, NOW, Client, Held, Page, Running, a_dead_letter

ANN, BOB = 5, 6
LIMITS = Limits(
    user_daily_messages=10,
    user_daily_voice_s=600,
    user_monthly_cost_micros=2_000_000,
    bot_monthly_cost_micros=50_000_000,
)
SPENT = Spending(
    day=Amounts(messages=9, voice_s=90),
    month=Amounts(messages=40, cost_micros=2_500_000),
    bot_month=Amounts(cost_micros=12_500_000),
)


def a_file(owner: int, *, days: int) -> LedgerFile:
    return LedgerFile(
        name=FileName(f"file-{owner}-{days}"),
        conversation=ConversationKey(f"user:{owner}"),
        epoch=0,
        owner=owner,
        state="live",
        image_key=FileName(f"file-{owner}-{days}"),
        telegram_id="t",
        unique_id="u",
        size_bytes=2 * 1024 * 1024,
        created_at=NOW - timedelta(days=days),
    )


def a_turn(owner: int, *, outcome: TurnOutcome = "answered", reason: str = "") -> TurnRecord:
    return TurnRecord(
        id=f"r{owner}{outcome}",
        at=AT,
        user_id=owner,
        model="luna",
        outcome=outcome,
        reason=reason,
        images=2,
        cost_micros=1500,
        stages=Stages(waited=40, finished=2500),
    )


def held() -> Held:
    waiting = QueuedMessage(
        update_id=90,
        conversation=ConversationKey(f"user:{ANN}"),
        kind="question",
        arrived_at=AT,
        attempts=0,
    )
    return Held(
        daily=[
            DailyUsage(user_id=ANN, day="2026-11-22", model="luna", messages=9, cost_micros=1500),
            DailyUsage(user_id=ANN, day="2026-10-30", model="luna", messages=31, voice_s=60),
            DailyUsage(user_id=BOB, day="2026-11-22", model="sol", messages=777),
        ],
        records=[a_turn(ANN), a_turn(BOB, outcome="failed", reason="OutOfCredit")],
        files=[a_file(ANN, days=0), a_file(ANN, days=15), a_file(BOB, days=27)],
        decided=[
            Decision(at=AT, by=7, action="limited", user_id=ANN, detail="messages=50"),
            Decision(at=AT, by=OPERATOR, action="banned", user_id=ANN),
            Decision(at=AT, by=7, action="limited", user_id=BOB, detail="cost=9"),
        ],
        dead=[a_dead_letter()],
        waits=[waiting],
    )


def read(path: str = f"/admin/person?id={ANN}", **running: object) -> str:
    operation = Running(limits=LIMITS, spendings={ANN: SPENT, 0: SPENT}, **running)  # type: ignore[arg-type]
    return Page(held=held(), operation=operation).read(path)


def test_use_is_told_for_today_the_month_and_thirty_days() -> None:
    page = read()
    assert "<h1>User 5</h1>" in page
    told = '<dt>Messages</dt><dd>40</dd><dd class="today">this month 9</dd>'
    assert told + '<dd class="today">today 9</dd>' in page
    assert "<dt>Voice</dt><dd>1.0 min</dd>" in page
    assert '<dt>Files held now</dt><dd>2</dd><dd class="today">Size 4.0 MB</dd>' in page
    assert "<dt>Waits now</dt><dd>1</dd>" in page


def test_each_limit_of_the_person_is_told_with_what_is_used() -> None:
    page = read()
    assert "user daily messages" in page
    numbers = re.findall(r'<td class="number">([^<]*)</td>', page)
    told = [numbers[place : place + 3] for place in (0, 3, 6)]  # percent, used, allowed
    assert told == [["90", "9", "10"], ["15", "1.5", "10.0"], ["125", "2.5000", "2.0000"]]
    assert "bot monthly cost" not in page  # which is nobody's own


def test_nothing_of_another_person_is_told() -> None:
    page = read()
    assert "777" not in page
    assert "OutOfCredit" not in page
    assert "sol" not in page


def test_files_by_age_and_the_last_turns_are_told() -> None:
    page = read()
    assert "14 to 21 days" in page
    assert "21 to 28 days" in page
    assert '<th scope="row">2026-11-22 13:00:05</th><td class="text">answered</td>' in page
    assert "2.5 s" in page


def test_what_was_decided_about_the_person_is_told_with_who_decided() -> None:
    page = read()
    assert "What was decided about them" in page
    assert '<td class="text">limited</td><td class="text">7</td>' in page
    assert "messages=50" in page
    assert '<td class="text">banned</td><td class="text">the operator</td>' in page
    assert "cost=9" not in page


def test_a_dead_letter_of_theirs_can_be_asked_again_here() -> None:
    assert 'action="/admin/replay"' in read()
    assert 'action="/admin/replay"' not in read(f"/admin/person?id={BOB}")


def test_a_person_who_never_came_has_an_empty_page() -> None:
    page = read("/admin/person?id=123456789")
    assert "<dt>Messages</dt><dd>0</dd>" in page
    assert "Erase everything" in page


def test_the_page_of_a_person_stays_while_somebody_types() -> None:
    assert "http-equiv" not in read()


@pytest.mark.parametrize("odd", ["", "x", "-5", "0", "5;6", "9" * 17, "５"])
def test_what_is_no_user_id_is_told_so(odd: str) -> None:
    async def story(client: Client) -> None:
        answer = await client.get("/admin/person", params={"id": odd}, headers=BEARER)
        assert answer.status == 404
        assert "no user id" in await answer.text()

    Page(operation=Running()).visit(story)


def test_the_figures_lead_to_the_person() -> None:
    page = read("/admin")
    assert page.count('<a href="/admin/person?id=5">') >= 3  # who used it, limits, dead letters
    assert '<form class="find" method="get" action="/admin/person">' in page
    assert "person?id=0" not in page


def test_the_page_tells_who_is_nearest_to_a_limit_and_what_all_have_used() -> None:
    operation = Running(limits=LIMITS, spendings={ANN: SPENT, 0: SPENT})
    told = Page(held=held(), operation=operation).read("/admin/limits.csv").splitlines()
    assert told == [
        "user_id,limit,percent,used,allowed,unit",
        "0,bot_monthly_cost,25,12.5000,50.0000,dollars",
        "5,user_monthly_cost,125,2.5000,2.0000,dollars",
        "5,user_daily_messages,90,9,10,messages",
        "5,user_daily_voice,15,1.5,10.0,minutes",
    ]


def test_without_limits_nobodys_use_is_read() -> None:
    operation = Running()
    page = Page(held=held(), operation=operation).read()
    assert "No limit is set." in page
    assert operation.asked == [0]
