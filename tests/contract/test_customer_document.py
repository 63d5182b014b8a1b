"""`docs/customer-document.md` answers every line of the customer's document, and what it says is so."""

import json
import re
import sys
from dataclasses import dataclass
from functools import cache

import pytest
from sqlalchemy import inspect

from local.template import ROOT
from tests.contract.customer_document import COLUMNS, INDEXES, ROUTES, SECTIONS, VARIABLES
from tests.databases import RolledBackDatabase
from zimmer.settings import Settings

PAGE = ROOT / "docs" / "customer-document.md"
STATE = re.compile(r"here|open|\[differs\]\((decisions/[0-9a-z-]+\.md)\)")
ROW = re.compile(r"^\| (.+?) \| (.+?) \| (.+?) \| (.+?) \|$")
ROUTE = re.compile(r"(GET|POST|PUT|PATCH|DELETE) (/\S+)")
HEAD = ("the document", "here", "shown by", "state")


@dataclass(frozen=True)
class Line:
    """A row of the page."""

    section: str
    says: str
    here: str
    shown_by: str
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == "open"

    @property
    def names(self) -> list[str]:
        """What stands in backticks as the place where the line is."""
        return re.findall(r"`([^`]+)`", self.here)

    @property
    def proofs(self) -> list[str]:
        return re.findall(r"`([^`]+)`", self.shown_by)

    def __str__(self) -> str:
        return f"{self.section}-{self.says}"


def lines() -> list[Line]:
    """The page's rows, in order."""
    found: list[Line] = []
    section = ""
    for text in PAGE.read_text(encoding="utf-8").splitlines():
        if text.startswith("## "):
            section = text.removeprefix("## ")
        elif (row := ROW.match(text)) and row.groups() != HEAD and set(row[1]) != {"-"}:
            says, here, shown_by, state = row.groups()
            found.append(Line(section, says.strip("`"), here, shown_by, state))
    return found


LINES = lines()
CLAIMED = [line for line in LINES if not line.is_open]


@cache
def routes() -> set[tuple[str, str]]:
    """The written interface, the names of path parameters left out."""
    document = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text(encoding="utf-8"))
    return {(verb.upper(), anonymous(path)) for path, verbs in document["paths"].items() for verb in verbs}


def anonymous(path: str) -> str:
    return re.sub(r"\{\w+\}", "{}", path)


def claimed_columns() -> list[str]:
    tables = {f"Table {table}" for table in COLUMNS}
    return [line.says for line in CLAIMED if line.section in tables and "." in line.says]


@pytest.mark.parametrize("section", SECTIONS)
def test_no_line_of_the_document_is_missing(section: str) -> None:
    assert [line.says for line in LINES if line.section == section] == list(SECTIONS[section])


def test_no_line_is_made_up() -> None:
    assert list(dict.fromkeys(line.section for line in LINES)) == list(SECTIONS)


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_line_has_a_state_and_a_departure_its_page(line: Line) -> None:
    state = STATE.fullmatch(line.state)
    assert state
    assert state[1] is None or (PAGE.parent / state[1]).is_file()


@pytest.mark.parametrize("line", CLAIMED, ids=str)
def test_what_a_line_names_exists(line: Line) -> None:
    assert line.names
    for name in line.names:
        assert exists(name), name


def exists(name: str) -> bool:
    """Whether a route is in the interface, a variable in the settings, a file or folder in the repository.

    Columns and indexes have a test of their own, which asks the database.
    """
    if route := ROUTE.fullmatch(name):
        return (route[1], anonymous(route[2])) in routes()
    if re.fullmatch(r"[A-Z_]+", name):
        return name.lower() in Settings.model_fields
    if name in INDEXES or name in COLUMNS or name.partition(".")[0] in COLUMNS:
        return True
    return (ROOT / name).exists()


@pytest.mark.parametrize("line", CLAIMED, ids=str)
def test_what_shows_a_line_exists(line: Line) -> None:
    assert line.proofs
    for proof in line.proofs:
        file, _, test = proof.partition("::")
        assert (ROOT / file).is_file(), proof
        source = (ROOT / file).read_text(encoding="utf-8")
        assert not test or re.search(rf"^def {test}\(", source, re.MULTILINE), proof


@pytest.mark.parametrize("column", claimed_columns())
def test_a_documented_column_is_in_the_database(database: RolledBackDatabase, column: str) -> None:
    table, _, name = column.partition(".")
    assert name in {found["name"] for found in inspect(database.held).get_columns(table)}


def test_every_documented_column_is_claimed() -> None:
    assert claimed_columns() == [f"{table}.{column}" for table, columns in COLUMNS.items() for column in columns]


@pytest.mark.parametrize("index", INDEXES)
def test_a_documented_index_is_in_the_database(database: RolledBackDatabase, index: str) -> None:
    table, column = INDEXES[index]
    found = {found["name"]: found["column_names"] for found in inspect(database.held).get_indexes(table)}
    assert found[index] == [column]


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_a_documented_route_is_open_until_it_is_in_the_interface(method: str, path: str) -> None:
    naming = [line for line in LINES if line.says.endswith(f"{method} {path}")]
    assert naming
    for line in naming:
        assert line.is_open is ((method, anonymous(path)) not in routes())


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_documented_variable_is_open_until_it_is_a_setting(variable: str) -> None:
    [line] = [line for line in LINES if (line.section, line.says) == ("Environment variables", variable)]
    assert line.is_open is (variable.lower() not in Settings.model_fields)


def test_how_much_is_open_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    unbuilt = sum(line.is_open for line in LINES)
    departed = sum(line.state.startswith("[differs]") for line in LINES)
    assert unbuilt + departed <= len(LINES)
    with capsys.disabled():
        sys.stdout.write(f"\nthe customer's document: {len(LINES)} lines, {unbuilt} open, {departed} differ\n")
