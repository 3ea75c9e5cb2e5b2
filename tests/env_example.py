"""Writes .env.example from README's table of settings.

.venv/bin/python -m tests.env_example > .env.example
"""

import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Final

README: Final = Path(__file__).parent.parent / "README.md"
ROW: Final = re.compile(r"^\| (`[A-Z_]+`.*?) \| (.*?) \| (.*?) \|$", re.MULTILINE)
WIDTH: Final = 100
HEAD: Final = """\
# Every setting with its default: copy this file to .env, and take the # away where you choose
# otherwise. The environment wins over the file; blank means unset. README.md says more of each.
"""
# The table names an alias in brackets, and a default that is made of another setting.
ALIAS: Final = re.compile(r" \(or `[A-Z_]+`\)")
WRITTEN: Final = {"STORE_URL": "sqlite:///./data/snapthread.db"}


def page() -> str:
    return "\n".join([HEAD, *_settings()]).rstrip() + "\n"


def _settings() -> Iterator[str]:
    for names, default, meaning in ROW.findall(README.read_text("utf-8")):
        yield from _comment(meaning)
        value = re.match(r"`([^`]*)`", default)
        for name in re.findall(r"`([A-Z_]+)`", ALIAS.sub("", names)):
            yield f"#{name}={WRITTEN.get(name, value[1] if value else '')}"
        yield ""


def _comment(meaning: str) -> Iterator[str]:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", meaning).replace("`", "")
    file = "may come from the file that NAME_FILE names" if "†" in plain else ""
    told = "; ".join(part for part in (plain.replace("†", "").strip(), file) if part)
    yield from textwrap.wrap(told, WIDTH, initial_indent="# ", subsequent_indent="# ")


if __name__ == "__main__":
    sys.stdout.write(page())
