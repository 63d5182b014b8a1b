"""The drawing in the docs is the table in the code."""

from functions.payments.states import MOVES
from local import states
from zimmer.models import PaymentStatus


def test_the_drawing_is_fresh() -> None:
    page = states.PAGE.read_text(encoding="utf-8")
    assert states.DRAWING.search(page)
    assert states.drawn(page) == page, "python -m local.states"


def test_every_state_and_every_cause_is_drawn() -> None:
    drawing = states.drawing()
    assert [status for status in PaymentStatus if status.value not in drawing] == []
    assert [move for move in MOVES if move.cause not in drawing] == []
