"""docs/threat-model.md names a test for each line, and the test exists."""

import ast
import re
from pathlib import Path

HERE = Path(__file__).parent.parent
PAGE = (HERE / "docs" / "threat-model.md").read_text("utf-8")
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")


def lines() -> list[str]:
    table = re.findall(r"^\| .*\|$", PAGE, re.MULTILINE)
    return [line for line in table if not line.startswith("| threat |")]


def test_every_line_names_a_test() -> None:
    assert len(lines()) > 20
    assert [line for line in lines() if not TEST.search(line)] == []


def test_every_test_that_is_named_exists() -> None:
    for path, name in TEST.findall(PAGE):
        tree = ast.parse((HERE / path).read_text("utf-8"))
        assert name in {node.name for node in ast.walk(tree) if isinstance(node, DEFINITIONS)}, name
