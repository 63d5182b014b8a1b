"""What goes over the wire for one run of a prepared statement, where pg8000 takes longer than the server.

Its formats are Postgres' ("Frontend/Backend Protocol, Message Formats", postgresql.org/docs/current, read 2026-11);
everything else of the protocol is pg8000's.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from struct import Struct
from typing import Any

from pg8000.converters import date_in, int_in, string_in, timestamptz_in
from pg8000.core import EXECUTE_MSG

Reader = Callable[[bytes], Any]

HEADER_BYTES = 5
header = Struct("!ci").unpack  # a message's kind, and its length with these four bytes in it
_integer = Struct("!i")
_short = Struct("!H")
_length_at = _integer.unpack_from
_NULL = _integer.pack(-1)
_IN_TEXT = _short.pack(0)  # the format of all values that go, and of all that come


def one_run(name: bytes, values: Sequence[str | None]) -> bytes:
    """Bind and Execute. pg8000 has each flushed, and the server then answers in pieces; this one waits for Sync."""
    bound = bytearray(b"\0" + name + _IN_TEXT + _short.pack(len(values)))
    for value in values:
        if value is None:
            bound += _NULL
        else:
            sent = value.encode()
            bound += _integer.pack(len(sent)) + sent
    bound += _IN_TEXT
    return b"".join((b"B", _integer.pack(len(bound) + 4), bound, EXECUTE_MSG))


def row_of(data: bytes, readers: Sequence[Reader]) -> list[Any]:
    """One row. Most of a page's time goes by here."""
    row: list[Any] = []
    end = 2  # behind the number of columns
    for read in readers:
        start = end + 4
        [length] = _length_at(data, end)
        if length < 0:
            row.append(None)
            end = start
        else:
            end = start + length
            row.append(read(data[start:end]))
    return row


def reader_of(read: Callable[[str], Any]) -> Reader:
    """pg8000's way to read a type, from bytes. Numbers and texts need no detour."""
    if read is int_in or read is int:
        return int
    if read is string_in:
        return bytes.decode
    return lambda data: read(data.decode())


def moment(text: str) -> Any:
    """A moment as Postgres writes it. pg8000 has it read by strptime, which takes twenty times as long."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:  # infinity, or a year that Python does not know
        return timestamptz_in(text)


def day(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return date_in(text)
