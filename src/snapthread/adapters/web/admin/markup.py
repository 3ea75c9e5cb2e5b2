"""Templates of HTML that escape by themselves: only what a template made is markup."""

import re
from collections.abc import Iterable
from html import escape
from string import Formatter
from typing import Any

from snapthread.adapters.web.admin.language import tr


class Html(str):
    """Markup, safe to be put into other markup. Only templates make it."""

    __slots__ = ()


class _Escaping(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Html):
            return value
        return escape(format(value, format_spec))


_ESCAPING = _Escaping()
_MARKED = re.compile(r"\[\[(.+?)\]\]")


class Template:
    """`Template("<b>{name}</b>")(name="<Ann>")`; a field in an attribute stands in quotes.

    What stands in [[ ]] is told in the language of the request.
    """

    __slots__ = ("_source",)

    def __init__(self, source: str) -> None:
        self._source = source

    def __call__(self, **fields: object) -> Html:
        source = _MARKED.sub(lambda found: escape(tr(found[1])), self._source)
        return Html(_ESCAPING.vformat(source, (), fields))


def join(parts: Iterable[Html]) -> Html:
    return Html("".join(parts))


NOTHING = Html()
