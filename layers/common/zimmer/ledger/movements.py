"""One movement of tokens inside the caller's transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import BigInteger, DateTime, ScalarResult, Select, String, bindparam, select, text
from sqlalchemy.orm.attributes import set_committed_value

from zimmer import clock
from zimmer.db import Session
from zimmer.errors import InsufficientTokens
from zimmer.models import Bucket, EntryKind, TokenEntry, UserAutomation

# The row is locked by the caller, so its columns are the newest. Held tokens count as spent (lots are
# arithmetic on paid_spent); a claw-back takes from its own lot instead and leaves it alone.
MOVE = text("""
WITH head AS (
    SELECT id, ledger_seq + 1 AS seq, ledger_head,
           CASE WHEN :bucket = 'demo' THEN demo_tokens ELSE tokens_remaining END + :delta AS balance_after
    FROM user_automations WHERE id = :user_automation_id
), link AS (
    SELECT id, seq, balance_after, ledger_head AS prev_hash,
           token_entry_hash(ledger_head, id, seq, :bucket, :delta, balance_after, :kind, :reference) AS hash
    FROM head
), moved AS (
    UPDATE user_automations ua SET
        demo_tokens = CASE WHEN :bucket = 'demo' THEN link.balance_after ELSE demo_tokens END,
        tokens_remaining = CASE WHEN :bucket = 'paid' THEN link.balance_after ELSE tokens_remaining END,
        demo_expired = demo_expired OR (:bucket = 'demo' AND link.balance_after = 0),
        paid_spent = paid_spent
            - CASE WHEN :bucket = 'paid' AND :kind IN ('hold', 'hold_return') THEN :delta ELSE 0 END,
        ledger_seq = link.seq, ledger_head = link.hash, ledger_prev = link.prev_hash
    FROM link WHERE ua.id = link.id
)
INSERT INTO token_entries
    (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
SELECT id, seq, :bucket, :delta, balance_after, :kind, :reference, :actor, hash, prev_hash, :at FROM link
""").bindparams(
    bindparam("user_automation_id", type_=BigInteger),
    bindparam("delta", type_=BigInteger),
    bindparam("bucket", type_=String),
    bindparam("kind", type_=String),
    bindparam("reference", type_=String),
    bindparam("actor", type_=String),
    bindparam("at", type_=DateTime(timezone=True)),
)


# What MOVE changes beside a balance: read again when somebody looks.
MOVED_BESIDES = ("demo_expired", "paid_spent", "ledger_seq", "ledger_head", "ledger_prev")


@dataclass(frozen=True)
class Balance:
    """What one copy has left."""

    demo: int
    paid: int

    @property
    def total(self) -> int:
        return self.demo + self.paid


def balance(session: Session, user_automation_id: int) -> Balance:
    """The tokens a copy has, as its row says."""
    demo, paid = session.execute(
        select(UserAutomation.demo_tokens, UserAutomation.tokens_remaining).where(
            UserAutomation.id == user_automation_id
        )
    ).one()
    return Balance(demo=demo, paid=paid)


def credit(
    session: Session,
    copy: UserAutomation,
    *,
    tokens: int,
    bucket: Bucket,
    kind: EntryKind,
    reference: str,
    actor: str,
) -> TokenEntry | None:
    """Add `tokens` (> 0) to a customer's copy, once per (kind, reference, bucket).

    Locks the `user_automations` row until the transaction ends. Returns None when the same
    (kind, reference, bucket) was written before; that is success, not an error.
    """
    return _move(session, copy, delta=tokens, bucket=bucket, kind=kind, reference=reference, actor=actor)


def debit(
    session: Session,
    copy: UserAutomation,
    *,
    tokens: int,
    bucket: Bucket,
    kind: EntryKind,
    reference: str,
    actor: str,
) -> TokenEntry | None:
    """Take `tokens` (> 0) from a customer's copy, once per (kind, reference, bucket).

    Locks like `credit`. Raises InsufficientTokens when the bucket has fewer; nothing is kept then.
    """
    return _move(session, copy, delta=-tokens, bucket=bucket, kind=kind, reference=reference, actor=actor)


def move_under_lock(
    session: Session, copy: UserAutomation, *, delta: int, bucket: Bucket, kind: EntryKind, reference: str, actor: str
) -> None:
    """Move `delta` tokens (below 0 takes them) of a copy that this transaction has locked and read since.

    For a reference that the caller's own lock makes new: one that was there is refused by its unique key and undoes
    the transaction. Nobody waits for it, and the copy has its new balance at once. Raises InsufficientTokens.
    """
    balance = "demo_tokens" if bucket is Bucket.DEMO else "tokens_remaining"
    have: int = getattr(copy, balance)
    if have + delta < 0:
        raise InsufficientTokens(needed=-delta, available=have)
    session.flush()
    session.execute(MOVE, _movement(copy, delta, bucket, kind, reference, actor))
    set_committed_value(copy, balance, have + delta)
    session.expire(copy, MOVED_BESIDES)


def _move(
    session: Session, copy: UserAutomation, *, delta: int, bucket: Bucket, kind: EntryKind, reference: str, actor: str
) -> TokenEntry | None:
    ours = (TokenEntry.kind == kind, TokenEntry.reference == reference, TokenEntry.bucket == bucket)
    lock = _fresh(session, copy, select(UserAutomation).with_for_update(key_share=True))
    # Asked in a statement of its own: its snapshot is taken after the lock, so a twin's entry is seen.
    twin = session.scalars(select(TokenEntry.id).where(*ours))
    lock.one()
    if twin.first():
        return None
    move_under_lock(session, copy, delta=delta, bucket=bucket, kind=kind, reference=reference, actor=actor)
    moved = _fresh(session, copy, select(UserAutomation))
    entry = session.scalars(select(TokenEntry).where(*ours))
    moved.one()
    return entry.one()


def _fresh(session: Session, copy: UserAutomation, query: Select[UserAutomation]) -> ScalarResult[UserAutomation]:
    """The copy as the server has it by then, once somebody looks."""
    session.flush()
    return session.scalars(query.where(UserAutomation.id == copy.id).execution_options(populate_existing=True))


def _movement(
    copy: UserAutomation, delta: int, bucket: Bucket, kind: EntryKind, reference: str, actor: str
) -> Mapping[str, object]:
    return {
        "user_automation_id": copy.id,
        "delta": delta,
        "bucket": bucket.value,
        "kind": kind.value,
        "reference": reference,
        "actor": actor,
        "at": clock.now(),
    }
