"""What became of the money: the bank's books against the ledger, and the automations' books against the uses.

Whether money came is read from the bank and whether a use was accepted from who asked for it, never from the
platform under judgement; what the platform made of both is read from its tables.

lost     the bank has money, or an automation was told yes, and the ledger does not show it
double   the ledger shows more than was paid for, or took more than was used
stuck    nobody knows yet, though everybody has had the time to find out
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from zimmer.models import PaymentStatus

S = PaymentStatus
UNDECIDED = frozenset({S.CREATED, S.PENDING, S.VERIFYING, S.VERIFY_UNKNOWN, S.VERIFIED, S.REVERSING, S.REVIEW})


@dataclass(frozen=True)
class AtBank:
    """One line of the bank's books: an authority, and the purchase it was opened for."""

    authority: str
    transaction_id: str
    has_money: bool


@dataclass(frozen=True)
class Purchase:
    """What the platform has written about one purchase."""

    payment_id: int
    transaction_id: str
    authority: str | None
    status: PaymentStatus
    tokens: int
    copy_id: int
    told_of_another: bool = False  # that its money came under another authority, and a person has to look


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger. `reference` is what it was written for."""

    copy_id: int
    reference: str
    tokens: int  # above zero when they came, below when they went


@dataclass(frozen=True)
class Asked:
    """A use that an automation asked for; `heard` when it was told that it was accepted."""

    copy_id: int
    key: str
    units: int
    heard: bool

    @property
    def reference(self) -> str:
        return f"use:{self.copy_id}:{self.key}"


@dataclass(frozen=True)
class Ours:
    """The platform's tables, as far as they are judged."""

    purchases: Sequence[Purchase]
    bought: Sequence[Entry]  # of purchases
    used: Sequence[Entry]  # of uses; one that drew from both buckets has two


@dataclass
class Verdict:
    """How many purchases and uses went wrong, and a line about each. `broken` are rules of `./zimmer check`."""

    paid: int = 0
    given_back: int = 0  # paid once more under another authority: the bank gives it back, and the staff was told
    lost: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return not (self.lost or self.double or self.stuck or self.broken)

    @property
    def sentence(self) -> str:
        counts = f"{len(self.lost)} lost, {len(self.double)} double, {len(self.stuck)} stuck"
        return f"{counts}, {len(self.broken)} rules broken" if self.broken else counts

    def complaints(self) -> Iterator[str]:
        for word, lines in (("lost", self.lost), ("double", self.double), ("stuck", self.stuck)):
            yield from (f"✗ {word}: {line}" for line in lines)
        yield from (f"✗ rule: {line}" for line in self.broken)


def judged(bank: Sequence[AtBank], ours: Ours, asked: Sequence[Asked]) -> Verdict:
    """Every purchase either side knows of, and every use."""
    verdict = Verdict()
    lines: dict[str, list[AtBank]] = defaultdict(list)
    for line in bank:
        lines[line.transaction_id].append(line)
    credited: dict[tuple[int, str], list[int]] = defaultdict(list)
    for entry in ours.bought:
        credited[entry.copy_id, entry.reference].append(entry.tokens)
    for purchase in ours.purchases:
        came = credited.pop((purchase.copy_id, f"payment:{purchase.payment_id}"), [])
        _judge_purchase(verdict, purchase, lines.pop(purchase.transaction_id, []), came)
    for unknown in lines.values():
        _judge_unknown(verdict, unknown)
    for (copy_id, reference), tokens in credited.items():
        verdict.double.append(f"{sum(tokens)} tokens on copy {copy_id} as {reference}, which is no purchase of it")
    _judge_uses(verdict, ours.used, asked)
    return verdict


def _judge_purchase(verdict: Verdict, purchase: Purchase, lines: Sequence[AtBank], came: Sequence[int]) -> None:
    name = f"purchase {purchase.payment_id} of {purchase.tokens} tokens, {purchase.status}"
    is_paid = any(line.has_money for line in lines if line.authority == purchase.authority)
    verdict.paid += is_paid
    if is_paid and not came:
        where = verdict.stuck if purchase.status in UNDECIDED else verdict.lost
        where.append(f"{name}: the bank has its money and the ledger no entry")
    elif sum(came) > (purchase.tokens if is_paid else 0) or len(came) > 1:
        verdict.double.append(f"{name}: {list(came)} were credited, {'and paid once' if is_paid else 'and not paid'}")
    elif is_paid and sum(came) < purchase.tokens:
        verdict.lost.append(f"{name}: paid, and only {sum(came)} were credited")
    elif purchase.status in UNDECIDED:
        verdict.stuck.append(name)
    elsewhere = [line for line in lines if line.has_money and line.authority != purchase.authority]
    for line in elsewhere:
        verdict.paid += 1
        if purchase.told_of_another:
            verdict.given_back += 1
        else:
            verdict.lost.append(f"{name}: paid under {line.authority[:8]}…, which nobody has noticed")


def _judge_unknown(verdict: Verdict, lines: Sequence[AtBank]) -> None:
    for line in lines:
        if line.has_money:
            verdict.paid += 1
            verdict.lost.append(f"{line.authority[:8]}… is paid for {line.transaction_id}, which we do not know")


def _judge_uses(verdict: Verdict, used: Sequence[Entry], asked: Sequence[Asked]) -> None:
    """Told yes: taken once. Not told: taken once or not at all. Not asked: not taken."""
    taken: Counter[str] = Counter()
    for entry in used:
        taken[entry.reference] -= entry.tokens
    for use in asked:
        took = taken.pop(use.reference, 0)
        if took > use.units:
            verdict.double.append(f"{use.reference} took {took} tokens for {use.units}")
        elif took < use.units and (took or use.heard):
            verdict.lost.append(f"{use.reference} was accepted for {use.units} tokens and took {took}")
    verdict.double += [f"{reference} took {took} tokens and nobody asked" for reference, took in taken.items() if took]


def merged(uses: Sequence[Asked]) -> Sequence[Asked]:
    """One per key: a use that was sent again was heard when one of its tries was."""
    by_key: Mapping[str, Asked] = {use.reference: use for use in sorted(uses, key=lambda use: use.heard)}
    return list(by_key.values())
