"""The heads of all chains, kept where whoever owns the database cannot reach.

Inside the database the chain proves nothing against its owner: who rewrites an old entry can hash everything after it
again. A sheet of heads that lies elsewhere says which hash each copy had after which entry, and a rewritten past has
another one. Each sheet names the one of the night before by its digest, so that none can be exchanged alone.

A sheet is gzipped JSON lines: what it is, one line per copy, and the SHA-256 of all lines before the last.
"""

import gzip
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from sqlalchemy import Connection, text

VERSION = 1
AT_ONCE = 20_000  # rows of one question


class SheetDamaged(Exception):
    """It is no sheet of heads, or not all of it, or something in it was changed."""


@dataclass(frozen=True)
class Head:
    """The newest entry of one copy: its place in the chain and its hash, in hex."""

    copy: int
    seq: int
    hash: str


@dataclass(frozen=True)
class Sheet:
    """The heads of one night. `previous` is the digest of the sheet before it; the first has none."""

    taken_at: datetime
    previous: str | None
    heads: Sequence[Head]

    @property
    def digest(self) -> str:
        """The name by which the next sheet knows this one."""
        return _digest(_lines(self))


_HEADS = text("""
    SELECT id, ledger_seq, encode(ledger_head, 'hex') AS head
    FROM user_automations WHERE id > :after ORDER BY id LIMIT :limit""")

# A copy that has gone, and an entry that is missing, are as wrong as one with another hash.
_REWRITTEN = text("""
    SELECT stored.copy AS user_automation_id, stored.seq, stored.head, encode(e.hash, 'hex') AS found
    FROM unnest(CAST(:copies AS bigint[]), CAST(:seqs AS bigint[]), CAST(:heads AS text[])) stored (copy, seq, head)
    LEFT JOIN token_entries e ON e.user_automation_id = stored.copy AND e.seq = stored.seq
    WHERE stored.seq > 0 AND encode(e.hash, 'hex') IS DISTINCT FROM stored.head
    ORDER BY stored.copy""")


def taken(connection: Connection, *, at: datetime, previous: Sheet | None) -> Sheet:
    """The heads as they are now. Each is whole in itself, so they need not be of one moment."""
    heads, after = list[Head](), 0
    while rows := connection.execute(_HEADS, {"after": after, "limit": AT_ONCE}).all():
        heads += [Head(row.id, row.ledger_seq, row.head) for row in rows]
        after = rows[-1].id
    return Sheet(at, previous.digest if previous else None, heads)


def rewritten(connection: Connection, sheet: Sheet, *, show: int = 5) -> tuple[str, ...]:
    """The first few copies whose past is not what this sheet says it was; none is a kept promise."""
    found = list[str]()
    remaining = iter(sheet.heads)
    while (some := list(islice(remaining, AT_ONCE))) and len(found) < show:
        asked = {"copies": [h.copy for h in some], "seqs": [h.seq for h in some], "heads": [h.hash for h in some]}
        found += [str(dict(row._mapping)) for row in connection.execute(_REWRITTEN, asked)]
    return tuple(found[:show])


def written(sheet: Sheet) -> bytes:
    """The sheet as it is kept. The same heads are the same bytes."""
    lines = list(_lines(sheet))
    return gzip.compress("".join([*lines, _line({"digest": _digest(lines)})]).encode(), mtime=0)


def read(kept: bytes) -> Sheet:
    """A sheet that was kept. Raises SheetDamaged unless it is one, and whole."""
    try:
        *lines, last = gzip.decompress(kept).decode().splitlines(keepends=True)
        title = json.loads(lines[0])
        heads = [Head(**json.loads(line)) for line in lines[1:]]
        if title["version"] != VERSION or title["copies"] != len(heads):
            raise SheetDamaged("it names another version, or other copies than it has")
        if json.loads(last) != {"digest": _digest(lines)}:
            raise SheetDamaged("its digest is not that of its lines")
        return Sheet(datetime.fromisoformat(title["taken_at"]), title["previous"], heads)
    except (OSError, EOFError, ValueError, KeyError, TypeError, IndexError) as error:
        raise SheetDamaged("it cannot be read") from error


def _lines(sheet: Sheet) -> Iterator[str]:
    at = sheet.taken_at.astimezone(UTC).isoformat(timespec="seconds")
    yield _line({"version": VERSION, "taken_at": at, "previous": sheet.previous, "copies": len(sheet.heads)})
    for head in sheet.heads:
        yield _line({"copy": head.copy, "seq": head.seq, "hash": head.hash})


def _line(fields: dict[str, object]) -> str:
    return json.dumps(fields, separators=(",", ":")) + "\n"


def _digest(lines: Iterator[str] | Sequence[str]) -> str:
    whole = hashlib.sha256()
    for line in lines:
        whole.update(line.encode())
    return whole.hexdigest()
