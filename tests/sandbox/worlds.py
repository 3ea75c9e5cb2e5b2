"""Small worlds for the tests of the sandbox: pictures, requests, clocks."""

import json
from functools import cache
from io import BytesIO
from typing import Any, cast

from openai import AsyncOpenAI, AsyncStream
from PIL import Image

from snapthread_sandbox.openai.api import KEY, OpenAI
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from snapthread_sandbox.wire import Json, Request, Response, read

NOON = 1_794_492_000.0  # a moment in November 2026


class Hands:
    """A clock that a test turns by hand."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> float:
        return self.at


@cache
def picture(colour: str = "red", width: int = 64, height: int = 48, kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return out.getvalue()


@cache
def animation() -> bytes:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    return out.getvalue()


def an_openai(hands: Hands | None = None) -> tuple[OpenAI, ScriptedModel]:
    model = ScriptedModel()
    return OpenAI(now=hands or Hands(), model=model), model


def question(*file_ids: str, **more: Any) -> Json:
    """A request as the product sends it."""
    images = [{"type": "input_image", "file_id": id, "detail": "auto"} for id in file_ids]
    content = [{"type": "input_text", "text": "What is this?"}, *images]
    body = {
        "model": "gpt-6-luna",
        "input": [{"role": "user", "content": content}],
        "instructions": "Be kind.",
        "max_output_tokens": 4096,
        "reasoning": {"effort": "none"},
        "store": False,
        "stream": True,
    }
    return {name: value for name, value in (body | more).items() if value is not ...}


async def send(
    openai: OpenAI, method: str, path: str, body: object = None, **query: str
) -> Response:
    content = b"" if body is None else json.dumps(body).encode()
    headers = {"authorization": f"Bearer {KEY}", "content-type": "application/json"}
    request = Request(method=method, path=f"/v1{path}", query=query, headers=headers, body=content)
    return await openai.handle(request)


async def told(openai: OpenAI, method: str, path: str, body: object = None, **query: str) -> Json:
    """The JSON answer, with its status."""
    response = await send(openai, method, path, body, **query)
    answer: Json = json.loads(await read(response))
    return answer | {"http": response.status}


async def asked(client: AsyncOpenAI, *file_ids: str, **more: Any) -> AsyncStream[Any]:
    """The stream of an answer, as the SDK gives it."""
    stream = await client.responses.create(**question(*file_ids, **more))
    return cast(AsyncStream[Any], stream)


async def upload(openai: OpenAI, **fields: Any) -> Json:
    """POST /files with these parts; bytes are the file."""
    parts = {"purpose": "vision", "file": picture()} | fields
    lines = [
        _part(name.replace("__", "[") + ("]" if "__" in name else ""), value)
        for name, value in parts.items()
        if value is not ...
    ]
    body = b"".join(lines) + b"--frontier--\r\n"
    headers = {
        "authorization": f"Bearer {KEY}",
        "content-type": "multipart/form-data; boundary=frontier",
    }
    request = Request(method="POST", path="/v1/files", headers=headers, body=body)
    response = await openai.handle(request)
    answer: Json = json.loads(await read(response))
    return answer | {"http": response.status}


def _part(name: str, value: object) -> bytes:
    head = f'--frontier\r\nContent-Disposition: form-data; name="{name}"'
    if isinstance(value, bytes):
        head += '; filename="snap.jpg"\r\nContent-Type: image/jpeg'
        return f"{head}\r\n\r\n".encode() + value + b"\r\n"
    return f"{head}\r\n\r\n{value}\r\n".encode()
