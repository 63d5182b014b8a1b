"""Which moves a purchase can make, and what of its status the wire shows."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError

from functions.payments import states
from functions.payments.states import Because, on_the_wire
from tests.factories import make_payment, make_user, purchase_in
from tests.logs import ReadLog
from zimmer.db import Database, Session
from zimmer.models import Notification, Payment, PaymentEvent, PaymentStatus, Role

S = PaymentStatus
NOW = datetime(2026, 11, 22, 9, 6, tzinfo=UTC)

# Written out once more, by hand: a slip in the table of the code must not slip into its test.
POSSIBLE: dict[PaymentStatus, set[PaymentStatus]] = {
    S.CREATED: {S.CREATED, S.PENDING, S.REJECTED, S.INIT_UNKNOWN, S.VERIFIED, S.REVIEW},
    S.INIT_UNKNOWN: {S.CREATED, S.PENDING, S.REVIEW},
    S.REJECTED: {S.CREATED},
    S.PENDING: {S.VERIFYING, S.NOT_PAID, S.EXPIRED, S.REVERSED, S.REVIEW},
    S.NOT_PAID: {S.VERIFYING, S.EXPIRED, S.REVERSED},
    S.EXPIRED: {S.VERIFYING, S.REVERSED},
    S.VERIFY_UNKNOWN: {S.VERIFYING, S.REVERSED},
    S.VERIFYING: {S.VERIFYING, S.VERIFIED, S.NOT_PAID, S.VERIFY_UNKNOWN, S.REVIEW},
    S.REVIEW: {S.VERIFIED, S.CLOSED},
    S.VERIFIED: {S.CREDITED, S.REVERSING},
    S.CREDITED: {S.REVERSING, S.REFUND_PENDING},
    S.REVERSING: {S.REVERSED, S.VERIFIED, S.CREDITED},
    S.REFUND_PENDING: {S.REFUNDED},
    S.REVERSED: set(),
    S.REFUNDED: set(),
    S.CLOSED: set(),
}
PAIRS = [(source, to) for source in S for to in S]


@dataclass(frozen=True)
class Purchase:
    """What of a purchase decides how it is shown."""

    status: PaymentStatus
    nok_at: datetime | None = None
    canceled_at: datetime | None = None
    created_at: datetime = NOW


# the moves


@pytest.mark.parametrize(("source", "to"), PAIRS, ids=[f"{source}-{to}" for source, to in PAIRS])
def test_the_table_has_these_moves_and_no_other(source: PaymentStatus, to: PaymentStatus) -> None:
    assert (source in states.SOURCES[to]) is (to in POSSIBLE[source])


@pytest.mark.parametrize("source", S)
def test_a_purchase_moves_where_the_table_leads_and_nowhere_else(session: Session, source: PaymentStatus) -> None:
    def moves(to: PaymentStatus) -> bool:
        with session.begin_nested() as attempt:
            payment = make_payment(session, status=source)
            try:
                states.move(session, payment, to, Because("moved", "test"))
            except ValueError:
                return False
            finally:
                attempt.rollback()
        return True

    assert {to for to in S if moves(to)} == POSSIBLE[source]


def test_a_move_leaves_an_event_that_says_where_from_and_where_to(session: Session) -> None:
    payment = purchase_in(session, S.PENDING)
    states.move(session, payment, S.VERIFYING, Because("claimed", "bank-return"))
    event = session.get_one(PaymentEvent, (payment.id, 2))
    assert (event.from_status, event.to_status, event.cause, event.actor) == (
        "pending",
        "verifying",
        "claimed",
        "bank-return",
    )


def test_an_event_keeps_what_the_gateway_said_and_whose_request_it_was(session: Session) -> None:
    payment = purchase_in(session, S.PENDING, trace_id="the-order")
    answer = Because(
        "claimed", "test", gateway_code=-51, http_status=200, latency_ms=7, trace_id="ours", detail={"a": 1}
    )
    states.move(session, payment, S.VERIFYING, answer)
    states.record(session, payment, Because("looked", "test"))
    first, second = (session.get_one(PaymentEvent, (payment.id, seq)) for seq in (2, 3))
    assert (first.gateway_code, first.http_status, first.latency_ms, first.trace_id, first.detail) == (
        -51,
        200,
        7,
        "ours",
        {"a": 1},
    )
    assert (second.trace_id, second.from_status, second.to_status, second.detail) == ("the-order", None, None, None)


def test_every_manager_hears_once_of_a_purchase_that_needs_a_review(session: Session) -> None:
    managers = [make_user(session, role=Role.MANAGER).id for _ in range(2)]
    make_user(session, role=Role.SUPPORT)
    payment = purchase_in(session, S.REVIEW)
    told = session.scalars(
        select(Notification)
        .where(Notification.dedup_key.like(f"payment-review:{payment.id}:%"))
        .order_by(Notification.user_id)
    ).all()
    assert [(one.user_id, one.dedup_key) for one in told] == [
        (manager, f"payment-review:{payment.id}:{manager}") for manager in managers
    ]
    assert {one.link for one in told} == {f"/payments/?id={payment.id}"}
    assert [one.data for one in told] == [{"payment_id": payment.id, "transaction_id": payment.transaction_id}] * 2


def test_a_purchase_that_needs_a_review_is_counted(session: Session, log: ReadLog, talkative: None) -> None:
    payment = purchase_in(session, S.REVIEW)
    [line] = [line for line in log() if line["message"] == "review.needed"]
    assert (line["payment_id"], line["ReviewNeeded"]) == (payment.id, 1)


def test_a_locked_purchase_stays_as_it_is_until_the_transaction_ends(own_database: str) -> None:
    asking, others = Database(own_database), Database(own_database)
    with asking.transaction() as session:
        payment_id = purchase_in(session, S.PENDING).id
    row = select(Payment.id).where(Payment.id == payment_id)
    with asking.transaction() as session:
        states.locked(session, payment_id)
        with others.transaction() as other:
            assert other.scalar(row.with_for_update(key_share=True, read=True, nowait=True))  # its key is free
        with pytest.raises(DBAPIError), others.transaction() as other:
            other.scalar(row.with_for_update(key_share=True, nowait=True))
    asking.close()
    others.close()


def test_a_locked_purchase_is_read_anew(session: Session) -> None:
    payment = purchase_in(session, S.PENDING)
    session.execute(
        update(Payment).where(Payment.id == payment.id).values(fee=7), execution_options={"synchronize_session": False}
    )
    assert states.locked(session, payment.id).fee == 7


def test_a_refused_move_changes_nothing(session: Session) -> None:
    payment = purchase_in(session, S.PENDING)
    with pytest.raises(ValueError, match="cannot go from pending to credited"):
        states.move(session, payment, S.CREDITED, Because("moved", "test"), fee=1)
    assert (payment.status, payment.fee, payment.event_seq) == (S.PENDING, None, 1)


@settings(deadline=None)
@given(st.data())
def test_no_road_leads_to_the_tokens_but_through_verified(data: st.DataObject) -> None:
    road = walk(data, until=S.CREDITED)
    assert S.CREDITED not in road or S.VERIFIED in road


@settings(deadline=None)
@given(st.data())
def test_no_road_leads_to_verified_but_through_an_answer_of_the_gateway_or_nothing_to_pay(data: st.DataObject) -> None:
    road = walk(data, until=S.VERIFIED)
    before = road[-2] if road[-1] is S.VERIFIED and len(road) > 1 else S.VERIFYING
    assert before in {S.VERIFYING, S.CREATED, S.REVIEW}


def walk(data: st.DataObject, *, until: PaymentStatus, steps: int = 12) -> list[PaymentStatus]:
    """A purchase's way through the table, ended by `until`."""
    road = [S.CREATED]
    while road[-1] is not until and len(road) < steps:
        onward = [to for to in S if road[-1] in states.SOURCES[to]]
        if not onward:
            break
        road.append(data.draw(st.sampled_from(onward)))
    return road


# the wire

LONG_AGO = NOW - timedelta(minutes=30)
JUST_UNDER = LONG_AGO + timedelta(microseconds=1)

WIRE = [
    (Purchase(S.CREATED), "pending", "starting"),
    (Purchase(S.INIT_UNKNOWN), "pending", "starting"),
    (Purchase(S.CREATED, canceled_at=NOW), "canceled", "canceled"),
    (Purchase(S.INIT_UNKNOWN, canceled_at=NOW), "canceled", "canceled"),
    (Purchase(S.REJECTED, canceled_at=NOW), "failed", "refused"),
    (Purchase(S.VERIFYING, canceled_at=NOW), "pending", "checking"),
    (Purchase(S.VERIFY_UNKNOWN, canceled_at=NOW), "pending", "checking"),
    (Purchase(S.REVIEW, canceled_at=NOW), "pending", "under_review"),
    (Purchase(S.CREDITED, canceled_at=NOW), "succeeded", "done"),
    (Purchase(S.EXPIRED, canceled_at=NOW, created_at=LONG_AGO), "canceled", "canceled"),
    (Purchase(S.PENDING), "pending", "at_bank"),
    (Purchase(S.PENDING, created_at=LONG_AGO), "pending", "at_bank"),
    (Purchase(S.PENDING, nok_at=NOW), "pending", "checking"),
    (Purchase(S.VERIFYING), "pending", "checking"),
    (Purchase(S.VERIFY_UNKNOWN), "pending", "checking"),
    (Purchase(S.VERIFY_UNKNOWN, nok_at=NOW, created_at=LONG_AGO), "pending", "checking"),
    (Purchase(S.REVIEW), "pending", "under_review"),
    (Purchase(S.VERIFIED), "succeeded", "crediting"),
    (Purchase(S.CREDITED), "succeeded", "done"),
    (Purchase(S.CREDITED, nok_at=NOW), "succeeded", "done"),
    (Purchase(S.REVERSING), "succeeded", "refunding"),
    (Purchase(S.REFUND_PENDING), "succeeded", "refunding"),
    (Purchase(S.REVERSED), "succeeded", "refunded"),
    (Purchase(S.REFUNDED), "succeeded", "refunded"),
    (Purchase(S.REJECTED), "failed", "refused"),
    (Purchase(S.NOT_PAID, nok_at=NOW), "canceled", "canceled"),
    (Purchase(S.NOT_PAID, canceled_at=NOW), "canceled", "canceled"),
    (Purchase(S.NOT_PAID, nok_at=NOW, created_at=LONG_AGO), "canceled", "canceled"),
    (Purchase(S.NOT_PAID), "pending", "checking"),
    (Purchase(S.NOT_PAID, created_at=JUST_UNDER), "pending", "checking"),
    (Purchase(S.NOT_PAID, created_at=LONG_AGO), "failed", "not_paid"),
    (Purchase(S.EXPIRED), "failed", "not_paid"),
    (Purchase(S.CLOSED), "failed", "not_paid"),
]


@pytest.mark.parametrize(("purchase", "status", "phase"), WIRE)
def test_the_wire_shows(purchase: Purchase, status: str, phase: str) -> None:
    assert on_the_wire(purchase, NOW) == (status, phase)


def test_the_table_of_the_wire_has_a_row_for_every_status() -> None:
    assert {purchase.status for purchase, _, _ in WIRE} == set(S)


moments = st.none() | st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@settings(deadline=None)
@given(
    purchase=st.builds(
        Purchase,
        status=st.sampled_from(
            [S.CREATED, S.INIT_UNKNOWN, S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN, S.REVIEW, S.VERIFIED]
        ),
        nok_at=moments,
        canceled_at=moments,
        created_at=moments.map(lambda moment: moment or NOW),
    )
)
def test_nothing_failed_while_its_outcome_is_unknown(purchase: Purchase) -> None:
    given_up = purchase.canceled_at and purchase.status in {S.CREATED, S.INIT_UNKNOWN}
    assert on_the_wire(purchase, NOW)[0] in ({"canceled"} if given_up else {"pending", "succeeded"})


@settings(deadline=None)
@given(age=st.timedeltas(timedelta(0), timedelta(minutes=30)).filter(lambda age: age < timedelta(minutes=30)))
def test_a_young_purchase_that_nobody_gave_up_is_not_failed(age: timedelta) -> None:
    assert on_the_wire(Purchase(S.NOT_PAID, created_at=NOW - age), NOW)[0] == "pending"
