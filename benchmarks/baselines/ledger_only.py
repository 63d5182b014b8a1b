"""Crediting a batch as one statement that knows the ledger and nothing around it."""

import json
import os
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pg8000.native

CREDIT = """
WITH RECURSIVE gate AS (
    SELECT id, user_automation_id, tokens_purchased AS tokens, 'payment:' || id AS reference
    FROM payments WHERE id = ANY(CAST(:ids AS integer[])) AND status = 'verified' ORDER BY id FOR NO KEY UPDATE
), locked AS (
    SELECT id, tokens_remaining, ledger_seq, ledger_head FROM user_automations
    WHERE id IN (SELECT user_automation_id FROM gate) ORDER BY id FOR NO KEY UPDATE
), turn AS (
    SELECT gate.*, row_number() OVER (PARTITION BY user_automation_id ORDER BY id) AS nth FROM gate
), link AS (
    SELECT turn.*, ledger_seq + 1 AS seq, tokens_remaining + tokens AS balance, ledger_head AS prev_hash,
           token_entry_hash(ledger_head, locked.id, ledger_seq + 1, 'paid', tokens, tokens_remaining + tokens,
                            'purchase', reference) AS hash
    FROM turn JOIN locked ON locked.id = turn.user_automation_id WHERE nth = 1
  UNION ALL
    SELECT turn.*, link.seq + 1, link.balance + turn.tokens, link.hash,
           token_entry_hash(link.hash, turn.user_automation_id, link.seq + 1, 'paid', turn.tokens,
                            link.balance + turn.tokens, 'purchase', turn.reference)
    FROM link JOIN turn ON turn.user_automation_id = link.user_automation_id AND turn.nth = link.nth + 1
), balances AS (
    UPDATE user_automations ua SET tokens_remaining = last.balance,
        ledger_seq = last.seq, ledger_head = last.hash, ledger_prev = last.prev_hash
    FROM (SELECT DISTINCT ON (user_automation_id) * FROM link ORDER BY user_automation_id, nth DESC) last
    WHERE ua.id = last.user_automation_id
), credited AS (
    UPDATE payments p SET status = 'credited', credited_at = :at FROM gate WHERE p.id = gate.id
)
INSERT INTO token_entries
    (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
SELECT user_automation_id, seq, 'paid', tokens, balance, 'purchase', reference, 'baseline', hash, prev_hash, :at
FROM link ORDER BY id
"""

_kept = {}


def handler(event, context):
    ids = []
    for record in event["Records"]:
        try:
            ids.append(int(json.loads(record["body"])["payment_id"]))
        except (ValueError, KeyError, TypeError):
            continue
    if "credit" not in _kept:
        place = urlsplit(os.environ["DATABASE_URL"])
        connection = pg8000.native.Connection(
            place.username, host=place.hostname, port=place.port, database=place.path[1:], ssl_context=False
        )
        _kept["credit"] = connection.prepare(CREDIT)
    _kept["credit"].run(ids=ids, at=datetime.now(UTC))
    return {"batchItemFailures": []}
