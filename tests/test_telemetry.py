"""Logs hold no secret; metrics follow events, whatever the level, with closed labels."""

import json
import logging
import re
from io import StringIO
from pathlib import Path

import pytest
import structlog

from snapthread.adapters import bot_api, openai_api
from snapthread.adapters.telemetry.counters import COUNTERS
from snapthread.adapters.telemetry.histograms import HISTOGRAMS
from snapthread.adapters.telemetry.labels import LABELS
from snapthread.adapters.telemetry.logs import set_up
from snapthread.adapters.telemetry.metrics import Metrics
from snapthread.errors import AssistantBusy

TOKEN = "123456789:AAE-xyzzy_xyzzy_xyzzy_xyzzy_xyz"
OTHER_TOKEN = "987654321:BBE-plugh_plugh_plugh_plugh_plu"
KEY = "sk-proj-xyzzy_xyzzy"
PASSWORD = "correct/horse battery"

log = structlog.get_logger()


class Closed(StringIO):
    """Whoever read it is gone."""

    def write(self, text: str) -> int:
        raise BrokenPipeError


def test_a_log_that_nobody_reads_any_more_stops_nothing() -> None:
    shut = StringIO()
    shut.close()
    for stream in (Closed(), shut):
        set_up(log_format="json", stream=stream)
        structlog.get_logger().info("turn.done")
        logging.getLogger("aiohttp").error("library")


def lines(out: StringIO) -> list[dict[str, object]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_json_is_one_object_a_line() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)

    log.info("image.downloaded", ms=12, why="two\nlines")

    (line,) = lines(out)
    assert line["event"] == "image.downloaded"
    assert line["level"] == "info"
    assert str(line["timestamp"]).endswith("Z")
    assert line["ms"] == 12


def test_a_turns_lines_carry_its_id() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)

    with structlog.contextvars.bound_contextvars(turn="ab12"):
        log.info("file.intended")

    assert lines(out)[0]["turn"] == "ab12"


@pytest.mark.parametrize("log_format", ["json", "console"])
def test_no_secret_is_logged_however_deep(log_format: str) -> None:
    out = StringIO()
    secrets = [TOKEN, KEY, PASSWORD]
    set_up(log_format="json" if log_format == "json" else "console", secrets=secrets, stream=out)

    event = f"oops {TOKEN}"
    log.info(event, deep={"url": [f"/bot{OTHER_TOKEN}/getMe", (KEY,)], PASSWORD: 1})
    log.info("oops", error=ValueError(PASSWORD), content=PASSWORD.encode())
    log.info("oops", url="/bot123456789%3AAAE-xyzzy_xyzzy_xyzzy_xyzzy_xyz/")
    try:
        raise ValueError(f"cannot open /file/bot{TOKEN}/photo.jpg")
    except ValueError as error:
        try:
            raise RuntimeError(KEY) from error
        except RuntimeError:
            log.exception("oops")
    logging.getLogger("aiohttp.client").error("failed with %s", OTHER_TOKEN)

    assert "oops" in out.getvalue()
    assert "RuntimeError" in out.getvalue()
    assert "failed with ***" in out.getvalue()
    for secret in ("xyzzy", "plugh", "horse"):
        assert secret not in out.getvalue()


def test_what_pydantic_quotes_is_not_logged() -> None:
    out = StringIO()
    set_up(log_format="json", stream=out)

    log.info("oops", why="text [type=int, input_value='my\ndiary', input_type=str]")

    assert "diary" not in out.getvalue()
    assert "input_type=str" in out.getvalue()


def test_a_short_secret_of_a_double_does_not_blot_out_words() -> None:
    out = StringIO()
    set_up(log_format="json", secrets=["turn"], stream=out)

    log.info("turn.done")

    assert lines(out)[0]["event"] == "turn.done"


def test_libraries_speak_from_warning_on_and_in_our_form() -> None:
    out = StringIO()
    set_up(log_format="json", log_level="DEBUG", stream=out)

    logging.getLogger("openai").info("request body")
    logging.getLogger("httpx2").warning("slow %s", "answer")
    logging.getLogger("aiohttp").log(35, "%d", "misfit")

    assert [(line["event"], line["logger"], line["said"]) for line in lines(out)] == [
        ("library.logged", "httpx2", "slow answer"),
        ("library.logged", "aiohttp", "%d"),
    ]


def test_a_library_that_turns_its_own_logger_up_is_not_heard_either() -> None:
    """As openai does where OPENAI_LOG is set: it then tells bodies."""
    out, library = StringIO(), logging.getLogger("openai.loud")
    set_up(log_format="json", stream=out)

    library.setLevel(logging.DEBUG)
    library.debug("a body")

    assert out.getvalue() == ""


def test_the_level_hides_lines_but_not_metrics() -> None:
    out, metrics = StringIO(), Metrics()
    set_up(log_level="ERROR", observers=[metrics.observe], stream=out)

    log.debug("file.intended")
    log.info("update.accepted", count=3)

    assert out.getvalue() == ""
    assert metrics.registry.get_sample_value("snapthread_files_intended_total") == 1
    assert metrics.registry.get_sample_value("snapthread_updates_accepted_total") == 3


# ---------------------------------------------------------------- metrics


def observed(event: str, **fields: object) -> Metrics:
    metrics = Metrics()
    metrics.observe(None, "info", {"event": event, **fields})
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"snapthread_{name}", labels)


def test_one_event_moves_several_metrics() -> None:
    metrics = observed(
        "turn.done",
        outcome="failed",
        reason=AssistantBusy.__name__,
        ms=1500,
        images=2,
        input_tokens=7,
    )

    assert value(metrics, "turns_total", outcome="failed", reason="AssistantBusy") == 1
    assert value(metrics, "turn_seconds_sum", outcome="failed") == 1.5
    assert value(metrics, "turn_images_total") == 2
    assert value(metrics, "input_tokens_total") == 7
    assert value(metrics, "output_tokens_total") == 0


def test_a_label_outside_its_closed_set_counts_as_other() -> None:
    metrics = observed("image.downloaded", kind="user 4242", ms=10, bytes=5)

    assert value(metrics, "image_download_seconds_count", kind="other") == 1


def test_of_a_failures_story_only_the_first_word_is_a_label() -> None:
    metrics = observed("openai.request", route="responses", code="429, rate_limit_exceeded, req_1")

    assert value(metrics, "openai_requests_total", route="responses", code="429") == 1


@pytest.mark.parametrize("odd", [None, "12", -1, True, [1]])
def test_an_odd_field_moves_nothing_and_breaks_nothing(odd: object) -> None:
    metrics = observed("update.accepted", count=odd)

    assert value(metrics, "updates_accepted_total") == 0


def test_an_event_without_a_metric_passes_unchanged() -> None:
    event = {"event": "conversation.told", "user": 4}

    assert Metrics().observe(None, "info", event) is event


def test_every_label_of_the_table_has_a_closed_set() -> None:
    used = {name for row in (*COUNTERS, *HISTOGRAMS) for name in row.labels}

    assert used == set(LABELS)
    assert "user" not in used


def test_a_gauge_is_asked_when_it_is_read() -> None:
    metrics, active = Metrics(), [0]
    metrics.gauge("active_turns", lambda: active[0])

    active[0] = 3

    assert value(metrics, "active_turns") == 3


def test_two_sets_of_metrics_know_nothing_of_each_other() -> None:
    first, second = observed("file.intended"), Metrics()

    assert value(first, "files_intended_total") == 1
    assert value(second, "files_intended_total") == 0


@pytest.mark.parametrize(("adapter", "label"), [(bot_api, "method"), (openai_api, "route")])
def test_calls_that_have_a_name_were_counted_as_other(adapter: object, label: str) -> None:
    folder = Path(str(vars(adapter)["__file__"])).parent
    source = "".join(file.read_text("utf-8") for file in sorted(folder.glob("*.py")))
    called = re.findall(r'[ .]call\(\s*"([\w.]+)"', source)
    assert set(called) <= set(LABELS[label])
    assert len(called) > 2
