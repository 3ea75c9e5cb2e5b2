"""docs/events.md and docs/metrics.md, made of the code by `make pages`."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final

from snapthread.adapters.telemetry.counters import COUNTERS
from snapthread.adapters.telemetry.histograms import HISTOGRAMS
from snapthread.adapters.telemetry.rows import GAUGES

HERE: Final = Path(__file__).parent.parent
SOURCE: Final = HERE / "src" / "snapthread"
EVENTS: Final = HERE / "docs" / "events.md"
METRICS: Final = HERE / "docs" / "metrics.md"
LEVELS: Final = ("debug", "info", "warning", "error", "exception")

# One line for each event; a new one needs its own.
MEANINGS: Final = {
    "admin.entered": "somebody logged in to the admin page",
    "admin.refused": "a wrong token at the admin page",
    "admin.dropped": "a dead letter was dropped on the admin page",
    "admin.replayed": "a dead letter was asked again from the admin page",
    "adopt.done": "a first generation's files were taken over",
    "assistant.again": "OpenAI is busy; the question is asked again after `wait_s`",
    "bot.broke": "a mistake of ours ended the process; its traceback follows",
    "bot.started": "Telegram knows the token; the bot serves",
    "bot.starting": "the first line: the settings are right, and everything opens",
    "bot.stopped": "everything was closed in order",
    "broadcast.broke": "a mistake of ours in a message to everybody; it is tried again",
    "broadcast.decided": "an admin sent, or dropped, a message to everybody",
    "broadcast.done": "a message to everybody has been brought to all it was for",
    "broadcast.refused": "Telegram does not take a message to everybody for one person",
    "export.cut": "an export took too long, or was too large: some pictures are left out",
    "preference.chosen": "somebody chose in /settings; of what, `field`",
    "screen.not_shown": "a message with buttons could not be changed in place; it is sent anew",
    "chat.paused": "Telegram asked to wait in one chat; the others go on",
    "command.broke": "a mistake of ours ended a command; its traceback follows",
    "commands.not_published": "Telegram did not take the menu of commands; it works without",
    "question.edited": "somebody changed a message; what became of it",
    "conversation.broke": "a conversation cannot be read; it is tried again after `again_in_s`",
    "worker.broke": "a mistake of ours in the loop that claims; it goes on after a while",
    "conversation.reset": "somebody began anew; so many files left",
    "draft.broke": "a mistake of ours in the preview of an answer; the answer goes on",
    "draft.given_up": "the preview of an answer was refused; the answer goes on",
    "drafts.unknown": "this Bot API server is older than drafts",
    "duty.taken": "this process does a job that only one does, such as polling",
    "file.deleted": "a file is gone at OpenAI",
    "file.expired": "a file could not be deleted, and has expired there by itself",
    "file.intended": "an upload was written down, and begins",
    "file.orphan_deleted": "`reconcile` deleted a file of ours that the ledger did not know",
    "file.still_lost": "what was lost earlier could not be asked for: a service is away",
    "file.restored": "an image that had vanished at OpenAI was brought back",
    "file.retired": "the deletion of a retired file begins; why it was retired",
    "file.settled": "uploads whose end was unknown were looked for",
    "file.uploaded": "a file is at OpenAI; `wanted` no: nobody needs it any more",
    "formatting.broke": "a mistake of ours; the answer was sent as plain text",
    "guest.too_late": "a mention where the bot is no member had waited too long to be answered",
    "topic.gone": "a topic was deleted; so many files of its conversation leave",
    "group.left": "the bot is no longer in a group; so many of its files leave",
    "group.moved": "a group goes on under another id, with so many conversations",
    "housekeeping.broke": "a mistake of ours in the clean-up; it goes on with the next round",
    "image.downloaded": "an image came from Telegram",
    "image.prepared": "an image is ready to be uploaded",
    "document.downloaded": "a document came from Telegram",
    "document.read": "a document was read: what it is, its pages, our estimate of its tokens",
    "document.refused": "a document cannot be used, and why",
    "image.refused": "an image cannot be used, and why",
    "sound.transcribed": "what was said in a sound was written down",
    "sound.refused": "a sound cannot be used, and why",
    "lease.broke": "a mistake of ours while a conversation was held; it is given back",
    "library.logged": "a library's own warning or error",
    "limit.too_low": "a limit of money is below the cost of one longest answer",
    "openai.left_out": "the server does not know a parameter: it is not sent any more",
    "openai.request": "a call of OpenAI has ended",
    "openai.unexpected": "OpenAI's client raised what we do not know",
    "part.delivered": "Telegram took a message of an answer",
    "part.dropped": "Telegram refused a message for good",
    "part.refused": "Telegram refused `part` of a message; it is sent in a simpler form",
    "part.not_replaced": "the preview could not become the answer; the answer was sent anew",
    "reconcile.done": "the ledger and OpenAI were compared",
    "reconcile.later": "a file could not be looked at now; the next `reconcile` will",
    "model.ends": "the model will be shut down in so many days, and the admins hear of it",
    "models.broke": "the look at the list of models failed in a way that was not foreseen",
    "sight.believed": "OPENAI_SEES=yes: by which way pictures travel",
    "sight.checked": "the server showed that it sees pictures, and by which way",
    "sight.unknown": "the server could not be asked whether it sees; the bot serves as if it did",
    "service.paused": "a service asked every process to wait",
    "store.migrated": "The store was brought to this version; where the copy of the older one is.",
    "store.migrating": "A store of an older version is being brought to this one.",
    "store.may_forget": "the store's server may lose what it took at a power cut",
    "sweep.retired": "images that were due left their conversations",
    "telegram.request": "a call of the Bot API has ended",
    "tracing.missing": "traces are wanted, but OpenTelemetry is not installed",
    "trouble": "something failed and the bot goes on; `kind` is the part or the failure",
    "turn.broke": "a mistake of ours; the person was told the same `number`, or it is tried again",
    "turn.delivered": "Telegram has the whole answer",
    "turn.done": "a turn has ended: how, why, whose, how long, what it used; no zeros are written",
    "turn.started": "a conversation was claimed, and a turn begins",
    "turn.stopped": "somebody pressed Stop",
    "urgent.done": "a pressed button, an edit, `/stop` or `/reset` was done, past the queue",
    "update.accepted": "updates were written to the store",
    "update.broke": "a mistake of ours at one update, which was left out",
    "update.malformed": "an update could not be read at all",
    "update.unfamiliar": "an update has parts that we do not know; the rest is used",
    "user.erased": "everything about a person was deleted",
    "webhook.refused": "somebody else than Telegram, or no update, at the webhook",
    "webhook.removed": "a webhook was taken away, because this bot polls",
    "webhook.set": "Telegram was told where to bring updates",
    "webhook.unknown": "this Bot API server does not say whether a webhook is set; it is polled",
}

HEAD_OF_EVENTS: Final = """\
# The events of the log

Made from the code by `make pages`; a test holds it. Each line has `timestamp`, `level`, `event`,
and `turn` where it belongs to one. `LOG_FORMAT=json` writes one object a line. Which event moves
which metric is told in [metrics.md](metrics.md). No event holds a token, a key, what anybody wrote,
or an image; `user` is a Telegram user id.

| event | level | fields | means |
|---|---|---|---|
"""

HEAD_OF_METRICS: Final = """\
# The metrics

Made from the code by `make pages`; a test holds it. `/metrics` on `HTTP_HOST:HTTP_PORT`, in
Prometheus' text format; a scrape configuration is in [operating.md](operating.md#metrics). Labels
come from closed sets, and no label names a person. Every counter is there from the start. Besides
these: `process_*` (memory, processor time, start, open files).

Counters and histograms are each process's own: add them up. The gauges of the store are the same
for all processes on it: take the `max`.

| metric | type | labels | of the event | means |
|---|---|---|---|---|
"""


@dataclass(slots=True)
class Told:
    """Everything that the code tells under one name."""

    levels: set[str] = field(default_factory=set)
    fields: dict[str, None] = field(default_factory=dict)
    open: bool = False  # further fields are told by `**`


@cache
def events() -> dict[str, Told]:
    found: dict[str, Told] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        if "demo" in path.parts:
            continue
        for call in _calls(ast.parse(path.read_text("utf-8"))):
            _add(found, call)
    return dict(sorted(found.items()))


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            is_log = node.func.attr in (*LEVELS, "log")
            if is_log and ast.unparse(node.func.value) in ("log", "structlog.get_logger()"):
                yield node


def _add(found: dict[str, Told], call: ast.Call) -> None:
    assert isinstance(call.func, ast.Attribute)
    name = next(arg for arg in call.args if isinstance(arg, ast.Constant))
    told = found.setdefault(str(name.value), Told())
    told.levels.add({"exception": "error", "log": "warning, error"}.get(*[call.func.attr] * 2))
    for keyword in call.keywords:
        if keyword.arg is None:
            told.open = True
        elif keyword.arg != "exc_info":
            told.fields[keyword.arg] = None


def events_page() -> str:
    rows = [
        f"| `{name}` | {', '.join(sorted(told.levels))} | {_fields(told)} | {MEANINGS[name]} |"
        for name, told in events().items()
    ]
    return HEAD_OF_EVENTS + "\n".join(rows) + "\n"


def _fields(told: Told) -> str:
    return ", ".join([f"`{name}`" for name in told.fields] + ["…"] * told.open)


def metrics_page() -> str:
    rows = [
        *(("counter", f"{row.name}_total", row.labels, row.event, row.help) for row in COUNTERS),
        *(("histogram", row.name, row.labels, row.event, row.help) for row in HISTOGRAMS),
        *(("gauge", row.name, (), "", row.help) for row in GAUGES),
        ("gauge", "build_info", ("version", "python"), "", "Version of the bot and of Python."),
    ]
    lines = [
        f"| `snapthread_{name}` | {kind} | {', '.join(labels)} | {f'`{event}`' if event else ''} |"
        f" {text} |"
        for kind, name, labels, event, text in sorted(rows, key=lambda row: row[1])
    ]
    return HEAD_OF_METRICS + "\n".join(lines) + "\n"


if __name__ == "__main__":
    EVENTS.write_text(events_page(), "utf-8")
    METRICS.write_text(metrics_page(), "utf-8")
