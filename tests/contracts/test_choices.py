"""`Choices`: what people chose, and groups' admins for their group."""

from dataclasses import replace

import pytest

from snapthread.model import group_conversation
from snapthread.model.people import Caller
from snapthread.model.preferences import NO_PREFERENCES, Preferences
from tests.contracts.builders import ANN, BOB, Bench, message

CHAT = -1002001
OURS, GROUP = f"user:{ANN}", "group:-7"


def test_nobody_has_chosen_anything(bench: Bench) -> None:
    assert bench.run(bench.store.caller(ANN, OURS)) == Caller()


def test_a_choice_stays_beside_the_others_and_is_taken_back_alone(bench: Bench) -> None:
    bench.run(bench.store.choose(OURS, "length", "brief"))
    both = bench.run(bench.store.choose(OURS, "own", "Reime, bitte: ü"))

    assert both == Preferences(length="brief", own="Reime, bitte: ü")
    assert bench.run(bench.store.choose(OURS, "length", "")) == Preferences(own="Reime, bitte: ü")
    assert bench.run(bench.store.choose(OURS, "own", "")) == NO_PREFERENCES


def test_choices_of_one_are_nobody_elses(bench: Bench) -> None:
    bench.run(bench.store.choose(OURS, "length", "brief"))

    assert bench.run(bench.store.preferences(f"user:{BOB}")) == NO_PREFERENCES
    assert bench.run(bench.store.caller(ANN, GROUP)).preferences == NO_PREFERENCES


def test_whoever_calls_is_told_with_what_holds_there(bench: Bench) -> None:
    bench.run(bench.store.ban(ANN, bench.now, by=BOB))
    bench.run(bench.store.choose(GROUP, "model", "gpt-4o"))

    caller = bench.run(bench.store.caller(ANN, GROUP))

    assert (caller.is_banned, caller.preferences.model) == (True, "gpt-4o")


def test_choices_are_gone_with_the_person(bench: Bench) -> None:
    bench.run(bench.store.choose(OURS, "length", "brief"))
    bench.run(bench.store.choose(f"user:{BOB}", "length", "brief"))
    assert bench.run(bench.store.export(ANN))["preferences"] == {"length": "brief"}

    bench.erase()

    assert bench.run(bench.store.preferences(OURS)) == NO_PREFERENCES
    assert bench.run(bench.store.preferences(f"user:{BOB}")) != NO_PREFERENCES


@pytest.mark.parametrize("moves", [True, False])
def test_a_groups_choices_go_with_it_or_with_the_bot(bench: Bench, moves: bool) -> None:
    asked = replace(message(), chat_id=CHAT, conversation=group_conversation(CHAT, None))
    bench.answer(bench.ask(asked))
    bench.run(bench.store.choose(f"group:{CHAT}", "length", "brief"))

    if moves:
        bench.run(bench.store.move_group(CHAT, -1002002))
    else:
        bench.run(bench.store.leave_group(CHAT, bench.now))

    assert bench.run(bench.store.preferences(f"group:{CHAT}")) == NO_PREFERENCES
    there = bench.run(bench.store.preferences("group:-1002002"))
    assert (there == Preferences(length="brief")) == moves
