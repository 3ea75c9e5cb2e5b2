"""`snapthread sweep`: the clean-up that is due now."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from snapthread.cli.common import AsJson, progress_bar, tell, with_maintenance

if TYPE_CHECKING:
    from snapthread.wiring import FileComponents


def sweep(as_json: AsJson = False) -> None:
    """Do the clean-up that is due now: old images leave, retired files are deleted."""

    async def work(maintenance: "FileComponents") -> dict[str, Any]:
        with progress_bar("Sweeping") as progress:
            return asdict(await maintenance.housekeeping.sweep(progress))

    tell(with_maintenance(work), as_json)
