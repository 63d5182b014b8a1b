"""A code inside a sign-in, before the staff touches money, roles, keys or settings."""

from sqlalchemy import update

from functions.auth import codes
from functions.auth.schemas import SteppedUp
from zimmer import clock
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import STEPPED_UP
from zimmer.db import AtomicSession, committed
from zimmer.errors import TwofaOff
from zimmer.models import SignIn
from zimmer.observability import logger


def step_up(writer: AtomicSession, person: Person, code: str) -> SteppedUp:
    """Cover the next five minutes of this sign-in. Raises CodeInvalid, TwofaOff, TooManyRequests.

    A recovery code does not do: it stands for a phone that is gone, and a new one is to be set up first.
    """
    codes.count_attempt(writer, person.id)
    valid_until = clock.now() + STEPPED_UP
    with committed() as session:
        user = codes.locked(session, person.id)
        if not user.twofa_enabled:
            raise TwofaOff
        codes.spend_step(session, user, code)
        codes.forget_attempts(session, user.id)
        session.execute(update(SignIn).where(SignIn.id == person.session_id).values(stepped_up_until=valid_until))
    logger().info("session.stepped-up", user_id=person.id, session_id=str(person.session_id))
    return SteppedUp(valid_until=valid_until)
