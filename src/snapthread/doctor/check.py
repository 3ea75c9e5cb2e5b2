"""One finding: what was looked at, whether it is well, and a sentence."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """`ok`: True, False where something is broken, None where it is not known or only a warning."""

    name: str
    ok: bool | None
    say: str


def good(name: str, say: str) -> Check:
    return Check(name=name, ok=True, say=say)


def broken(name: str, say: str) -> Check:
    return Check(name=name, ok=False, say=say)


def warning(name: str, say: str) -> Check:
    return Check(name=name, ok=None, say=say)
