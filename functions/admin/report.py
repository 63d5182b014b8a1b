"""The reconciliation report as papers: JSON for programs, a PDF for people who sign things.

Everything on the PDF is our own English and numbers, so it needs no typeface but the one every reader has.
"""

import warnings
from typing import TYPE_CHECKING

from functions.admin.schemas.reconciliation import Run, RunAnswer

if TYPE_CHECKING:
    from fpdf import FPDF

RESULTS = {
    "holds": "Every promise is kept: money and tokens agree.",
    "broken": "{broken} of {asked} promises are broken.",
    "failed": "The questions took too long; {asked} were answered.",
    "running": "The questions are still being asked.",
}
JADE, TOMATO, INK, SOFT, LINE = (32, 131, 104), (206, 44, 49), (33, 32, 28), (99, 99, 94), (226, 225, 222)
MARGIN, MARK = 18, 22


def as_json(run: Run) -> str:
    """The whole run."""
    return run.model_dump_json(indent=2)


def as_pdf(run: Run, *, asked_by: str | None = None) -> bytes:
    """The run on A4: the verdict, then each question with its answer and what broke it.

    `asked_by` names who asked where the run does not.
    """
    sheet = _sheet(run)
    sheet.set_font("helvetica", "B", 18)
    sheet.cell(0, 10, "Reconciliation report", new_x="LMARGIN", new_y="NEXT")
    _line(sheet, f"Report {run.id}, asked by {asked_by or _asker(run)}", colour=SOFT)
    _line(sheet, f"Begun {run.created_at:%Y-%m-%d %H:%M:%S} UTC, {_ended(run)}", colour=SOFT)
    sheet.ln(4)
    sheet.set_font("helvetica", "B", 13)
    colour = JADE if run.state == "holds" else TOMATO
    _line(sheet, RESULTS[run.state].format(broken=run.broken, asked=run.asked), colour=colour)
    sheet.ln(4)
    for answer in run.answers:
        _answer(sheet, answer)
    return bytes(sheet.output())


def _sheet(run: Run) -> "FPDF":
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Pillow could not be imported")  # a report has no pictures
        from fpdf import FPDF

    sheet = FPDF(format="A4")
    sheet.set_margins(MARGIN, MARGIN, MARGIN)
    sheet.set_auto_page_break(True, MARGIN)
    sheet.set_creation_date(run.finished_at or run.created_at)
    sheet.set_title(f"Reconciliation report {run.id}")
    sheet.set_author("Zimmer")
    sheet.set_lang("en")
    sheet.add_page()
    return sheet


def _answer(sheet: "FPDF", answer: RunAnswer) -> None:
    said, colour = ("BROKEN", TOMATO) if answer.broken else ("holds", JADE)
    sheet.set_draw_color(*LINE)
    sheet.line(MARGIN, sheet.get_y(), sheet.w - MARGIN, sheet.get_y())
    sheet.ln(1.5)
    sheet.set_font("helvetica", "B", 9.5)
    sheet.set_text_color(*colour)
    sheet.cell(MARK, 6, said)
    sheet.set_font("helvetica", "", 10)
    sheet.set_text_color(*INK)
    sheet.multi_cell(0, 6, _plain(answer.question), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.set_font("courier", "", 7)
    for row in answer.broken:
        sheet.set_x(MARGIN + MARK)
        sheet.multi_cell(0, 4, _plain(row), align="L", new_x="LMARGIN", new_y="NEXT")
    sheet.ln(1.5)


def _line(sheet: "FPDF", text: str, *, colour: tuple[int, int, int]) -> None:
    if colour == SOFT:
        sheet.set_font("helvetica", "", 10)
    sheet.set_text_color(*colour)
    sheet.multi_cell(0, 6, _plain(text), align="L", new_x="LMARGIN", new_y="NEXT")


def _asker(run: Run) -> str:
    return f"{run.requested_by.name} (no. {run.requested_by.id})" if run.requested_by else "the nightly schedule"


def _ended(run: Run) -> str:
    return f"ended {run.finished_at:%H:%M:%S}" if run.finished_at else "not ended"


def _plain(text: str) -> str:
    """As the reader's own typeface can write it: Western letters, and a question mark for the others."""
    return text.encode("latin-1", "replace").decode("latin-1")
