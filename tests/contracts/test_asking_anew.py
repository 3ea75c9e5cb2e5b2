"""`ask_again`, `reopen` and `edit`: what asks a question anew, and what becomes of it."""

from dataclasses import replace

import pytest

from snapthread.errors import LeaseLost
from snapthread.model import AskAnewResult, Claim, Message, OutgoingMessage
from snapthread.ports import EditReplies
from tests.contracts.builders import (
    Bench,
    album,
    command,
    line,
    message,
    openai_ids,
    photo,
    shown,
    shown_as,
    texts,
    turn,
    words,
)

SAID: dict[AskAnewResult, tuple[OutgoingMessage, ...]] = {
    "gone": (words("gone"),),
    "older": (words("older"),),
    "busy": (words("busy"),),
}
REPLIES = EditReplies(
    unknown=(words("unknown"),),
    command=(words("command"),),
    older=lambda turn: (words(f"older {turn}"),),
)


def serve(bench: Bench, *messages: Message, said: str = "answer", sent: int = 77) -> int:
    """Answer a question; the turn of its exchange."""
    claim = bench.ask(*messages)
    (part,) = bench.finish(claim, *turn(), replies=(words(said),), ending="answered")
    bench.run(bench.store.mark_sent(claim, part, (sent,)))
    bench.release(claim)
    return claim.turn


def press(bench: Bench, turn: int, how: str = "retry") -> AskAnewResult:
    pressed = replace(command(), kind="press", word=f"{how}:{turn}")
    bench.send(pressed)
    verb = bench.store.ask_again(pressed, turn, how, bench.now, otherwise=SAID)  # type: ignore[arg-type]
    return bench.run(verb)


def hear(bench: Bench) -> list[str]:
    """Say it; Telegram takes it."""
    told = bench.take()
    for part in told.outbox:
        bench.delivered(told, part)
    bench.release(told)
    return texts(told.outbox)


def edit(bench: Bench, old: Message, text: str = "changed", **kw: object) -> str:
    changed = replace(message(text), kind="edit", message_id=old.message_id, image=old.image)
    changed = replace(changed, **kw)  # type: ignore[arg-type]
    bench.send(changed)
    return bench.run(bench.store.edit(changed, bench.now, replies=REPLIES))


def again(bench: Bench) -> Claim:
    claim = bench.take()
    assert claim.redo is not None
    return claim


# ---------------------------------------------------------------- what is asked anew


def test_a_question_is_asked_anew_on_what_came_before_it(bench: Bench) -> None:
    bench.talk(*turn("before"))
    asked = message("question")
    number = serve(bench, asked)

    assert press(bench, number) == "asked"
    claim = again(bench)

    assert claim.messages == (asked,)
    assert claim.stream == (77,)
    assert claim.redo is not None
    transcript = bench.run(
        bench.store.compose(
            claim,
            bench.now,
            max_tokens=1000,
            question_tokens=1,
            before=claim.redo.history_start,
        )
    )
    assert transcript.items == turn("before")


def test_its_new_items_and_replies_take_the_place_of_the_old(bench: Bench) -> None:
    number = serve(bench, message())
    press(bench, number)
    claim = again(bench)
    assert claim.redo is not None

    parts = bench.finish(
        claim,
        *turn("new"),
        replies=(words("one"), words("two")),
        taken_back_from=claim.redo.taken_back_from,
        ending="answered",
    )
    for part in parts:
        bench.delivered(claim, part)
    bench.release(claim)

    assert [part.to.replaces for part in parts] == [77, None]
    assert bench.compose(bench.ask()).items == turn("new")


def test_what_is_left_over_of_the_old_replies_goes(bench: Bench) -> None:
    claim = bench.ask()
    for part in bench.finish(claim, *turn(), replies=(words("1"), words("2")), ending="answered"):
        bench.run(bench.store.mark_sent(claim, part, (70 + part.id % 2, 80)))
    bench.release(claim)
    press(bench, claim.turn)
    claim = again(bench)

    first, *rest = bench.finish(claim, *turn(), replies=(words("one"),), ending="answered")

    assert not first.outgoing.is_removal
    assert len(rest) == 3
    assert all(part.outgoing.is_removal and part.to.replaces for part in rest)


def test_without_items_the_old_ones_stand_and_can_be_asked_anew_again(bench: Bench) -> None:
    number = serve(bench, message())
    press(bench, number)
    claim = again(bench)

    (part,) = bench.finish(claim, replies=(words("failed"),), ending="failed")
    bench.run(bench.store.mark_sent(claim, part, (77,)))
    bench.release(claim)

    assert press(bench, number) == "asked"
    claim = again(bench)
    assert claim.redo is not None
    assert claim.redo.answer == "words"
    assert claim.stream == (77,)


def test_its_live_files_are_told_and_its_labels_begin_where_they_did(bench: Bench) -> None:
    bench.show("file-1")
    question = photo()
    claim = bench.ask(question)
    file = bench.upload(claim, question, "file-2")
    bench.finish(claim, shown(file, label=2), line("assistant"), ending="answered")
    bench.release(claim)
    press(bench, claim.turn)

    redo = again(bench).redo

    assert redo is not None
    assert [each.openai_id for each in redo.files] == ["file-2"]
    assert redo.last_label == 1


def test_a_file_that_the_new_items_name_stays_and_another_is_retired(bench: Bench) -> None:
    first, second = album(2)
    claim = bench.ask(first, second)
    files = [bench.upload(claim, each, f"file-{each.update_id}") for each in (first, second)]
    items = [shown(file, label=n) for n, file in enumerate(files, 1)]
    bench.finish(claim, items[0], line("assistant"), ending="answered")
    bench.release(claim)
    press(bench, claim.turn)
    claim = again(bench)
    assert claim.redo is not None

    bench.finish(
        claim,
        shown_as(files[0].image_key),
        line("assistant"),
        taken_back_from=claim.redo.history_start,
        ending="answered",
    )

    assert openai_ids(bench.files_due()) == {f"file-{second.update_id}"}


def test_a_claim_that_dies_is_asked_anew_again(bench: Bench) -> None:
    number = serve(bench, message())
    press(bench, number)
    claim = again(bench)
    bench.crash(claim)

    assert again(bench).messages == claim.messages
    with pytest.raises(LeaseLost):
        bench.finish(claim, ending="answered")


# ---------------------------------------------------------------- buttons


def test_a_second_press_finds_that_it_waits_already(bench: Bench) -> None:
    number = serve(bench, message())

    assert press(bench, number) == "asked"
    assert press(bench, number) == "twice"
    assert len(again(bench).messages) == 1


def test_an_older_one_is_not_asked_but_from_there(bench: Bench) -> None:
    number = serve(bench, message())
    serve(bench, message())

    assert press(bench, number) == "older"
    assert hear(bench) == ["older"]
    assert press(bench, number, "from") == "asked"


def test_one_that_is_not_there_is_gone(bench: Bench) -> None:
    assert press(bench, 5) == "gone"
    assert hear(bench) == ["gone"]
    number = serve(bench, message())
    reset = command()
    bench.send(reset)
    bench.reset(reset)
    assert press(bench, number) == "gone"


def test_while_others_wait_nothing_is_asked_from_there(bench: Bench) -> None:
    number = serve(bench, message())
    bench.send(message())

    assert press(bench, number, "from") == "busy"
    assert press(bench, number) == "older"


def test_only_an_answer_that_was_cut_goes_on(bench: Bench) -> None:
    number = serve(bench, message())
    assert press(bench, number, "continue") == "gone"
    assert hear(bench) == ["gone"]

    claim = bench.ask()
    bench.finish(claim, *turn(), ending="cut")
    bench.release(claim)
    assert press(bench, claim.turn, "continue") == "asked"
    redo = again(bench).redo
    assert redo is not None
    assert redo.is_continuation
    assert redo.taken_back_from == redo.answer_start


def test_a_question_of_fifty_turns_ago_is_gone(bench: Bench) -> None:
    number = serve(bench, message())
    for _ in range(50):
        serve(bench, message())

    assert press(bench, number, "from") == "gone"


# ---------------------------------------------------------------- /retry


def test_a_command_becomes_the_question_before_what_waits(bench: Bench) -> None:
    parts = album(2)
    number = serve(bench, *parts)
    claim = bench.ask(command("retry"))
    bench.send(later := message("later"))

    reopened = bench.run(bench.store.reopen(claim, number, bench.now))

    assert reopened is not None
    assert reopened.messages == parts
    assert reopened.redo is not None
    for part in bench.finish(reopened, replies=(words("failed"),), ending="failed"):
        bench.delivered(reopened, part)
    bench.release(reopened)
    assert bench.take().messages == (later,)


# ---------------------------------------------------------------- edits


def test_a_question_that_waits_is_changed_in_its_place(bench: Bench) -> None:
    first, second = message("first"), message("second")
    bench.send(first, second)

    assert edit(bench, first) == "waits"

    claim = bench.take()
    assert [each.text for each in claim.messages] == ["changed"]
    assert claim.messages[0].update_id == first.update_id


def test_a_claim_that_answers_old_words_is_fenced_off(bench: Bench) -> None:
    asked = message("first")
    claim = bench.ask(asked)

    assert edit(bench, asked) == "asked"

    assert not bench.renew(claim)
    assert bench.claim() is None
    bench.wait(1.0)
    assert bench.take().messages[0].text == "changed"


def test_the_newest_is_asked_anew_and_an_older_one_offered(bench: Bench) -> None:
    old, new = message("old"), message("new")
    number = serve(bench, old)
    serve(bench, new)

    assert edit(bench, old) == "older"
    assert hear(bench) == [f"older {number}"]
    assert edit(bench, new) == "asked"
    assert again(bench).messages[0].text == "changed"


def test_an_older_one_is_asked_from_there_as_it_is_now(bench: Bench) -> None:
    old = message("old")
    number = serve(bench, old)
    serve(bench, message())
    edit(bench, old)
    hear(bench)

    press(bench, number, "from")

    assert again(bench).messages[0].text == "changed"


def test_what_changes_nothing_does_nothing(bench: Bench) -> None:
    asked = message("same")
    serve(bench, asked)

    assert edit(bench, asked, "same") == "same"
    assert bench.claim() is None


def test_what_nobody_knows_gets_a_sentence(bench: Bench) -> None:
    assert edit(bench, message()) == "unknown"
    assert texts(bench.take().outbox) == ["unknown"]


def test_an_edit_makes_no_command(bench: Bench) -> None:
    asked = message("question")
    serve(bench, asked)

    assert edit(bench, asked, "/reset", word="command") == "command"
    assert texts(bench.take().outbox) == ["command"]


def test_an_edit_is_done_once(bench: Bench) -> None:
    asked = message("question")
    serve(bench, asked)
    changed = replace(message("changed"), kind="edit", message_id=asked.message_id)
    bench.send(changed)

    assert bench.run(bench.store.edit(changed, bench.now, replies=REPLIES)) == "asked"
    assert bench.run(bench.store.edit(changed, bench.now, replies=REPLIES)) == "done"
    assert len(again(bench).messages) == 1


def test_who_is_refused_leaves_the_old_answer_where_it_is(bench: Bench) -> None:
    number = serve(bench, message())
    press(bench, number)

    (part,) = bench.finish(again(bench), replies=(words("You may not."),))

    assert part.to.replaces is None


def test_what_was_taken_back_cannot_be_asked_anew(bench: Bench) -> None:
    bench.talk(*turn("before"))
    asked = message("question")
    number = serve(bench, asked)
    claim = bench.ask(command("undo"))
    last = bench.run(bench.store.last_question(claim))
    assert last is not None
    bench.finish(claim, taken_back_from=last.history_start)
    bench.release(claim)

    assert press(bench, number) == "gone"
    assert edit(bench, asked) == "unknown"
