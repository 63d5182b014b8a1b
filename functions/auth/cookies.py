"""The refresh cookie: its name, its attributes, and which page may send it.

One cookie per panel: cookies ignore ports, so with one name the panels would sign each other out. A cookie
is read only through `presented`, which is why no route can forget to ask where the request came from.
"""

import math
from urllib.parse import urlsplit

from fastapi import Request, Response

from zimmer import clock
from zimmer.auth.sign_ins import RefreshSecret
from zimmer.errors import OriginRefused
from zimmer.models import Audience
from zimmer.observability import logger
from zimmer.settings import get_settings

PATH = "/api/auth"


def name_of(audience: Audience) -> str:
    return f"zimmer_refresh_{audience}"


def presented(request: Request, audience: Audience) -> str | None:
    """The refresh token that came with the request. Raises OriginRefused when another page sent it."""
    if not _is_sent_by_panel(request, audience):
        logger().warning("cookie.origin-refused", audience=audience, origin=request.headers.get("origin", "")[:100])
        raise OriginRefused
    return request.cookies.get(name_of(audience)) or None


def give(response: Response, audience: Audience, secret: RefreshSecret) -> None:
    """Let the browser keep a refresh token for as long as it is good."""
    lasts = (secret.expires_at - clock.now()).total_seconds()
    _set(response, audience, secret.text, max_age=math.ceil(lasts))


def take_back(response: Response, audience: Audience) -> None:
    """Have the browser forget the token."""
    _set(response, audience, "", max_age=0)


def _set(response: Response, audience: Audience, value: str, *, max_age: int) -> None:
    response.set_cookie(
        name_of(audience),
        value,
        max_age=max_age,
        path=PATH,
        secure=not get_settings().is_local,
        httponly=True,
        samesite="lax",
    )


def _is_sent_by_panel(request: Request, audience: Audience) -> bool:
    """Browsers name the page in Origin; one that does not at least says that no other site is behind it."""
    settings = get_settings()
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}
    panel = settings.frontend_url if audience is Audience.USER else settings.admin_url
    return origin in settings.cors_origins and origin == _origin_of(panel)


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
