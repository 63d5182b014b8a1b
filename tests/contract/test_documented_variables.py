"""Each environment variable of the customer's document does something: with another value we behave otherwise.

A test is named after its variable.
"""

import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from threading import Thread
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import select

from functions.payments import gateways
from local.zarinpal.running import Zarinpal
from local.zarinpal.running import running as running_zarinpal
from tests.api import Answer, Api
from tests.contract.customer_document import VARIABLES
from tests.factories import make_copy, make_user, purchase_in, token_for
from zimmer.db import Database, Session, engine
from zimmer.models import PaymentStatus, User, UserAutomation
from zimmer.settings import SettingsRefused, get_settings

SetEnv = Callable[..., None]

NOT_READ_YET = {"OPENAI_API_KEY"}  # the key pool's, which is not built
FORM = {"name": "سارا", "email": "sara@example.com", "password": "panjereh-roo-be-darya"}
NEEDS_NO_DATABASE, NEEDS_ITS_OWN = "/api/health", "/api/automations/available"
OTHER_SECRET = "another-secret-that-is-long-enough-to-sign-with"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[SetEnv]:
    """Starts the platform anew with these variables changed; all is put back afterwards."""
    monkeypatch.setenv("NO_PROXY", "localhost")

    def started_with(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        forget_what_was_started()

    yield started_with
    monkeypatch.undo()
    forget_what_was_started()


def forget_what_was_started() -> None:
    """What a new container would make anew: its settings, its connection, its client of the gateway."""
    if engine._from_settings.cache_info().currsize:
        engine._from_settings().close()
    if gateways._client.cache_info().currsize:
        gateways._client().close()
    for made_once in (engine._from_settings, gateways._client, get_settings):
        made_once.cache_clear()


def refused() -> str:
    """Why the platform does not start."""
    with pytest.raises(SettingsRefused) as refusal:
        get_settings()
    return str(refusal.value)


@pytest.mark.parametrize("variable", VARIABLES)
def test_a_documented_variable_has_its_test(variable: str) -> None:
    mine = [name for name in globals() if name.startswith(f"test_{variable.lower()}_")]
    assert bool(mine) is (variable not in NOT_READ_YET)


# the database


class PostgresThatListens:
    """Answers like a Postgres that wants a password, remembers how it was greeted, and lets nobody in."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.port: int = listener.getsockname()[1]
        self.heard: dict[str, str] = {}

    def serve(self) -> None:
        with suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                with caller, suppress(OSError, struct.error):
                    self._meet(caller)

    def _meet(self, caller: socket.socket) -> None:
        greeting = self._packet(caller)
        if greeting[:4] == struct.pack("!i", 80877103):  # may we speak TLS?
            caller.sendall(b"N")
            greeting = self._packet(caller)
        words = greeting[4:].rstrip(b"\0").decode().split("\0")
        self.heard |= dict(zip(words[::2], words[1::2], strict=False))
        caller.sendall(b"R" + struct.pack("!ii", 8, 3))  # the password, please
        caller.recv(1)
        self.heard["password"] = self._packet(caller).rstrip(b"\0").decode()
        error = b"SFATAL\0C28P01\0Mno\0\0"
        caller.sendall(b"E" + struct.pack("!i", len(error) + 4) + error)

    @staticmethod
    def _packet(caller: socket.socket) -> bytes:
        (length,) = struct.unpack("!i", caller.recv(4, socket.MSG_WAITALL))
        return caller.recv(length - 4, socket.MSG_WAITALL)


@pytest.fixture
def listening() -> Iterator[PostgresThatListens]:
    with socket.create_server(("localhost", 0)) as listener:
        postgres = PostgresThatListens(listener)
        thread = Thread(target=postgres.serve, daemon=True)
        thread.start()
        yield postgres
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def greeted(environment: SetEnv, postgres: PostgresThatListens, **variables: str) -> dict[str, str]:
    """How the platform introduces itself to the database when a request needs it. The request fails."""
    environment(**{"DB_HOST": "localhost", "DB_PORT": str(postgres.port), **variables})
    assert Api().get(NEEDS_ITS_OWN).status >= 500
    return postgres.heard


def names_in(url: str) -> list[str]:
    with closing(Database(url)) as database:
        return [row.name for row in database.read().rows(select(User.name))]


def test_database_url_is_where_a_new_customer_is_kept(environment: SetEnv, own_database: str) -> None:
    assert names_in(own_database) == []
    environment(DATABASE_URL=own_database)
    assert Api().post("/api/auth/register", FORM).status == 201
    assert names_in(own_database) == [FORM["name"]]


def test_db_host_is_who_is_asked(environment: SetEnv, listening: PostgresThatListens) -> None:
    assert greeted(environment, listening, DB_HOST="nowhere.invalid") == {}
    assert greeted(environment, listening, DB_HOST="localhost") != {}


def test_db_port_is_where_the_database_is_met(environment: SetEnv, listening: PostgresThatListens) -> None:
    with socket.create_server(("localhost", 0)) as other:
        other_port = str(other.getsockname()[1])
    assert greeted(environment, listening, DB_PORT=other_port) == {}
    assert greeted(environment, listening, DB_PORT=str(listening.port)) != {}


def test_db_name_is_the_database_that_is_opened(environment: SetEnv, listening: PostgresThatListens) -> None:
    assert greeted(environment, listening, DB_NAME="zimmer_of_tuesday")["database"] == "zimmer_of_tuesday"
    assert greeted(environment, listening, DB_NAME="zimmer_platform")["database"] == "zimmer_platform"


def test_db_user_is_who_we_say_we_are(environment: SetEnv, listening: PostgresThatListens) -> None:
    assert greeted(environment, listening, DB_USER="somebody")["user"] == "somebody"
    assert greeted(environment, listening, DB_USER="zimmer_user")["user"] == "zimmer_user"


def test_db_password_is_what_the_database_hears(environment: SetEnv, listening: PostgresThatListens) -> None:
    assert greeted(environment, listening, DB_PASSWORD="secure_password")["password"] == "secure_password"
    assert greeted(environment, listening, DB_PASSWORD="p@ss/w:rd#%")["password"] == "p@ss/w:rd#%"


# sign-in


def test_jwt_secret_key_signs_and_nothing_else_is_believed(environment: SetEnv, api: Api) -> None:
    token = api.post("/api/auth/register", FORM).json["access_token"]
    assert api.signed_in(token).get("/api/auth/me").status == 200
    environment(JWT_SECRET_KEY=OTHER_SECRET)
    assert api.signed_in(token).get("/api/auth/me").code == "token-invalid"


@pytest.mark.parametrize("algorithm", ["HS512", "RS256", "none"])
def test_jwt_algorithm_other_than_the_documented_one_stops_the_start(environment: SetEnv, algorithm: str) -> None:
    environment(JWT_ALGORITHM="HS256")
    assert Api().get(NEEDS_NO_DATABASE).status == 200
    environment(JWT_ALGORITHM=algorithm)
    assert "JWT_ALGORITHM" in refused()


@pytest.mark.parametrize("minutes", [5, 60, 120])
def test_jwt_access_token_expire_minutes_is_how_long_a_token_is_good(
    environment: SetEnv, api: Api, minutes: int
) -> None:
    environment(JWT_ACCESS_TOKEN_EXPIRE_MINUTES=str(minutes))
    assert api.post("/api/auth/register", FORM).json["expires_in"] == minutes * 60


# addresses


def refresh_from(origin: str, audience: str) -> Answer:
    """What a page of this origin hears when it asks for a fresh token without having a cookie."""
    return Api().post("/api/auth/refresh", {"audience": audience}, headers={"origin": origin})


@pytest.mark.usefixtures("zarinpal")
def test_api_base_url_is_where_the_bank_sends_the_customer(
    environment: SetEnv, zarinpal: Zarinpal, buyer: Api, copy: UserAutomation
) -> None:
    environment(API_BASE_URL="https://api.zimmerai.com")
    transaction_id = bought(buyer, copy).json["transaction_id"]
    [call] = zarinpal.calls("request")
    callback = f"https://api.zimmerai.com/api/payments/zarinpal/callback/{transaction_id}"
    assert call.sent["callback_url"] == callback


@pytest.mark.parametrize("panel", ["https://zimmerai.com", "https://panel.example.com"])
def test_frontend_url_is_where_a_customer_lands_after_the_bank(
    environment: SetEnv, session: Session, zarinpal: Zarinpal, panel: str
) -> None:
    payment = purchase_in(session, PaymentStatus.PENDING)
    environment(FRONTEND_URL=panel)
    answer = Api().get(
        f"/api/payments/zarinpal/callback/{payment.transaction_id}",
        params={"Authority": payment.authority, "Status": "NOK"},
    )
    assert answer.status == 303
    assert answer.headers["location"].startswith(f"{panel}/")


@pytest.mark.usefixtures("database")
def test_admin_url_is_the_only_page_that_may_refresh_a_sign_in_to_the_dashboard(environment: SetEnv) -> None:
    environment(ADMIN_URL="https://admin.zimmerai.com", CORS_ORIGINS='["https://admin.zimmerai.com", "https://b.com"]')
    assert refresh_from("https://admin.zimmerai.com", "admin").code == "not-signed-in"
    environment(ADMIN_URL="https://b.com")
    assert refresh_from("https://admin.zimmerai.com", "admin").code == "origin-refused"
    assert refresh_from("https://b.com", "admin").code == "not-signed-in"


@pytest.mark.usefixtures("database")
def test_cors_origins_are_the_pages_that_may_use_a_cookie(environment: SetEnv) -> None:
    environment(FRONTEND_URL="https://zimmerai.com", CORS_ORIGINS='["https://zimmerai.com"]')
    assert refresh_from("https://zimmerai.com", "user").code == "not-signed-in"
    environment(CORS_ORIGINS='["https://admin.zimmerai.com"]')
    assert refresh_from("https://zimmerai.com", "user").code == "origin-refused"


# payments


@pytest.fixture
def copy(session: Session) -> UserAutomation:
    return make_copy(session, make_user(session))


@pytest.fixture
def buyer(session: Session, copy: UserAutomation) -> Api:
    """The owner of `copy`."""
    return Api(token_for(session, session.get_one(User, copy.user_id)))


def bought(customer: Api, copy: UserAutomation, key: str = "purchase-0001") -> Answer:
    """The answer to a request for a hundred tokens."""
    body = {"automation_id": copy.automation_id, "tokens": 100}
    return customer.post("/api/payments/zarinpal/init", body, headers={"idempotency-key": key})


@pytest.mark.parametrize("merchant", ["1344b5d4-0048-11e8-94db-005056a205be", "2344b5d4-0048-11e8-94db-005056a205be"])
def test_zarrinpal_merchant_id_is_who_the_gateway_collects_for(
    environment: SetEnv, zarinpal: Zarinpal, buyer: Api, copy: UserAutomation, merchant: str
) -> None:
    environment(ZARRINPAL_MERCHANT_ID=merchant)
    assert bought(buyer, copy).status == 201
    assert [call.sent["merchant_id"] for call in zarinpal.calls("request")] == [merchant]


def test_zarrinpal_base_url_is_the_gateway_that_is_asked(
    environment: SetEnv, zarinpal: Zarinpal, buyer: Api, copy: UserAutomation
) -> None:
    with running_zarinpal() as other:
        environment(ZARRINPAL_BASE_URL=other.base_url)
        answer = bought(buyer, copy)
        assert (len(zarinpal.calls()), len(other.calls("request"))) == (0, 1)
        assert urlsplit(answer.json["redirect_url"]).netloc == urlsplit(other.base_url).netloc
        forget_what_was_started()


def test_zarrinpal_base_url_of_the_document_is_refused_with_the_one_to_use(environment: SetEnv) -> None:
    environment(ZARRINPAL_BASE_URL=VARIABLES["ZARRINPAL_BASE_URL"])
    assert "https://payment.zarinpal.com/pg/v4/payment/" in refused()


@pytest.mark.parametrize(("mode", "host", "status"), [("sandbox", "sandbox", 201), ("live", "payment", 503)])
def test_payments_mode_live_takes_no_authority_of_the_sandbox(
    environment: SetEnv,
    monkeypatch: pytest.MonkeyPatch,
    buyer: Api,
    copy: UserAutomation,
    mode: str,
    host: str,
    status: int,
) -> None:
    pretend = {"data": {"code": 100, "message": "Success", "authority": "S" + "0" * 35, "fee": 100}, "errors": []}
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", lambda *_: httpx.Response(200, json=pretend))
    environment(PAYMENTS_MODE=mode, ZARRINPAL_BASE_URL=f"https://{host}.zarinpal.com/pg/v4/payment/")
    assert bought(buyer, copy).status == status


def test_payments_mode_live_does_not_start_in_front_of_a_pretend_gateway(environment: SetEnv) -> None:
    environment(PAYMENTS_MODE="mock")
    assert get_settings().is_local
    environment(PAYMENTS_MODE="live")
    assert "ZARRINPAL_BASE_URL" in refused()
