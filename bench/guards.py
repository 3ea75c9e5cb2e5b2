"""Breaks each guard of an image's life once, in a copy, and shows that the state machine goes red.

.venv/bin/python bench/guards.py [examples]
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]


class Guard(NamedTuple):
    """A line that holds a law, and what it would be without."""

    law: str
    file: str
    line: str
    broken: str
    tests: str = "tests/life"


GUARDS = (
    Guard(
        "1: an intent whose upload is unknown is looked for",
        "ledger.py",
        "                await self._found(name, remote)\n",
        "                pass\n",
    ),
    Guard(
        "1: a turn's images that the conversation did not take are retired",
        "store/sqlite/finishing.py",
        "    retire_rest(db, claim, ",
        "    (lambda *_: None)(db, claim, ",
        "tests/contracts/test_finish.py",  # the machine seldom meets it
    ),
    Guard(
        "2: a reset retires the conversation's files",
        "store/sqlite/jumping.py",
        "    retire_conversation(db, key, ",
        "    (lambda *_, **__: None)(db, key, ",
    ),
    Guard(
        "2: a reset raises the epoch",
        "store/sqlite/jumping.py",
        "SET epoch = epoch + 1, token = token + 1, lease_until = 0,",
        "SET token = token + 1, lease_until = 0,",
        "tests/contracts/test_reset.py",  # the machine seldom meets it
    ),
    Guard(
        "3: a request names live files only",
        "store/sqlite/ledger.py",
        "AND state IN ('uploaded', 'live') AND name != ?",
        "AND openai_id IS NOT NULL AND name != ?",
    ),
    Guard(
        "3: only what is retired is deleted",
        "store/sqlite/ledger.py",
        "SELECT name FROM files WHERE state = 'retired' AND openai_id IS NOT NULL\"\n"
        '        " AND due_at <= :now',
        'SELECT name FROM files WHERE openai_id IS NOT NULL"\n'
        '        " AND coalesce(due_at, 0) <= :now',
    ),
    Guard(
        "4: a missing file is replaced in its place",
        "store/sqlite/ledger.py",
        '    retire(db, claim, [lost["name"]], now, reason="vanished")\n',
        "    return True\n",
    ),
    Guard(
        "4: an image that Telegram has lost too becomes a line of text",
        "healing.py",
        '            await self._leave(claim, lost, "vanished", meter)\n        return restored',
        "            pass\n        return restored",
    ),
    Guard(
        "5: what is past due leaves before the next question",
        "store/sqlite/conversation.py",
        "    retire_past_due(db, now, ",
        "    (lambda *_, **__: None)(db, now, ",
    ),
    Guard(
        "6: what the ledger has and OpenAI lacks is found",
        "reconcile.py",
        "                    await self._mend(done, file, dry_run)\n",
        "                    pass\n",
    ),
    Guard(
        "3: a file whose holder did not give it back is deleted a lease later",
        "store/sqlite/jumping.py",
        "due_at_s=max(seconds(now), lease_until)",
        "due_at_s=seconds(now)",
        "tests/contracts/test_reset.py",  # the machine has one process
    ),
    Guard(
        "fence: who lost the conversation cannot write to it",
        "store/sqlite/rows.py",
        "WHERE key = ? AND token = ? AND epoch = ? AND lease_until > ?",
        "WHERE key = ? AND ? AND ?+1 AND ?",
    ),
)


def main() -> None:
    examples = sys.argv[1] if len(sys.argv) > 1 else "300"
    for guard in GUARDS:
        print(f"{_tried(guard, examples):8} {guard.law}  ({guard.file})", flush=True)


def _tried(guard: Guard, examples: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests", "pyproject.toml"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        path = copy / "src" / "snapthread" / guard.file
        text = path.read_text()
        if text.count(guard.line) != 1:
            return "NOT HERE"
        path.write_text(text.replace(guard.line, guard.broken))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}:{copy}", "LIVES": examples}
        done = subprocess.run(  # noqa: S603 - our own tests
            [*command, guard.tests], cwd=copy, env=environment, capture_output=True, check=False
        )
        return "green" if done.returncode == 0 else "red"


if __name__ == "__main__":
    main()
