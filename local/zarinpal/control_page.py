"""The control API for people: one page with plain forms, in English. It can do nothing the API cannot."""

import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import parse_qs

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local.zarinpal.bank import Payment, SessionClosed, Status
from local.zarinpal.clock import OutOfReach
from local.zarinpal.faults import Departure, Fault, Visit
from local.zarinpal.gateway import Call, Gateway
from local.zarinpal.operations import Operation
from local.zarinpal.planned import FAULTS, fault_from

PAGE = Template(Path(__file__).with_name("control.html").read_text("utf-8"))
SHOWN = 100
WHOLE, DECIMAL = re.compile(r"-?[0-9]{1,9}"), re.compile(r"[0-9]{0,9}\.[0-9]{1,9}")
TEXTS = ("fault", "operation", "authority")

Endpoint = Callable[[Request], Awaitable[Response]]
REFUSALS = (ValidationError, OutOfReach)


def control_page(gateway: Gateway) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return HTMLResponse(render(gateway))

    return endpoint


def build_forms(gateway: Gateway) -> list[Route]:
    """What the page's forms post to. Each goes back to the page, with a sentence when it was refused."""

    def plan(fields: dict[str, str]) -> None:
        gateway.faults.plan(fault_from({name: typed(name, text) for name, text in fields.items()}))

    def forward(fields: dict[str, str]) -> None:
        gateway.clock.forward(minutes_of(fields.get("minutes", "")))

    return [
        Route("/faults", form(gateway, plan), methods=["POST"]),
        Route("/faults/drop", form(gateway, lambda _: gateway.faults.clear()), methods=["POST"]),
        Route("/clock", form(gateway, forward), methods=["POST"]),
        Route("/clock/reset", form(gateway, lambda _: gateway.clock.reset()), methods=["POST"]),
        Route("/reset", form(gateway, lambda _: gateway.reset()), methods=["POST"]),
        Route("/payments/{authority}/pay", press(gateway, gateway.pay), methods=["POST"]),
        Route("/payments/{authority}/cancel", press(gateway, gateway.cancel), methods=["POST"]),
    ]


def form(gateway: Gateway, do: Callable[[dict[str, str]], None]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        try:
            do({name: values[0].strip() for name, values in sent.items()})
        except REFUSALS as error:
            return HTMLResponse(render(gateway, str(error)), status_code=422)
        return back_to_the_page()

    return endpoint


def press(gateway: Gateway, button: Callable[[str], Departure]) -> Callable[[Request], Response]:
    # Not async, for the reason the bank page's buttons are not.
    def endpoint(request: Request) -> Response:
        try:
            button(request.path_params["authority"])
        except SessionClosed:
            return HTMLResponse(render(gateway, "This payment has ended in another way."), status_code=409)
        return back_to_the_page()

    return endpoint


def back_to_the_page() -> Response:
    return RedirectResponse("/_control", status_code=303)


def minutes_of(text: str) -> timedelta:
    minutes = typed("minutes", text)
    if isinstance(minutes, str):
        raise OutOfReach(f"{text!r} is no number of minutes")
    return timedelta(minutes=minutes)


def typed(name: str, text: str) -> str | int | float:
    """A form sends text; the numbers among the fields are made numbers, and what is none is refused by the fault."""
    if name in TEXTS:
        return text
    if WHOLE.fullmatch(text):
        return int(text)
    return float(text) if DECIMAL.fullmatch(text) else text


def render(gateway: Gateway, refusal: str = "") -> str:
    payments, calls = gateway.bank.payments()[:SHOWN], gateway.log.calls()[-SHOWN:][::-1]
    return PAGE.substitute(
        refusal=f'<p class="refusal" role="alert">{escape(refusal)}</p>' if refusal else "",
        now=gateway.clock.now().strftime("%Y-%m-%d %H:%M:%S UTC"),
        ahead=str(gateway.clock.ahead),
        payments="".join(payment_line(payment) for payment in payments) or nothing(5),
        planned="".join(fault_line(fault) for fault in gateway.faults.planned()) or nothing(3),
        calls="".join(call_line(call) for call in calls) or nothing(6),
        faults="".join(f"<option>{name}</option>" for name in FAULTS),
        moments="".join(f"<option>{moment}</option>" for moment in (*Operation, *Visit)),
    )


def payment_line(payment: Payment) -> str:
    here = f"/_control/page/payments/{payment.authority}"
    buttons = f"{button(f'{here}/pay', 'Pay')}{button(f'{here}/cancel', 'Cancel')}"
    authority = f'<a href="/pg/StartPay/{payment.authority}">{payment.authority}</a>'
    acts = buttons if payment.status is Status.IN_BANK else ""
    return row(authority, f"{payment.amount:,}", escape(payment.description), payment.status, acts)


def fault_line(fault: Fault) -> str:
    told = fault.model_dump(mode="json", exclude_none=True, exclude={"fault", "operation"})
    what = ", ".join(f"{name} {value}" for name, value in told.items())
    return row(fault.fault, fault.operation or "any", escape(what))


def call_line(call: Call) -> str:
    code = "–" if call.code is None else str(call.code)
    at = call.at.strftime("%H:%M:%S")
    return row(at, call.operation, escape(call.authority or "–"), str(call.http_status), code, call.fault or "")


def row(*cells: str) -> str:
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def nothing(columns: int) -> str:
    return f'<tr><td colspan="{columns}">none</td></tr>'


def button(action: str, label: str) -> str:
    return f'<form method="post" action="{action}"><button>{label}</button></form>'
