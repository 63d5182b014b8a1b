"""Parts that die at a chosen step. What the real code had committed by then stays, everything else is gone."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar

from sqlalchemy import Connection, Executable, Row

from functions.payments.gateways.base import (
    Gateway,
    Inquired,
    NotPaid,
    Order,
    Paid,
    Refused,
    ReversalRefused,
    Reversed,
    Started,
    Suspicious,
    Unknown,
    Unverified,
)
from zimmer.db import AtomicSession, Database, Prepared, Session
from zimmer.money import Rial


class Died(BaseException):
    """The process is gone. No Exception, so that none of our code catches it."""

    times: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        type(self).times += 1


class MortalDatabase(Database):
    """A database whose process dies around one of the next commits."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._left: int | None = None
        self._is_heard = True
        self._statement, self._statements_left = "", 0

    def dies_before_a_statement(self, number: int = 1) -> None:
        """Die with the next (1), second (2), … statement that is a transaction of its own on its way, before the
        server has it.
        """
        self._statement, self._statements_left = "before", number

    def dies_after_a_statement(self, number: int = 1) -> None:
        """Die when the server has done it, before anybody hears of it."""
        self._statement, self._statements_left = "after", number

    def atomic(self) -> AtomicSession:
        return MortalStatement(self.autocommit, self)

    def fate_of_a_statement(self) -> str:
        """What becomes of whoever sends the next one: asked once for each."""
        self._statements_left -= 1
        if self._statements_left > 0:
            return ""
        fate, self._statement = self._statement, ""
        return fate

    def dies_before(self, commit: int) -> None:
        """Die with the work of the next (1), second (2), … transaction done and not committed."""
        self._left, self._is_heard = commit, False

    def dies_after(self, commit: int) -> None:
        """Die when that transaction is committed, before anybody hears of it."""
        self._left, self._is_heard = commit, True

    def spare(self) -> None:
        """Die no more."""
        self._left, self._statement = None, ""

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        with super().transaction() as session:
            yield session
            is_last = self._counts_down()
            if is_last and not self._is_heard:
                raise Died
        if is_last:
            raise Died

    def _counts_down(self) -> bool:
        if self._left is None:
            return False
        self._left = self._left - 1 or None
        return self._left is None


class MortalStatement(AtomicSession):
    """Statements that are transactions of their own, as the worker's and an automation's are."""

    def __init__(self, autocommit: Callable[[], AbstractContextManager[Connection]], database: MortalDatabase) -> None:
        super().__init__(autocommit)
        self._database = database

    def run(self, statement: Executable | Prepared, parameters: Mapping[str, Any]) -> Sequence[Row[Any]]:
        fate = self._database.fate_of_a_statement()
        if fate == "before":
            raise Died
        rows = super().run(statement, parameters)
        if fate == "after":
            raise Died
        return rows


class MortalGateway:
    """Our client of the gateway; the process dies before or after one of its calls."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self._before = self._after = ""

    def dies_before(self, call: str) -> None:
        """Die when everything is ready for this call, and before it is made."""
        self._before = call

    def dies_after(self, call: str) -> None:
        """Die with the gateway's answer to this call in hand."""
        self._after = call

    def spare(self) -> None:
        """Die no more."""
        self._before = self._after = ""

    def start(self, order: Order) -> Started | Refused | Unknown:
        with self._fated("start"):
            return self._gateway.start(order)

    def verify(self, authority: str, amount: Rial) -> Paid | NotPaid | Suspicious | Unknown:
        with self._fated("verify"):
            return self._gateway.verify(authority, amount)

    def inquire(self, authority: str) -> Inquired | Unknown:
        with self._fated("inquire"):
            return self._gateway.inquire(authority)

    def unverified(self) -> Unverified | Unknown:
        with self._fated("unverified"):
            return self._gateway.unverified()

    def reverse(self, authority: str) -> Reversed | ReversalRefused | Unknown:
        with self._fated("reverse"):
            return self._gateway.reverse(authority)

    @contextmanager
    def _fated(self, call: str) -> Iterator[None]:
        before, after = self._before == call, self._after == call
        if before or after:
            self._before = self._after = ""
        if before:
            raise Died
        yield
        if after:
            raise Died
