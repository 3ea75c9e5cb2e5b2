"""The running process on the admin page: health, what runs, what went wrong, dead letters."""

from dataclasses import replace
from datetime import timedelta

import pytest

from snapthread.adapters.web.admin.status import uptime
from snapthread.model import ConversationKey, Replica
from snapthread.ports.operation import ActiveTurn, Problem
from tests.web.admin import AT, BEARER, NOW, Client, Held, Page, Running, a_dead_letter


def test_a_healthy_process_tells_its_version_and_since_when_it_is_up() -> None:
    page = Page(operation=Running()).read()

    assert '<p class="health good">Ready</p>' in page
    assert "Snapthread 1.2.3 on host-a, process 7, up for 2 d 3 h" in page


def test_what_keeps_it_from_serving_is_told_in_its_own_sentences() -> None:
    page = Page(operation=Running(why=["store: <locked>"])).read()

    assert '<p class="health bad">Not ready</p>' in page
    assert "store: &lt;locked&gt;" in page


def test_what_runs_and_what_went_wrong_is_told_with_time_and_turn() -> None:
    turn = ActiveTurn(conversation=ConversationKey("user:5"), attempt=2, messages=3)
    problem = Problem(
        at=AT, event="turn.broke", kind="KeyError", why="odd", turn="ab", number="c0f"
    )
    page = Page(operation=Running(turns=(turn,), met=(problem,)))

    assert page.read("/admin/running.csv").splitlines()[1] == "user:5,3,2"
    told = page.read("/admin/problems.csv").splitlines()
    assert told[1] == "2026-11-22 13:00:05,turn.broke,KeyError,ab,c0f,odd"


@pytest.mark.parametrize("act", ["replay", "drop"])
def test_a_dead_letter_is_listed_and_asked_again_or_dropped_by_a_button(act: str) -> None:
    page = Page(held=Held(dead=[a_dead_letter()]), operation=Running())
    assert f'action="/admin/{act}"' in page.read()
    assert 'name="id" value="77"' in page.read()

    async def press(client: Client) -> None:
        sent = await client.post(
            f"/admin/{act}", data={"id": "77"}, headers=BEARER, allow_redirects=False
        )
        assert sent.status == 303

    page.visit(press)
    assert {"replay": page.held.replayed, "drop": page.held.dropped}[act] == [77]


def test_every_process_is_listed_and_one_that_says_nothing_any_more_is_silent() -> None:
    alive = Replica(
        name="host-a:7",
        version="1.2.3",
        began_at=AT,
        seen_at=NOW - timedelta(seconds=75),
        is_polling=True,
        active_turns=4,
    )
    dead = replace(alive, name="host-b:9", is_polling=False, seen_at=NOW - timedelta(seconds=76))
    page = Page(held=Held(processes=[alive, dead]), operation=Running())
    assert page.read("/admin/replicas.csv").splitlines() == [
        "process,state,role,silent_ms,version,since,seen,turns",
        "host-a:7,alive,polls,75000,1.2.3,2026-11-22 13:00:05,2026-11-22 14:03:45,4",
        "host-b:9,silent,answers,76000,1.2.3,2026-11-22 13:00:05,2026-11-22 14:03:44,4",
    ]


@pytest.mark.parametrize(
    ("lease_left_s", "told"),
    [(9, ["alive", "polls", "0"]), (1, ["alive", "polls", "8000"]), (0, ["silent", "polled"])],
)
def test_a_dead_poller_read_as_polling_and_nothing_said_how_old_that_was(
    lease_left_s: int, told: list[str]
) -> None:
    """Its lease is its last sign, and the end of it the end of the claim."""
    poller = Replica(
        name="host-a:7",
        version="1.2.3",
        began_at=AT,
        seen_at=NOW - timedelta(seconds=20),
        is_polling=True,
        active_turns=4,
        polls_until=NOW + timedelta(seconds=lease_left_s),
    )
    page = Page(held=Held(processes=[poller]), operation=Running())
    cells = page.read("/admin/replicas.csv").splitlines()[1].split(",")
    assert cells[1 : 1 + len(told)] == told


def test_the_age_of_the_last_poll_is_told_beside_the_health() -> None:
    assert "Telegram last heard 12.3 s ago" in Page(operation=Running(poll_age_s=12.34)).read()
    assert "Telegram last heard" not in Page(operation=Running()).read()


@pytest.mark.parametrize("act", ["replay", "drop"])
@pytest.mark.parametrize("odd", ["", "x", "-1", "7" * 30])
def test_what_is_no_id_asks_nothing_again_and_drops_nothing(odd: str, act: str) -> None:
    page = Page(operation=Running())

    async def press(client: Client) -> None:
        answer = await client.post(f"/admin/{act}", data={"id": odd}, headers=BEARER)
        assert answer.status == 404

    page.visit(press)
    assert (page.held.replayed, page.held.dropped) == ([], [])


def test_a_stranger_asks_nothing_again() -> None:
    page = Page(held=Held(dead=[a_dead_letter()]), operation=Running())

    async def press(client: Client) -> None:
        assert (await client.post("/admin/replay", data={"id": "77"})).status == 401

    page.visit(press)
    assert page.held.replayed == []


def test_the_page_comes_anew_by_itself_and_the_login_does_not() -> None:
    page = Page(operation=Running())

    async def look(client: Client) -> None:
        assert "http-equiv" not in await (await client.get("/admin")).text()

    page.visit(look)
    assert '<meta http-equiv="refresh" content="60">' in page.read()


@pytest.mark.parametrize(
    ("up", "told"),
    [
        (timedelta(seconds=30), "0 min"),
        (timedelta(minutes=61), "1 h 1 min"),
        (timedelta(days=9, hours=1), "9 d 1 h"),
    ],
)
def test_uptime_is_told_in_two_units(up: timedelta, told: str) -> None:
    assert uptime(up) == told
