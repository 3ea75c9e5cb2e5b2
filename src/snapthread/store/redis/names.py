"""Every key of the store on Redis, made here only; docs/store-keys.md says what each holds."""

from typing import Any, Final

from snapthread.store.table import Index, Key, Table, Value

PREFIX: Final = "snapthread:"
VERSION_KEY: Final = f"{PREFIX}version"
BLOBS_KEY: Final = f"{PREFIX}blobs"
DIGITS: Final = 16  # of a whole number: as text, numbers are in their order


def text_of(value: Value) -> str:
    """A value as it stands in a key."""
    return f"{value:0{DIGITS}d}" if isinstance(value, int) else str(value)


def key_text(key: Key) -> str:
    return " ".join(map(text_of, key))


def row_prefix(table: Table[Any]) -> str:
    return f"{PREFIX}row:{table.name}:"


def row_name(table: Table[Any], key: Key) -> str:
    return f"{PREFIX}row:{table.name}:{key_text(key)}"


def index_name(index: Index[Any], prefix: Key) -> str:
    name = f"{PREFIX}index:{index.table.name}.{index.name}"
    return f"{name}:{' '.join(map(str, prefix))}" if index.within else name


def member(index: Index[Any], row: Any) -> str:
    """A row's entry in an index: what it is sorted by, a space, and its key."""
    return f"{text_of(index.sort_of(row))} {key_text(index.table.key_of(row))}"


def version_name(scope: int | str) -> str:
    return f"{PREFIX}scope:{scope}"


def user_files_name(owner: int) -> str:
    """The first generation's own key, so without our prefix: it may hold ids that are not ours."""
    return f"user_files:{owner}"


def blob_name(name: str) -> str:
    return f"{PREFIX}blob:{name}"
