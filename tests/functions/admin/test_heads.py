"""A sheet of heads as it is written and read."""

import gzip
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.admin import heads
from functions.admin.heads import Head, Sheet, SheetDamaged

AT = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)
SHEETS = st.builds(
    Sheet,
    st.just(AT),
    st.none() | HASHES,
    st.lists(st.builds(Head, st.integers(1, 2**31), st.integers(0, 2**62), HASHES), max_size=20),
)
SHEET = Sheet(AT, None, [Head(1, 3, "aa" * 32), Head(2, 9, "bb" * 32)])


@given(SHEETS)
def test_what_was_written_is_read(sheet: Sheet) -> None:
    assert heads.read(heads.written(sheet)) == sheet


def test_the_same_heads_are_the_same_bytes() -> None:
    assert heads.written(SHEET) == heads.written(Sheet(AT, None, list(SHEET.heads)))


@given(st.data())
def test_no_sign_of_it_can_be_changed(data: st.DataObject) -> None:
    lines = gzip.decompress(heads.written(SHEET))
    at = data.draw(st.integers(0, len(lines) - 2))
    other = data.draw(st.integers(0, 255).filter(lambda byte: byte != lines[at]))
    with pytest.raises(SheetDamaged):
        heads.read(gzip.compress(lines[:at] + bytes([other]) + lines[at + 1 :]))


NO_SHEETS = [b"", b"not gzip", gzip.compress(b""), gzip.compress(b"[]\n"), gzip.compress(b"\xff")]


@pytest.mark.parametrize("kept", NO_SHEETS, ids=["empty", "not zipped", "no lines", "another line", "no text"])
def test_what_is_no_sheet_is_refused(kept: bytes) -> None:
    with pytest.raises(SheetDamaged):
        heads.read(kept)


def test_a_sheet_without_its_last_line_is_refused() -> None:
    lines = gzip.decompress(heads.written(SHEET)).splitlines(keepends=True)
    with pytest.raises(SheetDamaged):
        heads.read(gzip.compress(b"".join(lines[:-1])))
