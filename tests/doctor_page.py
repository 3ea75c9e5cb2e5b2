"""The doctor's findings in docs/troubleshooting.md, made of its own sentences.

`python -m tests.doctor_page` writes them between two marks of the page.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGE: Final = ROOT / "docs" / "troubleshooting.md"
DOCTOR: Final = ROOT / "src" / "snapthread" / "doctor"
BEGIN: Final = "<!-- made by `make pages` of the doctor's sentences -->\n"
END: Final = "<!-- end -->\n"
SIGNS: Final = {"broken": "✗", "warning": "!"}
OPEN: Final = "…"  # what is known only where it is said

Values = dict[str, list[ast.expr]]


def page() -> str:
    """The whole page, its findings fresh."""
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{_table()}{END}{after}"


def names() -> set[str]:
    """Of all checks that may fail or warn."""
    return {name for path in DOCTOR.glob("*.py") for name, _, _ in _rows(path)}


def _table() -> str:
    rows = sorted({row for path in DOCTOR.glob("*.py") for row in _rows(path)})
    lines = [f"| `{name}` | {sign} | {sentence} |" for name, sign, sentence in rows]
    return "\n".join(["| check | | it says |", "|---|---|---|", *lines, ""])


def _rows(path: Path) -> Iterator[tuple[str, str, str]]:
    tree = ast.parse(path.read_text("utf-8"))
    known = _assigned(tree.body)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            here = known | _assigned(list(ast.walk(function)))
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and ast.unparse(call.func) in SIGNS:
                    yield from _told(call, here)


def _told(call: ast.Call, known: Values) -> Iterator[tuple[str, str, str]]:
    sign = SIGNS[ast.unparse(call.func)]
    for name in _texts(call.args[0], known):
        for sentence in _texts(call.args[1], known):
            if sentence.strip(f" .:{OPEN}"):
                yield name, sign, re.sub(r"\s+", " ", sentence).replace("|", "\\|").strip()


def _assigned(nodes: list[ast.stmt] | list[ast.AST]) -> Values:
    """Values that each name may have."""
    found: Values = {}
    for node in nodes:
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found.setdefault(node.target.id, []).append(node.value)
        if isinstance(node, ast.Assign):
            for target in node.targets:
                for name, value in _pairs(target, node.value):
                    found.setdefault(name, []).append(value)
    return found


def _pairs(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(target, ast.Name):
        yield target.id, value
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for each, part in zip(target.elts, value.elts, strict=True):
            yield from _pairs(each, part)


def _texts(node: ast.expr, known: Values) -> list[str]:
    """Each text that an expression may be, as far as the code says."""
    match node:
        case ast.Constant(value=str() as text):
            return [text]
        case ast.JoinedStr(values=parts):
            return _joined(parts, known)
        case ast.Name(id=name) if name in known:
            return [text for value in known[name] for text in _texts(value, known)]
        case ast.Subscript(value=ast.Name(id=name)) if name in known:
            return [text for value in _of_table(node, known[name]) for text in _texts(value, known)]
        case ast.IfExp(body=one, orelse=other):
            return [*_texts(one, known), *_texts(other, known)]
    return [OPEN]


def _of_table(node: ast.Subscript, values: list[ast.expr]) -> list[ast.expr]:
    """The entry of a key that the code names, or all of them."""
    (table,) = values
    assert isinstance(table, ast.Dict)
    wanted = node.slice.value if isinstance(node.slice, ast.Constant) else None
    pairs = zip(table.keys, table.values, strict=True)
    return [
        value
        for key, value in pairs
        if wanted is None or (isinstance(key, ast.Constant) and key.value == wanted)
    ]


def _joined(parts: list[ast.expr], known: Values) -> list[str]:
    """Texts that the code knows stand in their place; a value is left open."""
    told = [""]
    for part in parts:
        choices = _texts(part.value if isinstance(part, ast.FormattedValue) else part, known)
        told = [text + choice for text in told for choice in dict.fromkeys(choices)]
    return told


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
