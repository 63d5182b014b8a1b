"""Every variable of the platform, what it may be, and which of them do not go together."""

import base64
import binascii
import re
from enum import StrEnum
from typing import Annotated, Self
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, Json, SecretStr, ValidationError, field_validator, model_validator

LOCAL_JWT_SECRET = "local-only-secret-of-at-least-32-bytes"  # noqa: S105  refused outside local mode
LOCAL_DATA_KEY = "bG9jYWwtb25seS1rZXktb2YtMzItYnl0ZXMtaGVyZSE="
LOCAL_MERCHANT_ID = "00000000-0000-4000-8000-000000000000"
PLACEHOLDERS = frozenset(
    {LOCAL_JWT_SECRET, LOCAL_DATA_KEY, LOCAL_MERCHANT_ID, "your_super_secret_key", "your_merchant_id", ""}
)


class Env(StrEnum):
    LOCAL = "local"
    DEV = "dev"
    STAGING = "staging"
    PROD = "prod"


class PaymentsMode(StrEnum):
    MOCK = "mock"  # the pretend gateway of the local platform
    SANDBOX = "sandbox"
    LIVE = "live"


class Settings(BaseModel):
    """Every variable of the platform, with the defaults of local work.

    Outside local mode nothing secret has a default: the start is refused by name.
    """

    model_config = ConfigDict(frozen=True)

    env: Env = Env.LOCAL

    app_secret_id: str = ""  # see zimmer.settings.secrets
    db_secret_id: str = ""

    database_url: str = ""
    db_host: str = "localhost"
    db_port: int = 5432
    db_name: str = "zimmer_platform"
    db_user: str = "zimmer_user"
    db_password: SecretStr = SecretStr("")
    db_prepared: bool = True
    db_ssl_root: str = ""
    database_read_url: str = ""
    db_read_host: str = ""  # with the primary's port, name, user and password

    cache_url: SecretStr = SecretStr("")  # with the password in it
    cache_seconds: Annotated[int, Field(ge=0, le=60)] = 10

    jwt_secret_key: SecretStr = SecretStr(LOCAL_JWT_SECRET)
    jwt_secret_key_previous: SecretStr | None = None  # verifies what it has signed, and signs nothing
    jwt_algorithm: str = "HS256"
    jwt_access_token_expire_minutes: Annotated[int, Field(ge=5, le=120)] = 60
    staff_twofa_required: bool = True
    data_key: SecretStr = SecretStr(LOCAL_DATA_KEY)

    api_base_url: str = "http://localhost:8000"
    frontend_url: str = "http://localhost:3000"
    admin_url: str = "http://localhost:3001"
    cors_origins: Json[list[str]] = ["http://localhost:3000", "http://localhost:3001"]

    zarrinpal_merchant_id: str = LOCAL_MERCHANT_ID
    zarrinpal_base_url: str = "http://localhost:8010/pg/v4/payment/"
    payments_mode: PaymentsMode = PaymentsMode.MOCK
    payment_minutes: Annotated[int, Field(ge=5, le=120)] = 30

    credit_queue_url: str = ""
    delivery_queue_url: str = ""
    credit_dead_letters_url: str = ""  # the dashboard counts, shows and redrives them
    delivery_dead_letters_url: str = ""
    archive_bucket: str = ""  # the heads of all chains and the reports, outside of the database
    mail_from: str = "Zimmer <no-reply@zimmerai.com>"  # an address that SES has verified
    business_timezone: str = "Asia/Tehran"
    local_clock_file: str = ""  # how the local platform moves the clock of all its processes

    @field_validator("jwt_algorithm")
    @classmethod
    def hs256_only(cls, algorithm: str) -> str:
        if algorithm != "HS256":
            raise ValueError("only HS256 is accepted")
        return algorithm

    @field_validator("jwt_secret_key", "jwt_secret_key_previous")
    @classmethod
    def long_enough(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is not None and len(secret.get_secret_value().encode()) < 32:
            raise ValueError("must be 32 bytes or longer")
        return secret

    @field_validator("data_key")
    @classmethod
    def thirty_two_bytes(cls, key: SecretStr) -> SecretStr:
        try:
            text = key.get_secret_value().replace("-", "+").replace("_", "/")
            raw = base64.b64decode(text, validate=True)
        except binascii.Error:
            raw = b""
        if len(raw) != 32:
            raise ValueError("must be 32 bytes in base64")
        return key

    @field_validator("cache_url")
    @classmethod
    def a_valkey(cls, url: SecretStr) -> SecretStr:
        if url.get_secret_value() and not re.match(r"(redis|valkey)s?://[^/]+", url.get_secret_value()):
            raise ValueError("must begin with redis://, rediss://, valkey:// or valkeys:// and name a host")
        return url

    @field_validator("business_timezone")
    @classmethod
    def known_zone(cls, zone: str) -> str:
        try:
            ZoneInfo(zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError("not a time zone") from error
        return zone

    @field_validator("zarrinpal_base_url")
    @classmethod
    def rest_v4(cls, url: str) -> str:
        """WebGate took tomans: sending it rials would charge ten times too much."""
        if "webgate" in url.lower():
            raise ValueError("WebGate is retired; use https://payment.zarinpal.com/pg/v4/payment/")
        return url.rstrip("/") + "/"

    @field_validator("api_base_url", "frontend_url", "admin_url")
    @classmethod
    def without_trailing_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @model_validator(mode="after")
    def one_database(self) -> Self:
        if self.database_url and not _is_readable(self.database_url):
            raise ValueError("DATABASE_URL: not a URL; special characters in it must be percent-encoded")
        named = self.model_fields_set & {"db_host", "db_port", "db_name", "db_user", "db_password"}
        if self.database_url and named and not self._agrees_with_url(named):
            raise ValueError("DATABASE_URL and DB_HOST … DB_PASSWORD name different databases; set one of them")
        return self

    @model_validator(mode="after")
    def one_replica(self) -> Self:
        if self.database_read_url and not _is_readable(self.database_read_url):
            raise ValueError("DATABASE_READ_URL: not a URL; special characters in it must be percent-encoded")
        if self.database_read_url and self.db_read_host:
            raise ValueError("DATABASE_READ_URL and DB_READ_HOST both name the copy for reading; set one of them")
        return self

    @model_validator(mode="after")
    def no_local_stand_in_elsewhere(self) -> Self:
        if self.env is Env.LOCAL:
            return self
        values = {
            "JWT_SECRET_KEY": self.jwt_secret_key.get_secret_value(),
            "DATA_KEY": self.data_key.get_secret_value(),
            "ZARRINPAL_MERCHANT_ID": self.zarrinpal_merchant_id,
        }
        if self.jwt_secret_key_previous:  # it still lets people in
            values["JWT_SECRET_KEY_PREVIOUS"] = self.jwt_secret_key_previous.get_secret_value()
        if not self.database_url:
            values["DB_PASSWORD"] = self.db_password.get_secret_value()
        stand_ins = [name for name, value in values.items() if value in PLACEHOLDERS]
        if stand_ins:
            raise ValueError(f"{', '.join(stand_ins)}: a real value is needed outside local mode")
        if not self.staff_twofa_required:
            raise ValueError("STAFF_TWOFA_REQUIRED: staff without a second factor exist in local mode only")
        if self.payments_mode is PaymentsMode.MOCK:
            raise ValueError("PAYMENTS_MODE: mock exists in local mode only")
        if self.local_clock_file:
            raise ValueError("LOCAL_CLOCK_FILE: the clock is moved in local mode only")
        return self

    @model_validator(mode="after")
    def the_gateway_of_the_mode(self) -> Self:
        """Sandbox money must never buy real tokens, nor real money go to a pretend bank."""
        host = urlsplit(self.zarrinpal_base_url)
        is_sandbox = (host.hostname or "").startswith("sandbox.")
        if self.payments_mode is PaymentsMode.LIVE and (is_sandbox or host.scheme != "https"):
            raise ValueError("ZARRINPAL_BASE_URL: PAYMENTS_MODE=live needs the live gateway, over https")
        if self.payments_mode is PaymentsMode.SANDBOX and not is_sandbox:
            raise ValueError("ZARRINPAL_BASE_URL: PAYMENTS_MODE=sandbox needs the sandbox gateway")
        return self

    def _agrees_with_url(self, named: set[str]) -> bool:
        url = urlsplit(self.database_url)
        in_url = {
            "db_host": url.hostname or "",
            "db_port": url.port or 5432,
            "db_name": unquote(url.path.lstrip("/")),
            "db_user": unquote(url.username or ""),
            "db_password": unquote(url.password or ""),
        }
        ours = {**self.model_dump(include=named), "db_password": self.db_password.get_secret_value()}
        return all(ours[name] == in_url[name] for name in named)

    @property
    def database(self) -> str:
        """The database as one URL, whichever way it was given."""
        if self.database_url:
            return self.database_url
        login = f"{quote(self.db_user, safe='')}:{quote(self.db_password.get_secret_value(), safe='')}"
        return f"postgresql://{login}@{self.db_host}:{self.db_port}/{self.db_name}"

    @property
    def replica(self) -> str:
        """The copy for reading as one URL; empty when there is none."""
        if self.database_read_url or not self.db_read_host:
            return self.database_read_url
        primary = urlsplit(self.database)
        login, at, _ = primary.netloc.rpartition("@")
        return primary._replace(netloc=f"{login}{at}{self.db_read_host}:{primary.port or 5432}").geturl()

    @property
    def is_local(self) -> bool:
        return self.env is Env.LOCAL


def _is_readable(url: str) -> bool:
    """Whether a URL can be taken apart. A bare / or # in a password makes what follows it a path."""
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def sentences(error: ValidationError) -> str:
    """One line per variable, without the values: one of them may be a secret."""
    lines = []
    for problem in error.errors(include_input=False, include_context=False, include_url=False):
        name = "_".join(str(part) for part in problem["loc"]).upper()
        lines.append(f"{name}: {problem['msg']}" if name else problem["msg"].removeprefix("Value error, "))
    return "; ".join(lines)
