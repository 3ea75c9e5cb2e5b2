"""Whatever OpenAI streams: it is an answer, or a failure of ours; nothing else ever comes out."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from snapthread.errors import SnapthreadError
from snapthread.ports import AnswerCompleted, TextDelta
from tests.fuzz.updates import ODD
from tests.openai_api.wire import COMPLETED, CREATED, Wire, delta, response

KINDS = (
    "response.created response.in_progress response.queued response.completed response.failed"
    " response.incomplete response.output_item.added response.output_item.done"
    " response.content_part.added response.content_part.done response.output_text.delta"
    " response.output_text.done response.refusal.delta response.refusal.done"
    " response.reasoning_summary_text.delta response.output_text.annotation.added error keepalive"
).split()
FIELDS = (
    "response delta text item item_id part refusal output_index content_index code message error"
    " sequence_number status output usage incomplete_details phase content role type id"
).split()

objects = st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=5)
events = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    st.sampled_from(KINDS) | st.text(max_size=20),
    st.dictionaries(st.sampled_from(FIELDS), ODD | objects | st.just(response()), max_size=5),
)
pieces = st.one_of(
    events.map(lambda event: f"data: {json.dumps(event)}\n\n".encode()),
    st.sampled_from([CREATED, delta("word "), COMPLETED, b": alive\n\n", b"data: [DONE]\n\n"]),
    st.binary(max_size=40),
    ODD.map(lambda odd: f"data: {json.dumps(odd)}\n\n".encode()),
)


def cut(stream: bytes, places: Sequence[int]) -> list[bytes]:
    """The same bytes, as a network hands them on."""
    ends = sorted({place % (len(stream) + 1) for place in places} | {len(stream)})
    return [stream[start:end] for start, end in zip([0, *ends], ends, strict=False)]


@given(st.lists(pieces, max_size=8), st.lists(st.integers(0, 10_000), max_size=6))
def test_any_stream_is_an_answer_or_a_failure_of_ours(
    parts: list[bytes], places: list[int]
) -> None:
    wire = Wire(cut(b"".join(parts), places))
    try:
        said = asyncio.run(wire.ask())
    except SnapthreadError:
        said = []
    assert sum(isinstance(one, AnswerCompleted) for one in said) == bool(said)
    assert [body.is_closed for body in wire.bodies] == [True]


@given(st.text(min_size=1, max_size=60), st.lists(st.integers(0, 10_000), max_size=8))
def test_no_word_is_lost_wherever_a_stream_is_cut(text: str, places: list[int]) -> None:
    """Half a surrogate pair is no text; JSON can tell it all the same."""
    stream = CREATED + b"".join(delta(letter) for letter in text) + COMPLETED
    said = asyncio.run(Wire(cut(stream, places)).ask())
    whole = "".join(one.text for one in said if isinstance(one, TextDelta))
    assert whole == text
    assert isinstance(said[-1], AnswerCompleted)


@given(st.integers(400, 599), ODD, st.booleans())
def test_any_refusal_is_a_failure_of_ours(status: int, odd: Any, is_error: bool) -> None:
    content = json.dumps({"error": odd} if is_error else odd)
    answer = httpx2.Response(status, content=content, headers={"content-type": "application/json"})
    with pytest.raises(SnapthreadError):
        asyncio.run(Wire(answer).ask())
