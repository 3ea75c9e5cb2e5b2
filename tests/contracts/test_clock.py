"""A clock that was set back: nothing that was stored before bars anything for as long."""

from datetime import timedelta

from snapthread.limits import LEASE_S
from tests.contracts.builders import ANN, BOB, Bench, message, photo, texts, words

HOUR_S = 3600.0
MINUTES_S = 300.0  # less than a conversation may be asked to wait


def test_a_conversation_held_before_was_deaf_for_an_hour(bench: Bench) -> None:
    lost = bench.ask()
    bench.wait(-HOUR_S)

    again = bench.take()

    assert again.messages == lost.messages
    assert again.token > lost.token


def test_a_message_taken_before_was_deaf_for_an_hour(bench: Bench) -> None:
    bench.send(message(user=ANN), message(user=BOB))
    bench.wait(-HOUR_S)

    assert bench.next_wake() == bench.now
    assert {bench.take().conversation, bench.take().conversation} == {"user:7", "user:8"}


def test_a_wait_asked_for_before_lasted_an_hour(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))
    bench.wait(-HOUR_S)

    claim = bench.take()
    bench.release(claim, not_before=bench.now + timedelta(seconds=30))
    assert bench.claim() is None
    bench.wait(30)
    assert bench.claim() is not None


def test_the_next_message_of_such_a_conversation_waits_for_nothing(bench: Bench) -> None:
    bench.talk()
    bench.wait(-HOUR_S)
    bench.send(question := message("and now?"))

    assert bench.take().messages == (question,)


def test_a_job_taken_before_was_nobodys_for_an_hour(bench: Bench) -> None:
    def takes(owner: str) -> bool:
        return bench.run(bench.store.take_job("sweep", owner, bench.now, lease_s=180))

    assert takes("dead")
    assert not takes("another")
    bench.wait(-HOUR_S)

    assert takes("another")


def test_a_pause_told_before_lasted_an_hour(bench: Bench) -> None:
    bench.run(bench.store.start_cooldown("openai", bench.now + timedelta(seconds=60), bench.now))
    bench.wait(-HOUR_S)

    assert bench.run(bench.store.poll_changes((), bench.now)).cooldowns == {}
    until = bench.now + timedelta(seconds=60)
    bench.run(bench.store.start_cooldown("openai", until, bench.now))
    assert bench.run(bench.store.poll_changes((), bench.now)).cooldowns["openai"].until == until


def test_a_sentence_said_before_was_not_said_for_an_hour_more(bench: Bench) -> None:
    bench.say("trouble", once="alert", again_after_s=60)
    bench.wait(-HOUR_S)

    assert bench.say("trouble", once="alert", again_after_s=60)


def test_parts_said_before_are_delivered(bench: Bench) -> None:
    bench.finish(bench.ask(), replies=(words("first"), words("second")))
    bench.wait(-HOUR_S)

    assert texts(bench.take().outbox) == ["first", "second"]


def test_who_holds_a_conversation_goes_on_with_it(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.wait(-HOUR_S)

    assert bench.renew(claim)
    bench.upload(claim, question, "file-1")
    assert set(bench.compose(claim).live.values()) == {"file-1"}
    assert bench.claim() is None
    bench.wait(LEASE_S)
    assert bench.claim() is not None


def test_a_message_taken_before_was_deaf_for_minutes(bench: Bench) -> None:
    bench.send(message(user=ANN), message(user=BOB))
    bench.wait(-MINUTES_S)

    wake_at = bench.next_wake()
    assert wake_at is not None
    assert wake_at <= bench.now
    assert {bench.take().conversation, bench.take().conversation} == {"user:7", "user:8"}


def test_a_conversation_given_back_before_was_deaf_for_minutes(bench: Bench) -> None:
    bench.release(claim := bench.ask())
    bench.wait(-MINUTES_S)

    assert bench.take().messages == claim.messages


def test_a_pause_of_minutes_is_kept_by_a_clock_that_was_set_back(bench: Bench) -> None:
    bench.release(bench.ask(), not_before=bench.now + timedelta(seconds=60))
    bench.wait(-MINUTES_S)

    assert bench.claim() is None
    bench.wait(MINUTES_S + 60)
    assert bench.claim() is not None
