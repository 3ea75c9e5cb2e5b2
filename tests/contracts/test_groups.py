"""Groups: who asked last, what goes with the bot, and what moves with the group."""

from dataclasses import replace

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import EDIT_PAUSE_S, LEASE_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Destination,
    Message,
    group_conversation,
    guest_conversation,
    is_guest,
    private_conversation,
)
from snapthread.model.people import NOBODY
from snapthread.store.schema.conversations import CONVERSATIONS, GROUP_CONVERSATIONS
from snapthread.store.transaction import Transaction
from tests.contracts.builders import (
    ANN,
    BOB,
    QUIET_S,
    Bench,
    command,
    message,
    openai_ids,
    photo,
    shown,
    texts,
    turn,
    words,
)

OLD, NEW, OTHER = -5, -1005, -7


def asked(text: str = "What?", *, user: int = ANN, chat: int = OLD, topic: int = 0) -> Message:
    key = group_conversation(chat, topic)
    return replace(message(text, user=user, conversation=key), chat_id=chat)


def in_group(word: str, user: int) -> Message:
    return replace(command(word, user=user), conversation=of(OLD), chat_id=OLD)


def shows(bench: Bench, name: str, *, user: int = ANN, chat: int = OLD) -> None:
    """Somebody shows a photo there, and it is answered."""
    key = group_conversation(chat, None)
    question = replace(photo(user=user), conversation=key, chat_id=chat)
    bench.send(question)
    claim = bench.take(only=key)
    bench.answer(claim, shown(bench.upload(claim, question, name)))
    bench.release(claim)


def of(chat: int, topic: int = 0) -> ConversationKey:
    return group_conversation(chat, topic)


def move(bench: Bench) -> int:
    return bench.run(bench.store.move_group(OLD, NEW))


def leave(bench: Bench) -> int:
    return bench.run(bench.store.leave_group(OLD, bench.now))


def asker(bench: Bench, chat: int = OLD) -> int | None:
    return bench.run(bench.store.last_asker(of(chat)))


def test_whose_question_came_last_is_known(bench: Bench) -> None:
    assert asker(bench) is None
    bench.send(asked(user=ANN), asked(user=BOB))
    bench.send(replace(asked(user=ANN), kind="command", word="reset"))
    assert asker(bench) == BOB


def test_who_leaves_keeps_nothing(bench: Bench) -> None:
    shows(bench, "file-1")
    bench.send(asked(), asked(topic=3), asked("There?", chat=OTHER))
    bench.run(bench.store.enqueue(of(OLD), Destination(chat_id=OLD), words(), bench.now))

    assert leave(bench) == 1

    assert openai_ids(bench.files_due()) == {"file-1"}
    assert bench.take(only=of(OTHER)).messages[0].text == "There?"
    assert bench.claim() is None
    assert asker(bench) is None
    assert leave(bench) == 0


def test_who_works_on_it_is_fenced_off_where_the_bot_leaves(bench: Bench) -> None:
    bench.send(asked())
    claim = bench.take()
    leave(bench)
    with pytest.raises(LeaseLost):
        bench.answer(claim)


def test_what_is_said_once_to_a_group_may_be_said_again_after_that(bench: Bench) -> None:
    def greet() -> bool:
        to, mark = Destination(chat_id=OLD), f"hello:{OLD}"
        return bench.run(bench.store.enqueue(of(OLD), to, words(), bench.now, once=mark))

    assert (greet(), greet()) == (True, False)
    leave(bench)
    assert greet()


def test_lines_and_files_go_with_the_group(bench: Bench) -> None:
    shows(bench, "file-1")
    assert move(bench) == 1
    bench.send(asked("And now?", chat=NEW))

    claim = bench.take(only=of(NEW))
    transcript = bench.compose(claim)

    assert list(transcript.live.values()) == ["file-1"]
    assert transcript.next_label == 2
    assert openai_ids(bench.files_due()) == set()
    assert asker(bench, NEW) == ANN


def test_what_waits_goes_with_the_group_and_is_answered_there(bench: Bench) -> None:
    bench.send(asked("First"), asked("Second"))
    move(bench)

    claim = bench.take()

    assert (claim.messages[0].text, claim.messages[0].chat_id) == ("First", NEW)
    assert claim.conversation == claim.messages[0].conversation == of(NEW)
    bench.answer(claim)
    assert bench.take(only=of(NEW)).messages[0].text == "Second"


def test_parts_go_there_and_reply_to_nothing(bench: Bench) -> None:
    to = Destination(chat_id=OLD, reply_to=5, replaces=6)
    bench.run(bench.store.enqueue(of(OLD), to, words("Hi"), bench.now))
    move(bench)

    claim = bench.take()

    assert texts(claim.outbox) == ["Hi"]
    assert claim.outbox[0].to == Destination(chat_id=NEW)


def test_a_question_in_work_is_asked_again_there(bench: Bench) -> None:
    bench.send(asked("First"))
    claim = bench.take()
    move(bench)

    with pytest.raises(LeaseLost):
        bench.answer(claim)
    assert bench.take(only=of(NEW)).messages[0].text == "First"


def test_what_was_said_there_already_stays(bench: Bench) -> None:
    bench.send(asked("Old"), asked("New", chat=NEW))
    move(bench)

    said = []
    for _ in range(2):
        claim = bench.take(only=of(NEW))
        said += [each.text for each in claim.messages]
        bench.answer(claim)
        bench.release(claim)
    assert sorted(said) == ["New", "Old"]


def test_a_group_moves_once(bench: Bench) -> None:
    bench.send(asked())
    assert (move(bench), move(bench)) == (1, 0)


def is_lost(bench: Bench, claim: Claim) -> bool:
    return claim in bench.run(bench.store.poll_changes([claim], bench.now)).lost


def test_an_erasure_takes_what_a_person_asked_in_groups_and_no_more(bench: Bench) -> None:
    bench.send(asked("Of Ann"))
    claim = bench.take()
    bench.answer(claim, *turn("of Ann"))
    bench.release(claim)
    bench.send(asked("Of Bob", user=BOB))
    claim = bench.take()
    bench.answer(claim, *turn("of Bob"))
    bench.release(claim)
    bench.send(asked("waits"), asked("waits too", user=BOB))

    assert len(bench.run(bench.store.export(ANN))["groups"]) == 2
    erased = bench.erase(ANN)

    assert (erased.items, erased.messages) == (2, 1)
    claim = bench.take()
    assert [each.text for each in claim.messages] == ["waits too"]
    assert [line.text for line in bench.compose(claim).items] == ["of Bob", "of Bob"]
    assert bench.run(bench.store.export(ANN))["groups"] == []


def test_an_answer_on_its_way_still_came_after_the_erasure_of_who_asked(bench: Bench) -> None:
    for user in (BOB, ANN):
        bench.send(asked(user=user))
        claim = bench.take(only=of(OLD))
        bench.finish(claim, *turn(), replies=(words(f"To {user}"),), ending="answered")
        bench.release(claim)
        if user == BOB:
            told = bench.take(only=of(OLD))
            bench.delivered(told, *told.outbox)
            bench.release(told)

    assert bench.erase(ANN).outbox == 1
    assert bench.claim() is None
    bench.send(asked("Goes on?", user=BOB))
    assert [each.text for each in bench.take().messages] == ["Goes on?"]


def test_the_rest_of_a_long_answer_went_on_after_the_erasure_of_who_asked(bench: Bench) -> None:
    bench.send(asked())
    claim = bench.take()
    first, _ = bench.finish(claim, *turn(), replies=(words(), words("and more")), ending="answered")
    bench.delivered(claim, first)

    bench.erase(ANN)

    assert is_lost(bench, claim)
    bench.send(asked("Goes on?", user=BOB))
    bench.wait(EDIT_PAUSE_S)
    assert [each.text for each in bench.take().messages] == ["Goes on?"]


def test_an_answer_took_the_place_of_one_to_a_person_that_was_erased(bench: Bench) -> None:
    bench.send(asked())
    claim = bench.take()
    bench.note_stream(claim, 7)

    bench.erase(ANN)

    assert is_lost(bench, claim)
    bench.send(asked("Goes on?", user=BOB))
    bench.wait(EDIT_PAUSE_S)
    assert bench.take().stream == ()


def test_the_next_question_was_asked_beside_the_one_of_a_person_that_was_erased(
    bench: Bench,
) -> None:
    bench.send(asked(), asked("Goes on?", user=BOB))
    bench.take()

    bench.erase(ANN)

    assert bench.claim() is None
    bench.wait(EDIT_PAUSE_S)
    assert [each.text for each in bench.take().messages] == ["Goes on?"]


def test_an_erasure_ends_no_answer_to_somebody_else(bench: Bench) -> None:
    bench.send(asked(user=BOB), asked("waits"))
    claim = bench.take()

    bench.erase(ANN)

    assert not is_lost(bench, claim)


def test_an_answer_behind_a_sentence_to_others_went_on_after_the_erasure(bench: Bench) -> None:
    bench.send(asked())
    claim = bench.take()
    press = in_group("stop", BOB)
    bench.send(press)
    bench.run(bench.store.complete_command(press, bench.now, replies=[words("To Bob")]))
    first, _ = bench.finish(claim, *turn(), replies=(words(), words("and more")), ending="answered")
    bench.delivered(claim, first)

    bench.erase(ANN)

    assert is_lost(bench, claim)
    bench.wait(EDIT_PAUSE_S)
    assert texts(bench.take().outbox) == ["To Bob"]


@pytest.mark.parametrize("who", [ANN, BOB])
def test_an_erasure_took_a_stop_from_others_or_left_theirs(bench: Bench, who: int) -> None:
    bench.send(asked())
    claim = bench.take()
    bench.finish(claim, *turn(), replies=(words(),), ending="answered")
    stop = in_group("stop", who)
    bench.send(*[asked("waits")] * (who == ANN), asked("Goes on?", user=BOB), stop)
    bench.stop(stop, words())

    bench.erase(ANN)
    bench.wait(EDIT_PAUSE_S)

    claim = bench.take()
    assert ([each.text for each in claim.messages], claim.is_stopped) == (["Goes on?"], who == BOB)


@pytest.mark.parametrize("key", [guest_conversation("q"), group_conversation(OLD, 0, ANN)])
@pytest.mark.parametrize("is_answered", [False, True])
def test_an_erasure_left_a_conversation_that_was_theirs_alone(
    bench: Bench, key: ConversationKey, is_answered: bool
) -> None:
    question = replace(asked(), conversation=key, guest_query_id="q" if is_guest(key) else None)
    bench.send(question)
    claim = bench.take()
    if is_answered:
        bench.finish(claim, *turn(), replies=(words(),), ending="answered")

    bench.erase(ANN)

    def left(tx: Transaction) -> list[object]:
        return [tx.get(CONVERSATIONS, key), tx.get(GROUP_CONVERSATIONS, key)]

    assert is_lost(bench, claim)
    assert bench.run(bench.store.backend.read(left)) == [None, None]


def test_who_asked_last_was_still_named_after_their_erasure(bench: Bench) -> None:
    bench.send(asked("Of Ann"))
    bench.answer(bench.take(), *turn("of Ann"))
    bench.erase(ANN)

    assert bench.run(bench.store.last_asker(of(OLD))) == NOBODY


def test_what_waits_or_was_put_aside_in_groups_is_exported_with_the_rest(bench: Bench) -> None:
    bench.send(asked("Put aside"))
    claim = bench.take()
    bench.run(bench.store.finish(claim, bench.now, to=Destination(chat_id=OLD), dead_letter=True))
    bench.release(claim)
    bench.send(asked("Waits"), asked("Of Bob", user=BOB))

    held = bench.run(bench.store.export(ANN))

    assert [each["text"] for each in held["waiting"]] == ["Waits"]
    assert [each["text"] for each in held["dead_letters"]] == ["Put aside"]


def test_who_answers_a_person_that_is_erased_is_told_so(bench: Bench) -> None:
    bench.send(asked("Of Ann"))
    claim = bench.take()
    bench.erase(ANN)
    with pytest.raises(LeaseLost):
        bench.answer(claim)


def test_whose_question_is_in_work_is_known(bench: Bench) -> None:
    assert bench.run(bench.store.asker_in_turn(of(OLD))) is None
    bench.send(asked(user=ANN), asked(user=BOB))
    assert bench.run(bench.store.asker_in_turn(of(OLD))) == ANN
    bench.answer(bench.take())
    assert bench.run(bench.store.asker_in_turn(of(OLD))) == BOB


def test_in_a_group_an_answer_always_replies(bench: Bench) -> None:
    bench.send(asked())
    to = Destination(chat_id=OLD, reply_to=5)
    claim = bench.take()
    (part,) = bench.run(bench.store.finish(claim, bench.now, replies=(words(),), to=to))
    assert part.to == to


def test_what_is_asked_for_who_is_erased_is_charged_and_names_nobody(bench: Bench) -> None:
    bench.send(asked("Of Ann"))
    claim = bench.take()
    bench.reserve(claim, bench.record("r1", user=ANN))

    bench.erase(ANN)
    bench.wait(2 * 86_400.0)
    bench.settle_stale()

    assert bench.usage(user=ANN) == ()
    assert [record for record in bench.records() if record.user_id == ANN] == []


def test_an_attempt_that_was_given_back_named_who_was_erased_an_hour_later(bench: Bench) -> None:
    bench.send(asked("Of Ann"))
    claim = bench.take()
    bench.reserve(claim, bench.record("r1", user=ANN))
    bench.release(claim, uncount=True)  # Telegram was away, say

    bench.erase(ANN)
    bench.wait(2 * 86_400.0)
    bench.settle_stale()

    assert bench.usage(user=ANN) == ()
    assert [record for record in bench.records() if record.user_id == ANN] == []
    assert bench.run(bench.store.person(ANN)) is None


def test_an_erasure_charges_nobody_else_in_the_group(bench: Bench) -> None:
    bench.send(asked("Of Bob", user=BOB))
    claim = bench.take()
    bench.reserve(claim, bench.record("r1", user=BOB))
    bench.send(asked("Of Ann"))

    bench.erase(ANN)

    assert bench.records() == ()


# ---------------------------------------------------------------- topics


TOPIC = private_conversation(ANN, 77)


def in_topic(text: str = "What?") -> Message:
    return replace(message(text, user=ANN, conversation=TOPIC), thread_id=77)


def end(bench: Bench) -> int | None:
    return bench.run(bench.store.end_topic(TOPIC, bench.now))


def test_a_topic_waits_for_its_name_once(bench: Bench) -> None:
    bench.run(bench.store.note_topic(TOPIC, ANN))
    bench.send(in_topic())
    assert bench.run(bench.store.take_unnamed(TOPIC))
    assert not bench.run(bench.store.take_unnamed(TOPIC))
    bench.run(bench.store.note_topic(TOPIC, ANN))
    assert not bench.run(bench.store.take_unnamed(TOPIC))
    assert not bench.run(bench.store.take_unnamed(of(OLD, 77)))


def test_a_topic_that_is_gone_leaves_nothing_but_files_to_delete(bench: Bench) -> None:
    question = replace(photo(user=ANN), conversation=TOPIC, thread_id=77)
    bench.send(question)
    bench.wait(QUIET_S)  # for words about the photo
    claim = bench.take(only=TOPIC)
    bench.answer(claim, shown(bench.upload(claim, question, "file-1")))

    assert end(bench) == 1
    assert openai_ids(bench.files_due()) == {"file-1"}
    assert end(bench) is None
    bench.send(in_topic())
    assert bench.compose(bench.take(only=TOPIC)).items == ()


def test_a_topic_in_which_something_waits_or_runs_is_there(bench: Bench) -> None:
    bench.send(in_topic())
    assert end(bench) is None
    claim = bench.take(only=TOPIC)
    assert end(bench) is None
    bench.answer(claim, *turn("What?"))
    assert end(bench) == 0


def test_a_person_is_exported_and_erased_with_their_topics(bench: Bench) -> None:
    bench.send(in_topic("a cat"))
    claim = bench.take(only=TOPIC)
    bench.answer(claim, *turn("a cat"))
    bench.send(in_topic("again"))

    held = bench.run(bench.store.export(ANN))
    assert [item["text"] for item in held["topics"]] == ["a cat", "a cat"]
    assert [waiting["text"] for waiting in held["waiting"]] == ["again"]
    erased = bench.run(bench.store.erase(ANN, bench.now))
    assert (erased.items, erased.messages) == (2, 1)
    assert bench.run(bench.store.export(ANN))["topics"] == []
    assert bench.claim(only=TOPIC) is None


# ---------------------------------------------------------------- what a group used


def used(bench: Bench, chat: int = OLD) -> list[tuple[int, int | None]]:
    rows = bench.run(bench.store.group_usage(chat, "2026-11-01"))
    return [(row.messages, row.cost_micros) for row in rows]


def test_what_a_group_used_is_known_without_names(bench: Bench) -> None:
    for number, user in enumerate((ANN, BOB)):
        bench.send(asked(user=user))
        claim = bench.take(only=of(OLD))
        record = bench.record(f"g{number}", user=user, messages=1, cost_micros=70)
        bench.finish(claim, record=record)
        bench.release(claim)
    assert used(bench) == [(2, 140)]
    assert {row.user_id for row in bench.run(bench.store.group_usage(OLD, ""))} == {0}
    assert used(bench, OTHER) == []

    move(bench)
    assert used(bench) == []
    assert used(bench, NEW) == [(2, 140)]
    bench.run(bench.store.leave_group(NEW, bench.now))
    assert used(bench, NEW) == []


# ---------------------------------------------------------------- an erasure beside a turn


def test_an_erased_persons_image_stays_until_the_turn_that_may_ask_with_it_is_over(
    bench: Bench,
) -> None:
    shows(bench, "file-bob", user=BOB)
    bench.send(asked("and?", user=ANN))
    claim = bench.take(only=of(OLD))
    assert list(bench.compose(claim).live.values()) == ["file-bob"]

    bench.run(bench.store.erase(BOB, bench.now))
    assert not bench.files_due()
    bench.wait(LEASE_S + 1)
    assert openai_ids(bench.files_due()) == {"file-bob"}


def test_an_erased_persons_image_went_when_a_lease_ended_that_was_renewed(bench: Bench) -> None:
    shows(bench, "file-bob", user=BOB)
    bench.send(asked("and?", user=ANN))
    claim = bench.take(only=of(OLD))
    bench.wait(LEASE_S - 1)
    assert list(bench.compose(claim).live.values()) == ["file-bob"]

    bench.run(bench.store.erase(BOB, bench.now))
    bench.renew(claim)
    bench.wait(2)  # the request may be on its way still
    assert not bench.files_due()
    bench.wait(LEASE_S)
    assert openai_ids(bench.files_due()) == {"file-bob"}
