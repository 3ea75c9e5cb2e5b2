"""The bot's log → the page's events."""

import json
from typing import Any

from snapthread.demo.feed import Feed


def a_line(event: str, **fields: Any) -> str:
    at = "2026-11-22T14:00:00.250000Z"
    return json.dumps({"event": event, "timestamp": at, "level": "info"} | fields)


def a_feed(*lines: str) -> Feed:
    feed = Feed()
    for line in lines:
        feed.read(line)
    return feed


def test_an_event_comes_with_its_time_its_turn_and_its_fields() -> None:
    feed = a_feed(a_line("image.downloaded", turn="a1", ms=12, bytes=3400, kind="photo"))

    assert feed.after(0) == [
        {
            "number": 1,
            "name": "image.downloaded",
            "at": 1795356000250,
            "turn": "a1",
            "level": "info",
            "fields": {"ms": 12, "bytes": 3400, "kind": "photo"},
        }
    ]


def test_a_field_that_nobody_listed_is_not_shown() -> None:
    feed = a_feed(a_line("turn.broke", exception="Traceback of somebody's text"))

    assert "Traceback" not in json.dumps(feed.after(0))


def test_each_event_is_given_once() -> None:
    feed = a_feed(a_line("bot.started"), a_line("turn.done", turn="a1"))

    assert [event["name"] for event in feed.after(1)] == ["turn.done"]


def test_of_debug_lines_only_requests_and_beginnings_are_shown() -> None:
    feed = a_feed(
        a_line("turn.started", level="debug", turn="a1", user=1001),
        a_line("openai.request", level="debug", route="responses", code="ok", ms=40),
        a_line("telegram.request", level="debug", method="sendMessage", code="ok"),
        a_line("store.verb", level="debug"),
    )

    assert [event["name"] for event in feed.after(0)] == ["turn.started", "openai.request"]


def test_a_turn_that_waits_is_known_by_its_person() -> None:
    feed = a_feed(a_line("turn.started", level="debug", turn="a1", user=1001))

    feed.note_in_turn("openai.asked")

    started, asked = feed.after(0)
    assert started["fields"] == {"user": 1001}
    assert asked["turn"] == "a1"


def test_what_began_anew_knows_nothing_of_before() -> None:
    feed = a_feed(a_line("turn.started", level="debug", turn="a1"))

    feed.begin_anew()
    feed.note_in_turn("openai.asked")

    assert [(event["name"], event["turn"]) for event in feed.after(0)] == [
        ("demo.anew", None),
        ("openai.asked", None),
    ]


def test_a_call_that_telegram_refused_is_shown() -> None:
    refused = a_line("telegram.request", level="debug", method="sendMessage", code="TelegramBad")
    typing = a_line("telegram.request", level="debug", method="sendChatAction", code="TelegramBad")

    feed = a_feed(refused, typing)

    assert [event["fields"]["method"] for event in feed.after(0)] == ["sendMessage"]


def test_a_line_that_is_no_event_is_passed_over() -> None:
    feed = a_feed("Traceback (most recent call last):\n", "{}", "3", '{"event": "x"}')

    assert feed.after(0) == []


def test_the_first_words_belong_to_the_turn_that_runs() -> None:
    feed = a_feed(a_line("openai.request", turn="a1", route="responses", code="ok"))

    feed.note_in_turn("model.first_words", ms=80)

    assert feed.after(1)[0]["turn"] == "a1"


def test_the_people_it_heard_of_are_known() -> None:
    feed = a_feed(a_line("turn.done", turn="a1", user=1001))

    assert feed.people == {1001}


def test_who_asked_to_be_told_is_told() -> None:
    heard: list[int] = []
    feed = Feed()
    feed.when["conversation.reset"] = lambda event: heard.append(event["user"])

    feed.read(a_line("conversation.reset", user=1001, files=2))

    assert heard == [1001]
