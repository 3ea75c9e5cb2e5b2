"""`Ledger`: intended → uploaded → live → retired → gone."""

from datetime import timedelta

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LONGEST_UPLOAD_S
from snapthread.model import FileName, LedgerFile, Message
from tests.contracts.builders import (
    ANN,
    BOB,
    MONTH_S,
    Bench,
    album,
    command,
    line,
    message,
    openai_ids,
    photo,
    shown,
)


def unique_id(message: Message) -> str:
    assert message.image is not None
    return message.image.unique_id


def retire(bench: Bench, openai_id: str) -> LedgerFile:
    """A file that the conversation did not take."""
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, openai_id)
    bench.answer(claim)
    return file


# ---------------------------------------------------------------- intend


def test_an_intent_is_written_down(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)

    file = bench.intend(claim, question, name="our-name")

    assert file == LedgerFile(
        name=FileName("our-name"),
        conversation=claim.conversation,
        epoch=claim.epoch,
        owner=ANN,
        state="intended",
        image_key=FileName("our-name"),
        telegram_id=question.image.telegram_id if question.image else "",
        unique_id=unique_id(question),
        size_bytes=1000,
        width=640,
        height=480,
        created_at=bench.now,
    )


def test_an_image_that_was_uploaded_already_is_not_uploaded_again(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    file = bench.upload(lost, question, "file-1")
    bench.crash(lost)

    again = bench.intend(bench.take(), question)

    assert (again.name, again.state, again.openai_id) == (file.name, "uploaded", "file-1")


def test_an_image_that_was_uploaded_after_its_turn_was_cut_off_is_adopted(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    file = bench.intend(lost, question)
    bench.crash(lost)
    claim = bench.take()

    assert bench.uploaded(file.name, "file-1")
    assert bench.intend(claim, question).openai_id == "file-1"


def test_an_adopted_image_becomes_live(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    bench.upload(lost, question, "file-1")
    bench.crash(lost)
    claim = bench.take()
    bench.answer(claim, shown(bench.intend(claim, question)))

    assert set(bench.compose(bench.ask()).live.values()) == {"file-1"}


def test_an_older_intent_is_retired(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    older = bench.intend(lost, question)
    bench.crash(lost)
    claim = bench.take()
    newer = bench.intend(claim, question)

    assert newer.name != older.name
    assert not bench.uploaded(older.name, "file-1")
    assert bench.uploaded(newer.name, "file-2")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_older_intent_is_looked_for(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    older = bench.intend(lost, question)
    bench.crash(lost)
    bench.intend(bench.take(), question)
    bench.wait(LONGEST_UPLOAD_S - 12)

    assert [deletion.name for deletion in bench.intents_due()] == [older.name]


def test_another_image_of_the_same_message_is_another_file(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    first = bench.upload(claim, question, "file-1")

    second = bench.intend(claim, question, place=1)

    assert (second.state, second.name != first.name) == ("intended", True)
    assert bench.uploaded(second.name, "file-2")


def test_the_same_image_of_another_message_is_another_file(bench: Bench) -> None:
    first, second = album(2)
    same = message(image=first.image, album=first.album_id)
    claim = bench.ask(first, same)
    bench.upload(claim, first, "file-1")

    assert bench.intend(claim, same).state == "intended"
    assert second.album_id == first.album_id


def test_an_image_that_is_past_due_is_uploaded_again(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    bench.upload(lost, question, "file-1", leaves_in_s=12)
    bench.crash(lost)

    assert bench.intend(bench.take(), question).state == "intended"


def test_a_lost_claim_intends_nothing(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    bench.crash(lost)
    file = bench.intend(bench.take(), question)

    with pytest.raises(LeaseLost):
        bench.intend(lost, question)
    assert bench.uploaded(file.name, "file-1")


def test_nothing_is_intended_once_the_turn_has_ended(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.finish(claim)

    with pytest.raises(LeaseLost):
        bench.intend(claim, question)


def test_nothing_is_intended_for_a_message_that_is_not_claimed(bench: Bench) -> None:
    question, behind = photo(), photo()
    bench.send(question, behind)
    claim = bench.take()

    with pytest.raises(LeaseLost):
        bench.intend(claim, behind)


# ---------------------------------------------------------------- uploaded


def test_an_upload_is_wanted(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.intend(claim, question)

    assert bench.uploaded(file.name, "file-1")
    assert bench.compose(claim).live == {file.name: "file-1"}


def test_an_upload_is_told_twice_and_still_wanted(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1")

    assert bench.uploaded(file.name, "file-1")
    assert bench.files_due() == ()


def test_an_upload_is_told_again_when_it_is_live(bench: Bench) -> None:
    file = bench.show("file-1")

    assert bench.uploaded(file.name, "file-1")
    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


def test_an_upload_of_an_older_epoch_is_to_be_deleted_now(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.send(reset := command())
    bench.reset(reset)

    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_upload_that_was_given_up_is_to_be_deleted_now(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.give_up(file.name, unknown=True)

    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_upload_that_nobody_intended_is_to_be_deleted_now(bench: Bench) -> None:
    assert not bench.uploaded(FileName("stranger"), "file-1")

    (deletion,) = bench.files_due()
    assert (deletion.name, deletion.openai_id) == ("stranger", "file-1")


def test_an_upload_whose_intent_is_gone_is_to_be_deleted_now(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.give_up(file.name, unknown=False)

    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_unwanted_upload_still_has_its_owner(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.intend(claim, question)
    bench.finish(claim)
    bench.uploaded(file.name, "file-1")

    assert bench.user_files() == {"file-1"}


def test_a_second_file_of_one_name_is_deleted_and_the_first_stays(bench: Bench) -> None:
    file = bench.show("file-1")

    assert not bench.uploaded(file.name, "file-2")
    assert openai_ids(bench.files_due()) == {"file-2"}
    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


def test_two_unwanted_files_of_one_name_are_both_deleted(bench: Bench) -> None:
    bench.uploaded(FileName("stranger"), "file-1")
    bench.uploaded(FileName("stranger"), "file-2")
    due = bench.files_due()
    for deletion in due:
        bench.gone(deletion.name)
    bench.wait(60)

    assert openai_ids(due) == {"file-1", "file-2"}
    assert bench.files_due() == ()


# ---------------------------------------------------------------- give_up


def test_an_upload_that_failed_leaves_nothing(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.give_up(file.name, unknown=False)
    bench.wait(LONGEST_UPLOAD_S)

    assert bench.intents_due() == ()


def test_an_upload_of_unknown_outcome_is_looked_for(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.give_up(file.name, unknown=True)
    bench.wait(LONGEST_UPLOAD_S)

    assert [deletion.name for deletion in bench.intents_due()] == [file.name]


def test_an_upload_of_unknown_outcome_is_tried_under_a_new_name(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    first = bench.intend(claim, question)
    bench.give_up(first.name, unknown=True)
    second = bench.intend(claim, question)

    assert second.name != first.name
    assert bench.uploaded(second.name, "file-2")
    assert not bench.uploaded(first.name, "file-1")


@pytest.mark.parametrize("unknown", [False, True])
def test_a_file_that_is_there_is_not_given_up(bench: Bench, unknown: bool) -> None:
    file = bench.show("file-1")
    bench.give_up(file.name, unknown=unknown)

    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


# ---------------------------------------------------------------- label_of


def test_a_live_image_has_its_label(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, "file-1"), label=3))

    assert bench.label_of(bench.ask(), unique_id(question)) == 3


def test_an_image_that_was_never_seen_has_no_label(bench: Bench) -> None:
    assert bench.label_of(bench.ask(), "unheard of") is None


def test_an_image_that_is_not_live_yet_has_no_label(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1")

    assert bench.label_of(claim, unique_id(question)) is None


def test_an_image_that_left_has_no_label(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, "file-1", leaves_in_s=60)))
    bench.wait(60)
    again = bench.ask()
    bench.compose(again)

    assert bench.label_of(again, unique_id(question)) is None


def test_an_image_of_another_conversation_has_no_label_here(bench: Bench) -> None:
    question = photo(user=BOB)
    claim = bench.ask(question)
    bench.answer(claim, shown(bench.upload(claim, question, "file-1")))

    assert bench.label_of(bench.ask(message(user=ANN)), unique_id(question)) is None


# ---------------------------------------------------------------- files_due


def test_a_retired_file_is_due_with_its_id(bench: Bench) -> None:
    file = retire(bench, "file-1")

    (deletion,) = bench.files_due()

    assert (deletion.name, deletion.openai_id, deletion.attempts) == (file.name, "file-1", 1)


def test_a_due_file_tells_when_it_expires_by_itself(bench: Bench) -> None:
    retire(bench, "file-1")
    bench.uploaded(FileName("stranger"), "file-2")

    assert {each.expires_at for each in bench.files_due()} == {
        bench.now + timedelta(seconds=MONTH_S, days=1)
    }


def test_files_whose_deletion_failed_again_and_again_are_counted(bench: Bench) -> None:
    retire(bench, "file-1")
    retire(bench, "file-2")
    counts = []
    for _ in range(4):
        for each in bench.files_due():
            bench.try_later(each.name, bench.now)
        counts.append(bench.run(bench.store.failing_deletions()))

    assert counts == [0, 0, 0, 2]


def test_a_live_file_is_never_due(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=60)
    bench.wait(3600)

    assert bench.files_due() == ()


def test_a_deletion_is_taken_by_one(bench: Bench) -> None:
    retire(bench, "file-1")
    bench.files_due(lease_s=60)

    bench.wait(59.999)
    too_early = bench.files_due()
    bench.wait(0.001)

    assert too_early == ()
    assert [deletion.attempts for deletion in bench.files_due()] == [2]


def test_no_more_deletions_are_taken_than_asked_for(bench: Bench) -> None:
    for number in range(3):
        retire(bench, f"file-{number}")

    first, second = bench.files_due(limit=2), bench.files_due(limit=2)

    assert (len(first), len(second)) == (2, 1)


def test_what_has_been_due_longest_is_deleted_first(bench: Bench) -> None:
    for number in range(3):
        retire(bench, f"file-{number}")

    assert openai_ids(bench.files_due(limit=1)) == {"file-0"}


def test_a_file_without_an_id_is_not_due_for_deletion(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.intend(claim, question)
    bench.finish(claim)

    assert bench.files_due() == ()


# ---------------------------------------------------------------- intents_due


def test_an_intent_is_looked_for_when_the_longest_upload_is_over(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)

    bench.wait(LONGEST_UPLOAD_S - 0.001)
    too_early = bench.intents_due()
    bench.wait(0.001)
    (deletion,) = bench.intents_due()

    assert too_early == ()
    assert (deletion.name, deletion.openai_id) == (file.name, None)


def test_a_file_with_an_id_is_not_looked_for(bench: Bench) -> None:
    bench.show("file-1")
    retire(bench, "file-2")
    bench.wait(LONGEST_UPLOAD_S)

    assert bench.intents_due() == ()


def test_an_intent_that_is_looked_for_is_not_wanted_any_more(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.wait(LONGEST_UPLOAD_S)
    bench.intents_due()

    assert not bench.uploaded(file.name, "file-1")
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_intent_is_looked_for_by_one_and_again_later(bench: Bench) -> None:
    question = photo()
    bench.intend(bench.ask(question), question)
    bench.wait(LONGEST_UPLOAD_S)

    first, at_once = bench.intents_due(), bench.intents_due()
    bench.wait(3600)

    assert (len(first), len(at_once), len(bench.intents_due())) == (1, 0, 1)


def test_no_more_intents_are_looked_for_than_asked_for(bench: Bench) -> None:
    parts = album(3)
    claim = bench.ask(*parts)
    for part in parts:
        bench.intend(claim, part)
    bench.wait(LONGEST_UPLOAD_S)

    first, second = bench.intents_due(limit=2), bench.intents_due(limit=2)

    assert (len(first), len(second)) == (2, 1)


def test_an_intent_of_before_the_reset_is_looked_for(bench: Bench) -> None:
    question = photo()
    bench.intend(bench.ask(question), question)
    bench.send(reset := command())
    bench.reset(reset)
    bench.wait(LONGEST_UPLOAD_S)

    assert len(bench.intents_due()) == 1


# ---------------------------------------------------------------- gone, try_later


def test_a_file_that_is_gone_is_not_due_again(bench: Bench) -> None:
    file = retire(bench, "file-1")
    bench.files_due()
    bench.gone(file.name)
    bench.wait(3600)

    assert bench.files_due() == ()
    assert bench.user_files() == frozenset()


def test_an_intent_that_left_no_file_is_not_looked_for_again(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.wait(LONGEST_UPLOAD_S)
    bench.intents_due()
    bench.gone(file.name)
    bench.wait(3600)

    assert bench.intents_due() == ()


def test_a_file_that_appeared_while_it_was_looked_for_is_not_gone(bench: Bench) -> None:
    question = photo()
    file = bench.intend(bench.ask(question), question)
    bench.wait(LONGEST_UPLOAD_S)
    bench.intents_due()
    bench.uploaded(file.name, "file-1")
    bench.gone(file.name)

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_file_that_is_live_is_not_gone(bench: Bench) -> None:
    file = bench.show("file-1")
    bench.gone(file.name)

    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


def test_what_is_gone_may_be_told_twice(bench: Bench) -> None:
    file = retire(bench, "file-1")
    bench.files_due()
    bench.gone(file.name)
    bench.gone(file.name)

    assert bench.user_files() == frozenset()


def test_a_deletion_that_failed_is_due_again_at_its_time(bench: Bench) -> None:
    file = retire(bench, "file-1")
    bench.files_due(lease_s=60)
    bench.try_later(file.name, bench.now.replace(hour=20))

    bench.wait(3600)
    too_early = bench.files_due()
    bench.now = bench.now.replace(hour=20)

    assert too_early == ()
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_deletion_may_be_due_again_before_its_lease_ends(bench: Bench) -> None:
    file = retire(bench, "file-1")
    bench.files_due(lease_s=60)
    bench.try_later(file.name, bench.now)

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_file_that_is_live_is_not_to_be_tried_later(bench: Bench) -> None:
    file = bench.show("file-1")
    bench.try_later(file.name, bench.now)

    assert bench.files_due() == ()


# ---------------------------------------------------------------- user_files


def test_the_files_of_a_user_are_told(bench: Bench) -> None:
    bench.show("file-1", user=ANN)
    retire(bench, "file-2")
    bench.show("file-3", user=BOB)

    assert bench.user_files(ANN) == {"file-1", "file-2"}
    assert bench.user_files(BOB) == {"file-3"}


def test_an_upload_is_among_the_files_of_its_user(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.intend(claim, question)
    before = bench.user_files()
    bench.uploaded(file.name, "file-1")

    assert before == frozenset()
    assert bench.user_files() == {"file-1"}


def test_files_are_told_until_they_are_gone(bench: Bench) -> None:
    bench.show("file-1")
    bench.send(reset := command())
    bench.reset(reset)
    (deletion,) = bench.files_due()
    before = bench.user_files()
    bench.gone(deletion.name)

    assert before == {"file-1"}
    assert bench.user_files() == frozenset()


def test_a_user_without_files_has_none(bench: Bench) -> None:
    bench.talk(line())

    assert bench.user_files() == frozenset()
