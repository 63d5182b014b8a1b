"""Who spends in these tests."""

from typing import Any

from tests.databases import RolledBackDatabase
from tests.factories import make_service_token
from zimmer import crypto, ledger
from zimmer.db import Session
from zimmer.ledger import Consumed, Use
from zimmer.models import Automation


class Developer:
    """An automation that spends with its own service token."""

    def __init__(self, session: Session, database: RolledBackDatabase, automation: Automation) -> None:
        token = make_service_token(session, automation.id)
        _, token_id, secret = token.split("_", 2)
        self.proof: dict[str, Any] = {"token_id": int(token_id), "token_hash": crypto.token_hash(secret)}
        self._database = database
        self._session = session

    def spend(self, copy_id: int, units: int, key: str, usage_type: str = "message") -> Consumed:
        use = Use(copy_id, units, usage_type, key)
        return ledger.consume(self._database.atomic(), use, **self.proof)
