"""The panels in a real browser against a whole platform of the run's own.

    def test_a_purchase(customer_page, bank): ...      a fresh customer's window, signed in, at 390 x 844
    def test_the_shop(visitor_page): ...               nobody's
    def test_the_past(sara_page): ...                  the seed's customer with six months of history

    page.goto("/automations/")                         addresses are the panel's

`@on_both` runs a test on the phone and on the desktop; `visit()` opens more windows; `customer.api` speaks to the API
as the customer of `customer_page`; `room`, `bank` and `arrange` disturb, pretend and prepare. After each test the
levers are back, and money and tokens must agree.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy import update

from functions.admin import invariants
from local import browsers
from local.adopted import adopted, keys_of
from local.browsers import DESKTOP, PHONE, Theme, Viewport
from local.entering import enter, enter_as_visitor
from local.environment import DATA
from local.errors import StepFailed
from local.record import Record
from local.trial import trial
from tests.e2e import people
from tests.e2e.controls import Bank, Room
from tests.e2e.people import MANAGER, REZA, SARA, SUPPORT, Customer
from tests.e2e.watch import Watch
from zimmer.db import Database, Session
from zimmer.models import BusinessSettings

FOLDER = DATA / "e2e"
PATIENCE_MS = 10_000

Visit = Callable[..., Page]
Arrange = Callable[[], AbstractContextManager[Session]]

SCRIPT_SIZES = pytest.StashKey[dict[str, int]]()

on_both = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=str)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="each page in each theme at each width")


@pytest.fixture
def is_full(request: pytest.FixtureRequest) -> bool:
    """Whether the whole matrix was asked for; without it the desktop is looked at in daylight only."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session", autouse=True)
def browser_path() -> Path:
    """The browser that is driven. Without one the tests are skipped, or fail where ZIMMER_REQUIRE_BROWSER is set."""
    if found := browsers.find():
        return found
    if os.environ.get("ZIMMER_REQUIRE_BROWSER"):
        pytest.fail(f"no browser: {browsers.HOW_TO_GET_ONE}", pytrace=False)
    pytest.skip(f"no browser: {browsers.HOW_TO_GET_ONE}")


@pytest.fixture(scope="session")
def script_sizes(pytestconfig: pytest.Config) -> dict[str, int]:
    """Bytes of gzipped JavaScript by page, shown as a table at the end of the run."""
    return pytestconfig.stash.setdefault(SCRIPT_SIZES, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if sizes := config.stash.get(SCRIPT_SIZES, None):
        terminalreporter.section("gzipped JavaScript of a first load")
        for name, size in sorted(sizes.items(), key=lambda row: -row[1]):
            terminalreporter.write_line(f"  {name:<24}{size / 1024:7.1f} KB")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any], browser_path: Path) -> dict[str, Any]:
    return {**browser_type_launch_args, **browsers.launch_options(browser_path)}


@pytest.fixture(scope="session")
def up_arguments() -> tuple[str, ...]:
    """What `./zimmer up` is told. Override it with ("--empty",) for a platform without a past."""
    return ()


@pytest.fixture(scope="session")
def platform(browser_path: Path, up_arguments: tuple[str, ...]) -> Iterator[Record]:
    """The run's own platform: its addresses, its accounts, its database."""
    try:
        with trial(FOLDER / "platform", *up_arguments) as running:
            yield running
    except StepFailed as error:
        pytest.fail(f"{error.why}\n{error.mend}", pytrace=False)


@pytest.fixture(scope="session")
def base_url() -> None:
    """`visit` says whose addresses a window speaks; the plugin's own fixture warns, and warnings are errors."""


@pytest.fixture(scope="session", autouse=True)
def _environment(platform: Record) -> Iterator[None]:
    """For rows that tests arrange: the platform's own keys, so that what they seal can be read there."""
    with adopted(keys_of(platform, FOLDER / "platform")):
        yield


@pytest.fixture(scope="session")
def _connection(platform: Record) -> Iterator[Database]:
    database = Database(platform.database_url)
    yield database
    database.close()


@pytest.fixture(autouse=True)
def _agreement(_connection: Database, room: Room) -> Iterator[None]:
    """After each test the levers are back, and money and tokens agree."""
    yield
    room.calm()
    with _connection.autocommit() as connection:
        assert not [answer for answer in invariants.check(connection) if not answer.holds]


@pytest.fixture
def arrange(_connection: Database) -> Arrange:
    """Rows for a test, committed at the end of the block: `with arrange() as session: session.add(…)`."""
    return _connection.transaction


@pytest.fixture
def settings_as_they_were(arrange: Arrange) -> Iterator[None]:
    """After the test the business settings are the seed's again."""
    yield
    with arrange() as session:
        session.execute(update(BusinessSettings).values(demo_tokens=5))


@pytest.fixture(scope="session")
def _http() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=40, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def bank(platform: Record, _http: httpx.Client) -> Bank:
    """The pretend bank's controls."""
    return Bank(platform, _http)


@pytest.fixture(scope="session")
def room(platform: Record, _http: httpx.Client) -> Room:
    """The control room's levers."""
    return Room(platform, _http)


@pytest.fixture
def viewport() -> Viewport:
    """The window's size; `@on_both`, or `@pytest.mark.parametrize("viewport", …)`, for others."""
    return PHONE


@pytest.fixture
def new_customer(platform: Record) -> Iterator[Callable[[], Customer]]:
    """Registers one more customer at each call."""
    clients: list[httpx.Client] = []

    def register() -> Customer:
        clients.append(httpx.Client(timeout=40, trust_env=False))
        return people.fresh(platform, clients[-1])

    yield register
    for client in clients:
        client.close()


@pytest.fixture
def customer(new_customer: Callable[[], Customer]) -> Customer:
    """The customer of `customer_page`."""
    return new_customer()


@pytest.fixture
def seeded(platform: Record) -> Iterator[Callable[..., Customer]]:
    """Signs one of the seed's people in: `seeded(SARA)`, `seeded(MANAGER, panel="admin")`."""
    clients: list[httpx.Client] = []

    def sign_in(email: str, *, panel: str = "user") -> Customer:
        clients.append(httpx.Client(timeout=40, trust_env=False))
        return people.of_the_seed(platform, clients[-1], email, panel=panel)

    yield sign_in
    for client in clients:
        client.close()


@pytest.fixture
def visit(new_context: Callable[..., BrowserContext], viewport: Viewport, platform: Record) -> Iterator[Visit]:
    """Opens a window: `visit()` for nobody, `visit(customer)` signed in; `viewport=`, `theme=` and Playwright's own.

    `page.goto("/login/")` is the customer panel's login, unless another `base_url=` is given.

    At the end of the test no window may have thrown, broken the content security policy or asked a foreign host.
    """
    watches: list[Watch] = []

    def open_window(who: Customer | None = None, *, theme: Theme = "light", **options: Any) -> Page:
        shape = browsers.context_options(options.pop("viewport", viewport), theme=theme)
        context = new_context(**{"base_url": platform.panel_url, **shape, **options})
        context.set_default_timeout(PATIENCE_MS)
        if who:
            enter(context, who.api)
        else:
            enter_as_visitor(context)
        page = context.new_page()
        watches.append(Watch.over(page))
        return page

    yield open_window
    assert not [line for watch in watches for line in (*watch.uncaught, *watch.violations, *watch.foreign)]


@pytest.fixture
def visitor_page(visit: Visit) -> Page:
    """The window of somebody who is not signed in."""
    return visit()


@pytest.fixture
def customer_page(visit: Visit, customer: Customer) -> Page:
    """The window of `customer`, who has just registered."""
    return visit(customer)


@pytest.fixture
def sara_page(visit: Visit, seeded: Callable[..., Customer]) -> Page:
    """The window of the seed's customer with a past."""
    return visit(seeded(SARA))


@pytest.fixture
def reza_page(visit: Visit, seeded: Callable[..., Customer]) -> Page:
    """The window of the seed's customer without one."""
    return visit(seeded(REZA))


@pytest.fixture
def manager_page(visit: Visit, seeded: Callable[..., Customer], platform: Record) -> Page:
    """The dashboard of the seed's manager, at its first page."""
    return at_the_desk(visit, seeded(MANAGER, panel="admin"), platform)


@pytest.fixture
def support_page(visit: Visit, seeded: Callable[..., Customer], platform: Record) -> Page:
    """The dashboard of the seed's support agent, at its first page."""
    return at_the_desk(visit, seeded(SUPPORT, panel="admin"), platform)


def at_the_desk(visit: Visit, who: Customer, running: Record) -> Page:
    """A window of the dashboard. Its addresses are the dashboard's: `page.goto("/tickets/")`."""
    page = visit(who, viewport=DESKTOP, base_url=running.admin_url)
    page.goto("/")
    return page
