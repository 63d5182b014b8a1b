"""The links of mails: what opens an account once, and the page of the panel that takes it.

The secret stands behind the #: a browser sends no fragment to any server, so it is in no log of a CDN and in no
Referer. The host is the configured panel's, never one that a request named.
"""

from zimmer import crypto
from zimmer.auth import one_time
from zimmer.auth.one_time import Bearer
from zimmer.db import Session
from zimmer.models import Purpose, User
from zimmer.notifications import Kind, Notice, send_secret
from zimmer.settings import get_settings

VERIFY_PAGE, RESET_PAGE = "/verify-email/", "/reset-password/"


def url_of(page: str, token: str) -> str:
    """Where a mail leads."""
    return f"{get_settings().frontend_url}{page}#token={token}"


def key_of(token: str) -> str:
    """What names a link where its secret must not stand."""
    return crypto.token_hash(token).hex()


def send_verification(session: Session, user: User) -> None:
    """Ask an account's address whether somebody reads it. Links that were sent to it before open nothing any more."""
    token = one_time.issue(session, Purpose.VERIFY_EMAIL, Bearer(user_id=user.id, email=user.email))
    send(session, user.id, Kind.EMAIL_VERIFICATION, page=VERIFY_PAGE, token=token, address=user.email)


def send_email_change(session: Session, user: User, *, address: str) -> None:
    """Ask the address an account is to have. Only its newest such link counts."""
    token = one_time.issue(session, Purpose.CHANGE_EMAIL, Bearer(user_id=user.id, email=address))
    send(session, user.id, Kind.EMAIL_CHANGE, page=VERIFY_PAGE, token=token, address=address)


def send(session: Session, user_id: int, kind: Kind, *, page: str, token: str, address: str) -> None:
    """Promise the mail with a link, in the transaction that made its token."""
    send_secret(session, Notice(user_id, kind, key_of(token), {"url": url_of(page, token)}), address=address)
