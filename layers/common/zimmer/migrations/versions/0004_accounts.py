"""Accounts: links and challenges that are good once, and recovery codes."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Whoever reads this table can open nothing: the secrets stand hashed, and their owners' mail has them.
ONE_TIME_TOKENS = """
CREATE TABLE one_time_tokens (
    id BIGSERIAL PRIMARY KEY,
    purpose VARCHAR(20) NOT NULL CHECK (purpose IN
        ('verify-email', 'change-email', 'reset-password', 'invitation', 'challenge', 'enrolment')),
    token_hash BYTEA NOT NULL UNIQUE,
    user_id INTEGER REFERENCES users (id),
    email VARCHAR(255) CHECK (email = lower(email)),
    role VARCHAR(50) CHECK (role IN ('support', 'technical', 'manager')),
    audience VARCHAR(10) CHECK (audience IN ('user', 'admin')),
    created_by INTEGER REFERENCES users (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CHECK ((purpose = 'invitation') = (role IS NOT NULL)),
    CHECK ((purpose IN ('challenge', 'enrolment')) = (audience IS NOT NULL)),
    CHECK (user_id IS NOT NULL OR purpose = 'invitation')
);
CREATE INDEX ix_one_time_tokens_user_id ON one_time_tokens (user_id, purpose);
CREATE INDEX ix_one_time_tokens_expires_at ON one_time_tokens (expires_at);
"""

RECOVERY_CODES = """
CREATE TABLE recovery_codes (
    user_id INTEGER NOT NULL REFERENCES users (id),
    code_hash BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (user_id, code_hash)
);
"""


def upgrade() -> None:
    """Add both tables."""
    op.execute(ONE_TIME_TOKENS)
    op.execute(RECOVERY_CODES)


def downgrade() -> None:
    """Take them away: links that were sent open nothing any more, and nobody has recovery codes."""
    op.execute("DROP TABLE recovery_codes")
    op.execute("DROP TABLE one_time_tokens")
