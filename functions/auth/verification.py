"""Does somebody read the mail of this address? Links that say so, for the address there is and for a new one."""

from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from functions.auth import proving
from functions.auth.account_schemas import Verified
from zimmer import clock, throttle
from zimmer.auth import links, one_time
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import Device
from zimmer.db import UNIQUE_VIOLATION, AtomicSession, Session, committed, heard, sqlstate
from zimmer.errors import EmailTaken, EmailVerified, LinkInvalid
from zimmer.models import OneTimeToken, Purpose, User
from zimmer.notifications import Kind, Notice, notify
from zimmer.observability import logger
from zimmer.throttle import Limit

MAILS_TO_ACCOUNT = Limit("verification-account", times=3, per=timedelta(hours=1))
LINKS_BY_ADDRESS = Limit("link-ip", times=60, per=timedelta(hours=1))  # a mobile network; the secrets have 256 bits


def send_again(writer: AtomicSession, person: Person) -> None:
    """Send the link once more; the one before opens nothing any more. Raises EmailVerified, TooManyRequests."""
    throttle.hit(writer, MAILS_TO_ACCOUNT.of(str(person.id)))
    with committed() as session:
        user = proving.locked(session, person)
        if user.email_verified_at is not None:
            raise EmailVerified
        links.send_verification(session, user)


def verify(writer: AtomicSession, token: str, device: Device) -> Verified:
    """Take a link at its word. Raises LinkInvalid, EmailTaken, TooManyRequests.

    It proves the address it was sent to and no other: when the account's has changed since, it is worth nothing.
    """
    throttle.hit(writer, LINKS_BY_ADDRESS.of(throttle.address(device.ip)))
    with committed() as session:
        link = _used(session, token)
        user = session.get_one(User, link.user_id, with_for_update={"key_share": True}, populate_existing=True)
        if not user.is_active or link.email is None:
            raise LinkInvalid
        changed = link.purpose is Purpose.CHANGE_EMAIL
        if changed:
            _change_address(session, user, link.email)
        elif user.email != link.email:
            raise LinkInvalid
        user.email_verified_at = proven_at = user.email_verified_at or clock.now()
        session.flush()
    logger().info("email.verified", user_id=user.id, changed=changed, ip=device.ip)
    return Verified(email=user.email, email_verified_at=proven_at, changed=changed)


def _used(session: Session, token: str) -> OneTimeToken:
    try:
        return one_time.use(session, token, Purpose.VERIFY_EMAIL)
    except LinkInvalid:
        return one_time.use(session, token, Purpose.CHANGE_EMAIL)


def _change_address(session: Session, user: User, address: str) -> None:
    """The account gets its new address, and the old one is told: it is the last mail it gets."""
    notify(session, Notice(user.id, Kind.EMAIL_CHANGED, links.key_of(f"{user.id}|{clock.now()}"), {"email": address}))
    session.flush()
    user.email, user.email_verified_at = address, clock.now()
    try:
        heard(session)
    except DBAPIError as error:
        if sqlstate(error) != UNIQUE_VIOLATION:
            raise
        raise EmailTaken from error
