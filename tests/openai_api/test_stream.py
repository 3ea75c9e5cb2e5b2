"""Bytes of a stream → events, as the standard reads them; any byte is a sign of life."""

import asyncio

import pytest

from snapthread.adapters.openai_api.sse import EVENT_MAX, EventReader
from snapthread.errors import AssistantBusy
from snapthread.limits import ANSWER_S, FIRST_EVENT_S, NEXT_EVENT_S, THINKING_MAX_S
from snapthread.ports import AnswerCompleted, TextDelta, Thinking
from tests import virtual
from tests.openai_api.wire import COMPLETED, CREATED, Step, Wire, delta, event


def read(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    return [data for chunk in chunks for data in reader.feed(chunk)]


@pytest.mark.parametrize(
    "empty",
    [
        b"retry: 3000\n\n",
        b"id: 7\n: a comment\n\n",
        b"event: ping\n\n",
        b"event: ping\ndata:\n\n",
        b": keepalive\n\n",
        b"\n\n",
        b"data\n\n",
        b"unknown: field\n\n",
    ],
)
def test_a_block_without_data_is_no_event(empty: bytes) -> None:
    assert read(empty, b"data: 1\n\n") == [b"1"]
    wire = Wire([empty, delta("a"), empty, COMPLETED])
    assert asyncio.run(wire.ask())[0] == TextDelta(text="a")


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines_end_in_three_ways_wherever_they_are_cut(end: bytes, size: int) -> None:
    stream = end.join([b"event: a", b"data: 1", b"data:2", b"", b"data: 3", b"", b""])
    chunks = [stream[start : start + size] for start in range(0, len(stream), size)]
    assert read(*chunks, b"\n") == [b"1\n2", b"3"]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert read(b"\xef\xbb", b"\xbfdata: 1\n\n") == [b"1"]


def test_an_event_without_an_end_is_bounded() -> None:
    with pytest.raises(ValueError, match="without an end"):
        read(b"data: " + b"x" * (EVENT_MAX + 1))
    with pytest.raises(ValueError, match="without an end"):
        read((b"data: " + b"x" * 1_000_000 + b"\n") * 40)
    whole = b"data: " + b"x" * 1_000_000 + b"\n\n"
    assert len(read(whole * 40)) == 40


def test_a_long_line_in_small_pieces_held_up_everybody() -> None:
    """Each piece copied all that came before it: 40 s of processor time for these 16 MB."""
    piece = b"x" * 4096
    assert read(b"data: ", *[piece] * 4000, b"\r", b"\n\r\n") == [piece * 4000]


def test_a_last_event_that_is_not_ended_is_an_event() -> None:
    wire = Wire([delta("a"), COMPLETED.rstrip()])
    assert isinstance(asyncio.run(wire.ask())[-1], AnswerCompleted)


def test_what_comes_before_garbled_bytes_counts() -> None:
    wire = Wire([delta("a") + COMPLETED + b"data: {no\n\n"])
    assert isinstance(asyncio.run(wire.ask())[-1], AnswerCompleted)


def test_json_too_deep_to_read_is_a_garbled_answer() -> None:
    with pytest.raises(AssistantBusy):
        asyncio.run(Wire([b"data: " + b"[" * 100_000 + b"\n\n"]).ask())


def test_done_is_no_event() -> None:
    wire = Wire([delta("a"), b"data: [DONE]\n\n", COMPLETED])
    assert len(asyncio.run(wire.ask())) == 2


# ---------------------------------------------------------------- waiting


async def _asked_for(wire: Wire) -> float:
    await wire.ask()
    return virtual.loop().time()


async def _busy_after(wire: Wire) -> float:
    with pytest.raises(AssistantBusy):
        await wire.ask()
    return virtual.loop().time()


def test_comments_are_a_sign_of_life() -> None:
    silence: list[Step] = [50.0, b": keepalive\n\n"] * 4
    assert virtual.run(_asked_for(Wire([*silence, delta("a"), COMPLETED]))) == 200.0


def test_comments_alone_do_not_hold_a_question_for_ever() -> None:
    assert virtual.run(_busy_after(Wire([50.0, b": keepalive\n\n"] * 20))) == ANSWER_S


@pytest.mark.parametrize(
    ("effort", "first_s"),
    [
        ("none", FIRST_EVENT_S),
        ("minimal", FIRST_EVENT_S),
        ("low", 120.0),
        ("medium", 180.0),
        ("", 180.0),  # the model's own, mostly medium
        ("high", FIRST_EVENT_S + THINKING_MAX_S),
        ("newer than we are", FIRST_EVENT_S + THINKING_MAX_S),
    ],
)
def test_who_thinks_more_may_be_silent_for_longer(effort: str, first_s: float) -> None:
    wire = Wire([CREATED, first_s + 1, delta("a"), COMPLETED])
    wire.assistant = wire.make_assistant(effort=effort)
    assert virtual.run(_busy_after(wire)) == first_s


def test_who_speaks_is_not_silent_for_as_long_as_who_thinks() -> None:
    wire = Wire([200.0, delta("a"), NEXT_EVENT_S + 1, COMPLETED])
    wire.assistant = wire.make_assistant(effort="high")
    assert virtual.run(_busy_after(wire)) == 200.0 + NEXT_EVENT_S


def test_thinking_is_told_once_and_before_the_first_word() -> None:
    reasoning = event("response.output_item.added", output_index=0, item={"type": "reasoning"})
    summary = event("response.reasoning_summary_text.delta", delta="hm")
    said = asyncio.run(Wire([reasoning, summary, delta("a"), summary, COMPLETED]).ask())
    assert [type(one) for one in said] == [Thinking, TextDelta, AnswerCompleted]


def test_a_server_that_only_shows_that_it_lives_is_thinking() -> None:
    wire = Wire(
        [CREATED, 10.0, b": keepalive\n\n", 10.0, b": keepalive\n\n", delta("a"), COMPLETED]
    )
    said = virtual.run(wire.ask())
    assert [type(one) for one in said] == [Thinking, TextDelta, AnswerCompleted]
