"""The sheet itself, read back out of the PDF and looked at as a picture."""

import unicodedata
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pypdfium2
import pytest
import segno

from functions.payments import receipt_page
from functions.payments.receipts import Receipt, code_of
from functions.payments.states import Phase
from zimmer.money import Rial

RECEIPT = Receipt(
    code=code_of(48213),
    transaction_id="Zt3kP0q9Wm_xY-7bN2",
    buyer="سارا احمدی‌نژاد",
    automation="دستیار فروش اینستاگرام",
    tokens=1250,
    amount=Rial(56_250_000),
    amount_before=Rial(62_500_000),
    refunded_amount=None,
    phase=Phase.DONE,
    paid_at=datetime(2025, 11, 26, 10, 32, tzinfo=UTC),
    tracking_code="201948820174",
    card_pan="502229******5995",
)
DOTS_PER_MM = 4


def read(receipt: Receipt) -> str:
    """What stands on the sheet, as a reader for the blind would say it."""
    with closing(pypdfium2.PdfDocument(receipt_page.drawn(receipt))) as document:
        assert len(document) == 1
        with closing(document[0]) as page, closing(page.get_textpage()) as words:
            return unicodedata.normalize("NFC", words.get_text_range())


def ink(receipt: Receipt) -> tuple[int, int, int, int]:
    """The box around everything that is not paper, as millimetres from the left, top, right and bottom edge."""
    with closing(pypdfium2.PdfDocument(receipt_page.drawn(receipt))) as document, closing(document[0]) as page:
        picture = page.render(scale=DOTS_PER_MM * 25.4 / 72).to_pil().convert("L")
        box = picture.point(lambda grey: 255 if grey < 250 else 0).getbbox()
    assert box is not None
    left, top, right, bottom = box
    return (
        left // DOTS_PER_MM,
        top // DOTS_PER_MM,
        (picture.width - right) // DOTS_PER_MM,
        (picture.height - bottom) // DOTS_PER_MM,
    )


@pytest.mark.parametrize(
    "line",
    [
        "۵٬۶۲۵٬۰۰۰ تومان",
        "۵۶٬۲۵۰٬۰۰۰ ریال",
        "پرداخت شد",
        "اتوماسیون دستیار فروش اینستاگرام",
        "مقدار ۱٬۲۵۰ توکن",
        "پیش از تخفیف ۶٬۲۵۰٬۰۰۰ تومان",
        "تخفیف ۶۲۵٬۰۰۰ تومان",
        "۵ آذر ،۱۴۰۴ ساعت ۱۴:۰۲",  # PDF readers move the comma; on the sheet it follows the year
        "کد رهگیری 201948820174",
        "کارت 5995******502229",  # PDF readers turn its parts; on the sheet it begins with the six
        RECEIPT.code,
        RECEIPT.transaction_id,
    ],
)
def test_a_receipt_says(line: str) -> None:
    assert line in read(RECEIPT)


def test_the_same_receipt_is_the_same_file() -> None:
    assert receipt_page.drawn(RECEIPT) == receipt_page.drawn(RECEIPT)


def test_what_was_given_back_is_said() -> None:
    text = read(replace(RECEIPT, phase=Phase.REFUNDED, refunded_amount=Rial(5_000_000)))
    assert "بازگردانده شد" in text
    assert "بازگشت به خریدار ۵۰۰٬۰۰۰ تومان" in text


def test_a_purchase_for_nothing_names_no_bank() -> None:
    text = read(replace(RECEIPT, amount=Rial(0), tracking_code=None, card_pan=None))
    assert "رایگان" in text
    assert "کارت" not in text
    assert "درگاه" not in text


def test_the_square_code_is_that_of_the_public_check() -> None:
    """Looked at as a camera would: the middle of each of its squares, dark or light."""
    wanted = segno.make(f"http://localhost:3000/receipt/?code={RECEIPT.code}", error="m", micro=False).matrix
    with closing(pypdfium2.PdfDocument(receipt_page.drawn(RECEIPT))) as document, closing(document[0]) as page:
        picture = page.render(scale=DOTS_PER_MM * 25.4 / 72).to_pil().convert("L")
    side = receipt_page.QR_SIZE / len(wanted)
    left, top = receipt_page.MARGIN, picture.height / DOTS_PER_MM - receipt_page.MARGIN - receipt_page.QR_SIZE

    def is_dark(down: int, across: int) -> bool:
        middle = (left + (across + 0.5) * side, top + (down + 0.5) * side)
        return int(picture.getpixel((round(middle[0] * DOTS_PER_MM), round(middle[1] * DOTS_PER_MM)))) < 128

    drawn = [[is_dark(down, across) for across in range(len(wanted))] for down in range(len(wanted))]
    assert drawn == [[bool(square) for square in row] for row in wanted]


def test_letters_are_joined() -> None:
    """Joined, three letters are narrower than the three of them standing alone."""
    with receipt_page._sheet(RECEIPT) as sheet:
        receipt_page._letters(sheet, 12, "rtl")
        alone = sum(sheet.get_string_width(letter) for letter in "سلام")
        assert sheet.get_string_width("سلام") < 0.85 * alone


@pytest.mark.parametrize(
    "receipt",
    [
        RECEIPT,
        replace(RECEIPT, buyer="ی" * 120, automation="نسخهٔ ۲ (Telegram & Co 24) " * 9, refunded_amount=Rial(10)),
        replace(RECEIPT, amount=Rial(9_999_999_999_990), amount_before=Rial(99_999_999_999_990)),
        replace(RECEIPT, amount=Rial(0), tracking_code=None, card_pan=None),
    ],
    ids=["usual", "long names", "large amounts", "for nothing"],
)
def test_nothing_passes_the_margins(receipt: Receipt) -> None:
    assert min(ink(receipt)) >= receipt_page.MARGIN - 1


def test_a_name_cannot_turn_the_line_it_stands_on() -> None:
    turned = replace(RECEIPT, buyer="\u202e" + RECEIPT.buyer + "\u2066")
    assert receipt_page.drawn(turned) == receipt_page.drawn(RECEIPT)


def test_signs_the_typeface_lacks_break_nothing() -> None:
    assert "سارا" in read(replace(RECEIPT, buyer="سارا 🌟 漢字"))
