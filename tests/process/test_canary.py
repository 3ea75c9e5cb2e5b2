"""No secret and nothing that anybody wrote comes out where it must not, whatever goes wrong.

Everything that comes out of a process is searched: standard output, log, pages, messages. The
libraries speak as loudly as they can.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import quote

import aiohttp

from snapthread.settings import Settings
from snapthread_sandbox.faults import (
    Rule,
    cuts_stream,
    drops,
    malformed_json,
    not_json,
    openai_error,
    replies,
    stream_of,
    telegram_error,
)
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.pieces import Raw, Thinking
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.chats import Message
from snapthread_sandbox.telegram.people import Person
from tests.media.documents import pdf
from tests.process import canary
from tests.process.bot import LIMIT_S, environment
from tests.process.canary import ADMIN, CONTENT, KEY, PASSWORD, QUOTED, SECRETS, TOKEN, WRITTEN
from tests.process.town import Town, heard, hears
from tests.servers import free_port

LOUD = {
    "LOG_LEVEL": "DEBUG",
    "OPENAI_LOG": "debug",  # the SDK then logs bodies
    "PYTHONASYNCIODEBUG": "1",
    "PYTHONDEVMODE": "1",
}
BROKEN = (
    openai_error(400, f"Invalid value: '{QUOTED}'", code="invalid_value"),
    openai_error(401, f"Incorrect API key provided: {KEY}", code="invalid_api_key"),
    openai_error(429, f"{QUOTED} quota", code="insufficient_quota"),
    openai_error(404, f"The model `{QUOTED}` does not exist", code="model_not_found"),
    not_json(502, f"<html>{QUOTED} {KEY}</html>".encode()),
    malformed_json(200, f'{{"{QUOTED}": "'.encode()),
    drops(),
    cuts_stream(after=3),
    stream_of({"type": "error", "code": "server_error", "message": f"{QUOTED} {KEY}"}),
    stream_of({"type": "response.output_text.delta", "delta": {"odd": QUOTED}}),
    replies({"surprise": QUOTED}),
)
HTTP_FORMS: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", f"/admin?token={ADMIN}", {}),
    ("GET", "/admin", {"Authorization": f"Bearer {ADMIN}x"}),
    ("GET", f"/admin/{WRITTEN}.csv", {"Authorization": f"Bearer {ADMIN}"}),
    ("GET", f"/{TOKEN}/{KEY}", {"X-Odd": KEY}),
    ("POST", "/admin/login", {"Content-Type": f"multipart/form-data; boundary={KEY}"}),
    ("PUT", "/metrics", {}),
    ("GET", f"/admin/person?id={WRITTEN}", {"Authorization": f"Bearer {ADMIN}"}),
    ("POST", f"/admin/erase?again={WRITTEN}", {"Authorization": f"Bearer {ADMIN}"}),
)
PAGES = (
    *("/healthz", "/readyz", "/metrics", "/admin", "/admin/people.csv", "/admin/latency.csv"),
    *("/admin/problems.csv", "/admin/replicas.csv", "/admin/person?id=1001"),
    *("/admin/invites", "/admin/broadcasts", "/admin/dead.csv", "/admin/running.csv"),
)
PDF = "application/pdf"
SOUND = b"ID3" + bytes(19_997)  # five seconds to the double


class Loud:
    """A bot whose every library talks, and all that came out of it."""

    def __init__(self, town: Town, folder: Path, **more: str) -> None:
        self.port = free_port()
        self.outputs = [folder / f"{self.port}.{name}" for name in ("out", "errors")]
        self.heard = ""
        settings = town.settings | {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "OPENAI_API_KEY": KEY,
            "ADMIN_TOKEN": ADMIN,
            "HTTP_PORT": str(self.port),
            "ADMIN_USER_IDS": "1001",
            "ACCESS": "invite",
            "ALLOWED_TELEGRAM_USER_IDS": ",".join(map(str, range(1001, 1050))),
            "OWN_INSTRUCTIONS": "yes",
            "GROUP_CONTEXT": "5",
            "GUEST_MODE": "yes",
        }
        with self.outputs[0].open("wb") as out, self.outputs[1].open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "snapthread", "run"],
                cwd=folder,
                env=environment() | settings | LOUD | more,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
            )

    async def asks(self, method: str, path: str, headers: dict[str, str]) -> int:
        """0 while nobody listens."""
        url = f"http://127.0.0.1:{self.port}{path}"
        try:
            async with (
                aiohttp.ClientSession(headers=headers) as session,
                session.request(method, url) as response,
            ):
                self.heard += f"\n{response.status} {dict(response.headers)} "
                self.heard += await response.text()
                return response.status
        except aiohttp.ClientConnectionError:
            return 0

    async def ready(self) -> None:
        async with asyncio.timeout(LIMIT_S):
            while await self.asks("GET", "/readyz", {}) != 200:
                assert self.process.poll() is None, self.log
                await asyncio.sleep(0.05)

    @property
    def log(self) -> str:
        return "".join(path.read_text(errors="replace") for path in self.outputs)

    async def ends(self) -> int:
        self.process.terminate()
        return await asyncio.to_thread(self.process.wait, LIMIT_S)


class CanaryTown(Town):
    """A town whose services know the canaries for the token and the key."""

    def __init__(self, folder: Path, runner: asyncio.Runner) -> None:
        super().__init__(folder, runner)
        self.telegram = BotApi(TOKEN, now=time.time)
        self.openai = OpenAI(now=time.time, model=self.model, key=KEY)


def test_no_secret_and_no_content_comes_out_whatever_goes_wrong(tmp_path: Path) -> None:
    with asyncio.Runner() as runner:
        town = CanaryTown(tmp_path, runner)
        runner.run(town.open())
        try:
            runner.run(_live(town, tmp_path))
        finally:
            runner.run(town.close())


async def _live(town: Town, folder: Path) -> None:
    bot = Loud(town, folder)
    try:
        await bot.ready()
        await _talk(town)
        code = await _let_in(town)
        for method, path, headers in HTTP_FORMS:
            await bot.asks(method, path, headers)
        for page in PAGES:
            await bot.asks("GET", page, {"Authorization": f"Bearer {ADMIN}"})
    finally:
        status = await bot.ends()
    assert status == 0, bot.log
    assert "openai.request" in bot.log  # it did speak
    assert "part.delivered" in bot.log
    assert canary.found((*SECRETS, *CONTENT, code), bot.log) == []
    assert canary.found((*SECRETS, *CONTENT, code), bot.heard) == []
    chats = "\n".join(m.text for chat in town.telegram.chats.values() for m in chat.messages)
    assert canary.found((*SECRETS, QUOTED), chats) == []


async def _talk(town: Town) -> None:
    ada = town.newcomer()  # an administrator: hears of what only the operator can mend
    town.model.says(canary.SAID)
    ada.sends(WRITTEN)
    await hears(ada)
    ada.sends_photo(canary.picture(), caption=WRITTEN)
    await hears(ada)
    ada.sends_document(canary.picture("blue", "PNG"), file_name=canary.NAMED, mime_type="image/png")
    await hears(ada)
    ada.sends_document(canary.PICTURED.encode(), file_name=canary.NAMED, mime_type="image/jpeg")
    await hears(ada)
    for fault in BROKEN:
        rule = town.openai.faults.add(on="POST /responses", reply=fault, times=None)
        bob = town.newcomer()
        bob.sends(WRITTEN)
        await used(town, rule)
        rule.end()
        await hears(bob)
    await _speak(town)
    await _gather(town)
    await _hand_in(town)
    await _choose(town)
    await _think(town)
    await _break_telegram(town)
    await _break_files(town)


async def _speak(town: Town) -> None:
    """A voice message, and one that the service refuses with what it heard."""
    eli = town.newcomer()
    town.openai.transcriptions.says(canary.SPOKEN, seconds=3)
    eli.sends_voice(SOUND, duration=3)
    await hears(eli, 2)
    error = openai_error(400, f"{QUOTED} {KEY}: {canary.SPOKEN}", code="invalid_audio")
    rule = town.openai.faults.add(on="POST /audio/transcriptions", reply=error, times=None)
    eli.sends_voice(SOUND, duration=3, caption=WRITTEN)
    await used(town, rule)
    rule.end()
    await hears(eli)


async def _gather(town: Town) -> None:
    """In a group: what is for the bot, and what is not."""
    zed = town.newcomer()
    group = town.telegram.group(-1002001, title=canary.GROUPED)
    zed.sends(f"{WRITTEN} among others", to=group)
    zed.sends_photo(canary.picture("gray"), caption=WRITTEN, to=group)
    zed.sends(f"@snapthread_bot {WRITTEN}", to=group)
    await town.until(lambda: any(m.is_from_bot for m in group.chat.messages))


async def _hand_in(town: Town) -> None:
    """Documents, and what is text to the model; one that is refused with its own words."""
    ida = town.newcomer()
    text, name = canary.DOCUMENTED.encode(), f"{canary.NAMED}.txt"
    ida.sends_document(text, file_name=name, mime_type="text/plain", caption=WRITTEN)
    await hears(ida)
    ida.sends_document(pdf([canary.DOCUMENTED]), file_name=canary.NAMED, mime_type=PDF)
    await hears(ida)
    ida.sends_document(b"%PDF-1.7 " + canary.DOCUMENTED.encode(), mime_type=PDF)
    await hears(ida)
    error = openai_error(400, f"{canary.DOCUMENTED} in {canary.NAMED}", code="invalid_file")
    rule = town.openai.faults.add(on="POST /responses", reply=error, times=None)
    ida.sends_poll(WRITTEN)
    await used(town, rule)
    rule.end()
    await hears(ida)
    ida.sends_contact()
    await hears(ida)


async def _choose(town: Town) -> None:
    """Choices, edits, what was said before, and a button of nobody's."""
    kim = town.telegram.person(1049, first_name=canary.CALLED)
    kim.sends(f"/instructions {canary.CHOSEN}")
    await hears(kim)
    asked = kim.sends(WRITTEN)
    (answer,) = await heard(kim)
    kim.edits(asked, f"{WRITTEN}, but better")
    await town.until(lambda: "but better" in answer.text)
    kim.reacts(answer, "👍")
    kim.sends(f"/history {WRITTEN}")
    await hears(kim)
    kim.sends("/export")
    await hears(kim, 2)
    kim.presses({"callback_data": f"history:{WRITTEN}"}, on=answer)
    guest_of = town.telegram.group(-1002002, title=canary.GROUPED, has_bot=False)
    town.telegram.has_guest_mode = True
    town.model.says(canary.SAID)
    kim.sends(f"@snapthread_bot {WRITTEN}", to=guest_of)
    await town.until(lambda: canary.SAID in guest_of.chat.texts)


async def _think(town: Town) -> None:
    """Aloud, and then in one piece: whole, garbled, and as a failure."""
    leo = town.newcomer()
    thought = {"type": "response.reasoning_summary_text.delta", "delta": canary.THOUGHT}
    town.model.plays(Raw(f"data: {json.dumps(thought)}\n\n"), Thinking(5), canary.SAID)
    leo.sends(WRITTEN)
    await hears(leo)
    town.openai.streams = False
    town.model.says(canary.SAID)
    leo.sends(WRITTEN)
    await hears(leo)
    for fault in (replies({"status": "in_progress", "output": QUOTED}), not_json(200, b'{"a": ')):
        rule = town.openai.faults.add(on="POST /responses", reply=fault, times=None)
        ned = town.newcomer()
        ned.sends(WRITTEN)
        await used(town, rule)
        rule.end()
        await hears(ned)
    town.openai.streams = True


async def _let_in(town: Town) -> str:
    """An invitation, whose code it is, and a message to everybody."""
    ada = town.telegram.person(1001)
    ada.sends("/invite 3 3")
    link = await _said(town, ada, "start=")
    code = link.text.partition("start=")[2]
    mia = town.telegram.person(2001)
    mia.sends(f"/start {code}")
    await hears(mia)
    ada.sends(f"/broadcast {canary.TOLD}")
    question = await _said(town, ada, "Send this message to everybody")
    ada.presses(question.buttons[0], on=question)
    await town.until(lambda: any(m.text == canary.TOLD for m in mia.chat.messages))
    return code


async def _said(town: Town, person: Person, words: str) -> Message:
    """Between what else they hear."""

    def found() -> list[Message]:
        return [m for m in person.chat.messages if m.is_from_bot and words in m.text]

    await town.until(found)
    return found()[-1]


async def used(town: Town, rule: Rule) -> None:
    await town.until(lambda: rule.used)


async def _break_telegram(town: Town) -> None:
    eve = town.newcomer()
    for code in (400, 403):
        error = telegram_error(code, f"Bad Request: bot{TOKEN}")
        rule = town.telegram.faults.add(on="sendMessage*", reply=error)
        eve.sends(WRITTEN)
        await used(town, rule)
    town.telegram.faults.add(on="getUpdates", reply=not_json(502, f"{QUOTED} {TOKEN}".encode()))
    town.telegram.push_raw({"message": {"text": WRITTEN, "chat": WRITTEN}})
    eve.sends(WRITTEN)
    await hears(eve)


async def _break_files(town: Town) -> None:
    zoe = town.newcomer()
    error = openai_error(400, f"{QUOTED} in {canary.NAMED}", code="invalid_image")
    town.openai.faults.add(on="POST /files", reply=error, times=2)
    zoe.sends_photo(canary.picture("green"), caption=WRITTEN)
    await hears(zoe)
    lost = telegram_error(400, "Bad Request: wrong file_id")
    town.telegram.faults.add(on="getFile", reply=lost)
    zoe.sends_photo(canary.picture("cyan"), caption=WRITTEN)
    await hears(zoe)
    town.telegram.faults.add(on="file", reply=not_json(500, QUOTED.encode()), times=None)
    zoe.sends_photo(canary.picture("pink"), caption=WRITTEN)
    await hears(zoe)


def test_a_password_in_an_address_is_not_told_where_it_leads_nowhere(tmp_path: Path) -> None:
    """Of the store's server, and of a proxy; also spelled as an address spells it."""
    written = quote(PASSWORD, safe="")
    settings = {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "OPENAI_API_KEY": KEY,
        "STORE_URL": f"redis://someone:{written}@127.0.0.1:{free_port()}/0",
        "HTTP_PORT": "0",
    }
    if "openai_proxy" in Settings.model_fields:
        settings["OPENAI_PROXY"] = f"http://someone:{written}@127.0.0.1:{free_port()}"
    for command in (("run",), ("inbox",), ("usage",), ("reconcile",)):
        done = subprocess.run(
            [sys.executable, "-m", "snapthread", *command],
            cwd=tmp_path,
            env=environment() | settings | LOUD,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 1, done.stderr
        assert canary.found(SECRETS, done.stdout + done.stderr) == []


def test_wrong_settings_are_told_without_their_values(tmp_path: Path) -> None:
    settings = {
        "TELEGRAM_BOT_TOKEN": f"{TOKEN} odd",
        "OPENAI_API_KEY": f"{KEY} odd",
        "ADMIN_TOKEN": f"{ADMIN} odd",
        "TELEGRAM_WEBHOOK_SECRET": f"{canary.HOOK} odd",
        "STORE_URL": f"redis://someone:{PASSWORD}@:0/x",
    }
    done = subprocess.run(
        [sys.executable, "-m", "snapthread", "run"],
        cwd=tmp_path,
        env=environment() | settings,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == len(settings)
    assert canary.found(SECRETS, done.stdout + done.stderr) == []
