"""The look at the start: by which way do pictures reach a server that is not OpenAI's?"""

from pathlib import Path

import pytest

from snapthread.doctor.at_start import find_way
from snapthread.errors import AssistantDenied
from snapthread_sandbox.faults import server_error
from snapthread_sandbox.openai.scripted_model import Answer
from tests.doctor.clinic import Clinic, play


@pytest.mark.parametrize(
    ("has_files", "sees", "way"),
    [(True, True, "files"), (False, True, "inline"), (True, False, "files")],
)
def test_whose_sight_is_believed_is_refused_for_nothing(
    tmp_path: Path, has_files: bool, sees: bool, way: str
) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.openai.has_files = has_files
        if not sees:
            clinic.model.otherwise = Answer(text="I see no picture.")
        assert await find_way(clinic.settings(OPENAI_SEES="yes"), "mark-") == way
        assert clinic.openai.requests == []
        if not sees:
            with pytest.raises(AssistantDenied):
                await find_way(clinic.settings(), "mark-")

    play(story, tmp_path)


@pytest.mark.parametrize("answer", ["Hello! How can I help?", "Ответ 17", ""])
def test_a_server_whose_answer_told_nothing_was_called_blind(tmp_path: Path, answer: str) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.model.otherwise = Answer(text=answer)
        assert await find_way(clinic.settings(), "mark-") == "files"
        assert not clinic.openai.files
        clinic.openai.has_files = False
        assert await find_way(clinic.settings(), "mark-") == "inline"

    play(story, tmp_path)


def test_what_cannot_be_asked_just_now_is_not_decided(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.openai.faults.add(on="GET /files", reply=server_error(503), times=None)
        clinic.openai.faults.add(on="POST /files", reply=server_error(503), times=None)
        assert await find_way(clinic.settings(OPENAI_SEES="yes"), "mark-") is None

    play(story, tmp_path)


def test_files_were_given_up_at_a_server_that_only_answered_something_else(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.model.otherwise = Answer(text="Hello!")
        assert await find_way(clinic.settings(OPENAI_SEES="yes"), "mark-") == "files"
        assert clinic.openai.counts["POST /files"] == 0

    play(story, tmp_path)


def test_a_server_that_lists_no_files_is_shown_whether_it_takes_one(tmp_path: Path) -> None:
    async def story(clinic: Clinic) -> None:
        clinic.openai.faults.add(on="GET /files", reply=server_error(404), times=None)
        assert await find_way(clinic.settings(OPENAI_SEES="yes"), "mark-") == "files"
        assert clinic.openai.requests == []
        assert not clinic.openai.files

    play(story, tmp_path)
