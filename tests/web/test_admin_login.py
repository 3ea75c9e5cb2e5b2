"""Only who knows the token sees the admin page; guessing is slow, and nothing leaks."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from snapthread.adapters.web.admin.gate import COOKIE
from snapthread.adapters.web.admin.login import (
    ADDRESSES_MAX,
    LOGIN,
    WITHIN,
    WRONG_MAX,
    Login,
    Throttle,
)
from snapthread.model.usage import DailyUsage
from tests.web.admin import BEARER, NOW, TOKEN, Client, Hand, Held, Page, form_of, log_in
from tests.web.test_pages import page as page_without_admin

PATHS = ["/admin", "/admin?days=90", "/admin/cost.csv", "/admin/people.csv"]
SECRETIVE = Held(daily=[DailyUsage(user_id=4711, day="2026-11-22", model="m", messages=1)])
LOGINS = Login(TOKEN, b"secret")


@pytest.mark.parametrize("path", [*PATHS, "/admin/style.css"])
def test_without_an_admin_token_there_is_no_page(path: str) -> None:
    assert page_without_admin(path)[0] == 404


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": f"Basic {TOKEN}"},
        {"Cookie": f"{COOKIE}={TOKEN}"},
        {"Cookie": f"{COOKIE}=9999999999.{'0' * 64}"},
        {"Cookie": f"{COOKIE}=never.{'0' * 64}"},
        {"Cookie": f"{COOKIE}={Login('another token', b'of this installation').cookie(NOW)}"},
        {"Cookie": f"{COOKIE}={Login(TOKEN, b'of another one').cookie(NOW)}"},
    ],
)
def test_a_stranger_learns_nothing(path: str, headers: dict[str, str]) -> None:
    async def story(client: Client) -> None:
        response = await client.get(path, headers=headers)
        assert response.status == 401
        assert response.headers["WWW-Authenticate"] == "Bearer"
        text = await response.text()
        assert "4711" not in text
        assert "Messages" not in text

    Page(SECRETIVE).visit(story)


def test_a_header_that_no_browser_sends_is_refused() -> None:
    assert not LOGINS.knows("\udcff")
    assert not LOGINS.is_valid("\udcff.\udcff", NOW)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", TOKEN[:-1], TOKEN.upper()])
def test_a_wrong_token_is_told_and_sets_no_cookie(token: str) -> None:
    async def story(client: Client) -> None:
        response = await log_in(client, token)
        assert response.status == 401
        assert "That is not the token." in await response.text()
        assert not response.cookies

    Page().visit(story)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded", b"token=\xff"),
        ("application/x-www-form-urlencoded; charset=none", b"token=x"),
        ("multipart/form-data", b"token"),
        ("multipart/form-data; boundary=b", b"token"),
    ],
)
def test_what_is_no_form_is_a_wrong_token(kind: str, body: bytes) -> None:
    async def story(client: Client) -> None:
        response = await client.post("/admin/login", data=body, headers={"Content-Type": kind})
        assert response.status == 401
        assert "That is not the token." in await response.text()

    Page().visit(story)


def test_the_right_token_opens_every_page() -> None:
    async def story(client: Client) -> None:
        response = await log_in(client)
        assert (response.status, response.headers["Location"]) == (303, "/admin")
        for path in PATHS:
            assert (await client.get(path)).status == 200

    Page(SECRETIVE).visit(story)


def test_a_script_sends_the_token_in_a_header() -> None:
    async def story(client: Client) -> None:
        response = await client.get("/admin/people.csv", headers=BEARER)
        assert response.status == 200
        assert "4711" in await response.text()

    Page(SECRETIVE).visit(story)


def test_the_cookie_is_for_this_page_only_and_holds_no_token() -> None:
    async def story(client: Client) -> None:
        response = await log_in(client)
        cookie = response.headers["Set-Cookie"]
        for part in ("HttpOnly", "SameSite=Strict", "Path=/admin", "Max-Age=43200"):
            assert part in cookie
        assert "Secure" not in cookie  # plain HTTP, as on the operator's own machine
        assert TOKEN not in cookie

    Page().visit(story)


def test_behind_a_proxy_with_tls_the_cookie_is_secure() -> None:
    async def story(client: Client) -> None:
        response = await client.post(
            "/admin/login",
            data={"token": TOKEN},
            headers={"X-Forwarded-Proto": "https"},
            allow_redirects=False,
        )
        assert "Secure" in response.headers["Set-Cookie"]

    Page().visit(story)


def test_a_login_ends_by_itself() -> None:
    cookie = LOGINS.cookie(NOW)
    assert LOGINS.is_valid(cookie, NOW + LOGIN - timedelta(seconds=1))
    assert not LOGINS.is_valid(cookie, NOW + LOGIN)


def test_a_login_cannot_be_made_longer() -> None:
    until, _, signature = LOGINS.cookie(NOW).partition(".")
    assert not LOGINS.is_valid(f"{int(until) + 1}.{signature}", NOW)


def test_logging_out_forgets_the_cookie() -> None:
    async def story(client: Client) -> None:
        await log_in(client)
        await client.post("/admin/logout", data=await form_of(client))
        assert (await client.get("/admin")).status == 401

    Page().visit(story)


def test_the_right_token_gets_in_whoever_guesses_beside_it() -> None:
    """As behind a proxy, where all have one address."""

    async def story(client: Client) -> None:
        for _ in range(WRONG_MAX):
            assert (await log_in(client, "wrong")).status == 401
        blocked = await log_in(client, "wrong again")
        assert blocked.status == 429
        assert blocked.headers["Retry-After"] == "60"
        assert (await client.get("/admin", headers=BEARER)).status == 200
        assert (await log_in(client)).status == 303

    Page().visit(story)


def test_after_a_minute_a_wrong_token_is_told_to_be_wrong_again() -> None:
    page = Page()

    async def story(client: Client) -> None:
        for _ in range(WRONG_MAX):
            await log_in(client, "wrong")
        assert (await log_in(client, "wrong")).status == 429
        page.clock.wait(seconds=60)
        assert (await log_in(client, "wrong")).status == 401

    page.visit(story)


def test_a_wrong_header_counts_as_a_guess_too() -> None:
    async def story(client: Client) -> None:
        for _ in range(WRONG_MAX):
            await client.get("/admin", headers={"Authorization": "Bearer wrong"})
        assert (await log_in(client, "wrong")).status == 429

    Page().visit(story)


def test_who_is_logged_in_is_not_slowed_by_who_guesses() -> None:
    async def story(client: Client) -> None:
        await log_in(client)
        for _ in range(WRONG_MAX + 1):
            await log_in(client, "wrong")
        assert (await client.get("/admin")).status == 200

    Page().visit(story)


def test_each_address_has_tries_of_its_own_and_a_customers_network_shares_them() -> None:
    throttle, clock = Throttle(), Hand()
    for _ in range(WRONG_MAX):
        throttle.note_wrong("192.0.2.1", clock())
        throttle.note_wrong("2001:db8::1", clock())

    assert throttle.wait_s("192.0.2.1", clock())
    assert not throttle.wait_s("192.0.2.2", clock())
    assert throttle.wait_s("2001:db8::ffff", clock())
    assert not throttle.wait_s("2001:db8:0:1::1", clock())


def test_tries_are_forgotten_one_by_one() -> None:
    throttle, clock = Throttle(), Hand()
    for _ in range(WRONG_MAX):
        throttle.note_wrong("a", clock())
        clock.wait(seconds=10)
    assert throttle.wait_s("a", clock()) == 11
    clock.wait(seconds=10)
    assert not throttle.wait_s("a", clock())


def test_what_is_remembered_of_guessers_is_bounded() -> None:
    throttle = Throttle()
    for number in range(ADDRESSES_MAX):
        throttle.note_wrong(f"address {number}", NOW)
    assert throttle.wait_s("a new one", NOW)
    assert not throttle.wait_s("a new one", NOW + WITHIN)


def test_neither_a_log_line_nor_an_address_holds_a_token() -> None:
    async def story(client: Client) -> None:
        await log_in(client, "my other password")
        response = await log_in(client)
        assert TOKEN not in str(response.headers)
        assert TOKEN not in await (await client.get("/admin")).text()

    with capture_logs() as logs:
        Page().visit(story)

    assert logs == [
        {"event": "admin.refused", "log_level": "warning"},
        {"event": "admin.entered", "log_level": "info"},
    ]
