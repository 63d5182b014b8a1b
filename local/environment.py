"""The environment of everything that runs here: what template.yaml gives the functions on AWS, in local values.

A sandbox gets these variables and nothing else of the caller's shell: a stray DB_HOST or a proxy there must not
change what the platform does.
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.archive import BUCKET
from local.queues import REGION
from local.template import ROOT

STORE = ROOT / ".local"  # what all platforms of this machine share: tools, and what is built
# What a platform has for itself: its database, record, logs, clock and secrets. Another folder is another platform.
DATA = ROOT / os.environ.get("ZIMMER_DATA", ".local")
LOGS = DATA / "logs"
SECRETS = DATA / "secrets.json"
CLOCK = DATA / "clock"  # see local.moved_clock
MERCHANT = "11111111-2222-4333-8444-555555555555"
# What any process needs, a Python whose own library lies beside it included.
FROM_THE_SHELL = ("HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "SSL_CERT_FILE", "TMPDIR", "USER")
# Settings a developer may change for a run: JWT_ACCESS_TOKEN_EXPIRE_MINUTES=5 ./zimmer up
MAY_BE_SET = (
    "CACHE_SECONDS",
    "CACHE_URL",
    "JWT_ACCESS_TOKEN_EXPIRE_MINUTES",
    "OPENAI_API_KEY",
    "PAYMENT_MINUTES",
    "POWERTOOLS_LOG_LEVEL",
    "STAFF_TWOFA_REQUIRED",
)


@dataclass(frozen=True)
class Places:
    """Where the parts of the platform are reached."""

    database_url: str
    api_url: str
    frontend_url: str
    admin_url: str
    zarinpal_url: str
    mailbox_url: str
    sqs_url: str
    credit_queue_url: str
    delivery_queue_url: str
    credit_dead_letters_url: str
    delivery_dead_letters_url: str


def plain_environment() -> dict[str, str]:
    """For a process that needs none of our settings."""
    kept = {name: os.environ[name] for name in FROM_THE_SHELL if name in os.environ}
    source_roots = os.pathsep.join([str(ROOT), str(ROOT / "layers" / "common")])
    return {**kept, "PYTHONPATH": source_roots, "PYTHONUNBUFFERED": "1"}


def shared_environment(places: Places, keys: Mapping[str, str]) -> dict[str, str]:
    """For the sandboxes, and for the migrations and the seed, which run the layer's code in our own process."""
    return {
        **plain_environment(),
        **keys,
        "ENV": "local",
        "DATABASE_URL": places.database_url,
        "DB_PREPARED": "on",
        "CACHE_SECONDS": "0",  # who changes the catalogue here looks at it next
        "API_BASE_URL": places.api_url,
        "FRONTEND_URL": places.frontend_url,
        "ADMIN_URL": places.admin_url,
        "CORS_ORIGINS": json.dumps([places.frontend_url, places.admin_url]),
        "JWT_ALGORITHM": "HS256",
        "ZARRINPAL_MERCHANT_ID": MERCHANT,
        "ZARRINPAL_BASE_URL": f"{places.zarinpal_url}/pg/v4/payment/",
        "PAYMENTS_MODE": "mock",
        "BUSINESS_TIMEZONE": "Asia/Tehran",
        "LOCAL_CLOCK_FILE": str(CLOCK),
        "CREDIT_QUEUE_URL": places.credit_queue_url,
        "DELIVERY_QUEUE_URL": places.delivery_queue_url,
        "CREDIT_DEAD_LETTERS_URL": places.credit_dead_letters_url,
        "DELIVERY_DEAD_LETTERS_URL": places.delivery_dead_letters_url,
        "ARCHIVE_BUCKET": BUCKET,
        "AWS_ENDPOINT_URL_SQS": places.sqs_url,
        "AWS_ENDPOINT_URL_S3": places.sqs_url,
        "AWS_ENDPOINT_URL_SESV2": places.mailbox_url,
        "AWS_ACCESS_KEY_ID": "local",
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        **{name: os.environ[name] for name in MAY_BE_SET if name in os.environ},
    }


def adopt(environment: Mapping[str, str]) -> None:
    """Make it this process's own, for the layer's code that migrates and seeds."""
    for name in [name for name in os.environ if name.startswith(("APP_SECRET_", "DB_"))]:
        del os.environ[name]  # secrets of elsewhere, a second database; DATABASE_URL is the one meant
    os.environ.update(environment)


def local_keys(path: Path = SECRETS) -> dict[str, str]:
    """The two secrets of this machine, made once. Losing the file makes what is sealed in the database unreadable."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "JWT_SECRET_KEY": secrets.token_urlsafe(48),
            "DATA_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        }
        write_private(path, json.dumps(made, indent=2) + "\n")
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def write_private(path: Path, text: str) -> None:
    """Write a file that only we may read, whole or not at all."""
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    unfinished.replace(path)
