""".env.example lists every variable there is, and nothing else."""

import re

from local.template import ROOT
from zimmer.settings import Settings

LATER = {"OPENAI_API_KEY"}  # documented by the customer; its reader is the key pool


def test_the_example_lists_exactly_the_settings() -> None:
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert listed - LATER == {name.upper() for name in Settings.model_fields}
