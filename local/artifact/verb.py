"""What a person sees of `./zimmer build`: its steps, one table, and whether it may be uploaded."""

from local.artifact.building import ARTIFACTS, build
from local.artifact.measures import table
from local.artifact.rules import complaints
from local.errors import StepFailed
from local.screen import RED, painted, show, step
from local.template import ROOT


def main() -> int:
    """Build, show, judge. 1 when a step failed or a rule is broken."""
    try:
        built = build()
        with step("holding them to the rules"):
            wrong = complaints()
    except StepFailed:  # its step has said why
        return 1
    show()
    for line in table(built.measures, built.compiler):
        show(line)
    show(f"\n  {ARTIFACTS.relative_to(ROOT)}, BuildSha {built.sha[:10]}…")
    for complaint in wrong:
        show(f"  {painted('!!', RED)}  {complaint.name} {complaint.where}: {complaint.why}")
    return 1 if wrong else 0
