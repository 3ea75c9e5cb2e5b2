"""The operator's pages: every link leads somewhere, every name in them is one that exists."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from snapthread import errors
from snapthread.cli import cli
from snapthread.settings import Settings
from snapthread.settings.environment import ALIASES
from tests import doctor_page
from tests.events_page import MEANINGS
from tests.test_metrics_page import exposition
from tests.test_metrics_page import names as metrics

HERE = Path(__file__).parent.parent
PAGES = sorted([HERE / "README.md", *(HERE / "docs").glob("*.md")])
OPERATORS = [HERE / "docs" / f"{name}.md" for name in ("operating", "troubleshooting", "backup")]
ELSEWHERE = re.compile(r"OTEL_\w+")  # OpenTelemetry's own


def slugs(page: Path) -> set[str]:
    """The headings, as a forge makes anchors of them."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links(page: Path) -> Iterator[tuple[Path, str]]:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if not target.startswith(("http://", "https://")):
            path, _, anchor = target.partition("#")
            yield (page.parent / path if path else page), anchor


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, anchor in links(page):
        assert path.exists(), path
        assert not anchor or path.is_dir() or anchor in slugs(path), (path.name, anchor)


@pytest.mark.parametrize("page", OPERATORS, ids=lambda page: page.name)
def test_every_setting_metric_and_command_that_is_named_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    settings = {name.upper() for name in Settings.model_fields} | set(ALIASES.values())
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", text))
    assert {name for name in named if not ELSEWHERE.fullmatch(name)} - settings == set()
    assert set(re.findall(r"`(snapthread_\w+)`", text)) <= metrics() | histograms()
    told = set(re.findall(r"(?:bin/|`|^ {4}|run )snapthread ([a-z]+)\b", text, re.MULTILINE))
    assert told
    assert told <= commands()


def commands() -> set[str]:
    called = [command.callback for command in cli.registered_commands]
    return {call.__name__ for call in called if call}


def histograms() -> set[str]:
    return set(re.findall(r"^# TYPE (\S+) histogram", exposition(), re.MULTILINE))


def test_every_kind_of_trouble_that_is_told_exists() -> None:
    text = (HERE / "docs" / "troubleshooting.md").read_text("utf-8")
    kinds = set(re.findall(r"`([A-Z][a-z]+[A-Z]\w+)`", text)) - set(
        re.findall(r"Snapthread\w+", text)
    )
    assert kinds
    assert {kind for kind in kinds if not hasattr(errors, kind)} == set()
    events = set(re.findall(r"`((?:bot|turn|image|webhook|file)\.\w+)`", text))
    assert events <= set(MEANINGS) | doctor_page.names()


def test_the_doctors_findings_are_its_own_sentences() -> None:
    """A sentence that nobody can look up helps nobody."""
    assert doctor_page.PAGE.read_text("utf-8") == doctor_page.page(), "stale: make pages"
    assert doctor_page.page().count("| ✗ |") > 20


def test_every_alert_has_its_place_in_troubleshooting() -> None:
    alerts = re.findall(r"alert: (\w+)", (HERE / "deploy" / "alerts.yml").read_text())
    text = (HERE / "docs" / "troubleshooting.md").read_text("utf-8")
    assert [alert for alert in alerts if f"`{alert}`" not in text] == []
