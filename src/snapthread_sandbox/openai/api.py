"""A double of OpenAI's API: Files, Responses, transcriptions, models; strict where the real one is.

What is not known of the real one is a switch: `dead_file`, `bad_image`, `names_dead_file`. What
other servers do is one too: `has_files`, `pictures`, `refused_parameters`, `azure`.
"""

from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from itertools import count
from typing import Final

from snapthread_sandbox.faults import Faults
from snapthread_sandbox.openai.azure import Azure
from snapthread_sandbox.openai.background import Background
from snapthread_sandbox.openai.dead_files import (
    BadImageShape,
    DeadFileShape,
    ErrorEvent,
    Failed,
    Failure,
)
from snapthread_sandbox.openai.errors import (
    ApiError,
    context_too_long,
    invalid_key,
    unknown_model,
    unknown_url,
)
from snapthread_sandbox.openai.events import AnswerEvents, tell
from snapthread_sandbox.openai.files import Files, StoredFile
from snapthread_sandbox.openai.kept import Kept
from snapthread_sandbox.openai.models import known_models
from snapthread_sandbox.openai.over_http import as_http, at_once, stream
from snapthread_sandbox.openai.pieces import Piece, Raw
from snapthread_sandbox.openai.prompt_cache import PromptCache
from snapthread_sandbox.openai.question import BadImage, DeadFile, Question, file_ids, question
from snapthread_sandbox.openai.request import check_count, check_question, parse_body
from snapthread_sandbox.openai.routes import Call, facts, find, form, json_or_nothing
from snapthread_sandbox.openai.scripted_model import Model
from snapthread_sandbox.openai.servers import Pictures
from snapthread_sandbox.openai.transcriptions import Transcriptions
from snapthread_sandbox.wire import Form, Json, Request, Response, Upload, json_response

KEY: Final = "sk-sandbox"


@dataclass(slots=True, kw_only=True)
class Asked:
    """One POST /responses, also one that a fault answered."""

    at: float
    body: Json
    file_ids: tuple[str, ...]
    dead_ids: tuple[str, ...]  # of these, the ones that were not there at that moment
    status: int | None = None  # None: the connection was lost first
    refusal: str = ""  # what was answered instead of an answer


class OpenAI:
    """One project at OpenAI."""

    def __init__(self, *, now: Callable[[], float], model: Model, key: str = KEY) -> None:
        self.now = now
        self.model = model
        self.key = key
        self.models = known_models()
        self.faults = Faults()
        self.dead_file = DeadFileShape.IMAGE_FILE_NOT_FOUND_400
        self.names_dead_file = True
        self.bad_image = BadImageShape.INVALID_VALUE_400
        self.has_files = True
        self.streams = True  # False: `stream` is passed over, as some servers do
        self.pictures = Pictures.SEEN
        self.refused_parameters: set[str] = set()
        self.azure: Azure | None = None
        self.transcriptions = Transcriptions(now)
        self.called: Callable[[str], None] = lambda route: None  # hears of every call, first
        self.requests: list[Asked] = []
        self.counts: Counter[str] = Counter()  # of requests, by route
        self.broken_off: list[str] = []  # answers whose reader went away
        self.tokens: Counter[str] = Counter()  # of all usage that was told
        self._kept = Kept()
        self._background = Background(self._kept)
        self._files = Files(now)
        self._cache = PromptCache()
        self._numbers = count(1)
        self._request_numbers = count(1)

    @property
    def files(self) -> dict[str, StoredFile]:
        """The live files, by id."""
        return self._files.live

    @property
    def stored(self) -> dict[str, Json]:
        """The answers that OpenAI was allowed to keep, by id."""
        return self._kept.responses

    @property
    def deleted(self) -> list[str]:
        """The files that were deleted through the API, in that order."""
        return self._files.deleted

    def forget(self) -> None:
        """As if nobody had ever asked or uploaded anything."""
        for file_id in list(self.files):
            self.vanish(file_id)
        for told in (self.requests, self.broken_off, self.deleted):
            told.clear()
        self.stored.clear()
        self.faults.clear()

    def vanish(self, file_id: str) -> None:
        """Deletes a file behind the bot's back."""
        self._files.vanish(file_id)

    def expire(self, file_id: str) -> None:
        """Makes a file expire now."""
        self._files.expire(file_id)

    def upload(self, file_name: str, content: bytes, *, purpose: str = "vision") -> str:
        """Puts a file there that the bot did not upload; gives its id."""
        form: Form = {"purpose": purpose, "file": Upload(file_name=file_name, content=content)}
        return str(self._files.create(form)["id"])

    async def handle(self, request: Request) -> Response:
        """Answers a request, `path` with or without /v1. Raises ConnectionLost by a fault."""
        request_id = f"req_{next(self._request_numbers):032x}"
        try:
            if self.azure is not None:
                request = self.azure.admit(request, self.key)
            call = find(request)
            self.counts[call.route] += 1
            self.called(call.route)
            response = await self._under_faults(call)
        except ApiError as refused:
            response = refused.response()
        return replace(response, headers={"x-request-id": request_id, **response.headers})

    async def _under_faults(self, call: Call) -> Response:
        asked = self._log(call) if call.route == "POST /responses" else None
        fault = self.faults.take(call.route, facts(call))
        response = await fault.around(lambda: self._answer_or_refuse(call))
        if asked is not None:
            asked.status = response.status
            if response.status >= 400 and isinstance(response.body, bytes):
                asked.refusal = response.body.decode(errors="replace")
        return response

    async def _answer_or_refuse(self, call: Call) -> Response:
        try:
            self._check_key(call.request)
            if "/files" in call.route and not self.has_files:
                raise unknown_url(call.request.method, call.request.path)
            return await self._verb(call.route)(call)
        except ApiError as refused:
            return refused.response()

    def _check_key(self, request: Request) -> None:
        key = request.headers.get("authorization", "").removeprefix("Bearer ")
        if key != self.key:
            raise invalid_key(key)

    def _verb(self, route: str) -> Callable[[Call], Awaitable[Response]]:
        return {
            "POST /files": self._create_file,
            "GET /files": self._list_files,
            "GET /files/{id}": self._retrieve_file,
            "DELETE /files/{id}": self._delete_file,
            "GET /files/{id}/content": self._file_content,
            "POST /responses": self._respond,
            "POST /responses/input_tokens": self._count_tokens,
            "GET /responses/{id}": self._retrieve_response,
            "DELETE /responses/{id}": self._delete_response,
            "GET /responses/{id}/input_items": self._list_input_items,
            "POST /responses/{id}/cancel": self._cancel_response,
            "POST /audio/transcriptions": self._transcribe,
            "GET /models": self._list_models,
            "GET /models/{id}": self._retrieve_model,
        }[route]

    async def _create_file(self, call: Call) -> Response:
        given = form(call.request)
        if self.azure is not None:
            self.azure.check_upload(given)
        return json_response(self._files.create(given))

    async def _list_files(self, call: Call) -> Response:
        return json_response(self._files.page(call.request.query))

    async def _retrieve_file(self, call: Call) -> Response:
        return json_response(self._files.retrieve(call.id))

    async def _delete_file(self, call: Call) -> Response:
        return json_response(self._files.delete(call.id))

    async def _file_content(self, call: Call) -> Response:
        return Response(body=self._files.content(call.id))

    async def _retrieve_response(self, call: Call) -> Response:
        return json_response(self._kept.retrieve(call.id))

    async def _delete_response(self, call: Call) -> Response:
        return json_response(self._kept.delete(call.id))

    async def _list_input_items(self, call: Call) -> Response:
        return json_response(self._kept.page(call.id, call.request.query))

    async def _cancel_response(self, call: Call) -> Response:
        return json_response(self._background.cancel(call.id))

    async def _transcribe(self, call: Call) -> Response:
        return self.transcriptions.create(form(call.request))

    async def _list_models(self, _call: Call) -> Response:
        models = [model.as_json() for model in self.models.values()]
        return json_response({"object": "list", "data": models})

    async def _retrieve_model(self, call: Call) -> Response:
        if call.id not in self.models:
            raise unknown_model(call.id)
        return json_response(self.models[call.id].as_json())

    async def _count_tokens(self, call: Call) -> Response:
        body = parse_body(call.request.body)
        check_count(body, self.models)
        opened = self._open(body)
        if not isinstance(opened, Question):
            raise as_http(opened)
        counted = {"object": "response.input_tokens", "input_tokens": opened.input_tokens}
        return json_response(counted)

    async def _respond(self, call: Call) -> Response:
        body = parse_body(call.request.body)
        traits = check_question(body, self.models, self.refused_parameters)
        opened = self._open(body)
        if isinstance(opened, Question) and opened.input_tokens > traits.context_tokens:
            raise context_too_long()
        if isinstance(opened, ApiError):
            raise opened
        told, pieces = self._answer(body, opened)
        events = self._events(told, pieces)
        if body.get("stream") and self.streams:
            return stream(events)
        if body.get("background"):
            queued = told.response("queued")
            return json_response(self._background.start(queued, events, body))
        return await at_once(events)

    def _open(self, body: Json) -> Question | Failure:
        try:
            items = self.pictures.apply(self._kept.context(body))
            return question(body, self.files, items)
        except DeadFile as dead:
            return self.dead_file.failure(dead.file_id, is_named=self.names_dead_file)
        except BadImage:
            return self.bad_image.failure()

    def _answer(
        self, body: Json, opened: Question | Failed | ErrorEvent
    ) -> tuple[AnswerEvents, AsyncGenerator[Piece, None]]:
        if isinstance(opened, Question):
            return self._begin_telling(opened), self.model.answer(opened)
        return self._begin_telling(Question(body=body, messages=())), _nothing_but(opened)

    async def _events(
        self, told: AnswerEvents, pieces: AsyncGenerator[Piece, None]
    ) -> AsyncGenerator[Json | Raw, None]:
        last: Json = {}
        try:
            async with aclosing(tell(told, pieces)) as events:
                async for event in events:
                    last = event if isinstance(event, dict) else last
                    yield event
        finally:
            self._keep(told, last)

    def _begin_telling(self, asked: Question) -> AnswerEvents:
        id = f"resp_{next(self._numbers):024d}"
        usage = self._cache.usage(asked, self.models[asked.model])
        return AnswerEvents(id=id, question=asked, now=self.now, usage=usage)

    def _keep(self, told: AnswerEvents, last: Json) -> None:
        body = told.question.body
        if last.get("type") not in TERMINAL:
            self.broken_off.append(told.id)
            return
        usage = last.get("response", {}).get("usage") or {}
        self.tokens.update({name: usage.get(name, 0) for name in TOKENS})
        is_kept = body.get("store") is not False and not body.get("background")
        if "response" in last and is_kept:
            self._kept.keep(last["response"], body)

    def _log(self, call: Call) -> Asked:
        body = json_or_nothing(call.request)
        named = file_ids(body)
        dead = tuple(id for id in named if id not in self.files)
        asked = Asked(at=self.now(), body=body, file_ids=named, dead_ids=dead)
        self.requests.append(asked)
        return asked


TOKENS: Final = ("input_tokens", "output_tokens")
TERMINAL: Final = {"response.completed", "response.incomplete", "response.failed", "error"}


async def _nothing_but(ending: Failed | ErrorEvent) -> AsyncGenerator[Piece, None]:
    yield ending
