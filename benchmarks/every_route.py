"""A request that succeeds for every route, and how many round trips it may take.

The requests of the staff are the deeds that tests know; those of everybody else stand here. A route that stands
nowhere is found by comparing with the apps' own route tables.
"""

import re
from collections.abc import Callable
from itertools import count
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from sqlalchemy import text

from benchmarks.rt_proxy import Counter
from local.zarinpal.running import Zarinpal
from tests.api import Answer, Api
from tests.deeds import DEEDS, STAFF, Stage
from tests.factories import (
    make_automation,
    make_copy,
    make_payment,
    make_service_token,
    make_user,
    purchase_in,
    token_for,
)
from tests.functions.auth.conftest import FORM, Browser, link_of
from tests.functions.payments.purchases import Bought, buy, come_back
from tests.routes import Route
from zimmer.db import Database
from zimmer.ledger import credit_purchases
from zimmer.models import Audience, PaymentStatus, ReconciliationRun, Role, Ticket, User, UserAutomation
from zimmer.notifications import Kind

Request = Callable[[], Answer]
Made = TypeVar("Made")

ANOTHER_PASSWORD = "derakht-e-sib-dar-bagh"
AT_MOST = 4
# What takes more, how much, and why.
BANK = "a conversation with the bank: committed before it is asked and after, so that no answer is lost"
QUEUE = f"{BANK}; then the promised message is claimed, sent and marked, one statement before and one after"
MORE: dict[Route, tuple[int, str]] = {
    ("POST", "/api/payments/zarinpal/init"): (7, BANK),
    ("GET", "/api/payments/zarinpal/callback"): (6, QUEUE),
    ("GET", "/api/payments/zarinpal/callback/{transaction_id}"): (6, QUEUE),
    ("POST", "/api/admin/payments/{payment_id}/check"): (10, QUEUE),
    ("POST", "/api/admin/sweep"): (45, "a job: it goes through the outbox, the payments and the bank's list"),
    ("POST", "/api/admin/reconciliation/runs"): (54, "a job: it asks question after question, each under a time limit"),
    ("POST", "/api/admin/payments/{payment_id}/reverse"): (7, BANK),
}
# A code of an authenticator is good once, so these are asked in the stories that tests/functions/auth tells of them.
ELSEWHERE: frozenset[Route] = frozenset(
    {
        *(("POST", f"/api/auth/2fa/{verb}") for verb in ("activate", "disable", "enrol", "recovery-codes", "setup")),
        ("POST", "/api/auth/2fa/verify"),
        ("POST", "/api/auth/invitations/accept"),
        ("POST", "/api/auth/step-up"),
    }
)

_numbers = count(1)


class Scene:
    """A customer with a copy and a manager, signed in. `put` commits something for them to act on."""

    def __init__(self, database: Database, zarinpal: Zarinpal) -> None:
        self.database, self.zarinpal = database, zarinpal
        with database.transaction() as session:
            session.execute(text("DELETE FROM throttle_counters"))
            session.execute(text("UPDATE outbox SET published_at = now() WHERE published_at IS NULL"))
            session.execute(text("UPDATE users SET is_active = FALSE WHERE role <> 'customer'"))  # or all are told
            user, manager = make_user(session), make_user(session, role=Role.MANAGER)
            self.copy: UserAutomation = make_copy(session, user, demo=5, paid=100)
            self.customer = Api(token_for(session, user))
            self.manager = Api(token_for(session, manager, audience=Audience.ADMIN))

    def put(self, make: Callable[[Stage], Made]) -> Made:
        with self.database.transaction() as session:
            return make(Stage(session, Api(), self.zarinpal))


Arranged = Callable[[Scene], Request]


def trips_of(arranged: Arranged, database: Database, zarinpal: Zarinpal, counter: Counter) -> int:
    """The round trips of one request, on a connection that has prepared its statements before.

    `database` is the one without the counter. Raises AssertionError when the request does not succeed.
    """
    for _ in range(3):  # in the second there is somebody else to be told
        request = arranged(Scene(database, zarinpal))
        counter.reset()
        answer = request()
        assert answer.status < 400, f"{answer.status}: {answer.text}"
    return counter.trips


def visit(path: str) -> Arranged:
    """Somebody who is not signed in reads."""
    return lambda here: lambda: Api().get(path.format(automation_id=here.copy.automation_id))


def own(method: str, path: str, body: Any = None) -> Arranged:
    """The customer reads or changes something of their own."""
    return lambda here: (
        lambda: here.customer.send(
            method, path.format(automation_id=here.copy.automation_id), body if method != "GET" else None
        )
    )


def desk(path: str, on: Callable[[Stage], object] | None = None) -> Arranged:
    """The manager reads, perhaps of something that is put there for it."""

    def arranged(here: Scene) -> Request:
        address = STAFF + re.sub(r"\{\w+\}", str(here.put(on)) if on else "", path)
        return lambda: here.manager.get(address)

    return arranged


def deed(route: Route) -> Arranged:
    """The manager changes something."""
    method, path = route
    done = DEEDS[method, path.removeprefix(STAFF)]

    def arranged(here: Scene) -> Request:
        here.database.atomic().run(text("DELETE FROM openai_keys RETURNING id"), {})  # their names are taken
        address = re.sub(r"\{\w+\}", str(here.put(done.on)) if done.on else "", path)
        body, headers = here.put(done.body), {"idempotency-key": f"deed-{next(_numbers):08}"}
        return lambda: here.manager.send(method, address, body, headers=headers)

    return arranged


def in_ticket(method: str, verb: str = "", body: Any = None) -> Arranged:
    """The customer reads or changes a ticket of theirs."""

    def arranged(here: Scene) -> Request:
        path = f"/api/support/tickets/{here.put(lambda stage: _ticket(stage, here.copy.user_id))}{verb}"
        return lambda: here.customer.send(method, path, body)

    return arranged


def of_purchase(method: str, path: str, *, by_owner: bool = True) -> Arranged:
    """A purchase that waits at the bank, bought through the routes."""

    def arranged(here: Scene) -> Request:
        bought = _bought(here)
        address = path.format(transaction_id=bought.transaction_id)
        return lambda: (here.customer if by_owner else Api()).send(method, address, None)

    return arranged


def of_receipt(method: str, verb: str) -> Arranged:
    """The owner of a purchase whose tokens are there."""

    def arranged(here: Scene) -> Request:
        path = f"/api/payments/{_credited(here)}{verb}"
        return lambda: here.customer.send(method, path)

    return arranged


def by_receipt_code(verb: str = "") -> Arranged:
    """Somebody who was shown a receipt."""

    def arranged(here: Scene) -> Request:
        url = here.customer.post(f"/api/payments/{_credited(here)}/receipt-link").json["url"]
        parts = urlsplit(url)
        path = parts.path if verb else parts.path.removesuffix("/receipt.pdf")
        return lambda: Api().get(path, params=dict(parse_qsl(parts.query)) if verb else None)

    return arranged


def _credited(here: Scene) -> str:
    def make(stage: Stage) -> str:
        copy = stage.session.get_one(UserAutomation, here.copy.id)
        payment = purchase_in(stage.session, PaymentStatus.VERIFIED, copy, authority=f"S{next(_numbers):035d}")
        credit_purchases(stage.session, [payment.id], actor="bench")
        return payment.transaction_id

    return here.put(make)


def returning(path: str) -> Arranged:
    """The browser comes back from the bank, where the customer has paid."""

    def arranged(here: Scene) -> Request:
        bought = _bought(here)
        here.zarinpal.pay(bought.authority)
        query = {"Authority": bought.authority, "Status": "OK"}
        if "{" not in path:
            return lambda: Api().get(path, params={"payment_id": bought.transaction_id, **query})
        return lambda: come_back(Api(), bought.transaction_id, **query)

    return arranged


def at_the_door(act: Callable[[Browser, str], Answer]) -> Arranged:
    """Somebody with an account, in a browser in which they are signed in."""

    def arranged(here: Scene) -> Request:
        browser, email = Browser(), f"guest{next(_numbers)}@example.com"
        assert browser.register(email=email).status == 201
        return lambda: act(browser, email)

    return arranged


def as_owner(method: str, path: str, body: Any = None) -> Arranged:
    """Somebody with a password, who says it again."""

    def arranged(here: Scene) -> Request:
        form = FORM | {"email": f"owner{next(_numbers)}@example.com"}
        token = Api().post("/api/auth/register", form).json["access_token"]
        return lambda: Api(token).send(method, path, body)

    return arranged


def by_link(path: str, kind: Kind, **more: str) -> Arranged:
    """Somebody opens the link of a mail."""

    def arranged(here: Scene) -> Request:
        email = f"reader{next(_numbers)}@example.com"
        Api().post("/api/auth/register", FORM | {"email": email})
        if kind is Kind.PASSWORD_RESET:
            Api().post("/api/auth/password/forgot", {"email": email})
        token = here.put(lambda stage: link_of(stage.session, kind))
        return lambda: Api().post(path, {"token": token, **more})

    return arranged


def registration(here: Scene) -> Request:
    form = FORM | {"email": f"new{next(_numbers)}@example.com"}
    return lambda: Api().post("/api/auth/register", form)


def end_of_a_session(here: Scene) -> Request:
    here.put(lambda stage: token_for(stage.session, stage.session.get_one(User, here.copy.user_id)))
    lines = here.customer.get("/api/auth/sessions").json["items"]
    other = next(line["id"] for line in lines if not line["current"])
    return lambda: here.customer.send("DELETE", f"/api/auth/sessions/{other}")


def consumption(here: Scene) -> Request:
    return _by_service_token(here, "POST", "/consume", _use(here))


def _by_service_token(here: Scene, method: str, path: str, body: Any = None) -> Request:
    token = here.put(lambda stage: make_service_token(stage.session, here.copy.automation_id))
    return lambda: Api().send(method, f"/api/automation-usage{path}", body, headers={"x-zimmer-service-token": token})


def _use(here: Scene) -> dict[str, Any]:
    return {"user_automation_id": here.copy.id, "units": 1, "usage_type": "message", "idempotency_key": "once"}


def batch(here: Scene) -> Request:
    return _by_service_token(here, "POST", "/batch", {"uses": [_use(here)]})


def balance(here: Scene) -> Request:
    return _by_service_token(here, "GET", f"/balance/{here.copy.id}")


def new_hold(here: Scene) -> Request:
    return _by_service_token(here, "POST", "/holds", _use(here))


def hold_ended(verb: str, body: Any = None) -> Arranged:
    def arranged(here: Scene) -> Request:
        hold_id = _by_service_token(here, "POST", "/holds", _use(here))().json["hold_id"]
        return _by_service_token(here, "POST", f"/holds/{hold_id}/{verb}", body)

    return arranged


def quotation(here: Scene) -> Request:
    body = {"automation_id": here.copy.automation_id, "tokens": 100}
    return lambda: here.customer.post("/api/payments/quote", body)


def purchase(here: Scene) -> Request:
    body = {"automation_id": here.copy.automation_id, "tokens": 100}
    return lambda: here.customer.post("/api/payments/zarinpal/init", body, headers={"idempotency-key": "purchase-1"})


def new_copy(here: Scene) -> Request:
    automation_id = here.put(lambda stage: make_automation(stage.session).id)
    return lambda: here.customer.post(f"/api/user/automations/{automation_id}")


def _bought(here: Scene) -> Bought:
    return buy(here.customer, here.copy)


def _ticket(stage: Stage, user_id: int) -> int:
    ticket = Ticket(user_id=user_id, title="پرسش", description="چرا؟")
    stage.session.add(ticket)
    stage.session.flush()
    return ticket.id


def _run(stage: Stage) -> int:
    run = ReconciliationRun(created_at=make_user(stage.session).created_at)
    stage.session.add(run)
    stage.session.flush()
    return run.id


PEOPLE: dict[Route, Arranged] = {
    ("GET", "/api/health"): visit("/api/health"),
    **{
        ("GET", f"/api/{group}/health"): visit(f"/api/{group}/health")
        for group in ("auth", "automations", "payments", "support", "admin")
    },
    ("POST", "/api/auth/register"): registration,
    ("POST", "/api/auth/login"): at_the_door(lambda browser, email: browser.login(email=email)),
    ("POST", "/api/auth/refresh"): at_the_door(lambda browser, _: browser.refresh()),
    ("POST", "/api/auth/logout"): at_the_door(lambda browser, _: browser.logout()),
    ("POST", "/api/auth/logout-all"): own("POST", "/api/auth/logout-all"),
    ("GET", "/api/auth/sessions"): own("GET", "/api/auth/sessions"),
    ("DELETE", "/api/auth/sessions/{session_id}"): end_of_a_session,
    ("GET", "/api/auth/me"): own("GET", "/api/auth/me"),
    ("PATCH", "/api/auth/me"): as_owner("PATCH", "/api/auth/me", {"name": "سارا"}),
    ("DELETE", "/api/auth/me"): as_owner("DELETE", "/api/auth/me", {"password": FORM["password"]}),
    ("POST", "/api/auth/email/verification"): as_owner("POST", "/api/auth/email/verification"),
    ("POST", "/api/auth/email/verify"): by_link("/api/auth/email/verify", Kind.EMAIL_VERIFICATION),
    ("POST", "/api/auth/password"): as_owner(
        "POST", "/api/auth/password", {"current": FORM["password"], "new": ANOTHER_PASSWORD}
    ),
    ("POST", "/api/auth/password/forgot"): at_the_door(
        lambda _, email: Api().post("/api/auth/password/forgot", {"email": email})
    ),
    ("POST", "/api/auth/password/reset"): by_link(
        "/api/auth/password/reset", Kind.PASSWORD_RESET, password=ANOTHER_PASSWORD
    ),
    ("GET", "/api/automations/available"): visit("/api/automations/available"),
    ("GET", "/api/automations/{automation_id}"): visit("/api/automations/{automation_id}"),
    ("GET", "/api/user/automations"): own("GET", "/api/user/automations"),
    ("GET", "/api/user/automations/{automation_id}"): own("GET", "/api/user/automations/{automation_id}"),
    ("POST", "/api/user/automations/{automation_id}"): new_copy,
    ("PATCH", "/api/user/automations/{automation_id}"): own(
        "PATCH", "/api/user/automations/{automation_id}", {"daily_spend_cap": 50}
    ),
    ("POST", "/api/automation-usage/consume"): consumption,
    ("POST", "/api/automation-usage/batch"): batch,
    ("GET", "/api/automation-usage/balance/{user_automation_id}"): balance,
    ("POST", "/api/automation-usage/holds"): new_hold,
    ("POST", "/api/automation-usage/holds/{hold_id}/commit"): hold_ended("commit", {"units": 1}),
    ("POST", "/api/automation-usage/holds/{hold_id}/release"): hold_ended("release"),
    ("POST", "/api/payments/quote"): quotation,
    ("POST", "/api/payments/zarinpal/init"): purchase,
    ("GET", "/api/payments/zarinpal/callback"): returning("/api/payments/zarinpal/callback"),
    ("GET", "/api/payments/zarinpal/callback/{transaction_id}"): returning("/{transaction_id}"),
    ("GET", "/api/payments/status/{transaction_id}"): of_purchase(
        "GET", "/api/payments/status/{transaction_id}", by_owner=False
    ),
    ("GET", "/api/payments"): own("GET", "/api/payments"),
    ("GET", "/api/payments/{transaction_id}"): of_purchase("GET", "/api/payments/{transaction_id}"),
    ("GET", "/api/payments/{transaction_id}/receipt.pdf"): of_receipt("GET", "/receipt.pdf"),
    ("POST", "/api/payments/{transaction_id}/receipt-link"): of_receipt("POST", "/receipt-link"),
    ("GET", "/api/payments/receipts/{receipt_code}"): by_receipt_code(),
    ("GET", "/api/payments/receipts/{receipt_code}/receipt.pdf"): by_receipt_code("/receipt.pdf"),
    ("POST", "/api/payments/{transaction_id}/check"): of_purchase("POST", "/api/payments/{transaction_id}/check"),
    ("POST", "/api/payments/{transaction_id}/cancel"): of_purchase("POST", "/api/payments/{transaction_id}/cancel"),
    ("GET", "/api/support/tickets"): own("GET", "/api/support/tickets"),
    ("POST", "/api/support/tickets"): own("POST", "/api/support/tickets", {"title": "پرسش", "description": "چرا؟"}),
    ("GET", "/api/support/tickets/{ticket_id}"): in_ticket("GET"),
    ("POST", "/api/support/tickets/{ticket_id}/messages"): in_ticket("POST", "/messages", {"body": "هنوز نه."}),
    ("POST", "/api/support/tickets/{ticket_id}/read"): in_ticket("POST", "/read"),
    ("POST", "/api/support/tickets/{ticket_id}/close"): in_ticket("POST", "/close"),
    ("POST", "/api/support/tickets/{ticket_id}/reopen"): in_ticket("POST", "/reopen"),
    ("GET", "/api/notifications"): own("GET", "/api/notifications"),
    ("GET", "/api/notifications/unread-count"): own("GET", "/api/notifications/unread-count"),
    ("POST", "/api/notifications/read"): own("POST", "/api/notifications/read", {"ids": [1]}),
    ("POST", "/api/notifications/read-all"): own("POST", "/api/notifications/read-all"),
}
READING_STAFF: dict[str, Arranged] = {
    "/dashboard/stats": desk("/dashboard/stats"),
    "/health/deep": desk("/health/deep"),
    "/users": desk("/users"),
    "/users/{user_id}": desk("/users/{user_id}", Stage.person),
    "/automations": desk("/automations"),
    "/automations/{automation_id}": desk("/automations/{automation_id}", Stage.automation),
    "/user-automations": desk("/user-automations"),
    "/user-automations/{user_automation_id}": desk("/user-automations/{user_automation_id}", Stage.copy),
    "/user-automations/{user_automation_id}/ledger": desk("/user-automations/{user_automation_id}/ledger", Stage.copy),
    "/openai-keys": desk("/openai-keys"),
    "/payments": desk("/payments"),
    "/payments/{payment_id}": desk("/payments/{payment_id}", lambda stage: make_payment(stage.session).id),
    "/tokens/adjustments": desk("/tokens/adjustments"),
    "/tokens/adjustments/{adjustment_id}": desk("/tokens/adjustments/{adjustment_id}", Stage.request),
    "/tickets": desk("/tickets"),
    "/tickets/{ticket_id}": desk("/tickets/{ticket_id}", Stage.ticket),
    "/settings": desk("/settings"),
    "/audit": desk("/audit"),
    "/reconciliation/runs": desk("/reconciliation/runs"),
    "/reconciliation/runs/{run_id}": desk("/reconciliation/runs/{run_id}", _run),
    "/reconciliation/runs/{run_id}/report.pdf": desk("/reconciliation/runs/{run_id}/report.pdf", _run),
    "/reconciliation/runs/{run_id}/download": desk("/reconciliation/runs/{run_id}/download", _run),
    "/system/status": desk("/system/status"),
}
REQUESTS: dict[Route, Arranged] = {
    **PEOPLE,
    **{("GET", STAFF + path): arranged for path, arranged in READING_STAFF.items()},
    **{(method, STAFF + path): deed((method, STAFF + path)) for method, path in DEEDS},
}
