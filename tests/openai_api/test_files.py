"""Files at OpenAI: one attempt each, and what may have happened all the same."""

import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
import pytest

from snapthread.adapters.openai_api.files import PAGE_FILES
from snapthread.errors import (
    AssistantDenied,
    AssistantMisused,
    FilesBusy,
    ImageRefused,
    OutOfCredit,
    SnapthreadError,
)
from snapthread.limits import DELETION_LEASE_S, UPLOAD_S
from snapthread.ports import RemoteFile
from tests import virtual
from tests.openai_api.wire import Answer, Wire, error, file, page

ID = "file-Abc123"
NO_SUCH_FILE = f"No such File object: {ID}"


def upload(wire: Wire) -> str:
    return asyncio.run(_upload(wire))


async def _upload(wire: Wire) -> str:
    return await wire.files.upload("mark-1.jpg", b"bytes", "image/jpeg", life_s=86_400)


def delete(wire: Wire) -> bool:
    return asyncio.run(wire.files.delete(ID))


def exists(wire: Wire) -> bool:
    return asyncio.run(wire.files.exists(ID))


def listed(wire: Wire) -> list[RemoteFile]:
    async def read() -> list[RemoteFile]:
        return [found async for found in wire.files.list()]

    return asyncio.run(read())


def ok(**body: object) -> httpx2.Response:
    return httpx2.Response(200, json=body)


def page_of(ids: Sequence[str], *, has_more: bool) -> httpx2.Response:
    return ok(object="list", data=[file(openai_id) for openai_id in ids], has_more=has_more)


def test_a_document_is_uploaded_for_another_purpose() -> None:
    wire = Wire(ok(**file(ID)))
    asyncio.run(wire.files.upload("mark-1.pdf", b"%PDF-", "application/pdf", life_s=86_400))
    assert b'name="purpose"\r\n\r\nuser_data' in wire.requests[0].content


def test_an_upload_carries_its_name_its_purpose_and_its_end() -> None:
    wire = Wire(ok(**file(ID)))
    assert upload(wire) == ID
    sent = wire.requests[0].content
    assert b'name="purpose"\r\n\r\nvision' in sent
    assert b'name="expires_after[anchor]"\r\n\r\ncreated_at' in sent
    assert b'name="expires_after[seconds]"\r\n\r\n86400' in sent
    assert b'filename="mark-1.jpg"\r\nContent-Type: image/jpeg\r\n\r\nbytes' in sent


@pytest.mark.parametrize(
    ("answer", "unknown"),
    [
        (httpx2.ConnectError("refused"), False),
        (httpx2.ConnectTimeout("slow"), False),
        (httpx2.PoolTimeout("full"), False),
        (httpx2.ProxyError("no tunnel"), False),
        (error(409), False),
        (error(429), False),
        (httpx2.ReadTimeout("slow"), True),
        (httpx2.WriteTimeout("slow"), True),
        (httpx2.WriteError("reset"), True),
        (httpx2.ReadError("reset"), True),
        (httpx2.RemoteProtocolError("cut"), True),
        (error(408), True),
        (error(500), True),
        (page(502), True),
        (page(200), True),
        (
            httpx2.Response(
                200, content=b"{not json", headers={"content-type": "application/json"}
            ),
            True,
        ),
        (ok(object="file"), True),
        (RuntimeError("surprise"), True),
    ],
)
def test_an_upload_that_fails_says_whether_it_may_have_happened(
    answer: Answer, unknown: bool
) -> None:
    with pytest.raises(FilesBusy) as caught:
        upload(Wire(answer))
    assert caught.value.unknown is unknown


def test_an_answer_without_an_end_was_read_until_the_memory_was_full() -> None:
    chunks = iter([b" " * 1024 * 1024] * 30)
    wire = Wire(cast("Any", chunks))
    with pytest.raises(FilesBusy) as caught:
        upload(wire)
    assert caught.value.unknown
    assert next(chunks, None) is not None
    assert wire.bodies[0].is_closed


def test_an_upload_that_takes_too_long_may_have_happened() -> None:
    async def wait() -> float:
        with pytest.raises(FilesBusy) as caught:
            await _upload(Wire([UPLOAD_S + 30.0]))
        assert caught.value.unknown
        return virtual.loop().time()

    assert virtual.run(wait()) == UPLOAD_S


@pytest.mark.parametrize(
    "answer",
    [
        error(400, "Invalid file format."),
        error(400, code="invalid_image_format"),
        error(400, code="image_content_policy_violation"),
        error(413),
        error(415),
        page(413),
        error(422),
    ],
)
def test_an_image_that_openai_does_not_take_is_refused(answer: Answer) -> None:
    with pytest.raises(ImageRefused) as caught:
        upload(Wire(answer))
    assert caught.value.fault == "refused"


@pytest.mark.parametrize(
    ("answer", "ours"),
    [
        (error(400, param="expires_after[seconds]", code="invalid_value"), AssistantMisused),
        (error(400, param="purpose", code="invalid_value"), AssistantMisused),
        (error(400, "Organization has exceeded its file storage quota."), AssistantDenied),
        (error(401), AssistantDenied),
        (error(403), AssistantDenied),
        (page(404), AssistantDenied),
        (error(429, code="insufficient_quota"), OutOfCredit),
    ],
)
def test_an_upload_that_the_operator_must_mend_is_denied(
    answer: Answer, ours: type[SnapthreadError]
) -> None:
    with pytest.raises(ours):
        upload(Wire(answer))


def test_waiting_is_told() -> None:
    with pytest.raises(FilesBusy) as caught:
        upload(Wire(error(429, headers={"retry-after": "3"})))
    assert caught.value.retry_after_s == 3.0


def test_a_file_is_deleted_once() -> None:
    wire = Wire(ok(id=ID, object="file", deleted=True), error(404, NO_SUCH_FILE, param="id"))
    assert delete(wire) is True
    assert delete(wire) is False
    assert wire.requests[0].method == "DELETE"


@pytest.mark.parametrize(
    "answer",
    [
        error(404, NO_SUCH_FILE, param="id"),
        error(404, NO_SUCH_FILE),
        error(404, f"File '{ID}' not found."),
        error(404, code="file_not_found"),
        error(400, NO_SUCH_FILE),
    ],
)
def test_a_file_that_is_not_there_is_gone(answer: Answer) -> None:
    assert delete(Wire(answer)) is False
    assert exists(Wire(answer)) is False


@pytest.mark.parametrize(
    "answer",
    [
        page(404),
        error(404),
        httpx2.Response(404, json={"detail": "Not Found"}),
        error(404, f"Invalid URL (DELETE /files/{ID})"),
    ],
)
def test_a_wrong_address_is_not_a_file_that_is_gone(answer: Answer) -> None:
    with pytest.raises(AssistantDenied):
        delete(Wire(answer))
    with pytest.raises(AssistantDenied):
        exists(Wire(answer))


@pytest.mark.parametrize(
    "answer",
    [
        error(500, NO_SUCH_FILE),
        page(502),
        page(200),
        error(429),
        httpx2.ReadError("reset"),
        ok(id=ID, object="file", deleted=False),
        ok(),
    ],
)
def test_a_file_is_not_deleted_until_openai_says_so(answer: Answer) -> None:
    with pytest.raises(FilesBusy):
        delete(Wire(answer))


def test_a_file_exists() -> None:
    assert exists(Wire(ok(**file(ID)))) is True


@pytest.mark.parametrize("answer", [page(200), ok(), error(503), httpx2.ReadTimeout("slow")])
def test_not_knowing_is_not_a_file_that_is_gone(answer: Answer) -> None:
    with pytest.raises(FilesBusy):
        exists(Wire(answer))


def test_a_deletion_is_given_up_before_another_process_may_begin_it() -> None:
    async def wait() -> float:
        with pytest.raises(FilesBusy):
            await Wire([DELETION_LEASE_S]).files.delete(ID)
        return virtual.loop().time()

    assert virtual.run(wait()) < DELETION_LEASE_S


def test_files_are_listed_page_by_page() -> None:
    empty = page_of([], has_more=False)
    pages = page_of(["file-3", "file-2"], has_more=True), page_of(["file-1"], has_more=False)
    wire = Wire(pages[0], empty, pages[1])
    found = listed(wire)
    assert [remote.openai_id for remote in found] == ["file-3", "file-2", "file-1"]
    assert found[0].filename == "a.jpg"
    assert found[0].created_at == datetime.fromtimestamp(1_763_000_000, UTC)
    first, documents, second = (dict(request.url.params) for request in wire.requests)
    assert documents == {**first, "purpose": "user_data"}
    assert first == {"limit": str(PAGE_FILES), "order": "desc", "purpose": "vision"}
    assert second == {**first, "after": "file-2"}


def test_a_page_is_asked_for_only_when_it_is_needed() -> None:
    wire = Wire(page_of(["file-3"], has_more=True), page_of(["file-2"], has_more=True))

    async def first() -> RemoteFile:
        files = wire.files.list()
        try:
            return await anext(files)
        finally:
            await files.aclose()

    assert asyncio.run(first()).openai_id == "file-3"
    assert len(wire.requests) == 2  # of images, and of documents


def test_images_and_documents_are_listed_as_one_newest_first() -> None:
    images = ok(object="list", data=[file("file-4", created_at=4), file("file-1", created_at=1)])
    documents = ok(object="list", data=[file("file-3", created_at=3), file("file-2", created_at=2)])
    found = listed(Wire(images, documents))
    assert [remote.openai_id for remote in found] == ["file-4", "file-3", "file-2", "file-1"]


def test_a_server_that_repeats_its_page_ends_the_list() -> None:
    wire = Wire(page_of(["file-1"], has_more=True))
    assert len(listed(wire)) == 2


def test_an_empty_list_is_empty() -> None:
    assert listed(Wire(page_of([], has_more=True))) == []


@pytest.mark.parametrize(
    "answer",
    [
        page(200),
        ok(object="list"),
        ok(object="list", data=None),
        ok(object="list", data=["file-1"]),
        ok(object="list", data=[{"id": None}]),
        error(500),
    ],
)
def test_half_a_list_is_no_list(answer: Answer) -> None:
    with pytest.raises(FilesBusy):
        listed(Wire(answer))


@pytest.mark.parametrize("at", [None, "yesterday", 10**20, float("inf")])
def test_a_file_of_others_without_a_name_or_a_time_ended_the_list(at: object) -> None:
    others = file("file-2", filename=None, created_at=at)
    data = json.dumps({"object": "list", "data": [others, file("file-1", created_at=1.5)]})
    strange, ours = listed(Wire(httpx2.Response(200, content=data.encode())))
    assert (strange.openai_id, strange.filename) == ("file-2", "")
    assert strange.created_at > ours.created_at


async def test_cancelling_an_upload_goes_through() -> None:
    task = asyncio.create_task(_upload(Wire([60.0])))
    await asyncio.sleep(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
