"""No secret leaves by a log: the whole line is looked through once, before it is written."""

import json
import re
from collections.abc import Callable, Iterable
from itertools import product
from typing import Final
from urllib.parse import quote

STARS: Final = "***"
TELEGRAM_TOKEN: Final = r"\d{6,}(?::|%3A)[\w-]{30,}"  # also as an address writes it
OPENAI_KEY: Final = r"\bsk-[\w-]{8,}"
# What pydantic quotes where an answer is not as expected may be what somebody wrote.
QUOTED_INPUT: Final = r"(?s:(?<=input_value=).*?(?=, input_type=))"
COLON: Final = re.compile(r":[\w-]{30}")  # a part of a token, found sooner than the whole
SHORTEST_SECRET: Final = 8  # a shorter one (of a double) would blot out common words


def redactor(secrets: Iterable[str] = ()) -> Callable[[str], str]:
    """Puts stars in place of these secrets, however a line spells them, and of what looks like
    one. What is in every line is looked for by means that cost next to nothing."""
    held = [secret for secret in secrets if len(secret) >= SHORTEST_SECRET]
    spelled = tuple(dict.fromkeys(form for secret in held for form in _spellings(secret)))
    token, key, quoted = map(re.compile, (TELEGRAM_TOKEN, OPENAI_KEY, QUOTED_INPUT))

    def redact(line: str) -> str:
        if "input_value=" in line:
            line = quoted.sub(STARS, line)
        for secret in spelled:
            if secret in line:
                line = line.replace(secret, STARS)
        if "sk-" in line:
            line = key.sub(STARS, line)
        if COLON.search(line) or "%3A" in line:
            line = token.sub(STARS, line)
        return line

    return redact


def _spellings(secret: str) -> list[str]:
    """As it is, as an address has it, and each as JSON or Python write it, also one in the other;
    the longest first."""
    forms = {secret, quote(secret, safe="")}
    ways: tuple[Callable[[str], str], ...] = (str, _as_json, _as_text, _as_repr)
    written = {inner(outer(form)) for form in forms for outer, inner in product(ways, ways)}
    return sorted(written, key=len, reverse=True)


def _as_json(text: str) -> str:
    return json.dumps(text)[1:-1]


def _as_text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _as_repr(text: str) -> str:
    return repr(text)[1:-1]
