"""What people change about themselves: name, number, address, password."""

from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

from sqlalchemy import select

from functions.auth import proving
from functions.auth.account_schemas import PasswordChange, ProfileChange, ProfileChanged
from functions.auth.entering import me
from functions.auth.proving import Proof
from functions.auth.recovery import set_password
from functions.auth.schemas import SignedIn
from functions.auth.service import tell_of_registration
from zimmer import clock, throttle
from zimmer.auth import links, one_time, passwords, sign_ins, tokens
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import Device
from zimmer.auth.tokens import AccessClaims
from zimmer.db import AtomicSession, Session, committed
from zimmer.errors import FieldError, ValidationFailed
from zimmer.models import RevokedBecause, User
from zimmer.notifications import Kind, Notice, notify
from zimmer.observability import logger
from zimmer.throttle import Limit

CHANGES_OF_ACCOUNT = Limit("email-change-account", times=3, per=timedelta(hours=1))
MAILS_TO_ADDRESS = Limit("email-change-address", times=3, per=timedelta(hours=1))  # nobody's mailbox is filled


def change(writer: AtomicSession, person: Person, form: ProfileChange) -> ProfileChanged:
    """Change what is given. A new address counts once its link is opened; until then the old one stays.

    Raises PasswordWrong, ValidationFailed (number and address need the password), TooManyRequests.
    """
    wanted = form.model_dump(exclude_unset=True, exclude={"password", "email"})
    address = form.email if "email" in form.model_fields_set and form.email != person.email else None
    number_changes = "phone_number" in wanted and wanted["phone_number"] != person.phone_number
    with _proven(writer, person, form.password) if address or number_changes else nullcontext() as proven:
        if address:
            throttle.hit(writer, CHANGES_OF_ACCOUNT.of(str(person.id)), MAILS_TO_ADDRESS.of(address))
        with committed() as session:
            user = proving.locked(session, person, proven=proven)
            for column, value in wanted.items():
                setattr(user, column, value)
            session.flush()
            if address:
                _ask_for_address(session, user, address)
    if wanted or address:
        logger().info("profile.changed", user_id=person.id, fields=sorted(form.model_fields_set - {"password"}))
    return ProfileChanged(user=me(user), email_to_confirm=address)


def change_password(writer: AtomicSession, person: Person, form: PasswordChange, device: Device) -> SignedIn:
    """Set another password. Every other sign-in ends; this one goes on with the access token that is answered.

    Raises PasswordWrong, ValidationFailed, TooManyRequests.
    """
    with proving.by_password(writer, person, form.current) as proven:
        passwords.insist(form.new, email=person.email, name=person.name, field="new")
        if passwords.matches(proven.password_hash, form.new):
            raise passwords.unchanged("new")
        new_hash = passwords.hashed(form.new)
        with committed() as session:
            user = proving.locked(session, person, proven=proven)
            set_password(session, user, new_hash, device)
            end = sign_ins.end_others(of=user.id, but=person.session_id, because=RevokedBecause.PASSWORD_CHANGED)
            session.execute(end, execution_options=one_time.UNSEEN)
    logger().info("password.changed", user_id=user.id, session_id=str(person.session_id), ip=device.ip)
    token = tokens.issue(AccessClaims(user.id, person.session_id, person.audience, user.token_version))
    return SignedIn(access_token=token.text, expires_in=token.expires_in, user=me(user))


def _proven(writer: AtomicSession, person: Person, password: str | None) -> AbstractContextManager[Proof]:
    if password is None:
        needed = "Number and address are changed with the password"
        raise ValidationFailed([FieldError(loc=["body", "password"], code="missing", message=needed)])
    return proving.by_password(writer, person, password)


def _ask_for_address(session: Session, user: User, address: str) -> None:
    """The new address gets the link and the one there is is told. Of an address that somebody has, its owner is
    told instead: the answer does not say that it is taken.
    """
    owner_id = session.scalar(select(User.id).where(User.email == address))
    if owner_id is None:
        links.send_email_change(session, user, address=address)
    else:
        tell_of_registration(session, owner_id)
    key = f"{user.id}:{clock.now().isoformat()}"
    notify(session, Notice(user.id, Kind.EMAIL_CHANGE_ASKED, key, {"email": address}))
