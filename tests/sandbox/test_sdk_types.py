"""The double holds requests to the SDK's types where it is installed, and goes without."""

import subprocess
import sys
from typing import Any, Final

import pytest

from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.sdk_types import (
    COUNT_PARAMETERS,
    QUESTION_PARAMETERS,
    SHAPES,
    check_types,
)

WITHOUT_SDK: Final = """
import sys
sys.modules["openai"] = None
from snapthread_sandbox.openai.errors import ApiError
from snapthread_sandbox.openai.models import known_models
from snapthread_sandbox.openai.request import check_question
import snapthread_sandbox.server
body = {"model": "gpt-6-luna", "input": "Hello", "store": False, "stream": True}
print(check_question(body, known_models()).id)
for wrong in ({"colour": 1}, {"max_output_tokens": 1}):
    try:
        check_question(body | wrong, known_models())
    except ApiError as refused:
        print(refused.body["param"])
"""


def names(shape: Any) -> frozenset[str]:
    bases = (getattr(base, "__annotations__", ()) for base in shape.__mro__)
    return frozenset(name for annotations in bases for name in annotations)


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        ("question", QUESTION_PARAMETERS),
        ("streamed question", QUESTION_PARAMETERS),
        ("count", COUNT_PARAMETERS),
    ],
)
def test_the_parameters_that_are_known_are_those_of_the_sdk(
    kind: str, known: frozenset[str]
) -> None:
    assert names(SHAPES[kind]) == known


def test_a_wrong_type_is_refused_by_the_sdks_own() -> None:
    with pytest.raises(ApiError) as refused:
        check_types({"model": "gpt-6-luna", "input": "Hello", "stream": "yes"}, "question")

    assert refused.value.body["param"] == "stream"


def test_the_double_works_where_the_sdk_is_not_installed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_SDK], capture_output=True, text=True, check=True
    )

    assert done.stdout.split() == ["gpt-6-luna", "colour", "max_output_tokens"]
