"""Narrow ports: a class asks the store for the verbs that it uses, and for few others."""

import ast
import importlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from inspect import getmembers, isclass, isfunction
from pathlib import Path

from snapthread.ports import Store

SOURCE = Path(__file__).parents[1] / "src" / "snapthread"
VERBS = {name for name, _ in getmembers(Store, isfunction) if not name.startswith("_")}
# They open it, and hand it on.
WHO_BUILDS = {"wiring/adapters.py", "app/opening.py", "cli/backup.py"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """A class, the port that its field `store` asks for, and the verbs that it calls there."""

    name: str
    port: str
    asked: set[str]
    used: set[str]
    hands_on: bool


def sources() -> Iterator[Path]:
    for path in sorted(SOURCE.rglob("*.py")):
        if not {"ports", "store"} & set(path.relative_to(SOURCE).parts):
            yield path


def verbs_of(module: Path, port: str) -> set[str]:
    name = ".".join(module.relative_to(SOURCE.parent).with_suffix("").parts)
    found = getattr(importlib.import_module(name), port)
    assert isclass(found)
    return {verb for verb, _ in getmembers(found, isfunction)} & VERBS


@cache
def asking() -> list[Asking]:
    return [
        asked_by(path, node, ast.unparse(each.annotation))
        for path in sources()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.ClassDef)
        for each in node.body
        if isinstance(each, ast.AnnAssign) and ast.unparse(each.target) == "store"
    ]


def asked_by(path: Path, node: ast.ClassDef, port: str) -> Asking:
    attributes = [each for each in ast.walk(node) if isinstance(each, ast.Attribute)]
    mine = [each for each in attributes if ast.unparse(each) == "self.store"]
    called = [each.attr for each in attributes if each.value in mine]
    return Asking(
        name=f"{path.relative_to(SOURCE)}: {node.name}",
        port=port,
        asked=verbs_of(path, port),
        used=set(called),
        hands_on=len(mine) > len(called),
    )


def test_only_who_builds_the_bot_asks_for_the_whole_store() -> None:
    for path in sources():
        names = {
            ast.unparse(each)
            for node in ast.walk(ast.parse(path.read_text("utf-8")))
            if (each := getattr(node, "annotation", None)) is not None
        }
        is_whole = bool(names & {"Store", "'Store'"})
        assert not is_whole or str(path.relative_to(SOURCE)) in WHO_BUILDS, (
            f"{path.name} asks for the whole Store: compose a port of what it uses"
        )


def test_a_class_uses_at_least_half_of_the_verbs_that_it_asks_for() -> None:
    for each in asking():
        if each.used and not each.hands_on:
            assert 2 * len(each.used) >= len(each.asked), (each.name, each.asked - each.used)


def test_the_classes_that_ask_a_store_are_looked_at() -> None:
    found = {each.name: each for each in asking()}

    assert len(found) > 20
    assert found["intake/worker.py: Worker"].used >= {"claim", "next_wake", "release"}
    assert found["intake/keeping.py: ClaimKeeper"].used == {"renew", "release"}


def test_what_only_the_whole_store_has_is_of_its_whole_life() -> None:
    ports = [port for port in Store.__mro__[1:] if isclass(port)]
    small = {verb for port in ports for verb, _ in getmembers(port, isfunction)}

    assert VERBS - small == {"installation", "close"}
