"""`Feedback`: reactions to answers are counted by day and model, each person's once."""

from datetime import timedelta
from typing import Any

from snapthread.model.usage import DailyFeedback
from tests.contracts.builders import ANN, BOB, Bench, message, words

DAY = "2026-11-12"


def answered(bench: Bench, id: str, *message_ids: int, user: int = ANN, **more: Any) -> int:
    claim = bench.ask(message(user=user))
    record = bench.record(id, user=user, **more)
    (part,) = bench.finish(claim, replies=(words(),), record=record)
    bench.conclude(claim, part, record_id=id, message_ids=message_ids)
    return part.to.chat_id


def react(bench: Bench, message_id: int, reaction: int, *, user: int = ANN) -> bool:
    return bench.run(bench.store.note_reaction(ANN, message_id, user, reaction))


def told(bench: Bench) -> list[tuple[str, int, int]]:
    return [(each.model, each.good, each.bad) for each in bench.run(bench.store.feedback(DAY))]


def test_a_reaction_counts_once_may_change_and_be_taken_back(bench: Bench) -> None:
    assert answered(bench, "1", 5, 6, model="gpt-4o") == ANN

    assert (react(bench, 6, 1), react(bench, 6, 1)) == (True, False)
    assert told(bench) == [("gpt-4o", 1, 0)]
    assert react(bench, 6, -1)
    assert told(bench) == [("gpt-4o", 0, 1)]
    assert react(bench, 6, 0)
    assert told(bench) == [("gpt-4o", 0, 0)]


def test_only_whoever_asked_is_counted_and_only_answers_are(bench: Bench) -> None:
    answered(bench, "1", 5)
    answered(bench, "2", 6, outcome="refused", messages=0)

    assert not react(bench, 5, 1, user=BOB)
    assert not react(bench, 6, 1)
    assert not react(bench, 7, 1)
    assert told(bench) == []


def test_a_reaction_counts_on_the_day_of_the_answer(bench: Bench) -> None:
    answered(bench, "1", 5)
    bench.now += timedelta(days=2)

    react(bench, 5, -1)

    assert bench.run(bench.store.feedback(DAY)) == (
        DailyFeedback(day=DAY, model="gpt-6-luna", bad=1),
    )


def test_after_a_week_an_answer_is_not_known_any_more(bench: Bench) -> None:
    answered(bench, "1", 5)
    react(bench, 5, 1)
    bench.now += timedelta(days=8)
    bench.tidy()

    assert not react(bench, 5, 0)
    assert told(bench) == [("gpt-6-luna", 1, 0)]


def test_what_somebody_thinks_of_answers_was_left_out_of_their_export(bench: Bench) -> None:
    answered(bench, "1", 5)
    react(bench, 5, -1)

    (held,) = bench.run(bench.store.export(ANN))["answers"]

    assert (held["message"], held["reaction"]) == (5, -1)


def test_erasing_leaves_the_count_and_nobody(bench: Bench) -> None:
    answered(bench, "1", 5)
    react(bench, 5, 1)

    bench.erase()

    assert not react(bench, 5, 0)
    assert told(bench) == [("gpt-6-luna", 1, 0)]
