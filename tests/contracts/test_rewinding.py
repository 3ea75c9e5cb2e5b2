"""`last_question`, and `finish` that takes back the end of a conversation."""

import pytest

from snapthread.errors import LeaseLost
from tests.contracts.builders import (
    BOB,
    Bench,
    command,
    line,
    message,
    openai_ids,
    photo,
    shown,
    shown_as,
    turn,
)


def last(bench: Bench) -> int:
    """The beginning of the newest question, as a command asks for it; which ends with it."""
    claim = bench.ask(command("undo"))
    found = bench.run(bench.store.last_question(claim))
    assert found is not None
    bench.finish(claim)
    bench.release(claim)
    return found.history_start


def undo(bench: Bench) -> None:
    claim = bench.ask(command("undo"))
    found = bench.run(bench.store.last_question(claim))
    assert found is not None
    bench.finish(claim, taken_back_from=found.history_start)
    bench.release(claim)


def test_an_empty_conversation_has_no_last_question(bench: Bench) -> None:
    assert bench.run(bench.store.last_question(bench.ask(command("undo")))) is None


def test_the_last_question_leaves_with_its_answer(bench: Bench) -> None:
    bench.talk(*turn("first"))
    bench.talk(*turn("second"))

    undo(bench)

    assert bench.compose(bench.ask()).items == turn("first")


def test_a_commentary_leaves_with_its_answer(bench: Bench) -> None:
    bench.talk(line("user"), line("assistant", "looking"), line("assistant", "found"))

    undo(bench)

    assert bench.compose(bench.ask()).items == ()


def test_a_question_without_an_answer_leaves_too(bench: Bench) -> None:
    bench.talk(*turn("first"))
    bench.talk(line("user", "stopped"))

    undo(bench)

    assert bench.compose(bench.ask()).items == turn("first")


def test_its_photos_are_retired_and_older_ones_stay(bench: Bench) -> None:
    bench.show("file-1")
    question = photo()
    claim = bench.ask(question)
    second = bench.upload(claim, question, "file-2")
    bench.answer(claim, shown(second, label=2), line("assistant"))

    undo(bench)

    assert openai_ids(bench.files_due()) == {"file-2"}
    assert set(bench.compose(bench.ask()).live.values()) == {"file-1"}


def test_a_photo_that_an_older_question_shows_too_stays(bench: Bench) -> None:
    first = bench.show("file-1")
    bench.talk(shown_as(first.image_key), line("assistant"))

    undo(bench)

    assert bench.files_due() == ()
    assert set(bench.compose(bench.ask()).live.values()) == {"file-1"}


def test_the_numbers_of_photos_go_on_from_those_that_stay(bench: Bench) -> None:
    bench.show("file-1")
    question = photo()
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, "file-2"), label=2))

    undo(bench)

    assert bench.compose(bench.ask()).next_label == 2


def test_a_request_begins_anew_where_all_that_it_held_has_left(bench: Bench) -> None:
    bench.talk(*turn("first", tokens=10))
    bench.talk(*turn("second", tokens=10))
    claim = bench.ask()
    bench.compose(claim, max_tokens=25, question_tokens=10)  # the older ones are left out
    bench.answer(claim, *turn("third"))

    undo(bench)

    assert bench.compose(bench.ask()).items == (*turn("first"), *turn("second"))


def test_new_items_take_the_place_of_those_that_leave(bench: Bench) -> None:
    bench.talk(*turn("first"))
    bench.talk(*turn("second"))
    start = last(bench)

    claim = bench.ask()
    bench.finish(claim, *turn("instead"), taken_back_from=start)
    bench.release(claim)

    assert bench.compose(bench.ask()).items == (*turn("first"), *turn("instead"))


def test_an_image_that_the_new_items_name_stays(bench: Bench) -> None:
    file = bench.show("file-1")
    start = last(bench)

    claim = bench.ask()
    bench.finish(claim, shown_as(file.image_key), line("assistant"), taken_back_from=start)
    bench.release(claim)

    assert bench.files_due() == ()
    assert set(bench.compose(bench.ask()).live.values()) == {"file-1"}


def test_nothing_is_taken_back_where_the_claim_is_lost(bench: Bench) -> None:
    bench.talk(*turn("first"))
    claim = bench.ask(command("undo"))
    found = bench.run(bench.store.last_question(claim))
    bench.crash(claim)
    bench.take()

    with pytest.raises(LeaseLost):
        bench.finish(claim, taken_back_from=found.history_start if found else None)

    bench.crash(claim)
    again = bench.take()
    assert bench.compose(again).items == turn("first")


def test_nobody_elses_conversation_is_touched(bench: Bench) -> None:
    bench.talk(*turn("first"))
    bob = bench.ask(message(user=BOB))
    bench.answer(bob, *turn("of Bob"))

    undo(bench)

    assert bench.compose(bench.ask(message(user=BOB))).items == turn("of Bob")
