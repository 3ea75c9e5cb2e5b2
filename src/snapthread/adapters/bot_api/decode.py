"""JSON of the Bot API → our types: what a type names is read, all else is passed over.

A field that must be there fails its object; any other that cannot be read counts as absent and is
noted, so that what is newer than we are costs no question.
"""

from collections.abc import Callable
from dataclasses import MISSING, Field, dataclass, fields
from datetime import UTC, datetime
from functools import partial
from types import UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

from snapthread.characters import whole_characters

KEY: Final = "key"  # metadata: the field's name at Telegram, where ours is another
STRICT: Final = "strict"  # metadata: may be absent, but not odd
KEYS: Final = "keys"  # metadata: the names of all that is there

T = TypeVar("T")
Odd = list[str]  # what could not be read, by type and field
Reader = Callable[[Any, Odd], Any]


class Unreadable(ValueError):
    """Not what the Bot API describes; tells names only, never content."""


@dataclass(frozen=True, slots=True)
class _FieldPlan:
    name: str
    key: str
    read: Reader
    is_required: bool
    is_strict: bool
    takes_keys: bool


def read(cls: type[T], raw: object, odd: Odd) -> T:
    """Raises Unreadable where a required field is absent or odd; notes the others in `odd`."""
    if not isinstance(raw, dict):
        raise Unreadable(cls.__name__)
    found: dict[str, Any] = {}
    for plan in _plans_of(cls):
        value = raw if plan.takes_keys else raw.get(plan.key)
        if value is not None:
            _put(found, plan, value, odd, cls.__name__)
        elif plan.is_required:
            raise Unreadable(f"{cls.__name__}.{plan.key}")
    return cls(**found)


def _put(found: dict[str, Any], plan: _FieldPlan, value: object, odd: Odd, of: str) -> None:
    try:
        found[plan.name] = plan.read(value, odd)
    except (ValueError, OverflowError, OSError):
        where = f"{of}.{plan.key}"
        if plan.is_required or plan.is_strict:
            raise Unreadable(where) from None
        odd.append(where)


PLANS: Final[dict[type, tuple[_FieldPlan, ...]]] = {}


def _plans_of(cls: Any) -> tuple[_FieldPlan, ...]:
    """Made once for each type, when it is first read."""
    if cls not in PLANS:
        hints = get_type_hints(cls)
        PLANS[cls] = tuple(_plan_of(field, hints[field.name]) for field in fields(cls))
    return PLANS[cls]


def _plan_of(field: Field[Any], hint: Any) -> _FieldPlan:
    takes_keys = bool(field.metadata.get(KEYS))
    return _FieldPlan(
        name=field.name,
        key=key_of(field),
        read=_names if takes_keys else _reader_of(hint),
        is_required=field.default is MISSING,
        is_strict=bool(field.metadata.get(STRICT)),
        takes_keys=takes_keys,
    )


def key_of(field: Field[Any]) -> str:
    """The field's name at Telegram."""
    return str(field.metadata.get(KEY, field.name))


def _reader_of(hint: Any) -> Reader:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _reader_of(next(kind for kind in arguments if kind is not type(None)))
    if origin is tuple:
        return partial(_list, _reader_of(arguments[0]))
    return SCALARS.get(hint) or partial(read, hint)


def _list(one: Reader, value: object, odd: Odd) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Unreadable("list")
    return tuple(one(item, odd) for item in value)


def _names(value: dict[str, Any], _odd: Odd) -> frozenset[str]:
    return frozenset(name for name, content in value.items() if content is not None)


def _exactly(kind: type, value: object, _odd: Odd) -> object:
    if type(value) is not kind:
        raise Unreadable(kind.__name__)
    return value


def _whole(value: object, _odd: Odd) -> int:
    """Telegram's have 52 bits at most; what no store can keep would end the bot."""
    if type(value) is not int or not -NUMBER_MAX <= value <= NUMBER_MAX:
        raise Unreadable("int")
    return value


def _text(value: object, _odd: Odd) -> str:
    """Half a surrogate pair, which no store can keep, becomes U+FFFD."""
    if not isinstance(value, str):
        raise Unreadable("str")
    return whole_characters(value)


@dataclass(frozen=True, slots=True)
class Raw:
    """JSON as it came, of a kind that has too many forms to be named one by one."""

    value: object


def _raw(value: object, _odd: Odd) -> Raw:
    return Raw(value)


def _number(value: object, _odd: Odd) -> float:
    if type(value) not in (int, float):
        raise Unreadable("float")
    return float(value)  # type: ignore[arg-type]  # one of the two


def _moment(value: object, _odd: Odd) -> datetime:
    if type(value) is not int:
        raise Unreadable("date")
    return datetime.fromtimestamp(value, UTC)


NUMBER_MAX: Final = 2**53
SCALARS: Final[dict[Any, Reader]] = {
    int: _whole,
    float: _number,
    Raw: _raw,
    bool: partial(_exactly, bool),
    str: _text,
    datetime: _moment,
}
