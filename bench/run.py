"""Snapthread beside a plain script, in one table: `make bench`, or the parts that are named.

    .venv/bin/python bench/run.py [PART …]    any of those below

Three kinds of processes: the plain script (plain.py, in bench/.venv), Snapthread with its defaults
on SQLite, and for each of them doubles of Telegram and OpenAI (doubles.py), whose own work is in no
figure of theirs. Turns are measured by tens, the sides by turns, so that both have the same
weather. Without names all parts run, and the table is written to docs/performance.md.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench import parts
from bench.report import Row, line, machine, table, write
from bench.town import Town

PARTS: dict[str, Callable[[Town], list[Row]]] = {
    "start": parts.start,
    "text": parts.text,
    "valkey": parts.valkey,
    "photo": parts.photo,
    "loop": parts.closed_loop,
    "crowd": parts.crowd,
    "group": parts.group,
    "album": parts.album,
    "words": parts.first_words,
    "reset": parts.reset,
    "memory": parts.memory,
    "growth": parts.growth,
    "images": parts.images,
}


def main() -> None:
    names, rows, began_s = sys.argv[1:] or list(PARTS), [], time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, Town(Path(folder)) as town:
        for name in names:
            try:
                found = PARTS[name](town)
            except TimeoutError as late:
                found = [Row(part=name, what=f"not finished: {late}")]
            rows += found
            took_s = time.perf_counter() - began_s
            print(f"{name}: after {took_s:.0f} s", *map(line, found), sep="\n", file=sys.stderr)
        print(machine(), table(rows), sep="\n\n")
        if len(names) == len(PARTS):
            write(rows, time.perf_counter() - began_s)


if __name__ == "__main__":
    main()
