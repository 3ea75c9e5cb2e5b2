"""Templates of HTML that escape by themselves: only what a template made is markup."""

from collections.abc import Iterable
from html import escape
from string import Formatter
from typing import Any


class Html(str):
    """Markup, safe to be put into other markup. Only templates make it."""

    __slots__ = ()


class _Escaping(Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, Html):
            return value
        return escape(format(value, format_spec))


_ESCAPING = _Escaping()


class Template:
    """`Template("<b>{name}</b>")(name="<Ann>")`; a field in an attribute stands in quotes."""

    __slots__ = ("_source",)

    def __init__(self, source: str) -> None:
        self._source = source

    def __call__(self, **fields: object) -> Html:
        return Html(_ESCAPING.vformat(self._source, (), fields))


def joined(parts: Iterable[Html]) -> Html:
    return Html("".join(parts))


NOTHING = Html()
