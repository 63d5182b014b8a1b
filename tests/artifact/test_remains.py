"""What slim.toml leaves out is not missed: every handler, and each deed that needs a package, on what remains.

Run with the layer as it is built, for this machine's Python and processor, and nothing else installed.
"""

import json
import os
import textwrap

import pytest

from local.template import functions, load_template
from tests.artifact.conftest import Host

HANDLERS = sorted({function.handler.rpartition(".")[0] for function in functions(load_template()).values()})
SETTINGS = {
    "ENV": "local",
    "DATABASE_URL": "postgresql://nobody@localhost:1/none",
    "POWERTOOLS_SERVICE_NAME": "artifact",
    "API_BASE_URL": "http://localhost:8000",
    "FRONTEND_URL": "http://localhost:3000",
    "ADMIN_URL": "http://localhost:3001",
    "JWT_SECRET_KEY": "k" * 40,
    "DATA_KEY": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "PAYMENTS_MODE": "mock",
    "ZARRINPAL_BASE_URL": "http://localhost:8010/pg/v4/payment/",
    "ZARRINPAL_MERCHANT_ID": "11111111-2222-4333-8444-555555555555",
}
DEEDS = {
    "a secret is sealed": """
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        key, nonce = AESGCM.generate_key(256), bytes(12)
        assert AESGCM(key).decrypt(nonce, AESGCM(key).encrypt(nonce, b"x", b"y"), b"y") == b"x"
    """,
    "a password is hashed": """
        from zimmer.auth import passwords
        from argon2 import PasswordHasher
        hasher = PasswordHasher(1, 1024, 1)
        assert hasher.verify(hasher.hash("secret"), "secret")
    """,
    "a token is signed": """
        import jwt
        signed = jwt.encode({"sub": "1"}, "k" * 40, algorithm="HS256")
        assert jwt.decode(signed, "k" * 40, algorithms=["HS256"])["sub"] == "1"
    """,
    "an address is checked without asking DNS": """
        from pydantic import EmailStr, TypeAdapter
        assert TypeAdapter(EmailStr).validate_python("sara@EXAMPLE.com") == "sara@example.com"
        assert TypeAdapter(EmailStr).validate_python("sara@ＺＩＭＭＥＲ.com") == "sara@zimmer.com"
    """,
    "the bank is asked over TLS": """
        import httpx
        with httpx.Client(timeout=1) as client:
            try:
                client.get("https://localhost:1/")
            except httpx.ConnectError:
                pass
    """,
    "months are Jalali": """
        from persiantools.jdatetime import JalaliDate
        from datetime import date
        assert JalaliDate(date(2026, 3, 21)).year == 1405
    """,
    "time zones are known": """
        from zoneinfo import ZoneInfo
        import zoneinfo
        zoneinfo.reset_tzpath([])
        assert ZoneInfo("Asia/Tehran").key and ZoneInfo("Europe/Berlin")
    """,
    "a login is bound to the server's certificate": """
        import certifi, scramp, ssl
        from asn1crypto.x509 import Certificate
        begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
        of_a_root = open(certifi.where()).read().partition(begin)[2].partition(end)[0]
        certificate = Certificate.load(ssl.PEM_cert_to_DER_cert(begin + of_a_root + end), strict=True)
        assert certificate.hash_algo in ("sha256", "sha384", "sha1")
    """,
    "SQL is compiled by C": """
        from sqlalchemy import select, column, table
        from sqlalchemy.dialects import postgresql
        from sqlalchemy.engine import _row_cy
        assert _row_cy.__file__.endswith(".so")
        assert "%s" in str(select(column("a")).where(column("a") == 1).compile(dialect=postgresql.pg8000.dialect()))
    """,
}


@pytest.fixture(scope="module")
def imported(host: Host) -> dict[str, list[str]]:
    """The modules that importing each handler brought, in a fresh interpreter each."""
    script = "import importlib, json, sys; importlib.import_module({!r}); print(json.dumps(sorted(sys.modules)))"
    return {handler: json.loads(host.run(script.format(handler), **SETTINGS)) for handler in HANDLERS}


@pytest.mark.parametrize("handler", HANDLERS)
def test_a_handler_starts(handler: str, imported: dict[str, list[str]]) -> None:
    assert handler in imported[handler]


@pytest.mark.parametrize("deed", DEEDS)
def test_a_deed_still_works(deed: str, host: Host) -> None:
    host.run(textwrap.dedent(DEEDS[deed]), **SETTINGS)


def test_the_artifact_migrates_a_database(host: Host, new_database_url: str) -> None:
    script = "from functions.admin.migrate import handler; import json; print(json.dumps(handler({}, None)))"
    answer = json.loads(host.run(script, **SETTINGS | {"DATABASE_URL": new_database_url}))
    assert answer["revision"]


def test_nothing_is_imported_from_where_this_test_runs(host: Host) -> None:
    path = host.run("import fastapi, zimmer, alembic; print(fastapi.__file__, zimmer.__file__, alembic.__file__)")
    assert all(place.startswith((str(host.layer), str(host.migrate))) for place in path.split())
    assert os.sep in path
