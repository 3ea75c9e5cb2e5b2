"""The figures equal records made by hand."""

import csv
import re
from dataclasses import fields
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest

from snapthread.adapters.web.admin import reading
from snapthread.adapters.web.admin.figure import Column, Figure
from snapthread.adapters.web.admin.files import as_csv
from snapthread.adapters.web.admin.reading import AT_ONCE
from snapthread.adapters.web.admin.sums import first_readable
from snapthread.adapters.web.admin.turns import STAGES, percentile
from snapthread.model import FileName, LedgerFile, private_conversation
from snapthread.model.usage import DailyUsage, Stages, TurnOutcome, TurnRecord
from tests.web.admin import NOW, Held, Page

YESTERDAY, TODAY = "2026-11-21", "2026-11-22"
ANN, BOB, ERASED = 1, 2, 0


def _day(user: int, day: str, model: str = "luna", **amounts: Any) -> DailyUsage:
    return DailyUsage(user_id=user, day=day, model=model, **amounts)


def _record(
    id: str, at: datetime = NOW, outcome: TurnOutcome = "answered", **more: Any
) -> TurnRecord:
    return TurnRecord(id=id, at=at, user_id=ANN, model="luna", outcome=outcome, **more)


def _file(name: str, age: timedelta, size_bytes: int = 1000) -> LedgerFile:
    return LedgerFile(
        name=FileName(name),
        conversation=private_conversation(ANN),
        epoch=0,
        owner=ANN,
        state="live",
        image_key=FileName(name),
        telegram_id="telegram",
        unique_id="unique",
        size_bytes=size_bytes,
        created_at=NOW - age,
    )


DAYS = [
    _day(ANN, YESTERDAY, messages=2, images=3, documents=2, image_tokens=4320, cost_micros=900),
    _day(ANN, TODAY, messages=1, images=1, image_tokens=1440, cost_micros=400),
    _day(BOB, TODAY, messages=4, input_tokens=90, cached_tokens=30, output_tokens=7, cost_micros=5),
    _day(BOB, TODAY, "local", messages=1, cost_micros=None, turns_without_price=1),
    _day(ERASED, TODAY, messages=5, bytes_uploaded=700, cost_micros=60),
]


def _csv(held: Held, key: str, days: int = 7) -> list[list[str]]:
    text = Page(held).read(f"/admin/{key}.csv?days={days}")
    return list(csv.reader(StringIO(text, newline="")))


@pytest.mark.parametrize(
    ("key", "head", "yesterday", "today"),
    [
        ("cost", ["cost_dollars", "turns_without_price"], ["0.000900", "0"], ["0.000465", "1"]),
        ("messages", ["messages"], ["2"], ["11"]),
        ("users", ["users"], ["1"], ["2"]),  # who was erased is nobody
        ("images", ["images"], ["3"], ["1"]),
        ("documents", ["documents"], ["2"], ["0"]),
        ("image_tokens", ["image_tokens"], ["4320"], ["1440"]),
    ],
)
def test_each_day_has_its_sum(
    key: str, head: list[str], yesterday: list[str], today: list[str]
) -> None:
    rows = _csv(Held(daily=DAYS), key)

    assert rows[0] == ["day", *head]
    assert [row[0] for row in rows[1:]] == [f"2026-11-{day}" for day in range(16, 23)]
    assert rows[1] == ["2026-11-16", *["0"] * len(head)]
    assert rows[-2:] == [[YESTERDAY, *yesterday], [TODAY, *today]]


@pytest.mark.parametrize(("asked", "days"), [("7", 7), ("30", 30), ("90", 90), ("8", 30), ("", 30)])
def test_the_period_can_be_chosen(asked: str, days: int) -> None:
    first = (NOW - timedelta(days=days - 1)).date().isoformat()
    before = (NOW - timedelta(days=days)).date().isoformat()
    held = Held(daily=[_day(ANN, first, messages=1), _day(ANN, before, messages=10)])

    rows = list(csv.reader(StringIO(Page(held).read(f"/admin/messages.csv?days={asked}"))))

    assert len(rows) == days + 1
    assert rows[1] == [first, "1"]


def test_a_day_without_any_price_has_an_unknown_cost() -> None:
    held = Held(daily=[_day(ANN, TODAY, messages=1, cost_micros=None, turns_without_price=1)])
    assert _csv(held, "cost")[-1] == [TODAY, "", "1"]
    page = Page(held).read()
    assert "Turns without a known price: 1" in page
    assert "<dd>unknown</dd>" in page


def test_models_and_users_come_dearest_first() -> None:
    held = Held(daily=DAYS)
    head = "messages images documents image_tokens input_tokens cached_tokens output_tokens"
    columns = [*head.split(), "bytes_uploaded", "voice_s", "cost_dollars", "turns_without_price"]

    assert _csv(held, "models") == [
        ["model", *columns],
        ["luna", "12", "4", "2", "5760", "90", "30", "7", "700", "0", "0.001365", "0"],
        ["local", "1", "0", "0", "0", "0", "0", "0", "0", "0", "", "1"],
    ]
    assert _csv(held, "people") == [
        ["user_id", *columns],
        ["1", "3", "4", "2", "5760", "0", "0", "0", "0", "0", "0.001300", "0"],
        ["0", "5", "0", "0", "0", "0", "0", "0", "700", "0", "0.000060", "0"],
        ["2", "5", "0", "0", "0", "90", "30", "7", "0", "0", "0.000005", "1"],
    ]


def test_each_stage_has_its_median_and_its_95_percent() -> None:
    stages = [
        Stages(waited=ms, first_token=ms * 10, finished=ms * 20, delivered=ms * 30)
        for ms in range(1, 101)
    ]
    records = [_record(f"r{i:03}", stages=stage) for i, stage in enumerate(stages)]
    records.append(_record("refused", outcome="refused", stages=Stages(waited=1000)))

    assert _csv(Held(records=records), "latency") == [
        ["stage", "p50_ms", "p95_ms", "turns"],
        ["Waited for its turn", "51", "96", "101"],
        ["First word", "500", "950", "100"],
        ["Answer finished", "1000", "1900", "100"],
        ["Answer delivered", "1500", "2850", "100"],
    ]


def test_the_first_word_is_never_told_later_than_the_end() -> None:
    """Once others were counted: those that failed after a long first wait."""
    answers = [
        _record(f"a{n}", stages=Stages(first_token=100 * n, finished=200 * n, delivered=300 * n))
        for n in range(1, 20)
    ]
    failed = [
        _record(f"f{n}", outcome="failed", stages=Stages(first_token=90_000)) for n in range(9)
    ]

    rows = {row[0]: row[1:] for row in _csv(Held(records=[*answers, *failed]), "latency")}

    spans = [rows[name] for name in ("First word", "Answer finished", "Answer delivered")]
    assert {row[2] for row in spans} == {"19"}
    for place in (0, 1):
        assert int(spans[0][place]) <= int(spans[1][place]) <= int(spans[2][place])


@pytest.mark.parametrize(
    ("values", "half", "most"),
    [([7], 7, 7), ([1, 2], 1, 2), ([1, 2, 3], 2, 3), (list(range(1, 21)), 10, 19)],
)
def test_a_percentile_is_a_value_that_occurred(values: list[int], half: int, most: int) -> None:
    assert percentile(values, 50) == half
    assert percentile(values, 95) == most


def test_ends_are_counted_by_kind() -> None:
    records = [
        _record("1"),
        _record("2"),
        _record("3", outcome="refused", reason="user_daily_images"),
        _record("4", outcome="failed", reason="AssistantBusy"),
        _record("5", at=NOW - timedelta(days=7), outcome="failed"),
    ]
    assert _csv(Held(records=records), "outcomes") == [
        ["outcome", "reason", "turns"],
        ["answered", "", "2"],
        ["failed", "AssistantBusy", "1"],
        ["refused", "user_daily_images", "1"],
    ]


def test_more_records_than_are_read_at_once_are_all_counted() -> None:
    records = [_record(f"{i:05}") for i in range(2 * AT_ONCE + 1)]
    assert _csv(Held(records=records), "outcomes")[1] == ["answered", "", str(2 * AT_ONCE + 1)]


def test_what_is_too_much_to_read_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "TURNS_MAX", 30)
    monkeypatch.setattr(reading, "FILES_MAX", AT_ONCE)
    records = [_record(f"{i:05}", at=NOW - timedelta(minutes=7 * i)) for i in range(120)]
    daily = [_day(ANN, TODAY, messages=120)]
    files = [_file(f"{i:05}", timedelta()) for i in range(AT_ONCE + 1)]

    page = Page(Held(records=records, files=files, daily=daily)).read()

    assert page.count(" turns.") == 2
    (read,) = set(re.findall("About the last ([0-9]+) turns.", page))
    assert 0 < int(read) <= 60
    assert "Of the first 500 files." in page


def test_a_record_of_the_first_instant_of_the_period_counts() -> None:
    midnight = datetime.fromisoformat("2026-11-16T00:00:00+00:00")
    held = Held(
        records=[_record("1", at=midnight), _record("0", at=midnight - timedelta(seconds=1))]
    )
    assert _csv(held, "outcomes")[1:] == [["answered", "", "1"]]


def test_a_busy_bots_turns_are_read_of_fewer_days() -> None:
    days = ["2026-11-20", YESTERDAY, TODAY]
    usage = [
        _day(ANN, day, messages=messages) for day, messages in zip(days, (5, 4, 3), strict=True)
    ]

    assert first_readable(usage, days, 12) == days[0]
    assert first_readable(usage, days, 11) == YESTERDAY
    assert first_readable(usage, days, 7) == YESTERDAY
    assert first_readable(usage, days, 1) == TODAY


def test_files_are_told_by_age() -> None:
    day = timedelta(days=1)
    ages = {"a": day * 0.9, "b": day, "c": day * 6.9, "d": day * 7, "e": day * 20, "f": day * 29}
    files = [_file(name, age) for name, age in ages.items()]

    assert _csv(Held(files=files), "files") == [
        ["age", "files", "size_bytes"],
        ["under 1 day", "1", "1000"],
        ["1 to 7 days", "2", "2000"],
        ["7 to 14 days", "1", "1000"],
        ["14 to 21 days", "1", "1000"],
        ["21 to 28 days", "0", "0"],
        ["28 days and more", "1", "1000"],
    ]


def test_more_files_than_are_read_at_once_are_all_counted() -> None:
    files = [_file(f"{i:05}", timedelta()) for i in range(AT_ONCE + 1)]
    assert _csv(Held(files=files), "files")[1] == ["under 1 day", "501", "501000"]


def test_what_waits_is_told() -> None:
    assert _csv(Held(queued=3, remaining=14, put_aside=2), "waiting")[1:] == [
        ["Messages to be answered", "3"],
        ["Dead letters", "2"],
        ["Files to be deleted", "14"],
    ]


@pytest.mark.parametrize("evil", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_a_spreadsheet_finds_no_formula(evil: str) -> None:
    figure = Figure(
        key="k", title="t", columns=(Column("model", "Model", "text"),), rows=((evil,),)
    )
    rows = list(csv.reader(StringIO(as_csv(figure), newline="")))
    assert rows == [["model"], [f"'{evil}"]]


def test_a_csv_survives_commas_quotes_and_line_breaks() -> None:
    odd = 'a "model", of\r\ntwo lines'
    held = Held(daily=[_day(ANN, TODAY, odd, messages=1)])
    assert _csv(held, "models")[1][0] == odd


def test_who_was_refused_makes_no_answer_look_fast() -> None:
    fast = Stages(waited=1, finished=2)
    slow = Stages(waited=1, first_token=100, finished=900, delivered=950)
    refused = [_record(f"r{n}", outcome="refused", stages=fast) for n in range(9)]
    held = Held(records=[*refused, _record("answered", stages=slow)])

    rows = {row[0]: row[1:] for row in _csv(held, "latency")}

    assert rows["Answer finished"] == ["900", "900", "1"]


def test_voice_is_told_in_minutes_on_the_page_and_in_seconds_in_the_csv() -> None:
    held = Held(daily=[_day(ANN, TODAY, messages=1, voice_s=90)])
    assert _csv(held, "voice")[-1] == [TODAY, "90"]
    assert "<dt>Voice</dt><dd>1.5 min</dd>" in Page(held).read()


def test_today_stands_beside_the_period() -> None:
    earlier = _day(ANN, "2026-11-20", messages=4, cost_micros=250_000)
    held = Held(daily=[earlier, _day(BOB, TODAY, messages=3, cost_micros=500_000)])
    page = Page(held).read()
    assert '<dt>Messages</dt><dd>7</dd><dd class="today">today 3</dd>' in page
    assert '<dt>Users</dt><dd>2</dd><dd class="today">today 1</dd>' in page
    assert '<dt>Cost</dt><dd>$0.75</dd><dd class="today">today $0.50</dd>' in page
    assert "<dt>Files held now</dt><dd>0</dd></div>" in page


def test_every_stage_of_a_turn_has_a_name_on_the_page() -> None:
    assert set(STAGES) == {stage.name for stage in fields(Stages)}
