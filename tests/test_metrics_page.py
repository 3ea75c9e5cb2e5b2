"""Metrics as Prometheus wants them; what deploy/ asks for exists; the pages are the code's."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from snapthread.adapters.telemetry.counters import COUNTERS
from snapthread.adapters.telemetry.histograms import HISTOGRAMS
from snapthread.adapters.telemetry.metrics import Metrics
from tests import events_page

HERE = Path(__file__).parent.parent
ALERTS = HERE / "deploy" / "alerts.yml"
DASHBOARD = HERE / "deploy" / "grafana.json"
PARTS = ("bucket", "sum", "count")  # of a histogram
ELSEWHERE = {"up"}  # of Prometheus itself


def exposition() -> str:
    return generate_latest(Metrics("1.2.3").registry).decode()


def series() -> dict[str, list[dict[str, str]]]:
    """The labels of every series, by its name."""
    found: dict[str, list[dict[str, str]]] = {}
    for family in text_string_to_metric_families(exposition()):
        for sample in family.samples:
            found.setdefault(sample.name, []).append(sample.labels)
    return found


def names() -> set[str]:
    """Of all series, also of those that a first event brings."""
    histograms = re.findall(r"^# TYPE (\S+) histogram", exposition(), re.MULTILINE)
    return set(series()) | {f"{name}_{end}" for name in histograms for end in PARTS}


def promtool(*arguments: str, given: str = "") -> None:
    program = shutil.which("promtool")
    if program is None:
        pytest.skip("no promtool here: install Debian's prometheus, and this is checked")
    done = subprocess.run(
        [program, *arguments], input=given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stderr, done.stderr


def test_promtool_finds_nothing_wrong_with_the_metrics() -> None:
    promtool("check", "metrics", given=exposition())


def test_promtool_finds_nothing_wrong_with_the_alert_rules() -> None:
    promtool("check", "rules", str(ALERTS))


def test_no_metric_says_when_it_was_created() -> None:
    assert "_created" not in exposition()


def test_every_counter_is_there_before_anything_happened() -> None:
    counters = set(re.findall(r"^# TYPE (\S+) counter", exposition(), re.MULTILINE))
    assert counters
    assert counters <= set(series())


def test_every_explanation_stands_alone() -> None:
    texts = re.findall(r"^# HELP snapthread_\S+ (.+)$", exposition(), re.MULTILINE)
    assert all(text.endswith(".") and len(text.split()) >= 4 for text in texts if text), texts
    assert not [text for text in texts if re.match(r"Of these|Their|Its ", text)]


def test_the_build_and_the_process_are_told() -> None:
    assert series()["snapthread_build_info"][0]["version"] == "1.2.3"
    assert "process_resident_memory_bytes" in series()


def asked() -> set[tuple[str, str]]:
    """Names and label matchers in the dashboard and the alert rules."""
    panels: list[dict[str, Any]] = json.loads(DASHBOARD.read_text())["panels"]
    queries = [target["expr"] for panel in panels for target in panel["targets"]]
    rules = re.sub(r"expr: >-\n\s+", "expr: ", ALERTS.read_text())
    told = " ".join([*queries, *re.findall(r"expr: (.*(?:\n {10,}.*)*)", rules)])
    return set(re.findall(r"\b((?:snapthread|process)_\w+|up\b)(?:\{([^}]*)\})?", told))


def test_dashboard_and_alerts_ask_only_for_metrics_that_exist() -> None:
    wanted = {name for name, _ in asked()}
    assert len(wanted) > 15
    assert wanted <= names() | ELSEWHERE


def test_dashboard_and_alerts_ask_only_for_labels_that_exist() -> None:
    held = series()
    for name, matchers in asked():
        for label, wanted in re.findall(r'(\w+)=~?"([^"]*)"', matchers):
            if label == "job":
                continue
            values = {labels[label] for labels in held[name]}
            assert set(wanted.split("|")) <= values, (name, label)


def test_the_page_of_events_is_what_the_code_logs() -> None:
    assert set(events_page.events()) == set(events_page.MEANINGS)
    stale = events_page.EVENTS.read_text("utf-8") != events_page.events_page()
    assert not stale, "stale: make pages"


def test_the_page_of_metrics_is_what_the_code_counts() -> None:
    stale = events_page.METRICS.read_text("utf-8") != events_page.metrics_page()
    assert not stale, "stale: make pages"


def test_every_event_that_moves_a_metric_is_logged_with_its_field() -> None:
    told = events_page.events()
    rows = (*COUNTERS, *HISTOGRAMS)
    for row in rows:
        fields = told[row.event].fields
        assert {*row.labels, *([row.field] if row.field else [])} <= set(fields), row
