"""`finish`, `delivered`, `drop_parts`, `say`: how a turn ends, and what is said."""

from dataclasses import replace
from datetime import timedelta

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import private_conversation
from tests.contracts.builders import (
    ANN,
    BOB,
    QUIET_S,
    Bench,
    album,
    destination,
    line,
    message,
    openai_ids,
    photo,
    shown,
    texts,
    turn,
    words,
)

# ---------------------------------------------------------------- finish


def test_the_lines_join_the_conversation(bench: Bench) -> None:
    lines = turn()
    bench.answer(bench.ask(), *lines)

    assert bench.compose(bench.ask()).items == lines


def test_a_turn_may_leave_no_line(bench: Bench) -> None:
    bench.answer(bench.ask(), replies=(words("Too large."),))

    assert bench.compose(bench.ask()).items == ()


def test_the_files_that_the_lines_name_become_live(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1")
    bench.answer(claim, shown(file, label=4))

    again = bench.ask()

    assert bench.compose(again).live == {file.name: "file-1"}
    assert question.image is not None
    assert bench.label_of(again, question.image.unique_id) == 4


def test_every_other_upload_of_the_claim_is_retired(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first, second)
    kept, left = bench.upload(claim, first, "file-1"), bench.upload(claim, second, "file-2")
    bench.finish(claim, shown(kept))

    assert openai_ids(bench.files_due()) == {"file-2"}
    assert left.name != kept.name


def test_uploads_of_stragglers_are_retired_too(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)
    bench.stragglers(claim)
    bench.upload(claim, second, "file-2")
    bench.finish(claim)

    assert openai_ids(bench.files_due()) == {"file-2"}


def test_uploads_of_an_earlier_attempt_are_retired_too(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    bench.upload(lost, question, "file-1")
    bench.crash(lost)
    bench.finish(bench.take())

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_upload_still_under_way_is_not_wanted_any_more(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.intend(claim, question)
    bench.finish(claim)

    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_files_of_earlier_turns_stay_live(bench: Bench) -> None:
    file = bench.show("file-1")
    bench.talk(line())

    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


def test_a_file_of_another_conversation_does_not_become_live_here(bench: Bench) -> None:
    theirs = photo(user=BOB)
    other = bench.ask(theirs)
    file = bench.upload(other, theirs, "file-1")

    bench.answer(bench.ask(message(user=ANN)), shown(file))

    assert bench.compose(bench.ask(message(user=ANN))).live == {}
    assert bench.compose(other).live == {file.name: "file-1"}


def test_a_retired_file_does_not_become_live_again(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1", leaves_in_s=5)
    bench.wait(5)
    bench.compose(claim)
    bench.answer(claim, shown(file))

    assert bench.compose(bench.ask()).live == {}
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_the_messages_leave_the_queue(bench: Bench) -> None:
    bench.answer(bench.ask(*album(2)))

    assert bench.claim() is None
    assert bench.next_wake() is None


def test_messages_that_wait_behind_stay(bench: Bench) -> None:
    behind = message()
    bench.send(message(), behind)
    bench.answer(bench.take())

    assert bench.take().messages == (behind,)


def test_messages_that_were_put_aside_leave_the_queue(bench: Bench) -> None:
    claim = bench.ask()
    bench.finish(claim, replies=(words("It did not work."),), dead_letter=True)
    bench.release(claim)

    assert texts(bench.take().outbox) == ["It did not work."]
    assert bench.next_wake() is not None


def test_what_is_said_becomes_parts_to_deliver(bench: Bench) -> None:
    claim = bench.ask()
    parts = bench.finish(claim, replies=(words("One."), words("Two.")))
    bench.crash(claim)

    assert texts(parts) == ["One.", "Two."]
    assert bench.take().outbox == parts


def test_only_its_own_parts_are_returned(bench: Bench) -> None:
    claim = bench.ask()
    bench.say("Something else.")

    parts = bench.finish(claim, replies=(words("One."),))

    assert texts(parts) == ["One."]


def test_the_conversation_stays_held(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(message())
    bench.finish(claim, replies=(words(),))

    assert bench.claim() is None
    assert bench.renew(claim)


def test_a_turn_ends_once(bench: Bench) -> None:
    claim = bench.ask()
    bench.finish(claim, *turn(), replies=(words(),))

    with pytest.raises(LeaseLost):
        bench.finish(claim, *turn(), replies=(words(),))
    bench.release(claim)
    assert len(bench.take().outbox) == 1


def test_a_lost_claim_ends_nothing(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    file = bench.upload(lost, question, "file-1")
    bench.crash(lost)
    claim = bench.take()

    with pytest.raises(LeaseLost):
        bench.finish(lost, shown(file), replies=(words(),), dead_letter=True)

    assert bench.files_due() == ()
    assert bench.compose(claim).items == ()
    bench.release(claim)
    assert bench.take().messages == (question,)


def test_a_claim_that_was_given_back_ends_nothing(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim)

    with pytest.raises(LeaseLost):
        bench.finish(claim)
    assert bench.take().messages == claim.messages


def test_a_lease_that_ended_and_that_nobody_took_ends_its_turn(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(LEASE_S + 1)
    bench.answer(claim)

    assert bench.claim() is None


# ---------------------------------------------------------------- parts


def test_what_was_delivered_is_not_delivered_again(bench: Bench) -> None:
    claim = bench.ask()
    first, second = bench.finish(claim, replies=(words("One."), words("Two.")))
    bench.delivered(claim, first)
    bench.crash(claim)

    assert bench.take().outbox == (second,)


def test_with_the_last_part_the_conversation_is_given_back(bench: Bench) -> None:
    claim = bench.ask()
    (part,) = bench.finish(claim, replies=(words(),))
    bench.send(message())

    bench.conclude(claim, part)

    after = bench.claim()
    assert after is not None
    assert not after.outbox
    assert after.messages


def test_a_lost_claim_gives_back_nobody_elses_conversation(bench: Bench) -> None:
    lost = bench.ask()
    (part,) = bench.finish(lost, replies=(words(),))
    bench.crash(lost)
    taken = bench.take()

    bench.conclude(lost, part)

    assert bench.renew(taken)


def test_what_was_delivered_is_done_with_also_for_a_lost_claim(bench: Bench) -> None:
    claim = bench.ask()
    first, second = bench.finish(claim, replies=(words("One."), words("Two.")))
    bench.crash(claim)
    other = bench.take()
    bench.delivered(claim, first)
    bench.release(other)

    assert bench.take().outbox == (second,)


def test_delivering_twice_does_no_harm(bench: Bench) -> None:
    claim = bench.ask()
    first, second = bench.finish(claim, replies=(words("One."), words("Two.")))
    bench.delivered(claim, first)
    bench.delivered(claim, first)
    bench.release(claim)

    assert bench.take().outbox == (second,)


def test_all_parts_of_a_conversation_can_be_dropped(bench: Bench) -> None:
    bench.say("One.")
    bench.say("Two.")
    bench.say("Bob's", user=BOB)
    claim = bench.take(only=private_conversation(ANN))

    assert bench.drop_outbox(claim) == 2
    bench.release(claim)
    assert texts(bench.take().outbox) == ["Bob's"]
    assert bench.claim() is None


def test_messages_are_answered_when_the_parts_were_dropped(bench: Bench) -> None:
    bench.say("One.")
    bench.send(question := message())
    claim = bench.take()
    bench.drop_outbox(claim)
    bench.release(claim)

    assert bench.take().messages == (question,)


def test_a_lost_claim_drops_nothing(bench: Bench) -> None:
    bench.say("One.")
    lost = bench.take()
    bench.crash(lost)
    other = bench.take()

    with pytest.raises(LeaseLost):
        bench.drop_outbox(lost)
    bench.release(other)
    assert texts(bench.take().outbox) == ["One."]


# ---------------------------------------------------------------- say


def test_a_word_is_put_on_its_way(bench: Bench) -> None:
    assert bench.say("A word.")

    assert texts(bench.take().outbox) == ["A word."]


def test_a_word_reaches_a_conversation_that_is_held(bench: Bench) -> None:
    claim = bench.ask()
    bench.say("A word.")
    bench.answer(claim)

    assert texts(bench.take().outbox) == ["A word."]


def test_words_are_delivered_in_order(bench: Bench) -> None:
    claim = bench.ask()
    bench.say("One.")
    bench.finish(claim, replies=(words("Two."),))
    bench.say("Three.")
    bench.release(claim)

    assert texts(bench.take().outbox) == ["One.", "Two.", "Three."]


def test_a_word_may_be_said_often(bench: Bench) -> None:
    assert bench.say()
    assert bench.say()

    assert len(bench.take().outbox) == 2


def test_a_word_with_a_mark_is_said_once(bench: Bench) -> None:
    assert bench.say(once="welcome:7")
    bench.wait(1e9)
    bench.tidy()

    assert not bench.say(once="welcome:7")
    assert len(bench.take().outbox) == 1


def test_a_word_takes_the_place_of_a_message_of_ours(bench: Bench) -> None:
    """Of a question with buttons: they go with its answer."""
    to = replace(destination(), replaces=77)
    bench.run(bench.store.enqueue(private_conversation(ANN), to, words(), bench.now, once="press"))
    first = bench.take()
    bench.run(bench.store.erase(ANN, bench.now, last_words=(to, words("Gone."))))

    last = bench.take()
    assert [part.to.replaces for part in (*first.outbox, *last.outbox)] == [77, 77]
    assert not bench.say(once="press")


def test_a_mark_holds_for_itself_only(bench: Bench) -> None:
    bench.say(once="welcome:7")

    assert bench.say(once="welcome:8")


def test_a_mark_runs_out(bench: Bench) -> None:
    bench.say(once="alert", again_after_s=3600)

    bench.wait(3599.999)
    too_early = bench.say(once="alert", again_after_s=3600)
    bench.wait(0.001)

    assert not too_early
    assert bench.say(once="alert", again_after_s=3600)


def test_a_word_that_was_not_said_does_not_prolong_its_mark(bench: Bench) -> None:
    bench.say(once="alert", again_after_s=3600)
    bench.wait(3000)
    bench.say(once="alert", again_after_s=3600)
    bench.wait(600)

    assert bench.say(once="alert", again_after_s=3600)


def test_a_conversation_that_is_put_off_delivers_no_word(bench: Bench) -> None:
    claim = bench.ask()
    bench.finish(claim, replies=(words(),))
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))
    bench.say()
    bench.wait(QUIET_S)

    assert bench.claim() is None
