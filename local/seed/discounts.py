"""The discount code of the seed."""

from datetime import timedelta
from decimal import Decimal

from sqlalchemy import select

from zimmer import clock
from zimmer.db import Session
from zimmer.models import DiscountCode, User

NOROOZ = "NOROOZ"


def norooz(session: Session, *, by: User) -> None:
    """20 % off for everybody, once each, for the coming two months."""
    if session.scalars(select(DiscountCode.id).where(DiscountCode.code == NOROOZ)).first():
        return
    now = clock.now()
    session.add(
        DiscountCode(
            code=NOROOZ,
            percent=Decimal("20.00"),
            max_uses=1_000,
            max_uses_per_user=1,
            starts_at=now - timedelta(days=30),
            ends_at=now + timedelta(days=60),
            created_by=by.id,
            created_at=now - timedelta(days=31),
        )
    )
    session.flush()
