"""The glossary's names are names in the code."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "glossary.md").read_text("utf-8")
NAMES = sorted(set(re.findall(r"`([A-Za-z_]+)`", PAGE)))
CODE = "\n".join(path.read_text("utf-8") for path in (ROOT / "src" / "snapthread").rglob("*.py"))
DEFINED = set(re.findall(r"(?m)^[ \t]*(?:class |(?:async )?def )?(\w+)(?:\(|:| = )", CODE))


@pytest.mark.parametrize("name", NAMES)
def test_each_name_of_the_glossary_is_defined_in_the_code(name: str) -> None:
    assert name in DEFINED, f"docs/glossary.md names {name}"


def test_no_word_of_the_glossary_is_told_twice() -> None:
    words = re.findall(r"^\| ([`*][^|]+?) \|", PAGE, re.MULTILINE)
    assert len(words) == len(set(words)) > 40
