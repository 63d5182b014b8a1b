"""Errors on the wire: `application/problem+json` (RFC 9457), the same shape for every refusal."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from zimmer.db import LOGIN_REFUSED, sqlstate
from zimmer.errors import (
    BadRequest,
    DatabaseUnavailable,
    FieldError,
    MalformedJson,
    MethodNotAllowed,
    RouteNotFound,
    ValidationFailed,
    ZimmerError,
)
from zimmer.observability import logger

PROBLEM_BASE = "https://zimmerai.com/problems/"
PROBLEM_JSON = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457, with our code, the request's id, and what else the situation has to say."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


def answer_as_problems(app: FastAPI) -> None:
    """Turn everything an app can raise into a problem; what is left over the edge hides."""
    app.add_exception_handler(ZimmerError, _answer_problem)
    app.add_exception_handler(RequestValidationError, _answer_invalid)
    app.add_exception_handler(HTTPException, _answer_routing)
    app.add_exception_handler(DBAPIError, _answer_database)


def problems(*kinds: type[ZimmerError]) -> dict[int | str, dict[str, Any]]:
    """What a route may answer besides success, for OpenAPI: `responses=problems(EmailTaken)`."""
    titles: dict[int, list[str]] = {}
    for kind in kinds:
        titles.setdefault(kind.status, []).append(f"`{kind.code}`: {kind.title}")
    return {
        status: {
            "description": "; ".join(lines),
            "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, lines in titles.items()
    }


AS_BEFORE: dict[int | str, dict[str, Any]] = {304: {"description": "The ETag of `If-None-Match` still holds"}}


def problem_of(error: ZimmerError, request_id: str) -> dict[str, Any]:
    """One refusal as the wire shows it."""
    body: dict[str, Any] = {
        "type": PROBLEM_BASE + error.code,
        "title": error.title,
        "status": error.status,
        "code": error.code,
        "detail": error.detail,
        "request_id": request_id,
        **error.data,
    }
    if isinstance(error, ValidationFailed):
        body["errors"] = error.errors
    return body


def problem_response(error: ZimmerError, request_id: str) -> JSONResponse:
    """An answer that is a refusal."""
    headers = {"Retry-After": str(error.data["retry_after_s"])} if "retry_after_s" in error.data else None
    body = problem_of(error, request_id)
    return JSONResponse(body, status_code=error.status, media_type=PROBLEM_JSON, headers=headers)


async def _answer_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ZimmerError)
    return problem_response(error, request_id_of(request))


async def _answer_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = error.errors()
    if any(problem["type"] == "json_invalid" for problem in found):
        return problem_response(MalformedJson(), request_id_of(request))
    return problem_response(ValidationFailed(field_errors(found)), request_id_of(request))


async def _answer_routing(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses: no such path, no such method, a body that is no text."""
    assert isinstance(error, HTTPException)
    known: Mapping[int, type[ZimmerError]] = {404: RouteNotFound, 405: MethodNotAllowed}
    answer = problem_response(known.get(error.status_code, BadRequest)(), request_id_of(request))
    answer.headers.update(error.headers or {})  # a 405 must say in Allow what would be taken
    return answer


async def _answer_database(request: Request, error: Exception) -> Response:
    """A database that is away is worth another try; anything else it said is a mistake of ours.

    So is one that refuses the password: while it is being changed, the secret and the server disagree for seconds.
    """
    assert isinstance(error, DBAPIError)
    if not (error.connection_invalidated or _never_connected(error) or sqlstate(error) in LOGIN_REFUSED):
        raise error
    logger().exception("database.unavailable")
    return problem_response(DatabaseUnavailable(), request_id_of(request))


def _never_connected(error: DBAPIError) -> bool:
    return "create a connection" in str(error.orig)  # pg8000's words for a refused or timed-out connect


def field_errors(found: Sequence[Mapping[str, Any]]) -> list[FieldError]:
    """What pydantic found, as we say it."""
    return [_field_error(problem) for problem in found]


def _field_error(problem: Mapping[str, Any]) -> FieldError:
    location: Sequence[str | int] = problem["loc"]
    return {"loc": list(location), "code": str(problem["type"]).replace("_", "-"), "message": str(problem["msg"])}


def request_id_of(request: Request) -> str:
    """The id under which this request is logged."""
    return str(request.scope["state"]["request_id"])


async def request_id(request: Request) -> str:
    """`request_id_of` as a dependency."""
    return request_id_of(request)
