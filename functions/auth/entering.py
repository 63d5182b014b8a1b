"""What somebody is told who has come in, or is still on the threshold."""

from dataclasses import dataclass

from functions.auth.schemas import CodeOwed, EnrolmentOwed, Me, SignedIn, permissions_of
from zimmer.auth import tokens
from zimmer.auth.dependencies import Person
from zimmer.auth.sign_ins import RefreshSecret
from zimmer.auth.tokens import AccessClaims
from zimmer.models import Audience, User


@dataclass(frozen=True)
class Entered:
    """A person who is signed in: what the panel is told, and the token for its cookie."""

    answer: SignedIn
    refresh: RefreshSecret
    audience: Audience


Outcome = Entered | CodeOwed | EnrolmentOwed  # of a right password


def entered(user: User, claims: AccessClaims, refresh: RefreshSecret) -> Entered:
    """The answer to whoever has a sign-in: a fresh access token, and the refresh token beside it."""
    token = tokens.issue(claims)
    answer = SignedIn(access_token=token.text, expires_in=token.expires_in, user=me(user))
    return Entered(answer, refresh, claims.audience)


def me(person: User | Person) -> Me:
    """A person as they see themselves."""
    return Me(
        id=person.id,
        name=person.name,
        email=person.email,
        email_verified_at=person.email_verified_at,
        phone_number=person.phone_number,
        role=person.role,
        permissions=permissions_of(person.role),
        twofa_enabled=person.twofa_enabled,
        created_at=person.created_at,
    )
