"""An authenticator app in somebody's hand. Its arithmetic is not the platform's, so the two have to agree."""

from datetime import timedelta

from local import totp
from zimmer import clock, crypto
from zimmer.db import Session
from zimmer.models import User

STEP = timedelta(seconds=totp.STEP_SECONDS)


class Phone:
    """Shows six digits for a secret, and is looked at once per code."""

    def __init__(self, secret: str = totp.secret_of("tests")) -> None:
        self.secret = secret
        self._shown = ""

    def reads(self, *, after: timedelta = timedelta()) -> str:
        """What stands on the screen, now or then."""
        return totp.code(self.secret, (clock.now() + after).timestamp())

    def code(self) -> str:
        """A code that was not given before: where a person would wait for the next one, the clock goes on."""
        if self.reads() == self._shown:
            clock.travel(STEP)
        self._shown = self.reads()
        return self._shown


def given_to(session: Session, user: User) -> Phone:
    """Switch the person's second factor on, as if they had set it up long ago."""
    phone = Phone(totp.secret_of(f"tests-{user.id}"))
    user.twofa_secret = crypto.seal(phone.secret, place=f"users|twofa_secret|{user.id}")
    user.twofa_enabled, user.twofa_last_step = True, None
    session.flush()
    return phone
