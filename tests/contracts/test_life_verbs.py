"""Images that leave by retention, window, storage or wish; and what is held on a person."""

from dataclasses import replace

import pytest

from snapthread.errors import LeaseLost, NoRoom
from snapthread.limits import LEASE_S, LONGEST_UPLOAD_S
from snapthread.model import (
    Claim,
    ConversationKey,
    Erased,
    FileName,
    LostFile,
    Message,
    OutgoingMessage,
    TextFile,
    private_conversation,
)
from tests.contracts.builders import (
    ANN,
    BOB,
    MONTH_S,
    START,
    Bench,
    command,
    destination,
    line,
    message,
    openai_ids,
    photo,
    shown,
    texts,
)

# ---------------------------------------------------------------- retention


def leaving(bench: Bench, *, limit: int = 100) -> int:
    return bench.run(bench.store.retire_leaving(bench.now, limit=limit))


def test_what_is_past_due_leaves_the_conversations_that_nobody_holds(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=100)
    bench.show("file-2", leaves_in_s=MONTH_S)
    bench.wait(101)

    assert leaving(bench) == 1
    assert openai_ids(bench.files_due()) == {"file-1"}
    assert leaving(bench) == 0


def test_a_held_conversation_keeps_its_images_until_it_is_given_back(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=100)
    bench.wait(95)
    claim = bench.ask()
    bench.wait(10)

    assert leaving(bench) == 0
    bench.release(claim)
    assert leaving(bench) == 1


def test_after_a_lost_lease_the_file_is_kept_for_one_lease_more(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=100)
    claim = bench.ask()
    bench.wait(101)
    bench.crash(claim)

    assert leaving(bench) == 1
    assert bench.files_due() == ()
    bench.wait(LEASE_S)
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_retention_is_done_in_batches(bench: Bench) -> None:
    for number in range(3):
        bench.show(f"file-{number}", leaves_in_s=100)
    bench.wait(101)

    assert [leaving(bench, limit=2), leaving(bench, limit=2), leaving(bench, limit=2)] == [2, 1, 0]


def test_what_remains_is_counted(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=100)
    bench.show("file-2", leaves_in_s=MONTH_S)
    bench.wait(101)

    def count() -> int:
        return bench.run(bench.store.backlog(bench.now)).files

    assert count() == 1
    leaving(bench)
    assert count() == 1
    (due,) = bench.files_due()
    bench.gone(due.name)
    assert count() == 0


# ---------------------------------------------------------------- window


def windowed(bench: Bench, claim: Claim, most: int, *own: FileName) -> set[str]:
    transcript = bench.run(
        bench.store.compose(
            claim,
            bench.now,
            max_tokens=60_000,
            question_tokens=10,
            max_images=most,
            question_files=own,
        )
    )
    return set(transcript.live.values())


def test_beyond_the_window_the_oldest_leave_until_half_of_it_is_left(bench: Bench) -> None:
    for number in range(5):
        bench.show(f"file-{number}")
    claim = bench.ask()

    assert windowed(bench, claim, 4) == {"file-3", "file-4"}
    assert openai_ids(bench.files_due()) == {"file-0", "file-1", "file-2"}


def test_within_the_window_all_stay(bench: Bench) -> None:
    for number in range(4):
        bench.show(f"file-{number}")

    assert len(windowed(bench, bench.ask(), 4)) == 4
    assert bench.files_due() == ()


def test_the_questions_own_images_stay_up_to_the_window(bench: Bench) -> None:
    bench.show("file-old")
    questions = [photo(album="album") for _ in range(4)]
    claim = bench.ask(*questions)
    own = [bench.upload(claim, part, f"file-{n}") for n, part in enumerate(questions)]

    live = windowed(bench, claim, 3, *[file.name for file in own])
    assert live == {"file-1", "file-2", "file-3"}


# ---------------------------------------------------------------- storage


def room(bench: Bench, claim: Claim, size_bytes: int, room_bytes: int, *, owner: int = ANN) -> int:
    verb = bench.store.make_room(claim, size_bytes, bench.now, room_bytes=room_bytes, owner=owner)
    return bench.run(verb)


def test_the_oldest_images_make_room(bench: Bench) -> None:
    for number in range(3):
        bench.show(f"file-{number}")  # of 1,000 bytes each
        bench.wait(1)
    claim = bench.ask()

    assert room(bench, claim, 1000, 4000) == 0
    assert room(bench, claim, 1500, 3000) == 2
    assert openai_ids(bench.files_due()) == {"file-0", "file-1"}


def test_only_images_of_the_same_owner_make_room(bench: Bench) -> None:
    bench.show("file-1")
    claim = bench.ask()

    assert room(bench, claim, 1000, 1000, owner=BOB) == 0
    assert room(bench, claim, 1000, 1000, owner=ANN) == 1


TOPIC = private_conversation(ANN, 77)


def show_in_topic(bench: Bench, openai_id: str) -> None:
    """An image of the same person elsewhere."""
    question = replace(photo(), conversation=TOPIC, thread_id=77)
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, openai_id)))


def test_images_of_other_topics_filled_a_persons_storage_as_often_as_there_were_topics(
    bench: Bench,
) -> None:
    show_in_topic(bench, "elsewhere")
    bench.show("here")
    claim = bench.ask()

    assert room(bench, claim, 1000, 3000) == 0
    assert room(bench, claim, 1000, 2000) == 1
    assert openai_ids(bench.files_due()) == {"elsewhere"}
    assert set(bench.compose(claim).live.values()) == {"here"}


def test_who_asks_elsewhere_just_now_keeps_the_images_there(bench: Bench) -> None:
    show_in_topic(bench, "elsewhere")
    bench.show("here")
    bench.ask(message(conversation=TOPIC))
    claim = bench.ask()

    assert room(bench, claim, 1000, 2000) == 0
    assert room(bench, claim, 1500, 2000) == 1
    assert openai_ids(bench.files_due()) == {"here"}


def test_what_cannot_fit_makes_nothing_leave(bench: Bench) -> None:
    bench.show("file-1")
    question = photo()
    claim = bench.ask(question)
    bench.intend(claim, question)

    with pytest.raises(NoRoom):
        room(bench, claim, 1500, 2000)
    assert bench.files_due() == ()


def test_what_an_attempt_before_began_for_it_needs_no_room_beside_it(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.intend(claim, question)
    intended = bench.intended(question)

    verb = bench.store.make_room(
        claim, 1500, bench.now, room_bytes=2000, owner=ANN, files=[intended]
    )
    assert bench.run(verb) == 0


def test_who_lost_the_conversation_makes_no_room(bench: Bench) -> None:
    bench.show("file-1")
    claim = bench.ask()
    bench.crash(claim)
    bench.take()

    with pytest.raises(LeaseLost):
        room(bench, claim, 1000, 1000)


# ---------------------------------------------------------------- forget


def test_a_forgotten_image_leaves_and_its_label_is_told(bench: Bench) -> None:
    first = bench.show("file-1")
    bench.show("file-2")
    claim = bench.ask()

    assert bench.run(bench.store.forget(claim, first.unique_id, bench.now)) == (
        LostFile("image", 1),
    )
    assert set(bench.compose(claim).live.values()) == {"file-2"}
    assert bench.run(bench.store.forget(claim, first.unique_id, bench.now)) == ()


def test_what_another_conversation_has_is_not_forgotten(bench: Bench) -> None:
    file = bench.show("file-1", user=BOB)
    claim = bench.ask()

    assert bench.run(bench.store.forget(claim, file.unique_id, bench.now)) == ()


# ---------------------------------------------------------------- borrow, reconcile


def test_an_idle_conversation_can_be_borrowed_and_then_nobody_claims_it(bench: Bench) -> None:
    bench.show("file-1")
    key = private_conversation(ANN)
    borrowed = bench.run(bench.store.borrow(key, bench.now, lease_s=LEASE_S))
    assert borrowed is not None
    bench.send(photo())
    bench.wait(2)

    assert bench.claim() is None
    assert bench.run(bench.store.borrow(key, bench.now, lease_s=LEASE_S)) is None
    bench.release(borrowed)
    assert bench.claim() is not None


def test_a_held_or_unknown_conversation_cannot_be_borrowed(bench: Bench) -> None:
    bench.ask()

    for user in (ANN, BOB):
        key = private_conversation(user)
        assert bench.run(bench.store.borrow(key, bench.now, lease_s=LEASE_S)) is None


def test_a_file_is_known_by_its_id_or_by_the_name_of_its_intent(bench: Bench) -> None:
    file = bench.show("file-1")
    question = photo()
    intent = bench.intend(bench.ask(question), question)
    asked = [
        (file.name, "file-1"),
        (file.name, "file-twin"),
        (intent.name, "file-2"),
        (FileName("x"), "file-3"),
    ]

    assert bench.run(bench.store.unknown_files(asked)) == ("file-twin", "file-3")


def test_live_files_are_read_page_by_page(bench: Bench) -> None:
    names = sorted(bench.show(f"file-{number}").name for number in range(3))
    first = bench.run(bench.store.live_after(None, limit=2))
    rest = bench.run(bench.store.live_after(first[-1].name, limit=2))

    assert [file.name for file in (*first, *rest)] == names


def test_an_upload_that_no_question_waits_for_is_stranded(bench: Bench) -> None:
    lost = bench.show("file-lost")
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1")
    again = bench.intend(claim, photo(), place=1001, image_key=lost.image_key)
    bench.uploaded(again.name, "file-2")

    def stranded() -> int:
        return bench.run(bench.store.retire_stranded(bench.now))

    assert stranded() == 0
    bench.crash(claim)
    assert stranded() == 1
    assert openai_ids(bench.files_due()) == {"file-2"}


def test_unsettled_intents_are_counted_once_they_are_old(bench: Bench) -> None:
    question = photo()
    bench.intend(bench.ask(question), question)

    assert bench.run(bench.store.backlog(bench.now)).unsettled == 0
    bench.wait(LONGEST_UPLOAD_S)
    assert bench.run(bench.store.backlog(bench.now)).unsettled == 1


def test_one_process_does_a_job_at_a_time(bench: Bench) -> None:
    def take(owner: str) -> bool:
        return bench.run(bench.store.take_job("sweep", owner, bench.now, lease_s=60))

    assert [take("one"), take("two"), take("one")] == [True, False, True]
    bench.wait(60)
    assert take("two")


# ---------------------------------------------------------------- people


def test_erase_leaves_nothing_but_files_to_delete(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1")
    bench.answer(claim, shown(file), line("assistant"))
    bench.show("file-bob", user=BOB)
    bench.send(photo(), command("reset", user=BOB))
    erased = bench.run(bench.store.erase(ANN, bench.now))

    assert (erased.files, erased.items, erased.messages) == (1, 2, 1)
    assert bench.run(bench.store.export(ANN))["conversation"] == []
    assert openai_ids(bench.files_due()) == {"file-1"}
    assert bench.user_files(BOB) == {"file-bob"}


def test_who_holds_an_erased_conversation_is_fenced_off_for_good(bench: Bench) -> None:
    claim = bench.ask()
    bench.run(bench.store.erase(ANN, bench.now))
    bench.ask()

    assert not bench.renew(claim)
    with pytest.raises(LeaseLost):
        bench.finish(claim, line())


def test_the_last_words_of_an_erasure_are_delivered(bench: Bench) -> None:
    bench.talk(line())
    outgoing = OutgoingMessage(text="Gone.", document=TextFile(name="a.txt", content="b"))
    bench.run(bench.store.erase(ANN, bench.now, last_words=(destination(), outgoing)))
    (part,) = bench.take().outbox

    assert part.outgoing == outgoing


def test_an_erasure_that_two_processes_begin_erases_once(bench: Bench) -> None:
    """Both saw the command; what the person said after the first is no longer meant."""
    asked = command()
    bench.send(message(), asked)
    outgoing = (destination(), OutgoingMessage(text="Gone."))

    def erased() -> Erased:
        return bench.run(bench.store.erase(ANN, bench.now, last_words=outgoing, asked_by=asked))

    assert erased().messages == 2
    bench.send(message("And now?"))
    assert not erased().was_done
    (part,) = bench.take().outbox
    assert part.outgoing == outgoing[1]
    assert bench.run(bench.store.export(ANN))["waiting"][0]["text"] == "And now?"


def test_an_erasure_that_was_answered_otherwise_erases_nothing(bench: Bench) -> None:
    keep, erase = command(), command()
    bench.send(message(), keep, erase)

    def was_said() -> bool:
        return bench.run(bench.store.was_said("press:1", bench.now, again_after_s=60))

    assert not was_said()
    kept, late = OutgoingMessage(text="Kept."), OutgoingMessage(text="Too late.")
    answers = bench.store.answer_press(
        keep, bench.now, outgoing=kept, otherwise=late, once="press:1", again_after_s=60
    )
    assert bench.run(answers)
    assert was_said()
    done = bench.store.erase(ANN, bench.now, asked_by=erase, once="press:1", again_after_s=60)
    assert not bench.run(done).was_done
    (part,) = bench.take().outbox
    assert (part.outgoing, part.to.replaces) == (kept, keep.message_id)


def test_a_second_press_is_told_so_and_changes_nothing(bench: Bench) -> None:
    presses = [command(), command()]
    bench.send(message(), *presses)
    first, late = OutgoingMessage(text="Kept."), OutgoingMessage(text="Too late.")

    def answer(press: Message) -> bool:
        return bench.run(
            bench.store.answer_press(
                press, bench.now, outgoing=first, otherwise=late, once="press:1", again_after_s=60
            )
        )

    assert [answer(press) for press in (*presses, presses[0])] == [True, False, False]
    assert texts(bench.take().outbox) == ["Kept.", "Too late."]


def test_the_mark_of_an_erasure_outlives_it(bench: Bench) -> None:
    asked = command()
    bench.send(message(), asked)
    erase = bench.store.erase(ANN, bench.now, asked_by=asked, once="press:1", again_after_s=60)

    assert bench.run(erase).was_done
    assert bench.run(bench.store.was_said("press:1", bench.now, again_after_s=60))
    bench.wait(61)
    assert not bench.run(bench.store.was_said("press:1", bench.now, again_after_s=60))


def test_files_of_a_person_are_counted_until_they_are_gone(bench: Bench) -> None:
    bench.show("file-1")
    bench.run(bench.store.erase(ANN, bench.now))

    assert bench.run(bench.store.storage_of(ANN)).files == 1
    (due,) = bench.files_due()
    bench.gone(due.name)
    assert bench.run(bench.store.storage_of(ANN)).files == 0


def test_export_shows_conversation_files_and_what_waits(bench: Bench) -> None:
    bench.show("file-1")
    bench.send(photo("And this?"))
    held = bench.run(bench.store.export(ANN))

    assert held["conversation"][0]["photos"][0]["label"] == 1
    assert held["files"][0]["openai_file_id"] == "file-1"
    assert held["waiting"][0]["text"] == "And this?"


def test_who_blocked_the_bot_first_counts_until_they_come_back(bench: Bench) -> None:
    def block(is_blocked: bool) -> None:
        bench.run(bench.store.note_blocked(ANN, bench.now if is_blocked else None))

    block(True)
    began = bench.now
    bench.wait(100)
    block(True)
    assert bench.run(bench.store.blocked_before(began, limit=10)) == (ANN,)
    block(False)
    assert bench.run(bench.store.blocked_before(bench.now, limit=10)) == ()


def test_whoever_blocked_the_bot_was_erased_in_groups_that_they_went_on_in(bench: Bench) -> None:
    for user in (ANN, BOB):
        bench.run(bench.store.note_blocked(user, bench.now))
    bench.wait(MONTH_S)
    claim = bench.ask(message(user=ANN, conversation=ConversationKey("group:-100")))
    bench.finish(claim, record=bench.record())

    assert bench.run(bench.store.blocked_before(START, limit=1)) == (BOB,)
    assert set(bench.run(bench.store.blocked_before(bench.now, limit=10))) == {ANN, BOB}


def test_a_command_that_jumped_is_done_with_once(bench: Bench) -> None:
    stop = command("stop")
    bench.send(stop)
    replies = (OutgoingMessage(text="Nothing runs."),)

    assert bench.run(bench.store.complete_command(stop, bench.now, replies=replies))
    assert not bench.run(bench.store.complete_command(stop, bench.now, replies=replies))
    assert [part.outgoing for part in bench.take().outbox] == list(replies)
