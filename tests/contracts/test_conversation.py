"""`compose`, and where it begins: what a question is asked on."""

import pytest

from snapthread.errors import LeaseLost
from snapthread.limits import LEASE_S
from snapthread.model import Claim, FileName, HistoryItem
from tests.contracts.builders import (
    ANN,
    BOB,
    Bench,
    album,
    command,
    line,
    message,
    openai_ids,
    photo,
    shown,
    turn,
)


def said(lines: tuple[HistoryItem, ...]) -> list[str]:
    return [line.text for line in lines]


def a_long_conversation(bench: Bench, turns: int = 5) -> None:
    """Turns of 20 tokens each."""
    for number in range(turns):
        bench.talk(*turn(str(number), tokens=10))


# ---------------------------------------------------------------- the lines


def test_a_new_conversation_is_empty(bench: Bench) -> None:
    transcript = bench.compose(bench.ask())

    assert transcript.items == ()
    assert transcript.live == {}
    assert (transcript.next_label, transcript.turn) == (1, 1)


def test_the_lines_come_back_as_they_were_said(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    shown_line = shown(bench.upload(claim, question, "file-1"))
    answer = line("assistant", "Wörter 👩‍🚀", tokens=7)
    bench.answer(claim, shown_line, answer)

    transcript = bench.compose(bench.ask())

    assert transcript.items == (shown_line, answer)


def test_lines_are_in_the_order_they_were_said(bench: Bench) -> None:
    a_long_conversation(bench, 3)

    assert said(bench.compose(bench.ask()).items) == ["0", "0", "1", "1", "2", "2"]


def test_lines_of_another_conversation_are_not_seen(bench: Bench) -> None:
    bench.answer(bench.ask(message(user=BOB)), line(text="Bob's secret"))

    assert bench.compose(bench.ask()).items == ()


def test_labels_go_on_from_the_highest(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first, second)
    files = [bench.upload(claim, first, "file-1"), bench.upload(claim, second, "file-2")]
    bench.answer(claim, shown(files[1], label=2), shown(files[0], label=1))

    assert bench.compose(bench.ask()).next_label == 3


def test_labels_are_not_given_again_when_their_image_is_gone(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=60)
    bench.wait(60)

    assert bench.compose(bench.ask()).next_label == 2


def test_turns_are_counted(bench: Bench) -> None:
    bench.talk()
    bench.talk()

    assert bench.compose(bench.ask()).turn == 3


# ---------------------------------------------------------------- the live files


def test_files_of_the_lines_are_live(bench: Bench) -> None:
    file = bench.show("file-1")

    assert bench.compose(bench.ask()).live == {file.name: "file-1"}


def test_uploads_of_this_claim_are_live(bench: Bench) -> None:
    before = bench.show("file-1")
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-2")

    assert bench.compose(claim).live == {before.name: "file-1", file.name: "file-2"}


def test_an_upload_of_an_earlier_attempt_is_live_where_it_is_adopted(bench: Bench) -> None:
    question = photo()
    lost = bench.ask(question)
    file = bench.upload(lost, question, "file-1")
    bench.crash(lost)
    claim = bench.take()
    bench.intend(claim, question)

    assert bench.compose(claim).live == {file.name: "file-1"}


def test_an_upload_under_way_is_not_live(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.intend(claim, question)

    assert bench.compose(claim).live == {}


def test_a_file_that_the_conversation_did_not_take_is_not_live(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1")
    bench.answer(claim, line())

    assert bench.compose(bench.ask()).live == {}


def test_files_of_another_conversation_are_not_live(bench: Bench) -> None:
    bench.show("file-1", user=BOB)

    assert bench.compose(bench.ask()).live == {}


def test_files_of_before_the_reset_are_not_live(bench: Bench) -> None:
    bench.show("file-1")
    bench.send(reset := command())
    bench.reset(reset)
    bench.send(message())
    bench.drop_outbox(claim := bench.take())
    bench.release(claim)

    assert bench.compose(bench.take()).live == {}


def test_a_file_past_due_is_not_live(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=60)
    bench.wait(60)

    assert bench.compose(bench.ask()).live == {}


def test_a_file_not_yet_past_due_is_live(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-1", leaves_in_s=60)
    bench.answer(claim, shown(file))
    bench.wait(59.999)
    bench.send(message())

    assert bench.compose(bench.take()).live == {file.name: "file-1"}


def test_an_upload_past_due_is_not_live(bench: Bench) -> None:
    question = photo()
    claim = bench.ask(question)
    bench.upload(claim, question, "file-1", leaves_in_s=5)
    bench.wait(5)

    assert bench.compose(claim).live == {}


def test_a_file_past_due_is_to_be_deleted(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=60)
    bench.show("file-2")
    bench.wait(60)
    bench.compose(bench.ask())

    assert openai_ids(bench.files_due()) == {"file-1"}


def test_files_past_due_of_other_conversations_stay_as_they_are(bench: Bench) -> None:
    bench.show("file-1", user=BOB, leaves_in_s=60)
    bench.wait(60)
    bench.compose(bench.ask())

    assert bench.files_due() == ()


def test_the_line_of_a_file_past_due_stays(bench: Bench) -> None:
    file = bench.show("file-1", leaves_in_s=60)
    bench.wait(60)

    assert bench.compose(bench.ask()).items == (shown(file),)


# ---------------------------------------------------------------- the lease


def test_nothing_is_composed_for_a_lost_claim(bench: Bench) -> None:
    lost = bench.ask()
    bench.crash(lost)
    bench.take()

    with pytest.raises(LeaseLost):
        bench.compose(lost)


def test_nothing_is_composed_when_the_lease_is_over(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(LEASE_S)

    with pytest.raises(LeaseLost):
        bench.compose(claim)


def test_a_renewed_claim_composes(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(LEASE_S)
    bench.renew(claim)

    assert bench.compose(claim).turn == 1


def test_a_lost_claim_retires_nothing(bench: Bench) -> None:
    bench.show("file-1", leaves_in_s=60)
    bench.wait(60)
    claim = bench.ask()
    bench.wait(LEASE_S)

    with pytest.raises(LeaseLost):
        bench.compose(claim)
    assert bench.files_due() == ()


# ---------------------------------------------------------------- the bound


def test_what_fits_the_bound_is_asked_in_full(bench: Bench) -> None:
    a_long_conversation(bench)  # 100 tokens

    transcript = bench.compose(bench.ask(), max_tokens=110, question_tokens=10)

    assert len(transcript.items) == 10


def test_beyond_the_bound_older_turns_leave_until_half_is_left(bench: Bench) -> None:
    a_long_conversation(bench)

    transcript = bench.compose(bench.ask(), max_tokens=109, question_tokens=10)

    assert said(transcript.items) == ["3", "3", "4", "4"]  # 40 + 10 tokens of at most 54


def test_the_bound_counts_the_question(bench: Bench) -> None:
    a_long_conversation(bench)

    transcript = bench.compose(bench.ask(), max_tokens=120, question_tokens=40)

    assert said(transcript.items) == ["4", "4"]  # 20 + 40 tokens of at most 60


def test_a_turn_leaves_as_a_whole(bench: Bench) -> None:
    a_long_conversation(bench)

    transcript = bench.compose(bench.ask(), max_tokens=100, question_tokens=20)

    assert said(transcript.items) == ["4", "4"]  # 50 tokens would hold half a turn more


def test_what_left_the_request_stays_out(bench: Bench) -> None:
    a_long_conversation(bench)
    claim = bench.ask()
    bench.compose(claim, max_tokens=109)
    bench.answer(claim)

    assert said(bench.compose(bench.ask()).items) == ["3", "3", "4", "4"]


def test_images_are_counted_by_the_model_that_is_asked_now(bench: Bench) -> None:
    bench.show("file-1")
    bench.show("file-2")
    claim = bench.ask()

    dear = bench.compose(claim, max_tokens=500, file_tokens=lambda file: 300)
    cheap = bench.compose(claim, max_tokens=500, file_tokens=lambda file: 100)

    assert (len(dear.items), len(cheap.items)) == (0, 2)
    assert [item.tokens for item in cheap.items] == [108, 108]


def test_an_image_that_has_left_costs_hardly_anything(bench: Bench) -> None:
    gone = bench.show("file-1")
    claim = bench.ask()
    bench.retire(claim, gone.name)

    transcript = bench.compose(claim, file_tokens=lambda file: 1_000_000)

    assert [item.tokens < 30 for item in transcript.items] == [True]


def test_a_question_that_fails_forgets_nothing(bench: Bench) -> None:
    a_long_conversation(bench)
    claim = bench.ask()
    assert bench.compose(claim, max_tokens=100, question_tokens=101).items == ()
    bench.release(claim)

    assert len(bench.compose(bench.take()).items) == 10


def test_the_beginning_stays_the_same_until_the_bound_is_met_again(bench: Bench) -> None:
    a_long_conversation(bench)
    beginnings = []
    for number in range(5, 11):
        claim = bench.ask()
        transcript = bench.compose(claim, max_tokens=109, question_tokens=10)
        beginnings.append(transcript.items[0].text)
        bench.answer(claim, *turn(str(number), tokens=10))

    assert beginnings == ["3", "3", "3", "6", "6", "6"]


def test_a_question_of_half_the_bound_is_asked_alone(bench: Bench) -> None:
    a_long_conversation(bench)

    transcript = bench.compose(bench.ask(), max_tokens=100, question_tokens=50)

    assert transcript.items == ()


def test_what_left_stays_out_after_a_question_beyond_the_bound(bench: Bench) -> None:
    a_long_conversation(bench)
    for _ in range(2):
        claim = bench.ask()
        bench.compose(claim, max_tokens=100, question_tokens=101)
        bench.answer(claim)

    assert bench.compose(bench.ask()).items == ()


def test_after_all_lines_left_new_ones_are_asked(bench: Bench) -> None:
    a_long_conversation(bench)
    claim = bench.ask()
    bench.compose(claim, max_tokens=100, question_tokens=101)
    bench.answer(claim, *turn("new"))

    assert said(bench.compose(bench.ask()).items) == ["new", "new"]


def test_what_leaves_the_request_of_one_stays_in_that_of_another(bench: Bench) -> None:
    bench.answer(bench.ask(message(user=BOB)), *turn("Bob's"))
    a_long_conversation(bench)
    bench.compose(bench.ask(), max_tokens=100, question_tokens=101)

    transcript = bench.compose(bench.ask(message(user=BOB)))

    assert said(transcript.items) == ["Bob's", "Bob's"]


def test_what_leaves_the_request_stays_in_the_ledger(bench: Bench) -> None:
    bench.show("file-1")
    a_long_conversation(bench)
    bench.compose(bench.ask(), max_tokens=100, question_tokens=101)

    assert bench.user_files() == {"file-1"}
    assert bench.files_due() == ()


# ---------------------------------------------------------------- the window of images


def live(bench: Bench, claim: Claim, window: int, *brought: FileName) -> list[str]:
    transcript = bench.compose(claim, max_images=window, question_files=brought)
    return sorted(transcript.live.values())


def test_the_window_counts_what_the_question_brings(bench: Bench) -> None:
    for number in range(4):
        bench.show(f"file-{number}")
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-4")

    assert live(bench, claim, 4, file.name) == ["file-3", "file-4"]


def test_what_left_the_window_stays_out(bench: Bench) -> None:
    for number in range(5):
        bench.show(f"file-{number}")
    claim = bench.ask()
    live(bench, claim, 4)

    assert live(bench, claim, 0) == ["file-3", "file-4"]
    assert openai_ids(bench.files_due()) == {"file-0", "file-1", "file-2"}


def test_images_that_left_the_request_do_not_fill_the_window(bench: Bench) -> None:
    for number in range(3):
        bench.show(f"file-{number}")
    a_long_conversation(bench)
    bench.show("file-3")
    claim = bench.ask()
    bench.compose(claim, max_tokens=100, question_tokens=10)
    bench.answer(claim)

    bench.compose(bench.ask(), max_images=2)

    assert bench.files_due() == ()


def test_images_of_another_conversation_do_not_fill_the_window(bench: Bench) -> None:
    for number in range(3):
        bench.show(f"file-{number}", user=BOB)
    bench.show("file-3")
    claim = bench.ask(message(user=ANN))

    assert live(bench, claim, 2) == ["file-3"]
    assert bench.files_due() == ()


# ---------------------------------------------------------------- history_start


def test_items_have_their_ids(bench: Bench) -> None:
    a_long_conversation(bench, 2)

    transcript = bench.compose(bench.ask())

    assert len(set(transcript.ids)) == len(transcript.items) == 4
    assert list(transcript.ids) == sorted(transcript.ids)


def test_what_is_before_the_start_that_finish_is_told_stays_out(bench: Bench) -> None:
    a_long_conversation(bench, 4)
    claim = bench.ask()
    bench.history_start = bench.compose(claim).ids[4]
    bench.answer(claim, *turn("4"))

    assert said(bench.compose(bench.ask()).items) == ["2", "2", "3", "3", "4", "4"]


def test_a_start_beyond_everything_leaves_only_what_is_new(bench: Bench) -> None:
    a_long_conversation(bench, 4)
    claim = bench.ask()
    bench.history_start = bench.compose(claim).ids[-1] + 1
    bench.answer(claim, *turn("4"))

    assert said(bench.compose(bench.ask()).items) == ["4", "4"]


def test_a_start_never_goes_back(bench: Bench) -> None:
    a_long_conversation(bench, 4)
    claim = bench.ask()
    oldest, *_, later = bench.compose(claim).ids[:5]
    bench.history_start = later
    bench.answer(claim, *turn("4"))
    claim = bench.ask()
    bench.history_start = oldest
    bench.answer(claim, *turn("5"))

    assert said(bench.compose(bench.ask()).items)[0] == "2"


def test_a_lost_claim_moves_no_start(bench: Bench) -> None:
    a_long_conversation(bench, 4)
    lost = bench.ask()
    start = bench.compose(lost).ids[4]
    bench.crash(lost)
    claim = bench.take()
    bench.history_start = start

    with pytest.raises(LeaseLost):
        bench.finish(lost, *turn("4"))
    assert len(bench.compose(claim).items) == 8
