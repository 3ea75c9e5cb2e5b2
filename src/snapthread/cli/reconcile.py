"""`snapthread reconcile`: the ledger against what OpenAI holds."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from snapthread.cli.common import AsJson, progress_bar, tell, with_maintenance

if TYPE_CHECKING:
    from snapthread.build import Maintenance


def reconcile(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with what OpenAI holds, and mend both."""

    async def work(maintenance: "Maintenance") -> dict[str, Any]:
        with progress_bar("Looking at files") as progress:
            return asdict(await maintenance.reconcile.run(dry_run=dry_run, progress=progress))

    tell(with_maintenance(work), as_json)
