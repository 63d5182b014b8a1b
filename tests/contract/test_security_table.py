"""docs/security.md names tests that exist, in the order of the checklist."""

import re

from local.template import ROOT

TABLE = (ROOT / "docs" / "security.md").read_text()
NAMED = re.findall(r"`(tests/[\w/.]+\.py)::(\w+)`", TABLE)


def test_every_test_of_the_table_exists() -> None:
    assert NAMED
    missing = [
        f"{path}::{name}"
        for path, name in NAMED
        if not re.search(rf"^def {name}\(", (ROOT / path).read_text(), re.MULTILINE)
    ]
    assert missing == []


def test_its_lines_stand_in_order_once_each() -> None:
    lines = [int(number) for number in re.findall(r"^\| (\d+) \|", TABLE, re.MULTILINE)]
    assert lines == sorted(set(lines))
