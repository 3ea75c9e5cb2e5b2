"""Laws 3 and 4: how an image leaves its conversation, and how it comes back."""

from datetime import timedelta

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import Claim, LedgerFile, Part, private_conversation
from snapthread.vision_tokens import Cut
from tests.contracts.builders import (
    ANN,
    BOB,
    Bench,
    album,
    command,
    message,
    openai_ids,
    photo,
    picture,
    shown,
)

# ---------------------------------------------------------------- parts of a long picture


def test_parts_of_a_long_picture_share_its_name_and_leave_together(bench: Bench) -> None:
    first, second, _ = bench.show_long("file-1", "file-2", "file-3")
    other = bench.show("file-4")
    assert first.part is not None
    assert second.part is not None
    assert first.part.picture == second.part.picture == first.name
    claim = bench.ask()

    assert bench.retire(claim, second.name) == 3
    assert bench.compose(claim).live == {other.name: "file-4"}


def test_retention_takes_a_long_picture_whole(bench: Bench) -> None:
    bench.show_long("file-1", "file-2", leaves_in_s=60)
    bench.wait(61.5)  # the first part is past due, and the second is not

    assert bench.run(bench.store.retire_leaving(bench.now, limit=1)) == 2
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_a_question_leaves_out_a_long_picture_whole_that_is_past_due(bench: Bench) -> None:
    bench.show_long("file-1", "file-2", leaves_in_s=60)
    bench.wait(61.5)

    assert bench.compose(bench.ask()).live == {}


def test_a_window_that_ends_within_a_long_picture_takes_it_out_whole(bench: Bench) -> None:
    for number in range(3):
        bench.show(f"old-{number}")
    bench.show_long("file-1", "file-2")
    for number in range(2):
        bench.show(f"new-{number}")

    # Of seven the newest three would stay; the oldest of these is half of the picture.
    assert set(bench.compose(bench.ask(), max_images=6).live.values()) == {"new-0", "new-1"}
    assert {"file-1", "file-2"} <= openai_ids(bench.files_due())


def test_a_long_picture_makes_room_whole(bench: Bench) -> None:
    bench.show_long("file-1", "file-2")
    claim = bench.ask()

    assert bench.run(bench.store.make_room(claim, 500, bench.now, room_bytes=2000, owner=ANN)) == 2
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_a_long_picture_is_forgotten_whole_and_named_once(bench: Bench) -> None:
    first, _ = bench.show_long("file-1", "file-2")
    told = bench.run(bench.store.forget(bench.ask(), first.unique_id, bench.now))

    assert [one.label for one in told] == [1]
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_a_part_that_was_lost_keeps_the_others_and_leaves_with_them(bench: Bench) -> None:
    first, second = bench.show_long("file-1", "file-2")
    claim = bench.ask()
    bench.run(bench.store.mark_lost(claim, [first.name], bench.now))
    assert [file.name for file in bench.run(bench.store.image_of(claim, first.unique_id))] == [
        second.name
    ]

    again = bench.replace(claim, first, "file-3")
    assert bench.restored(claim, again.name)
    parts = bench.run(bench.store.image_of(claim, first.unique_id))
    assert [file.openai_id for file in parts] == ["file-3", "file-2"]
    assert bench.retire(claim, second.name) == 2


def test_a_second_attempt_goes_on_with_the_parts_that_are_there(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    cuts = [Cut((640, 960), (0, at, 640, at + 480)) for at in (0, 480)]
    parts = [Part(number=n, of=2, cut=cut) for n, cut in enumerate(cuts, start=1)]
    first = bench.intend(claim, question, part=parts[0])
    assert bench.uploaded(first.name, "file-1")

    again = [bench.intend(claim, question, part=part) for part in parts]
    assert [file.state for file in again] == ["uploaded", "intended"]
    assert {file.part.picture for file in again if file.part} == {first.name}


# ---------------------------------------------------------------- retire


def test_what_is_retired_leaves_the_conversation(bench: Bench) -> None:
    first, second = bench.show("file-1"), bench.show("file-2")
    claim = bench.ask()

    assert bench.retire(claim, first.name) == 1
    assert bench.compose(claim).live == {second.name: "file-2"}


def test_what_is_retired_is_to_be_deleted_now(bench: Bench) -> None:
    file = bench.show("file-1")
    bench.retire(bench.ask(), file.name)

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_the_line_of_what_is_retired_stays(bench: Bench) -> None:
    file = bench.show("file-1")
    claim = bench.ask()
    bench.retire(claim, file.name)

    assert bench.compose(claim).items == (shown(file),)


def test_an_upload_of_the_claim_can_be_retired(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1")

    assert bench.retire(claim, file.name) == 1
    assert bench.compose(claim).live == {}


def test_what_left_is_counted_once(bench: Bench) -> None:
    first, second = bench.show("file-1"), bench.show("file-2")
    claim = bench.ask()
    bench.retire(claim, first.name)

    assert bench.retire(claim, first.name, second.name) == 1


def test_files_of_another_conversation_are_not_retired(bench: Bench) -> None:
    theirs = bench.show("file-1", user=BOB)

    assert bench.retire(bench.ask(), theirs.name) == 0
    assert bench.files_due() == ()


def test_a_lost_claim_retires_no_file(bench: Bench) -> None:
    file = bench.show("file-1")
    lost = bench.ask()
    bench.crash(lost)
    claim = bench.take()

    with pytest.raises(LeaseLost):
        bench.retire(lost, file.name)
    assert bench.compose(claim).live == {file.name: "file-1"}


# ---------------------------------------------------------------- named


def test_files_are_found_by_their_ids_newest_first(bench: Bench) -> None:
    first, second, _ = bench.show("file-1"), bench.show("file-2"), bench.show("file-3")

    found = bench.named(bench.ask(), "file-1", "file-2", "unheard of")

    assert [file.name for file in found] == [second.name, first.name]


def test_uploads_of_the_question_are_found(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1")

    (file,) = bench.named(claim, "file-1")

    assert (file.state, file.openai_id) == ("uploaded", "file-1")


def test_a_live_file_is_found_with_its_label(bench: Bench) -> None:
    bench.show("file-1")

    (file,) = bench.named(bench.ask(), "file-1")

    assert (file.state, file.label) == ("live", 1)


def test_files_that_left_are_not_found(bench: Bench) -> None:
    file = bench.show("file-1")
    claim = bench.ask()
    bench.retire(claim, file.name)

    assert bench.named(claim, "file-1") == ()


def test_files_of_another_conversation_are_not_found(bench: Bench) -> None:
    bench.show("file-1", user=BOB)

    assert bench.named(bench.ask(), "file-1") == ()


def test_a_claim_of_before_the_reset_finds_no_file(bench: Bench) -> None:
    bench.show("file-1")
    stale = bench.ask()
    bench.send(reset := command())
    bench.reset(reset)

    assert bench.named(stale, "file-1") == ()


# ---------------------------------------------------------------- restored


def vanished(bench: Bench) -> LedgerFile:
    """A live file of the conversation."""
    file = bench.show("file-1")
    assert file.image_key == file.name
    return file


def test_a_restored_file_takes_the_place_of_the_lost_one(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    new = bench.replace(claim, lost, "file-2")

    assert bench.restored(claim, new.name)
    assert bench.compose(claim).live == {lost.name: "file-2"}


def test_the_lost_file_is_retired(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, lost, "file-2").name)

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_restored_file_has_the_label_of_the_lost_one(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, lost, "file-2").name)

    assert bench.label_of(claim, lost.unique_id) == 1


def test_a_restored_file_stays_when_the_turn_ends(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, lost, "file-2").name)
    bench.answer(claim)

    assert bench.compose(bench.ask()).live == {lost.name: "file-2"}
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_restored_file_can_be_lost_and_restored(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    second = bench.replace(claim, lost, "file-2")
    bench.restored(claim, second.name)
    bench.answer(claim)
    claim = bench.ask()
    third = bench.replace(claim, second, "file-3")

    assert bench.restored(claim, third.name)
    assert bench.compose(claim).live == {lost.name: "file-3"}


def test_until_it_is_restored_the_lost_file_is_live(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.replace(claim, lost, "file-2")

    assert bench.compose(claim).live == {lost.name: "file-1"}


def test_what_was_not_restored_is_retired_with_its_turn(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.replace(claim, lost, "file-2")
    bench.answer(claim)

    assert openai_ids(bench.files_due()) == {"file-2"}
    assert bench.compose(bench.ask()).live == {lost.name: "file-1"}


def test_nothing_is_restored_where_the_lost_file_has_left(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    new = bench.replace(claim, lost, "file-2")
    bench.retire(claim, lost.name)

    assert not bench.restored(claim, new.name)
    assert bench.compose(claim).live == {}
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_a_file_that_was_retired_meanwhile_restores_nothing(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    new = bench.replace(claim, lost, "file-2")
    bench.retire(claim, new.name)

    assert not bench.restored(claim, new.name)
    assert bench.compose(claim).live == {lost.name: "file-1"}


def test_a_file_that_is_restored_is_told_twice(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    new = bench.replace(claim, lost, "file-2")
    bench.restored(claim, new.name)
    bench.restored(claim, new.name)

    assert bench.compose(claim).live == {lost.name: "file-2"}


def test_an_image_of_the_question_itself_is_restored(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    lost = bench.upload(claim, question, "file-1")

    assert bench.restored(claim, bench.replace(claim, lost, "file-2").name)
    assert bench.compose(claim).live == {lost.name: "file-2"}
    bench.answer(claim, shown(lost))
    assert bench.compose(bench.ask()).live == {lost.name: "file-2"}
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_an_image_uploaded_anew_for_its_own_question_was_left_out_once_the_old_file_was_old(
    bench: Bench,
) -> None:
    question = photo()
    claim = bench.ask(question)
    old = bench.upload(claim, question, "old", leaves_in_s=5)
    bench.replace(claim, old, "new")
    bench.wait(6)
    assert bench.compose(claim).live == {old.name: "new"}


def test_a_restored_image_of_a_question_that_fails_is_retired(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    lost = bench.upload(claim, question, "file-1")
    bench.restored(claim, bench.replace(claim, lost, "file-2").name)
    bench.answer(claim)

    assert bench.compose(bench.ask()).live == {}
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_two_lost_files_of_one_image_are_restored_each(bench: Bench) -> None:
    first, second = album(2)
    same = message(image=first.image, album=first.album_id)
    claim = bench.ask(first, same)
    one, two = bench.upload(claim, first, "file-1"), bench.upload(claim, same, "file-2")

    assert bench.restored(claim, bench.replace(claim, one, "file-3").name)
    assert bench.restored(claim, bench.replace(claim, two, "file-4").name)
    assert bench.compose(claim).live == {one.name: "file-3", two.name: "file-4"}
    assert second.album_id == same.album_id


def test_an_upload_that_is_to_replace_a_lost_file_is_adopted_too(bench: Bench) -> None:
    lost = vanished(bench)
    question = message()
    cut_off = bench.ask(question)
    new = bench.replace(cut_off, lost, "file-2")
    bench.crash(cut_off)
    claim = bench.take()
    again = message(image=photo().image, update_id=question.update_id)
    assert again.image is not None

    adopted = bench.named(claim, "file-2")

    assert [file.name for file in adopted] == [new.name]
    assert bench.restored(claim, new.name)


def lose(bench: Bench, claim: Claim, file: LedgerFile) -> int:
    return bench.run(bench.store.mark_lost(claim, [file.name], bench.now))


def test_a_file_that_cannot_be_had_now_is_named_no_more_and_is_known_as_lost(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()

    assert lose(bench, claim, lost) == 1
    told = bench.compose(claim)
    assert told.live == {}
    assert [file.name for file in told.lost] == [lost.name]
    assert bench.files_due() == ()


def test_a_lost_file_comes_back_in_its_place(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    lose(bench, claim, lost)
    bench.answer(claim)
    claim = bench.ask()
    new = bench.replace(claim, lost, "file-2")

    assert bench.restored(claim, new.name)
    told = bench.compose(claim)
    assert (told.live, told.lost) == ({lost.name: "file-2"}, ())
    assert bench.label_of(claim, lost.unique_id) == 1
    bench.answer(claim)
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_a_lost_file_is_lost_until_retention_would_take_it(bench: Bench) -> None:
    lost = bench.show("file-1", leaves_in_s=100)
    lose(bench, bench.ask(), lost)
    bench.wait(101)

    assert bench.compose(bench.take()).lost == ()
    assert openai_ids(bench.files_due()) == {"file-1"}


@pytest.mark.parametrize("by", ["reset", "erase", "forget", "retire"])
def test_a_lost_file_goes_where_the_others_go(bench: Bench, by: str) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    lose(bench, claim, lost)
    match by:
        case "reset":
            bench.send(reset := command())
            bench.reset(reset)
        case "erase":
            bench.erase(ANN)
        case "forget":
            assert bench.run(bench.store.forget(claim, lost.unique_id, bench.now))
        case "retire":
            bench.retire(claim, lost.name)
    bench.wait(LEASE_S)
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_what_is_lost_takes_no_room(bench: Bench) -> None:
    lost = vanished(bench)
    lose(bench, bench.ask(), lost)

    assert bench.run(bench.store.storage_of(ANN)).files == 0


def test_a_lost_claim_restores_nothing(bench: Bench) -> None:
    lost = vanished(bench)
    stale = bench.ask()
    new = bench.replace(stale, lost, "file-2")
    bench.crash(stale)
    claim = bench.take()

    with pytest.raises(LeaseLost):
        bench.restored(stale, new.name)
    assert bench.compose(claim).live == {lost.name: "file-1"}


# ---------------------------------------------------------------- forget, borrow


def forget(bench: Bench, claim: Claim, unique_id: str) -> tuple[int, ...]:
    gone = bench.run(bench.store.forget(claim, unique_id, bench.now))
    return tuple(one.label for one in gone)


def test_an_image_is_forgotten_with_its_album(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first, second)
    files = [bench.upload(claim, first, "file-1"), bench.upload(claim, second, "file-2")]
    bench.answer(claim, shown(files[0], label=1), shown(files[1], label=2))
    bench.show("file-3")

    assert forget(bench, bench.ask(), files[1].unique_id) == (1, 2)
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_a_restored_image_is_forgotten_with_its_album(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first, second)
    files = [bench.upload(claim, first, "file-1"), bench.upload(claim, second, "file-2")]
    bench.answer(claim, shown(files[0], label=1), shown(files[1], label=2))
    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, files[0], "file-3").name)

    assert forget(bench, claim, files[1].unique_id) == (1, 2)
    assert bench.compose(claim).live == {}


def test_a_restored_image_is_forgotten(bench: Bench) -> None:
    lost = vanished(bench)
    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, lost, "file-2").name)

    assert forget(bench, claim, lost.unique_id) == (1,)
    assert bench.compose(claim).live == {}


def test_a_lost_claim_forgets_nothing(bench: Bench) -> None:
    file = bench.show("file-1")
    lost = bench.ask()
    bench.crash(lost)
    bench.take()

    with pytest.raises(LeaseLost):
        forget(bench, lost, file.unique_id)


def borrow(bench: Bench) -> Claim | None:
    key = private_conversation(ANN)
    return bench.run(bench.store.borrow(key, bench.now, lease_s=LEASE_S))


def test_a_conversation_is_borrowed_without_its_messages(bench: Bench) -> None:
    bench.send(question := message())
    claim = borrow(bench)
    assert claim is not None
    bench.release(claim)

    again = bench.take()

    assert (claim.messages, again.messages, again.attempt) == ((), (question,), 1)


def test_what_nobody_holds_any_more_is_borrowed_and_fenced(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)

    assert borrow(bench) is not None
    assert not bench.renew(lost)


def test_what_is_borrowed_is_free_when_its_lease_ends(bench: Bench) -> None:
    bench.send(message())
    borrow(bench)
    bench.wait(LEASE_S)

    assert bench.claim() is not None


def test_borrowing_a_conversation_does_not_end_its_pause(bench: Bench) -> None:
    claim = bench.ask()
    later = bench.now + timedelta(seconds=30)
    bench.release(claim, not_before=later)
    borrowed = borrow(bench)
    assert borrowed is not None
    bench.release(borrowed)

    assert bench.claim() is None
    assert bench.next_wake() == later


def test_a_file_that_was_restored_is_shown_and_not_one_that_was_cut_off(bench: Bench) -> None:
    lost = vanished(bench)
    borrowed = borrow(bench)
    assert borrowed is not None
    again = message(image=picture(lost.unique_id))
    cut_off = bench.intend(borrowed, again, image_key=lost.image_key)
    bench.uploaded(cut_off.name, "file-2")
    bench.release(borrowed)

    claim = bench.ask()
    bench.restored(claim, bench.replace(claim, lost, "file-3").name)

    assert bench.compose(claim).live == {lost.name: "file-3"}
