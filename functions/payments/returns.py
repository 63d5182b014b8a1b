"""What money that goes back to a customer needs, by whichever way: what is left of the purchase, the day's figures,
and that the customer is told.
"""

from sqlalchemy.dialects.postgresql import insert as upsert

from functions.payments.states import lock
from zimmer import clock
from zimmer.db import Session
from zimmer.errors import PaymentNotFound
from zimmer.ledger import lots
from zimmer.ledger.lots import Part
from zimmer.models import Payment, Rollup
from zimmer.money import Rial
from zimmer.notifications import Kind, Notice, notify


def locked_with_part(session: Session, payment_id: int) -> tuple[Payment, Part | None]:
    """A payment and then its copy, locked by one question, and what is left of the purchase if it was credited.

    Raises PaymentNotFound.
    """
    payments = lock(session, payment_id)
    part = lots.part_of(session, payment_id)
    payment = payments.first()
    if payment is None:
        raise PaymentNotFound
    return payment, part()


def take_from_figures(session: Session, payment: Payment, *, amount: Rial, tokens: int) -> None:
    """Money and tokens that went back count against the day on which they did, not against the day of the sale."""
    shard = upsert(Rollup).values(
        day=clock.business_day(),
        automation_id=payment.automation_id,
        shard=payment.id % 8,
        revenue=-amount,
        tokens_sold=-tokens,
    )
    session.execute(
        shard.on_conflict_do_update(
            index_elements=[Rollup.day, Rollup.automation_id, Rollup.shard],
            set_={
                "revenue": Rollup.revenue + shard.excluded.revenue,
                "tokens_sold": Rollup.tokens_sold + shard.excluded.tokens_sold,
            },
        )
    )


def tell_customer(session: Session, payment: Payment, amount: Rial) -> None:
    """The customer learns once that their money is on its way."""
    data = {"transaction_id": payment.transaction_id, "amount": amount}
    link = f"/payment/return/?payment={payment.transaction_id}"
    notify(session, Notice(payment.user_id, Kind.MONEY_RETURNED, str(payment.id), data, link))
