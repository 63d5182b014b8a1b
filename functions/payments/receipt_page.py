"""A receipt as a sheet of A5: the amount, the facts, and a code that leads to the public check.

The libraries are imported when a receipt is asked for: few requests do, and together they take a third of a second.
Letters are joined and lines turned by HarfBuzz and the bidi algorithm; what we say is only which way a line begins.
"""

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from functions.payments.receipts import Receipt
from functions.payments.states import Phase
from zimmer.persian import moment, persian, rial, toman
from zimmer.web.texts import BIDI_CONTROLS

if TYPE_CHECKING:
    from fpdf import FPDF

FONTS = Path(__file__).parent / "fonts"
FAMILY = "Vazirmatn"

Colour = tuple[int, int, int]
INK: Final[Colour] = (33, 32, 28)  # Radix sand 12, and so on: the panel's tokens (web/packages/ui/src/theme.css)
SOFT: Final[Colour] = (99, 99, 94)
LINE: Final[Colour] = (226, 225, 222)
WATERMARK: Final[Colour] = (240, 238, 234)
LAPIS: Final[Colour] = (62, 99, 221)
JADE: Final[Colour] = (32, 131, 104)
AMBER: Final[Colour] = (171, 100, 0)

# Millimetres of an A5 sheet, and where its columns are. Persian begins at the right.
WIDTH, HEIGHT, MARGIN = 148.0, 210.0, 14.0
INNER = WIDTH - 2 * MARGIN
NAMES = 30.0
VALUES = INNER - NAMES
QR_SIZE = 30.0
FACTS_FROM = 77.0
LINE_HEIGHT, LINE_GAP, VALUE_SIZE = 6.2, 1.0, 11.0
BELOW_FACTS = 10.0 + QR_SIZE + MARGIN

STATES: dict[Phase, tuple[str, Colour]] = {
    Phase.DONE: ("پرداخت شد", JADE),
    Phase.REFUNDING: ("در حال بازگرداندن", AMBER),
    Phase.REFUNDED: ("بازگردانده شد", AMBER),
}

NO_OVERRIDES = dict.fromkeys(map(ord, BIDI_CONTROLS))  # a name that was stored with one turns no line of ours

Way = Literal["rtl", "ltr"]
Fact = tuple[str, str, Way]


def drawn(receipt: Receipt) -> bytes:
    """The receipt as a PDF. The same receipt is the same file, byte for byte."""
    lines = list(facts(receipt))
    with _sheet(receipt) as sheet:
        room = FACTS_FROM + sum(_room_for(sheet, line) for line in lines) + BELOW_FACTS
        sheet.add_page(format=(WIDTH, max(HEIGHT, room)))  # long names: the sheet grows, and nothing is cut
        _watermark(sheet)
        _heading(sheet)
        _amount(sheet, receipt)
        _facts(sheet, lines)
        _check(sheet, receipt, top=sheet.h - MARGIN - QR_SIZE)
        return bytes(sheet.output())


def facts(receipt: Receipt) -> Iterator[Fact]:
    """The lines under the amount. Codes are read from left to right, in Latin digits, as banks print them."""
    yield "خریدار", receipt.buyer, "rtl"
    yield "اتوماسیون", receipt.automation, "rtl"
    yield "مقدار", f"{persian(receipt.tokens)} توکن", "rtl"
    if receipt.amount_before != receipt.amount:
        yield "پیش از تخفیف", toman(receipt.amount_before), "rtl"
        yield "تخفیف", toman(receipt.amount_before - receipt.amount), "rtl"
    if receipt.refunded_amount:
        yield "بازگشت به خریدار", toman(receipt.refunded_amount), "rtl"
    yield "زمان پرداخت", moment(receipt.paid_at), "rtl"
    if receipt.tracking_code:
        yield "درگاه", "زرین‌پال", "rtl"
        yield "کد رهگیری", receipt.tracking_code, "ltr"
    if receipt.card_pan:
        yield "کارت", receipt.card_pan, "ltr"
    yield "شمارهٔ خرید", receipt.transaction_id, "ltr"


@contextmanager
def _sheet(receipt: Receipt) -> Iterator["FPDF"]:
    """An empty sheet with our letters; fpdf2 itself never closes their files."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Pillow could not be imported")  # there are no pictures on a receipt
        from fpdf import FPDF

    sheet = FPDF()
    sheet.set_auto_page_break(False)
    sheet.set_margins(MARGIN, MARGIN, MARGIN)
    sheet.c_margin = 0
    sheet.set_creation_date(receipt.paid_at)
    sheet.set_title(f"رسید پرداخت {receipt.code}")
    sheet.set_author("زیمر")
    sheet.set_lang("fa-IR")
    sheet.add_font(FAMILY, "", FONTS / "Vazirmatn-Regular.ttf")
    sheet.add_font(FAMILY, "B", FONTS / "Vazirmatn-Bold.ttf")
    try:
        yield sheet
    finally:
        for font in sheet.fonts.values():
            font.close()  # type: ignore[union-attr]  # we add no font that PDF readers bring


def _watermark(sheet: "FPDF") -> None:
    """The shamseh, large and pale, behind the facts."""
    sheet.set_draw_color(*WATERMARK)
    sheet.set_line_width(0.7)
    centre, across = (WIDTH / 2, 115.0), 46.0
    for turn in (0.0, math.pi / 4):
        sheet.polygon(_corners(centre, across, sides=4, turn=turn), style="D")
    sheet.circle(*centre, radius=across * 0.42, style="D")


def _heading(sheet: "FPDF") -> None:
    sheet.set_fill_color(*LAPIS)
    star = (WIDTH - MARGIN - 5.0, MARGIN + 5.0)
    for turn in (0.0, math.pi / 4):
        sheet.polygon(_corners(star, 5.0, sides=4, turn=turn), style="F")
    _write(sheet, "زیمر", x=MARGIN, y=MARGIN, width=INNER - 13, height=10, size=17, bold=True, colour=LAPIS)
    _write(sheet, "رسید پرداخت", x=MARGIN, y=MARGIN, width=60, height=10, size=12, colour=SOFT, to="L")
    _rule(sheet, MARGIN + 15)


def _amount(sheet: "FPDF", receipt: Receipt) -> None:
    said, colour = STATES[receipt.phase]
    shown, small = (toman(receipt.amount), rial(receipt.amount)) if receipt.amount else ("رایگان", "با تخفیف کامل")
    _write(sheet, said, y=33, height=7, size=11, bold=True, colour=colour, to="C")
    _write(sheet, shown, y=40, height=15, size=28, bold=True, to="C")
    _write(sheet, small, y=56, height=7, size=11, colour=SOFT, to="C")
    _rule(sheet, 69)


def _facts(sheet: "FPDF", lines: list[Fact]) -> None:
    """Names at the right, values beside them."""
    top = FACTS_FROM
    for name, value, way in lines:
        _write(sheet, name, x=MARGIN + VALUES, y=top, width=NAMES, height=LINE_HEIGHT, size=10, colour=SOFT)
        _write(sheet, value, x=MARGIN, y=top, width=VALUES, height=LINE_HEIGHT, size=VALUE_SIZE, way=way)
        top = sheet.get_y() + LINE_GAP


def _room_for(sheet: "FPDF", line: Fact) -> float:
    """How much of the sheet a fact may take; where it breaks into lines, a fifth of each may stay empty."""
    _, value, way = line
    _letters(sheet, VALUE_SIZE, way)
    width = sheet.get_string_width(_plain(value))
    lines = 1 if width <= VALUES else math.ceil(width / (0.8 * VALUES))
    return lines * LINE_HEIGHT + LINE_GAP


def _check(sheet: "FPDF", receipt: Receipt, *, top: float) -> None:
    """The square code at the left, and beside it what it is for."""
    _rule(sheet, top - 5)
    _square_code(sheet, receipt.page, x=MARGIN, y=top)
    beside, width = MARGIN + QR_SIZE + 6, INNER - QR_SIZE - 6
    ask = "هر کس می‌تواند درستی این رسید را با این کد ببیند."
    _write(sheet, ask, x=beside, y=top + 1, width=width, height=6, size=10, colour=SOFT)
    _write(sheet, "شمارهٔ رسید", x=beside, y=top + 10, width=width, height=6, size=9, colour=SOFT)
    _write(sheet, receipt.code, x=beside, y=top + 16, width=width, height=6, size=11, bold=True, way="ltr")
    address = receipt.page.partition("?")[0].partition("://")[2]
    _write(sheet, address, x=beside, y=top + 23, width=width, height=6, size=9, colour=LAPIS, way="ltr")
    sheet.link(beside, top, width, QR_SIZE, receipt.page)


def _square_code(sheet: "FPDF", address: str, *, x: float, y: float) -> None:
    import segno

    rows = [*segno.make(address, error="m", micro=False).matrix]
    side = QR_SIZE / len(rows)
    sheet.set_fill_color(*INK)
    for down, row in enumerate(rows):
        for start, length in _runs(row):
            sheet.rect(x + start * side, y + down * side, length * side, side * 1.02, style="F")  # no hairlines between


def _runs(row: bytearray) -> Iterator[tuple[int, int]]:
    """Where dark squares stand side by side, and how many: a third of the rectangles."""
    start = None
    for at, dark in enumerate([*row, 0]):
        if dark and start is None:
            start = at
        elif not dark and start is not None:
            yield start, at - start
            start = None


def _corners(centre: tuple[float, float], radius: float, *, sides: int, turn: float) -> list[tuple[float, float]]:
    angles = (turn + 2 * math.pi * side / sides for side in range(sides))
    return [(centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)) for angle in angles]


def _rule(sheet: "FPDF", y: float) -> None:
    sheet.set_draw_color(*LINE)
    sheet.set_line_width(0.3)
    sheet.line(MARGIN, y, WIDTH - MARGIN, y)


def _write(
    sheet: "FPDF",
    text: str,
    *,
    y: float,
    height: float,
    size: float,
    x: float = MARGIN,
    width: float = INNER,
    bold: bool = False,
    colour: Colour = INK,
    way: Way = "rtl",
    to: Literal["L", "C", "R"] = "R",
) -> None:
    """Write a text into a box, in as many lines as it needs."""
    _letters(sheet, size, way, bold=bold)
    sheet.set_text_color(*colour)
    sheet.set_xy(x, y)
    sheet.multi_cell(width, height, _plain(text), align=to)


def _letters(sheet: "FPDF", size: float, way: Way, *, bold: bool = False) -> None:
    script, language = ("arab", "fas") if way == "rtl" else ("latn", "eng")
    sheet.set_text_shaping(True, direction=way, script=script, language=language)
    sheet.set_font(FAMILY, "B" if bold else "", size)


def _plain(text: str) -> str:
    return text.translate(NO_OVERRIDES)
