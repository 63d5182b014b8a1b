"""The drawing of a purchase's states, made from the table that the code goes by.

python -m local.states        rewrites it in docs/payments.md
"""

import re
from itertools import groupby

from functions.payments.states import MOVES, Move
from local.build import ROOT

PAGE = ROOT / "docs" / "payments.md"
DRAWING = re.compile(r"```mermaid\n.*?```\n", re.DOTALL)


def drawing() -> str:
    """Every arrow, those between the same two states as one."""
    arrows = sorted(MOVES, key=between)
    lines = (_arrow(source, to, [move.cause for move in moves]) for (source, to), moves in groupby(arrows, key=between))
    return "\n".join(["```mermaid", "stateDiagram-v2", "    [*] --> created", *lines, "```", ""])


def between(move: Move) -> tuple[str, str]:
    return move.source.value, move.to.value


def _arrow(source: str, to: str, causes: list[str]) -> str:
    return f"    {source} --> {to}: {', '.join(causes)}"


def drawn(page: str) -> str:
    """The page with the drawing as it has to be."""
    return DRAWING.sub(lambda _: drawing(), page, count=1)


def main() -> None:
    PAGE.write_text(drawn(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
