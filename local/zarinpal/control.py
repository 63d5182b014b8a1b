"""The control API: plan faults, read the log, and be a customer who needs no browser."""

from collections.abc import Awaitable, Callable

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local.zarinpal.bank import Payment, SessionClosed, UnknownPayment
from local.zarinpal.faults import Fault
from local.zarinpal.gateway import Call, Gateway

Endpoint = Callable[[Request], Awaitable[Response]]


def build_control(gateway: Gateway) -> Starlette:
    return Starlette(
        routes=[
            Route("/faults", plan_fault(gateway), methods=["POST"]),
            Route("/faults", forget_faults(gateway), methods=["DELETE"]),
            Route("/log", show_log(gateway), methods=["GET"]),
            Route("/payments", show_payments(gateway), methods=["GET"]),
            Route("/payments/{authority}/pay", act(gateway.bank.pay), methods=["POST"]),
            Route("/payments/{authority}/cancel", act(gateway.bank.cancel), methods=["POST"]),
        ],
        exception_handlers={
            ValidationError: refused(422),
            UnknownPayment: refused(404),
            SessionClosed: refused(409),
        },
    )


def plan_fault(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        gateway.faults.plan(Fault.model_validate_json(await request.body()))
        planned = [fault.model_dump(mode="json") for fault in gateway.faults.planned()]
        return JSONResponse({"planned": planned}, status_code=201)

    return endpoint


def forget_faults(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        gateway.faults.clear()
        return Response(status_code=204)

    return endpoint


def show_log(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({"calls": [call_row(call) for call in gateway.log.calls()]})

    return endpoint


def show_payments(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({"payments": [payment_row(payment) for payment in gateway.bank.payments()]})

    return endpoint


def act(press: Callable[[str], Payment]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        payment = press(request.path_params["authority"])
        return JSONResponse({**payment_row(payment), "redirect": payment.return_url})

    return endpoint


def refused(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": type(error).__name__, "detail": str(error)}, status_code=status)

    return answer


def call_row(call: Call) -> dict[str, object]:
    """A line of the log, without the merchant's identifier."""
    return {
        "operation": call.operation,
        "authority": call.authority,
        "amount": call.amount,
        "code": call.code,
        "fault": call.fault,
        "at": call.at.isoformat(),
    }


def payment_row(payment: Payment) -> dict[str, object]:
    return {
        "authority": payment.authority,
        "amount": payment.amount,
        "description": payment.description,
        "callback_url": payment.callback_url,
        "status": payment.status,
        "ref_id": payment.ref_id,
        "opened_at": payment.opened_at.isoformat(),
        "paid_at": payment.paid_at.isoformat() if payment.paid_at else None,
    }
