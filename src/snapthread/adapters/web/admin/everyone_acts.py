"""Acts that are for everybody: an invitation, a message to all; and their two pages."""

import re
import secrets
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from aiohttp import web

from snapthread.adapters.web.admin.everyone import EveryoneStore, read_broadcasts, read_invites
from snapthread.adapters.web.admin.everyone_page import broadcasts_page, invites_page, preview_page
from snapthread.adapters.web.admin.gate import FormFields, Gate
from snapthread.adapters.web.admin.responses import PATH, html, plain, redirect
from snapthread.commands.broadcast_commands import can_be_broadcast
from snapthread.commands.invitations import INVITE_DAYS_MOST, INVITE_MOST
from snapthread.errors import ChatBusy, ChatRefused, ChatUnreachable
from snapthread.model.people import OPERATOR
from snapthread.ports import Clock
from snapthread.ports.operation import Operation

CODE_BYTES: Final = 9
NOT_SHOWN: Final = "This process shows figures only."
NO_NUMBERS: Final = "No link was made: write whole numbers, at most those beside the fields."
AWAY: Final = "No link was made: Telegram cannot be asked for the bot's name now. Try again."
ENDED: Final = "This press did nothing: that invitation is over, used up or ended."
TOO_LONG: Final = "Nothing was sent: write 1 to 4,000 characters."
DECIDED: Final = "This press did nothing: it was decided before. Below is how far it is."
INVITES: Final = f"{PATH}/invites"
BROADCASTS: Final = f"{PATH}/broadcasts"


@dataclass(frozen=True, slots=True)
class EveryoneActs:
    store: EveryoneStore
    clock: Clock
    gate: Gate
    operation: Operation | None

    def add_to(self, router: web.UrlDispatcher) -> None:
        gate = self.gate
        router.add_get(INVITES, gate.page(self.invites))
        router.add_post(f"{PATH}/invite", gate.act(self.invite))
        router.add_post(f"{PATH}/invite/end", gate.act(self.end_invite))
        router.add_get(BROADCASTS, gate.page(self.broadcasts))
        router.add_get(f"{PATH}/broadcast", gate.page(self.preview))
        router.add_post(f"{PATH}/broadcast", gate.act(self.draft))
        router.add_post(f"{PATH}/broadcast/start", gate.act(self.start))
        router.add_post(f"{PATH}/broadcast/stop", gate.act(self.stop))

    # ---------------------------------------------------------------- invitations

    async def invites(self, request: web.Request) -> web.Response:
        return await self._invites(request)

    async def invite(self, request: web.Request, fields: FormFields) -> web.Response:
        """The form names the link's code: sent twice, it makes one link."""
        uses = _number(fields.get("uses", ""), INVITE_MOST)
        days = _number(fields.get("days", ""), INVITE_DAYS_MOST)
        code = fields.get("code", "") or _new_code()
        if not (uses and days and re.fullmatch(r"[A-Za-z0-9_-]{12}", code)):
            return await self._invites(request, told=NO_NUMBERS)
        if self.operation is None:
            return plain(NOT_SHOWN, 404)
        try:
            link = await self.operation.make_invite(code, uses=uses, days=days)
        except (ChatBusy, ChatRefused, ChatUnreachable):
            return await self._invites(request, told=AWAY)
        return await self._invites(request, link=link)

    async def end_invite(self, request: web.Request, fields: FormFields) -> web.Response:
        if self.operation is None:
            return plain(NOT_SHOWN, 404)
        done = await self.operation.end_invite(fields.get("id", ""))
        return redirect(INVITES) if done else await self._invites(request, told=ENDED)

    async def _invites(
        self, request: web.Request, *, link: str = "", told: str = ""
    ) -> web.Response:
        if self.operation is None:
            return plain(NOT_SHOWN, 404)
        invites, at = await read_invites(self.store, self.clock), self.clock().astimezone(UTC)
        code = _new_code() if self.operation.lets_in else ""
        page = invites_page(invites, at, self.gate.form(request), code, link=link, told=told)
        return html(page, 400 if told else 200)

    # ---------------------------------------------------------------- to everybody

    async def broadcasts(self, request: web.Request) -> web.Response:
        return await self._broadcasts(request)

    async def draft(self, request: web.Request, fields: FormFields) -> web.Response:
        """A browser sends the end of a line as two characters."""
        text = fields.get("text", "").replace("\r\n", "\n").strip()
        if not can_be_broadcast(text):
            return await self._broadcasts(request, text=text, told=TOO_LONG)
        id = await self.store.draft_broadcast(text, self.clock(), by=OPERATOR)
        return redirect(f"{PATH}/broadcast?id={id}")

    async def preview(self, request: web.Request) -> web.Response:
        drafted = await self.store.broadcast(request.query.get("id", ""))
        if drafted is None or drafted.state != "draft":
            return redirect(BROADCASTS)
        shown = await read_broadcasts(self.store, self.clock)
        page = preview_page(shown, self.gate.form(request), drafted.id, drafted.text)
        return html(page)

    async def start(self, request: web.Request, fields: FormFields) -> web.Response:
        if self.operation is None:
            return plain(NOT_SHOWN, 404)
        done = await self.operation.start_broadcast(fields.get("id", ""))
        return await self._show_decision(request, done=done)

    async def stop(self, request: web.Request, fields: FormFields) -> web.Response:
        """A draft, or one that is being sent."""
        if self.operation is None:
            return plain(NOT_SHOWN, 404)
        done = await self.operation.stop_broadcast(fields.get("id", ""))
        return await self._show_decision(request, done=done)

    async def _show_decision(self, request: web.Request, *, done: bool) -> web.Response:
        return redirect(BROADCASTS) if done else await self._broadcasts(request, told=DECIDED)

    async def _broadcasts(
        self, request: web.Request, *, text: str = "", told: str = ""
    ) -> web.Response:
        shown = await read_broadcasts(self.store, self.clock)
        page = broadcasts_page(shown, self.gate.form(request), text=text, told=told)
        return html(page, 400 if told else 200)


def _new_code() -> str:
    return secrets.token_urlsafe(CODE_BYTES)


def _number(written: str, most: int) -> int:
    """0: it is none of 1 to `most`."""
    told = written.strip()
    return int(told) if re.fullmatch(r"\d{1,4}", told, re.ASCII) and int(told) <= most else 0
