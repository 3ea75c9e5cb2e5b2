"""`Quotas` and `Records`: what is reserved, what it becomes, and what is remembered of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from snapthread.errors import LeaseLost
from snapthread.model import Usage, private_conversation
from snapthread.model.quotas import Amounts, Limits, Spending
from snapthread.model.usage import RECORDS_KEPT, STALE, DailyUsage, SentImage, Stages, TurnRecord
from tests.contracts.builders import ANN, BOB, EVER, START, Bench, command, message, photo, words

TOMORROW = datetime(2026, 11, 13, tzinfo=UTC)
NEXT_MONTH = datetime(2026, 12, 1, tzinfo=UTC)
ONE = Amounts(messages=1)


def asked(bench: Bench, user: int = ANN, **kw: Any) -> tuple[Any, TurnRecord]:
    """A question in hand, and an estimate of it."""
    claim = bench.ask(message(user=user))
    return claim, bench.record(f"r{claim.messages[0].update_id}", user=user, **kw)


def told(over: Any) -> tuple[str, int, int, int]:
    return over.limit, over.used, over.allowed, over.wanted


# ---------------------------------------------------------------- reserve


def test_what_is_reserved_counts_at_once_for_the_user_and_for_all(bench: Bench) -> None:
    claim, estimate = asked(bench, messages=1, images=3, cost_micros=500)

    assert bench.reserve(claim, estimate) is None

    counted = Amounts(messages=1, images=3, cost_micros=500)
    spent = bench.spent()
    assert (spent.day, spent.month, spent.bot_month) == (counted, counted, counted)
    assert bench.spent("bob").day == Amounts()
    assert bench.spent("bob").bot_month == counted


@pytest.mark.parametrize(
    ("limits", "name", "unit", "opens_at"),
    [
        (Limits(user_daily_messages=10), "user_daily_messages", "messages", TOMORROW),
        (Limits(user_daily_images=10), "user_daily_images", "images", TOMORROW),
        (Limits(user_daily_cost_micros=10), "user_daily_cost", "cost_micros", TOMORROW),
        (Limits(user_monthly_cost_micros=10), "user_monthly_cost", "cost_micros", NEXT_MONTH),
        (Limits(bot_monthly_cost_micros=10), "bot_monthly_cost", "cost_micros", NEXT_MONTH),
    ],
)
def test_a_limit_may_be_reached_and_not_passed(
    bench: Bench, limits: Limits, name: str, unit: str, opens_at: datetime
) -> None:
    claim, estimate = asked(bench, **{"messages": 0, unit: 8})
    assert bench.reserve(claim, estimate, limits=limits) is None
    bench.answer(claim)
    claim, estimate = asked(bench, **{"messages": 0, unit: 3})

    over = bench.reserve(claim, estimate, limits=limits)

    assert over is not None
    assert (told(over), over.opens_at) == ((name, 8, 10, 3), opens_at)
    assert getattr(bench.spent().day, unit) == 8
    fits: dict[str, Any] = {unit: 2}
    assert bench.reserve(claim, replace(estimate, **fits), limits=limits) is None


def test_a_refused_question_reserves_none_of_its_parts(bench: Bench) -> None:
    claim, estimate = asked(bench, messages=1, images=12, cost_micros=7)

    assert bench.reserve(claim, estimate, limits=Limits(user_daily_images=10)) is not None

    assert bench.spent().day == Amounts()
    assert bench.spent().bot_month == Amounts()


def test_the_bots_limit_counts_everybody(bench: Bench) -> None:
    limits = Limits(bot_monthly_cost_micros=10)
    claim, estimate = asked(bench, ANN, cost_micros=6)
    assert bench.reserve(claim, estimate, limits=limits) is None
    claim, estimate = asked(bench, BOB, cost_micros=6)

    over = bench.reserve(claim, estimate, payer="bob", limits=limits)

    assert over is not None
    assert told(over) == ("bot_monthly_cost", 6, 10, 6)


def test_a_day_ends_at_midnight_utc(bench: Bench) -> None:
    limits = Limits(user_daily_messages=1)
    claim, estimate = asked(bench)
    assert bench.reserve(claim, estimate, limits=limits) is None
    bench.answer(claim)

    bench.now = TOMORROW - timedelta(seconds=10)
    claim, estimate = asked(bench)
    too_early = bench.reserve(claim, estimate, limits=limits)
    bench.now = TOMORROW

    assert too_early is not None
    assert bench.reserve(claim, replace(estimate, at=TOMORROW), limits=limits) is None


def test_reserving_the_same_again_counts_once(bench: Bench) -> None:
    claim, estimate = asked(bench, images=2, cost_micros=5)
    limits = Limits(user_daily_images=2)
    bench.reserve(claim, estimate, limits=limits)

    assert bench.reserve(claim, estimate, limits=limits) is None
    assert bench.spent().day == Amounts(messages=1, images=2, cost_micros=5)


def test_a_reservation_is_raised_by_what_is_more_or_stays_as_it_was(bench: Bench) -> None:
    claim, estimate = asked(bench, images=2, cost_micros=5)
    limits = Limits(user_daily_images=3)
    bench.reserve(claim, estimate, limits=limits)

    raised = bench.reserve(claim, replace(estimate, images=3, cost_micros=8), limits=limits)
    over = bench.reserve(claim, replace(estimate, images=4, cost_micros=9), limits=limits)

    assert raised is None
    assert over is not None
    assert told(over) == ("user_daily_images", 3, 3, 1)
    assert bench.spent().day == Amounts(messages=1, images=3, cost_micros=8)


def test_a_limit_that_was_lowered_holds_nothing_back_that_costs_nothing(bench: Bench) -> None:
    claim, estimate = asked(bench, messages=8, cost_micros=5)
    bench.reserve(claim, estimate)
    lowered = Limits(user_daily_messages=7)

    assert bench.reserve(claim, replace(estimate, cost_micros=6), limits=lowered) is None


def test_an_attempt_that_broke_off_is_charged_and_its_question_counts_once(bench: Bench) -> None:
    limits = Limits(user_daily_messages=1, user_daily_images=2)
    claim, estimate = asked(bench, images=2, cost_micros=5)
    bench.reserve(claim, replace(estimate, id="first"), limits=limits)
    bench.crash(claim)
    again = bench.take()

    assert bench.reserve(again, replace(estimate, id="second"), limits=limits) is None

    assert bench.spent().day == Amounts(messages=1, images=2, cost_micros=10)
    (first,) = bench.records()
    assert (first.id, first.messages, first.images, first.cost_micros) == ("first", 0, 0, 5)


def test_who_lost_the_conversation_reserves_nothing(bench: Bench) -> None:
    claim, estimate = asked(bench)
    bench.crash(claim)
    bench.take()

    with pytest.raises(LeaseLost):
        bench.reserve(claim, estimate)
    assert bench.spent().day == Amounts()


def test_what_is_reserved_and_composed_in_one_step_is_what_each_gives_alone(bench: Bench) -> None:
    bench.show("file-1")
    claim, estimate = asked(bench, messages=1)

    over, transcript = bench.reserve_and_compose(claim, estimate)

    assert over is None
    assert transcript == bench.compose(claim)
    assert transcript.live
    assert bench.spent().day == ONE


def test_what_a_limit_refuses_is_not_composed_either(bench: Bench) -> None:
    claim, estimate = asked(bench, messages=2)

    over, transcript = bench.reserve_and_compose(
        claim, estimate, limits=Limits(user_daily_messages=1)
    )

    assert told(over) == ("user_daily_messages", 0, 1, 2)
    assert transcript is None
    assert bench.spent().day == Amounts()


def test_who_lost_the_conversation_composes_nothing_with_a_reservation(bench: Bench) -> None:
    claim, estimate = asked(bench)
    bench.release(claim)

    with pytest.raises(LeaseLost):
        bench.reserve_and_compose(claim, estimate)

    assert bench.spent().day == Amounts()


# ---------------------------------------------------------------- what a reservation becomes


def test_a_finished_turn_counts_what_it_cost(bench: Bench) -> None:
    claim, estimate = asked(bench, images=2, cost_micros=900)
    bench.reserve(claim, estimate)

    bench.finish(claim, record=replace(estimate, cost_micros=120))

    assert bench.spent().day == Amounts(messages=1, images=2, cost_micros=120)
    assert [record.cost_micros for record in bench.records()] == [120]


def test_it_counts_on_the_day_it_was_reserved(bench: Bench) -> None:
    bench.now = TOMORROW - timedelta(seconds=10)
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)
    bench.now = TOMORROW + timedelta(seconds=1)

    bench.finish(claim, record=replace(estimate, cost_micros=120))

    assert bench.spent().day == Amounts()
    assert bench.spent().month.cost_micros == 120


def test_a_cost_that_nobody_knows_counts_nothing(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)

    bench.finish(claim, record=replace(estimate, cost_micros=None))

    assert bench.spent().day == ONE


def test_a_turn_that_ends_without_a_record_is_charged_as_reserved(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)

    bench.finish(claim)

    assert bench.records() == (estimate,)
    assert bench.spent().day.cost_micros == 900


def test_a_failure_costs_money_and_no_message(bench: Bench) -> None:
    claim, estimate = asked(bench, images=2, cost_micros=900)
    bench.reserve(claim, estimate)

    bench.finish(claim, record=replace(estimate, cost_micros=120, is_free=True))

    assert bench.spent().day == Amounts(cost_micros=120)
    assert [(row.messages, row.images) for row in bench.usage()] == [(1, 2)]


def test_a_record_without_a_reservation_counts_for_no_limit(bench: Bench) -> None:
    claim, refused = asked(bench, messages=0, outcome="refused")

    bench.finish(claim, record=refused)

    assert bench.records() == (refused,)
    assert bench.spent().day == Amounts()


def test_what_is_known_better_is_charged_in_the_end(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)

    assert bench.revise(replace(estimate, outcome="interrupted", cost_micros=70))

    assert bench.spent().day.cost_micros == 70
    assert bench.records() == ()
    bench.now += STALE
    assert bench.settle_stale() == 1
    assert [record.outcome for record in bench.records()] == ["interrupted"]


def test_what_was_charged_is_not_revised(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)
    bench.finish(claim)

    assert not bench.revise(replace(estimate, cost_micros=70))
    assert bench.spent().day.cost_micros == 900
    assert bench.records() == (estimate,)


def test_a_reservation_that_nobody_settles_is_charged_after_an_hour(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900, estimated=Usage(input_tokens=5))
    bench.reserve(claim, estimate)

    bench.now += STALE - timedelta(seconds=1)
    too_early = bench.settle_stale()
    bench.wait(1)

    assert (too_early, bench.settle_stale(), bench.settle_stale()) == (0, 1, 0)
    (record,) = bench.records()
    assert record.estimated == Usage(input_tokens=5)
    assert record.messages == 0
    assert bench.spent().day == Amounts(cost_micros=900)


def test_a_question_that_is_asked_again_after_that_counts_once(bench: Bench) -> None:
    limits = Limits(user_daily_messages=1)
    claim, estimate = asked(bench)
    bench.reserve(claim, estimate, limits=limits)
    bench.now += STALE
    bench.settle_stale()

    assert bench.reserve(bench.take(), replace(estimate, id="again"), limits=limits) is None
    assert bench.spent().day == ONE


def test_a_turn_that_ends_after_its_reservation_was_charged_has_one_record(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)
    bench.now += STALE
    bench.settle_stale()

    bench.finish(claim, record=(record := replace(estimate, at=bench.now, cost_micros=70)))

    assert bench.records() == (record,)
    assert bench.spent().day == Amounts(cost_micros=900)


def test_a_turn_that_outlived_its_reservation_was_counted_twice(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900, estimated=Usage(input_tokens=5))
    bench.reserve(claim, estimate)
    bench.now += STALE
    bench.settle_stale()

    bench.finish(claim, record=replace(estimate, cost_micros=70, estimated=Usage()))

    (day,) = bench.usage()
    assert (day.messages, day.cost_micros, day.input_tokens) == (1, 70, 0)


def test_stale_reservations_are_settled_some_at_a_time(bench: Bench) -> None:
    for user in (ANN, BOB):
        bench.reserve(*asked(bench, user))
    bench.now += STALE

    assert [bench.settle_stale(limit=1) for _ in range(3)] == [1, 1, 0]


def test_a_reset_charges_the_turn_that_it_ends(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)
    bench.send(reset := command())

    bench.reset(reset)

    assert bench.records() == (estimate,)
    assert bench.spent().day.cost_micros == 900
    assert not bench.revise(estimate)


# ---------------------------------------------------------------- records


def full_record(bench: Bench, id: str = "r1") -> TurnRecord:
    return bench.record(
        id,
        reason="stopped",
        images=2,
        sent=(SentImage(kind="photo", format="JPEG", width=3, height=4), SentImage(kind="sticker")),
        bytes_in=100,
        bytes_uploaded=90,
        requests=2,
        images_in_requests=5,
        image_tokens=40,
        usage=Usage(
            input_tokens=60, cached_tokens=6, written_tokens=5, output_tokens=8, reasoning_tokens=4
        ),
        estimated=Usage(input_tokens=10, output_tokens=1),
        cost_micros=123,
        restored=1,
        retired=2,
        stages=Stages(waited=1, downloaded=2, first_token=5, finished=6),
    )


def test_a_record_comes_back_whole(bench: Bench) -> None:
    claim = bench.ask()
    bench.finish(claim, record=full_record(bench))

    assert bench.records() == (full_record(bench),)


def test_no_digit_is_lost(bench: Bench) -> None:
    """Some Lua keeps 14 of them."""
    claim, estimate = asked(bench, cost_micros=1_234_567_890_123_456)
    bench.reserve(claim, estimate)
    bench.revise(replace(estimate, cost_micros=1_234_567_890_123_457))

    bench.finish(claim)

    assert [record.cost_micros for record in bench.records()] == [1_234_567_890_123_457]
    assert [row.cost_micros for row in bench.usage()] == [1_234_567_890_123_457]
    assert bench.spent().bot_month.cost_micros == 1_234_567_890_123_457


def test_the_delivery_is_noted_later(bench: Bench) -> None:
    claim = bench.ask()
    (part,) = bench.finish(claim, replies=(words(),), record=full_record(bench))

    bench.conclude(claim, part, delivered_ms=77)

    (record,) = bench.records()
    assert (record.stages.finished, record.stages.delivered) == (6, 77)


def test_records_are_read_in_pages_by_time_and_id(bench: Bench) -> None:
    for user, id in enumerate(["b", "a"], start=1):
        bench.finish(bench.ask(message(user=user)), record=replace(bench.record(id), at=START))
    bench.finish(bench.ask(message(user=3)), record=bench.record("0"))

    def page(at: datetime, id: str) -> list[str]:
        found = bench.run(bench.store.records_after(at, id, limit=2))
        return [record.id for record in found]

    assert page(EVER, "") == ["a", "b"]
    assert page(START, "a") == ["b", "0"]
    assert page(START, "b") == ["0"]
    assert page(bench.now, "0") == []


def test_the_sums_of_a_day_are_by_user_and_model(bench: Bench) -> None:
    stories = [
        (ANN, full_record(bench, "1")),
        (ANN, full_record(bench, "2")),
        (ANN, replace(full_record(bench, "3"), model="gpt-6-sol")),
        (BOB, replace(full_record(bench, "4"), user_id=BOB)),
    ]
    for user, record in stories:
        claim = bench.ask(message(user=user))
        bench.finish(claim, record=record)
        bench.release(claim)

    ann = DailyUsage(
        user_id=ANN,
        day="2026-11-12",
        model="gpt-6-luna",
        messages=2,
        images=4,
        image_tokens=80,
        input_tokens=140,
        cached_tokens=12,
        output_tokens=18,
        bytes_uploaded=180,
        cost_micros=246,
    )
    assert bench.usage()[0] == ann
    assert [(row.user_id, row.model) for row in bench.usage()] == [
        (ANN, "gpt-6-luna"),
        (ANN, "gpt-6-sol"),
        (BOB, "gpt-6-luna"),
    ]
    assert [row.user_id for row in bench.usage(user=BOB)] == [BOB]
    bench.now = TOMORROW
    assert bench.usage() == ()


def test_who_was_only_refused_is_in_no_sum(bench: Bench) -> None:
    bench.finish(bench.ask(), record=bench.record(messages=0, outcome="refused", reason="stranger"))

    assert [record.reason for record in bench.records()] == ["stranger"]
    assert bench.usage() == ()


def test_the_sums_of_users_are_in_the_order_of_their_ids(bench: Bench) -> None:
    for user in (10, 9):
        bench.finish(bench.ask(message(user=user)), record=bench.record(f"r{user}", user=user))

    assert [row.user_id for row in bench.usage()] == [9, 10]


@pytest.mark.parametrize(
    ("costs", "sum", "without"), [([None, 0], None, 1), ([None, 7], 7, 1), ([0, 0], 0, 0)]
)
def test_a_cost_is_unknown_where_no_price_is_known(
    bench: Bench, costs: list[int | None], sum: int | None, without: int
) -> None:
    for number, cost in enumerate(costs):
        claim = bench.ask()
        bench.finish(claim, record=bench.record(f"r{number}", cost_micros=cost))
        bench.release(claim)

    (row,) = bench.usage()
    assert (row.cost_micros, row.turns_without_price) == (sum, without)


def test_records_are_kept_for_400_days_and_their_sums_for_ever(bench: Bench) -> None:
    bench.finish(bench.ask(), record=(record := bench.record()))
    since = bench.now

    bench.now = since + RECORDS_KEPT - timedelta(seconds=1)
    bench.tidy()
    kept = bench.records()
    bench.wait(1)
    bench.tidy()

    assert (kept, bench.records()) == ((record,), ())
    assert len(bench.run(bench.store.usage("2026-11-12"))) == 1


def test_what_quotas_counted_is_forgotten_with_its_month(bench: Bench) -> None:
    claim, estimate = asked(bench)
    bench.reserve(claim, estimate)
    bench.finish(claim, record=estimate)

    bench.now = NEXT_MONTH - timedelta(seconds=1)
    bench.tidy()
    at_its_end = bench.spent().month
    bench.now = NEXT_MONTH
    bench.tidy()
    bench.now = START

    assert at_its_end == ONE
    assert bench.spent().month == Amounts()


def test_a_turn_that_outlives_its_month_gives_nothing_back(bench: Bench) -> None:
    bench.now = NEXT_MONTH - timedelta(seconds=10)
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)
    bench.now = NEXT_MONTH + timedelta(seconds=1)
    bench.tidy()

    bench.finish(claim, record=replace(estimate, cost_micros=120))

    bench.now = NEXT_MONTH - timedelta(seconds=1)  # the clock went backwards
    assert bench.spent() == Spending()


# ---------------------------------------------------------------- one person


def test_who_is_erased_has_no_records_and_nameless_sums(bench: Bench) -> None:
    for user in (ANN, BOB):
        claim, record = asked(bench, user, cost_micros=5)
        bench.finish(claim, record=record)

    bench.erase(ANN)

    assert [record.user_id for record in bench.records()] == [BOB]
    assert [(row.user_id, row.cost_micros) for row in bench.usage()] == [(0, 5), (BOB, 5)]


def test_a_second_person_who_is_erased_is_added_to_the_first(bench: Bench) -> None:
    for user in (ANN, BOB):
        claim, record = asked(bench, user, cost_micros=5)
        bench.finish(claim, record=record)
        bench.erase(user)

    assert [(row.user_id, row.messages, row.cost_micros) for row in bench.usage()] == [(0, 2, 10)]


def test_a_turn_that_runs_while_its_person_is_erased_is_charged_to_nobody(bench: Bench) -> None:
    claim, estimate = asked(bench, cost_micros=900)
    bench.reserve(claim, estimate)

    bench.erase(ANN)

    assert bench.records() == ()
    assert [(row.user_id, row.cost_micros) for row in bench.usage()] == [(0, 900)]
    assert not bench.revise(estimate)


def test_erasing_renews_no_limit(bench: Bench) -> None:
    claim, estimate = asked(bench)
    bench.reserve(claim, estimate)

    bench.erase(ANN)

    assert bench.spent().day == ONE


def test_an_export_holds_what_was_used_and_nothing_of_others(bench: Bench) -> None:
    for user in (ANN, BOB):
        claim, record = asked(bench, user, cost_micros=5)
        bench.finish(claim, record=record)

    held = bench.run(bench.store.export(ANN))

    assert [row["cost_micros"] for row in held["usage"]] == [5]
    assert [row["user_id"] for row in held["turns"]] == [ANN]


def test_what_waits_and_what_is_worked_on_is_counted(bench: Bench) -> None:
    bench.ask(message(user=ANN))
    bench.send(message(user=ANN), message(user=BOB))

    assert bench.run(bench.store.backlog(bench.now)).messages == 3


def test_the_bytes_of_a_users_files_are_summed(bench: Bench) -> None:
    claim = bench.ask(asked := photo())
    bench.upload(claim, asked, "file-1")

    assert bench.run(bench.store.storage_of(ANN)).size_bytes == 1000
    assert bench.run(bench.store.storage_of(BOB)).size_bytes == 0
    assert claim.conversation == private_conversation(ANN)
