"""A registration form as a panel sends it, a browser that keeps cookies, and what the table of people holds."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from http.cookies import Morsel, SimpleCookie
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.api import Answer, Api
from tests.phones import Phone
from zimmer import crypto
from zimmer.db import Database, Session, using
from zimmer.models import Delivery, Role, User
from zimmer.notifications import Kind, sealed_place
from zimmer.observability import logger

ReadLog = Callable[[], list[dict[str, Any]]]
PHONE = Phone()
FORM = {"name": "سارا محمدی", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}
USER_PANEL, ADMIN_PANEL = "http://localhost:3000", "http://localhost:3001"


class Door:
    """Registers and signs in, each with a usual form and the fields a test changes."""

    def __init__(self, api: Api) -> None:
        self._api = api

    def register(self, **changes: Any) -> Answer:
        return self._api.post("/api/auth/register", FORM | changes)

    def login(self, **changes: Any) -> Answer:
        """Sign in, by the phone too where a code is owed."""
        form = {"email": FORM["email"], "password": FORM["password"]}
        return with_code(self._api.post, self._api.post("/api/auth/login", form | changes))


class Browser:
    """A browser with one panel open: it keeps the cookies it is given and names its page in Origin."""

    def __init__(self, origin: str = USER_PANEL, *, ip: str = "203.0.113.7") -> None:
        self.jar: dict[str, str] = {}
        self._origin, self._api = origin, Api(ip=ip)

    def copy(self) -> "Browser":
        """Somebody else with the same cookies."""
        other = Browser(self._origin)
        other.jar = dict(self.jar)
        return other

    def register(self, **changes: Any) -> Answer:
        return self.post("/api/auth/register", FORM | changes)

    def login(self, **changes: Any) -> Answer:
        """Sign in, by the phone too where a code is owed."""
        return with_code(self.post, self.first_step(**changes))

    def first_step(self, **changes: Any) -> Answer:
        """What the password alone is answered with."""
        return self.post("/api/auth/login", {"email": FORM["email"], "password": FORM["password"]} | changes)

    def refresh(self, **body: Any) -> Answer:
        return self.post("/api/auth/refresh", body)

    def logout(self, **body: Any) -> Answer:
        return self.post("/api/auth/logout", body)

    def post(self, path: str, body: Any = None, *, token: str | None = None) -> Answer:
        return self.send("POST", path, body, token=token)

    def send(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> Answer:
        headers = {"origin": self._origin, "cookie": "; ".join(f"{name}={value}" for name, value in self.jar.items())}
        if token:
            headers["authorization"] = f"Bearer {token}"
        answer = self._api.send(method, path, body, headers=headers)
        for cookie in map(cookie_of, answer.cookies):
            if cookie["max-age"] == "0":
                self.jar.pop(cookie.key, None)
            else:
                self.jar[cookie.key] = cookie.value
        return answer


def cookie_of(text: str) -> "Morsel[str]":
    """A Set-Cookie value, taken apart."""
    (cookie,) = SimpleCookie(text).values()
    return cookie


def refresh_token(answer: Answer) -> str:
    """The refresh token an answer gives out."""
    (text,) = answer.cookies
    return cookie_of(text).value


def me(answer: Answer) -> Answer:
    """What the access token of an answer is good for."""
    return Api(answer.json["access_token"]).get("/api/auth/me")


def token_of(answer: Answer) -> str:
    """The access token an answer gives out."""
    token: str = answer.json["access_token"]
    return token


def is_alive(answer: Answer) -> bool:
    """Whether the sign-in that an answer opened still counts."""
    return me(answer).status == 200


def refused(answer: Answer) -> tuple[int, str | None]:
    """A refusal's status and code. No refusal gives out a cookie."""
    assert answer.cookies == ()
    return answer.status, answer.code


def mailed(session: Session, kind: Kind | None = None) -> list[tuple[str, str]]:
    """What was promised by mail, in order: kind and address."""
    rows = session.execute(select(Delivery.kind, Delivery.address).order_by(Delivery.id))
    return [(row.kind, row.address) for row in rows if kind in {None, row.kind}]


def link_of(session: Session, kind: Kind) -> str:
    """The secret of the newest mail of a kind, as its reader will find it behind the # of the link."""
    newest = select(Delivery).where(Delivery.kind == kind).order_by(Delivery.id.desc()).limit(1)
    delivery = session.scalars(newest).one()
    assert delivery.sealed is not None
    url = json.loads(crypto.unseal(delivery.sealed, place=sealed_place(delivery.dedup_key)))["url"]
    return str(url).partition("#token=")[2]


def with_code(post: Callable[[str, Any], Answer], answer: Answer) -> Answer:
    """The answer to the second step of a login that owes one; whoever `make_staff` has made has this phone."""
    if answer.status != 200 or "otp_required" not in answer.json:
        return answer
    return post("/api/auth/2fa/verify", {"challenge_token": answer.json["challenge_token"], "code": PHONE.code()})


def make_staff(session: Session, role: Role = Role.MANAGER) -> None:
    """Everybody there is becomes a manager, with PHONE as their second factor."""
    for user in session.scalars(select(User)):
        user.role, user.twofa_enabled, user.twofa_last_step = role, True, None
        user.twofa_secret = crypto.seal(PHONE.secret, place=f"users|twofa_secret|{user.id}")
    session.flush()


@pytest.fixture
def door(api: Api) -> Door:
    return Door(api)


@pytest.fixture
def browser(api: Api) -> Browser:
    """A browser in which nobody is signed in."""
    return Browser()


@pytest.fixture
def both(browser: Browser, session: Session) -> tuple[Answer, Answer]:
    """A manager signed in to both panels in one browser."""
    in_panel = browser.register()
    make_staff(session)
    admin = Browser(ADMIN_PANEL)
    admin.jar = browser.jar
    return in_panel, admin.login(audience="admin")


@pytest.fixture
def committing(own_database: str) -> Iterator[Database]:
    """A database to which the handlers really commit."""
    with closing(Database(own_database)) as database, using(database):
        yield database


@pytest.fixture
def other(own_database: str) -> Iterator[Database]:
    """Another container's view of it: only what is committed."""
    with closing(Database(own_database)) as database:
        yield database


@pytest.fixture
def log() -> Iterator[ReadLog]:
    """What is logged during the test from INFO upwards, read back from its JSON."""
    handler, stream, level = logger().registered_handler, io.StringIO(), logger().log_level
    assert isinstance(handler, logging.StreamHandler)
    before = handler.setStream(stream)
    logger().setLevel("INFO")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logger().setLevel(level)
    if before is not None:
        handler.setStream(before)


def people(session: Session) -> int:
    """How many accounts there are."""
    return session.scalar(select(func.count()).select_from(User)) or 0
