"""A list as a file: the same route, filters and columns, asked for with `Accept: text/csv`.

    @router.get("", response_model=Page[PaymentRow], responses=csv.ANSWER | problems(TooManyRows))
    async def staff_payments(…, as_file: csv.Asked, limit: … = 20) -> Page[PaymentRow] | Response:
        page = service.payments(session, …, limit=csv.MOST_ROWS if as_file else limit, cursor=cursor)
        return csv.answer(page, PaymentRow, name="payments") if as_file else page

The file opens in a spreadsheet: UTF-8 with its mark, and no cell that a spreadsheet would calculate.
"""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from fastapi import Depends, Header, Response
from pydantic import BaseModel

from zimmer import clock
from zimmer.errors import TooManyRows
from zimmer.pagination import Page

MOST_ROWS = 10_000
# As owasp.org/www-community/attacks/CSV_Injection lists them (the line feed since its pull request 1116), and wide.
STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")

Item = TypeVar("Item", bound=BaseModel)
Path = tuple[str, ...]

ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list, as JSON or as a file",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


async def asked(accept: Annotated[str, Header(include_in_schema=False)] = "") -> bool:
    """Whether the caller wants the list as a file."""
    return names_csv(accept)


Asked = Annotated[bool, Depends(asked)]


def names_csv(accept: str) -> bool:
    """Whether an Accept header asks for a file by name; `*/*` does not."""
    return any(part.partition(";")[0].strip().lower() == "text/csv" for part in accept.split(","))


def answer(page: Page[Item], line: type[Item], *, name: str) -> Response:
    """One page as a file of all its lines, named for today. Raises TooManyRows when there is another page.

    A column stands for each field of `line`, in their order; those of a nested object get its name before
    theirs (`user_id`, `user_name`), and what has no columns of its own (a list, free JSON) stays JSON.
    """
    if page.next_cursor is not None:
        raise TooManyRows(limit=MOST_ROWS)
    paths = list(_paths(line))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["_".join(path) for path in paths])
    for item in page.items:
        fields = item.model_dump(mode="json")
        writer.writerow([cell(_at(fields, path)) for path in paths])
    return Response(
        text.getvalue().encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}-{clock.business_day()}.csv"'},
    )


def cell(value: Any) -> str | int | float:
    """A value as a spreadsheet may be given it: numbers as they are, and no text that begins a formula."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case str():
            return f"'{value}" if value.startswith(STARTS_A_FORMULA) else value
        case _:
            return json.dumps(value, ensure_ascii=False)


def _paths(line: type[BaseModel], above: Path = ()) -> Iterator[Path]:
    for name, field in line.model_fields.items():
        nested = _nested(field.annotation)
        if nested is None:
            yield (*above, name)
        else:
            yield from _paths(nested, (*above, name))


def _nested(annotation: Any) -> type[BaseModel] | None:
    """The object behind a field, also when there may be none."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    found = [kind for kind in kinds if kind is not type(None)]
    is_object = len(found) == 1 and isinstance(found[0], type) and issubclass(found[0], BaseModel)
    return found[0] if is_object else None


def _at(fields: Mapping[str, Any], path: Path) -> Any:
    value: Any = fields
    for name in path:
        if value is None:
            return None
        value = value[name]
    return value
