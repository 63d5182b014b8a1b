"""A customer without a browser: the steps of a purchase by HTTP, as the panel and the bank's page take them."""

import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx

from local.errors import StepFailed
from local.gateway import COMES_FROM

Json = dict[str, Any]
SHOWN_OF_AN_ANSWER = 300
ASKS_EVERY_SECONDS = 0.5
REFRESH_COOKIES = {"user": "zimmer_refresh_user", "admin": "zimmer_refresh_admin"}  # one per panel


class StoryBroken(StepFailed):
    """A step of the story did not go as promised."""


class Refused(StoryBroken):
    """The platform said no to a step, with a problem of its own."""

    def __init__(self, why: str, *, code: str, title: str) -> None:
        super().__init__(why)
        self.code, self.title = code, title


class Shopper:
    """One throw-away customer of the running platform. Every step raises StoryBroken when it is refused."""

    def __init__(self, api_url: str, browser: httpx.Client) -> None:
        self._api_url = api_url
        self._browser = browser
        # Registrations are counted by address, and a person may play more stories in an hour than one may register.
        self.address = any_address()
        self.email = f"demo-{uuid4().hex[:12]}@example.com"
        self.password = f"demo-{uuid4().hex}"
        self.panel = "user"
        self._headers = {COMES_FROM: self.address}

    def register(self) -> None:
        form = {"name": "مشتری نمایش", "email": self.email, "password": self.password}
        self._enter(self.api("POST", "/api/auth/register", form, expected=201))

    def sign_in(self, email: str, password: str, *, panel: str = "user", code: Callable[[], str] | None = None) -> None:
        """Be somebody who has an account; in the `admin` panel, one of the staff, who need a `code` too."""
        self.email, self.password, self.panel = email, password, panel
        form = {"email": email, "password": password, "audience": panel}
        answer = self.api("POST", "/api/auth/login", form)
        if "otp_required" in answer and code:
            owed = {"challenge_token": answer["challenge_token"], "code": code()}
            answer = self.api("POST", "/api/auth/2fa/verify", owed)
        expect("access_token" in answer, f"{email} is not let in with a password alone")
        self._enter(answer)

    def sign_out_everywhere(self) -> None:
        answer = self.send("POST", f"{self._api_url}/api/auth/logout-all", None, self._headers)
        expect(answer.status_code == 204, f"signing out answered {answer.status_code}")

    @property
    def refresh_cookie(self) -> tuple[str, str]:
        """The cookie that a browser would keep, by name and value. The client must be this customer's alone."""
        name = REFRESH_COOKIES[self.panel]
        return name, self._browser.cookies[name]

    def _enter(self, answer: Json) -> None:
        self._headers["authorization"] = f"Bearer {answer['access_token']}"

    def for_sale(self) -> list[Json]:
        """The cards of the marketplace that can be bought."""
        cards: list[Json] = self.api("GET", "/api/automations/available")["items"]
        return [card for card in cards if card["can_buy"]]

    def first_for_sale(self) -> int:
        cards = self.for_sale()
        expect(bool(cards), "nothing in the marketplace can be bought")
        return int(cards[0]["id"])

    def add(self, automation: int) -> Json:
        return self.api("POST", f"/api/user/automations/{automation}", expected=201)

    def start_purchase(self, automation: int, tokens: int, *, key: str | None = None) -> Json:
        order = {"automation_id": automation, "tokens": tokens}
        headers = {"idempotency-key": key or str(uuid4())}
        return self.api("POST", "/api/payments/zarinpal/init", order, headers=headers, expected=201)

    def pay(self, redirect_url: str) -> str:
        """Open the bank's page and press its button; where the browser would go next, without going."""
        page = self.send("GET", redirect_url)
        expect(page.status_code == 200, f"the bank's page answered {page.status_code}")
        form = re.search(r'action="([^"]+/pay)"', page.text)
        expect(form is not None, "the bank's page has no button to pay")
        pressed = self.send("POST", str(page.url.join(form.group(1) if form else "")))
        expect(pressed.status_code == 303, f"paying answered {pressed.status_code}")
        return str(pressed.headers["location"])

    def come_back(self, callback_url: str, transaction_id: str) -> None:
        """Follow the bank's redirect to our callback, and see that it leads to the return page."""
        returned = self.send("GET", callback_url)
        expect(returned.status_code == 303, f"the callback answered {returned.status_code}")
        expect(transaction_id in returned.headers["location"], "the callback leads elsewhere")

    def payment(self, transaction_id: str) -> Json:
        return self.api("GET", f"/api/payments/{transaction_id}")

    def own(self, automation: int) -> Json:
        return self.api("GET", f"/api/user/automations/{automation}")

    def api(
        self,
        method: str,
        path: str,
        body: Json | None = None,
        *,
        headers: dict[str, str] | None = None,
        expected: int = 200,
    ) -> Json:
        answer = self.send(method, self._api_url + path, body, {**self._headers, **(headers or {})})
        said = answer.text[:SHOWN_OF_AN_ANSWER]
        why = f"{method} {path} answered {answer.status_code}: {said}"
        if answer.status_code != expected and answer.headers.get("content-type") == "application/problem+json":
            problem = answer.json()
            raise Refused(why, code=problem["code"], title=problem["title"])
        expect(answer.status_code == expected, why)
        found: Json = answer.json()
        return found

    def send(
        self, method: str, url: str, body: Json | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        try:
            return self._browser.request(method, url, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise StoryBroken(f"{method} {url}: {error}") from error


class PatientShopper(Shopper):
    """Whoever finds every sandbox busy, or API Gateway's throttle, presses once more until the deadline (monotonic).

    The platform's own refusal of too many requests names its Retry-After, and is an answer like any other.
    """

    def __init__(self, api_url: str, browser: httpx.Client, deadline: float) -> None:
        super().__init__(api_url, browser)
        self._deadline = deadline

    def send(
        self, method: str, url: str, body: Json | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        while is_turned_away(answer := super().send(method, url, body, headers)) and time.monotonic() < self._deadline:
            time.sleep(ASKS_EVERY_SECONDS)
        return answer


def is_turned_away(answer: httpx.Response) -> bool:
    """Whether the request never reached a function."""
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        return "retry-after" not in answer.headers
    return answer.status_code == httpx.codes.SERVICE_UNAVAILABLE


def any_address() -> str:
    """One of the addresses that are kept for examples."""
    return f"2001:db8:{secrets.randbelow(1 << 16):x}:{secrets.randbelow(1 << 16):x}::1"


def authority_in(redirect_url: str) -> str:
    """The bank's name for the purchase, which ends its page's address."""
    return redirect_url.rpartition("/")[2]


def expect(kept: bool, otherwise: str) -> None:
    """Raises StoryBroken when a promise was not kept."""
    if not kept:
        raise StoryBroken(otherwise)
