"""The HTTP surface: the gateway's API, the bank's pages, and the control API beside them."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from local.zarinpal import pages
from local.zarinpal.bank import SessionClosed, Status, UnknownPayment
from local.zarinpal.control import build_control
from local.zarinpal.control_page import control_page
from local.zarinpal.faults import Departure
from local.zarinpal.gateway import Gateway
from local.zarinpal.operations import Operation

Endpoint = Callable[[Request], Awaitable[Response]]
ErrorPage = Callable[[Request, Exception], Awaitable[Response]]


def build_app(gateway: Gateway) -> Starlette:
    """The pretend gateway as an ASGI application over `gateway`'s memory."""
    return Starlette(
        routes=[
            *[Route(f"/pg/v4/payment/{name}.json", api_call(gateway, name), methods=["POST"]) for name in Operation],
            Route("/pg/StartPay/{authority}", bank_page(gateway), methods=["GET"]),
            Route("/pg/StartPay/{authority}/pay", button(gateway.pay), methods=["POST"]),
            Route("/pg/StartPay/{authority}/cancel", button(gateway.cancel), methods=["POST"]),
            Route("/_control", control_page(gateway), methods=["GET"]),
            Mount("/_control", app=build_control(gateway)),
        ],
        exception_handlers={UnknownPayment: no_such_payment, SessionClosed: session_closed(gateway)},
    )


def api_call(gateway: Gateway, operation: Operation) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        reply = gateway.answer(operation, await request.body())
        if reply.hold_seconds:
            await gateway.silence.keep(reply.hold_seconds, reply.until)
        return Response(reply.content, status_code=reply.status, media_type=reply.media_type)

    return endpoint


def bank_page(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        payment = gateway.bank.find(request.path_params["authority"])
        if payment.status is not Status.IN_BANK:
            raise SessionClosed(payment.authority)
        return HTMLResponse(pages.payment_page(payment))

    return endpoint


def button(press: Callable[[str], Departure]) -> Callable[[Request], Response]:
    # Not async, so that it gets a thread: a fault may wait for the shop, and the shop for this server.
    def endpoint(request: Request) -> Response:
        departure = press(request.path_params["authority"])
        if departure.url is None:
            return HTMLResponse(pages.paid_page(departure.payment))
        return RedirectResponse(departure.url, status_code=303)

    return endpoint


async def no_such_payment(request: Request, error: Exception) -> Response:
    return HTMLResponse(pages.unknown_page(request.path_params["authority"]), status_code=404)


def session_closed(gateway: Gateway) -> ErrorPage:
    async def error_page(request: Request, error: Exception) -> Response:
        payment = gateway.bank.find(request.path_params["authority"])
        return HTMLResponse(pages.closed_page(payment), status_code=410)

    return error_page
