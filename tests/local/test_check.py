"""`./zimmer check` from a desk: the questions, the past, and the papers."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from functions.admin import invariants
from local import check
from tests.factories import make_copy
from tests.functions.admin.archives import forget_the_container_s, fresh_archive, rewrite_the_past
from zimmer.db import Database


@pytest.fixture
def database(own_database: str, queue_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database and an archive that the variables name, as on a desk."""
    with fresh_archive(queue_server) as kept, closing(Database(own_database)) as database:
        monkeypatch.setenv("DATABASE_URL", own_database)
        monkeypatch.setenv("ARCHIVE_BUCKET", kept.bucket)
        forget_the_container_s()
        yield database
        monkeypatch.undo()
        forget_the_container_s()


def copy_in(database: Database) -> int:
    with database.transaction() as session:
        return make_copy(session, demo=5, paid=100).id


def test_every_question_is_printed(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main([]) == 0
    printed = capsys.readouterr().out
    assert [question for question in invariants.QUESTIONS if f"✓ {question}" not in printed] == []
    assert printed.endswith("rules hold: money and tokens agree\n")


def test_a_report_is_written_in_both_forms(database: Database, tmp_path: Path) -> None:
    assert check.main(["--report", str(tmp_path / "papers")]) == 0
    as_json, as_pdf = sorted((tmp_path / "papers").iterdir())
    assert json.loads(as_json.read_text())["state"] == "holds"
    assert (as_json.suffix, as_pdf.suffix, as_pdf.read_bytes()[:5]) == (".json", ".pdf", b"%PDF-")


def test_a_past_that_was_rewritten_is_found(database: Database, capsys: pytest.CaptureFixture[str]) -> None:
    copy_id = copy_in(database)
    assert check.main(["--put-away"]) == 0
    assert check.main(["--heads"]) == 0
    with database.transaction() as session:
        rewrite_the_past(session.connection(), copy_id, seq=2, more=900)
    assert check.main([]) == 0
    capsys.readouterr()
    assert check.main(["--heads", "--put-away"]) == 1
    assert "✗ the past is the one whose heads were put away" in capsys.readouterr().out
    assert check.main(["--heads"]) == 1  # nothing was put away over it


def test_without_heads_there_is_nothing_to_hold_the_past_against(database: Database) -> None:
    with pytest.raises(SystemExit, match="--put-away"):
        check.main(["--heads"])
