"""The token ledger: the only writer of token entries and of the balances they add up to.

For each copy and each bucket, the sum of its entries *is* the balance column. Entries form a chain:
each carries the hash of the one before it, and the head stands on the `user_automations` row that every
movement locks, so no two movements can continue from the same link. A mistake is corrected by another
entry, never by changing one.

* `credit`, `debit`: one movement inside the caller's transaction.
* `consume`: a use by an automation, one statement that is a transaction of its own.
* `credit_purchases`: a batch of verified payments, one statement.
"""

from zimmer.ledger.consuming import Consumed, Use, consume
from zimmer.ledger.movements import balance, credit, debit
from zimmer.ledger.purchases import Credited, credit_purchases

__all__ = ["Consumed", "Credited", "Use", "balance", "consume", "credit", "credit_purchases", "debit"]
