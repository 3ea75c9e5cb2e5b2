"""Promises of OpenAI's Files API, and of the double with it."""

import pytest

from snapthread_sandbox.wire import Json
from tests.sandbox.worlds import Hands, an_openai, picture, told, upload
from tests.virtual import run

LIFE = {"expires_after__anchor": "created_at", "expires_after__seconds": 3600}


async def test_an_uploaded_file_can_be_looked_up_and_deleted_once() -> None:
    openai, _ = an_openai()
    file = await upload(openai)
    assert (await told(openai, "GET", f"/files/{file['id']}"))["filename"] == "snap.jpg"
    assert (await told(openai, "DELETE", f"/files/{file['id']}"))["deleted"] is True
    again = await told(openai, "DELETE", f"/files/{file['id']}")
    assert again["http"] == 404
    assert again["error"] == {
        "message": f"No such File object: {file['id']}",
        "type": "invalid_request_error",
        "param": "id",
        "code": None,
    }
    assert openai.deleted == [file["id"]]
    assert openai.files == {}


async def test_the_bytes_arrive_as_they_were_sent() -> None:
    tricky = b"\r\n--frontie\r\n\r\n--\xff\x00\n"
    openai, _ = an_openai()
    file = await upload(openai, file=tricky)
    assert openai.files[file["id"]].content == tricky


async def test_a_file_expires_at_its_time() -> None:
    hands = Hands()
    openai, _ = an_openai(hands)
    file = await upload(openai, **LIFE)
    assert file["expires_at"] == int(hands.at) + 3600
    hands.at += 3599
    assert file["id"] in openai.files
    hands.at += 1
    assert (await told(openai, "GET", f"/files/{file['id']}"))["http"] == 404
    assert (await told(openai, "GET", "/files"))["data"] == []


WRONG_UPLOADS: dict[str, tuple[Json, str]] = {
    "an empty file": ({"file": b""}, "File is empty."),
    "no file": ({"file": ...}, "Missing required parameter: 'file'."),
    "no purpose": ({"purpose": ...}, "Missing required parameter: 'purpose'."),
    "an unknown purpose": ({"purpose": "fun"}, "Invalid value: 'fun'."),
    "an unknown field": ({"colour": "red"}, "Unknown parameter: 'colour'."),
    "an hour too short": (LIFE | {"expires_after__seconds": 3599}, "Expected a value >= 3600"),
    "a month too long": (LIFE | {"expires_after__seconds": 2592001}, "Expected a value <= 2592000"),
    "a life without an anchor": (
        {"expires_after__seconds": 3600},
        "Missing required parameter: 'expires_after[anchor]'.",
    ),
}


@pytest.mark.parametrize("name", WRONG_UPLOADS)
async def test_a_wrong_upload_is_refused_with_its_reason(name: str) -> None:
    fields, message = WRONG_UPLOADS[name]
    openai, _ = an_openai()
    refused = await upload(openai, **fields)
    assert refused["http"] == 400
    assert message in refused["error"]["message"]
    assert openai.files == {}


async def test_a_list_goes_on_after_a_cursor_in_both_directions() -> None:
    openai, _ = an_openai()
    ids = [openai.upload(f"{number}.jpg", picture()) for number in range(5)]
    page = await told(openai, "GET", "/files", limit="2", order="asc")
    assert [file["id"] for file in page["data"]] == ids[:2]
    assert (page["first_id"], page["last_id"], page["has_more"]) == (ids[0], ids[1], True)
    page = await told(openai, "GET", "/files", limit="3", after=ids[2])
    assert [file["id"] for file in page["data"]] == ids[1::-1]
    assert page["has_more"] is False


async def test_a_cursor_survives_the_deletion_of_its_file() -> None:
    openai, _ = an_openai()
    ids = [openai.upload(f"{number}.jpg", picture()) for number in range(3)]
    openai.vanish(ids[1])
    page = await told(openai, "GET", "/files", after=ids[1], order="asc")
    assert [file["id"] for file in page["data"]] == ids[2:]


async def test_a_list_can_be_of_one_purpose() -> None:
    openai, _ = an_openai()
    openai.upload("a.jpg", picture())
    other = openai.upload("a.jsonl", b"{}", purpose="batch")
    page = await told(openai, "GET", "/files", purpose="batch")
    assert [file["id"] for file in page["data"]] == [other]


@pytest.mark.parametrize("limit", ["0", "10001", "many"])
def test_a_page_has_one_to_ten_thousand_files(limit: str) -> None:
    async def main() -> int:
        openai, _ = an_openai()
        return int((await told(openai, "GET", "/files", limit=limit))["http"])

    assert run(main()) == 400


async def test_a_picture_cannot_be_fetched_back() -> None:
    openai, _ = an_openai()
    file_id = openai.upload("a.jpg", picture())
    refused = await told(openai, "GET", f"/files/{file_id}/content")
    assert refused["http"] == 400
