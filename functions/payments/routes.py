"""`/api/payments/*`."""

import re
from datetime import timedelta
from typing import Annotated

from fastapi import Depends, Header, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import SQLAlchemyError

from functions.payments import gateways, history, receipt_page, receipts, service
from functions.payments.gateways.base import Gateway
from functions.payments.receipts import Receipt
from functions.payments.schemas import (
    InitBody,
    InitPayment,
    PaymentDetail,
    PaymentLine,
    PaymentStarted,
    PublicStatus,
    Quoted,
    ReceiptChecked,
    ReceiptLink,
)
from zimmer import throttle
from zimmer.auth.dependencies import AtomicSessionDep, Buyer, ReadSessionDep, SessionDep
from zimmer.errors import (
    AboveMaximum,
    AutomationNotAdded,
    AutomationNotFound,
    AutomationUnavailable,
    BelowMinimum,
    DiscountRefused,
    GatewayRefused,
    GatewayUnavailable,
    IdempotencyConflict,
    InProgress,
    LinkInvalid,
    PackageOnly,
    PaymentNotFound,
    QuoteExpired,
    QuoteInvalid,
    QuoteUsed,
    ReceiptNotFound,
    ReceiptNotReady,
    TooManyOpenPayments,
    TooManyRequests,
)
from zimmer.observability import logger
from zimmer.pagination import Page, PageLimit
from zimmer.throttle import Limit
from zimmer.web import RequestId, client_ip, problems, routes

router = routes("/api/payments", tags=["payments"])


async def zarinpal() -> Gateway:
    """The gateway as a dependency, built when a route first needs it."""
    return gateways.connected_zarinpal()


ZarinpalDep = Annotated[Gateway, Depends(zarinpal)]
IdempotencyKey = Annotated[str, Header(pattern=r"^[\x21-\x7e]{8,200}$")]
TRANSACTION_ID = r"^[A-Za-z0-9_-]{1,64}$"
TransactionId = Annotated[str, Path(pattern=TRANSACTION_ID)]
ReceiptCode = Annotated[str, Path(max_length=100)]
LATEST = 2**40  # seconds since 1970; far more than a link says


class PdfResponse(Response):
    media_type = "application/pdf"


STARTS = Limit("init", times=10, per=timedelta(minutes=1))
LOOKS = Limit("public-status", times=300, per=timedelta(minutes=1))  # a mobile network is one address to us
CHECKS = Limit("receipt-check", times=60, per=timedelta(minutes=1))


async def count_start(customer: Buyer, writer: AtomicSessionDep) -> None:
    """Nobody clicks "buy" more often than this by hand."""
    throttle.hit(writer, STARTS.of(str(customer.id)))


async def count_look(request: Request, writer: AtomicSessionDep) -> None:
    """The status is public, and ids must not be tried out."""
    throttle.hit(writer, LOOKS.of(throttle.address(client_ip(request))))


async def count_check(request: Request, writer: AtomicSessionDep) -> None:
    """Receipts are checked by anybody, and their codes must not be tried out."""
    throttle.hit(writer, CHECKS.of(throttle.address(client_ip(request))))


NOT_FOR_SALE = (
    AutomationNotFound,
    AutomationNotAdded,
    AutomationUnavailable,
    BelowMinimum,
    AboveMaximum,
    PackageOnly,
    DiscountRefused,
)


@router.post("/quote", responses=problems(*NOT_FOR_SALE, GatewayUnavailable))
async def quote(body: InitPayment, customer: Buyer, session: SessionDep) -> Quoted:
    """A price that holds for a quarter of an hour and for one Idempotency-Key."""
    return service.quote(session, customer, body)


@router.post(
    "/zarinpal/init",
    status_code=201,
    dependencies=[Depends(count_start)],
    responses=problems(
        TooManyRequests,
        *NOT_FOR_SALE,
        QuoteInvalid,
        QuoteExpired,
        QuoteUsed,
        IdempotencyConflict,
        InProgress,
        TooManyOpenPayments,
        GatewayRefused,
        GatewayUnavailable,
    ),
)
async def init(
    body: InitBody,
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
    return settled_and_redirected(transaction_id, authority, status, gateway=gateway, request_id=request_id)


@router.get("/zarinpal/callback", status_code=303, response_class=RedirectResponse)
async def callback_by_query(
    gateway: ZarinpalDep,
    request_id: RequestId,
    payment_id: str = "",
    authority: Annotated[str, Query(alias="Authority")] = "",
    status: Annotated[str, Query(alias="Status")] = "",
) -> RedirectResponse:
    """The same with the transaction id in the query, as the platform's document has it."""
    return settled_and_redirected(payment_id, authority, status, gateway=gateway, request_id=request_id)


@router.get(
    "/status/{transaction_id}",
    dependencies=[Depends(count_look)],
    responses=problems(PaymentNotFound, TooManyRequests),
)
async def public_status(transaction_id: TransactionId, session: ReadSessionDep) -> PublicStatus:
    """How a purchase goes, for a browser that is not signed in: bank apps come back in another one."""
    return history.public_status(session, transaction_id)


@router.get(
    "/receipts/{receipt_code}",
    dependencies=[Depends(count_check)],
    responses=problems(ReceiptNotFound, TooManyRequests),
)
async def check_receipt(receipt_code: ReceiptCode, session: ReadSessionDep) -> ReceiptChecked:
    """Whether we have given a receipt with this code, and what stands on it."""
    return receipts.checked(session, receipt_code)


@router.get(
    "/receipts/{receipt_code}/receipt.pdf",
    dependencies=[Depends(count_check)],
    response_class=PdfResponse,
    responses=problems(LinkInvalid, TooManyRequests),
)
async def linked_receipt(
    receipt_code: ReceiptCode,
    until: Annotated[int, Query(ge=0, le=LATEST)],
    mark: Annotated[str, Query(max_length=100)],
    session: ReadSessionDep,
) -> Response:
    """The file behind a link that its owner asked for; whoever has the link can open it while it lives."""
    return pdf(receipts.linked_receipt(session, receipt_code, until=until, mark=mark))


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


@router.get(
    "/{transaction_id}/receipt.pdf", response_class=PdfResponse, responses=problems(PaymentNotFound, ReceiptNotReady)
)
async def own_receipt(transaction_id: TransactionId, customer: Buyer, session: ReadSessionDep) -> Response:
    """The receipt of one of the customer's purchases, to keep or to print."""
    return pdf(receipts.own_receipt(session, customer, transaction_id))


@router.post("/{transaction_id}/receipt-link", responses=problems(PaymentNotFound, ReceiptNotReady))
async def receipt_link(transaction_id: TransactionId, customer: Buyer, session: ReadSessionDep) -> ReceiptLink:
    """An address of the receipt for a browser's own download, which sends no bearer: it opens for five minutes."""
    return receipts.link(session, customer, transaction_id)


@router.post("/{transaction_id}/check", responses=problems(PaymentNotFound))
async def check(
    transaction_id: TransactionId, customer: Buyer, session: ReadSessionDep, gateway: ZarinpalDep, request_id: RequestId
) -> PaymentDetail:
    """Ask the gateway now, at most once in ten seconds, and show what is known."""
    service.check(customer, transaction_id, gateway=gateway, trace_id=request_id)
    return history.own_payment(session, customer, transaction_id)


@router.post("/{transaction_id}/cancel", responses=problems(PaymentNotFound))
async def cancel(
    transaction_id: TransactionId, customer: Buyer, session: ReadSessionDep, request_id: RequestId
) -> PaymentDetail:
    """Give up a purchase that is not paid. What is settled stays as it is; a late success is still accepted."""
    service.cancel(customer, transaction_id, trace_id=request_id)
    return history.own_payment(session, customer, transaction_id)


def pdf(receipt: Receipt) -> Response:
    """A receipt as the file it is kept as."""
    name = f'attachment; filename="zimmer-receipt-{receipt.code}.pdf"'
    return PdfResponse(receipt_page.drawn(receipt), headers={"content-disposition": name})


def settled_and_redirected(
    transaction_id: str, authority: str, status: str, *, gateway: Gateway, request_id: str
) -> RedirectResponse:
    """Note the customer's return and send the browser on, also when nothing could be noted."""
    if re.fullmatch(TRANSACTION_ID, transaction_id):
        try:
            service.bank_returned(transaction_id, authority, paid=status == "OK", gateway=gateway, trace_id=request_id)
        except SQLAlchemyError:  # the sweep will ask about this payment; its customer must not meet an error page
            logger().exception("callback.left-for-the-sweep", transaction_id=transaction_id)
    return RedirectResponse(service.return_page(transaction_id), status_code=303)
