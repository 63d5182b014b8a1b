"""What a night puts away, and that a past rewritten inside the database is found by what lies outside of it."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError
from sqlalchemy import select, text

from functions.admin import heads, invariants, nightly
from functions.admin.archive import HEADS, REPORTS, Archive
from tests.api import InProcess
from tests.factories import make_copy
from tests.functions.admin.archives import forget_the_container_s, fresh_archive, rewrite_the_past
from zimmer import clock, ledger
from zimmer.db import Database
from zimmer.models import Bucket, EntryKind, ReconciliationRun, RunState, ScheduleRun, UserAutomation


@pytest.fixture
def kept(queue_server: str) -> Iterator[Archive]:
    with fresh_archive(queue_server) as kept:
        yield kept


@pytest.fixture
def copy_id(committing: Database) -> int:
    """A copy with a past: 5 demo tokens, 100 paid ones, then 50 more."""
    with committing.transaction() as session:
        copy_id = make_copy(session, demo=5, paid=100).id
    move_on(committing, copy_id, "second")
    return copy_id


def move_on(committing: Database, copy_id: int, name: str) -> None:
    """50 tokens more."""
    with committing.transaction() as session:
        ledger.credit(
            session,
            session.get_one(UserAutomation, copy_id),
            tokens=50,
            bucket=Bucket.PAID,
            kind=EntryKind.ADJUSTMENT,
            reference=f"adjust:{copy_id}:{name}",
            actor="test",
        )


def a_night(kept: Archive) -> nightly.Night:
    clock.travel(timedelta(days=1))
    return nightly.night(kept)


def rewrite(committing: Database, copy_id: int) -> None:
    with committing.transaction() as session:
        rewrite_the_past(session.connection(), copy_id, seq=2, more=900)


def keys(kept: Archive, prefix: str) -> list[str]:
    found = kept.s3.list_objects_v2(Bucket=kept.bucket, Prefix=prefix)
    return [entry["Key"] for entry in found.get("Contents", [])]


# what is put away


def test_a_night_puts_the_head_of_every_copy_away(committing: Database, copy_id: int, kept: Archive) -> None:
    done = a_night(kept)
    sheet = kept.newest_heads()
    assert sheet is not None
    with committing.transaction() as session:
        copy = session.get_one(UserAutomation, copy_id)
        assert [(head.copy, head.seq, head.hash) for head in sheet.heads] == [(copy_id, 3, copy.ledger_head.hex())]
    assert (done["state"], done["copies"], done["digest"]) == ("holds", 1, sheet.digest)
    assert keys(kept, HEADS) == [done["heads"]]


def test_a_night_puts_its_report_away_in_both_forms(committing: Database, kept: Archive) -> None:
    done = a_night(kept)
    as_json, as_pdf = keys(kept, REPORTS)
    report = json.loads(kept.s3.get_object(Bucket=kept.bucket, Key=as_json)["Body"].read())
    assert (report["id"], report["state"], report["requested_by"]) == (done["run"], "holds", None)
    assert [answer["question"] for answer in report["answers"]] == [nightly.PAST, *invariants.QUESTIONS]
    assert kept.s3.get_object(Bucket=kept.bucket, Key=as_pdf)["Body"].read()[:5] == b"%PDF-"


def test_a_night_is_remembered_like_a_run_of_the_staff(committing: Database, kept: Archive) -> None:
    done = a_night(kept)
    with committing.transaction() as session:
        run = session.get_one(ReconciliationRun, done["run"])
        assert (run.state, run.requested_by, len(run.answers)) == (RunState.HOLDS, None, 1 + len(invariants.QUESTIONS))


def test_each_night_names_the_one_before(committing: Database, copy_id: int, kept: Archive) -> None:
    first = a_night(kept)
    move_on(committing, copy_id, "third")
    second = a_night(kept)
    sheet = kept.newest_heads()
    assert sheet is not None
    assert (sheet.previous, sheet.digest) == (first["digest"], second["digest"])
    assert second["state"] == "holds"


def test_what_is_put_away_can_be_neither_deleted_nor_replaced(committing: Database, kept: Archive) -> None:
    a_night(kept)
    [key] = keys(kept, HEADS)
    [version] = kept.s3.list_object_versions(Bucket=kept.bucket, Prefix=key)["Versions"]
    with pytest.raises(ClientError, match="AccessDenied"):
        kept.s3.delete_object(Bucket=kept.bucket, Key=key, VersionId=version["VersionId"])
    kept.s3.put_object(Bucket=kept.bucket, Key=key, Body=b"something else")
    was = kept.s3.get_object(Bucket=kept.bucket, Key=key, VersionId=version["VersionId"])["Body"].read()
    assert heads.read(was).previous is None


# a past that is not what it was


def test_a_past_rewritten_with_all_its_hashes_is_found(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    rewrite(committing, copy_id)
    with committing.transaction() as session:  # inside the database, everything fits
        assert all(answer.holds for answer in invariants.check(session.connection()))
    done = a_night(kept)
    assert (done["state"], done["broken"], done["heads"]) == ("broken", 1, None)
    with committing.transaction() as session:
        [first, *others] = session.get_one(ReconciliationRun, done["run"]).answers
    assert (first["question"], len(first["broken"])) == (nightly.PAST, 1)
    assert f"'user_automation_id': {copy_id}" in first["broken"][0]
    assert not any(answer["broken"] for answer in others)


def test_it_is_found_every_night_until_somebody_has_looked(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    rewrite(committing, copy_id)
    assert [a_night(kept)["state"] for _ in range(3)] == ["broken"] * 3
    assert len(keys(kept, HEADS)) == 1


def test_it_is_found_also_when_the_copy_has_moved_on(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    rewrite(committing, copy_id)
    move_on(committing, copy_id, "third")
    assert a_night(kept)["state"] == "broken"


def test_a_past_cut_short_is_found(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    with committing.transaction() as session:
        connection, at = session.connection(), {"id": copy_id}
        connection.execute(text("SET LOCAL session_replication_role = replica"))
        connection.execute(
            text("DELETE FROM token_entries WHERE user_automation_id = :id AND seq = 3"), {"id": copy_id}
        )
        connection.execute(
            text("""
                UPDATE user_automations ua SET tokens_remaining = 100, ledger_seq = 2, ledger_head = e.hash,
                       ledger_prev = e.prev_hash
                FROM token_entries e WHERE e.user_automation_id = ua.id AND e.seq = 2 AND ua.id = :id"""),
            at,
        )
    assert a_night(kept)["state"] == "broken"


# a sheet that is not what it was


def test_heads_that_were_changed_are_no_witness(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    [key] = keys(kept, HEADS)
    whole = gzip.decompress(kept.s3.get_object(Bucket=kept.bucket, Key=key)["Body"].read())
    kept.s3.put_object(Bucket=kept.bucket, Key=key, Body=gzip.compress(whole.replace(b'"seq":3', b'"seq":2')))
    done = a_night(kept)
    assert (done["state"], done["heads"]) == ("broken", None)


def test_heads_that_follow_no_other_are_no_witness(committing: Database, copy_id: int, kept: Archive) -> None:
    a_night(kept)
    clock.travel(timedelta(days=1))
    with committing.transaction() as session:
        kept.keep_heads(heads.taken(session.connection(), at=clock.now(), previous=None))
    assert a_night(kept)["state"] == "broken"


# the schedule


@pytest.fixture
def own(kept: Archive, monkeypatch: pytest.MonkeyPatch) -> Iterator[Archive]:
    """The archive that the container finds by its settings."""
    monkeypatch.setenv("ARCHIVE_BUCKET", kept.bucket)
    forget_the_container_s()
    yield kept
    monkeypatch.undo()
    forget_the_container_s()


def test_the_schedule_is_noted_for_the_staff(committing: Database, own: Archive) -> None:
    done = InProcess().invoke("AdminNightly", {})
    assert keys(own, HEADS) == [done["heads"]]
    with committing.transaction() as session:
        [noted] = session.scalars(select(ScheduleRun)).all()
        assert (noted.name, noted.ok, noted.done["run"]) == ("admin-nightly", True, done["run"])
