"""The pages around the code: indexes that are whole, links that lead somewhere, one version."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from snapthread import __version__
from snapthread.settings import NOT_YET, Settings
from tests import keys_page
from tests.env_example import page

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
DECISIONS = sorted((DOCS / "decisions").glob("[0-9]*.md"))
PAGES = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), ROOT / "bench" / "README.md"]


def read(path: Path) -> str:
    return path.read_text("utf-8")


def test_the_example_of_an_environment_is_what_the_readme_tells() -> None:
    stale = "stale: .venv/bin/python -m tests.env_example > .env.example"
    assert read(ROOT / ".env.example") == page(), stale


def test_the_page_of_keys_has_every_table_column_and_index() -> None:
    assert read(keys_page.KEYS) == keys_page.page(), "stale: make pages"


def test_the_example_of_an_environment_has_every_setting_and_sets_none() -> None:
    lines = read(ROOT / ".env.example").splitlines()

    assert all(line == "" or line.startswith("#") for line in lines)
    named = {line[1:].split("=")[0] for line in lines if re.match(r"#[A-Z_]+=", line)}
    assert named == {name.upper() for name in Settings.model_fields} - set(NOT_YET)


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda path: path.stem)
def test_every_decision_has_the_one_form(decision: Path) -> None:
    text = read(decision)

    assert re.match(rf"# {decision.name[:4]} \S.*\n\n## Context\n\n", text)
    headings = re.findall(r"(?m)^## (.*)$", text)
    assert headings[:2] == ["Context", "Decision"]
    assert headings[-1] == "Consequences"


def test_the_index_of_decisions_has_each_with_its_title() -> None:
    titles = {path.name: read(path).partition("\n")[0] for path in DECISIONS}

    rows = re.findall(
        r"^\| \[(\d{4})\]\((\S+)\) \| (.*?)(?: \*\(.*\)\*)? \|$",
        read(DOCS / "decisions/README.md"),
        re.M,
    )
    assert {name: f"# {number} {title}" for number, name, title in rows} == titles


def test_the_index_of_decisions_is_in_their_order_and_marks_those_that_were_superseded() -> None:
    index = read(DOCS / "decisions/README.md")
    numbers = re.findall(r"(?m)^\| \[(\d{4})\]", index)
    marked = re.findall(r"(?m)^\| \[(\d{4})\].* \*\(superseded .*\)\* \|$", index)

    assert numbers == sorted(numbers), "sort the rows by number"
    assert marked == [p.name[:4] for p in DECISIONS if re.search(r"(?i)superseded", read(p))]


def test_no_two_decisions_have_one_number() -> None:
    numbers = [path.name[:4] for path in DECISIONS]
    assert len(numbers) == len(set(numbers))


def test_the_index_of_the_docs_names_every_page() -> None:
    linked = set(re.findall(r"\]\(([^)#]+)\)", read(DOCS / "README.md")))

    assert {path.name for path in DOCS.glob("*.md")} - {"README.md"} <= linked


@pytest.mark.parametrize("source", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_to_a_file_leads_to_one(source: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)|src(?:set)?=\"([^\"]+)\"", read(source))
    files = [one or other for one, other in links if "://" not in (one or other)]

    missing = [link for link in files if not (source.parent / link.partition("#")[0]).exists()]
    assert missing == []


def test_no_picture_is_shown_twice() -> None:
    pictures = re.findall(r'src="([^"]+)"', read(ROOT / "README.md"))
    assert len(pictures) == len(set(pictures))


def test_the_changelog_has_the_version_that_the_code_has() -> None:
    released = re.findall(r"(?m)^## (\d+\.\d+\.\d+)", read(ROOT / "CHANGELOG.md"))

    assert released[0] == __version__
    assert not re.search(r'(?m)^version = "', read(ROOT / "pyproject.toml"))


def test_the_hosted_checks_run_what_developers_run() -> None:
    steps = re.findall(r"- run: (.*)", read(ROOT / ".github/workflows/ci.yml"))

    assert steps == [".ci/run", "make audit"]
    assert "make test" in read(ROOT / ".ci/run")


SOURCE = ROOT / "src" / "snapthread"
WHERE_TO_LOOK = {
    "README.md": read(ROOT / "README.md").partition("Where to look")[2].partition("\n## ")[0],
    "laws.md": read(DOCS / "laws.md").partition("## How we know")[0],
    "limits.md": read(DOCS / "limits.md").partition("## In which order")[2].partition("\n## ")[0],
    "first-generation.md": read(DOCS / "first-generation.md").partition("## Taking over")[0],
    "CONTRIBUTING.md": read(ROOT / "CONTRIBUTING.md")
    .partition("## Recipes")[2]
    .partition("## Tests")[0],
}
NOT_OURS = set(
    "BOT_TOKEN TELEGRAM_BOT_TOKEN REDIS_URL STORE_URL USER_STORAGE_MB :// BEGIN IMMEDIATE".split()
)


@cache
def defined_names() -> frozenset[str]:
    """Classes, functions, fields and constants of the code, and what the tests call so."""
    tests = [Path(__file__), ROOT / "tests" / "contracts" / "builders.py"]
    code = "\n".join(map(read, [*SOURCE.rglob("*.py"), *tests]))
    forms = (
        r"^[ \t]*(?:async )?(?:class|def) (\w+)",
        r"^    (\w+): ",
        r"^(\w+)\b.* = ",
        r"self\.(\w+): ",
    )
    return frozenset(name for form in forms for name in re.findall(form, code, re.M))


@pytest.mark.parametrize("page", sorted(WHERE_TO_LOOK))
def test_where_a_page_says_to_look_is_what_it_names(page: str) -> None:
    named = re.findall(r"`([A-Za-z_/.]+)`", WHERE_TO_LOOK[page].replace("src/snapthread/", ""))

    assert len(named) > 7
    for name in (name for name in named if not name.startswith("/")):  # which is a command
        if name in NOT_OURS:
            continue
        if "/" in name or name.endswith((".py", ".toml")):
            assert any((base / name).exists() for base in (SOURCE, ROOT)), name
        else:
            assert name.rpartition(".")[2] in defined_names(), name


NOT_LISTED = set(  # their first pages draw them, or each file is what it is called
    "snapthread snapthread/cli snapthread/formatting snapthread/formatting/parse/maths"
    " snapthread/store/schema snapthread/store/sqlite/file".split()
)
PACKAGES = {
    str(page.parent.relative_to(ROOT / "src")) for page in (ROOT / "src").rglob("__init__.py")
}
LISTING = sorted(PACKAGES - NOT_LISTED)


@pytest.mark.parametrize("package", LISTING)
def test_the_page_of_a_package_names_each_of_its_files(package: str) -> None:
    """A new file has its line there, as the others have: `name.py  the file in a few words`."""
    folder = ROOT / "src" / package
    named = re.findall(r"(?m)^(\w+\.py)  ", read(folder / "__init__.py"))

    assert sorted(named) == sorted({path.name for path in folder.glob("*.py")} - {"__init__.py"})


def test_the_page_of_the_whole_package_names_every_room_and_file() -> None:
    page = read(SOURCE / "__init__.py")
    rooms = {f"{path.name}/" for path in SOURCE.iterdir() if (path / "__init__.py").exists()}
    files = {path.name for path in SOURCE.glob("*.py")} - {"__init__.py", "__main__.py"}

    assert {name for name in rooms | files if name not in page} == set()


def functions_by_file(page: str) -> set[tuple[str, str]]:
    """Each name that follows a file's: `images/uploader.py` `upload`, `_make_room`."""
    named = re.findall(r"`([\w/]+\.py)`((?:,? (?:and )?`\w+`)+)", page)
    return {(file, name) for file, names in named for name in re.findall(r"\w+", names)}


@pytest.mark.parametrize("page", ["README.md", "docs/laws.md", "docs/limits.md"])
def test_a_function_that_a_page_names_after_a_file_is_there(page: str) -> None:
    named = functions_by_file(read(ROOT / page))

    assert len(named) > 5
    for file, name in named:
        assert re.search(rf"(?m)^\s*(async )?(def|class) {name}\b", read(SOURCE / file)), (
            file,
            name,
        )


def retires(function: ast.AST) -> bool:
    """Does it call what retires, or make such a row itself?"""
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    called = {ast.unparse(call.func).removeprefix("self.store.") for call in calls}
    states = [word.value for call in calls for word in call.keywords if word.arg == "state"]
    is_made = any(isinstance(value, ast.Constant) and value.value == "retired" for value in states)
    return is_made or bool(called & {"retire", "retire_file", "retired_file"})


def test_the_laws_name_every_place_that_retires_a_file() -> None:
    shared = {"retire_file", "retired_file", "retire"}  # what the places call
    calling = {
        (str(path.relative_to(SOURCE)), node.name)
        for path in SOURCE.rglob("*.py")
        if "retire" in read(path)
        for node in ast.walk(ast.parse(read(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and retires(node)
    }
    section = read(DOCS / "laws.md").partition("## Where is a file retired?")[2]

    named = functions_by_file(section.partition("\n## ")[0])
    places = {(file, name) for file, name in calling if name not in shared}
    assert places == named


def test_each_rule_of_the_store_names_the_page_with_its_promises() -> None:
    verbs = re.findall(
        r"(?m)^    (\w+) = (?:reads|writes)\((\w+)\.", read(SOURCE / "store/__init__.py")
    )
    for verb, rule in (pair for pair in verbs if not pair[0].startswith("_")):
        opening = read(SOURCE / "store" / "rules" / f"{rule}.py").split('"""')[1]
        promised = [read(SOURCE / name) for name in re.findall(r"ports/\w+\.py", opening)]
        assert any(f"async def {verb}(" in page for page in promised), (rule, verb)


def test_each_folder_of_tests_has_its_line() -> None:
    named = re.findall(r"(?m)^\| ((?:`\w+`(?:, )?)+) \|", read(ROOT / "CONTRIBUTING.md"))

    folders = {path.parent.name for path in (ROOT / "tests").glob("*/__init__.py")}
    assert set(re.findall(r"`(\w+)`", " ".join(named))) == folders


def test_every_place_that_deletes_a_file_is_known() -> None:
    """Law 3 stands on it: whatever is not named here deletes nothing."""
    code = {str(path.relative_to(SOURCE)): read(path) for path in SOURCE.rglob("*.py")}
    asking = re.compile(r"self\.(files|blobs|_of\(openai_id\))\.delete\b")

    assert {name for name, text in code.items() if asking.search(text)} == {
        "images/deleter.py",
        "images/transport.py",  # to whichever of both ways has it
        "rate_limits/openai.py",  # the same port, which waits
    }
    assert {name for name, text in code.items() if '"DELETE"' in text} == {
        "adapters/openai_api/files.py",
        "doctor/sight.py",  # the picture that it uploaded itself
    }


CODE = [path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py")]


def test_no_docstring_opens_with_a_word_that_asks() -> None:
    """It names the thing, or tells what to do."""
    asking = re.compile(r'"""(What|Who|Whom|Whose|Where|How|Which)\b')
    opened = {str(path.relative_to(ROOT)): asking.findall(read(path)) for path in CODE}

    assert {path: words for path, words in opened.items() if words} == {}
