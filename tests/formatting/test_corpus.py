"""Forty answers as models write them: rendered, looked at, and kept as snapshots.

SNAPTHREAD_UPDATE_SNAPSHOTS=1 writes them anew; look at each difference as on a phone.
"""

import os
from pathlib import Path

import pytest

from snapthread.formatting import format_answer, format_draft
from tests.formatting.snapshots import CORPUS, snapshot_of, written
from tests.formatting.validator import foreign_addresses, outside_code, problems

UPDATES = os.environ.get("SNAPTHREAD_UPDATE_SNAPSHOTS") == "1"


@pytest.mark.parametrize("answer", CORPUS, ids=lambda path: path.stem)
def test_an_answer_looks_as_it_did(answer: Path) -> None:
    shown = written(format_answer(answer.read_text("utf-8")))
    snapshot = snapshot_of(answer)
    if UPDATES:
        snapshot.parent.mkdir(exist_ok=True)
        snapshot.write_text(shown, "utf-8")

    assert shown == snapshot.read_text("utf-8")


@pytest.mark.parametrize("answer", CORPUS, ids=lambda path: path.stem)
def test_an_answer_is_valid_and_so_is_its_draft(answer: Path) -> None:
    markdown = answer.read_text("utf-8")

    for say in (*format_answer(markdown), format_draft(markdown)):
        assert problems(say) == []
        assert foreign_addresses(say) == []


def test_the_corpus_has_forty_answers_and_no_snapshot_is_left_over() -> None:
    assert len(CORPUS) == 40
    kept = {path.name for path in snapshot_of(CORPUS[0]).parent.iterdir()}
    assert kept == {snapshot_of(answer).name for answer in CORPUS}


# Answers whose authors write markers as text, outside code.
WRITTEN_AS_TEXT = {"23-regex-answer": ["**"], "24-spoilers": ["||"]}


@pytest.mark.parametrize("answer", CORPUS, ids=lambda path: path.stem)
def test_no_raw_marker_is_left_in_an_answer(answer: Path) -> None:
    shown = " ".join(outside_code(say) for say in format_answer(answer.read_text("utf-8")))

    meant = WRITTEN_AS_TEXT.get(answer.stem, [])
    left = [mark for mark in ("**", "```", "~~", "||", "](", "\\(", "\\[", "$$") if mark in shown]
    assert left == meant
