"""Sentences at the end of a claim, in their order."""

from datetime import UTC, datetime

import pytest

from snapthread.formatting import format_answer
from snapthread.limits import MESSAGE_UNITS
from snapthread.model import HistoryItem, OutgoingMessage
from snapthread.texts import Texts
from snapthread.texts.localizer import Localizer
from snapthread.turn.outcome import Outcome
from snapthread.turn.result import TurnResult
from snapthread.turn.sentences import outcome_of

LINE = HistoryItem(role="user", text="Hello", at=datetime(2026, 11, 26, tzinfo=UTC))


def said(outcome: Outcome) -> list[str]:
    return [say.text for say in outcome.replies()]


def test_our_sentences_stand_around_the_answer_and_are_not_markdown() -> None:
    outcome = Outcome(
        result="answered",
        texts=("1 * 1 of *this*",),
        answer="It is **bold**",
        after=("_cut_ here",),
        more=(OutgoingMessage(text="A file"),),
    )

    assert said(outcome) == ["1 * 1 of *this*", "It is bold", "_cut_ here", "A file"]
    assert [entity.type for entity in outcome.replies()[1].entities] == ["bold"]


@pytest.mark.parametrize("markdown", ["[a]: https://example.org", "<!-- -->", "[^1]: note"])
def test_an_answer_of_which_nothing_would_be_seen_is_said_as_it_is(markdown: str) -> None:
    assert format_answer(markdown) or said(Outcome(result="answered", answer=markdown)) == [
        markdown
    ]
    assert said(Outcome(result="answered", answer=markdown))


@pytest.mark.parametrize(
    ("thoughts", "cut", "sentence"),
    [
        ("<think>only this</think>", None, "No answer came out this time."),
        ("<think>and on and", "max_output_tokens", "(The answer was cut off here"),
    ],
)
def test_an_answer_of_nothing_but_thoughts_is_a_sentence(
    thoughts: str, cut: str | None, sentence: str
) -> None:
    t = Localizer(texts=Texts.load(), language="en")
    ended = TurnResult(items=(LINE, LINE), text=thoughts, cut=cut)

    (told,) = said(outcome_of(ended, (), t))

    assert told.startswith(sentence)


def test_a_long_answer_is_several_messages() -> None:
    parts = said(Outcome(result="answered", answer="word " * 3000))

    assert len(parts) == 4
    assert all(len(part) <= MESSAGE_UNITS for part in parts)
