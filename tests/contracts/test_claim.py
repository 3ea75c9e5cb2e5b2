"""`MessageQueue.claim`, `jumpers`, `next_wake`: who is next, and who waits."""

from datetime import timedelta

import pytest

from snapthread.errors import ConversationBroken
from snapthread.limits import LEASE_S
from snapthread.model import ConversationKey, Message, private_conversation
from snapthread.store.schema.queues import QUEUE
from snapthread.store.transaction import Transaction
from tests.contracts.builders import (
    ANN,
    BOB,
    QUIET_S,
    Bench,
    album,
    command,
    cut_text,
    message,
    photo,
    texts,
    words,
)


def in_s(bench: Bench, seconds: float) -> object:
    return bench.now + timedelta(seconds=seconds)


# ---------------------------------------------------------------- who is next


def test_nothing_waits_in_an_empty_store(bench: Bench) -> None:
    assert bench.claim() is None
    assert bench.next_wake() is None


def test_the_conversation_that_has_been_ready_longest_comes_first(bench: Bench) -> None:
    for user in (BOB, ANN, 9):
        bench.send(message(user=user))
        bench.wait(0.01)

    order = [bench.take().conversation for _ in range(3)]

    assert order == [private_conversation(user) for user in (BOB, ANN, 9)]


def test_a_conversation_is_held_by_one_worker(bench: Bench) -> None:
    bench.ask()

    assert bench.claim() is None


def test_a_conversation_is_held_while_more_messages_come(bench: Bench) -> None:
    bench.ask()
    bench.send(message())

    assert bench.claim() is None


def test_a_lease_that_was_not_renewed_ends(bench: Bench) -> None:
    lost = bench.ask()

    bench.wait(LEASE_S - 0.001)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.take().messages == lost.messages


def test_only_one_conversation_can_be_asked_for(bench: Bench) -> None:
    bench.send(message(user=ANN))
    bench.wait(1)
    bench.send(message(user=BOB))

    claim = bench.take(only=private_conversation(BOB))

    assert claim.conversation == private_conversation(BOB)


def test_only_a_conversation_that_waits_is_claimed(bench: Bench) -> None:
    bench.send(message(user=ANN))

    assert bench.claim(only=private_conversation(BOB)) is None


def test_only_a_conversation_that_nobody_holds_is_claimed(bench: Bench) -> None:
    held = bench.ask()

    assert bench.claim(only=held.conversation) is None


def test_a_conversation_that_was_served_goes_behind_those_that_wait(bench: Bench) -> None:
    bench.send(message(user=ANN), message(user=ANN))
    bench.wait(1)
    bench.send(message(user=BOB))
    bench.wait(1)
    bench.answer(bench.take(only=private_conversation(ANN)))

    assert bench.take().conversation == private_conversation(BOB)


# ---------------------------------------------------------------- what is taken


def test_the_oldest_message_is_taken_alone(bench: Bench) -> None:
    first, second = message(), message()
    bench.send(first, second)

    assert bench.take().messages == (first,)


def test_messages_come_in_the_order_of_their_arrival(bench: Bench) -> None:
    questions = [message() for _ in range(3)]
    bench.send(*reversed(questions))

    order: list[Message] = []
    for _ in questions:
        claim = bench.take()
        order += claim.messages
        bench.answer(claim)

    assert order == list(reversed(questions))


def test_an_album_that_is_not_ready_holds_what_came_after_it(bench: Bench) -> None:
    (first,), after = album(1), message()
    bench.send(first, after)

    too_early = bench.claim()
    bench.wait(QUIET_S)

    assert too_early is None
    assert bench.take().messages == (first,)


def test_all_parts_of_an_album_are_taken_though_others_came_between(bench: Bench) -> None:
    first, second = album(2)
    bench.send(first, message(), second)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first, second)


def test_the_parts_of_an_album_are_in_the_order_they_were_sent(bench: Bench) -> None:
    first, second, third = album(3)

    claim = bench.ask(third, first, second)

    assert claim.messages == (first, second, third)


def test_all_parts_of_a_cut_text_are_taken(bench: Bench) -> None:
    first, last = cut_text(), message()

    claim = bench.ask(first, last)

    assert claim.messages == (first, last)


def test_parts_to_deliver_come_before_messages_and_alone(bench: Bench) -> None:
    bench.send(message())
    bench.say("A word.")
    bench.say("Another.")

    claim = bench.take()

    assert texts(claim.outbox) == ["A word.", "Another."]
    assert claim.messages == ()


def test_parts_to_deliver_do_not_wait_for_an_album(bench: Bench) -> None:
    bench.send(*album(1))
    bench.say("A word.")

    assert texts(bench.take().outbox) == ["A word."]


def test_parts_keep_where_they_go_and_what_they_say(bench: Bench) -> None:
    claim = bench.ask()
    parts = bench.finish(claim, replies=(words("One."), words("Two.")))
    bench.release(claim)

    assert bench.take().outbox == parts


def test_delivering_parts_counts_no_attempt_of_a_message(bench: Bench) -> None:
    bench.send(message())
    bench.say("A word.")
    delivery = bench.take()
    bench.delivered(delivery, delivery.outbox[0])
    bench.release(delivery)

    assert bench.take().attempt == 1


def test_the_death_of_a_process_counts_no_attempt_and_makes_a_suspect(bench: Bench) -> None:
    claims = [bench.ask()]
    for _ in range(20):
        bench.crash(claims[-1])
        claims.append(bench.take())

    assert {claim.attempt for claim in claims} == {1}
    assert [claim.is_suspect for claim in claims] == [False] + 20 * [True]


def test_what_was_given_back_is_no_suspect(bench: Bench) -> None:
    bench.crash(bench.ask())
    bench.release(bench.take(), uncount=True)

    assert not bench.take().is_suspect


def test_each_message_has_attempts_of_its_own(bench: Bench) -> None:
    bench.send(message(), message())
    bench.release(bench.take())
    bench.crash(bench.take())
    bench.answer(bench.take())

    assert (again := bench.take()).attempt == 1
    assert not again.is_suspect


def test_the_token_is_higher_than_any_before(bench: Bench) -> None:
    tokens = []
    for _ in range(3):
        claim = bench.ask()
        tokens.append(claim.token)
        bench.answer(claim)
    bench.send(reset := command())
    bench.reset(reset)
    tokens.append(bench.take().token)

    assert tokens == sorted(set(tokens))


def test_a_lost_claim_has_a_lower_token_than_its_successor(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)

    assert bench.take().token > lost.token


# ---------------------------------------------------------------- late parts


def test_a_part_that_comes_after_its_album_was_answered_is_late(bench: Bench) -> None:
    first, late = album(2)
    bench.answer(bench.ask(first))

    claim = bench.ask(late)

    assert (claim.messages, claim.is_late) == ((late,), True)


def test_late_parts_are_gathered_too(bench: Bench) -> None:
    first, *late = album(3)
    bench.answer(bench.ask(first))

    assert bench.ask(*late).messages == tuple(late)


def test_a_part_that_came_while_its_album_was_answered_is_late(bench: Bench) -> None:
    first, late = album(2)
    claim = bench.ask(first)
    bench.send(late)
    bench.answer(claim)
    bench.wait(QUIET_S)

    assert bench.take().is_late


def test_a_part_is_late_also_when_others_were_answered_since(bench: Bench) -> None:
    first, late = album(2)
    bench.answer(bench.ask(first))
    bench.answer(bench.ask(*album(2)))
    bench.answer(bench.ask(cut_text()))
    bench.answer(bench.ask(message()))

    assert bench.ask(late).is_late


def test_an_album_is_not_late(bench: Bench) -> None:
    bench.answer(bench.ask(*album(2)))

    assert not bench.ask(*album(2)).is_late


def test_an_album_is_not_late_when_it_is_tried_again(bench: Bench) -> None:
    bench.crash(bench.ask(*album(2)))

    assert not bench.take().is_late


def test_a_text_is_not_late(bench: Bench) -> None:
    first, last = cut_text(), message()
    claim = bench.ask(first)
    bench.send(last)
    bench.answer(claim)

    assert not bench.take().is_late


def test_after_a_reset_no_part_is_late(bench: Bench) -> None:
    first, second = album(2)
    bench.answer(bench.ask(first))
    bench.send(reset := command())
    bench.reset(reset)
    delivery = bench.take()
    bench.drop_outbox(delivery)
    bench.release(delivery)

    assert not bench.ask(second).is_late


# ---------------------------------------------------------------- jumpers


def test_a_command_that_jumps_the_queue_is_never_claimed(bench: Bench) -> None:
    bench.send(command("reset"), command("new"))
    bench.wait(60)

    assert bench.claim() is None


def test_commands_that_jump_the_queue_are_told_oldest_first(bench: Bench) -> None:
    first, second, third = command(user=BOB), command("new"), command(user=BOB)
    bench.send(first, message(), command("help"), second)
    bench.wait(1)
    bench.send(third)

    assert bench.jumpers() == (first, second, third)


def test_other_commands_wait_in_the_queue(bench: Bench) -> None:
    question, help = photo(), command("help")
    bench.send(question, help)
    bench.answer(bench.take())

    assert bench.take().messages == (help,)


def test_what_came_after_a_waiting_reset_is_not_asked_before_it(bench: Bench) -> None:
    bench.send(message("before"))
    bench.send(reset := command())
    bench.send(after := message("after"))

    too_early = bench.claim()
    bench.reset(reset)
    delivery = bench.take()
    bench.drop_outbox(delivery)
    bench.release(delivery)

    assert too_early is None
    assert bench.take().messages == (after,)


def test_parts_are_delivered_while_a_reset_waits(bench: Bench) -> None:
    bench.say("A word.")
    bench.send(command())

    assert texts(bench.take().outbox) == ["A word."]


def test_a_waiting_reset_does_not_hold_other_conversations(bench: Bench) -> None:
    bench.send(command(user=ANN), message(user=BOB))

    assert bench.take().conversation == private_conversation(BOB)


# ---------------------------------------------------------------- next_wake


def test_what_is_ready_wakes_now(bench: Bench) -> None:
    bench.send(message())
    bench.wait(3)

    assert bench.next_wake() == bench.now


def test_an_album_wakes_when_it_is_ready(bench: Bench) -> None:
    bench.send(*album(1))

    assert bench.next_wake() == in_s(bench, QUIET_S)


def test_a_held_conversation_wakes_when_its_lease_ends(bench: Bench) -> None:
    bench.send(message(), message())
    bench.take()

    assert bench.next_wake() == in_s(bench, LEASE_S)


def test_a_conversation_that_was_put_off_wakes_when_it_may_be_claimed(bench: Bench) -> None:
    claim = bench.ask()
    later = bench.now + timedelta(seconds=30)
    bench.release(claim, not_before=later)

    assert bench.next_wake() == later


def test_the_earliest_of_all_wakes(bench: Bench) -> None:
    bench.send(message(user=9))
    bench.take()
    bench.send(*album(1, user=ANN))
    bench.wait(0.4)
    bench.send(*album(1, user=BOB))

    assert bench.next_wake() == in_s(bench, QUIET_S - 0.4)


def test_a_held_conversation_does_not_hide_one_that_is_ready(bench: Bench) -> None:
    bench.send(message(user=ANN))
    bench.take()
    bench.send(message(user=BOB))

    assert bench.next_wake() == bench.now


def test_nothing_waits_when_all_is_answered(bench: Bench) -> None:
    bench.answer(bench.ask(), replies=(words(),))

    assert bench.next_wake() is None


def test_what_wakes_can_be_claimed_at_that_moment(bench: Bench) -> None:
    for _ in range(50):
        bench.wait(0.013579)
        bench.send(*album(1))
        wake = bench.next_wake()
        assert wake is not None
        bench.now = wake
        bench.answer(bench.take())


# ---------------------------------------------------------------- claimed as it is taken in


def test_what_is_taken_in_can_be_claimed_at_once(bench: Bench) -> None:
    question = message()
    [claim] = bench.send_and_claim(question, claims=5)

    assert claim.messages == (question,)
    assert claim.attempt == 1
    assert bench.claim() is None


def test_as_many_are_claimed_at_once_as_there_are_slots_for(bench: Bench) -> None:
    claims = bench.send_and_claim(*[message(user=user) for user in (ANN, BOB, 9)], claims=2)

    assert [claim.conversation for claim in claims] == list(map(private_conversation, (ANN, BOB)))
    assert bench.take().conversation == private_conversation(9)


def test_an_album_that_waits_for_more_is_not_claimed_as_it_is_taken_in(bench: Bench) -> None:
    assert bench.send_and_claim(*album(2), claims=5) == ()

    bench.wait(QUIET_S)
    assert len(bench.take().messages) == 2


def test_a_conversation_that_is_held_is_not_claimed_again_by_what_comes(bench: Bench) -> None:
    held = bench.ask()

    assert bench.send_and_claim(message(), claims=5) == ()
    assert bench.renew(held)


def test_a_message_that_came_before_is_not_claimed_again(bench: Bench) -> None:
    question = message()
    [claim] = bench.send_and_claim(question, claims=5)
    bench.answer(claim)

    assert bench.send_and_claim(question, claims=5) == ()


def test_a_claim_made_as_it_was_taken_in_is_lost_like_any_other(bench: Bench) -> None:
    bench.send_and_claim(message(), claims=1)

    bench.wait(LEASE_S)
    assert bench.take().is_suspect


# ---------------------------------------------------------------- what is left to do


def test_who_concludes_hears_whether_more_waits(bench: Bench) -> None:
    first = bench.ask()
    bench.send(message())
    [part] = bench.finish(first, replies=(words(),))
    assert bench.conclude(first, part)

    second = bench.take()
    [part] = bench.finish(second, replies=(words(),))
    assert not bench.conclude(second, part)


def test_who_concludes_hears_of_an_album_that_is_still_gathered(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(*album(2))
    [part] = bench.finish(claim, replies=(words(),))

    assert bench.conclude(claim, part)


# ---------------------------------------------------------------- what cannot be read


def spoil(bench: Bench, key: str, *, is_urgent: int = 0) -> None:
    def overwrite(tx: Transaction) -> None:
        row = tx.first(QUEUE, key, is_urgent)
        assert row is not None
        tx.update(row, row._replace(message="{"))

    bench.run(bench.store.backend.write(overwrite))


def put_off(bench: Bench, user: int) -> None:
    until = bench.now + timedelta(seconds=5)
    bench.run(bench.store.put_off(private_conversation(user), bench.now, until=until))


def test_a_conversation_that_cannot_be_read_is_put_off_and_the_next_is_claimed(
    bench: Bench,
) -> None:
    bench.send(message(user=ANN), message(user=BOB))
    spoil(bench, private_conversation(ANN))
    with pytest.raises(ConversationBroken, match=private_conversation(ANN)):
        bench.claim()

    put_off(bench, ANN)

    assert bench.take().conversation == private_conversation(BOB)
    assert bench.claim() is None
    bench.wait(5)
    with pytest.raises(ConversationBroken):
        bench.claim()


def test_an_urgent_command_that_cannot_be_read_bars_nobodys(bench: Bench) -> None:
    bench.send(message(user=ANN), command(user=ANN), command("stop", user=BOB))
    spoil(bench, private_conversation(ANN), is_urgent=1)
    with pytest.raises(ConversationBroken, match=private_conversation(ANN)):
        bench.jumpers()

    put_off(bench, ANN)

    assert [each.user_id for each in bench.jumpers()] == [BOB]
    (letter,) = bench.run(bench.store.waiting(limit=9, dead=True))
    with pytest.raises(ConversationBroken):
        bench.run(bench.store.replay(letter.update_id, bench.now))
    bench.wait(5)
    assert bench.take().conversation == private_conversation(ANN)


def test_a_message_in_a_group_that_cannot_be_read_barred_everybodys_erasure(bench: Bench) -> None:
    group = ConversationKey("group:-100")
    bench.send(message(user=ANN), message(user=BOB, conversation=group))
    spoil(bench, group)

    assert bench.erase(ANN).messages == 1
