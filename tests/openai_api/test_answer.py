"""The text of an answer, in whatever pieces it comes."""

import asyncio
from typing import Any

import pytest

from snapthread.errors import AssistantRefused
from snapthread.model import Usage
from snapthread.ports import AnswerCompleted, AnswerEvent, TextDelta, TextSoFar, UsageReported
from tests.openai_api.wire import ASK, COMPLETED, Wire, delta, event, response


def text_of(said: list[AnswerEvent]) -> str:
    text = ""
    for one in said:
        match one:
            case TextDelta(text=more):
                text += more
            case TextSoFar(text=anew):
                text = anew
    return text


def asked(*steps: bytes) -> tuple[str, AnswerCompleted]:
    said = asyncio.run(Wire(list(steps)).ask())
    assert isinstance(said[-1], AnswerCompleted)
    return text_of(said), said[-1]


def piece(text: str, item: int = 0, part: int = 0) -> bytes:
    return event("response.output_text.delta", delta=text, output_index=item, content_index=part)


def done(text: str, item: int = 0) -> bytes:
    return event("response.output_text.done", text=text, output_index=item, content_index=0)


def message(text: str, phase: str | None = None, kind: str = "output_text") -> dict[str, Any]:
    field = "refusal" if kind == "refusal" else "text"
    return {"type": "message", "phase": phase, "content": [{"type": kind, field: text}]}


def item_done(item: dict[str, Any]) -> bytes:
    return event("response.output_item.done", output_index=0, item=item)


def part_done(part: dict[str, Any]) -> bytes:
    return event("response.content_part.done", output_index=0, content_index=0, part=part)


def added(item: int, phase: str | None) -> bytes:
    told = {**message("", phase), "content": []}
    return event("response.output_item.added", output_index=item, item=told)


def completed(*items: dict[str, Any]) -> bytes:
    return event("response.completed", response=response(output=list(items)))


# ---------------------------------------------------------------- order


def test_two_items_that_come_interleaved_are_not_shuffled() -> None:
    pieces = [piece("aaaa", 0), piece("bbb ", 1), piece("1111", 0), piece("222b", 1)]
    assert asked(*pieces, COMPLETED)[0] == "aaaa1111\n\nbbb 222b"


def test_two_items_are_not_glued() -> None:
    text, _ = asked(piece("Let me look at that first.", 0), piece("It is a cat.", 1), COMPLETED)
    assert text == "Let me look at that first.\n\nIt is a cat."


def test_parts_of_an_item_stand_in_their_order() -> None:
    assert asked(piece("second", 0, 1), piece("first", 0, 0), COMPLETED)[0] == "first\n\nsecond"


def test_an_empty_part_makes_no_blank_line() -> None:
    assert asked(piece("", 0), piece("a", 1), done("", 2), COMPLETED)[0] == "a"


# ---------------------------------------------------------------- text that comes elsewhere


@pytest.mark.parametrize(
    "steps",
    [
        [done("A cat."), COMPLETED],
        [completed(message("A cat."))],
        [piece("A cat."), done("A cat."), completed(message("A cat."))],
        [piece("A c"), done("A cat."), completed()],
        [piece("A c"), completed(message("A cat."))],
        [piece("A cat."), completed()],
        [piece("A dog?"), done("A cat."), COMPLETED],
        [
            event("response.output_item.done", output_index=0, item=message("A cat.")),
            completed(message("A cat.")),
        ],
        [piece("A cat."), done("A cat.", item=3), completed({"type": "reasoning"})],
        [piece("A cat."), completed({"type": "reasoning"}, message("A cat."))],
        [piece("A cat."), completed({"type": "reasoning"}, message(" A cat.\n"))],
        [part_done({"type": "output_text", "text": "A cat."}), completed()],
        [part_done({"type": "output_text", "text": "A cat."}), completed(message("A cat."))],
    ],
)
def test_text_is_taken_once_wherever_it_comes(steps: list[bytes]) -> None:
    assert asked(*steps)[0] == "A cat."


def test_the_second_item_was_lost_where_only_the_last_event_had_it() -> None:
    whole = completed(message("Let me look.", "commentary"), message("A cat.", "final_answer"))
    text, ended = asked(added(0, "commentary"), piece("Let me look.", 0), whole)

    assert text == "A cat."
    assert ended.commentary == "Let me look."


def test_items_that_came_as_one_are_not_said_again_at_the_end() -> None:
    whole = completed(message("Look: "), message("A cat."))
    assert asked(piece("Look: "), piece("A cat."), whole)[0] == "Look: A cat."


@pytest.mark.parametrize(
    "steps",
    [
        [event("response.refusal.done", refusal="I cannot"), COMPLETED],
        [completed(message("I cannot", kind="refusal"))],
        [item_done(message("I cannot", kind="refusal")), completed()],
        [part_done({"type": "refusal", "refusal": "I cannot"}), completed()],
        [item_done({"type": "message", "content": 5}), completed(message("No", kind="refusal"))],
    ],
)
def test_a_refusal_is_taken_wherever_it_comes_and_what_it_cost(steps: list[bytes]) -> None:
    events: list[AnswerEvent] = []

    async def ask() -> None:
        async for said in Wire(steps).assistant.ask(ASK):
            events.append(said)  # noqa: PERF401 - what was heard before the failure counts

    with pytest.raises(AssistantRefused):
        asyncio.run(ask())
    assert isinstance(events[-1], UsageReported)
    assert events[-1].usage.output_tokens == 30


# ---------------------------------------------------------------- halves of characters


def test_a_surrogate_pair_in_two_deltas_is_one_character() -> None:
    assert asked(piece("a cat \ud83d"), piece("\udc08!"), COMPLETED)[0] == "a cat 🐈!"


@pytest.mark.parametrize(
    ("pieces", "text"),
    [
        (["a \ud83d"], "a �"),
        (["a \ud83d", "b"], "a �b"),
        (["\udc08 b"], "� b"),
        (["\ud83d", "\ud83d", "\udc08"], "�🐈"),
        (["\ud83d\udc08"], "🐈"),
    ],
)
def test_half_a_character_is_never_said(pieces: list[str], text: str) -> None:
    assert asked(*map(piece, pieces), COMPLETED)[0] == text


def test_half_a_character_in_the_whole_text_is_never_said() -> None:
    assert asked(completed(message("a \ud83d")))[0] == "a �"


# ---------------------------------------------------------------- phases


def test_commentary_is_shown_until_the_answer_begins() -> None:
    wire = Wire(
        [
            added(0, "commentary"),
            piece("Let me look.", 0),
            added(1, "final_answer"),
            piece("It is ", 1),
            piece("a cat.", 1),
            COMPLETED,
        ]
    )
    *said, end = asyncio.run(wire.ask())
    assert said == [
        TextDelta(text="Let me look."),
        TextSoFar(text="It is "),
        TextDelta(text="a cat."),
    ]
    assert isinstance(end, AnswerCompleted)
    assert (end.commentary, end.phase) == ("Let me look.", "final_answer")


def test_commentary_alone_is_the_answer() -> None:
    text, end = asked(added(0, "commentary"), piece("Let me look."), COMPLETED)
    assert (text, end.commentary, end.phase) == ("Let me look.", "", "commentary")


def test_phases_are_told_apart_without_deltas() -> None:
    text, end = asked(completed(message("Hm.", "commentary"), message("A cat.", "final_answer")))
    assert (text, end.commentary, end.phase) == ("A cat.", "Hm.", "final_answer")


def test_an_answer_without_phases_has_none() -> None:
    text, end = asked(delta("A cat."), COMPLETED)
    assert (text, end.commentary, end.phase) == ("A cat.", "", None)


# ---------------------------------------------------------------- what it cost


@pytest.mark.parametrize("usage", [{"output_tokens": 7}, {"input_tokens": 7}, {"total_tokens": 7}])
def test_half_a_count_is_no_count(usage: object) -> None:
    end = asyncio.run(Wire([event("response.completed", response=response(usage=usage))]).ask())[-1]
    assert isinstance(end, AnswerCompleted)
    assert end.usage == Usage()


@pytest.mark.parametrize("count", [10**20, 10**13])
def test_a_count_larger_than_a_store_takes_lost_the_answer(count: int) -> None:
    usage = {"input_tokens": count, "output_tokens": 7}
    end = asyncio.run(Wire([event("response.completed", response=response(usage=usage))]).ask())[-1]
    assert isinstance(end, AnswerCompleted)
    assert end.usage == Usage()


@pytest.mark.parametrize("name", ["half \ud83d", "x" * 257, "a\nb", "", 5, None])
def test_a_name_that_no_store_takes_lost_the_answer(name: object) -> None:
    item = {**message("A cat."), "phase": name}
    text, end = asked(event("response.completed", response=response(output=[item], model=name)))
    assert (text, end.model, end.phase) == ("A cat.", "gpt-6-luna", None)


def test_more_was_cached_than_was_read() -> None:
    details = {"cached_tokens": 1000, "cache_write_tokens": 1000}
    usage = {"input_tokens": 10, "input_tokens_details": details, "output_tokens": 7}
    end = asyncio.run(Wire([event("response.completed", response=response(usage=usage))]).ask())[-1]
    assert isinstance(end, AnswerCompleted)
    assert end.usage == Usage(input_tokens=10, cached_tokens=10, output_tokens=7)
