"""The whole stored shape: the customer's five tables and the ledger around them.

Columns and indexes that the customer's document names keep their names. The hash chain, its keys and
its triggers are here from the first day because they cannot be added to append-only rows later.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

PEOPLE = """
CREATE TABLE users (
    id SERIAL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    email VARCHAR(255) NOT NULL CHECK (email = lower(email)),
    phone_number VARCHAR(20),
    password_hash VARCHAR(255) NOT NULL,
    role VARCHAR(50) NOT NULL DEFAULT 'customer' CHECK (role IN ('customer', 'support', 'technical', 'manager')),
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    email_verified_at TIMESTAMPTZ,
    twofa_enabled BOOLEAN NOT NULL DEFAULT FALSE,
    twofa_secret TEXT,
    twofa_last_step BIGINT,
    token_version INTEGER NOT NULL DEFAULT 1,
    deleted_at TIMESTAMPTZ
);
CREATE UNIQUE INDEX idx_users_email ON users (email);
CREATE INDEX idx_users_role ON users (role);

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    audience VARCHAR(10) NOT NULL CHECK (audience IN ('user', 'admin')),
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_because VARCHAR(50),
    stepped_up_until TIMESTAMPTZ,
    ip VARCHAR(45),
    user_agent VARCHAR(400)
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id) WHERE revoked_at IS NULL;

CREATE TABLE refresh_tokens (
    id BIGSERIAL PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    parent_id BIGINT REFERENCES refresh_tokens (id) ON DELETE CASCADE,
    token_hash BYTEA NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    rotated_at TIMESTAMPTZ
);
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);
CREATE INDEX ix_refresh_tokens_parent_id ON refresh_tokens (parent_id);
"""

CATALOGUE = """
CREATE TABLE automations (
    id SERIAL PRIMARY KEY,
    name VARCHAR(255) NOT NULL,
    description TEXT,
    pricing_type VARCHAR(50) NOT NULL DEFAULT 'token_per_session'
        CHECK (pricing_type IN ('token_per_session', 'token_per_message', 'flat_fee')),
    price_per_token BIGINT NOT NULL CHECK (price_per_token > 0 AND price_per_token % 10 = 0),
    status BOOLEAN NOT NULL DEFAULT TRUE,
    is_listed BOOLEAN NOT NULL DEFAULT TRUE,
    health_status VARCHAR(50) NOT NULL DEFAULT 'healthy'
        CHECK (health_status IN ('healthy', 'degraded', 'unhealthy', 'unknown')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    tagline VARCHAR(255) NOT NULL DEFAULT '',
    category VARCHAR(50) NOT NULL DEFAULT '',
    developer VARCHAR(255) NOT NULL DEFAULT '',
    icon_url VARCHAR(500),
    support_url VARCHAR(500),
    screenshots JSONB NOT NULL DEFAULT '[]',
    examples JSONB NOT NULL DEFAULT '[]',
    provision_url VARCHAR(500),
    health_check_url VARCHAR(500),
    health_checked_at TIMESTAMPTZ,
    customers INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX ix_automations_listed ON automations (id) WHERE is_listed AND status;

CREATE TABLE automation_packages (
    id SERIAL PRIMARY KEY,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    tokens BIGINT NOT NULL CHECK (tokens > 0),
    amount BIGINT NOT NULL CHECK (amount > 0 AND amount % 10 = 0),
    position SMALLINT NOT NULL DEFAULT 0,
    highlight BOOLEAN NOT NULL DEFAULT FALSE,
    UNIQUE (automation_id, tokens)
);

CREATE TABLE service_tokens (
    id SERIAL PRIMARY KEY,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX ix_service_tokens_automation_id ON service_tokens (automation_id);
"""

BALANCES = """
CREATE TABLE user_automations (
    id SERIAL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    telegram_bot_token TEXT,
    tokens_remaining BIGINT NOT NULL DEFAULT 0 CHECK (tokens_remaining >= 0),
    demo_tokens BIGINT NOT NULL DEFAULT 0 CHECK (demo_tokens >= 0),
    is_demo_active BOOLEAN NOT NULL GENERATED ALWAYS AS (demo_tokens > 0) STORED,
    demo_expired BOOLEAN NOT NULL DEFAULT FALSE,
    status VARCHAR(50) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'paused', 'removed')),
    provisioned_at TIMESTAMPTZ,
    integration_status VARCHAR(50) NOT NULL DEFAULT 'pending'
        CHECK (integration_status IN ('pending', 'active', 'failed')),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    demo_expires_at TIMESTAMPTZ,
    display_name VARCHAR(255),
    bot_username VARCHAR(64),
    bot_last4 VARCHAR(4),
    bot_index BYTEA UNIQUE,
    bot_checked_at TIMESTAMPTZ,
    provision_attempts SMALLINT NOT NULL DEFAULT 0,
    provision_code VARCHAR(50),
    provision_next_at TIMESTAMPTZ,
    low_balance_at BIGINT CHECK (low_balance_at >= 0),
    daily_spend_cap BIGINT CHECK (daily_spend_cap > 0),
    spent_on DATE,
    spent_today BIGINT NOT NULL DEFAULT 0 CHECK (spent_today >= 0),
    paid_spent BIGINT NOT NULL DEFAULT 0 CHECK (paid_spent >= 0),
    ledger_seq BIGINT NOT NULL DEFAULT 0,
    ledger_head BYTEA NOT NULL DEFAULT '',
    ledger_prev BYTEA,
    UNIQUE (user_id, automation_id)
);
CREATE INDEX idx_user_automations_user_id ON user_automations (user_id);
CREATE INDEX idx_user_automations_automation_id ON user_automations (automation_id);

-- The marketplace shows how many customers an automation has; counting half a million copies took a second.
CREATE FUNCTION count_customers() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    had INTEGER := CASE WHEN TG_OP = 'UPDATE' AND OLD.status <> 'removed' THEN 1 ELSE 0 END;
    has INTEGER := CASE WHEN NEW.status <> 'removed' THEN 1 ELSE 0 END;
BEGIN
    IF has <> had THEN
        UPDATE automations SET customers = customers + has - had WHERE id = NEW.automation_id;
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER user_automations_are_counted AFTER INSERT OR UPDATE OF status ON user_automations
FOR EACH ROW EXECUTE FUNCTION count_customers();

CREATE TABLE token_entries (
    id BIGSERIAL PRIMARY KEY,
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    seq BIGINT NOT NULL CHECK (seq > 0),
    bucket VARCHAR(4) NOT NULL CHECK (bucket IN ('demo', 'paid')),
    delta BIGINT NOT NULL CHECK (delta <> 0),
    balance_after BIGINT NOT NULL CHECK (balance_after >= 0),
    kind VARCHAR(20) NOT NULL CHECK (kind IN (
        'demo', 'demo_expiry', 'purchase', 'use', 'hold', 'hold_return', 'adjustment', 'clawback', 'clawback_return')),
    reference VARCHAR(300) NOT NULL,
    actor VARCHAR(50) NOT NULL,
    hash BYTEA NOT NULL,
    prev_hash BYTEA NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    UNIQUE (kind, reference, bucket),
    UNIQUE (user_automation_id, seq)
);

CREATE TABLE lots (
    entry_id BIGINT PRIMARY KEY REFERENCES token_entries (id),
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    tokens BIGINT NOT NULL CHECK (tokens > 0),
    clawed_back BIGINT NOT NULL DEFAULT 0 CHECK (clawed_back BETWEEN 0 AND tokens)
);
CREATE INDEX ix_lots_user_automation_id ON lots (user_automation_id, entry_id);

CREATE TABLE holds (
    id BIGSERIAL PRIMARY KEY,
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    units BIGINT NOT NULL CHECK (units > 0),
    demo_part BIGINT NOT NULL CHECK (demo_part >= 0),
    paid_part BIGINT NOT NULL CHECK (paid_part >= 0),
    state VARCHAR(10) NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'committed', 'released', 'expired')),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    CHECK (demo_part + paid_part = units)
);
CREATE INDEX ix_holds_open ON holds (expires_at) WHERE state = 'open';
CREATE INDEX ix_holds_user_automation_id ON holds (user_automation_id);

CREATE TABLE usage_events (
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    idempotency_key VARCHAR(200) NOT NULL,
    units BIGINT NOT NULL CHECK (units > 0),
    usage_type VARCHAR(50) NOT NULL,
    body_hash BYTEA NOT NULL,
    meta JSONB,
    result JSONB NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_automation_id, idempotency_key)
);
CREATE INDEX ix_usage_events_at ON usage_events (user_automation_id, at);
"""

# One definition of a link, for every statement that writes entries and for the check that walks them.
# No clock in the payload: two servers need not agree on the time to agree on the chain.
CHAIN = """
CREATE FUNCTION token_entry_hash(
    previous BYTEA, user_automation_id BIGINT, seq BIGINT, bucket TEXT, delta BIGINT, balance_after BIGINT,
    kind TEXT, reference TEXT
) RETURNS BYTEA LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT sha256(previous || convert_to(
        concat_ws('|', 'v1', user_automation_id, seq, bucket, delta, balance_after, kind, reference), 'UTF8'))
$$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append only: write another row', ERRCODE = 'ZM001';
END
$$;
"""

APPEND_ONLY = ("token_entries", "payment_events", "audit")

PAYMENTS = """
CREATE TABLE payments (
    id SERIAL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    amount BIGINT NOT NULL CHECK (amount >= 0 AND amount % 10 = 0),
    tokens_purchased BIGINT NOT NULL CHECK (tokens_purchased > 0),
    unit_price BIGINT NOT NULL CHECK (unit_price > 0),
    amount_before BIGINT NOT NULL CHECK (amount_before >= amount),
    method VARCHAR(50) NOT NULL DEFAULT 'zarinpal',
    gateway VARCHAR(50) NOT NULL DEFAULT 'zarinpal',
    transaction_id VARCHAR(255) NOT NULL UNIQUE,
    authority VARCHAR(255),
    ref_id VARCHAR(255),
    status VARCHAR(50) NOT NULL DEFAULT 'pending' CHECK (status IN (
        'created', 'init_unknown', 'rejected', 'pending', 'verifying', 'verify_unknown', 'not_paid', 'expired',
        'review', 'verified', 'credited', 'reversing', 'reversed', 'refund_pending', 'refunded', 'closed')),
    discount_code VARCHAR(50),
    discount_percent NUMERIC(5, 2),
    meta TEXT,
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    client_key VARCHAR(200) NOT NULL,
    body_hash BYTEA NOT NULL,
    card_pan VARCHAR(30),
    card_hash VARCHAR(128),
    fee BIGINT,
    attempts INTEGER NOT NULL DEFAULT 0,
    checks INTEGER NOT NULL DEFAULT 0,
    next_check_at TIMESTAMPTZ,
    lease_until TIMESTAMPTZ,
    nok_at TIMESTAMPTZ,
    canceled_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    verified_at TIMESTAMPTZ,
    credited_at TIMESTAMPTZ,
    event_seq INTEGER NOT NULL DEFAULT 0,
    trace_id VARCHAR(100),
    UNIQUE (gateway, authority),
    UNIQUE (user_id, client_key),
    CHECK (authority IS NOT NULL OR amount = 0 OR status IN ('created', 'init_unknown', 'rejected', 'closed'))
);
CREATE INDEX idx_payments_user_id ON payments (user_id);
CREATE INDEX idx_payments_status ON payments (status);
CREATE INDEX ix_payments_user_automation_id ON payments (user_automation_id);
CREATE INDEX ix_payments_due ON payments (next_check_at) WHERE next_check_at IS NOT NULL;

CREATE TABLE payment_events (
    payment_id INTEGER NOT NULL REFERENCES payments (id),
    seq INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    actor VARCHAR(50) NOT NULL,
    from_status VARCHAR(50),
    to_status VARCHAR(50),
    cause VARCHAR(50) NOT NULL,
    gateway_code INTEGER,
    http_status SMALLINT,
    latency_ms INTEGER,
    trace_id VARCHAR(100),
    detail JSONB,
    PRIMARY KEY (payment_id, seq)
);

CREATE TABLE discount_codes (
    id SERIAL PRIMARY KEY,
    code VARCHAR(50) NOT NULL UNIQUE CHECK (code = upper(code)),
    percent NUMERIC(5, 2) NOT NULL CHECK (percent > 0 AND percent <= 100),
    automation_id INTEGER REFERENCES automations (id),
    max_uses INTEGER CHECK (max_uses > 0),
    max_uses_per_user INTEGER CHECK (max_uses_per_user > 0),
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    is_active BOOLEAN NOT NULL DEFAULT TRUE,
    created_by INTEGER REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE discount_redemptions (
    id BIGSERIAL PRIMARY KEY,
    discount_id INTEGER NOT NULL REFERENCES discount_codes (id),
    payment_id INTEGER NOT NULL UNIQUE REFERENCES payments (id),
    user_id INTEGER NOT NULL REFERENCES users (id),
    state VARCHAR(10) NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'confirmed', 'released')),
    reserved_until TIMESTAMPTZ NOT NULL,
    at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_discount_redemptions_discount_id ON discount_redemptions (discount_id, user_id);
"""

MESSAGES = """
CREATE TABLE outbox (
    id BIGSERIAL PRIMARY KEY,
    topic VARCHAR(50) NOT NULL,
    dedup_key VARCHAR(200) NOT NULL UNIQUE,
    payload JSONB NOT NULL,
    sealed TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    published_at TIMESTAMPTZ,
    message_id VARCHAR(100),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_outbox_waiting ON outbox (next_at) WHERE published_at IS NULL;

CREATE TABLE notifications (
    id BIGSERIAL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    kind VARCHAR(50) NOT NULL,
    level VARCHAR(10) NOT NULL DEFAULT 'info' CHECK (level IN ('info', 'success', 'warning', 'error')),
    data JSONB NOT NULL DEFAULT '{}',
    link VARCHAR(500),
    dedup_key VARCHAR(200) NOT NULL UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ
);
CREATE INDEX ix_notifications_user_id ON notifications (user_id, id);
"""

SUPPORT = """
CREATE TABLE tickets (
    id SERIAL PRIMARY KEY,
    user_id INTEGER NOT NULL REFERENCES users (id),
    title VARCHAR(255) NOT NULL,
    description TEXT,
    status VARCHAR(50) NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'pending', 'answered', 'closed')),
    priority VARCHAR(50) NOT NULL DEFAULT 'medium' CHECK (priority IN ('low', 'medium', 'high', 'urgent')),
    importance VARCHAR(50) NOT NULL DEFAULT 'normal' CHECK (importance IN ('low', 'normal', 'high')),
    assigned_to INTEGER REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    payment_id INTEGER REFERENCES payments (id),
    user_automation_id INTEGER REFERENCES user_automations (id),
    last_message_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    customer_read_at TIMESTAMPTZ,
    staff_read_at TIMESTAMPTZ
);
CREATE INDEX idx_tickets_user_id ON tickets (user_id);
CREATE INDEX idx_tickets_status ON tickets (status);

CREATE TABLE messages (
    id BIGSERIAL PRIMARY KEY,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    author_id INTEGER NOT NULL REFERENCES users (id),
    body TEXT NOT NULL,
    is_internal BOOLEAN NOT NULL DEFAULT FALSE,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ix_messages_ticket_id ON messages (ticket_id, id);
"""

STAFF = """
CREATE TABLE token_adjustments (
    id SERIAL PRIMARY KEY,
    user_automation_id INTEGER NOT NULL REFERENCES user_automations (id),
    bucket VARCHAR(4) NOT NULL CHECK (bucket IN ('demo', 'paid')),
    delta BIGINT NOT NULL CHECK (delta <> 0),
    reason TEXT NOT NULL,
    payment_id INTEGER REFERENCES payments (id),
    state VARCHAR(10) NOT NULL DEFAULT 'requested'
        CHECK (state IN ('requested', 'approved', 'rejected', 'expired')),
    requested_by INTEGER NOT NULL REFERENCES users (id),
    approvals_needed SMALLINT NOT NULL DEFAULT 1 CHECK (approvals_needed BETWEEN 1 AND 2),
    first_approved_by INTEGER REFERENCES users (id),
    decided_by INTEGER REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    decided_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    CHECK (requested_by <> first_approved_by),
    CHECK (first_approved_by <> decided_by)
);
CREATE INDEX ix_token_adjustments_state ON token_adjustments (state);

CREATE TABLE openai_keys (
    id SERIAL PRIMARY KEY,
    name VARCHAR(100) NOT NULL UNIQUE,
    sealed_key TEXT NOT NULL,
    last4 VARCHAR(4) NOT NULL,
    status VARCHAR(10) NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'disabled', 'failing')),
    priority SMALLINT NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    lease_until TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    tested_at TIMESTAMPTZ,
    created_by INTEGER REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE audit (
    id BIGSERIAL PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    actor_id INTEGER REFERENCES users (id),
    actor_role VARCHAR(50) NOT NULL,
    action VARCHAR(100) NOT NULL,
    entity VARCHAR(50) NOT NULL,
    entity_id VARCHAR(50),
    before JSONB,
    after JSONB,
    reason TEXT,
    request_id VARCHAR(100),
    ip VARCHAR(45)
);
CREATE INDEX ix_audit_at ON audit (at);
CREATE INDEX ix_audit_entity ON audit (entity, entity_id);

CREATE TABLE settings (
    id SMALLINT PRIMARY KEY DEFAULT 1 CHECK (id = 1),
    demo_tokens INTEGER NOT NULL DEFAULT 5 CHECK (demo_tokens >= 0),
    demo_days INTEGER NOT NULL DEFAULT 30 CHECK (demo_days > 0),
    minimum_amount BIGINT NOT NULL DEFAULT 10000 CHECK (minimum_amount > 0),
    maximum_amount BIGINT NOT NULL DEFAULT 1000000000 CHECK (maximum_amount >= minimum_amount),
    approval_threshold BIGINT NOT NULL DEFAULT 1000 CHECK (approval_threshold >= 0),
    low_balance_default BIGINT NOT NULL DEFAULT 20 CHECK (low_balance_default >= 0),
    max_open_payments INTEGER NOT NULL DEFAULT 5 CHECK (max_open_payments > 0),
    gateway_paused BOOLEAN NOT NULL DEFAULT FALSE,
    gateway_message TEXT,
    maintenance BOOLEAN NOT NULL DEFAULT FALSE,
    maintenance_message TEXT,
    updated_by INTEGER REFERENCES users (id),
    updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
INSERT INTO settings DEFAULT VALUES;

CREATE TABLE rollups (
    day DATE NOT NULL,
    automation_id INTEGER NOT NULL REFERENCES automations (id),
    shard SMALLINT NOT NULL CHECK (shard BETWEEN 0 AND 7),
    payments BIGINT NOT NULL DEFAULT 0,
    revenue BIGINT NOT NULL DEFAULT 0,
    tokens_sold BIGINT NOT NULL DEFAULT 0,
    tokens_used BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (day, automation_id, shard)
);
"""

# Children before parents.
TABLES = (
    "rollups", "settings", "audit", "openai_keys", "token_adjustments", "messages", "tickets", "notifications",
    "outbox", "discount_redemptions", "discount_codes", "payment_events", "payments", "usage_events", "holds", "lots",
    "token_entries", "user_automations", "service_tokens", "automation_packages", "automations", "refresh_tokens",
    "sessions", "users",
)  # fmt: skip


def upgrade() -> None:
    """Create every table, the chain's function and the append-only triggers."""
    for statements in (PEOPLE, CATALOGUE, BALANCES, CHAIN, PAYMENTS, MESSAGES, SUPPORT, STAFF):
        op.execute(statements)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change(); "
            f"CREATE TRIGGER {table}_is_never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    """Drop everything. It loses all rows: for development databases only."""
    for table in TABLES:
        op.execute(f"DROP TABLE {table}")
    op.execute("DROP FUNCTION refuse_change(); DROP FUNCTION token_entry_hash; DROP FUNCTION count_customers")
