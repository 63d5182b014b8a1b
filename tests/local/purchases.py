"""The merchant's side, ready made: what it sends, and the door that customers come back through."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import httpx

MERCHANT = "11111111-2222-4333-8444-555555555555"
OTHER_MERCHANT = "99999999-2222-4333-8444-555555555555"
CALLBACK = "http://localhost:8000/api/payments/zarinpal/callback/42"


def order(**changes: object) -> dict[str, object]:
    fields: dict[str, object] = {
        "merchant_id": MERCHANT,
        "amount": 110_000,
        "currency": "IRR",
        "description": "خرید ۱۰۰ توکن",
        "callback_url": CALLBACK,
        "metadata": {"mobile": "09121234567", "email": "a@b.c", "order_id": "42", "auto_verify": False},
    }
    return {name: value for name, value in (fields | changes).items() if value is not None}


def open_payment(shop: httpx.Client, **changes: object) -> str:
    """Ask for a payment; returns its authority."""
    return str(shop.post("request.json", json=order(**changes)).json()["data"]["authority"])


def verify(shop: httpx.Client, authority: str, *, amount: int = 110_000, merchant_id: str = MERCHANT) -> httpx.Response:
    return shop.post("verify.json", json={"merchant_id": merchant_id, "amount": amount, "authority": authority})


def inquire(shop: httpx.Client, authority: str, *, merchant_id: str = MERCHANT) -> httpx.Response:
    return shop.post("inquiry.json", json={"merchant_id": merchant_id, "authority": authority})


def unverified(shop: httpx.Client, merchant_id: str = MERCHANT) -> httpx.Response:
    return shop.post("unVerified.json", json={"merchant_id": merchant_id})


def reverse(shop: httpx.Client, authority: str, *, merchant_id: str = MERCHANT) -> httpx.Response:
    return shop.post("reverse.json", json={"merchant_id": merchant_id, "authority": authority})


def status_of(shop: httpx.Client, authority: str) -> str:
    """What inquiry.json says."""
    return str(inquire(shop, authority).json()["data"]["status"])


def error_code(response: httpx.Response) -> int:
    """The code of a refusal, after looking at the shape it must have."""
    payload = response.json()
    assert payload["data"] == []
    assert set(payload["errors"]) == {"code", "message", "validations"}
    return int(payload["errors"]["code"])


@dataclass
class Door:
    """A shop that hears callbacks. `greet` runs while the visitor stands in it, and may take its time."""

    url: str = ""
    greet: Callable[[dict[str, str]], object] = lambda query: None
    visitors: list[dict[str, str]] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        return [visitor["Status"] for visitor in self.visitors]


@contextmanager
def open_door() -> Iterator[Door]:
    door = Door()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            door.visitors.append(query)
            door.greet(query)
            self.send_response(303)
            self.send_header("Location", "http://localhost:1/the-panel-that-nobody-opens")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        door.url = f"http://localhost:{server.server_port}/callback/42"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield door
        finally:
            server.shutdown()
            thread.join(5)
