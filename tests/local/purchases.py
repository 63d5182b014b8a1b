"""What the merchant sends, ready made."""

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


def error_code(response: httpx.Response) -> int:
    """The code of a refusal, after looking at the shape it must have."""
    payload = response.json()
    assert payload["data"] == []
    assert set(payload["errors"]) == {"code", "message", "validations"}
    return int(payload["errors"]["code"])
