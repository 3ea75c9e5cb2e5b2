"""The checklist of a release: `make release-check`. Tells what is not ready, and changes nothing.

`make audit` asks only what is known of the packages.

A step that cannot be tried here says so and does not fail; what only a person can judge is printed.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).resolve().parents[1]
UV: Final = HERE / ".uv" / "bin" / "uv"
TRY_S: Final = 900
BY_HAND: Final = (
    "make test and make soak are green on this commit",
    "an operator's hour: install, first run, a bad key, a full disk, a dead letter, a restore",
    "the screenshots in docs/screenshots are of this version",
    "tag: git tag -a v{version} -m 'Snapthread {version}'",
)

Verdict = tuple[bool | None, str]  # None: could not be tried


def main() -> int:
    """Exit status 1 where something is not ready."""
    if sys.argv[1:] == ["audit"]:
        return _tell([packages_are_sound()])
    status = _tell([check() for check in CHECKS])
    for step in BY_HAND:
        print("☐", step.format(version=version()))
    return status


def _tell(verdicts: list[Verdict]) -> int:
    for ok, said in verdicts:
        print({True: "✓", False: "✗", None: "!"}[ok], said)
    return int(any(ok is False for ok, _ in verdicts))


def version() -> str:
    from snapthread import __version__

    return __version__


def is_committed() -> Verdict:
    changed = _run("git", "status", "--porcelain")[1].strip()
    return not changed, "everything is committed" if not changed else "there are changes"


def has_changelog() -> Verdict:
    text = (HERE / "CHANGELOG.md").read_text("utf-8")
    named = re.search(rf"^## {re.escape(version())}\b", text, re.MULTILINE) is not None
    return named, f"CHANGELOG.md {'has' if named else 'has no'} section for {version()}"


def has_no_tag() -> Verdict:
    found = _run("git", "tag", "--list", f"v{version()}")[1].strip()
    return not found, f"v{version()} {'is tagged already' if found else 'is not tagged yet'}"


def pages_are_fresh() -> Verdict:
    names = ("metrics_page", "costs_page", "inputs_page", "operator_docs")
    tests = [f"tests/test_{name}.py" for name in names]
    status, said = _run(sys.executable, "-m", "pytest", "-q", *tests)
    return status == 0, "the pages of docs/ are fresh" if status == 0 else said[-500:]


def lock_is_fresh() -> Verdict:
    before = _locked()
    status, _ = _run("make", "lock")
    after = _locked()
    for name, content in before.items():
        (HERE / name).write_bytes(content)
    if status:
        return None, "the requirements could not be compiled here"
    return before == after, "the requirements are compiled from pyproject.toml"


def _locked() -> dict[str, bytes]:
    files = sorted((HERE / "requirements").glob("*.txt"))
    return {str(file.relative_to(HERE)): file.read_bytes() for file in files}


def requirements_name_no_host() -> Verdict:
    held = (HERE / "requirements").glob("*.txt")
    hosts = [file.name for file in held if re.search(r"https?://", file.read_text())]
    return not hosts, f"no registry's host in requirements/{hosts or ''}"


def packages_are_sound() -> Verdict:
    """pip-audit asks for what is known of each package; a mirror may not have that."""
    audit = (str(UV), "tool", "run", "pip-audit", "--disable-pip", "--require-hashes")
    status, said = _run(*audit, "-r", "requirements/run.txt")
    if "could not be audited" in said or "Traceback" in said or not said.strip():
        return None, "pip-audit cannot reach its data from here"
    return status == 0, f"pip-audit: {said.strip().splitlines()[0]}"


def _run(*command: str) -> tuple[int, str]:
    try:
        done = subprocess.run(
            command, cwd=HERE, capture_output=True, text=True, timeout=TRY_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return 1, f"Traceback {error}"
    return done.returncode, done.stdout + done.stderr


CHECKS: Final[tuple[Callable[[], Verdict], ...]] = (
    is_committed,
    has_changelog,
    has_no_tag,
    pages_are_fresh,
    lock_is_fresh,
    requirements_name_no_host,
    packages_are_sound,
)

if __name__ == "__main__":
    sys.exit(main())
