"""One purchase as a lane of seven stations, from what the database knows about it. No database in here."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from functions.payments.states import Phase
from functions.payments.sweep import ACTOR as SWEEP
from zimmer.models import OutboxMessage, PaymentEvent, PaymentStatus

STATIONS = ("customer", "API", "Zarinpal", "callback", "SQS", "worker", "ledger")
AT_THE_BANK = ("gateway-accepted", "gateway-refused", "gateway-silent", "answer-came-late", "lease-over")
OF_THE_WORKER = ("tokens-credited",)
OF_THE_API = ("opened", "asked-again")
MESSAGE_SHOWN = 8
ALREADY_VERIFIED = 101

S = PaymentStatus


class Tone(StrEnum):
    """How a station or a line looks."""

    IDLE = "idle"  # not its turn
    WAITING = "waiting"
    GOOD = "good"
    HEALED = "healed"  # by the sweep
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Note:
    """One line in a station."""

    text: str
    at: datetime | None = None
    tone: Tone = Tone.GOOD


@dataclass
class Station:
    """One stop of the lane; `gap_ms` is the time since the stop before it."""

    name: str
    tone: Tone = Tone.IDLE
    notes: list[Note] = field(default_factory=list)
    at: datetime | None = None
    gap_ms: int | None = None


class Entry(Protocol):
    """The purchase's entry in the ledger."""

    @property
    def id(self) -> int: ...
    @property
    def delta(self) -> int: ...
    @property
    def balance_after(self) -> int: ...
    @property
    def at(self) -> datetime: ...


@dataclass(frozen=True)
class Purchase:
    """What is known of one purchase."""

    status: PaymentStatus
    phase: Phase
    tokens: int
    created_at: datetime
    events: Sequence[PaymentEvent]
    message: OutboxMessage | None
    entry: Entry | None
    dropped_at: datetime | None = None  # by the control room
    sent_again: Sequence[datetime] = ()


def stations(purchase: Purchase) -> list[Station]:
    """The seven stops, each with its lines, its tone and the time since the one before."""
    made = [
        Station("customer", Tone.GOOD, [Note(f"asks for {purchase.tokens} tokens", purchase.created_at)]),
        _api(purchase),
        _bank(purchase),
        _callback(purchase),
        _queue(purchase),
        _worker(purchase),
        _ledger(purchase),
    ]
    _measure(made)
    return made


def healed_by_the_sweep(purchase: Purchase) -> PaymentEvent | None:
    """The event by which the sweep found the money, if it was the sweep."""
    return next((event for event in purchase.events if event.cause == "paid" and event.actor == SWEEP), None)


def was_put_back(purchase: Purchase) -> bool:
    """Whether its message had to be sent more than once before it had an effect."""
    return purchase.message is not None and purchase.message.attempts > 1


def verdict(purchase: Purchase) -> tuple[str, Tone]:
    """The lane in one sentence."""
    if purchase.status is S.CREDITED:
        return _how_it_was_credited(purchase)
    if purchase.phase is Phase.AT_BANK and purchase.dropped_at:
        return "Its callback was lost: the sweep will ask.", Tone.WARN
    return SENTENCES[purchase.phase]


def _how_it_was_credited(purchase: Purchase) -> tuple[str, Tone]:
    healed = healed_by_the_sweep(purchase)
    if healed and healed.gateway_code == ALREADY_VERIFIED:
        why = "its verify had worked and only the answer was lost"
    elif healed:
        why = "nobody came back"
    elif was_put_back(purchase):
        why = "its message had no effect and was sent again"
    else:
        return "Credited once.", Tone.GOOD
    return f"Credited once. Healed by the sweep: {why}.", Tone.HEALED


SENTENCES: dict[Phase, tuple[str, Tone]] = {
    Phase.STARTING: ("The bank has not said whether it took the order.", Tone.WARN),
    Phase.AT_BANK: ("At the bank.", Tone.WAITING),
    Phase.CHECKING: ("Not known yet whether it was paid: the sweep will ask.", Tone.WARN),
    Phase.UNDER_REVIEW: ("The bank contradicts our books: a person has to look.", Tone.BAD),
    Phase.CREDITING: ("Paid. The tokens are on their way.", Tone.WAITING),
    Phase.DONE: ("Credited once.", Tone.GOOD),
    Phase.REFUNDING: ("The money is going back.", Tone.WARN),
    Phase.REFUNDED: ("The money went back.", Tone.IDLE),
    Phase.REFUSED: ("The bank took no order. Nothing was charged.", Tone.IDLE),
    Phase.CANCELED: ("Canceled at the bank.", Tone.IDLE),
    Phase.NOT_PAID: ("Not paid.", Tone.IDLE),
}


def _api(purchase: Purchase) -> Station:
    own = [event for event in purchase.events if _place(event) == "API"]
    said = {"opened": "priced and stored", "asked-again": "asked again, same key"}
    notes = [Note(said.get(event.cause, event.cause), event.at) for event in own]
    return Station("API", Tone.GOOD if notes else Tone.IDLE, notes)


def _bank(purchase: Purchase) -> Station:
    own = [event for event in purchase.events if event.cause in AT_THE_BANK]
    notes = [Note(f"request {_outcome(event)}", event.at, _tone(event)) for event in own]
    station = Station("Zarinpal", notes[-1].tone if notes else Tone.WAITING, notes)
    if purchase.phase is Phase.AT_BANK and not purchase.dropped_at:
        station.tone = Tone.WAITING
        station.notes.append(Note("the customer is here", tone=Tone.WAITING))
    return station


def _callback(purchase: Purchase) -> Station:
    own = [event for event in purchase.events if _place(event) == "callback"]
    last = own[-1] if own else None
    spoken = [event for event in own if event.cause != "claimed" or event is last]
    notes = [Note(_asked(event), event.at, _tone(event)) for event in spoken]
    if purchase.dropped_at:
        notes.append(Note("dropped on the way to us", purchase.dropped_at, Tone.WARN))
        notes.sort(key=lambda note: note.at or purchase.created_at)
    if healed := healed_by_the_sweep(purchase):
        if not any(event.actor == "bank-return" for event in own) and not purchase.dropped_at:
            notes.insert(0, Note("never came", tone=Tone.WARN))
        return Station("callback", Tone.HEALED, notes, at=healed.at)
    return Station("callback", notes[-1].tone if notes else Tone.IDLE, notes)


def _queue(purchase: Purchase) -> Station:
    message = purchase.message
    if message is None:
        return Station("SQS")
    again = [Note("sent again by hand", at, Tone.WARN) for at in purchase.sent_again]
    if message.published_at is None:
        return Station("SQS", Tone.WAITING, [Note("waits in the outbox", message.created_at, Tone.WAITING), *again])
    name = (message.message_id or "").removeprefix("seed-")[:MESSAGE_SHOWN]
    at = message.published_at
    tone = Tone.HEALED if was_put_back(purchase) else Tone.GOOD
    times = [Note(f"sent {message.attempts} times", tone=tone)] if was_put_back(purchase) else []
    return Station("SQS", tone, [Note(f"message {name}…", at, tone), *times, *again], at=at)


def _worker(purchase: Purchase) -> Station:
    notes = [Note("credits it", event.at) for event in purchase.events if event.cause in OF_THE_WORKER]
    waits = purchase.status is S.VERIFIED and not notes
    return Station("worker", Tone.WAITING if waits else Tone.GOOD if notes else Tone.IDLE, notes)


def _ledger(purchase: Purchase) -> Station:
    entry = purchase.entry
    if entry is None:
        return Station("ledger", Tone.WAITING if purchase.status is S.VERIFIED else Tone.IDLE)
    return Station("ledger", Tone.GOOD, [Note(f"#{entry.id}: {entry.delta:+} → {entry.balance_after}", entry.at)])


def _measure(made: Sequence[Station]) -> None:
    before: datetime | None = None
    for station in made:
        times = [note.at for note in station.notes if note.at]
        station.at = station.at or (times[-1] if times else None)
        if station.at and before:
            station.gap_ms = round((station.at - before).total_seconds() * 1000)
        before = station.at or before


def _place(event: PaymentEvent) -> str:
    if event.cause in AT_THE_BANK:
        return "Zarinpal"
    if event.cause in OF_THE_WORKER:
        return "worker"
    asks = event.actor in ("bank-return", "stranger", SWEEP) and event.cause not in OF_THE_API
    return "callback" if asks else "API"


def _asked(event: PaymentEvent) -> str:
    """What was said at the return from the bank, or by the sweep in its place."""
    who = "sweep: " if event.actor == SWEEP else ""
    if event.cause == "claimed":
        return f"{who}asks the bank…"
    if event.cause == "bank-said-nok":
        return "came back: NOK"
    if event.cause == "foreign-authority":
        return "a stranger's callback, refused"
    if event.cause.startswith("inquiry-"):
        return f"{who}inquiry → {event.cause.removeprefix('inquiry-').replace('-', ' ')}"
    return f"{who}verify {_outcome(event)}"


def _outcome(event: PaymentEvent) -> str:
    if event.gateway_code is not None:
        return f"→ {event.gateway_code}"
    reason = (event.detail or {}).get("reason")
    return f"→ {reason}" if reason else f"→ {event.cause}"


def _tone(event: PaymentEvent) -> Tone:
    if event.cause == "paid":
        return Tone.HEALED if event.actor == SWEEP else Tone.GOOD
    if event.cause in ("unknown", "gateway-silent", "foreign-authority", "inquiry-unknown"):
        return Tone.WARN
    if event.cause in ("suspicious", "gateway-refused"):
        return Tone.BAD
    if event.cause == "claimed":
        return Tone.WAITING
    return Tone.GOOD if event.cause == "gateway-accepted" else Tone.IDLE
