"""The last run in `docs/payments.md`, between two markers."""

from collections.abc import Sequence

from local.template import ROOT

PAGE = ROOT / "docs" / "payments.md"
BEGIN, END = "<!-- the last run: ./zimmer soak --write -->", "<!-- the end of the last run -->"


def write(said: Sequence[str]) -> None:
    PAGE.write_text(with_run(PAGE.read_text(encoding="utf-8"), said), encoding="utf-8")


def with_run(text: str, said: Sequence[str]) -> str:
    """The page with this run between its marks. Raises ValueError when it has none."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{PAGE.name} has no place for the run")
    lines = "\n".join(said)
    return f"{before}{BEGIN}\n\n```\n{lines}\n```\n\n{END}{after}"
