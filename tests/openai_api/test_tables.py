"""The tables know every word of the SDK, so an upgrade with a new one fails here."""

import inspect
from typing import get_args

import httpx2
import pytest
from openai.types.responses import ResponseError

from snapthread.adapters.openai_api.error_table import CODES, MESSAGES, STATUSES, TYPES, Denial
from snapthread.adapters.openai_api.failures import ADVICE, assistant_failure, files_failure
from snapthread.adapters.openai_api.faults import EXPECTED, NOT_SENT, Fault
from snapthread.errors import SnapthreadError


def exceptions_in(*modules: object) -> set[type]:
    members = (member for module in modules for _, member in inspect.getmembers(module))
    return {cls for cls in members if inspect.isclass(cls) and issubclass(cls, Exception)}


def test_every_code_of_a_failed_response_has_its_place() -> None:
    codes = get_args(ResponseError.model_fields["code"].annotation)
    assert len(codes) > 20
    assert set(codes) <= set(CODES)


def test_every_denial_has_its_advice() -> None:
    assert set(get_args(Denial)) == set(ADVICE)


def test_every_transport_failure_is_foreseen() -> None:
    """A new one is busy at least; whether it was sent must be decided here."""
    known = exceptions_in(httpx2) - set(EXPECTED)
    assert {cls.__name__ for cls in known if not issubclass(cls, EXPECTED)} == {
        "CookieConflict",
        "InvalidURL",
    }
    assert all(issubclass(cls, httpx2.TransportError) for cls in NOT_SENT)


@pytest.mark.parametrize(
    "meaning",
    sorted({*CODES.values(), *TYPES.values(), *STATUSES.values(), *dict(MESSAGES).values()}),
)
def test_every_meaning_is_a_failure_of_ours(meaning: str) -> None:
    code = next((code for code, word in CODES.items() if word == meaning), "")
    status = next((status for status, word in STATUSES.items() if word == meaning), None)
    said = {"storage": "storage quota", "unverified": "organization must be verified"}
    message = said.get(meaning, "")
    fault = Fault(code=code, status=status, message=message)
    assert isinstance(assistant_failure(fault), SnapthreadError)
    assert isinstance(files_failure(fault), SnapthreadError)
