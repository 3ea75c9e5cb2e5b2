"""Invitations and broadcasts on the admin page: each act once, by forms of the page only."""

import re
from datetime import timedelta

import pytest

from snapthread.errors import ChatUnreachable
from snapthread.model.people import OPERATOR, Broadcast, BroadcastState, Invite
from tests.web.admin import BEARER, NOW, Client, Held, Page, Running, form_of, log_in

TEXT = "Away tomorrow.\n<b>Sorry</b>"
CODE = "abcdefghijk_"


def page(*, known: int = 12, **states: BroadcastState) -> Page:
    """With broadcasts of these ids, in these states."""
    held, operation = Held(known=known), Running()
    for id, state in states.items():
        held.told_to_all[id] = Broadcast(
            id=id, at=NOW, by=OPERATOR, state=state, text=TEXT, sent=4, blocked=3, failed=1
        )
    operation.told_to_all = held.told_to_all
    return Page(held=held, operation=operation)


def process(page: Page) -> Running:
    assert isinstance(page.operation, Running)
    return page.operation


ACTS = {
    "invite": {"uses": "5", "days": "7", "code": CODE},
    "invite/end": {"id": "0a1b2c3d"},
    "broadcast": {"text": "Hello"},
    "broadcast/start": {"id": "one"},
    "broadcast/stop": {"id": "one"},
}


@pytest.mark.parametrize("act", ACTS)
def test_only_a_form_of_the_page_and_of_this_login_acts(act: str) -> None:
    acted = page(one="draft")

    async def story(client: Client) -> None:
        path, fields = f"/admin/{act}", ACTS[act]
        assert (await client.post(path, data=fields)).status == 401
        await log_in(client)
        assert (await client.post(path, data=fields)).status == 403
        old = await form_of(client, **fields)
        acted.clock.wait(hours=1)
        await log_in(client)
        assert (await client.post(path, data=old)).status == 403

    acted.visit(story)
    assert (process(acted).invites, process(acted).moves) == ({}, [])
    assert list(acted.held.told_to_all) == ["one"]


# ---------------------------------------------------------------- invitations


def test_a_form_that_comes_twice_makes_one_link_which_is_shown() -> None:
    made = page()

    async def story(client: Client) -> None:
        await log_in(client)
        shown = await (await client.get("/admin/invites")).text()
        (code,) = re.findall(r'name="code" value="([A-Za-z0-9_-]{12})"', shown)
        form = await form_of(client, "/admin/invites", uses="5", days="9", code=code)
        for _ in range(2):
            told = await (await client.post("/admin/invite", data=form)).text()
            assert f"https://t.me/snapthread_bot?start={code}" in told
        assert process(made).invites == {code: (5, 9)}
        again = await (await client.get("/admin/invites")).text()
        assert code not in again

    made.visit(story)


def test_open_invitations_are_listed_with_what_is_left_and_their_end() -> None:
    shown = page()
    shown.held.invites = [
        Invite(
            id="0a1b2c3d",
            made_at=NOW,
            made_by=7,
            ends_at=NOW + timedelta(days=7),
            uses=5,
            used=2,
        )
    ]
    told = shown.read("/admin/invites")
    assert ("0a1b2c3d" in told, "2026-11-29 14:05:00" in told) == (True, True)
    assert re.findall(r'data-heading="\w+">(\d)<', told) == ["3", "5", "7"]


def test_an_invitation_is_ended_once_and_a_second_press_says_that_it_did_nothing() -> None:
    ended = page()

    async def story(client: Client) -> None:
        answers = [
            await client.post(
                "/admin/invite/end", data={"id": "0a1b2c3d"}, headers=BEARER, allow_redirects=False
            )
            for _ in range(2)
        ]
        assert [answer.status for answer in answers] == [303, 400]
        assert "This press did nothing" in await answers[1].text()

    ended.visit(story)
    assert process(ended).moves == [("0a1b2c3d", "ended")]


@pytest.mark.parametrize(
    "odd", [{"uses": "0"}, {"uses": "1001"}, {"days": "366"}, {"days": "x"}, {"code": "../etc"}]
)
def test_what_is_no_number_of_people_or_days_makes_no_link(odd: dict[str, str]) -> None:
    made = page()

    async def story(client: Client) -> None:
        fields = ACTS["invite"] | odd
        answer = await client.post("/admin/invite", data=fields, headers=BEARER)
        assert (answer.status, "No link was made" in await answer.text()) == (400, True)

    made.visit(story)
    assert process(made).invites == {}


def test_where_telegram_is_away_the_page_says_that_no_link_was_made() -> None:
    made = page()
    process(made).trouble = ChatUnreachable("away")

    async def story(client: Client) -> None:
        answer = await client.post("/admin/invite", data=ACTS["invite"], headers=BEARER)
        assert (answer.status, "Telegram cannot be asked" in await answer.text()) == (400, True)

    made.visit(story)


def test_where_nobody_needs_an_invitation_there_is_no_form() -> None:
    shown = page()
    process(shown).lets_in = False
    told = shown.read("/admin/invites")
    assert ("set ACCESS=invite first" in told, 'action="/admin/invite"' in told) == (True, False)


# ---------------------------------------------------------------- to everybody


def test_a_broadcast_is_shown_first_and_two_presses_of_two_admins_send_it_once() -> None:
    sent = page()

    async def story(client: Client) -> None:
        await log_in(client)
        form = await form_of(client, "/admin/broadcasts", text=TEXT.replace("\n", "\r\n"))
        preview = await client.post("/admin/broadcast", data=form)
        told = await preview.text()
        assert "Away tomorrow.\n&lt;b&gt;Sorry&lt;/b&gt;" in told
        assert "People it knows: 12<" in told
        assert process(sent).moves == []
        form = await form_of(client, str(preview.url.relative()), id="b0")
        first, second = [
            await client.post("/admin/broadcast/start", data=form, allow_redirects=False)
            for _ in range(2)
        ]
        assert (first.status, second.status) == (303, 400)
        assert "This press did nothing" in await second.text()

    sent.visit(story)
    assert process(sent).moves == [("b0", "sending")]
    assert sent.held.told_to_all["b0"].text == TEXT


@pytest.mark.parametrize("text", ["", " \r\n ", "x" * 4001, "🙂" * 2001])
def test_a_text_that_cannot_go_out_stays_in_the_form(text: str) -> None:
    drafted = page()

    async def story(client: Client) -> None:
        answer = await client.post("/admin/broadcast", data={"text": text}, headers=BEARER)
        told = await answer.text()
        assert (answer.status, "Nothing was sent" in told) == (400, True)
        assert f"required>{text.strip()}</textarea>" in told

    drafted.visit(story)
    assert drafted.held.told_to_all == {}


def test_how_far_the_last_are_is_told_without_their_text_and_one_can_be_stopped() -> None:
    shown = page(known=12, early="done", late="sending", unsure="draft")
    told = shown.read("/admin/broadcasts")
    assert re.findall(r'data-heading="[\w ]+">(\d)<', told)[:4] == ["4", "3", "1", "8"]
    assert "Away" not in told
    assert told.count("<tr>") == 3  # the head, and no draft
    assert re.findall(r'name="id" value="(\w+)"', told) == ["late"]
    assert "http-equiv" in told  # it comes anew; and has no text that this would empty
    assert "<textarea" not in told


def test_a_stop_ends_it_and_a_second_one_says_that_it_did_nothing() -> None:
    stopped = page(one="sending")

    async def story(client: Client) -> None:
        answers = [
            await client.post(
                "/admin/broadcast/stop", data={"id": "one"}, headers=BEARER, allow_redirects=False
            )
            for _ in range(2)
        ]
        assert [answer.status for answer in answers] == [303, 400]

    stopped.visit(story)
    assert process(stopped).moves == [("one", "stopped")]


def test_a_preview_of_what_is_decided_leads_to_how_far_it_is() -> None:
    async def story(client: Client) -> None:
        for id in ("gone", "late", ""):
            answer = await client.get(
                "/admin/broadcast", params={"id": id}, headers=BEARER, allow_redirects=False
            )
            assert (answer.status, answer.headers["Location"]) == (303, "/admin/broadcasts")
        told = await (await client.get("/admin/broadcast?id=unsure", headers=BEARER)).text()
        assert "Another one is being sent now" in told

    page(late="sending", unsure="draft").visit(story)
