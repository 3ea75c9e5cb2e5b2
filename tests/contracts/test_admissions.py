"""`Admissions` and `Broadcasts`: who is let in, and messages to everybody."""

from datetime import timedelta

from snapthread.model import Destination, private_conversation
from snapthread.model.people import Broadcast, Note, Person
from tests.contracts.builders import ANN, BOB, Bench, message, texts, words

ADMIN, OTHER = 99, 98


def note(text: str, user: int = ADMIN) -> Note:
    return Note(
        conversation=private_conversation(user),
        to=Destination(chat_id=user),
        outgoing=words(text),
    )


def ask(bench: Bench, user: int = ANN) -> str:
    asking = bench.store.ask_in(user, "Ann", bench.now, language="de", notes=[note(f"{user} asks")])
    return bench.run(asking)


def known(bench: Bench, user: int = ANN) -> Person:
    person = bench.run(bench.store.person(user))
    assert person is not None
    return person


def decide(bench: Bench, *, by: int, admit: bool) -> Person | None:
    deciding = bench.store.decide(ANN, bench.now, by=by, admit=admit, notes=[note("decided", ANN)])
    return bench.run(deciding)


def answered(bench: Bench, user: int) -> None:
    claim = bench.ask(message(user=user))
    bench.finish(claim, record=bench.record(f"r{user}", user=user))
    bench.release(claim)


# ---------------------------------------------------------------- asking and deciding


def test_who_asks_is_told_of_once(bench: Bench) -> None:
    assert (ask(bench), ask(bench)) == ("", "asked")

    person = known(bench)
    assert (person.standing, person.name, person.language) == ("asked", "Ann", "de")
    claim = bench.take(only=private_conversation(ADMIN))
    assert texts(claim.outbox) == ["7 asks"]


def test_the_first_to_decide_decides(bench: Bench) -> None:
    ask(bench)

    first, second = (decide(bench, by=by, admit=by == ADMIN) for by in (ADMIN, OTHER))

    assert first is not None
    assert second is not None
    assert (first.standing, second.standing, second.decided_by) == ("asked", "admitted", ADMIN)
    assert known(bench).standing == "admitted"
    claim = bench.take(only=private_conversation(ANN))
    assert texts(claim.outbox) == ["decided"]


def test_nobody_is_decided_about_who_has_not_asked(bench: Bench) -> None:
    assert decide(bench, by=ADMIN, admit=True) is None
    answered(bench, ANN)
    assert decide(bench, by=ADMIN, admit=True) == known(bench)
    assert known(bench).standing == ""


def test_who_is_banned_cannot_ask(bench: Bench) -> None:
    bench.run(bench.store.ban(ANN, bench.now, by=ADMIN))

    ask(bench)

    assert known(bench).standing == ""


def test_who_was_refused_may_ask_again_once_that_is_lifted(bench: Bench) -> None:
    ask(bench)
    decide(bench, by=ADMIN, admit=False)
    assert ask(bench) == "refused"
    assert bench.run(bench.store.unban(ANN, bench.now, by=ADMIN))
    assert ask(bench) == ""


def test_erasing_takes_an_admission_back(bench: Bench) -> None:
    ask(bench)
    decide(bench, by=ADMIN, admit=True)

    bench.erase()

    assert bench.run(bench.store.person(ANN)) is None


# ---------------------------------------------------------------- invitations


def invitation(bench: Bench, *, uses: int = 1, days: int = 1) -> str:
    ends_at = bench.now + timedelta(days=days)
    return bench.run(bench.store.make_invite(bench.now, by=ADMIN, uses=uses, ends_at=ends_at))


def comes(bench: Bench, code: str, user: int) -> bool:
    return bench.run(bench.store.use_invite(code, user, f"user {user}", bench.now))


def test_a_link_lets_in_as_many_as_it_says(bench: Bench) -> None:
    code = invitation(bench, uses=2)

    assert [comes(bench, code, user) for user in (ANN, ANN, BOB, 9)] == [True, True, True, False]
    assert (known(bench).standing, known(bench).decided_by) == ("admitted", ADMIN)
    assert bench.run(bench.store.person(9)) is None


def test_a_link_whose_form_comes_twice_is_made_once(bench: Bench) -> None:
    for _ in range(2):
        made = bench.store.make_invite(
            bench.now, by=ADMIN, uses=2, ends_at=bench.now + timedelta(days=1), code="of-the-form1"
        )
        assert bench.run(made) == "of-the-form1"

    (invite,) = bench.run(bench.store.open_invites(bench.now, limit=9))
    assert (invite.uses, invite.used, invite.made_by) == (2, 0, ADMIN)
    assert len(bench.run(bench.store.decisions(limit=9))) == 1
    assert comes(bench, "of-the-form1", ANN)


def test_links_that_still_let_in_are_listed_first_the_one_that_ends_first(bench: Bench) -> None:
    invitation(bench, uses=3, days=2)
    comes(bench, invitation(bench, uses=2), ANN)
    comes(bench, invitation(bench), BOB)

    listed = bench.run(bench.store.open_invites(bench.now, limit=9))
    assert [(each.used, each.uses) for each in listed] == [(1, 2), (0, 3)]
    bench.wait(86_400)
    assert len(bench.run(bench.store.open_invites(bench.now, limit=9))) == 1


def test_links_that_are_used_up_hide_none_that_lets_in(bench: Bench) -> None:
    for user in (ANN, BOB):
        comes(bench, invitation(bench), user)
    invitation(bench, uses=3, days=2)

    (listed,) = bench.run(bench.store.open_invites(bench.now, limit=1))
    assert (listed.used, listed.uses) == (0, 3)


def test_a_link_that_is_ended_lets_nobody_in_any_more_and_is_made_no_second_time(
    bench: Bench,
) -> None:
    code = invitation(bench, uses=3)
    assert comes(bench, code, ANN)
    (invite,) = bench.run(bench.store.open_invites(bench.now, limit=9))

    ends = [bench.run(bench.store.end_invite(invite.id, bench.now, by=ADMIN)) for _ in range(2)]

    again = bench.store.make_invite(
        bench.now, by=ADMIN, uses=3, ends_at=bench.now + timedelta(days=9), code=code
    )
    assert (ends, bench.run(again)) == ([True, False], code)
    assert not comes(bench, code, BOB)
    assert known(bench).standing == "admitted"
    assert bench.run(bench.store.open_invites(bench.now, limit=9)) == ()
    actions = [each.action for each in bench.run(bench.store.decisions(limit=9))]
    assert sorted(actions) == ["invite_ended", "invite_made", "invite_used"]


def test_a_link_ends_and_is_forgotten(bench: Bench) -> None:
    code = invitation(bench)
    bench.wait(86_400)

    assert not comes(bench, code, ANN)
    assert bench.tidy() > 0


def test_no_link_lifts_a_ban(bench: Bench) -> None:
    bench.run(bench.store.ban(ANN, bench.now, by=ADMIN))

    assert not comes(bench, invitation(bench), ANN)


# ---------------------------------------------------------------- to everybody


def begun(bench: Bench) -> Broadcast:
    id = bench.run(bench.store.draft_broadcast("Hello", bench.now, by=ADMIN))
    assert bench.run(bench.store.broadcast_to_send()) is None
    assert bench.run(bench.store.start_broadcast(id, bench.now, by=ADMIN))
    assert not bench.run(bench.store.start_broadcast(id, bench.now, by=OTHER))
    return now(bench)


def now(bench: Bench) -> Broadcast:
    broadcast = bench.run(bench.store.broadcast_to_send())
    assert broadcast is not None
    return broadcast


def left(bench: Bench) -> list[int]:
    people = bench.run(bench.store.next_people(now(bench), limit=9))
    return [each.user_id for each in people]


def test_people_come_by_their_number_and_each_is_done_with_once(bench: Bench) -> None:
    for user in (BOB, ANN, 10**12):
        answered(bench, user)
    broadcast = begun(bench)

    assert left(bench) == [ANN, BOB, 10**12]
    assert bench.run(bench.store.note_reached(broadcast.id, ANN, "sent"))
    assert not bench.run(bench.store.note_reached(broadcast.id, ANN, "sent"))
    assert bench.run(bench.store.note_reached(broadcast.id, BOB, "blocked"))
    assert left(bench) == [10**12]
    assert bench.run(bench.store.people_left(now(bench))) == 1
    assert bench.run(bench.store.broadcast(broadcast.id)) == now(bench)
    assert (now(bench).sent, now(bench).blocked) == (1, 1)


def test_what_has_ended_is_told_once_and_leaves_no_text(bench: Bench) -> None:
    broadcast = begun(bench)

    done = bench.run(bench.store.finish_broadcast(broadcast.id))

    assert done is not None
    assert (done.state, done.text) == ("done", "")
    assert bench.run(bench.store.finish_broadcast(broadcast.id)) is None
    assert bench.run(bench.store.broadcast_to_send()) is None
    assert [each.state for each in bench.run(bench.store.recent_broadcasts(limit=9))] == ["done"]


def test_what_is_stopped_reaches_nobody_more(bench: Bench) -> None:
    answered(bench, ANN)
    broadcast = begun(bench)

    stops = [
        bench.run(bench.store.drop_broadcast(broadcast.id, bench.now, by=OTHER)) for _ in range(2)
    ]
    assert stops == [True, False]
    assert not bench.run(bench.store.note_reached(broadcast.id, ANN, "sent"))
    audit = bench.run(bench.store.decisions(limit=9))
    stopped = [(each.by, each.detail) for each in audit if each.action == "broadcast_stopped"]
    assert stopped == [(OTHER, broadcast.id)]


def test_a_draft_that_nobody_confirmed_is_forgotten(bench: Bench) -> None:
    id = bench.run(bench.store.draft_broadcast("Hello", bench.now, by=ADMIN))
    bench.wait(3 * 3600)
    bench.tidy()

    assert not bench.run(bench.store.start_broadcast(id, bench.now, by=ADMIN))
