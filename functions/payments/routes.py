"""`/api/payments/*`."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from functions.payments import gateways, history, service
from functions.payments.gateways.base import Gateway
from functions.payments.schemas import InitPayment, PaymentDetail, PaymentLine, PaymentStarted
from zimmer.auth.dependencies import Buyer, ReadSessionDep
from zimmer.errors import (
    AboveMaximum,
    AutomationNotAdded,
    AutomationNotFound,
    AutomationUnavailable,
    BelowMinimum,
    GatewayRefused,
    GatewayUnavailable,
    IdempotencyConflict,
    InProgress,
    PaymentNotFound,
    TooManyOpenPayments,
)
from zimmer.observability import logger
from zimmer.pagination import Page, PageLimit
from zimmer.settings import get_settings
from zimmer.web import RequestId, problems

router = APIRouter(prefix="/api/payments", tags=["payments"])


async def zarinpal() -> Gateway:
    """The gateway as a dependency, built when a route first needs it."""
    return gateways.connected_zarinpal()


ZarinpalDep = Annotated[Gateway, Depends(zarinpal)]
IdempotencyKey = Annotated[str, Header(pattern=r"^[\x21-\x7e]{8,200}$")]
TRANSACTION_ID = r"^[A-Za-z0-9_-]{1,64}$"
TransactionId = Annotated[str, Path(pattern=TRANSACTION_ID)]


@router.post(
    "/zarinpal/init",
    status_code=201,
    responses=problems(
        AutomationNotFound,
        AutomationNotAdded,
        AutomationUnavailable,
        BelowMinimum,
        AboveMaximum,
        IdempotencyConflict,
        InProgress,
        TooManyOpenPayments,
        GatewayRefused,
        GatewayUnavailable,
    ),
)
async def init(
    body: InitPayment,
    customer: Buyer,
    gateway: ZarinpalDep,
    idempotency_key: IdempotencyKey,
    request_id: RequestId,
) -> PaymentStarted:
    """Open a purchase and say where to send the customer. The same Idempotency-Key opens it once."""
    return service.start_purchase(customer, body, client_key=idempotency_key, gateway=gateway, trace_id=request_id)


@router.get("/zarinpal/callback/{transaction_id}", status_code=303, response_class=RedirectResponse)
async def callback(
    transaction_id: str,
    gateway: ZarinpalDep,
    request_id: RequestId,
    authority: Annotated[str, Query(alias="Authority")] = "",
    status: Annotated[str, Query(alias="Status")] = "",
) -> RedirectResponse:
    """Where the bank sends the customer's browser. Whatever came of it, the panel's return page shows it."""
    if re.fullmatch(TRANSACTION_ID, transaction_id):
        try:
            service.bank_returned(transaction_id, authority, paid=status == "OK", gateway=gateway, trace_id=request_id)
        except SQLAlchemyError:  # the sweep will ask about this payment; its customer must not meet an error page
            logger().exception("callback.left-for-the-sweep", transaction_id=transaction_id)
    return RedirectResponse(return_page(transaction_id), status_code=303)


@router.get("")
async def own_payments(
    customer: Buyer,
    session: ReadSessionDep,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[PaymentLine]:
    """The customer's purchases, newest first."""
    return history.own_payments(session, customer, limit=limit, cursor=cursor)


@router.get("/{transaction_id}", responses=problems(PaymentNotFound))
async def own_payment(transaction_id: TransactionId, customer: Buyer, session: ReadSessionDep) -> PaymentDetail:
    """One of the customer's purchases."""
    return history.own_payment(session, customer, transaction_id)


def return_page(transaction_id: str) -> str:
    """The panel's page that follows a purchase to its end. Nothing else is ever redirected to."""
    return f"{get_settings().frontend_url}/payment/return/?payment={quote(transaction_id, safe='')}"
