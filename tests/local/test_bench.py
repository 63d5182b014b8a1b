"""What `./zimmer bench` runs when asked by name, how it judges, and that its counts of money can fail."""

import time
from contextlib import closing

import pytest

from benchmarks import consume, report, run
from benchmarks.credit_lag import Watch, watching
from benchmarks.figures import Verdict, rate, shown, within
from benchmarks.shop import open_shop
from tests.api import Api
from tests.factories import purchase_in
from zimmer import ledger
from zimmer.db import Database, using
from zimmer.models import PaymentStatus

DURABLE = {"credit-lag", "recovery", "consume"}


@pytest.mark.parametrize(
    ("arguments", "only", "durable"),
    [
        ([], [], DURABLE),
        (["--quick"], [], set()),
        (["--exact"], [], set()),
        (["recovery"], ["recovery"], {"recovery"}),
        (["--quick", "credit-lag", "consume"], ["credit-lag", "consume"], {"credit-lag", "consume"}),
        (["--only", "warm", "credit"], ["warm", "credit"], set()),
    ],
)
def test_what_was_asked_for_is_run(arguments: list[str], only: list[str], durable: set[str]) -> None:
    chosen = run._chosen(arguments)
    assert chosen.only == only
    assert set(run._durable(chosen)) == durable


def test_a_part_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SystemExit):
        run._chosen(["recoverry"])


@pytest.mark.parametrize(
    ("found", "noise", "verdict"),
    [
        (400, 1.0, Verdict.PASS),
        (400, 9.0, Verdict.PASS),  # a busy machine makes it fewer and never more
        (399, 9.0, Verdict.INCONCLUSIVE),
        (399, 1.0, Verdict.NEAR),
        (300, 1.0, Verdict.FAIL),
    ],
)
def test_a_rate_that_was_reached_is_reached(found: float, noise: float, verdict: Verdict) -> None:
    assert rate(12, "uses", found, 400, noise=noise).verdict is verdict


@pytest.mark.parametrize(("found", "verdict"), [(4.0, Verdict.PASS), (4.9, Verdict.NEAR), (15.0, Verdict.FAIL)])
def test_a_time_must_stay_within_its_limit(found: float, verdict: Verdict) -> None:
    assert within(11, "recovery", found, 4, unit="min").verdict is verdict


def test_figures_with_a_place_of_their_own_leave_the_others_alone() -> None:
    figures = [shown(2, "warm", "1"), shown(11, "recovery", "2")]
    places = report._by_place(figures)
    assert list(places.values()) == [[figures[0]], [figures[1]]]
    begin, end = list(places)[1]
    page = f"{report.PLACE[0]} table {report.PLACE[1]} between {begin} old {end} after"
    assert report._replaced(page, begin, end, "new") == page.replace(" old ", "\n\nnew\n\n")


def test_the_page_has_a_place_for_every_figure() -> None:
    page = report.DOCUMENT.read_text()
    for begin, end in report._by_place([shown(number, "a figure", "1") for number in range(1, 13)]):
        assert begin in page
        assert page.index(begin) < page.index(end)


def test_uses_that_were_answered_and_are_not_there_are_counted(own_database: str) -> None:
    shop = open_shop(own_database)
    with closing(Database(own_database)) as database, using(database):
        headers = {"x-zimmer-service-token": shop.service_token}
        body = {"uses": [consume._use(shop, "one"), consume._use(shop, "two")]}
        assert Api().post("/api/automation-usage/batch", body, headers=headers).status == 200
    assert consume._mismatches(own_database, shop, accepted=2) == 0
    assert consume._mismatches(own_database, shop, accepted=3) == 2  # an event too few, and a token too many


def test_a_lag_counts_from_the_last_look_that_did_not_see_it(own_database: str) -> None:
    watch = Watch()
    with closing(Database(own_database)) as database:
        with database.transaction() as session:
            first, second = (purchase_in(session, PaymentStatus.VERIFIED).id for _ in range(2))
        before = time.monotonic() - 5
        watch.look(database, before=before)
        assert watch.lags == []
        ledger.credit_purchases(database.atomic(), [first], actor="test")
        watch.look(database, before=time.monotonic())
        [lag] = watch.lags
        assert 5 <= lag < 60
        assert set(watch.verified) == {first, second}


def test_a_watch_knows_only_what_is_new(own_database: str) -> None:
    with closing(Database(own_database)) as database:
        with database.transaction() as session:
            old = purchase_in(session, PaymentStatus.VERIFIED).id
        ledger.credit_purchases(database.atomic(), [old], actor="test")
        with watching(own_database) as watch:
            with database.transaction() as session:
                new = purchase_in(session, PaymentStatus.VERIFIED).id
            ledger.credit_purchases(database.atomic(), [new], actor="test")
        assert set(watch.credited) == {new}
