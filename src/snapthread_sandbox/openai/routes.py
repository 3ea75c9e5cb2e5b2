"""Routes of OpenAI's API, and what a fault rule may know of a request."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from snapthread_sandbox.openai.errors import ApiError, unknown_url
from snapthread_sandbox.openai.request import parse_body
from snapthread_sandbox.wire import Form, Json, NotAForm, Request, parse_form

ROUTES: Final = (
    ("POST /files", r"/files"),
    ("GET /files", r"/files"),
    ("GET /files/{id}", r"/files/([^/]+)"),
    ("DELETE /files/{id}", r"/files/([^/]+)"),
    ("GET /files/{id}/content", r"/files/([^/]+)/content"),
    ("POST /responses", r"/responses"),
    ("POST /responses/input_tokens", r"/responses/input_tokens"),
    ("GET /responses/{id}", r"/responses/([^/]+)"),
    ("DELETE /responses/{id}", r"/responses/([^/]+)"),
    ("GET /responses/{id}/input_items", r"/responses/([^/]+)/input_items"),
    ("POST /responses/{id}/cancel", r"/responses/([^/]+)/cancel"),
    ("POST /audio/transcriptions", r"/audio/transcriptions"),
    ("GET /models", r"/models"),
    ("GET /models/{id}", r"/models/(.+)"),  # names may have slashes
)


FORMS: Final = ("POST /files", "POST /audio/transcriptions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that found its route."""

    route: str
    id: str
    request: Request


def find(request: Request) -> Call:
    path = request.path.removeprefix("/v1")
    for route, pattern in ROUTES:
        found = re.fullmatch(pattern, path)
        if found and route.startswith(f"{request.method} "):
            return Call(route=route, id="".join(found.groups()), request=request)
    raise unknown_url(request.method, request.path)


def facts(call: Call) -> Mapping[str, object]:
    if call.route in FORMS:
        return form_or_nothing(call.request)
    return {"id": call.id} if call.id else json_or_nothing(call.request)


def json_or_nothing(request: Request) -> Json:
    try:
        return parse_body(request.body)
    except ApiError:
        return {}


def form_or_nothing(request: Request) -> Form:
    try:
        return form(request)
    except ApiError:
        return {}


def form(request: Request) -> Form:
    try:
        return parse_form(request.headers.get("content-type", ""), request.body)
    except NotAForm as wrong:
        raise ApiError(400, f"Could not parse multipart form: {wrong}") from None
