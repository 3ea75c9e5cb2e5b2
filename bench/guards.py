"""Breaks each guard of an image's life once, in a copy, and shows that the state machine goes red.

.venv/bin/python bench/guards.py [examples [beginning of a law]]
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
        "images/unknown_uploads.py",
        "                await self._record_found(name, remote)\n",
        "                pass\n",
    ),
    Guard(
        "1: a turn's images that the conversation did not take are retired",
        "store/rules/finishing.py",
        "    retire_rest(tx, claim, ",
        "    (lambda *_: None)(tx, claim, ",
        "tests/contracts/test_finish.py",  # the machine seldom meets it
    ),
    Guard(
        "2: a reset retires the conversation's files",
        "store/rules/urgent.py",
        "    retire_conversation(tx, key, ",
        "    (lambda *_, **__: None)(tx, key, ",
    ),
    Guard(
        "2: a reset raises the epoch",
        "store/rules/urgent.py",
        "            epoch=row.epoch + 1,\n",
        "",
        "tests/contracts/test_reset.py",  # the machine seldom meets it
    ),
    Guard(
        "3: a request names live files only",
        "store/rules/shown_files.py",
        "    for state in SHOWN:\n        for row in reversed(",
        '    for state in ("retired", *SHOWN):\n        for row in reversed(',
    ),
    Guard(
        "3: only what is retired is deleted",
        "store/rules/deletions.py",
        " else tx.range(DUE, high=at, limit=limit)\n",
        ' else tx.range(__import__("snapthread.store.schema").store.schema.SHOWN_NAMES)\n',
    ),
    Guard(
        "4: a missing file is replaced in its place",
        "store/rules/retiring.py",
        '    retire_file(tx, lost, "vanished", micros(now))\n',
        "    return True\n",
    ),
    Guard(
        "4: an image that Telegram has lost too becomes a line of text",
        "images/restorer.py",
        '        await self.leave(claim, lost, "vanished", meter)\n        return "left"',
        '        return "left"',
        "tests/line/test_healing.py",  # the machine seldom meets it
    ),
    Guard(
        "5: what is past due leaves before the next question",
        "store/rules/shown_files.py",
        "[row for row in found.values() if (row.leaves_at or 0) <= micros(now)]",
        "[]",
    ),
    Guard(
        "6: what the ledger has and OpenAI lacks is found",
        "images/reconcile.py",
        "                    await self._mend(done, file, dry_run)\n",
        "                    pass\n",
    ),
    Guard(
        "3: a file whose holder did not give it back is deleted a lease later",
        "store/rules/urgent.py",
        "    due_at = asked_until(tx.get(CONVERSATIONS, key), at)\n",
        "    due_at = at\n",
        "tests/contracts/test_reset.py",  # the machine has one process
    ),
    Guard(
        "fence: who lost the conversation cannot write to it",
        "store/rules/conversations.py",
        "row.token == claim.token and row.epoch == claim.epoch",
        "claim is not None",
        "tests/contracts/test_lease.py",  # the machine has one process
    ),
    Guard(
        "2: a file is given up only once it has expired at the server",
        "images/deleter.py",
        "        if expires_at is None or self.clock() < expires_at + CLOCKS_DIFFER:\n",
        "        if expires_at is None:\n",
        "tests/line/test_moved_away.py",
    ),
    Guard(
        "again: a new answer takes the old one out",
        "store/rules/finishing.py",
        "    left = [] if taken_back_from is None else leave_from(tx, claim, taken_back_from)\n",
        "    left = []\n",
        "tests/line/test_asking_anew.py",
    ),
    Guard(
        "again: answers that leave the conversation leave a private chat",
        "store/rules/finishing.py",
        "    leaving = () if taken_back_from is None else exchanges_after(tx, claim)\n",
        "    leaving = ()\n",
        "tests/line/test_edits.py",
    ),
    Guard(
        "settings: in a group they are chosen by its admins",
        "commands/choosing.py",
        "        if not await self.rights.is_admin(press):\n",
        "        if False:\n",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "settings: a choice is one's own",
        "model/preferences.py",
        "    return owned_by_person(message.user_id) if is_own",
        "    return owned_by_person(0) if is_own",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "settings: a model that is not offered any more is not asked",
        "model/preferences.py",
        "        if chosen.model in (self.model, *self.models):\n",
        "        if chosen.model:\n",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "settings: what was not offered cannot be pressed",
        "commands/choosing.py",
        "        if value is None or choice.screen not in screens.offered_screens():\n",
        "        if False:\n",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "settings: one's own instructions are bounded",
        "commands/choosing.py",
        "        if len(text) > OWN_CHARS:\n",
        "        if False:\n",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "settings: an erasure forgets them",
        "store/rules/erasing.py",
        "    choices.forget(tx, ",
        "    (lambda *_: None)(tx, ",
        "tests/line/test_choosing.py",
    ),
    Guard(
        "history: in a group it is its admins' to show",
        "commands/rights.py",
        "        return message.is_private or await self.is_admin(message)\n",
        "        return True\n",
        "tests/line/test_history.py",
    ),
)


def main() -> None:
    examples, word, *_ = (*sys.argv[1:], *("300", "")[len(sys.argv) - 1 :])
    for guard in [guard for guard in GUARDS if guard.law.startswith(word)]:
        print(f"{_tried(guard, examples):8} {guard.law}  ({guard.file})", flush=True)


def _tried(guard: Guard, examples: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("src", "tests", "pyproject.toml"):
            source = ROOT / name
            (shutil.copytree if source.is_dir() else shutil.copy)(source, copy / name)
        path = copy / "src" / "snapthread" / guard.file
        text = path.read_text()
        assert text.count(guard.line) == 1, f"{guard.file} has changed"
        path.write_text(text.replace(guard.line, guard.broken))
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        environment = os.environ | {"PYTHONPATH": f"{copy / 'src'}:{copy}", "LIVES": examples}
        done = subprocess.run(
            [*command, guard.tests], cwd=copy, env=environment, capture_output=True, check=False
        )
        return {0: "green", 1: "red"}.get(done.returncode, "BROKEN")  # else: not even collected


if __name__ == "__main__":
    main()
