"""`snapthread reconcile`: the ledger against what OpenAI holds."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import AsJson, progress_bar, tell, with_maintenance

if TYPE_CHECKING:
    from snapthread.build import Maintenance

WOULD: Final = {
    "orphans_deleted": "would delete {files} at OpenAI that nobody knows of",
    "missing_restored": "would restore {files} that OpenAI lacks, as far as Telegram has them",
    "missing_retired": "would take {files} out of conversations",
    "deletions_failing": "would try again to delete {files} that could not be deleted so far",
    "intents_settled": "would look for {files} of which it is not known whether they arrived",
}
SOMETIMES: Final = frozenset({"missing_retired", "deletions_failing"})


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

    result = with_maintenance(work)
    if dry_run and not as_json:
        print("\n".join(would_do(result)))
    else:
        tell(result, as_json)


def would_do(result: Mapping[str, int]) -> list[str]:
    """A dry run in words; what could not happen in one is left out."""
    shown = {name: count for name, count in result.items() if count or name not in SOMETIMES}
    return [
        WOULD[name].format(files="1 file" if count == 1 else f"{count} files")
        for name, count in shown.items()
    ]
