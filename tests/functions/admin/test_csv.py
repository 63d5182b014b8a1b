import csv as reader
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from functions.admin import csv
from zimmer.errors import TooManyRows
from zimmer.pagination import Page


class Owner(BaseModel):
    id: int
    name: str


class Line(BaseModel):
    id: int
    owner: Owner | None
    delta: int
    at: datetime
    is_open: bool
    before: dict[str, Any] | None = None


AT = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)


def line(**fields: Any) -> Line:
    return Line(**{"id": 1, "owner": Owner(id=7, name="سارا"), "delta": -5, "at": AT, "is_open": True, **fields})


def rows(page: Page[Line]) -> list[list[str]]:
    body = bytes(csv.answer(page, Line, name="lines").body)
    return list(reader.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def test_a_nested_object_becomes_columns_with_its_name_before_theirs() -> None:
    header, first = rows(Page(items=[line()]))
    assert header == ["id", "owner_id", "owner_name", "delta", "at", "is_open", "before"]
    assert first == ["1", "7", "سارا", "-5", "2026-11-23T08:30:00Z", "true", ""]


def test_an_object_that_is_not_there_leaves_its_columns_empty() -> None:
    assert rows(Page(items=[line(owner=None)]))[1][1:3] == ["", ""]


def test_free_json_stays_json() -> None:
    assert rows(Page(items=[line(before={"name": "سارا"})]))[1][-1] == '{"name": "سارا"}'


def test_an_empty_list_still_has_its_columns() -> None:
    assert len(rows(Page(items=[]))) == 1


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_no_cell_starts_a_formula(start: str) -> None:
    text = f"{start}HYPERLINK(1)"
    assert rows(Page(items=[line(owner=Owner(id=1, name=text))]))[1][2] == f"'{text}"


@pytest.mark.parametrize("number", [-5, 0, -1.5, 12])
def test_a_number_stays_a_number(number: float) -> None:
    assert csv.cell(number) == number


def test_commas_quotes_and_lines_come_back_as_they_were() -> None:
    name = 'a "b", c\nd'
    assert rows(Page(items=[line(owner=Owner(id=1, name=name))]))[1][2] == name


def test_a_spreadsheet_is_told_that_it_is_utf_8() -> None:
    answer = csv.answer(Page(items=[line()]), Line, name="lines")
    assert bytes(answer.body).startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].startswith('attachment; filename="lines-')


def test_a_list_with_another_page_is_too_long_for_a_file() -> None:
    with pytest.raises(TooManyRows):
        csv.answer(Page(items=[line()], next_cursor="MQ"), Line, name="lines")


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/csv", True),
        ("Text/CSV;charset=utf-8", True),
        ("application/json, text/csv;q=0.5", True),
        ("application/json", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_a_file_is_asked_for_by_name(accept: str, wanted: bool) -> None:
    assert csv.names_csv(accept) is wanted
