"""`reset`: law 2, clause by clause, and what a stale claim can still do: nothing."""

from collections.abc import Callable

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import Claim, FileName, private_conversation
from tests.contracts.builders import (
    ANN,
    BOB,
    QUIET_S,
    Bench,
    album,
    command,
    line,
    message,
    openai_ids,
    photo,
    shown,
    texts,
    turn,
    words,
)


def reset(bench: Bench) -> int | None:
    bench.send(asked := command())
    return bench.reset(asked)


def deliver(bench: Bench) -> list[str]:
    claim = bench.take()
    bench.drop_outbox(claim)
    bench.release(claim)
    return texts(claim.outbox)


def test_the_sentence_is_put_on_its_way(bench: Bench) -> None:
    bench.show("file-1")
    bench.show("file-2")

    assert reset(bench) == 2
    assert deliver(bench) == ["cleared, 2 files"]


def test_the_sentence_goes_where_the_command_came_from(bench: Bench) -> None:
    bench.send(asked := command(user=BOB))
    bench.reset(asked)

    (part,) = bench.take().outbox

    assert (part.to.chat_id, part.to.thread_id) == (BOB, None)


def test_an_empty_conversation_can_be_reset(bench: Bench) -> None:
    assert reset(bench) == 0
    assert deliver(bench) == ["cleared, 0 files"]


def test_the_conversation_is_empty(bench: Bench) -> None:
    bench.show("file-1")
    bench.talk(*turn())
    reset(bench)
    deliver(bench)

    transcript = bench.compose(bench.ask())

    assert (transcript.items, transcript.live, transcript.next_label) == ((), {}, 1)


def test_after_a_reset_the_conversation_goes_on(bench: Bench) -> None:
    bench.talk(*turn("before"))
    bench.compose(bench.ask(), max_tokens=10)
    reset(bench)
    deliver(bench)
    bench.talk(*turn("after"))

    assert bench.compose(bench.ask()).items == turn("after")


def test_the_epoch_rises(bench: Bench) -> None:
    before = bench.ask()
    reset(bench)
    deliver(bench)

    assert bench.ask().epoch == before.epoch + 1


def test_its_files_are_to_be_deleted_at_once(bench: Bench) -> None:
    bench.show("file-1")
    bench.show("file-2", user=BOB)
    reset(bench)

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_uploads_of_a_question_that_waits_are_deleted_too(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1")
    bench.release(claim)

    assert reset(bench) == 1
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_upload_under_way_counts_as_a_file(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)

    assert reset(bench) == 1
    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_files_that_already_wait_for_deletion_are_counted(bench: Bench) -> None:
    bench.show("file-1")
    reset(bench)

    assert reset(bench) == 1


def test_files_that_are_gone_are_not_counted(bench: Bench) -> None:
    bench.show("file-1")
    reset(bench)
    (deletion,) = bench.files_due()
    bench.gone(deletion.name)

    assert reset(bench) == 0


def test_files_stay_while_another_process_may_be_asking_with_them(bench: Bench) -> None:
    bench.show("file-1")
    asking = bench.ask()
    bench.compose(asking)
    reset(bench)

    assert bench.files_due() == ()
    bench.wait(LEASE_S)
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_messages_that_came_before_are_gone(bench: Bench) -> None:
    bench.send(message(), *album(2))
    reset(bench)
    deliver(bench)
    bench.wait(QUIET_S)

    assert bench.claim() is None
    assert bench.next_wake() is None


def test_messages_that_came_before_do_not_come_again(bench: Bench) -> None:
    bench.send(question := message())
    reset(bench)

    assert bench.send(question) == frozenset()


def test_messages_that_came_after_stay(bench: Bench) -> None:
    asked, after = command(), message()
    bench.send(message(), asked, after)
    bench.reset(asked)
    deliver(bench)

    assert bench.take().messages == (after,)


def test_messages_of_other_conversations_stay(bench: Bench) -> None:
    bench.send(theirs := message(user=BOB))
    reset(bench)

    assert bench.take(only=private_conversation(BOB)).messages == (theirs,)


def test_the_question_that_was_running_is_not_asked_again(bench: Bench) -> None:
    bench.ask()
    reset(bench)
    deliver(bench)
    bench.wait(LEASE_S)

    assert bench.claim() is None


def test_parts_not_yet_delivered_are_gone(bench: Bench) -> None:
    bench.say("A word.")
    reset(bench)

    assert deliver(bench) == ["cleared, 0 files"]


def test_parts_of_other_conversations_stay(bench: Bench) -> None:
    bench.say("A word.", user=BOB)
    reset(bench)

    assert texts(bench.take(only=private_conversation(BOB)).outbox) == ["A word."]


def test_the_command_is_gone(bench: Bench) -> None:
    reset(bench)

    assert bench.jumpers() == ()


def test_earlier_resets_are_gone_with_it_and_later_ones_wait(bench: Bench) -> None:
    earlier, asked, later = command(), command("new"), command()
    bench.send(earlier, asked, later)
    bench.reset(asked)

    assert bench.jumpers() == (later,)


def test_a_reset_is_not_put_off(bench: Bench) -> None:
    claim = bench.ask()
    bench.release(claim, not_before=bench.now.replace(year=2027))
    reset(bench)

    assert deliver(bench) == ["cleared, 0 files"]


def test_a_replay_does_not_reset_twice(bench: Bench) -> None:
    bench.send(asked := command())
    bench.reset(asked)
    deliver(bench)
    file = bench.show("file-1")
    bench.send(asked)

    assert bench.reset(asked) is None
    claim = bench.ask()
    assert bench.compose(claim).live == {file.name: "file-1"}


def test_a_replay_does_not_touch_who_holds_the_conversation(bench: Bench) -> None:
    bench.send(asked := command())
    bench.reset(asked)
    deliver(bench)
    claim = bench.ask()
    bench.reset(asked)

    assert bench.renew(claim)


def test_a_command_that_was_never_taken_resets_nothing(bench: Bench) -> None:
    bench.talk(*turn())

    assert bench.reset(command()) is None
    assert bench.compose(bench.ask()).items == turn()


def test_a_message_that_is_no_reset_resets_nothing(bench: Bench) -> None:
    bench.send(question := message())

    assert bench.reset(question) is None
    assert bench.take().messages == (question,)


def test_where_the_words_fail_nothing_happens(bench: Bench) -> None:
    bench.talk(*turn())
    bench.send(asked := command())

    with pytest.raises(ZeroDivisionError):
        bench.run(bench.store.reset(asked, bench.now, render=lambda files: words(str(1 // 0))))

    assert bench.jumpers() == (asked,)
    assert bench.reset(asked) == 0


def test_a_stop_of_before_does_not_stop_what_comes_after(bench: Bench) -> None:
    bench.ask()
    bench.send(stop := command("stop"))
    bench.stop(stop, words("Nothing to stop."))
    reset(bench)
    deliver(bench)

    assert not bench.ask().is_stopped


# ---------------------------------------------------------------- stale claims


def stale_claim(bench: Bench) -> Claim:
    """A question that ran when its conversation was reset."""
    claim = bench.ask(*album(2))
    reset(bench)
    deliver(bench)
    return claim


STALE_WRITES: dict[str, Callable[[Bench, Claim], object]] = {
    "compose": lambda bench, claim: bench.compose(claim),
    "finish": lambda bench, claim: bench.finish(claim, *turn(), replies=(words(),)),
    "put aside": lambda bench, claim: bench.finish(claim, dead_letter=True),
    "intend": lambda bench, claim: bench.intend(claim, claim.messages[0]),
    "take_stragglers": lambda bench, claim: bench.stragglers(claim),
    "drop_parts": lambda bench, claim: bench.drop_outbox(claim),
    "retire": lambda bench, claim: bench.retire(claim, FileName("any")),
    "restored": lambda bench, claim: bench.restored(claim, FileName("any")),
}


@pytest.mark.parametrize("verb", sorted(STALE_WRITES))
def test_a_claim_of_before_the_reset_cannot_write(bench: Bench, verb: str) -> None:
    stale = stale_claim(bench)
    bench.say("A word.")

    with pytest.raises(LeaseLost):
        STALE_WRITES[verb](bench, stale)

    assert deliver(bench) == ["A word."]
    assert bench.compose(bench.ask()).items == ()


@pytest.mark.parametrize("verb", sorted(STALE_WRITES))
def test_a_claim_of_before_the_reset_cannot_write_beside_its_successor(
    bench: Bench, verb: str
) -> None:
    stale = stale_claim(bench)
    claim = bench.ask(message("after"))

    with pytest.raises(LeaseLost):
        STALE_WRITES[verb](bench, stale)

    assert bench.compose(claim).items == ()
    bench.answer(claim)
    assert bench.claim() is None


def test_a_claim_of_before_the_reset_cannot_be_renewed(bench: Bench) -> None:
    assert not bench.renew(stale_claim(bench))


def test_a_claim_of_before_the_reset_gives_nothing_back(bench: Bench) -> None:
    stale = stale_claim(bench)
    bench.ask()
    bench.release(stale)

    assert bench.claim() is None


def test_a_claim_of_before_the_reset_knows_no_labels(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, "file-1")))
    stale = bench.ask()
    reset(bench)

    assert question.image is not None
    assert bench.label_of(stale, question.image.unique_id) is None


def test_what_was_uploaded_for_a_question_of_before_is_to_be_deleted(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    reset(bench)
    deliver(bench)
    bench.answer(bench.ask(), line())

    assert not bench.uploaded(file.name, "file-1")
    assert bench.compose(bench.ask()).live == {}
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_part_delivered_late_takes_no_other_with_it(bench: Bench) -> None:
    claim = bench.ask()
    (part,) = bench.finish(claim, replies=(words("before"),))
    reset(bench)
    bench.delivered(claim, part)

    assert deliver(bench) == ["cleared, 0 files"]


def test_the_name_of_the_users_conversation_stays(bench: Bench) -> None:
    assert stale_claim(bench).conversation == private_conversation(ANN)
