"""Our statements with a mistake in them."""

from sqlalchemy import TextClause, text
from sqlalchemy.sql.selectable import TextualSelect

from zimmer.db import Prepared


def rewritten(sound: Prepared, part: str, other: str) -> Prepared:
    """The statement with `other` in the place of `part`, and all else as it was."""
    statement = sound.statement
    written = statement.element if isinstance(statement, TextualSelect) else statement
    assert isinstance(written, TextClause)
    assert part in written.text
    broken = text(written.text.replace(part, other)).bindparams(*written._bindparams.values())
    return Prepared(broken.columns(*statement.selected_columns) if isinstance(statement, TextualSelect) else broken)
