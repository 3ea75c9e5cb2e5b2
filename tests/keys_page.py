"""docs/store-keys.md: the tables and indexes of the store as keys, made of the schema."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from snapthread.store.redis.names import BLOBS_KEY, PREFIX, VERSION_KEY, row_prefix
from snapthread.store.schema import TABLES
from snapthread.store.table import Index, Table

KEYS: Final = Path(__file__).parent.parent / "docs" / "store-keys.md"
HEADER: Final = "| key | type | what |\n|---|---|---|\n"

# Columns in a key, where their own name would say too little.
PLACES: Final = {
    "conversation": "key",
    "id": "record id",
    "user_id": "user id",
    "owner": "user id",
    "chat_id": "chat id",
    "message_id": "message id",
    "is_urgent": "0 or 1",
}
OWNERS: Final = {"preferences": {"owner": "owner"}, "replicas": {"name": "process"}}

# One line for each table, and for each index; a new one needs its own.
MEANINGS: Final = {
    "meta": (
        "the installation's id, which marks our files at OpenAI, its secret, for hashed "
        "ids, and what was found out: by which way a server sees."
    ),
    "seen": "an update that was accepted, and when; kept 48 hours.",
    "seen.at": "by when they were accepted",
    "once_keys": (
        "what was said or answered once: `until` that runs out, and the conversation with "
        "which it is forgotten."
    ),
    "once_keys.until": "those that run out, by when",
    "once_keys.of": "those of one conversation",
    "jobs": "which process does a job, and until when.",
    "cooldowns": "services that nobody calls, until then.",
    "cooldowns.until": "by when they end",
    "replicas": "what a process reported of itself last, for the admin page.",
    "replicas.seen": "by when they did",
    "blocked_users": "who blocked the bot, and when.",
    "blocked_users.at": "by when they did",
    "conversations": (
        "a conversation: epoch, token, lease, when there is work, how much waits, where "
        "its answer grows."
    ),
    "conversations.ready": "those with work that nobody holds, by when it is ready",
    "conversations.held": "those with work that a worker holds, by the end of its lease",
    "messages": "a message that waits or is worked on.",
    "messages.queue": "those of one conversation, in order; 1: urgent commands, 0: all others",
    "messages.bundle": "the parts of one album, or of one cut text",
    "messages.urgent": "all urgent commands, by update",
    "messages.all": "all of them, in order",
    "dead_letters": "a message that was put aside.",
    "dead_letters.at": "by when they were put aside",
    "dead_letters.of": "those of one conversation",
    "page_questions": (
        "a question that waits until pages of its document are chosen, for a day; "
        "`update_id`: of the document's message, `document`: Telegram's unique id."
    ),
    "page_questions.at": "by when they were put there",
    "page_questions.of": "those of one conversation",
    "outbox": "a message of ours to deliver.",
    "outbox.of": "those of one conversation, in order",
    "history": "what one side said; `phase`: of an answer, commentary or the answer itself.",
    "history.owned": "in groups: those of one person's questions",
    "history.of": "those of one conversation, in order",
    "exchanges": "a question that was served, of the last fifty turns.",
    "exchanges.of": "those of one conversation, by their turns",
    "exchanges.owned": "in groups: those of one person",
    "group_conversations": (
        "a conversation of a group, who asked in it last, and whether its topic has no name yet."
    ),
    "group_conversations.in": "those of one group",
    "files": "one file of the ledger, by our own name.",
    "files.of": "those of one conversation in one state, by when they were begun",
    "files.owned": "those of one person, by when they were begun",
    "files.due": "those to be deleted, by when",
    "files.unsettled": "those without an OpenAI id, by when they were begun",
    "files.retired": "those that are to be deleted or looked for",
    "files.leaving": "uploaded and live ones, by when retention takes them",
    "files.uploaded": "those whose turn has not ended",
    "files.shown": "uploaded and live ones, by name, for reconcile",
    "people": (
        "somebody who was answered, or about whom something was decided; `last_at` is to the day."
    ),
    "people.all": "by their number",
    "people.seen": "by when they were answered last",
    "people.standing": "those of one standing (asked, admitted, refused, or none)",
    "people.banned": "those who are banned, by when",
    "invites": "an invitation, until it ends.",
    "invites.end": "by when they end",
    "broadcasts": (
        "a message to everybody, how far it is, and how many it reached; its text until "
        "it was sent."
    ),
    "broadcasts.at": "by when they began",
    "broadcasts.in": "those in one state (draft, sending, stopped, done)",
    "preferences": (
        "what a person (`user:<user id>`) chose for themselves, or a group's admins for "
        "it (`group:<chat id>`)."
    ),
    "audit": "a decision about a person; kept 400 days.",
    "audit.at": "by time",
    "audit.of": "those about one person; 0: nobody, or erased since",
    "reservations": (
        "what the question in hand has reserved, and the record that is charged where "
        "nobody says better."
    ),
    "reservations.for": "the one that becomes a record",
    "reservations.at": "by when they were made",
    "tallies": (
        "what quotas count in a day or a month, UTC, reservations included; the payer "
        "`bot` is all of them."
    ),
    "tallies.period": "by day or month",
    "records": "one turn; kept 400 days.",
    "records.at": "by time",
    "records.of": "those of one person",
    "answers": (
        "a message that is an answer, for a week: whose question, which model, and what "
        "they think of it (1, -1, 0)."
    ),
    "answers.at": "by when they were sent",
    "answers.of": "those to one person",
    "feedback": "reactions to the answers of one day and model.",
    "feedback.on": "by day",
    "daily": "the sums of these records, kept for ever; user 0: who was erased.",
    "daily.on": "by day",
    "daily.of": "those of one person",
    "group_daily": "the sums of a group's day, whoever asked, for 400 days; it names nobody.",
    "group_daily.on": "by day",
    "group_daily.of": "those of one group",
}

AT_THE_START: Final = "a newer one is refused, an older one is migrated at the start"
BLOB: Final = (
    "an image that travels within requests, its bytes as they are; "
    "runs out a day after its retention"
)
USER_FILES: Final = (
    "OpenAI ids of every file of this person that is not gone; the first generation's key, so it "
    "may hold ids that are not ours; written with `files`"
)


def page() -> str:
    """The page with its table made anew."""
    before, _, rest = KEYS.read_text("utf-8").partition(HEADER)
    after = rest.partition("\n\n")[2]
    return f"{before}{HEADER}{chr(10).join(_rows())}\n\n{after}"


def _rows() -> Iterator[str]:
    yield _row(VERSION_KEY, "string", f"the version of this table; {AT_THE_START}")
    yield _row(f"{PREFIX}scope:<key>", "string", "the version of a conversation with all in it")
    for table in TABLES:
        yield _table(table)
        yield from (_index(table, index) for index in table.indexes)
        if table.name == "files":
            yield _row(f"{PREFIX}blob:<name>", "string", BLOB)
            yield _row(BLOBS_KEY, "zset", "the names of these, by when they came")
    yield _row("user_files:<user id>", "set", USER_FILES)


def _table(table: Table[Any]) -> str:
    columns = ", ".join(f"`{column}`" for column in table.columns)
    kind = "hash" if table.counters else "string"
    key = f"{row_prefix(table)}{_places(table, table.key)}"
    return _row(key, kind, f"{MEANINGS[table.name]} {columns}")


def _index(table: Table[Any], index: Index[Any]) -> str:
    name = f"{table.name}.{index.name}"
    part = f":{_places(table, index.within)}" if index.within else ""
    return _row(f"{PREFIX}index:{name}{part}", "zset", MEANINGS[name])


def _places(table: Table[Any], columns: tuple[str, ...]) -> str:
    names = {**PLACES, **OWNERS.get(table.name, {})}
    return " ".join(f"<{names.get(column, column)}>" for column in columns)


def _row(key: str, kind: str, what: str) -> str:
    return f"| `{key}` | {kind} | {what} |"


if __name__ == "__main__":
    KEYS.write_text(page(), "utf-8")
