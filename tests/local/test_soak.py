"""What `./zimmer soak` calls lost, double and stuck; a soak that cannot find them would prove nothing."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from local.soak import page, run, tables
from local.soak.bank import ANSWERS, TERMS, Bank, Happened, shares
from local.soak.judging import Asked, AtBank, Entry, Ours, Purchase, Verdict, judged, merged
from local.soak.people import Notebook
from local.soak.trouble import Deeds
from local.zarinpal.running import Zarinpal
from tests.databases import RolledBackDatabase
from tests.factories import make_service_token, purchase_in
from tests.local.purchases import inquire, open_payment
from zimmer import crypto, ledger
from zimmer.db import Database, Session
from zimmer.ledger import Use
from zimmer.models import Bucket, EntryKind, PaymentStatus, UserAutomation

S = PaymentStatus
PAID = AtBank("A1", "t1", has_money=True)
UNPAID = replace(PAID, has_money=False)
GOOD = Purchase(1, "t1", "A1", S.CREDITED, tokens=100, copy_id=7)
CAME = Entry(7, "payment:1", 100)
USE = Asked(7, "k", 3, heard=True)
WENT = Entry(7, "use:7:k", -3)


def judge(
    *,
    bank: Sequence[AtBank] = (PAID,),
    purchase: Purchase = GOOD,
    bought: Sequence[Entry] = (CAME,),
    used: Sequence[Entry] = (WENT,),
    asked: Sequence[Asked] = (USE,),
) -> Verdict:
    return judged(bank, Ours([purchase], bought, used), asked)


def counts(verdict: Verdict) -> tuple[int, int, int]:
    return len(verdict.lost), len(verdict.double), len(verdict.stuck)


def test_a_purchase_that_was_paid_and_credited_once_is_clean() -> None:
    verdict = judge()
    assert verdict.is_clean
    assert (verdict.paid, verdict.sentence) == (1, "0 lost, 0 double, 0 stuck")


@pytest.mark.parametrize("status", [S.NOT_PAID, S.EXPIRED, S.REJECTED, S.INIT_UNKNOWN, S.CLOSED, S.CREDITED])
def test_money_that_nobody_looks_for_is_lost(status: PaymentStatus) -> None:
    assert counts(judge(purchase=replace(GOOD, status=status), bought=())) == (1, 0, 0)


@pytest.mark.parametrize("status", [S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN, S.VERIFIED, S.REVIEW])
def test_money_that_somebody_still_looks_for_is_stuck(status: PaymentStatus) -> None:
    assert counts(judge(purchase=replace(GOOD, status=status), bought=())) == (0, 0, 1)


@pytest.mark.parametrize("status", [S.CREATED, S.PENDING, S.VERIFYING, S.REVERSING])
def test_a_purchase_without_money_must_be_decided_too(status: PaymentStatus) -> None:
    assert counts(judge(bank=[UNPAID], purchase=replace(GOOD, status=status), bought=())) == (0, 0, 1)


def test_a_purchase_that_came_to_nothing_is_clean() -> None:
    assert judge(bank=[UNPAID], purchase=replace(GOOD, status=S.EXPIRED), bought=()).is_clean


@pytest.mark.parametrize(
    ("bank", "bought"),
    [
        pytest.param([PAID], [CAME, CAME], id="credited twice"),
        pytest.param([PAID], [replace(CAME, tokens=101)], id="credited too much"),
        pytest.param([UNPAID], [CAME], id="credited without money"),
        pytest.param([], [CAME], id="credited though the bank knows nothing"),
        pytest.param([PAID], [CAME, Entry(7, "payment:1:again", 100)], id="credited under another name"),
        pytest.param([PAID], [CAME, Entry(8, "payment:1", 100)], id="credited to somebody else as well"),
    ],
)
def test_tokens_that_nobody_paid_for_are_double(bank: Sequence[AtBank], bought: Sequence[Entry]) -> None:
    assert counts(judge(bank=bank, bought=bought)) == (0, 1, 0)


def test_too_few_tokens_are_lost() -> None:
    assert counts(judge(bought=[replace(CAME, tokens=99)])) == (1, 0, 0)


def test_tokens_on_somebody_else_s_copy_are_lost_and_double() -> None:
    assert counts(judge(bought=[replace(CAME, copy_id=8)])) == (1, 1, 0)


def test_money_for_a_purchase_we_do_not_know_is_lost() -> None:
    assert counts(judge(bank=[PAID, AtBank("A9", "t9", has_money=True)])) == (1, 0, 0)


def test_money_under_another_authority_is_lost_unless_the_staff_was_told() -> None:
    twice = [PAID, AtBank("A2", "t1", has_money=True)]
    assert counts(judge(bank=twice)) == (1, 0, 0)
    told = judge(bank=twice, purchase=replace(GOOD, told_of_another=True))
    assert told.is_clean
    assert (told.paid, told.given_back) == (2, 1)


@pytest.mark.parametrize(
    ("used", "asked", "expected"),
    [
        pytest.param([WENT], [replace(USE, heard=False)], (0, 0, 0), id="whose answer was lost"),
        pytest.param([], [replace(USE, heard=False)], (0, 0, 0), id="that never arrived"),
        pytest.param([], [USE], (1, 0, 0), id="accepted and not written"),
        pytest.param([replace(WENT, tokens=-2)], [USE], (1, 0, 0), id="written too small"),
        pytest.param([replace(WENT, tokens=-1), replace(WENT, tokens=-2)], [USE], (0, 0, 0), id="of both buckets"),
        pytest.param([WENT, WENT], [USE], (0, 1, 0), id="taken twice"),
        pytest.param([WENT], [], (0, 1, 0), id="that nobody asked for"),
    ],
)
def test_a_use(used: Sequence[Entry], asked: Sequence[Asked], expected: tuple[int, int, int]) -> None:
    assert counts(judge(used=used, asked=asked)) == expected


def test_a_use_that_was_sent_again_is_one_use_and_heard_if_ever() -> None:
    unheard = replace(USE, heard=False)
    assert merged([unheard, USE, unheard]) == [USE]


def test_a_broken_rule_is_no_clean_run() -> None:
    verdict = replace(judge(), broken=["the entries add up: copy 7"])
    assert not verdict.is_clean
    assert verdict.sentence == "0 lost, 0 double, 0 stuck, 1 rules broken"


# on a real database and a real bank


def test_the_tables_say_what_stands_in_them(database: RolledBackDatabase, session: Session) -> None:
    payment = purchase_in(session, S.VERIFIED)
    ledger.credit_purchases(database.atomic(), [payment.id], actor="test")
    spend(database, session, payment.user_automation_id, units=4, key="key")
    ours = tables.ours(database)
    [purchase] = ours.purchases
    assert (purchase.payment_id, purchase.transaction_id, purchase.status) == (
        payment.id,
        payment.transaction_id,
        S.CREDITED,
    )
    assert ours.bought == [Entry(payment.user_automation_id, f"payment:{payment.id}", payment.tokens_purchased)]
    bank = [AtBank(payment.authority or "", payment.transaction_id, has_money=True)]
    asked = Asked(payment.user_automation_id, "key", 4, heard=True)
    assert judged(bank, ours, [asked]).is_clean
    assert counts(judged(bank, ours, [])) == (0, 1, 0)
    assert tables.broken_rules(database) == []


def test_a_second_credit_in_the_database_is_found(new_database: Callable[[], str]) -> None:
    with closing(Database(new_database())) as database:
        with database.transaction() as session:
            payment = purchase_in(session, S.VERIFIED)
        ledger.credit_purchases(database.atomic(), [payment.id], actor="test")
        with database.transaction() as session:
            copy = session.get_one(UserAutomation, payment.user_automation_id)
            ledger.credit(
                session,
                copy,
                tokens=100,
                bucket=Bucket.PAID,
                kind=EntryKind.PURCHASE,
                reference=f"payment:{payment.id}:again",
                actor="a mistake",
            )
        bank = [AtBank(payment.authority or "", payment.transaction_id, has_money=True)]
        assert counts(judged(bank, tables.ours(database), [])) == (0, 1, 0)
        assert tables.broken_rules(database)


def test_a_purchase_that_nobody_credits_is_still_to_be_decided(database: RolledBackDatabase, session: Session) -> None:
    purchase_in(session, S.VERIFIED)
    assert tables.undecided(database) == 1


def test_the_bank_s_books_name_our_purchases(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    url = "http://localhost:8000/api/payments/zarinpal/callback/t1"
    authority = open_payment(shop, callback_url=url)
    assert tables.books(zarinpal.site) == [AtBank(authority, "t1", has_money=False)]
    with closing(Bank(zarinpal.site)) as bank:
        bank.pay(authority, None)
        assert bank.books() == [AtBank(authority, "t1", has_money=True)]


def test_what_went_wrong_at_the_bank_is_counted(shop: httpx.Client, zarinpal: Zarinpal) -> None:
    authority = open_payment(shop)
    with closing(Bank(zarinpal.site)) as bank:
        bank.break_down(seed=1)
        assert len(zarinpal.gateway.faults.planned()) == len(ANSWERS) + len(TERMS)
        bank.recover()
        inquire(shop, authority)
        assert bank.happened() == Happened(calls=2)
        zarinpal.plan("http_500", operation="inquiry")
        inquire(shop, authority)
        assert bank.pay(authority, {"fault": "never_returns"}) is None
        assert bank.happened() == Happened(calls=3, wrong=1, visits=1)
        bank.pay(authority, {"fault": "never_returns"})  # who has paid before does not pay in an odd way again
        assert bank.happened() == Happened(calls=3, wrong=1, visits=1)
        bank.recover()
        assert bank.happened() == Happened(calls=3, wrong=1, visits=1)


def test_the_dice_of_the_bank_add_up() -> None:
    """Thrown one after the other, each fault of every kind of call keeps its share."""
    left = 1.0
    of_all = [
        (percent, chance)
        for (percent, fault), (chance, _) in zip(ANSWERS, shares(ANSWERS), strict=True)
        if "operation" not in fault
    ]
    for percent, chance in of_all:
        assert left * chance == pytest.approx(percent / 100)
        left -= left * chance
    assert 0.28 <= 1 - left <= 0.32


# the end of a run


def ended(verdict: Verdict, *, faults: int = 100, kills: int = 10) -> tuple[int, list[str]]:
    said: list[str] = []
    happened, deeds = Happened(calls=300, wrong=faults - 20, visits=20), Deeds(kills=kills)
    code = run.told(verdict, happened, deeds, Notebook(), healed=timedelta(minutes=2), tell=said.append)
    return code, said


def test_a_clean_run_ends_with_its_sentence() -> None:
    code, said = ended(Verdict(paid=50))
    assert (code, said[-1]) == (0, "0 lost, 0 double, 0 stuck")


@pytest.mark.parametrize(("paid", "faults", "kills"), [(49, 100, 10), (50, 99, 10), (50, 100, 9)])
def test_a_run_in_which_too_little_happened_fails(paid: int, faults: int, kills: int) -> None:
    code, said = ended(Verdict(paid=paid), faults=faults, kills=kills)
    assert code == 1
    assert said[-1] == "0 lost, 0 double, 0 stuck, and too little happened to prove it"


@pytest.mark.parametrize("what", ["lost", "double", "stuck", "broken"])
def test_a_run_that_found_something_fails_and_lists_it(what: str) -> None:
    verdict = Verdict(paid=50)
    getattr(verdict, what).append("purchase 1")
    code, said = ended(verdict)
    assert code == 1
    assert any(line.startswith("✗") and "purchase 1" in line for line in said)
    assert said[-1] != "0 lost, 0 double, 0 stuck"


def test_the_page_keeps_what_stands_around_the_run() -> None:
    text = f"before {page.BEGIN} old {page.END} after"
    assert page.with_run(text, ["one", "two"]) == f"before {page.BEGIN}\n\n```\none\ntwo\n```\n\n{page.END} after"
    with pytest.raises(ValueError, match="no place"):
        page.with_run("nothing", [])


def spend(database: RolledBackDatabase, session: Session, copy_id: int, *, units: int, key: str) -> None:
    """A use by the copy's automation."""
    copy = session.get_one(UserAutomation, copy_id)
    _, token_id, secret = make_service_token(session, copy.automation_id).split("_", 2)
    use = Use(copy_id, units, "message", key)
    ledger.consume(database.atomic(), use, token_id=int(token_id), token_hash=crypto.token_hash(secret))
