"""The payment gateways. Only this folder knows Zarinpal.

The HTTP client takes 95 ms to import, so it is built on first use: a catalogue of payments needs none.
"""

from functools import lru_cache
from typing import TYPE_CHECKING

from functions.payments.gateways.base import Gateway
from zimmer.settings import PaymentsMode, get_settings

if TYPE_CHECKING:
    import httpx

CONNECT_SECONDS, READ_SECONDS = 3.0, 8.0


def connected_zarinpal() -> Gateway:
    """This container's Zarinpal client, for whoever the settings say now that we are."""
    from functions.payments.gateways.zarinpal import Zarinpal

    settings = get_settings()
    return Zarinpal(
        _client(),
        base_url=settings.zarrinpal_base_url,
        merchant_id=settings.zarrinpal_merchant_id,
        is_live=settings.payments_mode is PaymentsMode.LIVE,
    )


@lru_cache(maxsize=1)
def _client() -> "httpx.Client":
    import httpx

    return httpx.Client(timeout=httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS))


def start_pay_url(authority: str) -> str:
    """Where the customer pays: …/pg/v4/payment/ becomes …/pg/StartPay/{authority}."""
    return get_settings().zarrinpal_base_url.removesuffix("v4/payment/") + f"StartPay/{authority}"
