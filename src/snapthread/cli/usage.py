"""`snapthread usage`: the use by day, user and model, as a table, JSON or CSV."""

import csv
import io
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final

import typer

from snapthread.cli.common import WRONG_USE, run_command
from snapthread.limits import USER_ID_MAX

if TYPE_CHECKING:
    from snapthread.model.usage import DailyUsage
    from snapthread.settings import Settings

TOTAL: Final = "total"


def usage(
    days: Annotated[int, typer.Option(min=1, max=36_500, help="UTC days, with today.")] = 30,
    user: Annotated[
        int | None,
        typer.Option(min=0, max=USER_ID_MAX, metavar="ID", help="Only this user; 0: the erased."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
) -> None:
    """Show what was used and what it cost, by UTC day, user and model."""
    if as_json and as_csv:
        print("snapthread: choose --json or --csv.", file=sys.stderr)
        raise typer.Exit(WRONG_USE)
    rows = _rows(days, user)
    if as_json:
        print(json.dumps([asdict(row) for row in rows]))
    elif as_csv:
        print(_as_csv(rows), end="")
    else:
        _show(rows)


def _rows(days: int, user: int | None) -> "tuple[DailyUsage, ...]":
    from snapthread.app.opening import open_store
    from snapthread.model.usage import day_of

    since = day_of(datetime.now(UTC) - timedelta(days=days - 1))

    async def work(settings: "Settings") -> "tuple[DailyUsage, ...]":
        async with open_store(settings) as store:
            return await store.usage(since, user_id=user)

    return run_command(work, needs=())


def _as_csv(rows: "Sequence[DailyUsage]") -> str:
    """With a header; an unknown cost is an empty field."""
    from snapthread.model.usage import DailyUsage

    out = io.StringIO()
    writer = csv.DictWriter(out, [field.name for field in fields(DailyUsage)], lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(row) for row in rows)
    return out.getvalue()


# ---------------------------------------------------------------- the table


def _show(rows: "Sequence[DailyUsage]") -> None:
    if not rows:
        print("Nothing was used in these days.")
        return
    from rich.console import Console
    from rich.table import Table

    table = Table(show_footer=True, box=None, pad_edge=False)
    totals = _cells(_total(rows))
    for name, footer in totals.items():
        table.add_column(
            name.replace("_", " "),
            footer,
            justify="left" if name in LEFT else "right",
            no_wrap=True,
        )
    for row in rows:
        table.add_row(*_cells(row).values())
    width = None if sys.stdout.isatty() else 240  # a pipe is as wide as it need be
    Console(width=width).print(table)


LEFT: Final = {"user_id", "day", "model"}


def _cells(row: "DailyUsage") -> dict[str, str]:
    from snapthread.texts.numbers import dollars

    cells = {name: str(value) for name, value in asdict(row).items() if name != "cost_micros"}
    cells["user_id"] = cells["user_id"] if row.day != TOTAL else ""
    cells["cost"] = dollars(row.cost_micros)
    return cells


def _total(rows: "Sequence[DailyUsage]") -> "DailyUsage":
    known = [row.cost_micros for row in rows if row.cost_micros is not None]
    total = replace(rows[0], user_id=0, day=TOTAL, model="")
    summed = {
        field.name: sum(getattr(row, field.name) for row in rows)
        for field in fields(total)
        if field.name not in {"user_id", "day", "model", "cost_micros"}
    }
    return replace(total, **summed, cost_micros=sum(known) if known else None)
