"""Who asks: nobody, a customer, the staff of each role, and an automation with its service token.

What the run does to its own people must not end it. Whoever was signed out signs in again; whoever cannot any more
(switched off, another role, deleted, counted out by a limit) is followed by somebody new of the same role. Each
request comes from an address of its own, as those of many people do, so limits by address hold nothing up.
"""

from collections.abc import Mapping
from random import Random

import requests
from sqlalchemy import select

from local import totp
from local.errors import StepFailed
from local.fuzz.known import SERVED, Known
from local.gateway import COMES_FROM
from local.record import Record
from local.seed import automations, people
from zimmer.db import Database
from zimmer.models import Audience, Automation, Role, User

NOBODY, AUTOMATION = "nobody", "automation"
STAFF = (Role.SUPPORT, Role.TECHNICAL, Role.MANAGER)
CALLERS = (NOBODY, Role.CUSTOMER, *STAFF, AUTOMATION)
SEEDS_CUSTOMER = "sara@example.com"  # with a past of six months
SECONDS = 40.0
NEWCOMERS = 3  # tries to get one in
TO_OWN = 3  # automations a new customer adds at once


class People:
    """The callers of a run. Each has a browser of their own, with its cookies."""

    def __init__(self, running: Record, database: Database, known: Known, random: Random) -> None:
        self._running = running
        self._database = database
        self._known = known
        self._random = random
        self._browsers: dict[str, requests.Session] = {}
        self._newcomers = 0
        self._has_a_past = True

    def browser(self, caller: str) -> requests.Session:
        """The caller's browser, signed in, at a new address."""
        browser = self._browsers.get(caller) or self.renew(caller)
        browser.headers[COMES_FROM] = address(self._random)
        return browser

    def look_after(self, *, is_new: bool) -> None:
        """Begin a round with everybody in their own role.

        The customer is a new one, or the seed's own for as long as a manager can bring them back.
        """
        for role in STAFF:
            me = self.browser(role).get(f"{self._running.api_url}/api/auth/me", timeout=SECONDS)
            if me.status_code != requests.codes.ok or me.json()["role"] != role:
                self.renew(role)
        self._has_a_past = not is_new
        self.sign_in_again(Role.CUSTOMER)

    def _brought_back(self) -> requests.Session | None:
        """The seed's customer, whom a manager has switched on again and made a customer again."""
        with self._database.transaction() as session:
            user_id = session.scalar(select(User.id).where(User.email == SEEDS_CUSTOMER))
        users = f"{self._running.api_url}/api/admin/users/{user_id}"
        self.browser(Role.MANAGER).post(f"{users}/activate", timeout=SECONDS)
        self.browser(Role.MANAGER).post(f"{users}/role", json={"role": Role.CUSTOMER.value}, timeout=SECONDS)
        return self._signed_in(SEEDS_CUSTOMER, Role.CUSTOMER)

    def sign_in_again(self, caller: str) -> None:
        """Whoever was signed out comes back, as somebody else where that costs no past."""
        past = caller == Role.CUSTOMER and self._has_a_past
        of_the_seed = self._signed_in(SEEDS_CUSTOMER, Role.CUSTOMER) or self._brought_back() if past else None
        if of_the_seed is None:
            self.renew(caller)
        else:
            self._browsers[caller] = of_the_seed

    def renew(self, caller: str) -> requests.Session:
        """Somebody else of the same kind."""
        if caller == NOBODY:
            browser = new_browser()
        elif caller == AUTOMATION:
            browser = self._automation()
        else:
            browser = self._somebody_new(Role(caller))
        self._browsers[caller] = browser
        return browser

    def _somebody_new(self, role: Role) -> requests.Session:
        browser = next(filter(None, (self._newcomer(role) for _ in range(NEWCOMERS))), None)
        if browser is None:
            raise StepFailed(f"a new {role} cannot sign in")
        if role is Role.CUSTOMER:
            self._furnish(browser)
        return browser

    def _newcomer(self, role: Role) -> requests.Session | None:
        """Somebody who was not there before. None for whom another caller has demoted or switched off already."""
        self._newcomers += 1
        email = f"fuzz-{role}-{self._newcomers}@example.com"
        with self._database.transaction() as session:
            people.person(session, "Somebody New", email, role)
        return self._signed_in(email, role)

    def _signed_in(self, email: str, role: Role) -> requests.Session | None:
        """A browser with this person's sign-in; None when they are refused."""
        browser = new_browser()
        browser.headers[COMES_FROM] = address(self._random)
        audience = Audience.USER if role is Role.CUSTOMER else Audience.ADMIN
        form = {"email": email, "password": people.PASSWORD, "audience": audience.value}
        answer = browser.post(f"{self._running.api_url}/api/auth/login", json=form, timeout=SECONDS)
        if answer.status_code == requests.codes.ok and "otp_required" in answer.json():
            owed = {"challenge_token": answer.json()["challenge_token"], "code": totp.now(role, self._running.clock)}
            answer = browser.post(f"{self._running.api_url}/api/auth/2fa/verify", json=owed, timeout=SECONDS)
        if answer.status_code != requests.codes.ok or answer.json().get("user", {}).get("role") != role:
            return None
        browser.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        if role is Role.CUSTOMER:
            self._known.look_at_own(answer.json()["user"]["id"])
        return browser

    def _furnish(self, browser: requests.Session) -> None:
        """A customer without automations can buy nothing."""
        for _ in range(TO_OWN):
            automation_id = self._known.one("automation_id", self._random)
            browser.post(f"{self._running.api_url}/api/user/automations/{automation_id}", timeout=SECONDS)

    def _automation(self) -> requests.Session:
        """The first automation, with a new service token: the run ends tokens too."""
        self._newcomers += 1
        with self._database.transaction() as session:
            sample = session.get_one(Automation, SERVED)
            token = automations.service_token(session, sample, f"fuzz-{self._newcomers}").text
        browser = new_browser()
        browser.headers["x-zimmer-service-token"] = token
        return browser


def new_browser() -> requests.Session:
    """A browser that nobody uses yet. It asks this machine only, whatever proxy the shell names."""
    browser = requests.Session()
    browser.trust_env = False
    return browser


def address(random: Random) -> str:
    """One of the addresses that are kept for examples."""
    return f"2001:db8:{random.getrandbits(16):x}:{random.getrandbits(16):x}::1"


def proofs(browser: requests.Session) -> Mapping[str, str]:
    """The headers by which a browser says who asks, and from where."""
    names = ("authorization", "x-zimmer-service-token", COMES_FROM)
    return {name: str(browser.headers[name]) for name in names if name in browser.headers}
