"""The clock of this machine against the clocks of the services."""

from datetime import datetime
from typing import Final

from snapthread.doctor.check import Check, broken, good, warning
from snapthread.doctor.service import Reply

WRONG_S: Final = 600  # where OpenAI's clock and ours differ by more, our files may be taken for old
OFF_S: Final = 60


def check_clock(service: str, reply: Reply, now: datetime) -> Check:
    name = f"clock.{service}"
    if reply.at is None:
        return warning(name, "The server does not tell its time.")
    off_s = (now - reply.at).total_seconds()
    told = f"This machine's clock is {abs(off_s):.0f} s {'ahead' if off_s > 0 else 'behind'}"
    if abs(off_s) > WRONG_S:
        return broken(name, f"{told}: set it by NTP. Retention and limits go by it.")
    if abs(off_s) > OFF_S:
        return warning(name, f"{told}: set it by NTP.")
    return good(name, "The clocks agree.")
