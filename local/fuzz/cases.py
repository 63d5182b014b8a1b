"""Requests nobody foresaw: drawn by schemathesis from the written interface, and mended with values that exist.

Everything follows from one seed. A request is drawn either as the interface wants it or with something wrong in it.
"""

from collections import deque
from collections.abc import Mapping, MutableMapping, Sequence
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import APIOperation, Case, Config, GenerationMode
from schemathesis.core.result import Err

from local.fuzz import people
from local.fuzz.known import Known
from local.seed.people import PASSWORD

AT_ONCE = 8  # cases drawn together: Hypothesis costs as much to start as to draw several
CONFIG = {
    "generation": {"with-security-parameters": False, "database": "none"},
    "output": {"sanitization": {"enabled": False}},  # a request that is shown must be one that can be repeated
}
EXISTS = {"path": 0.9, "query": 0.6, "body": 0.75}  # how often a value is one that exists
USUAL = 0.6
STAFF, LOGIN = "/api/admin/", "/api/auth/login"
REGISTER = "/api/auth/register"
THEIR_PASSWORD = {"password", "current_password"}
CALLBACK = "/api/payments/zarinpal/callback"
SMALL = {"units": (1, 20), "delta": (-20, 50), "tokens": (50, 400)}  # numbers that a purse can pay
KEY, ETAG = "idempotency-key", "if-none-match"
# Where a name means something else than elsewhere, or only some of them are of use.
MEANS = {
    ("/api/payments/zarinpal/callback", "payment_id"): "transaction_id",
    ("/api/automation-usage/consume", "user_automation_id"): "served_copy",
    ("/api/admin/payments/{payment_id}/reverse", "payment_id"): "credited_payment",
    ("/api/admin/payments/{payment_id}/refund", "payment_id"): "credited_payment",
    ("/api/admin/payments/{payment_id}/review", "payment_id"): "payment_in_review",
}
LISTS = {"/api/notifications/read": "notification_id"}  # what `ids` are

Operation = APIOperation[Any, Any, Any, Any]
AnyCase = Case[Any]


def operations(interface: Path) -> list[Operation]:
    """Every operation of a written interface. Raises ValueError when one is written so that nobody could ask it."""
    found: list[Operation] = []
    for result in schemathesis.openapi.from_path(interface, config=Config.from_dict(CONFIG)).get_all_operations():
        match result:
            case Err():
                raise ValueError(f"{interface}: {result.err()}")
            case _:
                found.append(result.ok())
    return found


class Cases:
    """An endless supply of requests, the same for the same seed."""

    def __init__(self, number: int, known: Known) -> None:
        self._number = number
        self._known = known
        self._random = Random(f"{number}|cases")
        self._drawn: dict[tuple[str, GenerationMode], deque[AnyCase]] = {}
        self._draws = 0
        self._key = ""
        self.tells_password = False  # who asks may change and delete what is theirs by it

    def right(self, operation: Operation) -> AnyCase:
        """A request as the interface wants it, about things that exist."""
        case = self._next(operation, GenerationMode.POSITIVE)
        if case is None:
            raise ValueError(f"nothing can be asked of {operation.label}")
        self._forget_some(case)
        self._put(case.path, "path", case.path_parameters)
        self._put(case.path, "query", case.query)
        if case.path.startswith(CALLBACK):
            self._come_back(case)
        if isinstance(case.body, dict):
            case.body = self._mended(case.path, case.body)
        etag = self._known.etag(operation.label) if ETAG in {header.name for header in operation.headers} else None
        if etag and self._random.random() < USUAL:
            case.headers[ETAG] = etag
        if any(name.lower() == KEY for name in case.headers):
            case.headers[KEY] = self._idempotency_key(str(case.headers[KEY]))
        return case

    def wrong(self, operation: Operation) -> AnyCase | None:
        """A request with something wrong in it; None when there is nothing to do wrong."""
        case = self._next(operation, GenerationMode.NEGATIVE)
        if case is not None and self._random.random() < USUAL:
            self._put(case.path, "path", case.path_parameters)
        return case

    def _next(self, operation: Operation, mode: GenerationMode) -> AnyCase | None:
        supply = self._drawn.setdefault((operation.label, mode), deque())
        if not supply:
            self._draws += 1
            supply.extend(draw(operation, mode, number=self._number * 1_000_003 + self._draws))
        return supply.popleft() if supply else None

    def _forget_some(self, case: AnyCase) -> None:
        """All filters together find nothing, or one of them is refused: half of them are left out."""
        required = {parameter.name for parameter in case.operation.query if parameter.is_required}
        for name in [name for name in case.query if name not in required]:
            if self._random.random() < 0.5:
                del case.query[name]

    def _mended(self, path: str, drawn: Mapping[str, Any]) -> dict[str, Any]:
        body = dict(drawn)
        if self._random.random() < USUAL:
            body = {name: tidy(name, value) for name, value in body.items()}
        if self._random.random() < USUAL:
            body.pop("discount_code", None)
        self._put(path, "body", body)
        for name, limits in SMALL.items():
            if isinstance(body.get(name), int) and self._random.random() < USUAL:
                body[name] = self._random.randint(*limits)
        if self.tells_password:
            body |= {name: PASSWORD for name in THEIR_PASSWORD & body.keys() if path != REGISTER}
        if path == LOGIN and self._random.random() < USUAL:
            body |= {"email": people.SEEDS_CUSTOMER, "password": PASSWORD}
        return body

    def _come_back(self, case: AnyCase) -> None:
        """What the bank's redirect says of a purchase that waits there."""
        waiting = self._known.waiting_purchase(self._random)
        if waiting is not None and self._random.random() < USUAL:
            transaction_id, authority = waiting
            where = case.path_parameters or case.query
            where["transaction_id" if case.path_parameters else "payment_id"] = transaction_id
            case.query |= {"Authority": authority, "Status": self._random.choice(("OK", "OK", "NOK"))}

    def _put(self, path: str, place: str, values: MutableMapping[str, Any]) -> None:
        """Put values that exist where they belong; a filter that was not drawn stays away."""
        for name in list(values):
            exists = self._existing(path, name)
            if exists is not None and self._random.random() < EXISTS[place]:
                values[name] = exists

    def _existing(self, path: str, name: str) -> Any:
        find = self._known.one if path.startswith(STAFF) else self._known.own
        if name == "ids" and path in LISTS:
            one = find(LISTS[path], self._random)
            return None if one is None else [one]
        return find(MEANS.get((path, name), name), self._random)

    def _idempotency_key(self, drawn: str) -> str:
        """A new one mostly, the last one again, or what was drawn."""
        luck = self._random.random()
        if luck < 0.7:
            self._key = str(UUID(int=self._random.getrandbits(128)))
        return self._key if luck < 0.85 and self._key else drawn


def tidy(name: str, value: Any) -> Any:
    """A value as people type it: the interface cannot say which signs a text may hold, nor which addresses exist."""
    if isinstance(value, dict):
        return {inner: tidy(inner, one) for inner, one in value.items()}
    if isinstance(value, list):
        return [tidy(name, one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, str) or (value.isascii() and value.isprintable()):
        return f"https://example.com/{name}" if isinstance(value, str) and name.endswith("_url") else value
    seen = "".join(sign for sign in value if sign.isprintable())
    return f"https://example.com/{name}" if name.endswith("_url") else seen.ljust(max(len(value), 1), "ب")


def draw(operation: Operation, mode: GenerationMode, *, number: int) -> Sequence[AnyCase]:
    """Some requests; none when the interface leaves nothing to do wrong."""
    drawn: list[AnyCase] = []

    @seed(number)
    @settings(
        max_examples=AT_ONCE,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def keep(case: AnyCase) -> None:
        drawn.append(case)

    try:
        keep()
    except Unsatisfiable:
        return []
    return drawn
