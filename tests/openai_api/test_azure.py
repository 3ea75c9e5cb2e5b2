"""Azure's address: the key under both names, and its own words for what is wrong."""

from typing import Any, cast

import pytest

from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.adapters.openai_api.key import key_headers
from snapthread.errors import AssistantDenied, AssistantRefused, ImageRefused, ModelGone
from snapthread_sandbox.faults import replies
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.azure import Azure, filter_refusal
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from tests import virtual
from tests.doubles import by_files_only, openai_transport
from tests.openai_api.wire import ASK, KEY

URL = "http://our.openai.azure.test/openai/v1"


def azure() -> OpenAI:
    openai = OpenAI(now=virtual.unix_now, model=ScriptedModel(), key=KEY)
    openai.azure = Azure({"our-deployment": "gpt-6-luna"})
    return openai


def client(openai: OpenAI, key: str = KEY) -> Any:
    return make_client(key, URL, transport=cast(Any, openai_transport(openai)))


async def ask(openai: OpenAI, *, model: str = "our-deployment", key: str = KEY) -> list[Any]:
    assistant = OpenAIAssistant(
        client(openai, key),
        model=model,
        instructions="Be friendly.",
        reasoning_effort="none",
        max_output_tokens=4096,
        image_detail="auto",
        inline=by_files_only(),
    )
    return [event async for event in assistant.ask(ASK)]


async def test_a_deployment_answers() -> None:
    assert await ask(azure())


async def test_a_deployment_that_is_not_there_is_a_model_that_is_gone() -> None:
    with pytest.raises(ModelGone, match="OPENAI_MODEL"):
        await ask(azure(), model="gpt-6-luna")


async def test_a_key_that_is_not_accepted_is_told() -> None:
    with pytest.raises(AssistantDenied, match="OPENAI_API_KEY"):
        await ask(azure(), key="sk-another")


async def test_its_content_filter_is_a_refusal_by_policy() -> None:
    openai = azure()
    fault = replies({"error": filter_refusal().body}, status=400)
    openai.faults.add(on="POST /responses", reply=fault)
    with pytest.raises(AssistantRefused):
        await ask(openai)


async def test_it_takes_no_picture_as_a_file() -> None:
    from snapthread.adapters.openai_api.files import OpenAIFiles

    files = OpenAIFiles(client(azure()))
    with pytest.raises(ImageRefused):
        await files.upload("a.jpg", b"content", "image/jpeg", life_s=3600)


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://our.openai.azure.com/openai/v1/", {"authorization", "api-key"}),
        ("https://api.openai.com/v1", {"authorization"}),
        ("http://127.0.0.1:11434/v1", {"authorization"}),
    ],
)
def test_only_its_address_gets_the_key_under_its_name(url: str, names: set[str]) -> None:
    assert set(key_headers(KEY, url)) == names
