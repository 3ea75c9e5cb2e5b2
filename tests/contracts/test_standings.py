"""`Standings`: who was answered, who may, whose limits are their own, and what was decided."""

from datetime import timedelta

from snapthread.model.people import NO_OWN_LIMITS, NOBODY, OPERATOR, OwnLimits
from snapthread.model.usage import RECORDS_KEPT
from snapthread.store.schema.people import PEOPLE_SEEN
from snapthread.store.transaction import Transaction
from tests.contracts.builders import ANN, BOB, START, Bench, message

ADMIN = 99


def answered(bench: Bench, id: str, *, user: int = ANN) -> None:
    claim = bench.ask(message(user=user))
    bench.finish(claim, record=bench.record(id, user=user))
    bench.release(claim)


def actions(bench: Bench, user_id: int | None = None) -> list[tuple[str, int, int]]:
    found = bench.run(bench.store.decisions(limit=10, user_id=user_id))
    return [(each.action, each.by, each.user_id) for each in found]


def test_who_was_answered_is_known_by_the_day(bench: Bench) -> None:
    answered(bench, "1")
    bench.wait(3600)
    answered(bench, "2")
    bench.wait(86_400)
    answered(bench, "3", user=BOB)
    answered(bench, "4")

    ann, bob = (bench.run(bench.store.person(user)) for user in (ANN, BOB))
    assert ann is not None
    assert bob is not None
    assert (ann.first_at.date(), ann.last_at.date()) == (START.date(), bench.now.date())
    assert ann.first_at < bob.first_at == bob.last_at < ann.last_at
    assert bench.run(bench.store.count_people()) == 2


def test_who_was_refused_is_nobody_known(bench: Bench) -> None:
    claim = bench.ask(message())
    bench.finish(claim, record=bench.record("1", outcome="refused", messages=0))

    assert bench.run(bench.store.person(ANN)) is None


def test_people_are_listed_by_when_they_came_last(bench: Bench) -> None:
    for number in range(5):
        answered(bench, str(number), user=100 + number)
        bench.wait(86_400)

    first = bench.run(bench.store.people(limit=2))
    second = bench.run(bench.store.people(limit=2, skip=2))
    assert [each.user_id for each in (*first, *second)] == [104, 103, 102, 101]


def test_a_ban_is_decided_once_and_lifted_once(bench: Bench) -> None:
    answered(bench, "1")

    assert bench.run(bench.store.ban(ANN, bench.now, by=ADMIN))
    assert not bench.run(bench.store.ban(ANN, bench.now, by=OPERATOR))
    banned = bench.run(bench.store.person(ANN))
    assert banned is not None
    assert (banned.banned_at, banned.decided_by) == (bench.now, ADMIN)
    assert [each.user_id for each in bench.run(bench.store.people(limit=9, banned=True))] == [ANN]
    bench.wait(1)
    assert bench.run(bench.store.unban(ANN, bench.now, by=OPERATOR))
    assert not bench.run(bench.store.unban(ANN, bench.now, by=OPERATOR))
    assert bench.run(bench.store.people(limit=9, banned=True)) == ()
    assert actions(bench) == [("unbanned", OPERATOR, ANN), ("banned", ADMIN, ANN)]


def test_who_never_wrote_can_be_banned_and_limited(bench: Bench) -> None:
    assert bench.run(bench.store.ban(BOB, bench.now, by=ADMIN))
    own = OwnLimits(user_daily_messages=5, user_daily_cost_micros=0)
    assert bench.run(bench.store.set_limits(BOB, bench.now, by=ADMIN, limits=own)) == NO_OWN_LIMITS

    known = bench.run(bench.store.person(BOB))
    assert known is not None
    assert (known.is_banned, known.limits) == (True, own)


def test_limits_that_are_set_again_are_no_decision(bench: Bench) -> None:
    own = OwnLimits(user_daily_messages=5)
    for _ in range(2):
        bench.run(bench.store.set_limits(ANN, bench.now, by=ADMIN, limits=own))

    assert [action for action, *_ in actions(bench)] == ["limited"]


def test_erasing_leaves_of_a_person_nothing(bench: Bench) -> None:
    answered(bench, "1")
    bench.run(
        bench.store.set_limits(ANN, bench.now, by=ADMIN, limits=OwnLimits(user_daily_images=1))
    )
    bench.run(bench.store.set_limits(ANN, bench.now, by=ADMIN, limits=NO_OWN_LIMITS))

    bench.erase()

    assert bench.run(bench.store.person(ANN)) is None
    assert actions(bench, ANN) == []
    assert {user_id for _, _, user_id in actions(bench)} == {NOBODY}
    told = bench.run(bench.store.export(ANN))
    assert (told["person"], told["decisions"]) == (None, [])


def test_erasing_lifts_no_ban_and_no_limit(bench: Bench) -> None:
    answered(bench, "1")
    own = OwnLimits(user_daily_messages=5)
    bench.run(bench.store.set_limits(ANN, bench.now, by=ADMIN, limits=own))
    bench.wait(1)
    bench.run(bench.store.ban(ANN, bench.now, by=ADMIN))

    bench.erase()

    known = bench.run(bench.store.person(ANN))
    assert known is not None
    assert (known.is_banned, known.limits, known.name) == (True, own, "")
    assert known.first_at == known.last_at == known.decided_at


def test_what_is_known_of_a_person_is_in_their_export(bench: Bench) -> None:
    answered(bench, "1")
    own = OwnLimits(user_daily_messages=5)
    bench.run(bench.store.set_limits(ANN, bench.now, by=ADMIN, limits=own))

    told = bench.run(bench.store.export(ANN))

    assert told["person"]["limits"] == {"user_daily_messages": 5}
    assert [each["action"] for each in told["decisions"]] == ["limited"]


def test_decisions_are_forgotten_with_the_records(bench: Bench) -> None:
    bench.run(bench.store.ban(ANN, bench.now, by=ADMIN))
    bench.now += RECORDS_KEPT + timedelta(seconds=1)

    bench.tidy()

    assert actions(bench) == []
    assert bench.run(bench.store.people(limit=9, banned=True)) != ()


def test_those_whom_an_older_version_answered_are_found_once(bench: Bench) -> None:
    answered(bench, "1")
    bench.wait(86_400)
    answered(bench, "2")
    answered(bench, "3", user=BOB)
    bench.run(bench.store.backend.write(_forget_people))

    assert bench.run(bench.store.find_people()) == 2
    assert bench.run(bench.store.find_people()) == 0
    ann = bench.run(bench.store.person(ANN))
    assert ann is not None
    assert (ann.first_at.date(), ann.last_at.date()) == (START.date(), bench.now.date())


def _forget_people(tx: Transaction) -> None:
    """As if a version without them had written the store."""
    tx.delete_all(tx.range(PEOPLE_SEEN))
