"""The floor: a Lambda handler of json and pg8000, one prepared statement per request."""

import base64
import hashlib
import hmac
import json
import os
import time
from datetime import UTC, date, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pg8000.native

CATALOGUE = """
SELECT a.id, a.name, a.tagline, a.category, a.icon_url, a.developer, a.pricing_type, a.price_per_token,
       a.health_status, a.status, a.customers, s.demo_tokens, s.minimum_amount, s.gateway_paused,
       CASE WHEN a.health_status IN ('healthy', 'unknown') THEN 0 ELSE 1 END * 4294967296 + a.id AS position,
       (SELECT min(amount) FROM automation_packages p
        WHERE p.automation_id = a.id AND p.amount >= s.minimum_amount) AS package
FROM automations a JOIN settings s ON true WHERE a.is_listed ORDER BY position LIMIT :limit
"""
ME = """
SELECT u.id, u.name, u.email, u.phone_number, u.role, u.email_verified_at, u.twofa_enabled, u.created_at
FROM users u JOIN sessions s ON s.user_id = u.id
WHERE s.id = CAST(:session AS uuid) AND s.audience = :audience AND s.revoked_at IS NULL AND s.expires_at > :at
  AND u.id = :user AND u.token_version = :version AND u.is_active
"""
CONSUME = """
WITH caller AS (
    SELECT automation_id FROM service_tokens
    WHERE id = :token_id AND token_hash = :token_hash AND revoked_at IS NULL
      AND (expires_at IS NULL OR expires_at > :at)
), locked AS (
    SELECT ua.* FROM user_automations ua JOIN caller ON caller.automation_id = ua.automation_id
    WHERE ua.id = :copy FOR NO KEY UPDATE OF ua
), link AS (
    SELECT id, user_id, automation_id, ledger_seq + 1 AS seq, tokens_remaining - :units AS balance,
           ledger_head AS prev_hash,
           token_entry_hash(ledger_head, id, ledger_seq + 1, 'paid', -:units, tokens_remaining - :units, 'use',
                            :reference) AS hash
    FROM locked
    WHERE status = 'active' AND demo_tokens = 0 AND tokens_remaining >= :units
), debited AS (
    UPDATE user_automations ua SET tokens_remaining = link.balance, paid_spent = ua.paid_spent + :units,
        spent_on = :today, spent_today = CASE WHEN ua.spent_on = :today THEN ua.spent_today ELSE 0 END + :units,
        ledger_seq = link.seq, ledger_head = link.hash, ledger_prev = link.prev_hash
    FROM link WHERE ua.id = link.id
    RETURNING ua.id, ua.demo_tokens, ua.tokens_remaining
), entry AS (
    INSERT INTO token_entries
        (user_automation_id, seq, bucket, delta, balance_after, kind, reference, actor, hash, prev_hash, at)
    SELECT id, seq, 'paid', -:units, balance, 'use', :reference, :actor, hash, prev_hash, :at FROM link
    RETURNING id
), kept AS (
    INSERT INTO usage_events (user_automation_id, idempotency_key, units, usage_type, body_hash, meta, result, at)
    SELECT id, :key, :units, :usage_type, :body_hash, NULL,
           jsonb_build_object('remaining_demo_tokens', demo_tokens, 'remaining_paid_tokens', tokens_remaining,
                              'entry_id', (SELECT id FROM entry)), :at
    FROM debited
    RETURNING result
), figures AS (
    INSERT INTO rollups (day, automation_id, shard, tokens_used)
    SELECT :today, automation_id, mod(id, 8), :units FROM link
    ON CONFLICT (day, automation_id, shard) DO UPDATE SET tokens_used = rollups.tokens_used + excluded.tokens_used
), person AS (
    SELECT users.id, users.last_active_on FROM users JOIN link ON link.user_id = users.id
    WHERE users.last_active_on IS NULL OR users.last_active_on < :today
    FOR NO KEY UPDATE OF users
), woken AS (
    UPDATE users SET last_active_on = :today FROM person WHERE users.id = person.id
), moves AS (
    INSERT INTO activity (to_day, from_day, shard, customers)
    SELECT :today, coalesce(last_active_on, DATE '0001-01-01'), mod(id, 8), 1 FROM person
    ON CONFLICT (to_day, from_day, shard) DO UPDATE SET customers = activity.customers + 1
)
SELECT result FROM kept
"""

UNIT_NAMES = {"token_per_session": "نشست", "token_per_message": "پیام", "flat_fee": "ماه"}
CUSTOMER_RIGHTS = ["own_automations", "own_payments", "own_profile", "own_tickets"]
TEHRAN = ZoneInfo("Asia/Tehran")

_kept = {}


def statement(sql):
    if "connection" not in _kept:
        place = urlsplit(os.environ["DATABASE_URL"])
        _kept["connection"] = pg8000.native.Connection(
            place.username, host=place.hostname, port=place.port, database=place.path[1:], ssl_context=False
        )
    if sql not in _kept:
        _kept[sql] = _kept["connection"].prepare(sql)
    return _kept[sql]


def rows(sql, **values):
    prepared = statement(sql)
    found = prepared.run(**values)
    names = [column["name"] for column in prepared.columns]
    return [dict(zip(names, row, strict=True)) for row in found]


def close():
    if "connection" in _kept:
        _kept["connection"].close()
    _kept.clear()


def catalogue(event, context):
    limit = int(event.get("queryStringParameters", {}).get("limit", 20))
    found = rows(CATALOGUE, limit=limit + 1)
    body = {"items": [card(row) for row in found[:limit]], "next_cursor": None}
    if len(found) > limit:
        key = str(found[limit - 1]["position"]).encode()
        body["next_cursor"] = base64.urlsafe_b64encode(key).decode().rstrip("=")
    return answer(body)


def card(row):
    unit, minimum = row["price_per_token"], row["minimum_amount"]
    loose = -(-minimum // unit) * unit
    reason = None
    if not row["status"]:
        reason = "withdrawn"
    elif row["health_status"] == "unhealthy":
        reason = "unhealthy"
    elif row["gateway_paused"]:
        reason = "gateway-paused"
    return {
        "id": row["id"],
        "name": row["name"],
        "tagline": row["tagline"],
        "category": row["category"],
        "icon_url": row["icon_url"],
        "developer": row["developer"],
        "pricing_type": row["pricing_type"],
        "unit_name": UNIT_NAMES[row["pricing_type"]],
        "price_per_token": unit,
        "from_amount": loose if row["package"] is None else min(loose, row["package"]),
        "demo_tokens": row["demo_tokens"],
        "health_status": row["health_status"],
        "can_buy": reason is None,
        "can_buy_reason": reason,
        "customers": row["customers"],
    }


def me(event, context):
    claims = signed(event["headers"]["authorization"].removeprefix("Bearer "))
    if claims is None:
        return answer({}, 401)
    found = rows(
        ME,
        session=claims["sid"],
        audience=claims["aud"],
        at=datetime.now(UTC),
        user=int(claims["sub"]),
        version=claims["ver"],
    )
    if not found:
        return answer({}, 401)
    person = found[0]
    person["permissions"] = CUSTOMER_RIGHTS
    for name in ("created_at", "email_verified_at"):
        person[name] = person[name] and person[name].isoformat().replace("+00:00", "Z")
    return answer(person)


def signed(token):
    head, _, signature = token.rpartition(".")
    right = hmac.new(os.environ["JWT_SECRET_KEY"].encode(), head.encode(), hashlib.sha256).digest()
    if not hmac.compare_digest(right, from_base64(signature)):
        return None
    claims = json.loads(from_base64(head.split(".")[1]))
    return claims if claims["exp"] > time.time() and claims["iss"] == "zimmer" else None


def from_base64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def consume(event, context):
    body = json.loads(event["body"])
    _, number, secret = event["headers"]["x-zimmer-service-token"].split("_", 2)
    now = datetime.now(UTC)
    same = [body["user_automation_id"], body["units"], body["usage_type"], body.get("meta")]
    found = rows(
        CONSUME,
        token_id=int(number),
        token_hash=hashlib.sha256(secret.encode()).digest(),
        at=now,
        copy=body["user_automation_id"],
        units=body["units"],
        reference=f"use:{body['user_automation_id']}:{body['idempotency_key']}",
        actor=f"service-token:{number}",
        key=body["idempotency_key"],
        usage_type=body["usage_type"],
        body_hash=hashlib.sha256(json.dumps(same, sort_keys=True).encode()).digest(),
        today=date.fromisoformat(now.astimezone(TEHRAN).date().isoformat()),
    )
    if not found:
        return answer({}, 402)
    return answer({"accepted": True, **found[0]["result"]})


def answer(body, status=200):
    return {
        "statusCode": status,
        "headers": {"content-type": "application/json"},
        "body": json.dumps(body, ensure_ascii=False),
        "isBase64Encoded": False,
    }
