"""Registering and signing in.

A password is hashed and compared with no transaction open, and the attempt is counted before: the count
stands after a refusal.
"""

from datetime import timedelta

from sqlalchemy import String, bindparam, select, update

from functions.auth import challenges
from functions.auth.entering import Entered, Outcome, entered
from functions.auth.opening import open_account
from functions.auth.schemas import Login, Register
from zimmer import clock, throttle
from zimmer.auth import links, passwords, sign_ins
from zimmer.auth.roles import may_enter
from zimmer.auth.sign_ins import Device, NewSignIn
from zimmer.db import AtomicSession, Prepared, ReadSession, Session, committed
from zimmer.errors import EmailTaken, WrongCredentials
from zimmer.models import Audience, Role, User
from zimmer.notifications import Kind, Notice, notify
from zimmer.observability import logger
from zimmer.throttle import Limit

LOGINS_BY_ADDRESS = Limit("login-ip", times=100, per=timedelta(minutes=15))  # a whole office, or a mobile network
BY_EMAIL = Prepared(select(User.__table__).where(User.email == bindparam("email", type_=String)).limit(1))
REGISTRATIONS_BY_ADDRESS = Limit("register-ip", times=5, per=timedelta(hours=1))


def register(writer: AtomicSession, form: Register, device: Device) -> Entered:
    """Open a customer's account, sign it in, and ask its address for a sign of life.

    Raises EmailTaken (the owner of the address is told by mail), ValidationFailed, TooManyRequests.
    """
    throttle.hit(writer, REGISTRATIONS_BY_ADDRESS.of(throttle.address(device.ip)))
    passwords.insist(form.password, email=form.email, name=form.name)
    user = User(
        name=form.name,
        email=form.email,
        phone_number=form.phone_number,
        password_hash=passwords.hashed(form.password),
        role=Role.CUSTOMER,
        created_at=clock.now(),
    )
    try:
        with committed() as session:
            open_account(session, user)
            links.send_verification(session, user)
            here = NewSignIn.of(user, Audience.USER, device)
            session.execute(sign_ins.OPEN, here.parameters)
    except EmailTaken:
        tell_owner_of(form.email)
        raise
    logger().info("account.opened", user_id=user.id, ip=device.ip)
    return entered(user, here.claims, here.refresh)


def tell_owner_of(email: str) -> None:
    """Somebody wanted an account for an address that has one. Committed: the refusal must not undo it."""
    with committed() as session:
        owner_id = session.scalar(select(User.id).where(User.email == email))
        if owner_id is not None:
            tell_of_registration(session, owner_id)


def tell_of_registration(session: Session, owner_id: int) -> None:
    """The same, told to an owner who is known; once a day, however often it is tried."""
    key = f"{owner_id}:{clock.business_day()}"
    notify(session, Notice(owner_id, Kind.REGISTRATION_TRIED, key, {}))


def login(reader: ReadSession, writer: AtomicSession, form: Login, device: Device) -> Outcome:
    """Sign a person in to one panel, or say what they owe beside the password.

    Raises WrongCredentials for an unknown address, a wrong password, a switched-off account and a
    customer at the staff's door alike, after the same counting and the same work, so that it tells nobody
    which it was. Raises TooManyRequests before it looks at anything.
    """
    account = sign_ins.LOGINS_TO_ACCOUNT.of(form.email)
    throttle.hit(writer, LOGINS_BY_ADDRESS.of(throttle.address(device.ip)), account)
    user = _known(reader, form.email)
    knows_password = passwords.matches(user.password_hash if user else None, form.password)
    if user is None or not knows_password or not (user.is_active and may_enter(user.role, form.audience)):
        raise _refused(form, device)
    if passwords.is_outdated(user.password_hash):
        _renew_hash(writer, user, form.password)
    if waiting := challenges.owed(writer, user, form.audience):
        return waiting  # and the attempt stays counted until the code has come too
    here = NewSignIn.of(user, form.audience, device)
    if not writer.run(sign_ins.OPEN, here.parameters):
        raise _refused(form, device)
    logger().info("login.accepted", user_id=user.id, audience=form.audience, ip=device.ip)
    return entered(user, here.claims, here.refresh)


def _known(reader: ReadSession, email: str) -> User | None:
    """The account of this address, read as a bare row: a session's bookkeeping was an eighth of all we add to
    the hash.
    """
    row = reader.first(BY_EMAIL, {"email": email})
    return User(**row._mapping) if row else None


def _renew_hash(writer: AtomicSession, user: User, password: str) -> None:
    """Hash with today's parameters, unless the password was changed meanwhile."""
    writer.run(
        update(User)
        .where(User.id == user.id, User.password_hash == user.password_hash)
        .values(password_hash=passwords.hashed(password))
        .returning(User.id),
        {},
    )


def _refused(form: Login, device: Device) -> WrongCredentials:
    logger().warning("login.refused", audience=form.audience, ip=device.ip)
    return WrongCredentials()
