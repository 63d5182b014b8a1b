"""Support and staff: deliveries, the audit's refusals, the figures of the dashboard, reviews and reports.

Figures are written by the transactions that cause them, in eight shards so that no row is hot, and are read
by summing a few rows instead of counting tables.
"""

from alembic import op

from zimmer.settings import get_settings

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TICKETS = """
ALTER TABLE tickets DROP CONSTRAINT tickets_status_check;
UPDATE tickets SET status = CASE status
    WHEN 'pending' THEN 'in_progress' WHEN 'answered' THEN 'waiting' ELSE status END;
ALTER TABLE tickets ADD CONSTRAINT tickets_status_check
    CHECK (status IN ('open', 'in_progress', 'waiting', 'resolved', 'closed'));
CREATE INDEX ix_tickets_inbox ON tickets (last_message_at) WHERE status IN ('open', 'in_progress', 'waiting');
"""

TICKETS_AS_BEFORE = """
DROP INDEX ix_tickets_inbox;
ALTER TABLE tickets DROP CONSTRAINT tickets_status_check;
UPDATE tickets SET status = CASE status
    WHEN 'in_progress' THEN 'pending' WHEN 'waiting' THEN 'answered' WHEN 'resolved' THEN 'closed' ELSE status END;
ALTER TABLE tickets ADD CONSTRAINT tickets_status_check CHECK (status IN ('open', 'pending', 'answered', 'closed'));
"""

# The secret part of a message stands with its delivery, sealed, until it is sent.
DELIVERIES = """
CREATE TABLE deliveries (
    id BIGSERIAL PRIMARY KEY,
    dedup_key VARCHAR(200) NOT NULL UNIQUE,
    user_id INTEGER NOT NULL REFERENCES users (id),
    channel VARCHAR(10) NOT NULL DEFAULT 'email' CHECK (channel IN ('email')),
    kind VARCHAR(50) NOT NULL,
    address VARCHAR(255) NOT NULL,
    data JSONB NOT NULL DEFAULT '{}',
    sealed TEXT,
    link VARCHAR(500),
    state VARCHAR(10) NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
    attempts INTEGER NOT NULL DEFAULT 0,
    lease_until TIMESTAMPTZ,
    failure VARCHAR(200),
    message_id VARCHAR(200),
    created_at TIMESTAMPTZ NOT NULL,
    sent_at TIMESTAMPTZ
);
CREATE INDEX ix_deliveries_user_id ON deliveries (user_id, id);
ALTER TABLE outbox DROP COLUMN sealed;
"""

STAFF = """
ALTER TABLE audit ADD COLUMN refused VARCHAR(50);
CREATE INDEX ix_audit_actor_id ON audit (actor_id, id);

-- A request that is sent twice is one request.
ALTER TABLE token_adjustments ADD COLUMN client_key VARCHAR(200), ADD COLUMN body_hash BYTEA;
-- Whoever approved first may think better of it and reject, though not approve twice.
ALTER TABLE token_adjustments DROP CONSTRAINT token_adjustments_check1;
ALTER TABLE token_adjustments ADD CONSTRAINT token_adjustments_two_people
    CHECK (state <> 'approved' OR first_approved_by <> decided_by);
CREATE UNIQUE INDEX ix_token_adjustments_client_key ON token_adjustments (requested_by, client_key);

CREATE TABLE payment_reviews (
    id SERIAL PRIMARY KEY,
    payment_id INTEGER NOT NULL REFERENCES payments (id),
    decision VARCHAR(10) NOT NULL CHECK (decision IN ('accept', 'close')),
    reason TEXT NOT NULL,
    proposed_by INTEGER NOT NULL REFERENCES users (id),
    proposed_at TIMESTAMPTZ NOT NULL,
    state VARCHAR(10) NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'carried', 'withdrawn')),
    decided_by INTEGER REFERENCES users (id),
    decided_at TIMESTAMPTZ,
    CHECK (state <> 'carried' OR proposed_by <> decided_by)
);
CREATE UNIQUE INDEX ix_payment_reviews_proposed ON payment_reviews (payment_id) WHERE state = 'proposed';

CREATE TABLE reconciliation_runs (
    id SERIAL PRIMARY KEY,
    requested_by INTEGER REFERENCES users (id),
    state VARCHAR(10) NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'holds', 'broken', 'failed')),
    answers JSONB NOT NULL DEFAULT '[]',
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);

CREATE TABLE schedule_runs (
    name VARCHAR(50) PRIMARY KEY,
    last_run TIMESTAMPTZ NOT NULL,
    ok BOOLEAN NOT NULL,
    done JSONB NOT NULL DEFAULT '{}'
);
"""

# A customer's move from the last day they used tokens to the next. Those who were active in a range of days
# are the moves that lead into it from before it, so nobody is counted twice and no customer is read.
ACTIVITY = """
ALTER TABLE users ADD COLUMN last_active_on DATE;

CREATE TABLE activity (
    to_day DATE NOT NULL,
    from_day DATE NOT NULL,
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 7),
    customers BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (to_day, from_day, shard),
    CHECK (from_day < to_day)
);

CREATE TABLE customer_counts (
    day DATE NOT NULL,
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 7),
    customers BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, shard)
);

CREATE TABLE ticket_counts (
    day DATE NOT NULL,
    status VARCHAR(50) NOT NULL,
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 7),
    entered BIGINT NOT NULL DEFAULT 0,
    departed BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, status, shard)
);
"""

# The day of BUSINESS_TIMEZONE at the time of the migration: whoever moves the business to another zone moves
# the meaning of every day that was counted, and has to count anew.
BUSINESS_DAY = """
CREATE FUNCTION business_day(at TIMESTAMPTZ) RETURNS DATE LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (at AT TIME ZONE '{zone}')::date
$$;
"""

TRIGGERS = """
CREATE FUNCTION count_customer(which users, by INTEGER) RETURNS void LANGUAGE sql AS $$
    INSERT INTO customer_counts (day, shard, customers)
    SELECT business_day(which.created_at), mod(which.id, 8), by
    WHERE which.role = 'customer' AND which.deleted_at IS NULL
    ON CONFLICT (day, shard) DO UPDATE SET customers = customer_counts.customers + excluded.customers
$$;
CREATE FUNCTION count_customers_by_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF (OLD.created_at, OLD.role, OLD.deleted_at) IS NOT DISTINCT FROM (NEW.created_at, NEW.role, NEW.deleted_at)
        THEN RETURN NULL; END IF;
        PERFORM count_customer(OLD, -1);
    END IF;
    PERFORM count_customer(NEW, 1);
    RETURN NULL;
END
$$;
CREATE TRIGGER users_are_counted AFTER INSERT OR UPDATE OF created_at, role, deleted_at ON users
FOR EACH ROW EXECUTE FUNCTION count_customers_by_day();

CREATE FUNCTION count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF OLD.status = NEW.status THEN RETURN NULL; END IF;
        INSERT INTO ticket_counts (day, status, shard, departed)
        VALUES (business_day(NEW.updated_at), OLD.status, mod(NEW.id, 8), 1)
        ON CONFLICT (day, status, shard) DO UPDATE SET departed = ticket_counts.departed + 1;
    END IF;
    INSERT INTO ticket_counts (day, status, shard, entered)
    VALUES (business_day(NEW.updated_at), NEW.status, mod(NEW.id, 8), 1)
    ON CONFLICT (day, status, shard) DO UPDATE SET entered = ticket_counts.entered + 1;
    RETURN NULL;
END
$$;
CREATE TRIGGER tickets_are_counted AFTER INSERT OR UPDATE OF status ON tickets
FOR EACH ROW EXECUTE FUNCTION count_tickets();
"""

COUNT_WHAT_IS_THERE = """
INSERT INTO customer_counts (day, shard, customers)
SELECT business_day(created_at), mod(id, 8), count(*) FROM users
WHERE role = 'customer' AND deleted_at IS NULL GROUP BY 1, 2;

INSERT INTO ticket_counts (day, status, shard, entered)
SELECT business_day(updated_at), status, mod(id, 8), count(*) FROM tickets GROUP BY 1, 2, 3;

INSERT INTO rollups (day, automation_id, shard, tokens_used)
SELECT business_day(event.at), ua.automation_id, mod(ua.id, 8), sum(event.units)
FROM usage_events event JOIN user_automations ua ON ua.id = event.user_automation_id GROUP BY 1, 2, 3
ON CONFLICT (day, automation_id, shard) DO UPDATE SET tokens_used = excluded.tokens_used;

WITH days AS (
    SELECT DISTINCT ua.user_id, business_day(event.at) AS day
    FROM usage_events event JOIN user_automations ua ON ua.id = event.user_automation_id
), steps AS (
    SELECT user_id, day, lag(day, 1, DATE '0001-01-01') OVER (PARTITION BY user_id ORDER BY day) AS from_day FROM days
), moves AS (
    INSERT INTO activity (to_day, from_day, shard, customers)
    SELECT day, from_day, mod(user_id, 8), count(*) FROM steps GROUP BY 1, 2, 3
)
UPDATE users SET last_active_on = newest.day
FROM (SELECT user_id, max(day) AS day FROM days GROUP BY user_id) newest WHERE newest.user_id = users.id;
"""


def upgrade() -> None:
    """Add the tables, count what is there, and from then on with each change."""
    zone = get_settings().business_timezone
    for statements in (TICKETS, DELIVERIES, STAFF, ACTIVITY, BUSINESS_DAY.format(zone=zone), TRIGGERS):
        op.execute(statements)
    op.execute(COUNT_WHAT_IS_THERE)


def downgrade() -> None:
    """Take it all away again; what was counted can be counted anew."""
    op.execute("DROP TRIGGER tickets_are_counted ON tickets; DROP TRIGGER users_are_counted ON users")
    op.execute(
        "DROP FUNCTION count_tickets; DROP FUNCTION count_customers_by_day; DROP FUNCTION count_customer;"
        "DROP FUNCTION business_day"
    )
    op.execute("DROP TABLE ticket_counts; DROP TABLE customer_counts; DROP TABLE activity")
    op.execute("ALTER TABLE users DROP COLUMN last_active_on")
    op.execute("DROP TABLE schedule_runs; DROP TABLE reconciliation_runs; DROP TABLE payment_reviews")
    op.execute("DROP INDEX ix_token_adjustments_client_key")
    op.execute("ALTER TABLE token_adjustments DROP CONSTRAINT token_adjustments_two_people")
    op.execute(
        "ALTER TABLE token_adjustments ADD CONSTRAINT token_adjustments_check1 CHECK (first_approved_by <> decided_by)"
    )
    op.execute("ALTER TABLE token_adjustments DROP COLUMN client_key, DROP COLUMN body_hash")
    op.execute("DROP INDEX ix_audit_actor_id; ALTER TABLE audit DROP COLUMN refused")
    op.execute("DROP TABLE deliveries; ALTER TABLE outbox ADD COLUMN sealed TEXT")
    op.execute(TICKETS_AS_BEFORE)
