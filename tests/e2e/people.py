"""Customers with an account, made by the API, so that each test begins where its own story does."""

from dataclasses import dataclass
from functools import partial

import httpx

from local import totp
from local.record import Record
from local.shopper import Shopper
from local.tour import MANAGER, REZA, SARA, SUPPORT

__all__ = ["MANAGER", "REZA", "SARA", "SUPPORT", "Customer", "fresh", "of_the_seed"]


@dataclass(frozen=True)
class Customer:
    """Somebody with an account. `api` speaks to the API as they would: `api.add(1)`, `api.own(1)`."""

    email: str
    password: str
    api: Shopper


def fresh(running: Record, client: httpx.Client) -> Customer:
    """A customer who has just registered. The client becomes theirs."""
    shopper = Shopper(running.api_url, client)
    shopper.register()
    return Customer(shopper.email, shopper.password, shopper)


def of_the_seed(running: Record, client: httpx.Client, email: str, *, panel: str = "user") -> Customer:
    """One of the seed's people, signed in once more. The client becomes theirs."""
    shopper = Shopper(running.api_url, client)
    code = partial(totp.fresh, running, email)
    shopper.sign_in(email, running.password_of(email), panel=panel, code=code)
    return Customer(shopper.email, shopper.password, shopper)
