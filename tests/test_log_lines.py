"""Lines that a person reads, and what is kept of problems for the admin page."""

import json
import re
from io import StringIO

import structlog

from snapthread.adapters.telemetry.logs import set_up
from snapthread.adapters.telemetry.recent import KEPT, RecentProblems
from snapthread.adapters.telemetry.redact import redactor
from snapthread.store.codec import load_message

TOKEN = "123456789:AAE-xyzzy_xyzzy_xyzzy_xyzzy_xyz"
log = structlog.get_logger()


def test_a_turns_line_tells_how_why_who_and_how_long_first_and_no_zeros() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)

    with structlog.contextvars.bound_contextvars(turn="ab12"):
        log.info(
            "turn.done", outcome="failed", reason="OutOfCredit", user=7, ms=12, images=0, cost=None
        )

    assert list(json.loads(out.getvalue())) == [
        *("timestamp", "level", "event", "outcome", "reason", "user", "ms", "turn"),
    ]


def test_zeros_of_other_events_are_told() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)

    log.info("conversation.reset", files=0)

    assert json.loads(out.getvalue())["files"] == 0


def test_the_console_quotes_what_could_be_mistaken_for_the_next_field() -> None:
    out = StringIO()
    set_up(stream=out)

    log.warning("trouble", why="a b=c\nd", kind="store")

    line = out.getvalue()
    assert line.count("\n") == 1
    assert line.rstrip().endswith('trouble  why="a b=c\\nd" kind=store')


def test_a_traceback_follows_its_line_on_the_console() -> None:
    out = StringIO()
    set_up(stream=out)

    try:
        raise ValueError(TOKEN)
    except ValueError:
        log.exception("turn.broke", number="ab12cd")

    first, *rest = out.getvalue().splitlines()
    assert first.endswith("turn.broke  number=ab12cd")
    assert rest[-1] == "ValueError: ***"


def test_what_json_cannot_tell_does_not_cost_the_line() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)
    endless: list[object] = []
    endless.append(endless)

    log.info("oops", what=endless, key={(1, 2): object})

    assert json.loads(out.getvalue())["event"] == "oops"


def test_a_secret_that_json_or_python_write_otherwise_is_not_logged_either() -> None:
    odd = "quo\"te\\back'slash пароль"
    for log_format in ("json", "console"):
        out = StringIO()
        set_up(log_format="json" if log_format == "json" else "console", secrets=[odd], stream=out)

        log.info("oops", plain=odd, deep={"in": [odd, ValueError(odd)]}, told=repr([odd]))

        assert "slash" not in out.getvalue()


def test_the_last_problems_are_kept_newest_first_and_redacted() -> None:
    problems = RecentProblems(redactor())
    set_up(stream=StringIO(), log_level="CRITICAL", observers=[problems.observe])

    log.info("turn.done")
    log.warning("trouble", kind="store", why=f"cannot reach {TOKEN}", turn="ab")
    log.error("turn.broke", number="c0ffee", exc_info=KeyError("x"))

    newest, older = problems()
    assert (newest.event, newest.kind, newest.number) == ("turn.broke", "KeyError", "c0ffee")
    assert (older.kind, older.why, older.turn) == ("store", "cannot reach ***", "ab")


def test_the_page_said_that_something_broke_and_not_where() -> None:
    """A line of ours; what the error says may be somebody's words."""
    problems = RecentProblems(redactor())
    try:
        load_message("somebody's words")
    except ValueError as error:
        problems.observe(None, "error", {"event": "turn.broke", "exc_info": error})
    (problem,) = problems()
    assert re.fullmatch(r"store/codec\.py:\d+", problem.why)


def test_of_many_problems_the_last_are_kept() -> None:
    problems = RecentProblems(redactor())
    for number in range(KEPT + 5):
        problems.observe(None, "warning", {"event": "trouble", "why": str(number)})
    assert len(problems()) == KEPT
    assert problems()[0].why == str(KEPT + 4)
