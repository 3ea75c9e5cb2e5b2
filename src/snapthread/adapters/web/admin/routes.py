"""The admin page over HTTP: which page is where, and what its forms do."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog
from aiohttp import web

from snapthread.adapters.web.admin.everyone_acts import EveryoneActs
from snapthread.adapters.web.admin.files import as_csv
from snapthread.adapters.web.admin.gate import FormFields, Gate
from snapthread.adapters.web.admin.login import Login, Throttle
from snapthread.adapters.web.admin.page import PERIODS, report_page
from snapthread.adapters.web.admin.person import read_person
from snapthread.adapters.web.admin.person_page import person_page
from snapthread.adapters.web.admin.reading import AdminPageStore, Report, read_report
from snapthread.adapters.web.admin.responses import PATH, SECURITY, html, plain, redirect
from snapthread.errors import ConversationBroken
from snapthread.limits import USER_ID_MAX
from snapthread.ports import Clock
from snapthread.ports.operation import Operation

DAYS: Final = 30  # where nobody chose
STYLE: Final = Path(__file__).with_name("style.css").read_text("utf-8")
NO_LETTER: Final = "No such dead letter."
UNREADABLE: Final = "What is stored of it cannot be read, so it cannot be asked again: drop it."
NOBODY: Final = "That is no user id: it is a whole number, such as 123456789."
IS_ADMIN: Final = "An admin cannot be banned: take them out of ADMIN_USER_IDS first."
NO_LIMIT: Final = "Nothing was changed: that is no limit, or the model has no price for it."
OTHER_ID: Final = "Nothing was erased: the id that was typed is another one."

# Does it to a person; the sentence that says why not, or nothing.
PersonAct = Callable[[Operation, int], Awaitable[str]]

log = structlog.get_logger()


@dataclass(frozen=True, slots=True, kw_only=True)
class Admin:
    """The admin page of one store."""

    store: AdminPageStore
    clock: Clock
    login: Login
    throttle: Throttle = field(default_factory=Throttle)
    operation: Operation | None = None

    def add_to(self, app: web.Application) -> None:
        gate = Gate(login=self.login, clock=self.clock, throttle=self.throttle)
        pages = _Pages(self.store, self.clock, gate, self.operation)
        router = app.router
        router.add_get(PATH, gate.page(pages.report))
        router.add_get(PATH + "/", _to_page)
        router.add_get(PATH + "/{figure}.csv", gate.page(pages.csv))
        router.add_get(PATH + "/style.css", _style)
        router.add_get(PATH + "/person", gate.page(pages.person))
        router.add_post(PATH + "/login", gate.log_in)
        router.add_post(PATH + "/logout", gate.act(gate.log_out))
        router.add_post(PATH + "/replay", gate.act(pages.replay))
        router.add_post(PATH + "/drop", gate.act(pages.drop))
        router.add_post(PATH + "/erase", gate.act(pages.erase))
        router.add_post(PATH + "/ban", gate.act(pages.ban))
        router.add_post(PATH + "/unban", gate.act(pages.unban))
        router.add_post(PATH + "/limit", gate.act(pages.limit))
        EveryoneActs(self.store, self.clock, gate, self.operation).add_to(router)


@dataclass(frozen=True, slots=True)
class _Pages:
    store: AdminPageStore
    clock: Clock
    gate: Gate
    operation: Operation | None

    async def report(self, request: web.Request) -> web.Response:
        return html(report_page(await self._report(request), self.gate.form(request)))

    async def csv(self, request: web.Request) -> web.Response:
        key = request.match_info["figure"]
        report = await self._report(request)
        if key not in report.figures:
            return plain("No such figure.", 404)
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

    async def person(self, request: web.Request) -> web.Response:
        user_id = _user_id(request.query.get("id", ""))
        return await self._person(request, user_id) if user_id else plain(NOBODY, 404)

    async def _person(self, request: web.Request, user_id: int, told: str = "") -> web.Response:
        if self.operation is None:
            return plain(NOBODY, 404)
        person = await read_person(self.store, self.clock, self.operation, user_id)
        status = 400 if told else 200
        return html(person_page(person, self.gate.form(request), told), status)

    # ---------------------------------------------------------------- acts

    async def replay(self, _request: web.Request, fields: FormFields) -> web.Response:
        """A dead letter is asked again."""
        letter = _letter_id(fields)
        if letter is None:
            return plain(NO_LETTER, 404)
        try:
            is_replayed = await self.store.replay(letter, self.clock())
        except ConversationBroken:
            return plain(UNREADABLE, 409)
        if is_replayed:
            log.info("admin.replayed", update_id=letter)
        return redirect()

    async def drop(self, _request: web.Request, fields: FormFields) -> web.Response:
        """A dead letter that is not worth asking is forgotten."""
        letter = _letter_id(fields)
        if letter is None:
            return plain(NO_LETTER, 404)
        if await self.store.drop_dead_letter(letter):
            log.info("admin.dropped", update_id=letter)
        return redirect()

    async def erase(self, request: web.Request, fields: FormFields) -> web.Response:
        """Whoever erases a person types their id once more."""

        async def act(operation: Operation, user_id: int) -> str:
            if fields.get("again", "").strip() != str(user_id):
                return OTHER_ID
            await operation.erase(user_id)
            return ""

        return await self._act(request, fields, act)

    async def ban(self, request: web.Request, fields: FormFields) -> web.Response:
        async def act(operation: Operation, user_id: int) -> str:
            return "" if await operation.ban(user_id) else IS_ADMIN

        return await self._act(request, fields, act)

    async def unban(self, request: web.Request, fields: FormFields) -> web.Response:
        async def act(operation: Operation, user_id: int) -> str:
            await operation.unban(user_id)
            return ""

        return await self._act(request, fields, act)

    async def limit(self, request: web.Request, fields: FormFields) -> web.Response:
        async def act(operation: Operation, user_id: int) -> str:
            refused = await operation.set_limits(user_id, fields.get("limits", ""))
            return NO_LIMIT if refused else ""

        return await self._act(request, fields, act)

    async def _act(self, request: web.Request, fields: FormFields, act: PersonAct) -> web.Response:
        """On one person, whose page comes back, with the sentence where nothing was done."""
        user_id = _user_id(fields.get("id", ""))
        if not user_id or self.operation is None:
            return plain(NOBODY, 404)
        if told := await act(self.operation, user_id):
            return await self._person(request, user_id, told)
        return redirect(f"{PATH}/person?id={user_id}")


def _letter_id(fields: FormFields) -> int | None:
    told = fields.get("id", "")
    return int(told) if re.fullmatch(r"\d{1,18}", told, re.ASCII) else None


def _user_id(written: str) -> int:
    """0: it is none."""
    told = written.strip()
    is_one = re.fullmatch(r"\d{1,18}", told, re.ASCII) and 1 <= int(told) <= USER_ID_MAX
    return int(told) if is_one else 0


async def _to_page(_request: web.Request) -> web.Response:
    return redirect()


async def _style(_request: web.Request) -> web.Response:
    return web.Response(text=STYLE, content_type="text/css", charset="utf-8", headers=SECURITY)
