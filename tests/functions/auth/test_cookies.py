"""The refresh cookie: what it looks like, and which page may send it."""

import base64
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from tests.api import Api
from tests.factories import make_user, token_for
from tests.functions.auth.conftest import (
    ADMIN_PANEL,
    USER_PANEL,
    Browser,
    cookie_of,
    make_staff,
    refresh_token,
    refused,
)
from zimmer import crypto
from zimmer.db import Session
from zimmer.models import Audience, RefreshToken, Role, SignIn
from zimmer.settings import get_settings

REFRESH = "/api/auth/refresh"


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A platform that is not on somebody's own machine."""
    variables = {
        "ENV": "staging",
        "JWT_SECRET_KEY": "a secret that somebody made up for staging",
        "DATA_KEY": base64.b64encode(b"x" * 32).decode(),
        "ZARRINPAL_MERCHANT_ID": "11111111-1111-4111-8111-111111111111",
        "ZARRINPAL_BASE_URL": "https://sandbox.zarinpal.com/pg/v4/payment/",
        "PAYMENTS_MODE": "sandbox",
        "DB_PASSWORD": "made-up",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    yield
    monkeypatch.undo()
    get_settings.cache_clear()


@pytest.mark.parametrize(("audience", "panel"), [("user", USER_PANEL), ("admin", ADMIN_PANEL)])
def test_the_cookie_has_exactly_these_attributes(audience: str, panel: str, browser: Browser, session: Session) -> None:
    browser.register()
    make_staff(session)
    (given,) = browser.login(audience=audience).cookies
    token = cookie_of(given).value
    assert given == f"zimmer_refresh_{audience}={token}; HttpOnly; Max-Age=604800; Path=/api/auth; SameSite=lax"
    assert len(token) == 43  # 256 bits in base64


@pytest.mark.usefixtures("elsewhere")
def test_elsewhere_the_cookie_is_secure(browser: Browser) -> None:
    browser.register()
    for answer in (browser.login(), browser.refresh(), browser.logout()):
        assert "Secure" in [part.strip() for part in answer.cookies[0].split(";")]


def test_registering_gives_the_cookie_of_the_user_panel(browser: Browser) -> None:
    assert cookie_of(browser.register().cookies[0]).key == "zimmer_refresh_user"


def test_the_token_is_stored_as_a_hash_only(browser: Browser, session: Session) -> None:
    token = refresh_token(browser.register())
    assert session.scalars(select(RefreshToken.token_hash)).all() == [crypto.token_hash(token)]


def test_no_body_holds_a_refresh_token(browser: Browser) -> None:
    for answer in (browser.register(), browser.login(), browser.refresh()):
        assert refresh_token(answer).encode() not in answer.body


def test_a_refused_login_gives_no_cookie(browser: Browser) -> None:
    browser.register()
    assert refused(browser.login(password="not the password")) == (401, "wrong-credentials")


ORIGINS = [
    ("user", USER_PANEL, True),
    ("admin", ADMIN_PANEL, True),
    ("user", ADMIN_PANEL, False),
    ("admin", USER_PANEL, False),
    ("user", "https://evil.example", False),
    ("user", "null", False),
    ("user", "", False),
    ("user", f"{USER_PANEL}/", False),
    ("user", f"{USER_PANEL}.evil.example", False),
    ("user", "https://localhost:3000", False),
    ("user", "http://LOCALHOST:3000", False),
    ("user", f"{USER_PANEL},https://evil.example", False),
]


@pytest.mark.parametrize("path", [REFRESH, "/api/auth/logout"])
@pytest.mark.parametrize(("audience", "origin", "may"), ORIGINS)
def test_26_only_the_panel_itself_may_send_its_cookie(
    path: str, audience: str, origin: str, may: bool, browser: Browser, session: Session
) -> None:
    browser.register()
    make_staff(session)
    token = refresh_token(browser.login(audience=audience))
    headers = {"cookie": f"zimmer_refresh_{audience}={token}", "origin": origin}
    answer = Api().post(path, {"audience": audience}, headers=headers)
    if may:
        assert answer.status in {200, 204}
    else:
        assert refused(answer) == (403, "origin-refused")
        assert session.scalar(select(func.count()).where(RefreshToken.rotated_at.is_not(None))) == 0
        assert session.scalar(select(func.count()).where(SignIn.revoked_at.is_not(None))) == 0


@pytest.mark.parametrize("path", [REFRESH, "/api/auth/logout"])
@pytest.mark.parametrize(
    ("site", "may"),
    [(None, True), ("same-origin", True), ("none", True), ("same-site", False), ("cross-site", False), ("", False)],
)
def test_26_without_an_origin_no_other_site_may_stand_behind_it(
    path: str, site: str | None, may: bool, browser: Browser
) -> None:
    token = refresh_token(browser.register())
    headers = {"cookie": f"zimmer_refresh_user={token}"} | ({} if site is None else {"sec-fetch-site": site})
    answer = Api().post(path, {}, headers=headers)
    assert answer.status in ({200, 204} if may else {403})


@pytest.mark.parametrize(
    ("name", "value"),
    [("CORS_ORIGINS", '["https://zimmerai.com"]'), ("FRONTEND_URL", "https://zimmerai.com")],
)
def test_the_settings_say_which_page_may(
    name: str, value: str, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.register()
    monkeypatch.setenv(name, value)
    get_settings.cache_clear()
    try:
        assert browser.refresh().code == "origin-refused"
    finally:
        monkeypatch.undo()
        get_settings.cache_clear()
    assert browser.refresh().status == 200


def test_8_an_access_token_of_one_panel_is_refused_by_the_routes_of_the_other(session: Session, api: Api) -> None:
    manager = make_user(session, role=Role.MANAGER)
    customer = make_user(session)
    in_dashboard = token_for(session, customer, audience=Audience.ADMIN)
    assert api.signed_in(in_dashboard).get("/api/user/automations").code == "not-allowed"
    assert api.signed_in(token_for(session, manager)).get("/api/user/automations").code == "not-allowed"
