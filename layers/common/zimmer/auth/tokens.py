"""Access tokens: short-lived JWTs (RFC 8725) that name a sign-in, checked against it on every request.

The algorithm is fixed in code: a token's header may not choose how it is checked.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from uuid import UUID, uuid4

from zimmer import clock
from zimmer.auth.lean_jwt import jwt
from zimmer.crypto import key_id
from zimmer.errors import TokenExpired, TokenInvalid
from zimmer.models import Audience
from zimmer.settings import Settings, get_settings, read_again_at_most_every

ISSUER = "zimmer"
ALGORITHM = "HS256"
KEYS_READ_AGAIN = timedelta(minutes=1)  # anyone can send a key's name that nobody knows
KEPT = 1000  # tokens of half a kilobyte
REQUIRED = ["iss", "aud", "sub", "sid", "ver", "iat", "exp", "jti"]


@dataclass(frozen=True)
class AccessClaims:
    """What a valid access token says. Whether the sign-in still lives is the database's to say."""

    user_id: int
    session_id: UUID
    audience: Audience
    token_version: int


@dataclass(frozen=True)
class AccessToken:
    """A token for the panel, and for how many seconds it is good."""

    text: str
    expires_in: int


def issue(claims: AccessClaims) -> AccessToken:
    """Sign a new access token for a sign-in."""
    life = timedelta(minutes=get_settings().jwt_access_token_expire_minutes)
    now = clock.now()
    payload = {
        "iss": ISSUER,
        "aud": claims.audience.value,
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "ver": claims.token_version,
        "iat": now,
        "exp": now + life,
        "jti": str(uuid4()),
    }
    key = _key()
    return AccessToken(
        text=jwt.encode(payload, key, algorithm=ALGORITHM, headers={"kid": key_id(key.encode())}),
        expires_in=int(life.total_seconds()),
    )


def read(token: str) -> AccessClaims:
    """Check signature, key, issuer and times. Raises TokenExpired or TokenInvalid.

    The audience is returned, not judged: a route says which one it serves.
    """
    try:
        claims, expires_at = _checked(token, tuple(_keys(get_settings())))
    except (jwt.InvalidTokenError, ValueError, TypeError) as error:
        raise TokenInvalid from error
    if expires_at <= clock.now().timestamp():
        raise TokenExpired
    return claims


@lru_cache(maxsize=KEPT)
def _checked(token: str, keys: tuple[str, ...]) -> tuple[AccessClaims, int]:
    """What a token says, and until when (s since 1970). Raises what PyJWT raises, or TokenInvalid.

    A panel sends the same text for a quarter of an hour, and the same text under the same keys says the same. What is
    refused is not kept, so nobody can crowd out the others.
    """
    claims = jwt.decode(
        token,
        _key_named(jwt.get_unverified_header(token).get("kid"), keys),
        algorithms=[ALGORITHM],
        issuer=ISSUER,
        audience=[audience.value for audience in Audience],
        # The platform's clock can be moved and PyJWT's cannot, so the times are compared by `read`.
        options={"require": REQUIRED, "verify_exp": False, "verify_iat": False},
    )
    if type(claims["exp"]) is not int:
        raise TokenInvalid
    said = AccessClaims(
        user_id=int(claims["sub"]),
        session_id=UUID(claims["sid"]),
        audience=Audience(claims["aud"]),
        token_version=int(claims["ver"]),
    )
    return said, claims["exp"]


def _key() -> str:
    return get_settings().jwt_secret_key.get_secret_value()


def _key_named(kid: object, keys: Sequence[str]) -> str:
    """The key that a token says it was signed with. Raises TokenInvalid when it is none of ours.

    One we do not know may be newer than what this container has read: another one, started since, has signed with it.
    """
    found = _named(kid, keys) or _named(kid, _keys(read_again_at_most_every(KEYS_READ_AGAIN)))
    if found is None:
        raise TokenInvalid
    return found


def _named(kid: object, keys: Sequence[str]) -> str | None:
    return next((key for key in keys if kid == key_id(key.encode())), None)


def _keys(settings: Settings) -> list[str]:
    """The key that signs, and its predecessor for as long as tokens of that one may live."""
    both = (settings.jwt_secret_key, settings.jwt_secret_key_previous)
    return [key.get_secret_value() for key in both if key]
