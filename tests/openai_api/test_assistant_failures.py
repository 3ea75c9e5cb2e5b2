"""Every way in which OpenAI says that a question failed."""

import asyncio
import json
from typing import Any

import httpx2
import openai
import pytest

from snapthread.errors import (
    AssistantBusy,
    AssistantDenied,
    AssistantMisused,
    AssistantRefused,
    ContextTooLong,
    FilesGone,
    ModelGone,
    OutOfCredit,
    SnapthreadError,
)
from tests.openai_api.wire import (
    ASK_OF_IMAGE,
    COMPLETED,
    CREATED,
    Answer,
    Wire,
    delta,
    error,
    event,
    failed,
    page,
)

GONE = "Image file 'file-Abc123' not found. It may have been deleted or expired."
NOT_AN_IMAGE = (
    "The image data you provided does not represent a valid image. Please check your input and "
    "try again with one of the supported image formats: "
    "['image/jpeg', 'image/png', 'image/gif', 'image/webp']."
)
TOO_LONG = "Your input exceeds the context window of this model. Please adjust your input."


def failure(*answers: Answer) -> SnapthreadError:
    with pytest.raises(SnapthreadError) as caught:
        asyncio.run(Wire(*answers).ask(ASK_OF_IMAGE))
    return caught.value


def shapes(code: str | None, message: str) -> list[Answer]:
    """The four shapes of the reference, section 1.4, and an HTTP error."""
    fields: dict[str, Any] = {"code": code, "message": message, "param": None}
    nested = f"event: error\ndata: {json.dumps({'type': 'error', 'error': fields})}\n\n"
    return [
        error(400, message, code=code),
        [CREATED, event("error", **fields)],
        [CREATED, nested.encode()],
        [CREATED, delta("Once"), failed(code or "server_error", message)],
    ]


@pytest.mark.parametrize("shape", range(4))
@pytest.mark.parametrize(
    ("code", "message", "ours"),
    [
        ("image_file_not_found", GONE, FilesGone),
        ("invalid_image_url", GONE, FilesGone),
        ("failed_to_download_image", "Failed to download.", FilesGone),
        ("image_parse_error", NOT_AN_IMAGE, FilesGone),
        (None, GONE, FilesGone),
        (None, "No such File object: file-Abc123", FilesGone),
        (None, NOT_AN_IMAGE, FilesGone),
        ("context_length_exceeded", TOO_LONG, ContextTooLong),
        (None, TOO_LONG, ContextTooLong),
        ("invalid_prompt", "Flagged.", AssistantRefused),
        ("bio_policy", "Flagged.", AssistantRefused),
        ("image_content_policy_violation", "Flagged.", AssistantRefused),
        ("insufficient_quota", "You exceeded your current quota.", OutOfCredit),
        ("project_spend_limit_exceeded", "Limit.", OutOfCredit),
        ("rate_limit_exceeded", "Slow down.", AssistantBusy),
        ("server_error", "Something went wrong.", AssistantBusy),
        ("data_residency_mismatch", "Wrong region.", AssistantDenied),
    ],
)
def test_a_code_means_the_same_in_every_shape(
    code: str | None, message: str, ours: type[SnapthreadError], shape: int
) -> None:
    assert type(failure(shapes(code, message)[shape])) is ours


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (error(400, "Unknown parameter."), AssistantMisused),
        (error(401, "Incorrect API key.", code="invalid_api_key"), AssistantDenied),
        (error(401), AssistantDenied),
        (error(403), AssistantDenied),
        (error(404, "No.", code="model_not_found"), ModelGone),
        (error(404, "Invalid URL (POST /responses)"), AssistantDenied),
        (error(404, "File 'file-Abc123' not found."), FilesGone),
        (error(400, "Invalid file_id: file-Abc123", code="invalid_value"), FilesGone),
        (error(408), AssistantBusy),
        (error(409), AssistantBusy),
        (error(413), ContextTooLong),
        (error(418), AssistantMisused),
        (error(422), AssistantMisused),
        (error(429, type="insufficient_quota"), OutOfCredit),
        (error(429, code="credit_balance_exhausted"), OutOfCredit),
        (
            error(429, "Request too large for gpt-6-luna", code="rate_limit_exceeded"),
            AssistantBusy,
        ),
        (error(429, "Rate limit.", code="rate_limit_exceeded", type="tokens"), AssistantBusy),
        (error(500, code="server_error"), AssistantBusy),
        (error(503, "Slow Down: the image is not valid", code="slow_down"), AssistantBusy),
        (page(404), AssistantDenied),
        (page(502), AssistantBusy),
        (httpx2.Response(400, json=["odd"]), AssistantMisused),
        (httpx2.Response(400, json={"error": {"message": 7, "code": {"a": 1}}}), AssistantMisused),
        (httpx2.Response(500, content=b"\xff\xfe"), AssistantBusy),
        (httpx2.ConnectError("refused"), AssistantBusy),
        (httpx2.ReadTimeout("slow"), AssistantBusy),
        (httpx2.RemoteProtocolError("cut"), AssistantBusy),
    ],
)
def test_an_http_failure_is_ours(answer: Answer, ours: type[SnapthreadError]) -> None:
    assert type(failure(answer)) is ours


@pytest.mark.parametrize(
    "steps",
    [
        [],
        [CREATED, delta("Once upon")],
        [b"<html>Bad gateway</html>"],
        [b'{"object": "response", "status": "completed"}'],
        [delta("a"), b"data: {not json\n\n", COMPLETED],
        [delta("a"), b"data: \xff\xfe\n\n", COMPLETED],
        [delta("a"), httpx2.ReadError("reset")],
        [delta("a"), httpx2.ReadTimeout("slow")],
        [delta("a"), httpx2.RemoteProtocolError("peer closed connection")],
        [event("response.failed", response=None)],
        [event("response.failed")],
        [event("error")],
    ],
)
def test_a_broken_stream_is_busy(steps: Answer) -> None:
    assert type(failure(steps)) is AssistantBusy


def test_an_unforeseen_exception_is_busy() -> None:
    assert type(failure([delta("a"), RuntimeError("surprise")])) is AssistantBusy


def test_a_failure_names_the_files_that_it_is_about() -> None:
    told = "Files file-Abc123, file-Def456 and file-Abc123 not found."
    caught = failure(error(404, told))
    assert isinstance(caught, FilesGone)
    assert caught.openai_ids == ("file-Abc123", "file-Def456")


def test_a_bad_picture_names_no_file() -> None:
    caught = failure(error(400, NOT_AN_IMAGE, code="invalid_value", param="input"))
    assert isinstance(caught, FilesGone)
    assert caught.openai_ids == ()


def test_a_link_to_the_guides_names_no_file() -> None:
    told = "Unknown parameter. See https://platform.openai.com/docs/guides/file-inputs"
    assert type(failure(error(400, told))) is AssistantMisused


@pytest.mark.parametrize(
    ("headers", "retry_after_s"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "1.5"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_what_openai_asks_to_wait_is_told(
    headers: dict[str, str], retry_after_s: float | None
) -> None:
    caught = failure(error(429, headers=headers))
    assert isinstance(caught, AssistantBusy)
    assert caught.retry_after_s == retry_after_s


def test_a_denial_says_what_to_do() -> None:
    assert "OPENAI_API_KEY" in str(failure(error(401)))
    assert "OPENAI_MODEL" in str(failure(error(404, code="model_not_found")))
    assert "OPENAI_BASE_URL" in str(failure(page(404)))
    assert "limit" in str(failure(error(429, type="insufficient_quota")))


def test_a_denial_names_the_request_for_openais_support() -> None:
    caught = failure(error(403, headers={"x-request-id": "req_abc123"}))
    assert str(caught).endswith("(403, invalid_request_error, req_abc123)")


def test_no_sdk_exception_leaves() -> None:
    caught = failure(error(500))
    assert not isinstance(caught, openai.OpenAIError)
    assert caught.__cause__ is None
    assert caught.__context__ is None
