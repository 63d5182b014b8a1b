"""What goes back over the wire: Zarinpal's two JSON shapes, or something that is neither."""

import json
from concurrent.futures import Future
from dataclasses import dataclass

from local.zarinpal.browser import Landing
from local.zarinpal.codes import SUCCESS, http_status, message

JSON, HTML = "application/json", "text/html; charset=utf-8"


@dataclass(frozen=True)
class Reply:
    """An answer not yet sent. `code` is None when it carries none of Zarinpal's codes.

    It leaves after `hold_seconds`, or as soon as `until` is done.
    """

    content: str
    status: int = 200
    media_type: str = JSON
    code: int | None = None
    authority: str | None = None
    hold_seconds: float = 0
    until: Future[Landing] | None = None


def success(data: dict[str, object], *, code: int = SUCCESS, authority: str | None = None) -> Reply:
    """`data` is filled and `errors` is an empty list. A `code` inside `data` wins over the number."""
    payload = {"data": {"code": code, **data}, "errors": []}
    return Reply(json.dumps(payload), code=code, authority=authority)


def failure(code: int, validations: list[dict[str, str]] | None = None) -> Reply:
    """`data` is an empty list and `errors` is an object: the types really do change places."""
    errors = {"code": code, "message": message(code), "validations": validations or []}
    return Reply(json.dumps({"data": [], "errors": errors}), status=http_status(code), code=code)


def web_page(status: int, heading: str) -> Reply:
    """A page for people where JSON was due, as a proxy in front of a gateway sends it."""
    content = f"<!doctype html><title>{heading}</title><h1>{heading}</h1>"
    return Reply(content, status=status, media_type=HTML)
