"""Wire traffic, without a wire: requests, responses, forms and cut connections."""

import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from email import message_from_string
from typing import Any, Literal

Json = dict[str, Any]
Body = bytes | AsyncGenerator[bytes, None]
Loss = Literal["closed", "reset", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One HTTP response; a body that is a generator is a stream of chunks."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Body = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file in a form."""

    file_name: str
    content: bytes
    mime_type: str | None = None


Form = dict[str, str | Upload]


class ConnectionLost(Exception):
    """The connection ends here; whoever carries the response cuts it too.

    Raised instead of a response, or out of the stream of a body.
    """

    def __init__(self, how: Loss = "closed") -> None:
        super().__init__(how)
        self.how: Loss = how


class NotAForm(ValueError):
    """The body is not the multipart form that its content type announces."""


def json_response(
    body: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A response with a JSON body."""
    content = json.dumps(body, ensure_ascii=False).encode()
    return Response(
        status=status,
        headers={"content-type": "application/json", **(headers or {})},
        body=content,
    )


async def read(response: Response) -> bytes:
    """The whole body, streamed or not."""
    if isinstance(response.body, bytes):
        return response.body
    async with aclosing(response.body) as chunks:
        return b"".join([chunk async for chunk in chunks])


def parse_form(content_type: str, body: bytes) -> Form:
    """The fields and files of a multipart form, exactly as sent; what a list ("name[]") holds, a
    line each."""
    header = message_from_string(f"Content-Type: {content_type}\n\n")
    boundary = header.get_param("boundary")
    if header.get_content_type() != "multipart/form-data" or not isinstance(boundary, str):
        raise NotAForm(content_type)
    first, *parts = (b"\r\n" + body).split(b"\r\n--" + boundary.encode())
    if first or not parts or not parts[-1].startswith(b"--"):
        raise NotAForm("a boundary is missing")
    form: Form = {}
    for name, value in map(_parse_part, parts[:-1]):
        before = form.get(name)
        is_more = name.endswith("[]") and isinstance(before, str) and isinstance(value, str)
        form[name] = f"{before}\n{value}" if is_more else value
    return form


def _parse_part(part: bytes) -> tuple[str, str | Upload]:
    head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
    headers = message_from_string(head.decode().replace("\r\n", "\n") + "\n\n")
    name = headers.get_param("name", header="content-disposition")
    if not found or not isinstance(name, str):
        raise NotAForm("a part has no name")
    file_name = headers.get_filename()
    if file_name is None:
        return name, content.decode()
    mime_type = headers.get_content_type() if "content-type" in headers else None
    return name, Upload(file_name=file_name, content=content, mime_type=mime_type)
