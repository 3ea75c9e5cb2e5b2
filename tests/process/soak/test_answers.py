"""The reading of a long run tells a loss, a double, and what came out of order."""

from tests.process.soak.answers import FILLER, Item, Reading, name_of

FIRST, SECOND, THIRD = (name_of(1, number, 0, is_long=False) for number in (1, 2, 3))
LONG = name_of(1, 4, 0, is_long=True)
PHOTO = name_of(1, 5, 2, is_long=False)


def _questions(*names: str) -> list[Item]:
    return [Item(kind="question", name=name) for name in names]


def _answer(name: str, *, part: int = 1, sees: int = 0) -> str:
    return f"{name} part {part} of 1 sees {sees}."


def test_what_was_answered_in_order_is_whole() -> None:
    reading = Reading(_questions(FIRST, SECOND)).read([_answer(FIRST), _answer(SECOND)])
    assert (reading.is_whole, reading.twice, reading.bad) == (True, 0, [])


def test_a_question_without_an_answer_is_lost() -> None:
    reading = Reading(_questions(FIRST, SECOND)).read([_answer(FIRST)])
    assert not reading.is_whole
    assert [item.name for item in reading.unanswered()] == [SECOND]


def test_an_answer_that_came_twice_is_counted() -> None:
    reading = Reading(_questions(FIRST)).read([_answer(FIRST), _answer(FIRST)])
    assert (reading.is_whole, reading.twice, reading.bad) == (True, 1, [])


def test_an_answer_before_its_turn_is_told() -> None:
    reading = Reading(_questions(FIRST, SECOND)).read([_answer(SECOND), _answer(FIRST)])
    assert reading.bad


def test_a_sentence_stands_for_one_question() -> None:
    reading = Reading(_questions(FIRST, SECOND)).read(["I am busy.", _answer(SECOND)])
    assert (reading.is_whole, reading.sentences, reading.bad) == (True, ["I am busy."], [])


def test_a_sentence_that_came_twice_is_counted() -> None:
    reading = Reading(_questions(FIRST, SECOND)).read(["I am busy."] * 2 + [_answer(SECOND)])
    assert (reading.is_whole, reading.twice, reading.bad) == (True, 1, [])


def test_a_reset_ends_what_came_before_it_and_nothing_after() -> None:
    items = [*_questions(FIRST, SECOND), Item(kind="reset", name=""), *_questions(THIRD)]
    reading = Reading(items).read([_answer(FIRST), "🔄 Cleared."])
    assert reading.ended_by_reset == 1
    assert [item.name for item in reading.unanswered()] == [THIRD]
    assert reading.bad == []


def test_two_resets_that_waited_together_are_answered_by_one_sentence() -> None:
    reset = Item(kind="reset", name="")
    items = [*_questions(FIRST), reset, *_questions(SECOND), reset, *_questions(THIRD)]
    reading = Reading(items).read(["🔄 Cleared.", _answer(THIRD)])
    assert (reading.is_whole, reading.ended_by_reset, reading.bad) == (True, 2, [])


def test_an_answer_of_which_a_part_is_missing_is_told() -> None:
    texts = [_answer(LONG) + FILLER, _answer(LONG, part=3), _answer(FIRST)]
    assert Reading(_questions(LONG, FIRST)).read(texts).bad


def test_a_photo_that_the_model_did_not_see_is_told() -> None:
    item = Item(kind="question", name=PHOTO, photos=2)
    assert Reading([item]).read([_answer(PHOTO, sees=1)]).bad
