"""The reconciliation report as a paper."""

from contextlib import closing
from datetime import UTC, datetime

import pypdfium2
import pytest

from functions.admin import invariants, report
from functions.admin.schemas.names import PersonName
from functions.admin.schemas.reconciliation import Run, RunAnswer
from tests.functions.admin.conftest import Desk, refusal
from zimmer.models import RunState

BEGAN = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
BROKEN_ROW = "{'user_automation_id': 12, 'demo_tokens': 5, 'tokens_remaining': 8, 'demo': 5, 'paid': 7}"


def run_of(*, broken: dict[str, list[str]] | None = None, state: RunState = RunState.HOLDS, by: str = "") -> Run:
    """A run over the real questions."""
    answers = [
        RunAnswer(question=question, broken=(broken or {}).get(question, [])) for question in invariants.QUESTIONS
    ]
    return Run(
        id=7,
        requested_by=PersonName(id=3, name=by) if by else None,
        state=state,
        asked=len(answers),
        broken=len(broken or {}),
        created_at=BEGAN,
        finished_at=BEGAN.replace(second=4),
        answers=answers,
    )


def read(pdf: bytes) -> str:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        said = []
        for page in document:
            with closing(page), closing(page.get_textpage()) as words:
                said.append(words.get_text_range())
        return " ".join(" ".join(said).split())


def test_a_paper_names_every_question() -> None:
    paper = read(report.as_pdf(run_of()))
    assert [question for question in invariants.QUESTIONS if question not in paper] == []
    assert "Every promise is kept: money and tokens agree." in paper
    assert "asked by the nightly schedule" in paper


def test_a_paper_shows_what_broke_which_promise() -> None:
    [question, *_] = invariants.QUESTIONS
    rows = [BROKEN_ROW] * 5
    paper = read(report.as_pdf(run_of(broken={question: rows}, state=RunState.BROKEN)))
    assert f"1 of {len(invariants.QUESTIONS)} promises are broken." in paper
    assert paper.count("'tokens_remaining': 8") == 5


def test_a_name_in_other_letters_does_not_stop_the_paper() -> None:
    assert "asked by ???? (no. 3)" in read(report.as_pdf(run_of(by="سارا")))


def test_the_same_run_is_the_same_file() -> None:
    assert report.as_pdf(run_of()) == report.as_pdf(run_of())


def test_the_staff_fetches_the_paper(support: Desk, manager: Desk) -> None:
    run = manager.post("/reconciliation/runs").json
    answer = support.get(f"/reconciliation/runs/{run['id']}/report.pdf")
    assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"] == f'attachment; filename="reconciliation-{run["id"]}.pdf"'
    assert f"Report {run['id']}" in read(answer.body)


def test_a_paper_of_a_run_that_never_was_is_not_found(manager: Desk) -> None:
    assert refusal(manager.get(f"/reconciliation/runs/{2**31 - 1}/report.pdf")) == (404, "reconciliation-run-not-found")


@pytest.mark.parametrize("state", RunState)
def test_every_state_has_a_sentence(state: RunState) -> None:
    assert report.RESULTS[state]
