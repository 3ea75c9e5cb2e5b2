"""A 400 that names a part of our request which this server does not know. Pure."""

import re
from collections.abc import Sequence
from typing import Final

from snapthread.adapters.openai_api.error_table import meaning_of
from snapthread.adapters.openai_api.faults import Fault
from snapthread.adapters.openai_api.question import STRINGS

_EFFORT: Final = re.compile(r"(?i)\beffort\b|\breasoning\b")
_STRING: Final = re.compile(
    r"(?is)(['\"`.]content['\"`]|\]\.content\b).{0,80}\b(array|list|string|parts)\b"
)
# A name as a name: quoted, after a dot, or called a parameter. A word of a sentence is none.
_NAMED: Final = (
    r"(?i)(['\"`.]|\b(parameter|field|argument|property|key)s?( supplied)?:? ){name}(?![\w-])"
)


def refused_name(fault: Fault, sent: Sequence[str]) -> str | None:
    """The part of what was sent that may be left out, and that the refusal is about."""
    if fault.status not in {400, 422} or meaning_of(fault) != "misused":
        return None
    return next((name for name in sent if _is_about(name, fault)), None)


def _is_about(name: str, fault: Fault) -> bool:
    if name == STRINGS:
        return _STRING.search(fault.message) is not None
    if re.match(rf"{name}\b", fault.param):
        return True
    if name == "reasoning":
        return _EFFORT.search(f"{fault.param} {fault.message}") is not None
    return re.search(_NAMED.replace("{name}", name), fault.message) is not None
