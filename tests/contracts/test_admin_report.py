"""The admin page's figures, read through each store."""

from typing import Any

from snapthread.adapters.web.admin.reading import Report, read_report
from snapthread.model import Usage
from snapthread.model.usage import Stages
from tests.contracts.builders import ANN, BOB, Bench, message, words

FINISHED = Stages(waited=40, first_token=200, finished=900)


def _report(bench: Bench) -> Report:
    return bench.run(read_report(bench.store, lambda: bench.now, 7))


def _turn(bench: Bench, id: str, *, user: int = ANN, **more: Any) -> None:
    claim = bench.ask(message(user=user))
    bench.finish(claim, record=bench.record(id, user=user, **more))
    bench.release(claim)


def _delivered_turn(bench: Bench, id: str, *, user: int, **more: Any) -> None:
    claim = bench.ask(message(user=user))
    record = bench.record(id, user=user, **more)
    (part,) = bench.finish(claim, replies=(words(),), record=record)
    bench.run(bench.store.conclude(claim, part, bench.now, record_id=id, delivered_ms=950))


def test_a_new_store_has_nothing_to_report(bench: Bench) -> None:
    report = _report(bench)

    assert set(report.totals.values()) == {0}
    assert report.figures["outcomes"].rows == ()


def test_turns_of_two_people_are_reported(bench: Bench) -> None:
    used = Usage(input_tokens=2000, cached_tokens=500, output_tokens=90)
    _turn(bench, "1", images=2, image_tokens=1440, usage=used, cost_micros=195)
    _delivered_turn(bench, "2", user=BOB, cost_micros=None, stages=FINISHED)
    _turn(bench, "3", messages=0, outcome="refused", reason="user_daily_images")

    report = _report(bench)

    today = "2026-11-12"
    assert report.totals["cost_micros"] == 195
    assert report.figures["cost"].rows[-1] == (today, 195, 1)
    assert report.figures["users"].rows[-1] == (today, 2)
    assert report.figures["messages"].rows[-1] == (today, 2)
    assert report.figures["images"].rows[-1] == (today, 2)
    assert report.figures["image_tokens"].rows[-1] == (today, 1440)
    assert report.figures["latency"].rows[-1] == ("Answer delivered", 950, 950, 1)
    assert report.figures["outcomes"].rows == (
        ("answered", "", 2),
        ("refused", "user_daily_images", 1),
    )


def test_files_and_what_waits_are_reported(bench: Bench) -> None:
    bench.show("file-1")
    leaving = bench.show("file-2")
    claim = bench.ask(message())
    bench.retire(claim, leaving.name)
    bench.release(claim)
    bench.send(message(user=BOB))

    report = _report(bench)

    assert report.totals["files"] == 1
    assert report.figures["files"].rows[0] == ("under 1 day", 1, report.totals["files_bytes"])
    assert report.figures["waiting"].rows == (
        ("Messages to be answered", 2),
        ("Dead letters", 0),
        ("Files to be deleted", 1),
    )
