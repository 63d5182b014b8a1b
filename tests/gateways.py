"""Which gateway the payment routes ask."""

from functions.payments import routes
from functions.payments.app import app


def ask_instead(gateway: object) -> None:
    """From now on they ask this one, or what does as much of one as a test needs, until `ask_as_ever`."""

    async def stand_in() -> object:
        return gateway

    app.dependency_overrides[routes.zarinpal] = stand_in


def ask_as_ever() -> None:
    app.dependency_overrides.clear()
