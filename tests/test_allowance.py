"""Limits in words: sums of money, days and months, and the plural forms of a refusal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from snapthread.commands.allowance import usage_text
from snapthread.model import Language
from snapthread.model.quotas import Amounts, LimitExceeded, Limits, Spending, first_over
from snapthread.model.usage import DailyUsage, month_of
from snapthread.texts import LANGUAGES, Texts
from snapthread.texts.localizer import Localizer, StatedLimits
from snapthread.texts.numbers import dollars

NOW = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
TEXTS = Texts.load()


def words(language: Language = "en") -> Localizer:
    return Localizer(texts=TEXTS, language=language)


@pytest.mark.parametrize(
    ("micros", "shown"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (1_230, "$0.00123"),
        (10_000, "$0.01"),
        (1_500_000, "$1.50"),
        (9_999_999, "$9.999999"),
        (12_345_678, "$12.34"),
    ],
)
def test_money_is_told_to_the_cent_unless_that_hides_something(micros: int, shown: str) -> None:
    assert dollars(micros) == shown


def over(limits: Limits, more: Amounts, now: datetime = NOW) -> LimitExceeded:
    found = first_over(limits, Spending(), more, now)
    assert found is not None
    return found


def test_after_the_last_day_of_the_year_comes_the_next_year() -> None:
    of_day = over(Limits(user_daily_messages=1), Amounts(messages=2))
    of_month = over(Limits(bot_monthly_cost_micros=1), Amounts(cost_micros=2))

    new_year = datetime(2027, 1, 1, tzinfo=UTC)
    assert (of_day.opens_at, of_month.opens_at) == (new_year, new_year)


def test_days_are_those_of_utc_wherever_the_clock_is() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))

    assert over(Limits(user_daily_messages=1), Amounts(messages=2), there).opens_at.day == 1
    assert month_of(there) == "2026-12"


@pytest.mark.parametrize(
    ("allowed", "sentence"),
    [(1, "1 изображение"), (3, "3 изображения"), (5, "5 изображений"), (21, "21 изображение")],
)
def test_a_refusal_counts_in_russian(allowed: int, sentence: str) -> None:
    found = over(Limits(user_daily_images=allowed), Amounts(images=allowed + 1))

    assert f"{sentence} в день, использовано 0" in words("ru").limit_reached(found)
    assert "Лимит обновится 01.01.2027 в 00:00 UTC." in words("ru").limit_reached(found)


@pytest.mark.parametrize(
    ("limits", "more", "advice"),
    [
        (Limits(user_daily_images=3), Amounts(images=4), "send fewer images at once"),
        (Limits(user_daily_cost_micros=3), Amounts(cost_micros=4), "ask something shorter"),
        (Limits(bot_monthly_cost_micros=3), Amounts(cost_micros=4), "ask something shorter"),
    ],
)
def test_who_would_wait_in_vain_hears_what_to_do(
    limits: Limits, more: Amounts, advice: str
) -> None:
    in_vain = over(limits, more)
    worth_it = replace(in_vain, used=1, wanted=in_vain.allowed)

    assert advice in words().limit_reached(in_vain)
    assert advice not in words().limit_reached(worth_it)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name", ["user_daily_cost", "user_monthly_cost", "bot_monthly_cost", "user_daily_messages"]
)
def test_every_refusal_names_what_is_allowed_and_used(language: Language, name: str) -> None:
    field = name if name.endswith("messages") else f"{name}_micros"
    spent = Amounts(messages=20_000, cost_micros=20_000)
    more = Amounts(messages=20_000, cost_micros=20_000)
    found = first_over(
        Limits(**{field: 30_000}), Spending(day=spent, month=spent, bot_month=spent), more, NOW
    )

    assert found is not None
    assert found.limit == name
    text = words(language).limit_reached(found)
    allowed, used = "30000", "20000"
    if not name.endswith("messages"):
        allowed, used = words(language).money(30_000), words(language).money(20_000)
    assert allowed in text
    assert used in text


# ---------------------------------------------------------------- /usage


def row(cost: int | None = 0, *, without: int = 0, day: str = "2026-12-31") -> DailyUsage:
    return DailyUsage(
        user_id=7, day=day, model="m", messages=1, cost_micros=cost, turns_without_price=without
    )


def shown(*rows: DailyUsage, limits: Limits | None = None, spent: Spending | None = None) -> str:
    return usage_text(
        words(), rows, limits or Limits(), spent or Spending(), now=NOW, stored_bytes=1_500_000
    )


@pytest.mark.parametrize(
    ("rows", "cost"),
    [
        ((), "$0.00"),
        ((row(10_000), row(20_000)), "$0.03"),
        ((row(None, without=2),), "cost unknown"),
        ((row(10_000), row(None, without=1)), "at least $0.01"),
    ],
)
def test_an_unknown_cost_is_never_nothing(rows: tuple[DailyUsage, ...], cost: str) -> None:
    assert shown(*rows).splitlines()[0].endswith(f"0 images, {cost}.")


def test_the_month_holds_the_days_before_today() -> None:
    today, month, *_ = shown(row(10_000), row(20_000, day="2026-12-01")).splitlines()

    assert today == "Today (UTC): 1 message, 0 images, $0.01."
    assert month == "This month: 2 messages, 0 images, $0.03."


def test_what_is_left_is_told_for_each_limit_and_never_below_nothing() -> None:
    limits = Limits(
        user_daily_messages=3,
        user_daily_images=2,
        user_daily_cost_micros=30_000,
        user_monthly_cost_micros=50_000,
        bot_monthly_cost_micros=10_000,
    )
    spent = Amounts(messages=2, images=5, cost_micros=20_000)

    *_, left, storage = shown(
        limits=limits, spent=Spending(day=spent, month=spent, bot_month=spent)
    ).splitlines()

    assert left == (
        "Left: 1 message today, 0 images today, $0.01 today, $0.03 this month,"
        " $0.00 this month for everyone together."
    )
    assert storage == "Your files: 1.4 MB."


def test_a_full_storage_is_as_large_as_its_limit() -> None:
    full = Localizer(texts=TEXTS, language="en", limits=StatedLimits(storage_mb=5))

    text = usage_text(full, (), Limits(), Spending(), now=NOW, stored_bytes=5 * 1024 * 1024)

    assert text.endswith("Your files: 5.0 of 5 MB.")
