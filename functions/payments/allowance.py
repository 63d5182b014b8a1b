"""How much of the gateway one run of the sweep may use."""

import time
from collections.abc import Sequence

from functions.payments.gateways.base import Report

TOO_MANY_CALLS = -12  # the gateway asks for patience: stop until the next run


class Allowance:
    """So many calls, until a moment (monotonic seconds), and none once the gateway has asked for patience."""

    def __init__(self, calls: int, *, until: float) -> None:
        self._calls = calls
        self._until = until

    def covers(self, calls: int) -> bool:
        """Whether so many more calls may be made."""
        return calls <= self._calls and time.monotonic() < self._until

    def use(self, reports: Sequence[Report]) -> None:
        """Count what was called. A round without a call counts as one: it took its time too."""
        self._calls -= max(1, len(reports))
        if any(report.code == TOO_MANY_CALLS for report in reports):
            self._calls = 0
