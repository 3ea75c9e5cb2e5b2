"""Words of processes to each other: changes and pauses; and what operators see and mend."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from snapthread.limits import LEASE_S
from snapthread.model import Cooldown, QueuedMessage, Replica, ReplicaChanges, private_conversation
from tests.contracts.builders import (
    ANN,
    BOB,
    START,
    Bench,
    command,
    message,
    openai_ids,
    photo,
    texts,
    turn,
    words,
)

WEEK = timedelta(days=7)
OLD = words("Your old history is gone.")


def news(bench: Bench, *claims: object) -> ReplicaChanges:
    return bench.run(bench.store.poll_changes(claims, bench.now))  # type: ignore[arg-type]


def adopt(bench: Bench, ids: Sequence[str], *, user: int = ANN) -> int:
    verb = bench.store.adopt(user, ids, bench.now, due_at=bench.now + WEEK, outgoing=OLD)
    return bench.run(verb)


def waiting(bench: Bench, *, limit: int = 10) -> tuple[QueuedMessage, ...]:
    return bench.run(bench.store.waiting(limit=limit))


def aside(bench: Bench, *, limit: int = 10) -> tuple[QueuedMessage, ...]:
    return bench.run(bench.store.waiting(limit=limit, dead=True))


# ---------------------------------------------------------------- news


def test_a_claim_that_is_held_is_no_news(bench: Bench) -> None:
    assert news(bench, bench.ask()) == ReplicaChanges()


def test_a_claim_is_held_while_nobody_replaced_it(bench: Bench) -> None:
    claim = bench.ask()
    bench.wait(10 * LEASE_S)
    assert not news(bench, claim).lost


def test_a_claim_is_lost_to_a_reset(bench: Bench) -> None:
    claim, other = bench.ask(), bench.ask(message(user=BOB))
    reset = command()
    bench.send(reset)
    bench.reset(reset)
    assert news(bench, claim, other) == ReplicaChanges(lost=frozenset({claim}))


def test_a_claim_is_lost_to_who_took_over(bench: Bench) -> None:
    claim = bench.ask()
    bench.crash(claim)
    successor = bench.take()
    assert news(bench, claim, successor).lost == {claim}


def test_a_claim_is_lost_to_an_erasure(bench: Bench) -> None:
    claim = bench.ask()
    bench.run(bench.store.erase(ANN, bench.now))
    assert news(bench, claim).lost == {claim}


def test_a_stop_is_news_of_its_turn_only(bench: Bench) -> None:
    claim, other = bench.ask(), bench.ask(message(user=BOB))
    stop = command("stop")
    bench.send(stop)
    bench.run(bench.store.stop(stop, bench.now, if_nothing=[]))
    assert news(bench, claim, other).stopped == {claim}
    bench.answer(claim, *turn())
    assert not news(bench, bench.ask()).stopped


def test_a_pause_is_told_until_it_is_over(bench: Bench) -> None:
    until = bench.now + timedelta(seconds=2.5)
    bench.run(bench.store.start_cooldown("openai", until, bench.now))
    assert news(bench).cooldowns == {"openai": Cooldown(until=until, wait_s=2.5)}
    bench.wait(2.5)
    assert not news(bench).cooldowns


def test_a_pause_is_never_made_shorter(bench: Bench) -> None:
    until = bench.now + timedelta(seconds=30)
    for wait_s in (10, 30, 5):
        bench.run(
            bench.store.start_cooldown("telegram", bench.now + timedelta(seconds=wait_s), bench.now)
        )
    assert news(bench).cooldowns == {"telegram": Cooldown(until=until, wait_s=30)}


def test_pauses_of_two_services_are_two(bench: Bench) -> None:
    for service in ("openai", "telegram"):
        bench.run(bench.store.start_cooldown(service, bench.now + timedelta(seconds=1), bench.now))
    assert news(bench).cooldowns.keys() == {"openai", "telegram"}


# ---------------------------------------------------------------- what waits, what was put aside


def test_nothing_waits(bench: Bench) -> None:
    assert waiting(bench) == aside(bench) == ()


def test_what_waits_is_told_oldest_first(bench: Bench) -> None:
    first, second, third = message(), photo(user=BOB), command("help")
    for one in (first, second, third):
        bench.send(one)
        bench.wait(1)
    told = waiting(bench)
    assert [one.update_id for one in told] == [m.update_id for m in (first, second, third)]
    assert told[0] == QueuedMessage(
        update_id=first.update_id,
        conversation=private_conversation(ANN),
        kind="question",
        arrived_at=START,
        attempts=0,
    )
    assert (told[2].kind, told[2].arrived_at) == ("command", START + timedelta(seconds=2))
    assert len(waiting(bench, limit=2)) == 2


def test_what_is_worked_on_is_held(bench: Bench) -> None:
    claim = bench.ask()
    bench.send(message())
    assert [(one.is_held, one.attempts) for one in waiting(bench)] == [(True, 0), (False, 0)]
    bench.release(claim)
    assert [one.is_held for one in waiting(bench)] == [False, False]
    bench.answer(bench.take(), *turn())
    assert len(waiting(bench)) == 1


def dead_letter(bench: Bench) -> QueuedMessage:
    bench.finish(bench.ask(), dead_letter=True)
    bench.wait(LEASE_S)
    return aside(bench)[-1]


def test_what_was_put_aside_is_told(bench: Bench) -> None:
    bench.wait(100)
    told = dead_letter(bench)
    assert (told.kind, told.attempts, told.is_held) == ("question", 0, False)
    assert told.arrived_at == bench.now - timedelta(seconds=LEASE_S)
    assert not waiting(bench)


def test_what_is_replayed_is_asked_again_after_what_waits(bench: Bench) -> None:
    dead = dead_letter(bench)
    other = message("Another question")
    bench.send(other)
    assert bench.run(bench.store.replay(dead.update_id, bench.now))
    assert not aside(bench)
    claim = bench.take()
    assert claim.messages[0].update_id == other.update_id
    bench.answer(claim, *turn())
    again = bench.take()
    assert (again.messages[0].update_id, again.attempt) == (dead.update_id, 1)


def test_what_was_not_put_aside_is_not_replayed(bench: Bench) -> None:
    dead = dead_letter(bench)
    assert not bench.run(bench.store.replay(dead.update_id + 1, bench.now))
    assert bench.run(bench.store.replay(dead.update_id, bench.now))
    assert not bench.run(bench.store.replay(dead.update_id, bench.now))
    assert len(waiting(bench)) == 1


def test_a_dead_letter_that_is_not_worth_asking_stayed_for_ever(bench: Bench) -> None:
    dead = dead_letter(bench)
    assert not bench.run(bench.store.drop_dead_letter(dead.update_id + 1))
    assert bench.run(bench.store.drop_dead_letter(dead.update_id))
    assert (aside(bench), waiting(bench)) == ((), ())
    assert not bench.run(bench.store.replay(dead.update_id, bench.now))


# ---------------------------------------------------------------- the first generation's files


def test_adopted_files_are_of_the_user_and_due_with_retention(bench: Bench) -> None:
    assert adopt(bench, ["file-1", "file-2", "file-1"]) == 2
    assert bench.user_files() == {"file-1", "file-2"}
    assert not bench.files_due()
    bench.wait(WEEK.total_seconds())
    assert openai_ids(bench.files_due()) == {"file-1", "file-2"}


def test_adopted_files_are_due_with_the_next_reset(bench: Bench) -> None:
    adopt(bench, ["file-1"])
    adopt(bench, ["file-2"], user=BOB)
    reset = command()
    bench.send(reset)
    assert bench.reset(reset) == 1
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_adopted_files_are_due_with_an_erasure(bench: Bench) -> None:
    adopt(bench, ["file-1"])
    assert bench.run(bench.store.erase(ANN, bench.now)).files == 1
    assert openai_ids(bench.files_due()) == {"file-1"}


def test_adopting_again_takes_what_is_new(bench: Bench) -> None:
    adopt(bench, ["file-1"])
    assert adopt(bench, ["file-1"]) == 0
    assert adopt(bench, ["file-1", "file-2"]) == 1
    assert len(bench.user_files()) == 2


def test_a_file_that_the_ledger_knows_is_not_adopted(bench: Bench) -> None:
    bench.show("file-1")
    assert adopt(bench, ["file-1"]) == 0
    assert bench.label_of(bench.ask(), "nothing") is None


def test_each_user_is_told_once(bench: Bench) -> None:
    adopt(bench, ["file-1"])
    adopt(bench, ["file-2"])
    adopt(bench, [], user=BOB)
    claim = bench.take()
    assert texts(claim.outbox) == [OLD.text]
    assert claim.outbox[0].to.chat_id == ANN
    for part in claim.outbox:
        bench.delivered(claim, part)
    bench.release(claim)
    assert bench.claim() is None


def test_adopted_files_are_no_context(bench: Bench) -> None:
    adopt(bench, ["file-1"])
    claim = bench.take()
    bench.drop_outbox(claim)
    bench.release(claim)
    assert not bench.compose(bench.ask()).live


# ---------------------------------------------------------------- replicas


def test_who_holds_the_lease_is_who_polls_whatever_a_dead_process_said_last(bench: Bench) -> None:
    dead = Replica(
        name="a:1", version="1", began_at=START, seen_at=START, is_polling=True, active_turns=0
    )
    for one in (dead, replace(dead, name="b:1", is_polling=False)):
        bench.run(bench.store.note_replica(one))
    bench.run(bench.store.take_job("poll", "b:1 0a1b", bench.now, lease_s=9))

    told = bench.run(bench.store.replicas())

    until = bench.now + timedelta(seconds=9)
    assert [(one.is_polling, one.polls_until) for one in told] == [(False, None), (True, until)]


def replica(bench: Bench, name: str, **more: Any) -> Replica:
    told = Replica(
        name=name,
        version="0.1.0",
        began_at=START,
        seen_at=bench.now,
        is_polling=False,
        active_turns=0,
    )
    return replace(told, **more)


def test_each_process_is_known_as_it_told_last(bench: Bench) -> None:
    first, other = replica(bench, "b:1"), replica(bench, "a:2", is_polling=True)
    for told in (first, other):
        bench.run(bench.store.note_replica(told))
    bench.wait(30)
    again = replica(bench, "b:1", active_turns=3)
    bench.run(bench.store.note_replica(again))

    assert bench.run(bench.store.replicas()) == (other, again)


def test_a_process_that_ends_in_order_is_forgotten_and_one_that_died_a_day_later(
    bench: Bench,
) -> None:
    for name in ("a:1", "b:2"):
        bench.run(bench.store.note_replica(replica(bench, name)))
    bench.run(bench.store.forget_replica("a:1"))
    bench.run(bench.store.forget_replica("nobody:0"))
    bench.wait(23 * 3600)
    bench.tidy()
    assert [one.name for one in bench.run(bench.store.replicas())] == ["b:2"]

    bench.wait(2 * 3600)
    bench.tidy()
    assert bench.run(bench.store.replicas()) == ()


# ---------------------------------------------------------------- one person, for the admin page


def test_the_files_of_one_person_are_listed_in_every_state_until_they_are_gone(
    bench: Bench,
) -> None:
    bench.show("file-1")
    bench.show("file-2", user=BOB)
    files = bench.run(bench.store.files_owned(ANN))
    assert [file.openai_id for file in files] == ["file-1"]

    bench.erase(ANN)
    files = bench.run(bench.store.files_owned(ANN))
    assert [(file.openai_id, file.state) for file in files] == [("file-1", "retired")]


def test_the_last_records_of_one_person_come_newest_first(bench: Bench) -> None:
    for number in range(3):
        claim = bench.ask()
        bench.finish(claim, record=bench.record(f"r{number}"))
        bench.release(claim)
    other = bench.ask(message(user=BOB))
    bench.finish(other, record=bench.record("of-bob", user=BOB))

    last = bench.run(bench.store.last_records(ANN, limit=2))
    assert [record.id for record in last] == ["r2", "r1"]
