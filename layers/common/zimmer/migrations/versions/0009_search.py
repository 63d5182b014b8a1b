"""People are found by a part of their name, address or number without reading the whole table.

Builds one index over `users`, which can be read but not written meanwhile: seconds at a million accounts. pg_trgm is
a trusted extension, so the owner of the database may create it, on RDS too.
"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SEARCH = """
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE INDEX ix_users_search ON users
    USING gin (name gin_trgm_ops, email gin_trgm_ops, phone_number gin_trgm_ops);
"""


def upgrade() -> None:
    """One index for the three columns."""
    op.execute(SEARCH)


def downgrade() -> None:
    """The extension stays: somebody else may use it by now."""
    op.execute("DROP INDEX ix_users_search")
