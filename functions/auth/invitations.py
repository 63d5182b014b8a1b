"""Joining the staff by an invitation. The link proves the address; the role was chosen by whoever invited."""

from datetime import timedelta

from sqlalchemy import func, select

from functions.auth import challenges
from functions.auth.entering import Outcome, entered
from functions.auth.opening import open_account
from functions.auth.schemas import AcceptInvitation
from zimmer import clock, throttle
from zimmer.auth import one_time, passwords, sign_ins
from zimmer.auth.sign_ins import Device, NewSignIn
from zimmer.db import AtomicSession, ReadSession, Session, committed
from zimmer.errors import LinkInvalid
from zimmer.models import Audience, OneTimeToken, Purpose, Role, User
from zimmer.observability import logger
from zimmer.throttle import Limit

ACCEPTED_BY_ADDRESS = Limit("invitation-ip", times=20, per=timedelta(hours=1))


def accept(reader: ReadSession, writer: AtomicSession, form: AcceptInvitation, device: Device) -> Outcome:
    """Open the account that somebody was invited to, and go on as after a right password.

    Raises LinkInvalid, ValidationFailed, TooManyRequests, and EmailTaken when an account with the address was
    opened meanwhile.
    """
    throttle.hit(writer, ACCEPTED_BY_ADDRESS.of(throttle.address(device.ip)))
    invited = one_time.look_up(reader, form.token, Purpose.INVITATION)  # hash nothing for whoever has no link
    passwords.insist(form.password, email=invited.email or "", name=form.name)
    password_hash = passwords.hashed(form.password)
    with committed() as session:
        invitation = one_time.use(session, form.token, Purpose.INVITATION)
        _refuse_a_second_first(session, invitation)
        user = _member(invitation, form.name, password_hash)
        open_account(session, user)
    logger().info("invitation.accepted", user_id=user.id, role=user.role, ip=device.ip)
    if waiting := challenges.owed(writer, user, Audience.ADMIN):
        return waiting
    here = NewSignIn.of(user, Audience.ADMIN, device)
    writer.run(sign_ins.OPEN, here.parameters)
    return entered(user, here.claims, here.refresh)


def _refuse_a_second_first(session: Session, invitation: OneTimeToken) -> None:
    """An invitation that nobody signed made the first manager; it is worth nothing once there is one."""
    living = select(func.count()).where(User.role == Role.MANAGER, User.is_active, User.deleted_at.is_(None))
    if invitation.created_by is None and session.scalars(living).one():
        raise LinkInvalid


def _member(invitation: OneTimeToken, name: str, password_hash: str) -> User:
    if invitation.email is None or invitation.role is None:  # the table forbids it
        raise LinkInvalid
    now = clock.now()
    return User(
        name=name,
        email=invitation.email,
        password_hash=password_hash,
        role=invitation.role,
        created_at=now,
        email_verified_at=now,
    )
