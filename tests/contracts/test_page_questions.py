"""Questions that wait until pages of their document are chosen."""

from dataclasses import replace
from typing import Final

from snapthread.model import (
    Message,
    OutgoingMessage,
    PageChoice,
    PageRange,
    TelegramDocument,
)
from tests.contracts.builders import ANN, Bench, command, message, photo

DOCUMENT: Final = TelegramDocument(telegram_id="t", unique_id="u", file_name="a.pdf")
PAGES: Final = PageRange(51, 60)
SHOWN: Final = OutgoingMessage(text="I read pages 51–60.")


def asked() -> Message:
    return replace(message("Sum it up"), document=DOCUMENT)


def press() -> Message:
    return replace(command(), kind="press", word="pages:1:51-60", message_id=77)


def set_aside(bench: Bench, *messages: Message) -> int:
    """A turn that ends with the question which pages; the update of the document."""
    claim = bench.ask(*messages)
    update_id = next(each.update_id for each in messages if each.document)
    choice = PageChoice(300, 50, DOCUMENT.unique_id, update_id)
    to = messages[0].destination
    bench.run(bench.store.finish(claim, bench.now, to=to, choice=choice))
    bench.release(claim)
    return update_id


def choose(bench: Bench, pressed: Message, update_id: int) -> bool:
    return bench.run(
        bench.store.choose_pages(pressed, bench.now, update_id=update_id, chosen=PAGES, shown=SHOWN)
    )


def test_a_question_with_its_pages_goes_to_the_end_of_its_queue(bench: Bench) -> None:
    update_id, pressed = set_aside(bench, asked()), press()
    bench.send(pressed)

    assert choose(bench, pressed, update_id)
    told = bench.take()
    (part,) = told.outbox
    assert (part.outgoing.text, part.to.replaces) == (SHOWN.text, 77)
    bench.delivered(told, part)
    bench.release(told)
    (question,) = bench.take().messages
    assert question.document == replace(DOCUMENT, chosen=PAGES)
    assert (question.text, question.update_id) == ("Sum it up", update_id)


def test_the_press_is_done_with_and_a_second_changes_nothing(bench: Bench) -> None:
    update_id, pressed, again = set_aside(bench, asked()), press(), press()
    bench.send(pressed)
    bench.send(again)

    assert choose(bench, pressed, update_id)
    assert choose(bench, pressed, update_id)
    assert [each.update_id for each in bench.jumpers()] == [again.update_id]
    assert not choose(bench, again, update_id)


def test_an_album_comes_back_whole_and_is_not_late(bench: Bench) -> None:
    parts = (photo("Both?", album="a"), replace(asked(), album_id="a"))
    update_id, pressed = set_aside(bench, *parts), press()
    bench.send(pressed)
    choose(bench, pressed, update_id)
    told = bench.take()
    bench.delivered(told, *told.outbox)
    bench.release(told)
    claim = bench.take()

    assert not claim.is_late
    assert [each.document and each.document.chosen for each in claim.messages] == [None, PAGES]


def test_a_reset_ends_the_waiting(bench: Bench) -> None:
    update_id, reset, pressed = set_aside(bench, asked()), command(), press()
    bench.send(reset)
    bench.reset(reset)
    bench.send(pressed)

    assert not choose(bench, pressed, update_id)


def test_an_erasure_ends_the_waiting(bench: Bench) -> None:
    set_aside(bench, asked())
    (held,) = bench.run(bench.store.export(ANN))["waiting_for_pages"]

    bench.erase(ANN)

    assert held["text"] == "Sum it up"
    assert not bench.run(bench.store.export(ANN))["waiting_for_pages"]


def test_a_day_ends_the_waiting(bench: Bench) -> None:
    update_id, pressed = set_aside(bench, asked()), press()
    bench.wait(86_401)
    bench.run(bench.store.tidy(bench.now))
    bench.send(pressed)

    assert not choose(bench, pressed, update_id)
