"""The control API: plan faults, move the clock, read the log, and be a customer who needs no browser."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from local.zarinpal.bank import Payment, SessionClosed, UnknownPayment
from local.zarinpal.browser import Landing
from local.zarinpal.clock import FARTHEST, Clock, OutOfReach
from local.zarinpal.control_page import build_forms
from local.zarinpal.faults import Departure
from local.zarinpal.gateway import Call, Gateway
from local.zarinpal.operations import Operation
from local.zarinpal.planned import fault_from_json

Endpoint = Callable[[Request], Awaitable[Response]]
OPERATION = TypeAdapter(Operation)


class Move(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    forward_s: Annotated[float, Field(strict=True, ge=0, le=FARTHEST.total_seconds(), allow_inf_nan=False)]


def build_control(gateway: Gateway) -> Starlette:
    return Starlette(
        routes=[
            Route("/faults", show_faults(gateway), methods=["GET"]),
            Route("/faults", plan_fault(gateway), methods=["POST"]),
            Route("/faults", nothing_left_of(gateway.faults.clear), methods=["DELETE"]),
            Route("/log", show_log(gateway), methods=["GET"]),
            Route("/payments", show_payments(gateway), methods=["GET"]),
            Route("/payments/{authority}/pay", act(gateway.pay), methods=["POST"]),
            Route("/payments/{authority}/cancel", act(gateway.cancel), methods=["POST"]),
            Route("/clock", show_clock(gateway.clock), methods=["GET"]),
            Route("/clock", move_clock(gateway.clock), methods=["POST"]),
            Route("/clock", nothing_left_of(gateway.clock.reset), methods=["DELETE"]),
            Route("/reset", nothing_left_of(gateway.reset), methods=["POST"]),
            Mount("/page", routes=build_forms(gateway)),
        ],
        exception_handlers={
            ValidationError: refused(422),
            OutOfReach: refused(422),
            UnknownPayment: refused(404),
            SessionClosed: refused(409),
        },
    )


def show_faults(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({"planned": planned_rows(gateway)})

    return endpoint


def plan_fault(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        gateway.faults.plan(fault_from_json(await request.body()))
        return JSONResponse({"planned": planned_rows(gateway)}, status_code=201)

    return endpoint


def nothing_left_of(forget: Callable[[], None]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        forget()
        return Response(status_code=204)

    return endpoint


def show_log(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        wanted = request.query_params
        operation = OPERATION.validate_python(wanted["operation"]) if "operation" in wanted else None
        calls = gateway.log.calls(operation, wanted.get("authority"))
        landings = gateway.browser.landings()
        return JSONResponse(
            {"calls": [call_row(call) for call in calls], "callbacks": [landing_row(landing) for landing in landings]}
        )

    return endpoint


def show_payments(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse({"payments": [payment_row(payment) for payment in gateway.bank.payments()]})

    return endpoint


def act(press: Callable[[str], Departure]) -> Callable[[Request], Response]:
    # Not async, for the reason the bank page's buttons are not.
    def endpoint(request: Request) -> Response:
        departure = press(request.path_params["authority"])
        return JSONResponse({**payment_row(departure.payment), "redirect": departure.url})

    return endpoint


def show_clock(clock: Clock) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return JSONResponse(clock_row(clock))

    return endpoint


def move_clock(clock: Clock) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        move = Move.model_validate_json(await request.body())
        clock.forward(timedelta(seconds=move.forward_s))
        return JSONResponse(clock_row(clock))

    return endpoint


def refused(status: int) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        return JSONResponse({"error": type(error).__name__, "detail": str(error)}, status_code=status)

    return answer


def planned_rows(gateway: Gateway) -> list[dict[str, object]]:
    return [fault.model_dump(mode="json") for fault in gateway.faults.planned()]


def call_row(call: Call) -> dict[str, object]:
    """A line of the log, without the merchant's identifier."""
    return {
        "operation": call.operation,
        "authority": call.authority,
        "amount": call.amount,
        "code": call.code,
        "http_status": call.http_status,
        "fault": call.fault,
        "at": call.at.isoformat(),
    }


def landing_row(landing: Landing) -> dict[str, object]:
    """A callback that the bank opened by itself."""
    return {"url": landing.url, "at": landing.at.isoformat(), "status": landing.status, "error": landing.error}


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


def clock_row(clock: Clock) -> dict[str, object]:
    return {"now": clock.now().isoformat(), "forward_s": clock.ahead.total_seconds()}
