"""The adapters and the strict double of OpenAI, together."""

import pytest

from snapthread.adapters.openai_api.assistant import OpenAIAssistant
from snapthread.adapters.openai_api.client import make_client
from snapthread.adapters.openai_api.files import OpenAIFiles
from snapthread.errors import AssistantBusy, FilesBusy, FilesGone
from snapthread.ports import (
    AnswerCompleted,
    AnswerEvent,
    AssistantRequest,
    InputImage,
    InputItem,
    InputText,
)
from snapthread_sandbox.faults import Fault, cuts_stream, drops, hangs, loses_reply, rate_limited
from snapthread_sandbox.openai.api import OpenAI
from snapthread_sandbox.openai.dead_files import BadImageShape, DeadFileShape
from snapthread_sandbox.openai.scripted_model import ScriptedModel
from tests import virtual
from tests.doubles import by_files_only, openai_transport

JPEG = b"\xff\xd8\xff\xe0" + b"0" * 500


class Both:
    """A double and the adapters on it."""

    def __init__(self) -> None:
        self.openai = OpenAI(now=virtual.unix_now, model=ScriptedModel())
        client = make_client(self.openai.key, transport=openai_transport(self.openai))
        self.files = OpenAIFiles(client)
        self.assistant = OpenAIAssistant(
            client,
            model="gpt-6-luna",
            instructions="Be friendly.",
            reasoning_effort="none",
            max_output_tokens=4096,
            image_detail="auto",
            inline=by_files_only(),
        )

    async def ask(self, *file_ids: str) -> list[AnswerEvent]:
        images = [InputImage(openai_id=file_id) for file_id in file_ids]
        first = InputItem(role="user", content=(*images, InputText(text="What is it?")))
        said = InputItem(role="assistant", content=(InputText(text="A cat."),))
        again = InputItem(role="user", content=(InputText(text="Sure?"),))
        ask = AssistantRequest(
            items=(first, said, again), safety_identifier="s", prompt_cache_key="p"
        )
        return [heard async for heard in self.assistant.ask(ask)]


@pytest.mark.parametrize("is_named", [True, False])
@pytest.mark.parametrize("shape", DeadFileShape)
def test_a_dead_file_is_gone_however_openai_says_it(shape: DeadFileShape, is_named: bool) -> None:
    async def ask() -> tuple[str, FilesGone]:
        both = Both()
        both.openai.dead_file, both.openai.names_dead_file = shape, is_named
        file_id = await both.files.upload("a.jpg", JPEG, "image/jpeg", life_s=86_400)
        both.openai.vanish(file_id)
        with pytest.raises(FilesGone) as caught:
            await both.ask(file_id)
        return file_id, caught.value

    file_id, gone = virtual.run(ask())
    assert gone.openai_ids in {(file_id,), ()}
    assert not is_named or gone.openai_ids


@pytest.mark.parametrize("shape", BadImageShape)
def test_a_bad_picture_may_be_a_file_that_is_gone(shape: BadImageShape) -> None:
    async def ask() -> FilesGone:
        both = Both()
        both.openai.bad_image = shape
        file_id = both.openai.upload("a.jpg", b"no picture")
        with pytest.raises(FilesGone) as caught:
            await both.ask(file_id)
        return caught.value

    assert virtual.run(ask()).openai_ids == ()


def test_a_strict_double_answers_our_request() -> None:
    async def ask() -> list[AnswerEvent]:
        return await Both().ask()

    *_, end = virtual.run(ask())
    assert isinstance(end, AnswerCompleted)
    assert end.usage.input_tokens > 0


@pytest.mark.parametrize(
    "fault",
    [
        cuts_stream(after=3),
        cuts_stream(after=3, ending="ended"),
        cuts_stream(after=3, ending="hangs"),
        hangs(),
        hangs("after"),
        rate_limited(2),
    ],
)
async def test_a_broken_answer_is_busy(fault: Fault) -> None:
    both = Both()
    both.openai.faults.add(on="POST /responses", reply=fault)
    with pytest.raises(AssistantBusy):
        await both.ask()


async def test_the_life_of_a_file() -> None:
    both = Both()
    first = await both.files.upload("mark-1.jpg", JPEG, "image/jpeg", life_s=86_400)
    second = await both.files.upload("mark-2.jpg", JPEG, "image/jpeg", life_s=86_400)
    listed = [found async for found in both.files.list()]
    assert {found.openai_id: found.filename for found in listed} == {
        first: "mark-1.jpg",
        second: "mark-2.jpg",
    }
    assert listed[0].created_at == virtual.now()
    assert await both.files.exists(first)
    assert await both.files.delete(first)
    assert not await both.files.delete(first)
    assert not await both.files.exists(first)


async def test_an_upload_whose_reply_is_lost_may_have_happened() -> None:
    both = Both()
    both.openai.faults.add(on="POST /files", reply=loses_reply())
    with pytest.raises(FilesBusy) as caught:
        await both.files.upload("a.jpg", JPEG, "image/jpeg", life_s=86_400)
    assert caught.value.unknown
    assert len(both.openai.files) == 1


async def test_a_connection_that_is_refused_has_uploaded_nothing() -> None:
    both = Both()
    both.openai.faults.add(on="POST /files", reply=drops("refused"))
    with pytest.raises(FilesBusy) as caught:
        await both.files.upload("a.jpg", JPEG, "image/jpeg", life_s=86_400)
    assert not caught.value.unknown


async def test_a_stopped_answer_is_stopped_at_openai() -> None:
    both = Both()
    answer = both.assistant.ask(
        AssistantRequest(
            items=(InputItem(role="user", content=(InputText(text="one two three"),)),),
            safety_identifier="s",
            prompt_cache_key="p",
        )
    )
    await anext(answer)
    await anext(answer)
    await answer.aclose()
    assert len(both.openai.broken_off) == 1
