"""`renew`, `release`, `take_stragglers`: holding a conversation and giving it back."""

from datetime import timedelta

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from tests.contracts.builders import QUIET_S, Bench, album, command, cut_text, message, texts

# ---------------------------------------------------------------- renew


def test_a_renewed_lease_lasts_from_now(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(LEASE_S - 1)
    assert bench.renew(claim)

    bench.wait(LEASE_S - 0.001)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.claim() is not None


def test_a_lease_that_ended_can_be_renewed_where_nobody_took_it(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(LEASE_S + 1)

    assert bench.renew(claim)
    assert bench.claim() is None


def test_a_lease_that_another_has_cannot_be_renewed(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)
    other = bench.take()

    assert not bench.renew(lost)
    assert bench.renew(other)


def test_a_lease_that_was_given_back_cannot_be_renewed(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim)

    assert not bench.renew(claim)
    assert bench.claim() is not None


# ---------------------------------------------------------------- release


def test_a_conversation_that_was_given_back_can_be_claimed(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim)

    assert bench.take().messages == claim.messages


def test_a_conversation_is_not_claimed_before_the_time_it_was_put_off_to(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))

    bench.wait(29.999)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.claim() is not None


def test_what_comes_meanwhile_does_not_end_the_putting_off(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))
    bench.send(message())
    bench.say("A word.")
    bench.wait(29.999)

    assert bench.claim() is None


def test_a_conversation_that_is_put_off_does_not_hold_others(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))

    assert bench.ask(message(user=8)).messages[0].user_id == 8


def test_an_attempt_that_was_given_back_counts(bench: Bench) -> None:
    bench.release(bench.ask())

    assert bench.take().attempt == 2


def test_an_attempt_that_we_stopped_does_not_count(bench: Bench) -> None:
    bench.release(bench.ask(), uncount=True)

    assert bench.take().attempt == 1


def test_only_the_attempt_that_we_stopped_does_not_count(bench: Bench) -> None:
    bench.release(bench.ask())
    bench.release(bench.take(), uncount=True)

    assert bench.take().attempt == 2


def test_stragglers_do_not_count_an_attempt_that_we_stopped(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)
    bench.stragglers(claim)
    bench.release(claim, uncount=True)
    bench.wait(QUIET_S)

    again = bench.take()

    assert (again.messages, again.attempt) == ((first, second), 1)


def test_giving_back_what_another_has_does_nothing(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)
    other = bench.take()

    bench.release(lost, uncount=True)

    assert bench.claim() is None
    assert bench.renew(other)
    bench.release(other)
    assert bench.take().attempt == 2


def test_giving_back_twice_does_nothing(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim)

    bench.release(claim, not_before=bench.now + timedelta(seconds=30), uncount=True)

    assert bench.take().attempt == 2


def test_an_empty_queue_is_given_back_too(bench: Bench) -> None:
    claim = bench.ask()
    bench.finish(claim)
    bench.release(claim)

    assert bench.claim() is None
    assert bench.ask().attempt == 1


# ---------------------------------------------------------------- take_stragglers


def test_parts_of_the_album_that_came_since_are_added(bench: Bench) -> None:
    first, second, third = album(3)
    claim = bench.ask(first)
    bench.send(third)
    bench.send(second)

    assert bench.stragglers(claim) == (second, third)


def test_stragglers_are_taken_once(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)
    bench.stragglers(claim)

    assert bench.stragglers(claim) == ()


def test_stragglers_leave_the_queue_with_their_album(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)
    bench.stragglers(claim)
    bench.answer(claim)
    bench.wait(QUIET_S)

    assert bench.claim() is None


def test_stragglers_come_back_with_their_album_after_a_crash(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)
    bench.stragglers(claim)
    bench.crash(claim)

    assert bench.take().messages == (first, second)


def test_a_part_that_is_taken_does_not_wait_to_be_ready(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(second)

    assert bench.stragglers(claim) == (second,)


def test_the_rest_of_a_cut_text_is_a_straggler(bench: Bench) -> None:
    first, last = cut_text(), message()
    claim = bench.ask(first)
    bench.send(last)

    assert bench.stragglers(claim) == (last,)


def test_what_is_not_of_the_album_is_no_straggler(bench: Bench) -> None:
    claim = bench.ask(*album(2))
    bench.send(message(), *album(2))

    assert bench.stragglers(claim) == ()


def test_a_message_alone_has_no_stragglers(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(message())

    assert bench.stragglers(claim) == ()


def test_no_straggler_is_taken_once_the_turn_has_ended(bench: Bench) -> None:
    first, late = album(2)
    claim = bench.ask(first)
    bench.finish(claim)
    bench.send(late)

    assert bench.stragglers(claim) == ()
    bench.release(claim)
    bench.wait(QUIET_S)
    assert bench.take().messages == (late,)


def test_a_part_that_came_after_a_waiting_reset_is_no_straggler(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first)
    bench.send(command())
    bench.send(second)

    assert bench.stragglers(claim) == ()


def test_stragglers_are_not_for_a_lost_claim(bench: Bench) -> None:
    first, second = album(2)
    lost = bench.ask(first)
    bench.crash(lost)
    other = bench.take()
    bench.send(second)

    with pytest.raises(LeaseLost):
        bench.stragglers(lost)
    assert bench.stragglers(other) == (second,)


def test_stragglers_are_not_for_a_claim_of_parts(bench: Bench) -> None:
    bench.say("A word.")
    claim = bench.take()
    bench.send(*album(2))

    assert texts(claim.outbox) == ["A word."]
    assert bench.stragglers(claim) == ()
