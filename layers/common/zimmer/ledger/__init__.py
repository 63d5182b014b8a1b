"""The token ledger: the only writer of token entries and of the balances they add up to.

For each copy and each bucket, the sum of its entries *is* the balance column. Entries form a chain:
each carries the hash of the one before it, and the head stands on the `user_automations` row that every
movement locks, so no two movements can continue from the same link. A mistake is corrected by another
entry, never by changing one.

* `credit`, `debit`: one movement inside the caller's transaction; `move_under_lock`: one of a copy that it has locked.
* `consume`: a use by an automation, one statement that is a transaction of its own.
* `consume_many`: many uses, one statement, each with an answer of its own.
* `hold`, `commit`, `release`, `expire`: tokens set aside for a run whose cost is known at its end, one statement each.
* `credit_purchases`: a batch of verified payments, one statement.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from zimmer.ledger.batching import consume_many
    from zimmer.ledger.consuming import Consumed, Use, consume
    from zimmer.ledger.ending import Ended, commit, due_holds, expire, expire_overdue, release
    from zimmer.ledger.holding import Held, Reserve, hold
    from zimmer.ledger.movements import balance, credit, debit, move_under_lock
    from zimmer.ledger.purchases import Credited, credit_purchases

__all__ = [
    "Consumed",
    "Credited",
    "Ended",
    "Held",
    "Reserve",
    "Use",
    "balance",
    "commit",
    "consume",
    "consume_many",
    "credit",
    "credit_purchases",
    "debit",
    "due_holds",
    "expire",
    "expire_overdue",
    "hold",
    "move_under_lock",
    "release",
]

# Each part is loaded by who asks for it: the worker, which credits, starts without the tables that the others know.
PARTS = {
    "batching": ("consume_many",),
    "consuming": ("Consumed", "Use", "consume"),
    "ending": ("Ended", "commit", "due_holds", "expire", "expire_overdue", "release"),
    "holding": ("Held", "Reserve", "hold"),
    "movements": ("balance", "credit", "debit", "move_under_lock"),
    "purchases": ("Credited", "credit_purchases"),
}
_PART_OF = {name: part for part, names in PARTS.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _PART_OF:
        raise AttributeError(f"the ledger has no {name}")
    found = getattr(import_module(f"zimmer.ledger.{_PART_OF[name]}"), name)
    globals()[name] = found  # so that this is asked once
    return found
