"""`MessageQueue.accept`: what comes in is taken once, gathered, and bounded."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from snapthread.limits import ALBUM_GATHER_S, CUT_TEXT_GAP_S, CUT_TEXT_UNITS, SEEN_S, WAITING_MAX
from snapthread.model import Claim, Message, RepliedMessage, TelegramSound, private_conversation
from tests.contracts.builders import (
    ANN,
    BOB,
    FULL,
    QUIET_S,
    START,
    Bench,
    album,
    command,
    cut_text,
    message,
    photo,
    texts,
    words,
)


def end_of_gap(first: Message) -> Message:
    return message(sent_at=first.sent_at + timedelta(seconds=CUT_TEXT_GAP_S))


def flood(bench: Bench, count: int = WAITING_MAX) -> None:
    bench.send(*(message() for _ in range(count)))


def said(claim: Claim | None) -> list[str]:
    assert claim is not None
    return texts(claim.outbox)


# ---------------------------------------------------------------- once


def test_a_batch_tells_which_conversations_got_something_new(bench: Bench) -> None:
    changed = bench.send(message(user=ANN), message(user=ANN), message(user=BOB))

    assert changed == {private_conversation(ANN), private_conversation(BOB)}


def test_an_empty_batch_changes_nothing(bench: Bench) -> None:
    assert bench.send() == frozenset()
    assert bench.claim() is None


def test_an_update_is_not_taken_again(bench: Bench) -> None:
    question = message()
    bench.answer(bench.ask(question))

    assert bench.send(question) == frozenset()
    assert bench.claim() is None


def test_an_update_is_not_taken_twice_from_one_batch(bench: Bench) -> None:
    question = message()

    bench.send(question, question)

    assert bench.take().messages == (question,)
    assert bench.next_wake() == bench.now + timedelta(seconds=12)


def test_an_update_is_known_for_as_long_as_it_is_remembered(bench: Bench) -> None:
    question = message()
    bench.answer(bench.ask(question))
    bench.wait(SEEN_S - QUIET_S - 0.001)
    bench.tidy()

    assert bench.send(question) == frozenset()


def test_an_update_id_may_come_again_when_it_is_forgotten(bench: Bench) -> None:
    question = message()
    bench.answer(bench.ask(question))
    bench.wait(SEEN_S)

    assert bench.send(question) == {question.conversation}
    assert bench.take().messages == (question,)


def test_update_ids_are_a_set_and_no_high_water_mark(bench: Bench) -> None:
    bench.send(message(update_id=900))

    assert bench.send(message(update_id=899)) != frozenset()


def test_an_update_that_was_not_taken_is_known_all_the_same(bench: Bench) -> None:
    flood(bench)
    refused = message()
    bench.send(refused)

    assert bench.send(refused) == frozenset()


def test_a_message_comes_out_as_it_went_in(bench: Bench) -> None:
    question = message(
        "Wörter 👩‍🚀",
        image=photo().image,
        reply=RepliedMessage(message_id=4, text="before", image=photo().image, sent_at=START),
    )

    claim = bench.ask(question)

    assert claim.messages == (question,)


# ---------------------------------------------------------------- albums


def test_a_single_message_is_ready_at_once(bench: Bench) -> None:
    bench.send(message())

    assert bench.claim() is not None


def test_an_album_is_ready_a_quiet_time_after_its_newest_part(bench: Bench) -> None:
    first, second = album(2)
    bench.send(first)
    bench.wait(0.5)
    bench.send(second)

    bench.wait(QUIET_S - 0.001)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.take().messages == (first, second)


def test_an_album_waits_at_most_its_gather_time_after_the_first_part(bench: Bench) -> None:
    parts = album(7)
    bench.send(parts[0])
    for part in parts[1:]:
        bench.wait(0.8)  # always within the quiet time: 4.8 s in all
        bench.send(part)

    bench.wait(ALBUM_GATHER_S - 4.8 - 0.001)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.take().messages == parts


def test_the_parts_of_an_album_may_come_in_one_batch(bench: Bench) -> None:
    parts = album(3)

    claim = bench.ask(*parts)

    assert claim.messages == parts


def test_another_album_does_not_make_an_album_wait(bench: Bench) -> None:
    first, second = album(1), album(1)
    bench.send(*first)
    bench.wait(QUIET_S - 0.1)
    bench.send(*second)
    bench.wait(0.1)

    assert bench.take().messages == first


def test_an_album_of_one_conversation_is_not_one_of_another(bench: Bench) -> None:
    mine, theirs = album(1, user=ANN, id="same"), album(1, user=BOB, id="same")
    bench.send(*mine, *theirs)
    bench.wait(QUIET_S)

    assert {bench.take().messages, bench.take().messages} == {mine, theirs}


def test_a_part_that_comes_after_a_crash_joins_its_album(bench: Bench) -> None:
    first, second = album(2)
    lost = bench.ask(first)
    bench.send(second)
    bench.crash(lost)

    assert bench.take().messages == (first, second)


# ---------------------------------------------------------------- cut texts


def test_a_cut_text_waits_for_its_next_part(bench: Bench) -> None:
    bench.send(cut_text())

    bench.wait(QUIET_S - 0.001)
    too_early = bench.claim()
    bench.wait(0.001)

    assert too_early is None
    assert bench.claim() is not None


def test_a_text_that_a_client_would_not_cut_is_ready_at_once(bench: Bench) -> None:
    bench.send(cut_text(CUT_TEXT_UNITS))

    assert bench.claim() is not None


def test_a_cut_text_is_counted_in_utf_16_units(bench: Bench) -> None:
    bench.send(message("👩" * (CUT_TEXT_UNITS // 2 + 1)))

    assert bench.claim() is None


def test_the_last_part_of_a_cut_text_ends_the_waiting(bench: Bench) -> None:
    first = cut_text()
    last = end_of_gap(first)
    bench.send(first)
    bench.send(last)

    assert bench.take().messages == (first, last)


def test_a_text_may_be_cut_into_many_parts(bench: Bench) -> None:
    parts = (cut_text(), cut_text(), message("the end"))

    bench.send(*parts)

    assert bench.take().messages == parts


def test_after_its_last_part_a_cut_text_takes_no_more(bench: Bench) -> None:
    first, last, other = cut_text(), message("the end"), message("something else")

    bench.send(first, last, other)

    assert bench.take().messages == (first, last)


def test_a_part_of_a_cut_text_is_sent_within_its_gap(bench: Bench) -> None:
    first = cut_text()
    later = message(sent_at=START + timedelta(seconds=CUT_TEXT_GAP_S + 1))
    bench.send(first, later)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


def test_a_part_of_a_cut_text_is_of_the_same_user(bench: Bench) -> None:
    group = private_conversation(ANN)
    first, other = cut_text(user=ANN), message(user=BOB, conversation=group)
    bench.send(first, other)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


def test_a_message_in_between_ends_a_cut_text(bench: Bench) -> None:
    group = private_conversation(ANN)
    first, between, last = cut_text(), message(user=BOB, conversation=group), message()
    bench.send(first, between, last)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


def test_a_photo_is_no_part_of_a_cut_text(bench: Bench) -> None:
    first, other = cut_text(), photo("with a caption")
    bench.send(first, other)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


def test_a_command_is_no_part_of_a_cut_text(bench: Bench) -> None:
    first, other = cut_text(), command("help")
    bench.send(first, other)
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


def test_a_command_that_jumps_the_queue_in_between_ends_a_cut_text(bench: Bench) -> None:
    first, stop, last = cut_text(), command("stop"), message()
    bench.send(first, stop, last)
    bench.run(bench.store.complete_command(stop, bench.now, replies=()))
    bench.wait(QUIET_S)

    assert bench.take().messages == (first,)


# ---------------------------------------------------------------- full


def test_beyond_the_bound_a_message_is_not_taken_and_a_sentence_says_so(bench: Bench) -> None:
    flood(bench)

    bench.send(message("one too many"))

    assert said(bench.claim()) == [FULL.text]


def test_the_bound_is_one_of_a_conversation(bench: Bench) -> None:
    flood(bench)

    bench.send(message(user=BOB))

    assert bench.take(only=private_conversation(BOB)).messages != ()


def test_as_many_as_the_bound_are_taken(bench: Bench) -> None:
    flood(bench, WAITING_MAX - 1)

    bench.send(message("the last that fits"))

    assert bench.take().outbox == ()


def test_the_sentence_is_said_once_until_there_is_room(bench: Bench) -> None:
    flood(bench)
    bench.send(message(), message())
    bench.send(message())

    assert said(bench.claim()) == [FULL.text]


def test_the_sentence_is_said_again_when_there_was_room(bench: Bench) -> None:
    flood(bench)
    bench.send(message())
    bench.drop_outbox(claim := bench.take())
    bench.release(claim)
    bench.answer(bench.take())

    bench.send(message("takes the room"))
    bench.send(message("one too many"), if_full=words("Full again."))

    assert said(bench.claim()) == ["Full again."]


def test_a_command_that_jumps_the_queue_makes_no_room(bench: Bench) -> None:
    flood(bench)
    bench.send(message())
    bench.send(command())
    bench.send(message())

    assert said(bench.claim()) == [FULL.text]


def test_a_command_that_jumps_the_queue_is_taken_where_the_queue_is_full(bench: Bench) -> None:
    flood(bench)
    reset = command()

    bench.send(reset)

    assert bench.jumpers() == (reset,)


def test_a_message_that_is_not_taken_in_silence_is_nothing_new(bench: Bench) -> None:
    flood(bench)

    first, second = bench.send(message()), bench.send(message())

    assert first == {private_conversation(ANN)}
    assert second == frozenset()


# ---------------------------------------------------------------- a photo and a voice


def voice(**kw: Any) -> Message:
    sound = TelegramSound(kind="voice", telegram_id="v", duration_s=3)
    return replace(message("", **kw), sound=sound)


def test_a_photo_and_a_voice_are_claimed_together_in_either_order(bench: Bench) -> None:
    for first, second in ((photo(), voice()), (voice(), photo())):
        bench.send(first)
        assert bench.claim() is None
        bench.send(second)
        claim = bench.take()
        assert claim.messages == (first, second)
        bench.answer(claim)


def test_half_of_a_pair_waits_no_longer_than_an_album(bench: Bench) -> None:
    bench.send(question := photo())
    assert bench.claim() is None
    bench.wait(QUIET_S)
    assert bench.take().messages == (question,)


def test_an_album_and_a_voice_are_claimed_together_in_either_order(bench: Bench) -> None:
    for every in ([voice(), *album(2)], [*album(2), voice()]):
        for one in every:
            assert bench.claim() is None
            bench.send(one)
        bench.wait(QUIET_S)
        claim = bench.take()
        assert (claim.messages, claim.is_late) == (tuple(every), False)
        bench.answer(claim)


def test_photos_one_by_one_and_a_voice_that_came_at_once_are_claimed_together(bench: Bench) -> None:
    for every in ([photo(), photo(), photo(), voice()], [voice(), photo(), photo()]):
        for one in every:
            bench.send(one)
        claim = bench.take()
        assert claim.messages == tuple(every)
        bench.answer(claim)


def test_a_second_voice_and_an_album_with_words_are_asked_after(bench: Bench) -> None:
    for first, other in ((voice(), voice()), (voice(), photo("Which?", album="1"))):
        bench.send(first)
        bench.send(other)
        bench.wait(QUIET_S)
        bench.answer(claim := bench.take())
        assert claim.messages == (first,)
        bench.answer(claim := bench.take())
        assert claim.messages == (other,)


def test_a_voice_that_an_album_came_too_late_for_makes_no_part_of_it_late(bench: Bench) -> None:
    bench.send(voice())
    bench.wait(QUIET_S)
    claim = bench.take()
    for part in album(2):
        bench.send(part)
    bench.answer(claim)
    bench.wait(QUIET_S)
    claim = bench.take()
    assert (len(claim.messages), claim.is_late) == (2, False)
    bench.send(late := voice())
    bench.answer(claim)
    claim = bench.take()
    assert (claim.messages, claim.is_late) == ((late,), False)


def test_what_is_no_other_half_ends_the_waiting_and_is_asked_after(bench: Bench) -> None:
    for other in (photo(), message("What?"), voice(sent_at=START + timedelta(seconds=60))):
        bench.send(half := photo())
        bench.send(other)
        claim = bench.take()
        assert claim.messages == (half,)
        bench.answer(claim)
        bench.wait(QUIET_S)
        claim = bench.take()
        assert claim.messages == (other,)
        bench.answer(claim)


def test_the_half_that_comes_while_the_first_is_asked_is_a_straggler(bench: Bench) -> None:
    bench.send(first := photo())
    bench.wait(QUIET_S)
    claim = bench.take()
    bench.send(second := voice())
    assert bench.run(bench.store.take_stragglers(claim)) == (second,)
    assert claim.messages == (first,)
