"""The page's server: what it gives, what it takes, and from whom."""

import asyncio
import json
import re
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from snapthread_sandbox.clock import Clock
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.page.chats import chat
from snapthread_sandbox.page.routes import Page
from snapthread_sandbox.page.server import FOLDER, TYPES, serving
from snapthread_sandbox.server import application
from snapthread_sandbox.telegram.bot_api import BotApi
from snapthread_sandbox.telegram.groups import Group
from tests.demo.test_models import wav
from tests.sandbox.worlds import animation, picture, question

Json = dict[str, Any]


@dataclass
class Stage:
    """Behind the page, as the demo would be."""

    kills: int = 0
    days: int = 0
    anew: int = 0
    told: list[Json] = field(default_factory=list)

    def status(self) -> Json:
        return {"bot": {"state": "running"}}

    def events(self, after: int) -> list[Json]:
        return [event for event in self.told if event["number"] > after]

    def kill(self) -> None:
        self.kills += 1

    def pass_days(self, days: int) -> None:
        self.days += days

    def start_anew(self) -> None:
        self.anew += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    bot_api: BotApi
    openai: OpenAI
    stage: Stage
    page: Page
    url: str
    http: aiohttp.ClientSession

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, Json]:
        data = body if isinstance(body, aiohttp.FormData) else json.dumps(body or {})
        url = f"{self.url}/api/{path}"
        async with self.http.post(url, data=data, headers=headers) as response:
            is_json = response.content_type == "application/json"
            return response.status, await response.json() if is_json else {}

    async def get(self, path: str, **headers: str) -> tuple[int, aiohttp.ClientResponse]:
        async with self.http.get(f"{self.url}/{path}", headers=headers) as response:
            await response.read()
            return response.status, response

    async def section(self, name: str) -> Any:
        """The section as the stream tells it at its beginning."""
        async with self.http.get(f"{self.url}/api/stream") as response:
            while line := await response.content.readline():
                if line == f"event: {name}\n".encode():
                    return json.loads((await response.content.readline()).removeprefix(b"data: "))
        raise AssertionError(name)

    @property
    def updates(self) -> list[Json]:
        return [update["message"] for update in self.bot_api.pending]


@asynccontextmanager
async def a_page() -> AsyncIterator[Served]:
    clock, stage = Clock(time.time), Stage()
    bot_api, openai = BotApi(now=clock), OpenAI(now=clock, model=ScriptedModel())
    bot_api.person(1001, first_name="Ada", language_code="en")
    bot_api.person(1002, first_name="Борис", language_code="ru")
    page = Page(bot_api, openai, stage)
    app = application(bot_api, openai, clock=clock)
    page.add_to(app)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        async with serving(app, listening), aiohttp.ClientSession() as http:
            yield Served(bot_api=bot_api, openai=openai, stage=stage, page=page, url=url, http=http)


def served(story: Callable[[Served], Awaitable[None]]) -> None:
    async def told() -> None:
        async with a_page() as page:
            await story(page)

    asyncio.run(told())


def form(*files: tuple[str, bytes, str], **fields: str) -> aiohttp.FormData:
    made = aiohttp.FormData()
    for name, content, mime in files:
        made.add_field("file", content, filename=name, content_type=mime)
    for name, value in fields.items():
        made.add_field(name, value)
    return made


JPEG = ("a.jpg", picture("red"), "image/jpeg")
PNG = ("b.png", picture("blue", kind="PNG"), "image/png")


# ---------------------------------------------------------------- what it gives


def test_the_page_comes_with_a_strict_policy() -> None:
    async def story(page: Served) -> None:
        status, response = await page.get("")
        policy = response.headers["Content-Security-Policy"]

        assert status == 200
        assert "default-src 'none'; script-src 'self';" in policy
        assert "unsafe" not in policy
        assert response.headers["X-Content-Type-Options"] == "nosniff"

    served(story)


def test_every_file_of_the_page_is_served() -> None:
    async def story(page: Served) -> None:
        for file in FOLDER.rglob("*.*"):
            status, response = await page.get(file.relative_to(FOLDER).as_posix())
            assert status == (404 if file.name == "index.html" else 200)
            assert file.name == "index.html" or response.content_type in TYPES[file.suffix]

    served(story)


def test_the_page_names_no_other_host() -> None:
    known = {"http://www.w3.org/2000/svg"}

    for file in FOLDER.glob("*.*"):
        named = set(re.findall(r"https?://[\w.][\w./-]*", file.read_text()))
        assert named <= known, file.name


def test_the_page_parses_no_html_and_runs_no_text() -> None:
    forbidden = re.compile(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|\son\w+=\""
    )

    for file in (*FOLDER.glob("*.js"), FOLDER / "index.html"):
        assert not forbidden.search(file.read_text()), file.name


def test_both_languages_have_every_word() -> None:
    source = (FOLDER / "texts.js").read_text().partition("\nconst ALL")[0]
    english, russian = source.split("const RU = {")
    words = [dict(re.findall(r"^  (\w+): (.+),$", part, re.M)) for part in (english, russian)]
    holes = [
        {key: set(re.findall(r"\{\w+\}", text)) for key, text in known.items()} for known in words
    ]

    assert len(words[0]) > 100
    assert holes[0] == holes[1]


def test_every_word_that_is_used_is_there() -> None:
    known = set(re.findall(r"^  (\w+): ", (FOLDER / "texts.js").read_text(), re.M))
    html = (FOLDER / "index.html").read_text()
    scripts = "".join(file.read_text() for file in FOLDER.glob("*.js"))

    used = set(re.findall(r"data-(?:t|label)=\"(\w+)\"", html))
    used |= set(re.findall(r"\bt\('(\w+)'", scripts))

    assert used - known == set()


# ---------------------------------------------------------------- from whom it takes


@pytest.mark.parametrize("header", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}])
def test_a_page_from_elsewhere_is_refused(header: dict[str, str]) -> None:
    async def story(page: Served) -> None:
        status, _ = await page.post("people/1001/text", {"text": "Hi"}, **header)

        assert status == 403
        assert page.updates == []

    served(story)


# ---------------------------------------------------------------- what a person does


def test_a_text_reaches_the_bot() -> None:
    async def story(page: Served) -> None:
        assert (await page.post("people/1002/text", {"text": " Привет "}))[0] == 200

        (update,) = page.updates
        assert update["text"] == "Привет"
        assert update["from"]["language_code"] == "ru"

    served(story)


def test_a_reply_names_its_message() -> None:
    async def story(page: Served) -> None:
        photo = page.bot_api.person(1001).sends_photo(picture())
        await page.post("people/1001/text", {"text": "And this?", "reply_to": photo.id})

        assert page.updates[-1]["reply_to_message"]["message_id"] == photo.id

    served(story)


def test_a_photo_is_swapped_in_its_place() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(JPEG, caption="What?"))
        message_id = page.updates[0]["message_id"]
        status, told = await page.post("people/1001/media", form(PNG, edit="999"))
        assert (status, told) == (400, {"error": "gone"})
        await page.post("people/1001/media", form(PNG, caption="And this?", edit=str(message_id)))

        edited = page.bot_api.pending[-1]["edited_message"]
        assert (edited["message_id"], edited["caption"]) == (message_id, "And this?")
        assert edited["photo"] != page.bot_api.pending[0]["message"]["photo"]
        await page.post("people/1001/text", {"text": "Words"})
        words = page.bot_api.pending[-1]["message"]["message_id"]
        status, told = await page.post("people/1001/media", form(PNG, edit=str(words)))
        assert (status, told) == (400, {"error": "no_photo"})

    served(story)


def test_an_edit_reaches_the_bot() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/text", {"text": "Waht?"})
        message_id = page.updates[0]["message_id"]
        assert await page.post("people/1001/edit", {"message": message_id, "text": " "}) == (
            400,
            {"error": "empty"},
        )
        await page.post("people/1001/edit", {"message": message_id, "text": "What?"})

        edited = page.bot_api.pending[-1]["edited_message"]
        assert (edited["message_id"], edited["text"]) == (message_id, "What?")

    served(story)


def test_a_recording_and_a_chosen_sound_reach_the_bot_as_what_they_are() -> None:
    async def story(page: Served) -> None:
        sound = wav(2.4, 0.5)
        recorded = ("voice.wav", sound, "audio/wav")
        chosen = ("song.wav", sound, "audio/wav")
        await page.post("people/1001/media", form(recorded, as_voice="true"))
        await page.post("people/1001/media", form(chosen, caption="Who?"))

        voice, audio = page.updates
        assert (voice["voice"]["duration"], voice["voice"]["mime_type"]) == (2, "audio/wav")
        assert (audio["audio"]["file_name"], audio["caption"]) == ("song.wav", "Who?")
        shown = chat(page.bot_api.person(1001))["messages"]
        assert [message["file"]["seconds"] for message in shown] == [2, 2]

    served(story)


def a_group(page: Served) -> Group:
    group = page.bot_api.group(-5, title="Trip", is_forum=True)
    for id in (1001, 1002):
        group.admits(page.bot_api.person(id))
    return group


def test_what_is_said_in_a_topic_of_a_group_goes_there() -> None:
    async def story(page: Served) -> None:
        group = a_group(page)
        topic = group.opens_topic("Photos")
        where = {"chat": -5, "thread": topic}
        await page.post("people/1001/text", {"text": "just us", **where})
        await page.post("people/1001/text", {"text": "@snapthread_bot hi", **where})
        fields = {"caption": "@snapthread_bot this", "chat": "-5", "thread": str(topic)}
        await page.post("people/1002/media", form(JPEG, **fields))

        said, photo = page.updates[-2:]
        assert (said["text"], said["chat"]["id"]) == ("@snapthread_bot hi", -5)
        assert said["message_thread_id"] == photo["message_thread_id"] == topic
        assert (await page.post("people/1001/text", {"text": "Hi", "chat": -6}))[0] == 404

    served(story)


def test_a_group_is_shown_with_its_people_topics_and_what_one_of_them_sees() -> None:
    async def story(page: Served) -> None:
        group = a_group(page)
        topic = group.opens_topic("Photos")
        page.bot_api.person(1001).sends("hello", to=group)
        only = {"receiver_user_id": 1002}
        said = {"chat_id": -5, "text": "psst", "ephemeral_message_parameters": only}
        await page.bot_api.call(page.bot_api.token, "sendMessage", said)

        (shown,) = await page.section("groups")
        assert [one["id"] for one in shown["members"]] == [1001, 1002]
        assert [one["id"] for one in shown["topics"]] == [1, topic]
        hello, psst = (await page.section("chats"))["-5"]["messages"]
        assert (hello["text"], hello["sender"]["id"], hello["thread"]) == ("hello", 1001, 1)
        assert (psst["text"], psst["only_for"]) == ("psst", 1002)

    served(story)


def test_one_image_is_a_photo_and_a_jpeg() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(PNG, caption="What is it?"))

        (update,) = page.updates
        content = page.bot_api.world.files.of(update["photo"][-1]["file_id"]).content
        assert update["caption"] == "What is it?"
        assert content.startswith(b"\xff\xd8")

    served(story)


def test_several_images_are_one_album() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(JPEG, PNG, JPEG, caption="Three"))

        assert len({update["media_group_id"] for update in page.updates}) == 1
        assert [update.get("caption") for update in page.updates] == ["Three", None, None]

    served(story)


def test_twelve_images_are_two_albums_and_none_is_lost() -> None:
    async def story(page: Served) -> None:
        assert (await page.post("people/1001/media", form(*[JPEG] * 12, caption="All")))[0] == 200

        albums = [update["media_group_id"] for update in page.updates]
        assert [albums.count(album) for album in dict.fromkeys(albums)] == [10, 2]
        assert [update.get("caption") for update in page.updates].count("All") == 1

    served(story)


def test_twelve_files_are_two_albums_too() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(*[PNG] * 11, as_files="true"))

        albums = [update.get("media_group_id") for update in page.updates]
        assert (len(set(albums[:10])), albums[10]) == (1, None)

    served(story)


def test_as_files_nothing_is_changed() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(JPEG, PNG, as_files="true"))

        documents = [update["document"] for update in page.updates]
        contents = [page.bot_api.world.files.of(one["file_id"]).content for one in documents]
        assert [one["file_name"] for one in documents] == ["a.jpg", "b.png"]
        assert contents == [JPEG[1], PNG[1]]

    served(story)


def test_what_is_no_image_goes_as_a_file() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(("a.pdf", b"%PDF", "application/pdf")))

        assert page.updates[0]["document"]["mime_type"] == "application/pdf"

    served(story)


def test_a_gif_is_an_animation() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/media", form(("a.gif", animation(), "image/gif")))

        assert "animation" in page.updates[0]

    served(story)


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("people/1001/text", {"text": "  "}, "empty"),
        ("people/1001/text", {"text": "x" * 20_000}, "text_too_long"),
        ("people/1001/stop", {}, "gone"),
        ("people/1001/press", {"message": 1, "row": 0, "column": 0}, "gone"),
        ("people/1001/edit", {"message": 1, "text": "x"}, "gone"),
    ],
)
def test_a_wrong_act_is_refused_with_a_word(path: str, body: Json, error: str) -> None:
    async def story(page: Served) -> None:
        assert await page.post(path, body) == (400, {"error": error})

    served(story)


def test_too_much_at_once_is_refused_with_a_word() -> None:
    async def story(page: Served) -> None:
        many = await page.post("people/1001/media", form(*[JPEG] * 31))
        long = await page.post("people/1001/media", form(JPEG, caption="x" * 1025))

        assert many == (400, {"error": "too_many"})
        assert long == (400, {"error": "caption_too_long"})

    served(story)


def test_stop_reaches_the_bot() -> None:
    async def story(page: Served) -> None:
        api = page.bot_api
        await page.post("people/1001/text", {"text": "Hi"})
        allowed = ["message", "stopped_message_generation"]
        await api.call(api.token, "getUpdates", {"allowed_updates": allowed, "timeout": 0})
        draft = {"chat_id": 1001, "draft_id": 5, "text": "So…", "can_stop": True}
        await api.call(api.token, "sendMessageDraft", draft)

        assert (await page.section("live"))["1001"]["draft"]["text"] == "So…"
        assert (await page.post("people/1001/stop"))[0] == 200
        assert api.pending[-1]["stopped_message_generation"]["draft_id"] == 5

    served(story)


# ---------------------------------------------------------------- what it shows


def test_a_chat_is_shown_as_its_person_sees_it() -> None:
    async def story(page: Served) -> None:
        api = page.bot_api
        await page.post("people/1001/media", form(JPEG, caption="Look"))
        bold = {"type": "bold", "offset": 0, "length": 4}
        said = {"chat_id": 1001, "text": "Nice photo", "entities": [bold]}
        await api.call(api.token, "sendMessage", said)

        photo, answer = (await page.section("chats"))["1001"]["messages"]

        assert photo["text"] == "Look"
        assert (photo["photo"]["width"], photo["photo"]["height"]) == (64, 48)
        assert (await page.get(photo["photo"]["url"]))[1].content_type == "image/jpeg"
        assert answer["from_bot"]
        assert answer["entities"] == [bold]

    served(story)


def test_a_pressed_button_tells_its_note() -> None:
    async def story(page: Served) -> None:
        api, told = page.bot_api, "Only who asked can do that."
        api.person(1001).sends("hi")
        button = {"text": "Stop", "callback_data": "stop:1"}
        said = {"chat_id": 1001, "text": "Well", "reply_markup": {"inline_keyboard": [[button]]}}
        await api.call(api.token, "sendMessage", said)
        place = {"message": api.person(1001).chat.from_bot[0].id, "row": 0, "column": 0}
        pressing = asyncio.create_task(page.post("people/1001/press", place))
        while not (queries := [one for one in api.pending if "callback_query" in one]):
            await asyncio.sleep(0.01)
        query = {"callback_query_id": queries[0]["callback_query"]["id"], "text": told}
        await api.call(api.token, "answerCallbackQuery", query)

        assert await pressing == (200, {"note": told})

    served(story)


def test_a_message_that_the_bot_has_not_taken_waits() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/text", {"text": "Hi"})
        (waiting,) = (await page.section("live"))["1001"]["waiting"]
        offset = page.bot_api.pending[0]["update_id"] + 1
        await page.bot_api.call(page.bot_api.token, "getUpdates", {"offset": offset, "timeout": 0})

        assert waiting == page.bot_api.person(1001).chat.messages[0].id
        assert (await page.section("live"))["1001"]["waiting"] == []

    served(story)


def test_the_menu_speaks_the_language_of_the_person() -> None:
    async def story(page: Served) -> None:
        api = page.bot_api
        for language, what in (("", "Help"), ("ru", "Помощь")):
            menu = {"commands": [{"command": "help", "description": what}]}
            await api.call(api.token, "setMyCommands", menu | {"language_code": language})

        people = await page.section("people")

        assert [person["commands"][0]["description"] for person in people] == ["Help", "Помощь"]

    served(story)


async def ask(page: Served, body: Json, person: int = 1001) -> None:
    """As the bot would, for this person."""
    headers = {"Authorization": f"Bearer {page.openai.key}"}
    body |= {"safety_identifier": f"hash of {person}"}
    async with page.http.post(f"{page.url}/v1/responses", json=body, headers=headers) as answer:
        await answer.read()


def test_the_last_request_of_each_person_is_shown() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/text", {"text": "What is this?"})
        file_id = page.openai.upload("a.jpg", picture())
        await ask(page, question(file_id))

        lines = await page.section("lines")

        assert lines["1001"]["status"] == 200
        assert lines["1001"]["lines"][0]["parts"] == [
            {"text": "What is this?"},
            {"file": file_id, "url": f"media/openai/{file_id}"},
        ]
        assert lines["1002"] is None

    served(story)


def test_a_request_goes_to_the_person_whose_words_it_has() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1002/text", {"text": "What is this?"})
        await page.post("people/1001/text", {"text": "Something else"})
        await ask(page, question(), 1002)

        lines = await page.section("lines")

        assert (lines["1001"], lines["1002"]["number"]) == (None, 1)

    served(story)


def test_after_a_reset_nothing_was_sent_yet() -> None:
    async def story(page: Served) -> None:
        await page.post("people/1001/text", {"text": "What is this?"})
        await ask(page, question())
        page.page.began_anew(1001)

        assert (await page.section("lines"))["1001"] is None

    served(story)


def test_a_file_that_was_deleted_behind_the_bots_back_stays_to_be_seen() -> None:
    async def story(page: Served) -> None:
        file_id = page.openai.upload("a.jpg", picture())
        (live,) = await page.section("files")
        assert (await page.post("vanish", {"file": file_id}))[0] == 200
        (gone,) = await page.section("files")

        assert "gone" not in live
        assert page.openai.files == {}
        assert gone["gone"] == "vanished"
        assert (await page.get(gone["url"]))[1].content_type == "image/jpeg"

    served(story)


def test_what_is_no_picture_is_never_shown_in_the_browser() -> None:
    async def story(page: Served) -> None:
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
        await page.post("people/1001/media", form(("a.svg", svg, "image/svg+xml")))
        (message,) = (await page.section("chats"))["1001"]["messages"]

        _, response = await page.get(message["file"]["url"])

        assert response.content_type == "application/octet-stream"
        assert response.headers["Content-Disposition"] == "attachment"

    served(story)


def test_an_unknown_file_is_not_found() -> None:
    async def story(page: Served) -> None:
        assert (await page.get("media/telegram/none"))[0] == 404
        assert (await page.get("media/openai/none"))[0] == 404

    served(story)


def test_events_come_once_each() -> None:
    async def story(page: Served) -> None:
        page.stage.told = [{"number": 1, "name": "bot.started"}]

        assert await page.section("events") == page.stage.told

    served(story)


# ---------------------------------------------------------------- the buttons


def test_a_fault_is_ordered_and_called_off() -> None:
    async def story(page: Served) -> None:
        await page.post("fault", {"kind": "error"})
        armed = (await page.section("status"))["faults"]
        await page.post("mend")

        assert armed == [{"on": "POST /responses", "left": 1}]
        assert (await page.section("status"))["faults"] == []

    served(story)


def test_kill_and_time_go_to_the_stage() -> None:
    async def story(page: Served) -> None:
        await page.post("kill")
        await page.post("pass", {"days": 30})

        assert (page.stage.kills, page.stage.days) == (1, 30)

    served(story)


@pytest.mark.parametrize(
    ("button", "body"), [("fault", {"kind": "flood"}), ("vanish", {"file": "none"}), ("pass", {})]
)
def test_a_wrong_button_is_refused(button: str, body: Json) -> None:
    async def story(page: Served) -> None:
        assert (await page.post(button, body))[0] == 400

    served(story)


def test_the_page_can_begin_anew() -> None:
    async def story(page: Served) -> None:
        ada = page.bot_api.person(1001)
        ada.sends("Hi")
        page.openai.upload("a.jpg", picture())
        await page.section("files")
        assert (await page.post("anew"))[0] == 200
        assert page.stage.anew == 1

        page.bot_api.forget()
        page.openai.forget()
        page.page.forget()

        assert await page.section("files") == []
        chats = await page.section("chats")
        assert (chats["1001"]["is_new"], chats["1001"]["messages"]) == (True, [])
        assert page.updates == []

    served(story)


def test_what_a_button_shows_is_in_its_name() -> None:
    source = (FOLDER / "texts.js").read_text()
    shown = re.findall(r"other_language_short: '(\w+)'", source)
    named = re.findall(r"other_language: '([^']+)'", source)

    assert len(shown) == 2
    assert all(name.startswith(f"{short} ") for short, name in zip(shown, named, strict=True))


def test_every_event_of_the_bot_has_words() -> None:
    product = Path(__file__).parents[2] / "src" / "snapthread"
    logged = re.compile(r"log\.(?:info|warning)\(\s*\"([\w.]+)\"")
    names = {name for file in product.rglob("*.py") for name in logged.findall(file.read_text())}
    of_turns = {n for n in names if n.startswith(("turn.", "part.", "assistant.", "draft"))}
    known = set(re.findall(r"^  e_(\w+): ", (FOLDER / "texts.js").read_text(), re.M))

    assert "turn.delivered" in of_turns
    assert {name.replace(".", "_") for name in of_turns} - known == set()
