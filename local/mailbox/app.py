"""SES's one operation that we use, the page that shows what came, and the levers for tests.

The shapes are those of docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html, read 2026-11.
"""

import asyncio
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local.mailbox.box import Box, Plan

PAGE = Path(__file__).with_name("page.html")
REFUSALS = {
    Plan.REJECT: (400, "MessageRejected", "Email address is not verified."),
    Plan.THROTTLE: (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    Plan.BREAK: (500, "InternalFailure", "Something broke."),
}
# A mail's HTML is somebody's input: it may draw, and nothing else.
AS_A_PICTURE = {"content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}


def build_app(box: Box) -> Starlette:
    """The mail service over this box."""
    service = Service(box)
    return Starlette(
        routes=[
            Route("/v2/email/outbound-emails", service.send_email, methods=["POST"]),
            Route("/_mails", service.mails, methods=["GET", "DELETE"]),
            Route("/_mails/{mail_id}", service.one),
            Route("/_control", service.control, methods=["POST"]),
            Route("/_control", service.state),
            Route("/", service.page),
        ]
    )


class Service:
    """The addresses of one mailbox."""

    def __init__(self, box: Box) -> None:
        self._box = box

    async def send_email(self, request: Request) -> Response:
        """SES's operation, meeting whatever was planned for it."""
        body = await request.json()
        plan = self._box.next_plan()
        if plan in REFUSALS:
            return refusal(*REFUSALS[plan])
        if plan is Plan.HOLD:
            await asyncio.to_thread(self._box.wait_for_release)
            return refusal(*REFUSALS[Plan.BREAK])
        try:
            mail = self._box.take(*parts(body))
        except (KeyError, TypeError) as error:
            return refusal(400, "BadRequestException", f"missing: {error}")
        if plan is Plan.STALL:
            await asyncio.to_thread(self._box.wait_for_release)
        return Hangup() if plan is Plan.LOSE else JSONResponse({"MessageId": mail.id})

    async def mails(self, request: Request) -> Response:
        if request.method == "DELETE":
            self._box.forget()
        found = self._box.to(request.query_params.get("to"))
        return JSONResponse({"mails": [mail.shown() for mail in found]})

    async def one(self, request: Request) -> Response:
        mail = self._box.by_id(request.path_params["mail_id"])
        return HTMLResponse(mail.html, headers=AS_A_PICTURE) if mail else Response(status_code=404)

    async def control(self, request: Request) -> Response:
        wish = await request.json()
        if wish.get("release"):
            self._box.release()
        else:
            self._box.plan(Plan(wish["plan"]), after=wish.get("after", 0), times=wish.get("times", 1))
        return await self.state(request)

    async def state(self, _: Request) -> Response:
        box = self._box
        return JSONResponse({"held": box.held, "plans": len(box.plans), "mails": len(box.mails)})

    async def page(self, _: Request) -> Response:
        return HTMLResponse(PAGE.read_text())


def parts(body: Any) -> tuple[str, list[str], str, str, str]:
    """Sender, receivers, subject, plain text and HTML of a SendEmail request."""
    simple = body["Content"]["Simple"]
    return (
        body["FromEmailAddress"],
        body["Destination"]["ToAddresses"],
        simple["Subject"]["Data"],
        simple["Body"].get("Text", {}).get("Data", ""),
        simple["Body"].get("Html", {}).get("Data", ""),
    )


def refusal(status: int, code: str, message: str) -> Response:
    return JSONResponse({"message": message}, status_code=status, headers={"x-amzn-errortype": code})


class Hangup(Response):
    """The caller never hears of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise ConnectionResetError("as planned")
