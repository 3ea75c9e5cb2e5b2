"""The admin page over HTTP: who is let in, and which page is where."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from snapthread.adapters.web.admin.files import as_csv
from snapthread.adapters.web.admin.language import preferred, speak, tr
from snapthread.adapters.web.admin.login import LOGIN, Login, Throttle
from snapthread.adapters.web.admin.page import PERIODS, login_page, report_page
from snapthread.adapters.web.admin.reading import AdminStore, Report, read_report
from snapthread.errors import StoreBusy
from snapthread.ports import Clock
from snapthread.ports.operation import Operation

COOKIE: Final = "snapthread_admin"
PATH: Final = "/admin"
DAYS: Final = 30  # where nobody chose
STYLE: Final = Path(__file__).with_name("style.css").read_text("utf-8")
SECURITY: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
WRONG: Final = "That is not the token."
BUSY: Final = "The store is busy. Try again in a moment."
TOO_OFTEN: Final = "Too many wrong tries. Try again in a minute."

Handler = Callable[[web.Request], Awaitable[web.Response]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """The admin page of one store."""

    store: AdminStore
    clock: Clock
    login: Login
    throttle: Throttle = field(default_factory=Throttle)
    operation: Operation | None = None

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(PATH, self._let_in(self._page))
        app.router.add_get(PATH + "/", _to_page)
        app.router.add_get(PATH + "/{figure}.csv", self._let_in(self._csv))
        app.router.add_get(PATH + "/style.css", _style)
        app.router.add_post(PATH + "/login", self._log_in)
        app.router.add_post(PATH + "/logout", _log_out)
        app.router.add_post(PATH + "/replay", self._let_in(self._replay))

    # ---------------------------------------------------------------- pages

    async def _page(self, request: web.Request) -> web.Response:
        return _html(report_page(await self._report(request)))

    async def _csv(self, request: web.Request) -> web.Response:
        key = request.match_info["figure"]
        report = await self._report(request)
        if key not in report.figures:
            return _text("No such figure.", 404)
        name = f'attachment; filename="snapthread-{key}-{report.days}-days.csv"'
        return web.Response(
            text=as_csv(report.figures[key]),
            content_type="text/csv",
            charset="utf-8",
            headers={**SECURITY, "Content-Disposition": name},
        )

    async def _report(self, request: web.Request) -> Report:
        asked = request.query.get("days", "")
        days = next((days for days in PERIODS if str(days) == asked), DAYS)
        return await read_report(self.store, self.clock, days, self.operation)

    async def _replay(self, request: web.Request) -> web.Response:
        """A dead letter is asked again; the form comes from our own page (SameSite=Strict)."""
        told = str((await request.post()).get("id", ""))
        if not re.fullmatch(r"\d{1,18}", told, re.ASCII):
            return _text("No such dead letter.", 404)
        if await self.store.replay(int(told), self.clock()):
            log.info("admin.replayed", update_id=int(told))
        return _moved()

    # ---------------------------------------------------------------- who

    def _let_in(self, page: Handler) -> Handler:
        """By the cookie, or by a token in the header Authorization: a script has no form."""

        async def guarded(request: web.Request) -> web.Response:
            speak(_language(request))
            if self.login.is_valid(request.cookies.get(COOKIE, ""), self.clock()):
                return await _read(page, request)
            scheme, _, token = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "bearer":
                return _html(login_page(), 401)
            refusal = self._refusal(request, token)
            return _text(*refusal) if refusal else await _read(page, request)

        return guarded

    async def _log_in(self, request: web.Request) -> web.Response:
        speak(_language(request))
        refusal = self._refusal(request, await _token_in(request))
        if refusal:
            told, status = refusal
            return _html(login_page(told), status)
        log.info("admin.entered")
        response = _moved()
        response.set_cookie(
            COOKIE,
            self.login.cookie(self.clock()),
            max_age=int(LOGIN.total_seconds()),
            path=PATH,
            httponly=True,
            samesite="Strict",
            secure=_is_secure(request),
        )
        return response

    def _refusal(self, request: web.Request, token: str) -> tuple[str, int] | None:
        """Why not, and the status; None: the token is right, and then who guesses beside it from
        the same address, a proxy's for example, keeps nobody out."""
        if self.login.knows(token.strip()):
            return None
        address, now = request.remote or "", self.clock()
        if self.throttle.wait_s(address, now):
            return TOO_OFTEN, 429
        self.throttle.note_wrong(address, now)
        log.warning("admin.refused")
        return WRONG, 401


def _language(request: web.Request) -> str:
    return preferred(request.headers.get("Accept-Language", ""))


async def _token_in(request: web.Request) -> str:
    """Of the form; none where what was sent is no form."""
    try:
        form = await request.post()
    except (ValueError, LookupError):  # bytes that are no text, an unknown charset, no boundary
        return ""
    return str(form.get("token", ""))


async def _read(page: Handler, request: web.Request) -> web.Response:
    try:
        return await page(request)
    except StoreBusy:
        return _text(BUSY, 503)


async def _to_page(_request: web.Request) -> web.Response:
    return _moved()


async def _style(_request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css", charset="utf-8", headers=SECURITY)


async def _log_out(_request: web.Request) -> web.Response:
    response = _moved()
    response.del_cookie(COOKIE, path=PATH)
    return response


def _is_secure(request: web.Request) -> bool:
    """Also behind a proxy that ends TLS. Who lies here only keeps the cookie from himself."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "") == "https"


def _moved() -> web.Response:
    return web.Response(status=303, headers={**SECURITY, "Location": PATH})


def _html(text: str, status: int = 200) -> web.Response:
    return web.Response(
        text=text, content_type="text/html", status=status, headers=_headers(status)
    )


def _text(text: str, status: int) -> web.Response:
    return web.Response(text=tr(text), status=status, headers=_headers(status))


def _headers(status: int) -> dict[str, str]:
    match status:
        case 401:
            return {**SECURITY, "WWW-Authenticate": "Bearer"}
        case 429:
            return {**SECURITY, "Retry-After": "60"}
        case _:
            return SECURITY
