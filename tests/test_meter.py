"""The cost of a request, where the API counts it and where it does not."""

import pytest

from snapthread.meter import Meter
from snapthread.model import Usage

EXPECTED = Usage(input_tokens=50)
COUNTED = Usage(input_tokens=48, output_tokens=9)


def running_turns() -> Meter:
    meter = Meter(began_s=0.0)
    meter.record_request(EXPECTED, images=0, image_tokens=0)
    meter.record_taken()
    return meter


def test_the_apis_own_count_is_believed() -> None:
    meter = running_turns()
    meter.record_answer(COUNTED)
    meter.record_end(7)
    assert (meter.answers, meter.broken) == ([COUNTED], [])


def test_an_answer_whose_server_counts_nothing_is_not_free() -> None:
    meter = running_turns()
    meter.record_answer(Usage())
    meter.record_end(7)
    assert (meter.answers, meter.broken) == ([], [Usage(input_tokens=50, output_tokens=7)])


@pytest.mark.parametrize("usage", [Usage(), COUNTED])
def test_a_failure_costs_what_the_api_says(usage: Usage) -> None:
    meter = running_turns()
    meter.record_usage(usage)
    meter.record_end(7)
    assert (meter.answers, meter.broken) == ([usage], [])
