"""`snapthread reconcile`: the ledger against what OpenAI holds."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from snapthread.cli.common import AsJson, progress_bar, tell, with_maintenance

if TYPE_CHECKING:
    from snapthread.wiring import FileComponents

WOULD: Final = {
    "orphans_deleted": "would delete {files} at OpenAI that nobody knows of",
    "missing_restored": "would restore {files} that OpenAI lacks, as far as Telegram has them",
    "missing_retired": "would take {files} out of conversations",
    "deletions_failing": "would try again to delete {files} that could not be deleted so far",
    "intents_settled": "would look for {files} of which it is not known whether they arrived",
}
DID: Final = {
    "orphans_deleted": "deleted {files} that nobody knows of",
    "missing_restored": "brought back {files} that were missing",
    "missing_retired": "took {files} out of conversations: Telegram has them no more either",
    "deletions_failing": "could not delete {files} so far; the bot tries on",
    "intents_settled": "looked for {files} of which it was not known whether they arrived",
}
SOMETIMES: Final = frozenset({"missing_retired", "deletions_failing"})


def reconcile(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only say what would be done.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Compare the ledger with what OpenAI holds, and mend both."""

    async def work(maintenance: "FileComponents") -> dict[str, Any]:
        with progress_bar("Looking at files") as progress:
            return asdict(await maintenance.reconcile.run(dry_run=dry_run, progress=progress))

    result = with_maintenance(work)
    if as_json:
        tell(result, as_json)
    else:
        print("\n".join(in_words(result, WOULD if dry_run else DID)))


def in_words(result: Mapping[str, int], words: Mapping[str, str]) -> list[str]:
    """A line for each; what did not happen, or could not, is left out."""
    shown = {name: count for name, count in result.items() if count or name not in SOMETIMES}
    return [
        words[name].format(files="1 file" if count == 1 else f"{count} files")
        for name, count in shown.items()
    ]
