"""A running pretend gateway, and a client that talks to it over a real connection."""

from collections.abc import Iterator

import httpx
import pytest

from local.zarinpal.running import Zarinpal
from tests.local.purchases import Door, open_door


# Plain HTTP: verify=False spares each client the loading of the certificate store.
@pytest.fixture
def shop(zarinpal: Zarinpal) -> Iterator[httpx.Client]:
    """The merchant's side: posts to the API."""
    with httpx.Client(base_url=zarinpal.base_url, timeout=5, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def browser(zarinpal: Zarinpal) -> Iterator[httpx.Client]:
    """The customer's side, and the control room's: opens pages, follows nothing."""
    with httpx.Client(base_url=zarinpal.site, timeout=5, trust_env=False, verify=False) as client:
        yield client


@pytest.fixture
def door() -> Iterator[Door]:
    """A callback address that really answers."""
    with open_door() as opened:
        yield opened
