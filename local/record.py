"""What runs at the moment, in `platform.json` of the data folder: for the other verbs, and for a second `up`."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from local.environment import CLOCK, DATA, write_private
from local.leash import is_alive
from local.ports import answers

RECORD = DATA / "platform.json"


@dataclass(frozen=True)
class Account:
    """Somebody of the seed who can log in."""

    role: str
    email: str
    password: str


@dataclass(frozen=True)
class Record:
    """Addresses and processes of the running platform."""

    pid: int
    api_url: str
    zarinpal_url: str
    mailbox_url: str
    automation_url: str
    database_url: str
    sqs_url: str
    queues: Mapping[str, str]
    pids: Mapping[str, int]
    logs: str
    panel_url: str = ""  # the customer panel's; empty when it was left out
    admin_url: str = ""  # the staff dashboard's, likewise
    service_token: str = ""
    accounts: tuple[Account, ...] = field(default=())

    def panel(self, audience: str) -> str:
        """The address of the panel that these people enter: `user` or `admin`."""
        return {"user": self.panel_url, "admin": self.admin_url}[audience]

    @property
    def clock(self) -> Path:
        """The file by which its clock is moved."""
        return Path(self.logs).parent / CLOCK.name

    def password_of(self, email: str) -> str:
        """How somebody of the seed logs in."""
        return next(account.password for account in self.accounts if account.email == email)


def write(record: Record, path: Path = RECORD) -> None:
    write_private(path, json.dumps(asdict(record), indent=2) + "\n")


def running(path: Path = RECORD) -> Record | None:
    """The platform that runs now, or None; a record that a killed platform left behind counts for nothing."""
    try:
        fields = json.loads(path.read_text())
        fields["accounts"] = tuple(Account(**account) for account in fields["accounts"])
        record = Record(**fields)
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    port = urlsplit(record.api_url).port
    return record if is_alive(record.pid) and port and answers(port) else None


def remove(path: Path = RECORD) -> None:
    path.unlink(missing_ok=True)
