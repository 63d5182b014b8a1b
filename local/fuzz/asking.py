"""The rounds of a run. In the first every operation is asked until it lets somebody in, in later ones mostly by those.

In every third round the pretend bank is out, and purchases may be told so.
"""

import time
from collections.abc import Sequence
from random import Random

from schemathesis import Response

from local.fuzz import people
from local.fuzz.bank import Bank
from local.fuzz.cases import AnyCase, Cases, Operation
from local.fuzz.judging import Judge, code_of, json_of
from local.fuzz.known import Known
from local.fuzz.people import CALLERS, People
from local.fuzz.tally import NOT_LET_IN, Finding, Tally
from local.record import Record
from local.shopper import authority_in
from zimmer.db import Database
from zimmer.models import Role

MOST_CALLS = 20_000
SECONDS = 40.0
SIGNED_OUT = ("not-signed-in", "token-expired", "token-invalid", "service-token-invalid", "step-up-required")
COUNTED_OUT = 429
BREATH = 0.5  # seconds; API Gateway lets so many a second through, and refuses in its own words
A_STRANGER = 0.2  # how often somebody asks who was not let in before
TRIES_FOR_COVERAGE = 4
BANK_IS_OUT_EVERY = 3
NEW_CUSTOMER_EVERY = 2
TRIES_WITH_A_BODY = 3  # there is most to get wrong in it, and most that is right only by luck
LIKELY = {
    "/api/admin/": Role.MANAGER,
    "/api/automation-usage/": people.AUTOMATION,
    "/api/llm/": people.AUTOMATION,
    **dict.fromkeys(("/api/user/", "/api/payments", "/api/support/", "/api/notifications"), Role.CUSTOMER),
}


class Run:
    """Asks, judges and counts."""

    def __init__(
        self,
        running: Record,
        database: Database,
        operations: Sequence[Operation],
        *,
        number: int,
        secrets: Sequence[str],
    ) -> None:
        self._url = running.api_url
        self._operations = operations
        self._random = Random(f"{number}|run")
        self._known = Known(database.read())
        self._people = People(running, database, self._known, Random(f"{number}|people"))
        self._bank = Bank(running, database)
        self._judge = Judge(self._bank, secrets)
        self._cases = Cases(number, self._known)
        self._lets_in: dict[str, set[str]] = {operation.label: set() for operation in operations}
        self.tally = Tally([operation.label for operation in operations])

    def ask(self, *, until: float) -> None:
        """The first round whole, however long it takes; then as many as there is time for."""
        for _ in range(TRIES_FOR_COVERAGE):  # who would be let in may have been switched off just before
            if not self.tally.uncovered:
                break
            self._prepare(with_a_new_customer=False)
            for operation in [one for one in self._operations if not self.tally.is_covered(one.label)]:
                self._ask_until_let_in(operation)
        for number in range(MOST_CALLS):
            if time.monotonic() > until or self.tally.calls > MOST_CALLS:
                return
            self._prepare(with_a_new_customer=number % NEW_CUSTOMER_EVERY == 1)
            if (number + 1) % BANK_IS_OUT_EVERY == 0:
                self._bank.go_out()
            self._round(until)

    def _prepare(self, *, with_a_new_customer: bool) -> None:
        """Undo what the run has done to itself: people, settings, the bank."""
        self._bank.come_back()
        self._known.look()
        self._people.look_after(is_new=with_a_new_customer)
        self._cases.tells_password = with_a_new_customer

    def _round(self, until: float) -> None:
        for operation in self._random.sample(self._operations, len(self._operations)):
            if time.monotonic() > until:
                return
            for _ in range(TRIES_WITH_A_BODY if operation.body else 1):
                self._ask(operation, self._cases.right(operation), self._caller(operation))
            wrong = self._cases.wrong(operation)
            if wrong is not None:
                self._ask(operation, wrong, self._caller(operation))

    def _ask_until_let_in(self, operation: Operation) -> None:
        """Who is likely to be let in asks first."""
        likely = likely_caller(operation.path)
        for caller in (likely, *(one for one in CALLERS if one != likely)):
            self._ask(operation, self._cases.right(operation), caller)
            if self.tally.is_covered(operation.label):
                return

    def _caller(self, operation: Operation) -> str:
        let_in = sorted(self._lets_in[operation.label])
        if not let_in or self._random.random() < A_STRANGER:
            return self._random.choice(CALLERS)
        return self._random.choice(let_in)

    def _ask(self, operation: Operation, case: AnyCase, caller: str) -> None:
        response = self._answer(case, caller)
        if caller != people.NOBODY and code_of(response) in SIGNED_OUT and operation.definition.raw.get("security"):
            self._people.sign_in_again(caller)
            response = self._answer(case, caller)
        elif response.status_code == COUNTED_OUT:
            self._people.renew(caller)
        self.tally.count(operation.label, response.status_code)
        if response.status_code not in NOT_LET_IN:
            self._lets_in[operation.label].add(caller)
        self._known.learn(json_of(response))
        for etag in response.headers.get("etag", []):
            self._known.keep_etag(operation.label, etag)
        self._perhaps_pay(response)
        for fault in self._judge.faults(case, response):
            curl = case.as_curl_command(headers=self._proofs(caller), base_url=self._url)
            self.tally.note(Finding(operation.label, response.status_code, caller, fault, curl))

    def _perhaps_pay(self, response: Response) -> None:
        """A purchase that was opened is paid at the bank, every other time."""
        started = json_of(response)
        if isinstance(started, dict) and "redirect_url" in started and self._random.random() < 0.5:
            self._bank.pay(authority_in(str(started["redirect_url"])))

    def _answer(self, case: AnyCase, caller: str) -> Response:
        while True:
            response = case.call(
                base_url=self._url,
                session=self._people.browser(caller),
                headers=self._proofs(caller),
                timeout=SECONDS,
                allow_redirects=False,
            )
            if response.status_code != COUNTED_OUT or code_of(response):
                return response
            time.sleep(BREATH)

    def _proofs(self, caller: str) -> dict[str, str]:
        return dict(people.proofs(self._people.browser(caller)))


def likely_caller(path: str) -> str:
    """Whose part of the interface this is."""
    return next((caller for prefix, caller in LIKELY.items() if path.startswith(prefix)), people.NOBODY)
