"""The stored shape: the customer's names are kept, the models describe it, and it goes up and down."""

from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from functions.payments.states import Because, record
from local.seed import seed
from tests.databases import RolledBackDatabase
from tests.factories import make_copy, make_payment, make_user
from zimmer import migrations
from zimmer.db import Database, Session, sqlstate
from zimmer.models import (
    Audience,
    AuditEntry,
    Base,
    Bucket,
    EntryKind,
    Health,
    HoldState,
    IntegrationStatus,
    KeyStatus,
    PaymentStatus,
    PricingType,
    Purpose,
    RedemptionState,
    Role,
    TicketStatus,
    UserAutomationStatus,
)

DOCUMENTED = {
    "users": "id name email phone_number password_hash role is_active created_at email_verified_at twofa_enabled"
    " twofa_secret",
    "automations": "id name description pricing_type price_per_token status is_listed health_status created_at",
    "user_automations": "id user_id automation_id telegram_bot_token tokens_remaining demo_tokens is_demo_active"
    " demo_expired status provisioned_at integration_status created_at",
    "payments": "id user_id automation_id amount tokens_purchased method gateway transaction_id authority ref_id status"
    " discount_code discount_percent meta created_at",
    "tickets": "id user_id title description status priority importance assigned_to created_at updated_at",
}
DOCUMENTED_INDEXES = {
    "idx_users_email": ("users", ["email"]),
    "idx_users_role": ("users", ["role"]),
    "idx_user_automations_user_id": ("user_automations", ["user_id"]),
    "idx_user_automations_automation_id": ("user_automations", ["automation_id"]),
    "idx_payments_user_id": ("payments", ["user_id"]),
    "idx_payments_status": ("payments", ["status"]),
    "idx_tickets_user_id": ("tickets", ["user_id"]),
    "idx_tickets_status": ("tickets", ["status"]),
}
APPEND_ONLY = ("token_entries", "payment_events", "audit")
ENUMS = {
    ("users", "role"): Role,
    ("sessions", "audience"): Audience,
    ("one_time_tokens", "purpose"): Purpose,
    ("automations", "pricing_type"): PricingType,
    ("automations", "health_status"): Health,
    ("user_automations", "status"): UserAutomationStatus,
    ("user_automations", "integration_status"): IntegrationStatus,
    ("token_entries", "bucket"): Bucket,
    ("token_entries", "kind"): EntryKind,
    ("holds", "state"): HoldState,
    ("payments", "status"): PaymentStatus,
    ("discount_redemptions", "state"): RedemptionState,
    ("openai_keys", "status"): KeyStatus,
    ("tickets", "status"): TicketStatus,
}


@pytest.fixture
def connection(database: RolledBackDatabase) -> Connection:
    return database.held


@pytest.mark.parametrize("table", DOCUMENTED)
def test_the_documented_columns_keep_their_names(connection: Connection, table: str) -> None:
    columns = {column["name"] for column in inspect(connection).get_columns(table)}
    assert set(DOCUMENTED[table].split()) <= columns


@pytest.mark.parametrize("index", DOCUMENTED_INDEXES)
def test_the_documented_indexes_keep_their_names(connection: Connection, index: str) -> None:
    table, columns = DOCUMENTED_INDEXES[index]
    found = {found["name"]: found["column_names"] for found in inspect(connection).get_indexes(table)}
    assert found[index] == columns


def test_the_models_describe_the_migrated_shape(connection: Connection) -> None:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    assert compare_metadata(context, Base.metadata) == []


@pytest.mark.parametrize(("table", "column"), ENUMS, ids=lambda part: str(part))
def test_a_table_accepts_exactly_the_values_its_enum_has(connection: Connection, table: str, column: str) -> None:
    check = connection.execute(
        text(
            "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint"
            " WHERE conrelid = CAST(:table AS regclass) AND contype = 'c'"
            " AND conkey = ARRAY[(SELECT attnum FROM pg_attribute"
            "   WHERE attrelid = CAST(:table AS regclass) AND attname = :column)]"
        ),
        {"table": table, "column": column},
    ).scalar_one()
    quoted = set(check.split("'")[1::2])
    assert quoted == {member.value for member in ENUMS[(table, column)]}


@pytest.mark.parametrize("table", APPEND_ONLY)
def test_what_is_written_once_can_be_neither_changed_nor_removed(
    session: Session, connection: Connection, table: str
) -> None:
    payment = make_payment(session, make_copy(session, demo=5))  # leaves a token entry
    record(session, payment, Because("arranged", "test"))
    session.add(AuditEntry(at=payment.created_at, actor_role="manager", action="test", entity="user"))
    session.flush()
    for statement in (f"UPDATE {table} SET at = now()", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(DBAPIError) as refused, connection.begin_nested():
            connection.execute(text(statement))
        assert sqlstate(refused.value) == "ZM001", statement


def test_it_goes_down_and_up_again_with_rows_in_it(own_database: str) -> None:
    seed(own_database)
    migrations.downgrade(own_database, "base")
    with closing(Database(own_database)) as database, database.autocommit() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    migrations.upgrade(own_database)
    seed(own_database)


def test_migrating_a_migrated_database_changes_nothing(own_database: str) -> None:
    before = seed(own_database)
    migrations.upgrade(own_database)
    assert seed(own_database) == before


def test_numbers_are_written_anew_and_back(own_database: str) -> None:
    def numbers(database: Database) -> list[str]:
        with database.autocommit() as connection:
            return list(connection.execute(text("SELECT phone_number FROM users ORDER BY id")).scalars())

    with closing(Database(own_database)) as database:
        with database.transaction() as session:
            for number in ("09121234567", "+989351234567", "021 88 77"):
                make_user(session, phone_number=number)
        migrations.downgrade(own_database, "0006")
        assert numbers(database) == ["09121234567", "09351234567", "021 88 77"]
        migrations.upgrade(own_database)
        assert numbers(database) == ["+989121234567", "+989351234567", "021 88 77"]
