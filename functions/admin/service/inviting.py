"""Inviting people to the staff. The link is mailed to them; whoever invites does not see it."""

from sqlalchemy import select, update

from functions.admin.schemas.users import Invitation, Invited
from functions.admin.service.may import LIVING_MANAGERS
from zimmer import audit, clock, crypto
from zimmer.auth import one_time
from zimmer.auth.acting import Staff
from zimmer.auth.one_time import LIVES, Bearer
from zimmer.db import Session
from zimmer.errors import EmailTaken
from zimmer.models import OneTimeToken, Purpose, Role, User
from zimmer.notifications import Kind, Notice, send_secret
from zimmer.settings import get_settings


def invite(session: Session, staff: Staff, wanted: Invitation) -> Invited:
    """Mail somebody a link to join the staff; an earlier one to the same address opens nothing any more.

    Raises EmailTaken for whoever has an account: another role is given to that.
    """
    if session.scalars(select(User.id).where(User.email == wanted.email)).first() is not None:
        raise EmailTaken
    text = one_time.issue(
        session, Purpose.INVITATION, Bearer(email=wanted.email, role=wanted.role, created_by=staff.id)
    )
    notice = Notice(staff.id, Kind.INVITATION, _key(text), {"url": link(text), "role": wanted.role.value})
    send_secret(session, notice, address=wanted.email)
    audit.done(session, staff.act, before=None, after={"email": wanted.email, "role": wanted.role.value})
    return Invited(email=wanted.email, role=wanted.role, expires_at=clock.now() + LIVES[Purpose.INVITATION])


def first_manager(session: Session, email: str) -> str | None:
    """The link by which the first manager joins, readable this once; None where there is a manager.

    It is signed by nobody, and so worth nothing as soon as somebody manages: see `invitations.accept`.
    """
    if session.scalars(select(User.id).where(*LIVING_MANAGERS)).first() is not None:
        return None
    earlier = (OneTimeToken.purpose == Purpose.INVITATION, OneTimeToken.created_by.is_(None))
    session.execute(update(OneTimeToken).where(*earlier, OneTimeToken.used_at.is_(None)).values(used_at=clock.now()))
    return link(one_time.issue(session, Purpose.INVITATION, Bearer(email=email.lower(), role=Role.MANAGER)))


def link(text: str) -> str:
    """Where the dashboard takes an invitation. What stands behind the # reaches no server and no log."""
    return f"{get_settings().admin_url}/accept-invite/#token={text}"


def _key(text: str) -> str:
    """What makes the mail the same mail, without saying what stands in it."""
    return crypto.token_hash(text).hex()[:32]
