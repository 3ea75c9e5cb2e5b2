"""Acts of the admin page: what its forms do, and that only its own forms do it."""

import re

import pytest

from snapthread.ports.operation import PersonState
from tests.web.admin import (
    BEARER,
    Client,
    Held,
    Page,
    Running,
    a_dead_letter,
    form_of,
    log_in,
)

ACTS = {
    "/admin/replay": {"id": "77"},
    "/admin/drop": {"id": "77"},
    "/admin/erase": {"id": "5", "again": "5"},
    "/admin/ban": {"id": "5"},
    "/admin/unban": {"id": "5"},
    "/admin/limit": {"id": "5", "limits": "messages=50"},
}


def page() -> Page:
    return Page(held=Held(dead=[a_dead_letter()]), operation=Running())


def done(page: Page) -> list[int]:
    assert isinstance(page.operation, Running)
    decided = [user_id for _, user_id, _ in page.operation.decided]
    return [*page.held.replayed, *page.held.dropped, *page.operation.erased, *decided]


@pytest.mark.parametrize("path", ACTS)
def test_a_form_of_the_page_does_what_it_says(path: str) -> None:
    acted = page()

    async def story(client: Client) -> None:
        await log_in(client)
        form = await form_of(client, **ACTS[path])
        assert (await client.post(path, data=form, allow_redirects=False)).status == 303

    acted.visit(story)
    assert done(acted) == [int(ACTS[path]["id"])]


@pytest.mark.parametrize("path", ACTS)
def test_a_form_of_another_page_of_this_host_does_nothing(path: str) -> None:
    """SameSite lets it bring the cookie: a site has no port."""
    acted = page()

    async def story(client: Client) -> None:
        await log_in(client)
        for proof in ({}, {"form": ""}, {"form": "0" * 64}, {"form": "ж"}):
            answer = await client.post(path, data=ACTS[path] | proof)
            assert answer.status == 403, proof
            assert "form is out of date" in await answer.text()

    acted.visit(story)
    assert done(acted) == []


@pytest.mark.parametrize("path", ACTS)
def test_a_form_of_an_older_login_does_nothing(path: str) -> None:
    acted = page()

    async def story(client: Client) -> None:
        await log_in(client)
        old = await form_of(client, **ACTS[path])
        acted.clock.wait(hours=1)
        await log_in(client)
        assert (await client.post(path, data=old)).status == 403

    acted.visit(story)
    assert done(acted) == []


@pytest.mark.parametrize("path", ACTS)
def test_a_script_needs_its_token_only(path: str) -> None:
    acted = page()

    async def story(client: Client) -> None:
        answer = await client.post(path, data=ACTS[path], headers=BEARER, allow_redirects=False)
        assert answer.status == 303

    acted.visit(story)
    assert done(acted) == [int(ACTS[path]["id"])]


@pytest.mark.parametrize("path", ACTS)
def test_a_stranger_does_nothing(path: str) -> None:
    acted = page()

    async def story(client: Client) -> None:
        assert (await client.post(path, data=ACTS[path])).status == 401
        wrong = {"Authorization": "Bearer wrong"}
        assert (await client.post(path, data=ACTS[path], headers=wrong)).status == 401

    acted.visit(story)
    assert done(acted) == []


def test_logging_out_needs_a_form_of_the_page_too() -> None:
    async def story(client: Client) -> None:
        await log_in(client)
        assert (await client.post("/admin/logout")).status == 403
        assert (await client.get("/admin")).status == 200

    Page().visit(story)


@pytest.mark.parametrize("again", ["", "6", "5 5", "yes"])
def test_nobody_is_erased_whose_id_was_not_typed_once_more(again: str) -> None:
    acted = page()

    async def story(client: Client) -> None:
        fields = {"id": "5", "again": again}
        answer = await client.post("/admin/erase", data=fields, headers=BEARER)
        assert answer.status == 400
        assert "Nothing was erased" in await answer.text()

    acted.visit(story)
    assert done(acted) == []


def test_an_admin_is_not_banned_and_what_is_no_limit_changes_nothing() -> None:
    acted = page()
    assert isinstance(acted.operation, Running)
    acted.operation.states[5] = PersonState(is_admin=True)

    async def story(client: Client) -> None:
        banned = await client.post("/admin/ban", data={"id": "5"}, headers=BEARER)
        assert (banned.status, "cannot be banned" in await banned.text()) == (400, True)
        odd = {"id": "5", "limits": "many"}
        limited = await client.post("/admin/limit", data=odd, headers=BEARER)
        assert (limited.status, "Nothing was changed" in await limited.text()) == (400, True)

    acted.visit(story)


@pytest.mark.parametrize(
    ("state", "acts"),
    [
        (PersonState(), {"ban", "limit", "erase"}),
        (PersonState(is_banned=True), {"unban", "limit", "erase"}),
        (PersonState(is_admin=True), {"erase"}),
    ],
)
def test_the_page_offers_what_can_be_done_with_this_person(
    state: PersonState, acts: set[str]
) -> None:
    shown = page()
    assert isinstance(shown.operation, Running)
    shown.operation.states[5] = state
    told = shown.read("/admin/person?id=5")
    offered = set(re.findall(r'action="/admin/(ban|unban|limit|erase)"', told))
    assert offered == acts
    assert ("Banned." in told) == state.is_banned


def test_a_dead_letter_that_cannot_be_read_was_a_fault_of_the_server() -> None:
    acted = page()
    acted.held.unreadable.add(77)

    async def story(client: Client) -> None:
        answer = await client.post("/admin/replay", data={"id": "77"}, headers=BEARER)
        assert answer.status == 409
        assert "drop it" in await answer.text()

    acted.visit(story)
