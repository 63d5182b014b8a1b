"""What the secrets say that APP_SECRET_ID and DB_SECRET_ID name, and that it is read once.

* the app's: JSON of variables and their values (`JWT_SECRET_KEY`, `DATA_KEY`, …);
* the database's, as RDS keeps it: JSON with `username` and `password`.

What a secret says goes over a variable of the same name.
"""

import json
import math
import os
import time
from datetime import timedelta
from typing import Any

from zimmer.settings import extension, secrets_manager
from zimmer.settings.errors import SecretUnreadable, SettingsRefused

APP, DATABASE = "APP_SECRET_ID", "DB_SECRET_ID"

Named = tuple[str, str]  # the variable, and the secret it names
Content = dict[str, Any]

_kept: dict[Named, Content] = {}
_read_again_at = -math.inf


def over(found: Content) -> Content:
    """The values of variables, and over them what the secrets say that two of them name. Raises SettingsRefused.

    A secret cannot name another secret.
    """
    app = _content((APP, found["app_secret_id"])) if "app_secret_id" in found else {}
    told = {name.lower(): value for name, value in app.items() if value != "" and name.upper() not in (APP, DATABASE)}
    database = _of_the_database(found["db_secret_id"]) if "db_secret_id" in found else {}
    return {**found, **told, **database}


def read_again() -> None:
    """Read anew what was read. Raises SettingsRefused and keeps what was known when one cannot be."""
    global _read_again_at
    _read_again_at = time.monotonic()
    fresh = {named: _read(*named) for named in _kept}
    _kept.update(fresh)


def were_read_again_within(age: timedelta) -> bool:
    """Whether reading them again was tried so lately that it need not be tried once more."""
    return not _kept or time.monotonic() - _read_again_at < age.total_seconds()


def forget() -> None:
    global _read_again_at
    _read_again_at = -math.inf
    _kept.clear()


def are_named() -> bool:
    """Whether the environment leaves its secrets to Secrets Manager."""
    return bool(os.environ.get(APP) or os.environ.get(DATABASE))


def is_from_a_snapshot() -> bool:
    """Whether this container starts from a SnapStart snapshot, or is the one it is taken of."""
    return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start"


def _of_the_database(secret_id: str) -> Content:
    content = _content((DATABASE, secret_id))
    return {"db_user": content["username"], "db_password": content["password"]}


def _content(named: Named) -> Content:
    if named not in _kept:
        _kept[named] = _read(*named)
    return _kept[named]


def _read(variable: str, secret_id: str) -> Content:
    try:
        text = secrets_manager.read(secret_id) if is_from_a_snapshot() else extension.read(secret_id)
        return _checked(variable, text)
    except SecretUnreadable as error:
        raise SettingsRefused(f"{variable}: the secret {secret_id} cannot be used: {error}") from None


def _checked(variable: str, text: str) -> Content:
    try:
        content = json.loads(text)
    except ValueError:
        content = None  # the decoder's own words would repeat the text
    if not isinstance(content, dict):
        raise SecretUnreadable("it is not a JSON object")
    missing = {"username", "password"} - {name for name, value in content.items() if value}
    if variable == DATABASE and missing:
        raise SecretUnreadable(f"it has no {' and no '.join(sorted(missing))}")
    return content
