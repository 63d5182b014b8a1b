"""Cursors and pages."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zimmer.errors import ValidationFailed
from zimmer.pagination import LARGEST_BIGINT, LARGEST_ID, cursor_of, key_of, page_of


@given(st.integers(1, LARGEST_ID))
def test_a_cursor_leads_back_to_its_key(key: int) -> None:
    assert key_of(cursor_of(key)) == key


@given(st.integers(1, LARGEST_BIGINT))
def test_a_wide_column_has_wide_cursors(key: int) -> None:
    assert key_of(cursor_of(key), largest=LARGEST_BIGINT) == key


@given(st.integers(1, LARGEST_BIGINT))
def test_a_cursor_needs_no_escaping_in_a_url(key: int) -> None:
    assert cursor_of(key).replace("-", "").replace("_", "").isalnum()


@given(st.integers().filter(lambda key: not 1 <= key <= LARGEST_ID))
def test_a_key_that_the_column_cannot_hold_is_refused(key: int) -> None:
    with pytest.raises(ValidationFailed):
        key_of(cursor_of(key))


@given(st.text())
def test_a_text_is_one_of_our_cursors_or_refused(text: str) -> None:
    try:
        key = key_of(text)
    except ValidationFailed:
        return
    assert cursor_of(key) == text


@pytest.mark.parametrize("inside", [b"1_0", b" 10", b"+10", b"010", "۱۰".encode(), b"1e1", b"10.0", b""])
def test_only_our_own_way_of_writing_a_key_is_read(inside: bytes) -> None:
    with pytest.raises(ValidationFailed):
        key_of(base64.urlsafe_b64encode(inside).decode().rstrip("="))


@given(rows=st.lists(st.integers(1, LARGEST_ID), unique=True).map(sorted), limit=st.integers(1, 10))
def test_the_pages_together_are_the_list(rows: list[int], limit: int) -> None:
    seen: list[int] = []
    after = 0
    while True:
        found = [row for row in rows if row > after][: limit + 1]  # what a query answers
        items, cursor = page_of(found, limit=limit, key=int)
        assert len(items) <= limit
        seen += items
        if cursor is None:
            break
        after = key_of(cursor)
    assert seen == rows


def test_a_full_last_page_has_no_next_one() -> None:
    assert page_of([1, 2, 3], limit=3, key=int) == ([1, 2, 3], None)
