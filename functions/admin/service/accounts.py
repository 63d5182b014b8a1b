"""What the staff does to an account. Each act that changes something leaves one entry in the trail."""

from uuid import uuid4

from sqlalchemy import and_, delete, or_, select

from functions.admin.schemas.users import Contact, RoleChange, UserChange, UserDetail
from functions.admin.service.may import (
    LIVING_MANAGERS,
    Shown,
    against_resetting,
    against_switching,
    against_touching,
)
from functions.admin.service.reading import reading
from functions.admin.service.users import detail
from zimmer import audit, throttle
from zimmer.auth import links, sign_ins
from zimmer.auth.acting import Staff
from zimmer.auth.roles import is_staff
from zimmer.db import Session
from zimmer.errors import EmailVerified, UserNotFound, ZimmerError
from zimmer.models import RecoveryCode, RevokedBecause, User
from zimmer.notifications import Kind, Notice, notify


def reveal(session: Session, staff: Staff, user_id: int) -> Contact:
    """A person's address and number in full. Every look is written down. Raises UserNotFound, HigherRole."""
    user = _touched(session, staff, user_id)
    audit.done(session, staff.act, before=None, after={"revealed": ["email", "phone_number"]})
    return Contact(email=user.email, phone_number=user.phone_number)


def edit(session: Session, staff: Staff, user_id: int, change: UserChange) -> UserDetail:
    """Correct a person's name or number. Raises UserNotFound, HigherRole, AccountDeleted."""
    user = _touched(session, staff, user_id)
    wanted = change.model_dump(exclude_unset=True)
    before, after = audit.changed(audit.facts(user, *wanted), wanted)
    if after:
        for column, value in after.items():
            setattr(user, column, value)
        audit.done(session, staff.act, before=before, after=after)
    return detail(reading(session), staff.person, user_id, email=user.email)


def activate(session: Session, staff: Staff, user_id: int) -> UserDetail:
    """Let an account in again. Raises UserNotFound, HigherRole, AccountDeleted."""
    user = _touched(session, staff, user_id)
    if not user.is_active:
        user.is_active = True
        audit.done(session, staff.act, before={"is_active": False}, after={"is_active": True})
    return detail(reading(session), staff.person, user_id, email=user.email)


def deactivate(session: Session, staff: Staff, user_id: int) -> UserDetail:
    """Switch an account off; whoever is signed in with it is out at once.

    Raises UserNotFound, OwnAccount, HigherRole, LastManager, AccountDeleted.
    """
    user = _switched(session, staff, user_id)
    if user.is_active:
        user.is_active = False
        _sign_out(session, user, RevokedBecause.DEACTIVATED)
        audit.done(session, staff.act, before={"is_active": True}, after={"is_active": False})
    return detail(reading(session), staff.person, user_id, email=user.email)


def change_role(session: Session, staff: Staff, user_id: int, change: RoleChange) -> UserDetail:
    """Give an account another role; its sign-ins end, since they were opened with the old one's rights.

    Raises UserNotFound, OwnAccount, LastManager, AccountDeleted.
    """
    user = _switched(session, staff, user_id)
    if user.role is not change.role:
        before = audit.facts(user, "role")
        user.role = change.role
        _sign_out(session, user, RevokedBecause.ROLE_CHANGED)
        audit.done(session, staff.act, before=before, after=audit.facts(user, "role"))
    return detail(reading(session), staff.person, user_id, email=user.email)


def reset_2fa(session: Session, staff: Staff, user_id: int) -> UserDetail:
    """Take a lost second factor away, with all that was opened by it; whoever it was taken from is told.

    Raises UserNotFound, OwnAccount, AccountDeleted, TwofaOff.
    """
    user = _touched(session, staff, user_id)
    _refuse(against_resetting(staff.person, Shown.of(user)))
    user.twofa_enabled, user.twofa_secret, user.twofa_pending, user.twofa_last_step = False, None, None, None
    session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    _sign_out(session, user, RevokedBecause.TWOFA_CHANGED)
    link = "/login/" if is_staff(user.role) else "/settings/"
    notify(session, Notice(user.id, Kind.TWOFA_CHANGED, str(uuid4()), {"change": "reset"}, link))
    audit.done(session, staff.act, before={"twofa_enabled": True}, after={"twofa_enabled": False})
    return detail(reading(session), staff.person, user_id, email=user.email)


def unlock(session: Session, staff: Staff, user_id: int) -> UserDetail:
    """Forget the failed attempts to sign in to an account. Raises UserNotFound, HigherRole, AccountDeleted."""
    user = _touched(session, staff, user_id)
    forgotten = session.execute(throttle.forgetting(sign_ins.LOGINS_TO_ACCOUNT.of(user.email)))
    shown = detail(reading(session), staff.person, user_id, email=user.email)
    if forgotten.all():
        audit.done(session, staff.act, before={"is_locked": True}, after={"is_locked": False})
    return shown


def resend_verification(session: Session, staff: Staff, user_id: int) -> UserDetail:
    """Send the link that confirms the address once more.

    Raises UserNotFound, HigherRole, AccountDeleted, EmailVerified.
    """
    user = _touched(session, staff, user_id)
    if user.email_verified_at is not None:
        raise EmailVerified
    links.send_verification(session, user)
    audit.done(session, staff.act, before=None, after={"sent": "email-verification"})
    return detail(reading(session), staff.person, user_id, email=user.email)


def _touched(session: Session, staff: Staff, user_id: int) -> User:
    """The account, locked, when nothing stands against acting on it."""
    user = session.get(User, user_id, with_for_update={"key_share": True}, populate_existing=True)
    if user is None:
        raise UserNotFound
    _refuse(against_touching(staff.person, Shown.of(user)))
    return user


def _switched(session: Session, staff: Staff, user_id: int) -> User:
    """The account, locked together with every living manager, when nothing stands against switching it.

    Two managers who demote each other at the same moment take these locks in one order: the second waits,
    and then finds that it is the last.
    """
    locked = session.scalars(
        select(User)
        .where(or_(User.id == user_id, and_(*LIVING_MANAGERS)))
        .order_by(User.id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).all()
    user = next((user for user in locked if user.id == user_id), None)
    if user is None:
        raise UserNotFound
    managers = sum(1 for one in locked if Shown.of(one).is_living_manager)
    _refuse(against_switching(staff.person, Shown.of(user), managers=managers))
    return user


def _sign_out(session: Session, user: User, because: RevokedBecause) -> None:
    """End every sign-in. The version also ends those that are being opened at this moment with the old one."""
    user.token_version += 1
    session.flush()
    session.execute(sign_ins.end_all(of=user.id, because=because), execution_options={"synchronize_session": False})


def _refuse(against: ZimmerError | None) -> None:
    if against is not None:
        raise against
