"""The panel opens, and shows what the platform sells."""

from playwright.sync_api import Page, expect

from local.seed.automations import OFFERS
from tests.e2e.conftest import on_both


@on_both
def test_a_visitor_sees_the_automations(visitor_page: Page) -> None:
    visitor_page.goto("/automations/marketplace/")
    for offer in OFFERS:
        shown = visitor_page.get_by_text(offer.name, exact=True)
        if offer.is_listed:
            expect(shown.first).to_be_visible()
        else:
            expect(shown).to_have_count(0)


def test_a_customer_is_signed_in(customer_page: Page) -> None:
    with customer_page.expect_response("**/api/auth/refresh") as refreshed:
        customer_page.goto("/automations/marketplace/")
    assert refreshed.value.status == 200
