"""docs/inputs.md says what the code does."""

from pathlib import Path

import pytest

from tests.bot_api.wire import question
from tests.inputs_page import INPUTS, missing, page

PAGE = Path(__file__).parent.parent / "docs" / "inputs.md"


def test_the_page_is_what_the_code_decides() -> None:
    said = PAGE.read_text("utf-8")
    assert said == page(), "stale: .venv/bin/python -m tests.inputs_page > docs/inputs.md"


def test_every_kind_of_content_is_shown() -> None:
    assert missing() == set()


@pytest.mark.parametrize("name", INPUTS)
def test_each_example_is_of_its_kind(name: str) -> None:
    kind, content = INPUTS[name]
    told = question(**content)
    assert told.word in {"", kind}
