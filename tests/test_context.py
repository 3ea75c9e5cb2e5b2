"""Older turns that a request leaves out: whole turns, by halves, to the end."""

from snapthread.model import HistoryItem, Transcript
from snapthread.model.context import first_id, newest_half, newest_within
from snapthread.turn.transcript import without_older_half
from tests.contracts.builders import turn


def talk(*tokens: int) -> tuple[HistoryItem, ...]:
    """Turns whose question and answer have so many tokens each."""
    return tuple(item for number in tokens for item in turn(str(number), tokens=number))


def transcript(*tokens: int) -> Transcript:
    items = talk(*tokens)
    return Transcript(items=items, ids=tuple(range(100, 100 + len(items))))


def test_the_newest_turns_stay_that_the_budget_holds() -> None:
    assert newest_within(talk(10, 10, 10), 40) == 2


def test_half_a_turn_never_stays() -> None:
    assert newest_within(talk(10, 10, 10), 39) == 4


def test_nothing_stays_where_the_newest_turn_is_too_long() -> None:
    assert newest_within(talk(10, 100), 150) == 4


def test_half_of_a_conversation_leaves() -> None:
    assert newest_half(talk(10, 10, 10, 10)) == 4


def test_a_halved_transcript_says_where_requests_begin_from_now_on() -> None:
    half = without_older_half(transcript(10, 10, 10, 10))

    assert [item.text for item in half.items] == ["10"] * 4
    assert half.ids == (104, 105, 106, 107)
    assert half.history_start == 104


def test_halving_goes_on_until_nothing_is_left() -> None:
    whole = transcript(10, 10, 10, 10)

    nothing = without_older_half(without_older_half(without_older_half(whole)))

    assert (nothing.items, nothing.ids, nothing.history_start) == ((), (), 108)


def test_halving_ends_also_with_items_of_no_tokens() -> None:
    left = transcript(0, 0, 0, 0)
    for _ in range(3):
        left = without_older_half(left)

    assert left.items == ()


def test_nothing_has_no_half() -> None:
    assert without_older_half(Transcript()) == Transcript()


def test_where_none_stays_the_first_is_still_to_come() -> None:
    assert first_id((7, 8), 2) == 9
