"""A forgotten password: a link by mail, and a new password for whoever has it.

Nobody learns from it who has an account: the request writes a token in one statement either way, and what it costs
to send a mail is paid later, by the worker that sends it. The two rows that promise the mail are 0.3 ms of 1.5 ms,
which can be measured; the hash of a password beside them cannot be told from its own noise.
"""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import DateTime, LargeBinary, Select, String, bindparam, select, text

from functions.auth.account_schemas import NewPasswordByLink
from zimmer import clock, crypto, throttle
from zimmer.auth import links, one_time, passwords, sign_ins
from zimmer.auth.sign_ins import Device
from zimmer.db import AtomicSession, Session, committed
from zimmer.errors import LinkInvalid
from zimmer.models import OneTimeToken, Purpose, RevokedBecause, User
from zimmer.notifications import Kind, Notice, notify, sealed_place
from zimmer.observability import logger
from zimmer.throttle import Limit

REQUESTS_FOR_ADDRESS = Limit("reset-account", times=3, per=timedelta(hours=1))
REQUESTS_BY_IP = Limit("reset-ip", times=30, per=timedelta(hours=1))  # a whole office, or a mobile network
RESETS_BY_IP = Limit("reset-use-ip", times=30, per=timedelta(hours=1))

# The same as `one_time.issue` and `notifications.send_secret` together, in one statement that does not branch:
# for an address without an account it writes a token that is nobody's and promises no mail.
FORGOT = text("""
WITH person AS (
    SELECT id, email FROM users WHERE email = :email AND is_active AND deleted_at IS NULL
), retired AS (
    UPDATE one_time_tokens SET used_at = :at
    WHERE purpose = 'reset-password' AND used_at IS NULL AND user_id = (SELECT id FROM person)
      AND token_hash <> :token_hash
), token AS (
    INSERT INTO one_time_tokens (purpose, token_hash, user_id, email, created_at, expires_at)
    SELECT 'reset-password', :token_hash, person.id, person.email, :at, :expires_at
    FROM (SELECT) always LEFT JOIN person ON TRUE
    ON CONFLICT (token_hash) DO NOTHING
), mail AS (
    INSERT INTO deliveries (dedup_key, user_id, kind, address, data, sealed, created_at)
    SELECT :dedup_key, person.id, 'password-reset', person.email, '{}', :sealed, :at FROM person
    ON CONFLICT (dedup_key) DO NOTHING
    RETURNING id
), promised AS (
    INSERT INTO outbox (topic, dedup_key, payload, created_at, next_at)
    SELECT 'notifications.deliver', 'deliver:' || id, jsonb_build_object('delivery_id', id, 'v', 1), :at, :at FROM mail
)
SELECT id FROM person
""").bindparams(
    bindparam("email", type_=String),
    bindparam("at", type_=DateTime(timezone=True)),
    bindparam("expires_at", type_=DateTime(timezone=True)),
    bindparam("token_hash", type_=LargeBinary),
    bindparam("dedup_key", type_=String),
    bindparam("sealed", type_=String),
)


def forgot(writer: AtomicSession, email: str, device: Device) -> None:
    """Send a link to this address if an account has it. Raises TooManyRequests, whoever has the address."""
    throttle.hit(writer, REQUESTS_BY_IP.of(throttle.address(device.ip)), REQUESTS_FOR_ADDRESS.of(email))
    token, now = crypto.random_token(), clock.now()
    passwords.matches(None, token)  # 24 ms for everybody, in which the rows of a known address are lost
    url = links.url_of(links.RESET_PAGE, token)
    dedup_key = f"{Notice(0, Kind.PASSWORD_RESET, links.key_of(token)).dedup_key}/email"
    found = writer.run(
        FORGOT,
        {
            "email": email,
            "at": now,
            "expires_at": now + one_time.LIVES[Purpose.RESET_PASSWORD],
            "token_hash": crypto.token_hash(token),
            "dedup_key": dedup_key,
            "sealed": crypto.seal(json.dumps({"url": url}), place=sealed_place(dedup_key)),
        },
    )
    logger().info("password.forgotten", user_id=found[0].id if found else None, ip=device.ip)


def reset(writer: AtomicSession, form: NewPasswordByLink, device: Device) -> None:
    """Set a new password by a link. Raises LinkInvalid, ValidationFailed (the link stays good), TooManyRequests.

    It signs nobody in and touches no second factor; every sign-in of the account ends.
    """
    by_ip = RESETS_BY_IP.of(throttle.address(device.ip))
    owners = throttle.hit_asking(writer, _owner_by(form.token), by_ip)
    if not owners:
        raise LinkInvalid
    owner = owners[0]
    passwords.insist(form.password, email=owner.email, name=owner.name)
    new_hash = passwords.hashed(form.password)
    with committed() as session:
        used = one_time.using(session, form.token, Purpose.RESET_PASSWORD)  # leaves first
        user = session.get_one(User, owner.id, with_for_update={"key_share": True}, populate_existing=True)
        link = one_time.used(used)
        if not user.is_active or user.email != link.email:
            raise LinkInvalid
        # Whoever reads the mail of an address has proven it as well as by a link that asks for nothing else.
        user.email_verified_at = user.email_verified_at or clock.now()
        set_password(session, user, new_hash, device)
        session.execute(
            sign_ins.end_all(of=user.id, because=RevokedBecause.PASSWORD_CHANGED), execution_options=one_time.UNSEEN
        )
        session.execute(throttle.forgetting(sign_ins.LOGINS_TO_ACCOUNT.of(user.email)))
    logger().info("password.reset", user_id=user.id, ip=device.ip)


def set_password(session: Session, user: User, new_hash: str, device: Device) -> None:
    """Keep a new password on a locked account and tell its owner. Ending sign-ins is left to the caller.

    The version keeps out whoever is signing in with the old password at this moment.
    """
    user.password_hash = new_hash
    user.token_version += 1
    session.flush()
    one_time.retire_for_new_password(session, user.id)
    key = f"{user.id}:{user.token_version}"
    notify(session, Notice(user.id, Kind.PASSWORD_CHANGED, key, {"ip": device.ip}))


def _owner_by(token: str) -> Select[*tuple[Any, ...]]:
    """Finds whose living link this is, while they have the address it was sent to."""
    return (
        select(User.id, User.email, User.name)
        .join(OneTimeToken, (OneTimeToken.user_id == User.id) & (OneTimeToken.email == User.email))
        .where(*one_time.living(token, Purpose.RESET_PASSWORD), User.is_active)
    )
