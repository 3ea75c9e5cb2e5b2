"""The OpenAI double held against OpenAI's published specification: what it takes and gives."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.dead_files import DeadFileShape, ErrorEvent, Failed
from snapthread_sandbox.openai.over_http import collect
from snapthread_sandbox.openai.pieces import (
    Begin,
    Delta,
    Ending,
    Incomplete,
    Piece,
    Refusal,
    Thinking,
)
from snapthread_sandbox.wire import Json
from tests.sandbox.worlds import an_openai, question, send, told, upload
from tests.virtual import run

FOLDER = Path(__file__).parents[3] / "shared" / "reference"
SPECIFICATION = FOLDER / "openai-openapi-subset.json"

pytestmark = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="The published specification is not beside the checkout."
)


@cache
def validator(name: str) -> Draft202012Validator:
    components = _tolerant(json.loads(SPECIFICATION.read_text())["components"])
    return Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": components})


def _tolerant(schema: Any) -> Any:
    """The specification's `oneOf` overlap (a message is an item too), so they are read as anyOf."""
    if isinstance(schema, list):
        return [_tolerant(one) for one in schema]
    if isinstance(schema, dict):
        return {("anyOf" if k == "oneOf" else k): _tolerant(v) for k, v in schema.items()}
    return schema


def faults_of(name: str, value: Json) -> list[str]:
    return [error.message for error in validator(name).iter_errors(value)]


async def stream_of(openai: OpenAI, body: Json) -> list[Json]:
    return await collect(await send(openai, "POST", "/responses", body))


REQUESTS = {
    "text": question(),
    "a history with images": question(
        input=[
            {"role": "developer", "content": "Photos are numbered."},
            {
                "role": "user",
                "content": [
                    {"type": "input_text", "text": "photo 1"},
                    {"type": "input_image", "file_id": "file-1", "detail": "low"},
                ],
            },
            {"role": "assistant", "content": "A cat."},
            {"role": "user", "content": "And now?"},
        ]
    ),
    "at once": question(stream=False),
    "with reasoning": question(reasoning={"effort": "low"}, safety_identifier="u" * 64),
}
WRONG = {
    "too few tokens": question(max_output_tokens="many"),
    "no such detail": question(
        input=[
            {
                "role": "user",
                "content": [{"type": "input_image", "file_id": "file-1", "detail": "sharp"}],
            }
        ]
    ),
    "no such role": question(input=[{"role": "king", "content": "Obey."}]),
    "no such effort": question(reasoning={"effort": "heroic"}),
    "a store that is no flag": question(store="no"),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_that_the_double_takes_is_a_published_one(name: str) -> None:
    async def main() -> None:
        openai, _ = an_openai()
        response = await send(openai, "POST", "/responses", REQUESTS[name])
        assert response.status in (200, 400)  # 400: the file is not there

    run(main())
    assert faults_of("CreateResponse", REQUESTS[name]) == []


@pytest.mark.parametrize("name", WRONG)
def test_a_request_that_the_specification_refuses_the_double_refuses(name: str) -> None:
    async def main() -> int:
        openai, _ = an_openai()
        return (await send(openai, "POST", "/responses", WRONG[name])).status

    assert faults_of("CreateResponse", WRONG[name]) != []
    assert run(main()) == 400


ENDINGS: dict[str, Ending | None] = {
    "completed": None,
    "refused": Refusal(text="I'd rather not."),
    "too long": Incomplete(reason="max_output_tokens"),
    "filtered": Incomplete(reason="content_filter"),
    "failed": Failed(code="server_error", message="It broke."),
    "error event": ErrorEvent(code="server_error", message="It broke."),
}


@pytest.mark.parametrize("effort", ["none", "low"])
@pytest.mark.parametrize("name", ENDINGS)
def test_every_event_of_a_stream_is_a_published_one(name: str, effort: str) -> None:
    async def main() -> list[Json]:
        openai, model = an_openai()
        text = "" if name == "refused" else "Hello there, you."
        model.says(text, ending=ENDINGS[name])
        return await stream_of(openai, question(reasoning={"effort": effort}))

    events = run(main())
    assert {e["type"]: faults_of(_schema_of(e), e) for e in events} == {
        event["type"]: [] for event in events
    }


SCRIPTS: dict[str, tuple[Piece, ...]] = {
    "two items": (Begin(phase="commentary"), "Hm.", Begin(phase="final_answer"), "A cat."),
    "interleaved items": (Delta("a", item=0), Delta("1", item=1), Delta("b", item=0)),
    "thoughts only": (Thinking(64), Incomplete(reason="max_output_tokens")),
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_every_event_of_a_script_is_a_published_one(name: str) -> None:
    async def main() -> list[Json]:
        openai, model = an_openai()
        model.plays(*SCRIPTS[name])
        return await stream_of(openai, question())

    events = run(main())
    assert {e["type"]: faults_of(_schema_of(e), e) for e in events} == {
        event["type"]: [] for event in events
    }


@cache
def _schemas() -> dict[str, str]:
    schemas = json.loads(SPECIFICATION.read_text())["components"]["schemas"]
    named = {
        name: schema.get("properties", {}).get("type", {}).get("enum", [""])[0]
        for name, schema in schemas.items()
        if name.startswith("Response") and name.endswith("Event")
    }
    return {kind: name for name, kind in named.items() if kind}


def _schema_of(event: Json) -> str:
    return _schemas()[event["type"]]


def test_the_check_of_events_can_fail() -> None:
    async def main() -> list[Json]:
        openai, _ = an_openai()
        return await stream_of(openai, question())

    for event in run(main()):
        without = {name: value for name, value in event.items() if name != "sequence_number"}
        assert faults_of(_schema_of(event), without) != []


def test_the_check_of_the_response_inside_an_event_can_fail() -> None:
    async def main() -> list[Json]:
        openai, _ = an_openai()
        return await stream_of(openai, question())

    last = run(main())[-1]
    del last["response"]["usage"]["input_tokens_details"]
    assert faults_of("ResponseCompletedEvent", last) != []


def test_an_answer_at_once_is_a_published_response() -> None:
    async def main() -> Json:
        openai, _ = an_openai()
        return await told(openai, "POST", "/responses", question(stream=False))

    assert faults_of("Response", run(main())) == []


@pytest.mark.parametrize("shape", DeadFileShape)
def test_a_failed_answer_about_a_dead_file_is_a_published_one(shape: DeadFileShape) -> None:
    async def main() -> list[Json]:
        openai, _ = an_openai()
        openai.dead_file = shape
        response = await send(openai, "POST", "/responses", question("file-gone"))
        return await collect(response) if response.status == 200 else []

    for event in run(main()):
        nested = shape is DeadFileShape.ERROR_EVENT_NESTED and event["type"] == "error"
        assert nested == (faults_of(_schema_of(event), event) != [])


def test_files_are_published_ones() -> None:
    async def main() -> tuple[Json, Json, Json]:
        openai, _ = an_openai()
        life = {"expires_after__anchor": "created_at", "expires_after__seconds": 3600}
        file = await upload(openai, **life)
        page = await told(openai, "GET", "/files")
        return file, page, await told(openai, "DELETE", f"/files/{file['id']}")

    file, page, deleted = run(main())
    assert faults_of("OpenAIFile", file) == []
    assert faults_of("ListFilesResponse", page) == []
    assert faults_of("DeleteFileResponse", deleted) == []
    assert faults_of("OpenAIFile", file | {"bytes": "many"}) != []
