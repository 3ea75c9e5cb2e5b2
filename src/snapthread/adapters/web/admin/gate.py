"""Entrance by a cookie or a token; and that what is sent came from our own page."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

import structlog
from aiohttp import web

from snapthread.adapters.web.admin.language import preferred_language, speak
from snapthread.adapters.web.admin.login import LOGIN, Login, Throttle
from snapthread.adapters.web.admin.page import login_page
from snapthread.adapters.web.admin.responses import PATH, html, plain, redirect
from snapthread.errors import StoreBusy, StoreFull
from snapthread.ports import Clock

COOKIE: Final = "snapthread_admin"
FORM: Final = "form"  # the field that proves where a form came from
WRONG: Final = "That is not the token."
BUSY: Final = "The store is busy. Try again in a moment."
FULL: Final = "The disk of the store is full. Nothing was changed."
TOO_OFTEN: Final = "Too many wrong tries. Try again in a minute."
STRANGE: Final = "This form is out of date. Reload the page, and press again."

Page = Callable[[web.Request], Awaitable[web.Response]]
FormFields = dict[str, str]
FormHandler = Callable[[web.Request, FormFields], Awaitable[web.Response]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    login: Login
    clock: Clock
    throttle: Throttle = field(default_factory=Throttle)

    def page(self, page: Page) -> Page:
        """Let in by the cookie, or by a token in the header Authorization: a script has no form."""

        async def guarded(request: web.Request) -> web.Response:
            speak(language_of(request))
            if self._has_cookie(request):
                return await _read(page, request)
            refusal = self._without_cookie(request)
            return refusal or await _read(page, request)

        return guarded

    def act(self, act: FormHandler) -> Page:
        """As `page`; and with a cookie only what a form of ours sent. SameSite alone would let in
        every page of the same host, whatever its port."""

        async def guarded(request: web.Request) -> web.Response:
            fields = await fields_of(request)
            if self._has_cookie(request) and not self._is_ours(request, fields):
                log.warning("admin.refused")
                return plain(STRANGE, 403)
            return await act(request, fields)

        return self.page(guarded)

    def form(self, request: web.Request) -> str:
        """The field for the forms of a page that is made for this request."""
        return self.login.form(request.cookies.get(COOKIE, ""))

    async def log_in(self, request: web.Request) -> web.Response:
        speak(language_of(request))
        token = (await fields_of(request)).get("token", "")
        if refusal := self._refusal(request, token):
            told, status = refusal
            return html(login_page(told), status)
        log.info("admin.entered")
        response = redirect()
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

    async def log_out(self, _request: web.Request, _fields: FormFields) -> web.Response:
        response = redirect()
        response.del_cookie(COOKIE, path=PATH)
        return response

    def _has_cookie(self, request: web.Request) -> bool:
        return self.login.is_valid(request.cookies.get(COOKIE, ""), self.clock())

    def _is_ours(self, request: web.Request, fields: FormFields) -> bool:
        return self.login.is_form(request.cookies.get(COOKIE, ""), fields.get(FORM, ""))

    def _without_cookie(self, request: web.Request) -> web.Response | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return html(login_page(), 401)
        refusal = self._refusal(request, token)
        return plain(*refusal) if refusal else None

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


def language_of(request: web.Request) -> str:
    return preferred_language(request.headers.get("Accept-Language", ""))


async def fields_of(request: web.Request) -> FormFields:
    """Fields of the form; none where what was sent is no form."""
    try:
        form = await request.post()
    except (ValueError, LookupError):  # bytes that are no text, an unknown charset, no boundary
        return {}
    return {name: value for name, value in form.items() if isinstance(value, str)}


async def _read(page: Page, request: web.Request) -> web.Response:
    try:
        return await page(request)
    except StoreBusy:
        return plain(BUSY, 503)
    except StoreFull:
        return plain(FULL, 503)


def _is_secure(request: web.Request) -> bool:
    """Also behind a proxy that ends TLS. Who lies here only keeps the cookie from himself."""
    return request.secure or request.headers.get("X-Forwarded-Proto", "") == "https"
