"""The reconciliation report: do money and tokens agree?"""

from typing import Annotated

from fastapi import Depends, Query, Response

from functions.admin import report, runs
from functions.admin.schemas.reconciliation import Run, RunLine
from functions.admin.service import reconciliation as service
from zimmer.auth.acting import Staff, acting
from zimmer.auth.dependencies import ReadSessionDep, ReplicaSessionDep, require
from zimmer.auth.roles import Right
from zimmer.errors import RunNotFound
from zimmer.pagination import Page, PageLimit
from zimmer.web import PathId, problems, routes

router = routes("/api/admin/reconciliation/runs", tags=["admin", "reconciliation"])

Asking = Annotated[Staff, Depends(acting(Right.RECONCILIATION_RUN, "reconciliation.run"))]


class PdfResponse(Response):
    media_type = "application/pdf"


MAY_READ = [Depends(require(Right.LEDGER_READ))]


@router.post("", status_code=202)
async def run_reconciliation(staff: Asking) -> Run:
    """Ask every question now. The answer is the finished run; one that took too long says `failed`."""
    return service.run(staff)


@router.get("", dependencies=MAY_READ)
async def reconciliation_runs(
    session: ReplicaSessionDep,
    limit: Annotated[PageLimit, Query()] = 20,
    cursor: str | None = None,
) -> Page[RunLine]:
    """Every run, newest first."""
    return runs.newest(session, limit=limit, cursor=cursor)


@router.get("/{run_id}", dependencies=MAY_READ, responses=problems(RunNotFound))
async def reconciliation_run(run_id: PathId, session: ReadSessionDep) -> Run:
    """One run with every question and what broke its rule."""
    return runs.one(session.together, run_id)


@router.get("/{run_id}/download", dependencies=MAY_READ, response_model=Run, responses=problems(RunNotFound))
async def download_reconciliation_run(run_id: PathId, session: ReadSessionDep) -> Response:
    """The same as a file to keep."""
    return _file(report.as_json(runs.one(session.together, run_id)), run_id, "json")


@router.get("/{run_id}/report.pdf", dependencies=MAY_READ, response_class=PdfResponse, responses=problems(RunNotFound))
async def print_reconciliation_run(run_id: PathId, session: ReadSessionDep) -> Response:
    """The same as a paper to sign or to hand on."""
    return _file(report.as_pdf(runs.one(session.together, run_id)), run_id, "pdf")


def _file(content: str | bytes, run_id: int, form: str) -> Response:
    name = f'attachment; filename="reconciliation-{run_id}.{form}"'
    return Response(content, media_type=f"application/{form}", headers={"content-disposition": name})
