"""`stop`, `note_stream`, and where the parts of an answer go."""

import pytest

from snapthread.errors import LeaseLost
from snapthread.model import Message, private_conversation
from tests.contracts.builders import (
    ANN,
    BOB,
    QUIET_S,
    Bench,
    command,
    message,
    next_id,
    texts,
    turn,
    words,
)

NOTHING = words("Nothing to stop.")


def stop(bench: Bench, draft_id: int | None = None) -> int | None:
    """Say Stop now; the turn that it ends."""
    said = button(draft_id) if draft_id is not None else command("stop")
    bench.send(said)
    return bench.stop(said, NOTHING)


def button(draft_id: int, *, user: int = ANN) -> Message:
    number = next_id()
    return Message(
        update_id=number,
        conversation=private_conversation(user),
        chat_id=user,
        message_id=0,
        user_id=user,
        sent_at=message().sent_at,
        kind="command",
        word="stop",
        draft_id=draft_id,
    )


# ---------------------------------------------------------------- the number of a turn


def test_each_turn_has_the_next_number(bench: Bench) -> None:
    numbers = []
    for _ in range(3):
        claim = bench.ask()
        numbers.append(claim.turn)
        bench.answer(claim)

    assert numbers == [1, 2, 3]


def test_a_turn_that_is_asked_again_keeps_its_number(bench: Bench) -> None:
    first = bench.ask()
    bench.crash(first)

    assert bench.take().turn == first.turn


def test_a_reset_begins_no_new_count(bench: Bench) -> None:
    bench.talk(*turn())
    bench.send(reset := command())
    bench.reset(reset)
    parts = bench.take()
    for part in parts.outbox:
        bench.delivered(parts, part)
    bench.release(parts)

    assert bench.ask().turn == 2


# ---------------------------------------------------------------- stop


def test_the_question_that_is_asked_is_stopped(bench: Bench) -> None:
    claim = bench.ask()

    assert stop(bench) == claim.turn
    assert bench.jumpers() == ()


def test_a_stop_reaches_the_next_worker_after_a_crash(bench: Bench) -> None:
    claim = bench.ask()
    stop(bench)
    bench.crash(claim)

    assert not claim.is_stopped
    assert bench.take().is_stopped


def test_a_stop_ends_one_turn_only(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(message("Next"))
    stop(bench)
    bench.answer(claim)

    assert not bench.take().is_stopped


def test_a_question_that_waits_is_stopped_too(bench: Bench) -> None:
    bench.send(message())
    stop(bench)

    assert bench.take().is_stopped


def test_with_nothing_asked_it_is_said(bench: Bench) -> None:
    assert stop(bench) is None
    assert texts(bench.take().outbox) == ["Nothing to stop."]


def test_what_comes_after_the_stop_is_not_stopped(bench: Bench) -> None:
    bench.send(said := command("stop"), message("Later"))

    assert bench.stop(said, NOTHING) is None


def test_a_command_is_not_stopped(bench: Bench) -> None:
    bench.ask(command("help"))

    assert stop(bench) is None


def test_the_question_of_another_person_is_not_stopped(bench: Bench) -> None:
    bench.ask(message(user=BOB))

    assert stop(bench) is None


def test_a_button_stops_its_own_turn(bench: Bench) -> None:
    claim = bench.ask()

    assert stop(bench, claim.turn) == claim.turn


def test_the_button_of_an_older_draft_stops_nothing(bench: Bench) -> None:
    bench.talk(*turn())
    claim = bench.ask()

    assert stop(bench, claim.turn - 1) is None
    bench.crash(claim)
    parts = bench.take()
    assert texts(parts.outbox) == ["Nothing to stop."]
    bench.delivered(parts, parts.outbox[0])
    bench.release(parts)
    assert not bench.take().is_stopped


def test_a_stop_that_waits_no_more_does_nothing(bench: Bench) -> None:
    bench.ask()
    bench.send(said := command("stop"))
    bench.stop(said, NOTHING)

    assert bench.stop(said, NOTHING) is None
    assert bench.claim() is None


# ---------------------------------------------------------------- the message that grows


def test_the_message_that_grows_is_known_to_the_next_worker(bench: Bench) -> None:
    claim = bench.ask()
    bench.note_stream(claim, 77)
    bench.crash(claim)

    assert bench.take().stream == (77,)


def test_the_first_part_takes_its_place_and_no_other(bench: Bench) -> None:
    claim = bench.ask()
    bench.note_stream(claim, 77)
    first, second = bench.finish(claim, replies=(words("One."), words("Two.")))

    assert (first.to.replaces, second.to.replaces) == (77, None)
    bench.crash(claim)
    assert bench.take().outbox == (first, second)


def test_the_next_answer_is_a_message_of_its_own(bench: Bench) -> None:
    claim = bench.ask()
    bench.note_stream(claim, 77)
    bench.answer(claim, replies=(words(),))
    again = bench.ask()
    (part,) = bench.finish(again, replies=(words(),))

    assert again.stream == ()
    assert part.to.replaces is None


def test_after_a_reset_nothing_takes_its_place(bench: Bench) -> None:
    claim = bench.ask()
    bench.note_stream(claim, 77)
    bench.send(reset := command())
    bench.reset(reset)
    said = bench.take()
    bench.delivered(said, said.outbox[0])
    bench.release(said)
    again = bench.ask()
    (part,) = bench.finish(again, replies=(words(),))

    assert said.outbox[0].to.replaces is None
    assert again.stream == ()
    assert part.to.replaces is None


def test_a_lost_claim_notes_nothing(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)
    claim = bench.take()

    with pytest.raises(LeaseLost):
        bench.note_stream(lost, 77)
    bench.crash(claim)
    assert bench.take().stream == ()


# ---------------------------------------------------------------- what is replied to


def test_where_nothing_came_meanwhile_the_answer_is_no_reply(bench: Bench) -> None:
    (part,) = bench.finish(bench.ask(), replies=(words(),), reply_to=5)

    assert part.to.reply_to is None


def test_where_a_message_came_meanwhile_the_first_part_replies(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(message("Next"))
    first, second = bench.finish(claim, replies=(words("One."), words("Two.")), reply_to=5)

    assert (first.to.reply_to, second.to.reply_to) == (5, None)


def test_a_command_that_jumped_the_queue_did_not_come_in_between(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(QUIET_S)
    stop(bench)
    (part,) = bench.finish(claim, replies=(words(),), reply_to=5)

    assert part.to.reply_to is None
