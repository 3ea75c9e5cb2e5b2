"""`snapthread usage`: the same rows as a table, JSON and CSV."""

import asyncio
import csv
import io
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from snapthread.cli import cli
from snapthread.model import Destination, Message, OutgoingMessage, Usage, private_conversation
from snapthread.model.usage import TurnRecord, day_of
from snapthread.ports import Arrival
from snapthread.store import Store
from tests.test_cli import python

NOW = datetime.now(UTC)
TODAY, LONG_AGO = day_of(NOW), day_of(NOW - timedelta(days=40))
KEYS = [
    "user_id",
    "day",
    "model",
    "messages",
    "images",
    "image_tokens",
    "input_tokens",
    "cached_tokens",
    "output_tokens",
    "bytes_uploaded",
    "cost_micros",
    "turns_without_price",
    "voice_s",
    "documents",
]


async def written(folder: Path, *records: TurnRecord) -> None:
    """A store in which these turns have ended."""
    store = await Store.open(folder / "data" / "snapthread.db")
    for number, record in enumerate(records, start=1):
        asked = Message(
            update_id=number,
            conversation=private_conversation(record.user_id),
            chat_id=record.user_id,
            message_id=number,
            user_id=record.user_id,
            sent_at=record.at,
        )
        await store.accept(
            [Arrival(message=asked, if_full=OutgoingMessage(text=""))], NOW, quiet_s=0
        )
        claim = await store.claim(NOW, lease_s=10)
        assert claim is not None
        await store.finish(claim, NOW, to=Destination(chat_id=1), record=record)
        await store.release(claim, NOW)
    await store.close()


def turn(id: str, user_id: int = 7, *, days_ago: int = 0, cost: int | None = 1_230) -> TurnRecord:
    return TurnRecord(
        id=id,
        at=NOW - timedelta(days=days_ago),
        user_id=user_id,
        model="gpt-6-luna" if cost is not None else "home-made",
        outcome="answered",
        messages=1,
        images=2,
        image_tokens=300,
        bytes_uploaded=4_000,
        usage=Usage(input_tokens=500, cached_tokens=60, output_tokens=7),
        cost_micros=cost,
    )


@pytest.fixture
def used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turns = (turn("a"), turn("b"), turn("c", 8, cost=None), turn("d", days_ago=40))
    asyncio.run(written(tmp_path, *turns))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NO_COLOR", "1")


def told(*arguments: str) -> str:
    result = CliRunner().invoke(cli, ["usage", *arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.mark.usefixtures("used")
def test_json_is_one_document_with_a_row_for_each_day_user_and_model() -> None:
    first, second = json.loads(told("--json"))

    assert list(first) == KEYS
    assert list(first.values()) == [
        7,
        TODAY,
        "gpt-6-luna",
        2,
        4,
        600,
        1000,
        120,
        14,
        8000,
        2460,
        0,
        0,
        0,
    ]
    assert (second["user_id"], second["cost_micros"], second["turns_without_price"]) == (8, None, 1)


@pytest.mark.usefixtures("used")
def test_csv_has_the_same_rows_and_an_empty_cost_where_none_is_known() -> None:
    first, second = csv.DictReader(io.StringIO(told("--csv")))

    assert list(first) == KEYS
    assert (first["input_tokens"], first["cost_micros"]) == ("1000", "2460")
    assert second["cost_micros"] == ""


@pytest.mark.usefixtures("used")
def test_the_table_has_totals_and_says_what_is_unknown() -> None:
    table = told().splitlines()

    assert table[0].split()[:3] == ["user", "id", "day"]
    assert table[1].split()[-2:] == ["0", "$0.00246"]
    assert table[2].split()[-1] == "unknown"
    assert table[-1].split() == "total 3 6 900 1500 180 21 12000 1 0 0 $0.00246".split()


@pytest.mark.usefixtures("used")
def test_days_and_user_choose_the_rows() -> None:
    def chosen(*arguments: str) -> list[tuple[int, str]]:
        return [(row["user_id"], row["day"]) for row in json.loads(told("--json", *arguments))]

    since = (datetime.now(UTC).date() - NOW.date()).days  # the tests may run past midnight
    assert chosen("--days", str(since + 1)) == [(7, TODAY), (8, TODAY)]
    assert chosen("--days", str(since + 41)) == [(7, LONG_AGO), (7, TODAY), (8, TODAY)]
    assert chosen("--days", str(since + 40), "--user", "7") == [(7, TODAY)]
    assert chosen("--user", "9") == []


async def made() -> None:
    store = await Store.open(Path("data", "snapthread.db"))
    await store.close()


def test_a_folder_without_a_store_was_given_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli, ["usage"])

    assert result.exit_code == 1
    assert "there is no store at data/snapthread.db" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_an_empty_store_has_a_sentence_an_empty_list_and_a_header(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    asyncio.run(made())

    assert told() == "Nothing was used in these days.\n"
    assert json.loads(told("--json")) == []
    assert told("--csv").splitlines() == [",".join(KEYS)]


@pytest.mark.usefixtures("used")
def test_json_and_csv_at_once_is_wrong_use() -> None:
    assert CliRunner().invoke(cli, ["usage", "--json", "--csv"]).exit_code == 2


def test_it_waits_for_no_library_of_telegram_or_openai(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from snapthread.cli import cli\n"
        "cli(['usage'], standalone_mode=False)\n"
        "heavy = ('aiohttp', 'openai', 'PIL', 'genai_prices')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )

    done = python("-c", program, cwd=tmp_path, PYTHONPATH=":".join(sys.path))

    assert done.stdout.splitlines()[-1] == "[]", done.stderr


@pytest.mark.usefixtures("used")
@pytest.mark.parametrize("command", ["usage --user", "export", "erase --yes"])
@pytest.mark.parametrize("user", ["99999999999999999999", "-1"])
def test_an_id_that_nobody_can_have_is_wrong_use(command: str, user: str) -> None:
    result = CliRunner().invoke(cli, [*command.split(), user])

    assert result.exit_code == 2
    assert "Traceback" not in result.output
