"""One stored form of a mobile number, and a request for a new password that leaves no trace of who asked.

Locks each row of `users` whose number it writes anew, one statement, no table lock. Code of the version before
reads and writes both forms while the new one goes out; what it writes as 09… meanwhile is read all the same.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TO_E164 = """
UPDATE users SET phone_number = '+98' || substr(phone_number, 2) WHERE phone_number ~ '^09[0-9]{9}$'
"""
TO_NATIONAL = """
UPDATE users SET phone_number = '0' || substr(phone_number, 4) WHERE phone_number ~ '^[+]989[0-9]{9}$'
"""

# Asking for a new password writes one row whether or not anybody has the address: a token that nobody gets
# stands there without an owner, so that both take equally long.
OWNERS = """
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_check2;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_owner
    CHECK (user_id IS NOT NULL OR purpose IN ('invitation', 'reset-password'))
"""
OWNERS_BEFORE = """
ALTER TABLE one_time_tokens DROP CONSTRAINT one_time_tokens_owner;
ALTER TABLE one_time_tokens ADD CONSTRAINT one_time_tokens_check2
    CHECK (user_id IS NOT NULL OR purpose = 'invitation')
"""


def upgrade() -> None:
    """Write the numbers anew and let a token be nobody's."""
    op.execute(TO_E164)
    op.execute(OWNERS)


def downgrade() -> None:
    """Back to 09…; the tokens that nobody got go."""
    op.execute("DELETE FROM one_time_tokens WHERE user_id IS NULL AND purpose = 'reset-password'")
    op.execute(OWNERS_BEFORE)
    op.execute(TO_NATIONAL)
