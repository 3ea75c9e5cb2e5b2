"""docs/mended.md names tests for each line, and they exist."""

import ast
import re
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
PAGE = (HERE.parent / "docs" / "mended.md").read_text("utf-8")
LINES = re.findall(r"^\| (\d+) \|.*$", PAGE, re.MULTILINE)
TEST = re.compile(r"`([\w/]+\.py)::(\w+)`")


@cache
def defined_in(path: str) -> frozenset[str]:
    tree = ast.parse((HERE / path).read_text("utf-8"))
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, definitions))


def test_every_line_names_a_test() -> None:
    assert [int(number) for number in LINES] == list(range(1, 35))
    rows = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    assert [row for row in rows if not TEST.search(row)] == []


def test_every_test_that_is_named_exists() -> None:
    missing = [name for path, name in TEST.findall(PAGE) if name not in defined_in(path)]
    assert missing == []
